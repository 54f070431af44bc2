/* SPDX-License-Identifier: Apache-2.0 */
/* Traceback: what the readers of the various runtimes' formats share. */
#pragma once

#include <mxlog/traceback.h>

#include "base/base.h"
#include "base/buf.h"

struct mxlog_line_span {
	const char *text; /* without its newline */
	size_t len;
};

/* How newlines came to be what they are. */
enum mxlog_fold {
	MXLOG_FOLD_NONE,
	MXLOG_FOLD_OCTAL,   /* "#012", of syslog daemons */
	MXLOG_FOLD_WRITTEN, /* "\\n", of those who quote */
};

struct mxlog_lines_how {
	enum mxlog_fold fold;
	bool colours; /* of terminals, to be left out */
};

/* A text cut into lines. */
struct mxlog_lines {
	struct mxlog_line_span *lines;
	size_t n;
	/* Of an unfolded one: */
	struct mxlog_lines_how how;
	const char *text; /* borrowed */
	size_t len;
	size_t *origins; /* where each line begins in the text */
	struct mxlog_buf bytes;
};

/* The spans lie in the text. -ENOMEM. */
int mxlog_lines_split(struct mxlog_lines *lines, const char *text, size_t len);

/* Likewise of the text as it was before it was folded. */
int mxlog_lines_unfold(struct mxlog_lines *lines, const char *text, size_t len,
    const struct mxlog_lines_how *how);
void mxlog_lines_done(struct mxlog_lines *lines);

/* Where a place of an unfolded text's line stands in the text. */
size_t mxlog_lines_origin(const struct mxlog_lines *lines, size_t line,
    size_t column);

/* True if a line of [from, to) begins with blanks and "at ". Where that is no
 * frame of the runtime whose reader asks, it is another's: C# prints
 * "   at A.b(String c) in x.cs:line 3". */
bool mxlog_lines_have_frames(const struct mxlog_lines *lines, size_t from,
    size_t to);

/* Take away what a tool wrote before each line of a traceback ("web-1  | ",
 * a time), told by where the header or a frame begins and by the line beside
 * it. False if there is no such thing. */
bool mxlog_lines_strip_lead(struct mxlog_lines *lines);

/* What a reader found. */
struct mxlog_traceback {
	struct mxlog_exception *exception; /* owned by the receiver */
	size_t first, end;                 /* lines [first, end) */
	size_t column; /* where it begins in the first one */
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

bool mxlog_traceback_is_goroutine(struct mxlog_line_span line);
/* "Type", "Type: message"; "During handling of …". */
bool mxlog_traceback_is_python_type(struct mxlog_line_span line);
bool mxlog_traceback_is_python_link(struct mxlog_line_span line);

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

/* Blanks and "at ": a frame of Java, Node or .NET. */
bool mxlog_line_is_at(struct mxlog_line_span line);

/* True if a logger began it: a time, a level, a JSON object. No message of an
 * exception goes on over such a line. */
bool mxlog_line_is_record(struct mxlog_line_span line);

/* True if a word in it is a level in upper case. */
bool mxlog_line_has_level(struct mxlog_line_span line);

/* Where a header or frame begins behind something that is not blank: the bytes
 * before it, 0 if there is none. */
size_t mxlog_line_lead(struct mxlog_line_span line);

/* True if both begin with the same `n` bytes, a digit being like any other. */
bool mxlog_line_same_lead(struct mxlog_line_span a, struct mxlog_line_span b,
    size_t n);

/* The decimal number that begins at `at`; *ret_end is behind it. False if
 * there is none or it is beyond 2^31. */
bool mxlog_line_number(struct mxlog_line_span line, size_t at, uint32_t *ret,
    size_t *ret_end);

/* The name that begins the line: identifiers joined by any of `joints`. 0 if
 * there is none. Bytes of non-ASCII characters are letters. */
size_t mxlog_line_name(struct mxlog_line_span line, const char *joints);

/* "a.b.C": a name of several parts whose last one is no lower case word. */
bool mxlog_line_is_qualified(struct mxlog_line_span type);

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
