/* SPDX-License-Identifier: Apache-2.0 */
/* View: where the fields of a canonical line stand in its bytes. */
#pragma once

#include <mxlog/level.h>

#include "base.h"

/* Where things stand in every canonical line. */
enum {
	MXLOG_VIEW_TRACE_ID = 13,
	MXLOG_VIEW_TIME = 54,
	MXLOG_VIEW_LEVEL = 92,
	/* No line is shorter; that much must be readable behind a line. */
	MXLOG_VIEW_MIN = 128,
	MXLOG_VIEW_SLACK = 64,
};

/* Bytes of the line; without their quotes if it is a string. */
struct mxlog_piece {
	const char *text; /* NULL: there is no such field */
	uint32_t len;
	bool escaped; /* a string that holds a backslash */
};

struct mxlog_view {
	int64_t time_usec;
	enum mxlog_level level;
	const char *trace_id; /* canonical */
	struct mxlog_piece module, function, message;
	struct mxlog_piece context;  /* with its braces */
	struct mxlog_piece duration; /* the number */
	struct mxlog_piece tags;     /* with its brackets */
	struct mxlog_piece thread_id, process_id;
	int32_t line_number; /* -1: none */
};

/* What is the same in line after line need not be looked at again. */
struct mxlog_view_cache {
	char date[10];
	int64_t date_usec;
	uint8_t module_len;
	char module[256];
};

/* True if the line begins as canonical lines do, up to its level: time and
 * trace_id stand at their places, each 26 or 27 bytes long, though they may
 * not be valid. len >= MXLOG_VIEW_MIN. */
bool mxlog_view_has_prefix(const char *line);

/* True, and the view, if the line is an entry in canonical form: then
 * mxlog_ndjson_decode() accepts it too and finds the same in it. Lines with an
 * exception are left to it. False says nothing. line[len] is the newline and
 * MXLOG_VIEW_SLACK bytes behind it are readable. */
bool mxlog_view_parse(struct mxlog_view *view, struct mxlog_view_cache *cache,
    const char *line, size_t len);

/* The name in a canonical line's place for it: its level, or 0. */
enum mxlog_level mxlog_view_level(const char *at);
