/* SPDX-License-Identifier: Apache-2.0 */
/* Lines: which lines of a service's output belong to one traceback, told line
 * by line, as they come. It says only what belongs together; what it means is
 * <mxlog/traceback.h>'s business. */
#pragma once

#include <mxlog/error.h>

enum mxlog_journal_line_state {
	MXLOG_JOURNAL_LINE_NONE, /* no traceback so far */
	MXLOG_JOURNAL_LINE_PYTHON_FRAMES,
	MXLOG_JOURNAL_LINE_PYTHON_DONE,
	MXLOG_JOURNAL_LINE_PYTHON_GAP,
	MXLOG_JOURNAL_LINE_PYTHON_LINK,
	MXLOG_JOURNAL_LINE_PYTHON_GAP_2,
	MXLOG_JOURNAL_LINE_HEAD, /* of Java's or Node's: frames may follow */
	MXLOG_JOURNAL_LINE_FRAMES,
	MXLOG_JOURNAL_LINE_FRAMES_GAP,
	MXLOG_JOURNAL_LINE_GO_PANIC,
	MXLOG_JOURNAL_LINE_GO_FRAMES,
	MXLOG_JOURNAL_LINE_GO_CALL,
	MXLOG_JOURNAL_LINE_GO_GAP,
	MXLOG_JOURNAL_LINE_NODE_CODE,
	MXLOG_JOURNAL_LINE_NODE_CARET,
	MXLOG_JOURNAL_LINE_NODE_GAP,
	MXLOG_JOURNAL_LINE_LAST, /* nothing more can belong */
};

enum mxlog_journal_line_verdict {
	MXLOG_JOURNAL_LINE_OTHER, /* does not belong to what came before */
	MXLOG_JOURNAL_LINE_MAYBE, /* belongs if a later one is PART */
	MXLOG_JOURNAL_LINE_PART,  /* all up to here belong together */
};

/* Take the next line. In state NONE only a line that may begin a traceback
 * belongs. After OTHER the state is meaningless. */
enum mxlog_journal_line_verdict mxlog_journal_line_step(
    enum mxlog_journal_line_state *state, const char *text, size_t len);
