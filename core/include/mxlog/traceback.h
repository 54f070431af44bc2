/* SPDX-License-Identifier: Apache-2.0 */
/* Traceback: exceptions as runtimes print them, read back into ExceptionInfo:
 * Python (chained both ways, groups, syntax errors), Java (Caused by,
 * Suppressed), Go panics, Node. */
#pragma once

#include <mxlog/entry.h>

MXLOG_BEGIN_DECLS

/* Find the traceback in `text`, which may have lines before and after it, and
 * newlines folded by syslog daemons (#012): 1, the exception (the outermost
 * one, its causes chained) and the bytes [*ret_start, *ret_end) that it stands
 * in; 0 if there is none, or nothing that is one beyond doubt: never a wrong
 * exception. -ENOMEM. */
MXLOG_EXPORT int mxlog_traceback_parse(const char *text, size_t len,
    struct mxlog_exception **ret, size_t *ret_start, size_t *ret_end);

/* Move a traceback out of the entry's message into its exception, unless it
 * has one: the message keeps what stood around it, or, where nothing did, the
 * exception's last line ("OSError: no space"). The level
 * stays, but where a level in upper case stands before the traceback it is no
 * default one any more. 0 also when there was none. -ENOMEM. */
MXLOG_EXPORT int mxlog_traceback_lift(struct mxlog_entry *entry);

/* Which lines of a stream belong to one traceback, told line by line, as they
 * come. It says only what belongs together; what it means is for the above. Zeroed, a state knows of no traceback: then only a line
 * that may begin one belongs. */
struct mxlog_traceback_state {
	uint8_t phase; /* all of it is private */
	uint8_t maybe;
	uint8_t quotes;
	uint8_t lead_len;
	bool qualified, behind, led, word, gap, colon, remote;
	char lead[64];
};

enum mxlog_traceback_line {
	MXLOG_TRACEBACK_OTHER, /* does not belong to what came before */
	MXLOG_TRACEBACK_MAYBE, /* belongs if a later one is PART */
	MXLOG_TRACEBACK_PART,  /* all up to here belong together */
};

/* Take the next line, which has no newline. `at_once`: it follows the one
 * before so closely that both may have been written by one call, so that a
 * message may go on over it. After OTHER the state is meaningless. */
MXLOG_EXPORT enum mxlog_traceback_line
mxlog_traceback_step(struct mxlog_traceback_state *state, const char *text,
    size_t len, bool at_once);

/* Make frames' files below one of the roots relative to it, as the model asks.
 * The roots are absolute paths, the longest match counts. */
MXLOG_EXPORT int mxlog_exception_make_relative(struct mxlog_exception
						   *exception,
    const char *const *roots, size_t n_roots);

MXLOG_END_DECLS
