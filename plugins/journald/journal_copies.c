/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_copies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The value of one part of a cursor, "m=" and so on. */
static const char *find_part(const char *cursor, char name)
{
	while (cursor) {
		if (cursor[0] == name && cursor[1] == '=')
			return cursor + 2;
		cursor = strchr(cursor, ';');
		if (cursor)
			cursor++;
	}
	return NULL;
}

static int read_part(const char *cursor, char name, uint64_t *ret)
{
	const char *text = find_part(cursor, name);
	unsigned long long value;
	char *end;

	if (!text)
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, 16);
	if (errno != 0 || end == text || (*end != ';' && *end != '\0'))
		return -EINVAL;
	*ret = value;
	return 0;
}

int mxlog_journal_place_of_cursor(const char *cursor,
    struct mxlog_journal_place *ret)
{
	const char *boot = find_part(cursor, 'b');
	struct mxlog_journal_place place;
	int r;

	if (!boot || strspn(boot, "0123456789abcdef") != MXLOG_JOURNAL_ID_LEN)
		return -EINVAL;
	memcpy(place.boot, boot, MXLOG_JOURNAL_ID_LEN);
	r = read_part(cursor, 'm', &place.monotonic);
	if (r == 0)
		r = read_part(cursor, 't', &place.realtime);
	if (r == 0)
		r = read_part(cursor, 'x', &place.hash);
	if (r < 0)
		return r;
	*ret = place;
	return 0;
}

static bool same_boot(const struct mxlog_journal_place *a,
    const struct mxlog_journal_place *b)
{
	return memcmp(a->boot, b->boot, sizeof(a->boot)) == 0;
}

static bool same(const struct mxlog_journal_place *a,
    const struct mxlog_journal_place *b)
{
	return same_boot(a, b) && a->monotonic == b->monotonic &&
	    a->realtime == b->realtime && a->hash == b->hash;
}

enum mxlog_journal_copied
mxlog_journal_mark_compare(const struct mxlog_journal_mark *mark,
    const struct mxlog_journal_place *place,
    const struct mxlog_journal_place *before)
{
	if (!same_boot(place, &mark->last) ||
	    place->monotonic < mark->head.monotonic)
		return MXLOG_JOURNAL_FOREIGN;
	if (place->monotonic != mark->last.monotonic)
		return place->monotonic < mark->last.monotonic
		    ? MXLOG_JOURNAL_COPY
		    : MXLOG_JOURNAL_NEWER;
	/* Of several at one moment those behind the last one are new. */
	return before && same(before, &mark->last) ? MXLOG_JOURNAL_NEWER
						   : MXLOG_JOURNAL_COPY;
}
