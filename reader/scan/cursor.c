/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/cursor.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/number.h"

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

void mxlog_cursor_format(char out[MXLOG_CURSOR_TEXT],
    const struct mxlog_cursor *cursor)
{
	char name[MXLOG_SEGMENT_NAME_MAX];

	mxlog_segment_format(name, &cursor->name);
	(void)snprintf(out, MXLOG_CURSOR_TEXT,
	    "%s:%" PRIu64 ":%" PRId64 ":%" PRIu32, name, cursor->offset,
	    cursor->time_usec, cursor->dir);
}

/* The piece up to the next colon, and where the one behind it begins. */
static const char *cut(const char *text, size_t *ret_len)
{
	*ret_len = strcspn(text, ":");
	return text + *ret_len + (text[*ret_len] == ':');
}

int mxlog_cursor_parse(const char *text, struct mxlog_cursor *ret)
{
	char name[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_cursor cursor;
	const char *offset, *time, *dir;
	size_t len, offset_len, time_len, dir_len;
	uint64_t number;

	offset = cut(text, &len);
	if (len >= sizeof(name))
		return -EINVAL;
	memcpy(name, text, len);
	name[len] = '\0';
	time = cut(offset, &offset_len);
	dir = cut(time, &time_len);
	dir_len = strlen(dir);
	if (mxlog_segment_parse(name, &cursor.name) < 0 ||
	    cursor.name.archived ||
	    mxlog_number_parse_u64(offset, offset_len, &cursor.offset) < 0 ||
	    mxlog_number_parse_i64(time, time_len, &cursor.time_usec) < 0 ||
	    mxlog_number_parse_u64(dir, dir_len, &number) < 0 ||
	    number > UINT32_MAX)
		return -EINVAL;
	cursor.dir = (uint32_t)number;
	*ret = cursor;
	return 0;
}

int mxlog_cursor_compare(const struct mxlog_cursor *a,
    const struct mxlog_cursor *b, bool descending)
{
	int c = ORDER(a->time_usec, b->time_usec);

	if (c != 0)
		return descending ? -c : c;
	if (a->name.day != b->name.day)
		return ORDER(a->name.day, b->name.day);
	if (a->dir != b->dir)
		return ORDER(a->dir, b->dir);
	if (a->name.number != b->name.number)
		return ORDER(a->name.number, b->name.number);
	return ORDER(a->offset, b->offset);
}
