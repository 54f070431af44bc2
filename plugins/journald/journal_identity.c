/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_identity.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- text ---- */

static size_t format_hex(char *out, uint64_t value)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = value ? (67 - (size_t)__builtin_clzll(value)) / 4 : 1;

	for (size_t i = n; i > 0; i--, value >>= 4)
		out[i - 1] = digits[value & 15];
	return n;
}

/* What a lower case digit stands for, + 1. */
static const unsigned char hex_digits[UCHAR_MAX + 1] = {
	['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16,
};

/* Read lower case hex from *at on, at most `max` digits. -EINVAL if there is
 * none, or one too many. */
static int read_hex(const char *text, size_t len, size_t *at, size_t max,
    uint64_t *ret)
{
	size_t start = *at, i = start;
	uint64_t value = 0;
	unsigned digit;

	while (i < len && (digit = hex_digits[(unsigned char)text[i]]) > 0) {
		value = value << 4 | (digit - 1);
		i++;
	}
	*at = i;
	if (i == start || i - start > max)
		return -EINVAL;
	*ret = value;
	return 0;
}

int mxlog_journal_identity_of_cursor(const char *cursor,
    struct mxlog_journal_identity *ret)
{
	const size_t seqnum_at = sizeof("s=") - 1 + MXLOG_JOURNAL_ID_LEN;
	size_t len = strlen(cursor), at = sizeof("s=") - 1;
	uint64_t id, seqnum;

	if (len < seqnum_at + 4 || memcmp(cursor, "s=", 2) != 0 ||
	    memcmp(cursor + seqnum_at, ";i=", 3) != 0)
		return -EINVAL;
	if (read_hex(cursor, at + 8, &at, 8, &id) < 0)
		return -EINVAL;
	at = seqnum_at + 3;
	if (read_hex(cursor, len, &at, 16, &seqnum) < 0 || at == len ||
	    cursor[at] != ';')
		return -EINVAL;
	ret->id = (uint32_t)id;
	ret->seqnum = seqnum;
	return 0;
}

void mxlog_journal_identity_format_cursor(char out
					      [MXLOG_JOURNAL_NUMBER_CURSOR_MAX],
    const char *stream, uint64_t seqnum)
{
	const unsigned long long number = seqnum;

	/* sd-journal takes no ';' at the end, and a number must end somewhere. */
	(void)snprintf(out, MXLOG_JOURNAL_NUMBER_CURSOR_MAX,
	    "s=%.32s;i=%llx;i=%llx", stream, number, number);
}

size_t mxlog_journal_identity_format(char out[MXLOG_JOURNAL_IDENTITY_MAX],
    const struct mxlog_journal_identity *identity, int64_t line_time_usec)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 8;

	for (size_t i = 0; i < 8; i++)
		out[i] = digits[identity->id >> (28 - 4 * i) & 15];
	out[n++] = '-';
	n += format_hex(out + n, identity->seqnum);
	if (identity->realtime_usec == line_time_usec)
		return n;
	out[n++] = '@';
	return n + format_hex(out + n, (uint64_t)identity->realtime_usec);
}

size_t mxlog_journal_identity_format_next(char out[MXLOG_JOURNAL_IDENTITY_MAX],
    const struct mxlog_journal_identity *identity,
    const struct mxlog_journal_identity *previous)
{
	uint64_t before = (uint64_t)previous->realtime_usec;
	uint64_t now = (uint64_t)identity->realtime_usec;
	size_t n = 0;

	out[n++] = ',';
	n += format_hex(out + n, identity->seqnum - previous->seqnum);
	out[n++] = now >= before ? '+' : '-';
	return n +
	    format_hex(out + n, now >= before ? now - before : before - now);
}

static int read_first(struct mxlog_journal_identity_list *list)
{
	uint64_t id, seqnum = 0, time = (uint64_t)list->line_time_usec;
	int r;

	r = read_hex(list->text, list->len, &list->at, 8, &id);
	if (r < 0 || list->at != 8 || list->at == list->len ||
	    list->text[list->at++] != '-')
		return -EINVAL;
	r = read_hex(list->text, list->len, &list->at, 16, &seqnum);
	if (r == 0 && list->at < list->len && list->text[list->at] == '@') {
		list->at++;
		r = read_hex(list->text, list->len, &list->at, 16, &time);
	}
	list->last.id = (uint32_t)id;
	list->last.seqnum = seqnum;
	list->last.realtime_usec = (int64_t)time;
	return r;
}

static int read_further(struct mxlog_journal_identity_list *list)
{
	uint64_t distance, time;
	char sign;
	int r;

	if (list->text[list->at++] != ',')
		return -EINVAL;
	r = read_hex(list->text, list->len, &list->at, 16, &distance);
	if (r < 0 || list->at == list->len)
		return -EINVAL;
	sign = list->text[list->at++];
	if (sign != '+' && sign != '-')
		return -EINVAL;
	r = read_hex(list->text, list->len, &list->at, 16, &time);
	if (r < 0)
		return r;
	time = sign == '+' ? time : -time;
	list->last.seqnum += distance;
	list->last.realtime_usec =
	    (int64_t)((uint64_t)list->last.realtime_usec + time);
	return 0;
}

int mxlog_journal_identity_next(struct mxlog_journal_identity_list *list,
    struct mxlog_journal_identity *ret)
{
	int r;

	if (list->at == list->len && list->at > 0)
		return 0;
	r = list->at == 0 ? read_first(list) : read_further(list);
	if (r < 0)
		return r;
	*ret = list->last;
	return 1;
}

/* ---- sets ---- */

void mxlog_journal_identity_set_done(struct mxlog_journal_identity_set *set)
{
	free(set->slots);
	*set = (struct mxlog_journal_identity_set){ 0 };
}

static bool same(const struct mxlog_journal_identity *a,
    const struct mxlog_journal_identity *b)
{
	return a->id == b->id && a->seqnum == b->seqnum &&
	    a->realtime_usec == b->realtime_usec;
}

static size_t slot_of(const struct mxlog_journal_identity_set *set,
    const struct mxlog_journal_identity *identity)
{
	uint64_t mixed = identity->seqnum * UINT64_C(0x9e3779b97f4a7c15) ^
	    (uint64_t)identity->realtime_usec * UINT64_C(0xc2b2ae3d27d4eb4f) ^
	    identity->id;

	return (mixed ^ mixed >> 32) & (set->n_slots - 1);
}

/* Where it stands, or where it would. */
static size_t find(const struct mxlog_journal_identity_set *set,
    const struct mxlog_journal_identity *identity)
{
	size_t at = slot_of(set, identity);

	while (set->slots[at].seqnum != 0 && !same(&set->slots[at], identity))
		at = (at + 1) & (set->n_slots - 1);
	return at;
}

static int grow(struct mxlog_journal_identity_set *set)
{
	struct mxlog_journal_identity_set larger = {
		.n_slots = set->n_slots ? set->n_slots * 2 : 1024,
		.n = set->n,
	};

	larger.slots = calloc(larger.n_slots, sizeof(larger.slots[0]));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < set->n_slots; i++)
		if (set->slots[i].seqnum != 0)
			larger.slots[find(&larger, &set->slots[i])] =
			    set->slots[i];
	free(set->slots);
	*set = larger;
	return 0;
}

int mxlog_journal_identity_set_add(struct mxlog_journal_identity_set *set,
    const struct mxlog_journal_identity *identity)
{
	size_t at;
	int r;

	if (identity->seqnum == 0)
		return 0;
	if (set->n * 2 >= set->n_slots) {
		r = grow(set);
		if (r < 0)
			return r;
	}
	at = find(set, identity);
	if (set->slots[at].seqnum == 0) {
		set->slots[at] = *identity;
		set->n++;
	}
	return 0;
}

/* Close the gap: an identity behind it must stay reachable from its slot. */
static void remove_at(struct mxlog_journal_identity_set *set, size_t hole)
{
	size_t mask = set->n_slots - 1;
	size_t at = hole;

	for (;;) {
		size_t home;

		at = (at + 1) & mask;
		if (set->slots[at].seqnum == 0)
			break;
		home = slot_of(set, &set->slots[at]);
		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		set->slots[hole] = set->slots[at];
		hole = at;
	}
	set->slots[hole].seqnum = 0;
}

bool mxlog_journal_identity_set_take(struct mxlog_journal_identity_set *set,
    const struct mxlog_journal_identity *identity)
{
	size_t at;

	if (set->n == 0 || identity->seqnum == 0)
		return false;
	at = find(set, identity);
	if (set->slots[at].seqnum == 0)
		return false;
	remove_at(set, at);
	set->n--;
	return true;
}
