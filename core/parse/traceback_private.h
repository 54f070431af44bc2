/* SPDX-License-Identifier: Apache-2.0 */
/* Traceback: what the readers of the various runtimes' formats share. */
#pragma once

#include <mxlog/traceback.h>

#include "base/base.h"

struct mxlog_line_span {
	const char *text; /* without its newline */
	size_t len;
};

/* A text cut into lines. */
struct mxlog_lines {
	struct mxlog_line_span *lines;
	size_t n;
};

int mxlog_lines_split(struct mxlog_lines *lines, const char *text, size_t len);
void mxlog_lines_done(struct mxlog_lines *lines);

/* True if a line of [from, to) begins with blanks and "at ". Where that is no
 * frame of the runtime whose reader asks, it is another's: C# prints
 * "   at A.b(String c) in x.cs:line 3". */
bool mxlog_lines_have_frames(const struct mxlog_lines *lines, size_t from,
    size_t to);

/* What a reader found. */
struct mxlog_traceback {
	struct mxlog_exception *exception; /* owned by the receiver */
	size_t first, end;                 /* lines [first, end) */
	/* There is more in those lines than the exception can hold (groups,
	 * suppressed exceptions, other goroutines): the text must stay. */
	bool partial;
};

/* 1, 0 for none, -ENOMEM. Each knows one runtime's format. */
typedef int mxlog_traceback_reader(const struct mxlog_lines *lines,
    struct mxlog_traceback *ret);

mxlog_traceback_reader mxlog_traceback_python;
mxlog_traceback_reader mxlog_traceback_java;
mxlog_traceback_reader mxlog_traceback_go;
mxlog_traceback_reader mxlog_traceback_node;

/* ---- scanning a line ---- */

bool mxlog_line_starts(struct mxlog_line_span line, const char *prefix);
bool mxlog_line_ends(struct mxlog_line_span line, const char *suffix);

/* Without leading blanks. */
struct mxlog_line_span mxlog_line_trim(struct mxlog_line_span line);
struct mxlog_line_span mxlog_line_skip(struct mxlog_line_span line, size_t n);
bool mxlog_line_is_blank(struct mxlog_line_span line);

/* Position of the first, or last, `what`; line.len if there is none. */
size_t mxlog_line_find(struct mxlog_line_span line, const char *what);
size_t mxlog_line_rfind(struct mxlog_line_span line, char what);

/* The decimal number that begins at `at`; *ret_end is behind it. False if
 * there is none or it is beyond 2^31. */
bool mxlog_line_number(struct mxlog_line_span line, size_t at, uint32_t *ret,
    size_t *ret_end);

/* The name that begins the line: identifiers joined by any of `joints`. 0 if
 * there is none. Bytes of non-ASCII characters are letters. */
size_t mxlog_line_name(struct mxlog_line_span line, const char *joints);

/* True if the type, or its last part, ends in Error, Exception and the like:
 * what tells a header from a line of ordinary text. */
bool mxlog_line_is_type(struct mxlog_line_span type);

/* ---- building ---- */

/* "Type: message" whose message goes on over `n` more lines. */
int mxlog_traceback_header(struct mxlog_line_span type,
    struct mxlog_line_span message, const struct mxlog_line_span *more,
    size_t n, struct mxlog_exception **ret);

/* A frame as found; runtimes that print the innermost first collect frames and
 * add them backwards. */
struct mxlog_found_frame {
	struct mxlog_line_span file, function, code;
	uint32_t line;
};

struct mxlog_found_frames {
	struct mxlog_found_frame *frames;
	size_t n;
};

int mxlog_frames_push(struct mxlog_found_frames *frames,
    const struct mxlog_found_frame *frame);
void mxlog_frames_done(struct mxlog_found_frames *frames);

/* Add them to the exception, the last found first if `reverse`; of more than
 * an exception may have the outermost are left out. */
int mxlog_frames_add(const struct mxlog_found_frames *frames, bool reverse,
    struct mxlog_exception *exception);
