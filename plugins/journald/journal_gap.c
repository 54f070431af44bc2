/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_gap.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t format_range(char out[MXLOG_JOURNAL_IDENTITY_MAX],
    const struct mxlog_journal_range *range)
{
	int n = snprintf(out, MXLOG_JOURNAL_IDENTITY_MAX,
	    "%08" PRIx32 "-%" PRIx64 "..", range->id, range->first);

	if (range->last != UINT64_MAX)
		n += snprintf(out + n, MXLOG_JOURNAL_IDENTITY_MAX - (size_t)n,
		    "%" PRIx64, range->last);
	return (size_t)n;
}

static uint32_t id_of(const char *stream)
{
	char digits[9];

	(void)snprintf(digits, sizeof(digits), "%.8s", stream);
	return (uint32_t)strtoul(digits, NULL, 16);
}

size_t mxlog_journal_gap_format(char out[MXLOG_JOURNAL_IDENTITY_MAX],
    const struct mxlog_journal_gap *gap)
{
	const struct mxlog_journal_range range = {
		.id = id_of(gap->stream),
		.first = gap->first,
		.last = gap->last,
	};

	return format_range(out, &range);
}

/* ---- what was told ---- */

void mxlog_journal_told_done(struct mxlog_journal_told *told)
{
	free(told->ranges);
	*told = (struct mxlog_journal_told){ 0 };
}

/* Only what _format would have written. */
static bool parse(const char *text, size_t len, struct mxlog_journal_range *ret)
{
	char copy[MXLOG_JOURNAL_IDENTITY_MAX],
	    again[MXLOG_JOURNAL_IDENTITY_MAX];
	char *end;

	if (len < sizeof("00000000-1..") - 1)
		return false;
	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	ret->id = (uint32_t)strtoul(copy, &end, 16);
	if (*end != '-')
		return false;
	ret->first = strtoull(end + 1, &end, 16);
	if (strncmp(end, "..", 2) != 0)
		return false;
	ret->last = end[2] == '\0' ? UINT64_MAX : strtoull(end + 2, &end, 16);
	return format_range(again, ret) == len && memcmp(again, copy, len) == 0;
}

int mxlog_journal_told_add(struct mxlog_journal_told *told, const char *text,
    size_t len)
{
	struct mxlog_journal_range range, *ranges;

	if (!parse(text, len, &range))
		return 0;
	ranges = reallocarray(told->ranges, told->n + 1, sizeof(*ranges));
	if (!ranges)
		return -ENOMEM;
	told->ranges = ranges;
	ranges[told->n++] = range;
	return 1;
}

/* ---- what is left to tell ---- */

static int compare(const void *left, const void *right)
{
	const struct mxlog_journal_range *a = left, *b = right;

	return a->first < b->first ? -1 : a->first > b->first;
}

/* All ranges of the stream that are dealt with, in order; the caller frees. */
static int list_ranges(uint32_t id,
    const struct mxlog_journal_identity_set *known,
    const struct mxlog_journal_told *told, struct mxlog_journal_range **ret,
    size_t *ret_n)
{
	struct mxlog_journal_range *list =
	    calloc(known->n + told->n + 1, sizeof(*list));
	size_t n = 0;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < told->n; i++)
		if (told->ranges[i].id == id)
			list[n++] = told->ranges[i];
	for (size_t i = 0; i < known->n_slots; i++) {
		const struct mxlog_journal_identity *slot = &known->slots[i];

		if (slot->seqnum != 0 && slot->id == id)
			list[n++] = (struct mxlog_journal_range){
				.id = id,
				.first = slot->seqnum,
				.last = slot->seqnum,
			};
	}
	qsort(list, n, sizeof(*list), compare);
	*ret = list;
	*ret_n = n;
	return 0;
}

struct left {
	uint64_t first, last, n;
};

/* Numbers from `first` to `last`, none if they are the other way round. */
static void leave(struct left *left, uint64_t first, uint64_t last)
{
	if (first > last)
		return;
	if (left->n == 0)
		left->first = first;
	left->last = last;
	left->n =
	    last == UINT64_MAX ? UINT64_MAX : left->n + (last - first + 1);
}

int mxlog_journal_gap_narrow(struct mxlog_journal_gap *gap,
    const struct mxlog_journal_identity_set *known,
    const struct mxlog_journal_told *told, uint64_t *ret_left)
{
	struct mxlog_journal_range *list;
	struct left left = { 0 };
	uint64_t at = gap->first;
	bool ended = false;
	size_t n;
	int r;

	r = list_ranges(id_of(gap->stream), known, told, &list, &n);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n && !ended && list[i].first <= gap->last; i++) {
		if (list[i].last < at)
			continue;
		if (list[i].first > at)
			leave(&left, at, list[i].first - 1);
		ended = list[i].last >= gap->last;
		at = list[i].last + 1;
	}
	if (!ended)
		leave(&left, at, gap->last);
	free(list);
	if (left.n > 0) {
		gap->first = left.first;
		gap->last = left.last;
	}
	*ret_left = left.n;
	return 0;
}
