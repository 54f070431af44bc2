/* SPDX-License-Identifier: Apache-2.0 */
/* Joiner: makes one text of the lines of a traceback that a program prints to a
 * stream, and leaves all other lines as they are. */
#pragma once

#include <mxlog/traceback.h>

#include "base/buf.h"

enum {
	/* What is longer stays in pieces. */
	MXLOG_LINE_JOINER_LINES = 1000,
	MXLOG_LINE_JOINER_BYTES = 256 * 1024,
	MXLOG_LINE_JOINER_HOLD_MSEC = 1000, /* for a line that may belong */
};

/* Takes a line, or the `n` lines of a traceback with newlines between; borrowed
 * for the call. A negative result ends the caller's call. */
typedef int mxlog_line_joiner_emit(void *arg, const char *text, size_t len,
    size_t n);

struct mxlog_line_joiner {
	mxlog_line_joiner_emit *emit;
	void *arg;
	struct mxlog_buf text; /* lines, each ended by a newline */
	size_t first;          /* where those begin that are not emitted */
	size_t held, n_held;   /* of them those that may belong together */
	size_t parts, n_parts; /* of those the ones that do */
	struct mxlog_traceback_state state;
};

void mxlog_line_joiner_done(struct mxlog_line_joiner *joiner);

/* Take a line without its newline. -ENOMEM, or what `emit` says. */
int mxlog_line_joiner_add(struct mxlog_line_joiner *joiner, const char *line,
    size_t len);

/* Emit what is held: at the end, or when nothing came for so long. */
int mxlog_line_joiner_flush(struct mxlog_line_joiner *joiner);

static inline bool mxlog_line_joiner_holds(
    const struct mxlog_line_joiner *joiner)
{
	return joiner->n_held > 0;
}
