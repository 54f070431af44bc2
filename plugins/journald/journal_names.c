/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_names.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

const struct mxlog_journal_name_info mxlog_journal_names[] = {
#define FIELD(name_, use_, key_, help_)          \
	{                                        \
		.name = #name_ "=",              \
		.name_len = sizeof(#name_) - 1,  \
		.use = MXLOG_JOURNAL_USE_##use_, \
		.key = key_,                     \
		.key_len = sizeof(key_) - 1,     \
		.trusted = (#name_)[0] == '_',   \
		.help = help_,                   \
	},
#include "tbl/journal_fields.def"
#undef FIELD
};

static_assert(MXLOG_JOURNAL_NAME_COUNT < UINT8_MAX,
    "a slot holds a name's number in one byte");

/* mxlog_journal_name_begins() compares words of four bytes. */
#define FIELD(name_, use_, key_, help_)                      \
	static_assert(sizeof(#name_ "=") > sizeof(uint32_t), \
	    "a name has three characters");
#include "tbl/journal_fields.def"
#undef FIELD

enum {
	EMPTY_SLOT = UINT8_MAX,
	SEEDS_TRIED = 1 << 20,
};

static uint64_t load(const char *at, size_t len)
{
	uint64_t value = 0;

	if (len >= sizeof(value))
		memcpy(&value, at, sizeof(value));
	else
		memcpy(&value, at, len);
	return value;
}

/* The length and the first eight bytes, the middle ones and the last ones tell
 * all names apart. */
static size_t slot_of(uint64_t seed, const char *name, size_t len)
{
	uint64_t head = load(name, len);
	uint64_t tail = len > 8 ? load(name + len - 8, 8) : 0;
	uint64_t middle = len > 8 ? load(name + len / 2 - 4, 8) : 0;
	uint64_t mixed = (head ^ tail * 3 ^ middle * 5 ^ len) * seed;

	return (mixed ^ mixed >> 29) * UINT64_C(0x9e3779b97f4a7c15) >>
	    (64 - __builtin_ctz(MXLOG_JOURNAL_NAME_SLOTS));
}

static bool try_seed(struct mxlog_journal_index *index, uint64_t seed)
{
	memset(index->slots, EMPTY_SLOT, sizeof(index->slots));
	for (size_t i = 0; i < MXLOG_JOURNAL_NAME_COUNT; i++) {
		const struct mxlog_journal_name_info *info =
		    &mxlog_journal_names[i];
		size_t slot = slot_of(seed, info->name, info->name_len);

		if (index->slots[slot] != EMPTY_SLOT)
			return false;
		index->slots[slot] = (uint8_t)i;
	}
	index->seed = seed;
	return true;
}

int mxlog_journal_index_init(struct mxlog_journal_index *index)
{
	memset(index->guesses, MXLOG_JOURNAL_OTHER, sizeof(index->guesses));
	for (uint64_t seed = 1; seed < SEEDS_TRIED; seed += 2)
		if (try_seed(index, seed))
			return 0;
	return -EINVAL;
}

enum mxlog_journal_name mxlog_journal_index_find(
    const struct mxlog_journal_index *index, const char *name, size_t len)
{
	size_t found = index->slots[slot_of(index->seed, name, len)];
	const struct mxlog_journal_name_info *info;

	if (found == EMPTY_SLOT)
		return MXLOG_JOURNAL_OTHER;
	info = &mxlog_journal_names[found];
	if (info->name_len != len || memcmp(info->name, name, len) != 0)
		return MXLOG_JOURNAL_OTHER;
	return (enum mxlog_journal_name)found;
}
