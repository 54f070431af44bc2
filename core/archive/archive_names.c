/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_names.h"

#include <stdlib.h>

enum {
	SLOTS = 4 * MXLOG_ARCHIVE_NAMES_MAX,
};

void mxlog_archive_names_done(struct mxlog_archive_names *names)
{
	mxlog_buf_done(&names->text);
	free(names->spans);
	free(names->slots);
	*names = (struct mxlog_archive_names){ 0 };
}

static int make_tables(struct mxlog_archive_names *names)
{
	if (!names->spans)
		names->spans =
		    calloc(MXLOG_ARCHIVE_NAMES_MAX, sizeof(*names->spans));
	if (!names->slots)
		names->slots = calloc(SLOTS, sizeof(*names->slots));
	return names->spans && names->slots ? 0 : -ENOMEM;
}

/* FNV-1a. */
static size_t hash(const char *text, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 16777619u;
	return (h ^ h >> 15) & (SLOTS - 1);
}

static bool is_name(const struct mxlog_archive_names *names, size_t index,
    const char *text, size_t len)
{
	const struct mxlog_archive_span *span = &names->spans[index];

	return span->len == len &&
	    memcmp(names->text.data + span->off, text, len) == 0;
}

/* The slot of that name, or the free one where it would stand. */
static size_t find_slot(const struct mxlog_archive_names *names,
    const char *text, size_t len)
{
	size_t slot = hash(text, len);

	while (names->slots[slot] != 0 &&
	    !is_name(names, names->slots[slot] - 1u, text, len))
		slot = (slot + 1) & (SLOTS - 1);
	return slot;
}

static bool is_last(const struct mxlog_archive_names *names, const char *text,
    size_t len)
{
	return names->last > 0 && is_name(names, names->last - 1, text, len);
}

bool mxlog_archive_names_know(struct mxlog_archive_names *names,
    const char *text, size_t len)
{
	if (is_last(names, text, len))
		return true;
	return names->slots && names->slots[find_slot(names, text, len)] != 0;
}

static void mark(struct mxlog_archive_names *names, size_t index)
{
	uint64_t bit = UINT64_C(1) << index % 64;

	names->last = (uint32_t)index + 1;
	if (names->member[index / 64] & bit)
		return;
	names->member[index / 64] |= bit;
	names->n_member++;
}

/* List it, if there is room. */
static int add_new(struct mxlog_archive_names *names, size_t slot,
    const char *text, size_t len)
{
	struct mxlog_archive_span span = { (uint32_t)names->text.len,
		(uint32_t)len };
	int r;

	if (names->n == MXLOG_ARCHIVE_NAMES_MAX ||
	    len > MXLOG_ARCHIVE_NAME_LEN_MAX) {
		names->member_any = true;
		return 0;
	}
	r = mxlog_buf_add(&names->text, text, len);
	if (r < 0)
		return r;
	names->spans[names->n] = span;
	names->slots[slot] = (uint16_t)(names->n + 1);
	mark(names, names->n++);
	return 0;
}

int mxlog_archive_names_add(struct mxlog_archive_names *names, const char *text,
    size_t len)
{
	size_t slot;
	int r;

	if (is_last(names, text, len)) {
		mark(names, names->last - 1);
		return 0;
	}
	r = make_tables(names);
	if (r < 0)
		return r;
	slot = find_slot(names, text, len);
	if (names->slots[slot] == 0)
		return add_new(names, slot, text, len);
	mark(names, names->slots[slot] - 1u);
	return 0;
}

uint16_t mxlog_archive_names_count(const struct mxlog_archive_names *names)
{
	if (names->member_any ||
	    names->n_member > MXLOG_ARCHIVE_MEMBER_NAMES_MAX)
		return MXLOG_ARCHIVE_ANY;
	return (uint16_t)names->n_member;
}

void mxlog_archive_names_take(struct mxlog_archive_names *names, uint16_t *list)
{
	bool any = mxlog_archive_names_count(names) == MXLOG_ARCHIVE_ANY;

	for (size_t i = 0; !any && i < names->n; i++)
		if (names->member[i / 64] & UINT64_C(1) << i % 64)
			*list++ = (uint16_t)i;
	memset(names->member, 0, sizeof(names->member));
	names->n_member = 0;
	names->member_any = false;
}

int mxlog_archive_names_list(const struct mxlog_archive_names *names,
    struct mxlog_archive_name **ret)
{
	struct mxlog_archive_name *list = calloc(names->n + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < names->n; i++)
		list[i] = (struct mxlog_archive_name){
			.text = names->text.data + names->spans[i].off,
			.len = names->spans[i].len,
		};
	*ret = list;
	return 0;
}
