/* SPDX-License-Identifier: Apache-2.0 */
/* Lines: a stream's lines as entries, a traceback's as one. */
#pragma once

#include "parse/line_joiner.h"
#include "tools/log_fields.h"

struct mxlog_log_lines {
	int fd; /* -1: at its end */
	struct mxlog_log_sink *sink;
	enum mxlog_level level;
	const char *stream;    /* context.stream, or NULL */
	struct mxlog_buf line; /* the beginning of one */
	struct mxlog_line_joiner joiner;
};

void mxlog_log_lines_init(struct mxlog_log_lines *lines, int fd,
    struct mxlog_log_sink *sink, enum mxlog_level level, const char *stream);
void mxlog_log_lines_done(struct mxlog_log_lines *lines);

/* Read and add what the streams bring, and commit it before more is waited for;
 * what may become a traceback is held for a second. Returns when all are at
 * their end, or nothing came for `timeout_msec` (negative: no limit) and nothing
 * is held: 1 when there may be more. */
int mxlog_log_lines_pump(struct mxlog_log_lines *lines, size_t n,
    int timeout_msec);

/* Add what is held, and a last line without its end. */
int mxlog_log_lines_finish(struct mxlog_log_lines *lines);
