/* SPDX-License-Identifier: Apache-2.0 */
/* Cursor: the place of an entry, in the order of time and in its segment. It
 * stays valid when the segment is archived. */
#pragma once

#include "store/segment.h"

struct mxlog_cursor {
	int64_t time_usec;
	struct mxlog_segment_name name; /* as live */
	uint32_t dir;                   /* which of the log directories */
	uint64_t offset;                /* of the line in the segment */
};

enum {
	MXLOG_CURSOR_TEXT = 112,
};

/* "2026-01-28.1.log:4096:1769614245123456:0", with NUL. */
void mxlog_cursor_format(char out[MXLOG_CURSOR_TEXT],
    const struct mxlog_cursor *cursor);

/* -EINVAL for every other text. */
int mxlog_cursor_parse(const char *text, struct mxlog_cursor *ret);

/* Order of results by time: < 0 if `a` comes before `b`. */
int mxlog_cursor_compare(const struct mxlog_cursor *a,
    const struct mxlog_cursor *b, bool descending);
