/* SPDX-License-Identifier: Apache-2.0 */
/* The stacks of V8 (Node, Chrome): "Type: message", then the innermost call
 * first. */
#include "parse/traceback_private.h"

/* "file:12:34" or "file:12", the file not empty. */
static bool parse_place(struct mxlog_line_span text,
    struct mxlog_found_frame *frame)
{
	uint32_t numbers[2];
	size_t n = 0;

	while (n < 2) {
		size_t colon = mxlog_line_rfind(text, ':');
		size_t end;

		if (colon == text.len ||
		    !mxlog_line_number(text, colon + 1, &numbers[n], &end) ||
		    end != text.len)
			break;
		text.len = colon;
		n++;
	}
	if (n > 0)
		frame->line = numbers[n - 1];
	frame->file = text;
	return text.len > 0 &&
	    (n > 0 || mxlog_line_starts(text, "native") ||
		mxlog_line_starts(text, "<anonymous>") ||
		mxlog_line_starts(text, "unknown location") ||
		mxlog_line_starts(text, "index "));
}

/* A place that stands alone is a path or a URL: what has blanks and is none of
 * these is another runtime's call. */
static bool is_alone(struct mxlog_line_span text)
{
	size_t column = mxlog_line_rfind(text, ':'), line, end;
	struct mxlog_line_span rest = { text.text, column };
	uint32_t number;

	line = mxlog_line_rfind(rest, ':');
	if (line < rest.len && !memchr(text.text, '(', text.len) &&
	    mxlog_line_number(rest, line + 1, &number, &end) && end == rest.len)
		return true; /* line and column */
	return !memchr(text.text, ' ', text.len) ||
	    mxlog_line_starts(text, "/") || mxlog_line_starts(text, "<") ||
	    mxlog_line_find(text, "://") < mxlog_line_find(text, " ") ||
	    mxlog_line_find(text, ":\\") == 1;
}

/* "    at async S.f [as g] (/x/y.js:1:2)", "    at /x/y.js:1:2". */
static bool parse_frame(struct mxlog_line_span line,
    struct mxlog_found_frame *ret)
{
	struct mxlog_line_span rest = mxlog_line_trim(line);
	size_t open;

	if (rest.len == line.len || !mxlog_line_starts(rest, "at "))
		return false;
	rest = mxlog_line_skip(rest, strlen("at "));
	*ret = (struct mxlog_found_frame){ 0 };
	ret->function = (struct mxlog_line_span){ LITERAL("<anonymous>") };
	if (mxlog_line_starts(rest, "(") && mxlog_line_ends(rest, ")"))
		return parse_place((struct mxlog_line_span){ rest.text + 1,
				       rest.len - 2 },
		    ret);
	open = mxlog_line_find(rest, " (");
	if (open == rest.len || !mxlog_line_ends(rest, ")")) {
		if (mxlog_line_starts(rest, "async "))
			rest = mxlog_line_skip(rest, strlen("async "));
		return is_alone(rest) && parse_place(rest, ret);
	}
	ret->function = (struct mxlog_line_span){ rest.text, open };
	rest = mxlog_line_skip(rest, open + 2);
	rest.len--;
	return (is_alone(rest) || mxlog_line_starts(rest, "eval at ") ||
		   mxlog_line_starts(rest, "index ") ||
		   mxlog_line_starts(rest, "unknown location")) &&
	    parse_place(rest, ret);
}

/* "Error", "TypeError: text", "Error [ERR_X]: text", "Uncaught Error: text". */
static bool parse_header(struct mxlog_line_span line,
    struct mxlog_line_span *ret_type, struct mxlog_line_span *ret_message)
{
	static const char uncaught[] = "Uncaught ";
	struct mxlog_line_span rest;
	size_t len;
	bool named;

	if (mxlog_line_starts(line, uncaught))
		line = mxlog_line_skip(line, strlen(uncaught));
	len = mxlog_line_name(line, ".");
	*ret_type = (struct mxlog_line_span){ line.text, len };
	rest = mxlog_line_skip(line, len);
	named = mxlog_line_is_type(*ret_type);
	if (len > 0 && mxlog_line_starts(rest, " [")) {
		/* The code, or what it calls itself, stays in the type. */
		size_t close = mxlog_line_find(rest, "]");

		if (close == rest.len)
			return false;
		named = named ||
		    mxlog_line_is_type(
			(struct mxlog_line_span){ rest.text + 2, close - 2 });
		ret_type->len += close + 1;
		rest = mxlog_line_skip(rest, close + 1);
	}
	if (len == 0 || !named ||
	    (rest.len > 0 && !mxlog_line_starts(rest, ":")))
		return false;
	rest = mxlog_line_skip(rest, 1);
	*ret_message =
	    mxlog_line_starts(rest, " ") ? mxlog_line_skip(rest, 1) : rest;
	return true;
}

struct head {
	size_t line, column;
	struct mxlog_line_span type, message;
};

/* A head somewhere in the line: console.error("failed:", error). */
static bool find_inline(struct mxlog_line_span line, struct head *ret)
{
	size_t blanks = line.len - mxlog_line_trim(line).len;

	for (size_t i = blanks + 1; i < line.len; i++) {
		struct mxlog_line_span rest = mxlog_line_skip(line, i);

		if (line.text[i - 1] != ' ' ||
		    !parse_header(rest, &ret->type, &ret->message))
			continue;
		ret->column = i;
		return true;
	}
	return false;
}

static bool is_caret(struct mxlog_line_span line)
{
	struct mxlog_line_span text = mxlog_line_trim(line);

	for (size_t i = 0; i < text.len; i++)
		if (text.text[i] != '^')
			return false;
	return text.len > 0;
}

/* Where the lines that may belong to the head begin: behind the source of an
 * uncaught error and its caret, or at the last line that a logger began. */
static size_t find_start(const struct mxlog_lines *lines, size_t frame,
    bool *ret_caret)
{
	*ret_caret = false;
	for (size_t i = frame; i > 0; i--) {
		*ret_caret = is_caret(lines->lines[i - 1]);
		if (*ret_caret)
			return i;
		if (mxlog_line_is_record(lines->lines[i - 1]))
			return i - 1;
	}
	return 0;
}

/* Rust's anyhow prints "Error: …" too, then causes and numbered calls. */
static bool is_foreign(struct mxlog_line_span line)
{
	struct mxlog_line_span text = mxlog_line_trim(line);
	uint32_t number;
	size_t end;

	return mxlog_line_starts(line, "Caused by:") ||
	    mxlog_line_starts(line, "Stack backtrace:") ||
	    mxlog_line_starts(line, "stack backtrace:") ||
	    (text.len < line.len && mxlog_line_number(text, 0, &number, &end) &&
		mxlog_line_starts(mxlog_line_skip(text, end), ": "));
}

/* The head above the first frame: lines between are its message's. Behind a
 * caret the first line that could be one is it; else, of several, who knows
 * which: the others may be the message's or other log lines. */
static bool find_header(const struct mxlog_lines *lines, size_t frame,
    struct head *ret)
{
	struct head head, later = { 0 };
	bool caret;
	size_t n = 0;

	for (size_t i = find_start(lines, frame, &caret); i < frame; i++) {
		struct mxlog_line_span line = lines->lines[i];

		head = (struct head){ .line = i };
		if (is_foreign(line))
			return false;
		if (parse_header(line, &head.type, &head.message)) {
			if (n == 0)
				*ret = head;
			n += later.type.text && !caret ? 2 : 1;
		} else if (!later.type.text && find_inline(line, &head)) {
			later = head;
		}
	}
	if (n == 0)
		*ret = later;
	return n == 1 || (n > 1 && caret) || (n == 0 && later.type.text);
}

/* "    ... 5 lines matching cause stack trace ..." */
static bool is_left_out(struct mxlog_line_span line)
{
	return mxlog_line_starts(mxlog_line_trim(line), "... ") &&
	    mxlog_line_find(line, " lines matching ") < line.len;
}

/* What follows the frames in inspect()'s form ("{ code: 'X' }", "[cause]:"),
 * and frames that it left out, are more than an exception holds. */
static bool has_more(const struct mxlog_lines *lines, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		if (is_left_out(lines->lines[i]))
			return true;
	return mxlog_line_ends(lines->lines[end - 1], " {") ||
	    (end < lines->n &&
		mxlog_line_find(lines->lines[end], "[cause]: ") <
		    lines->lines[end].len);
}

/* Frames from *at on, to the first line that is none. -EBADMSG where that is a
 * frame of another runtime. */
static int read_frames(const struct mxlog_lines *lines, size_t *at,
    struct mxlog_found_frames *frames)
{
	struct mxlog_found_frame frame;
	int r = 0;

	for (; *at < lines->n && r == 0; (*at)++) {
		struct mxlog_line_span line = lines->lines[*at];

		if (mxlog_line_ends(line, " {"))
			line.len -= 2;
		if (parse_frame(line, &frame))
			r = mxlog_frames_push(frames, &frame);
		else if (!is_left_out(line))
			break;
	}
	if (r == 0 && *at < lines->n && mxlog_line_is_at(lines->lines[*at]))
		r = -EBADMSG;
	return r;
}

/* "[AggregateError: all failed] {", "  [errors]: [": inspect()'s form of an
 * error that has no frames of its own. */
static int read_bracketed(const struct mxlog_lines *lines,
    struct mxlog_traceback *ret)
{
	struct mxlog_line_span line, next, type, message;
	int r;

	for (size_t i = 0; i + 1 < lines->n; i++) {
		line = lines->lines[i];
		next = mxlog_line_trim(lines->lines[i + 1]);
		if (!mxlog_line_starts(line, "[") ||
		    !mxlog_line_ends(line, "] {") ||
		    (!mxlog_line_starts(next, "[errors]: [") &&
			!mxlog_line_starts(next, "[cause]: ")))
			continue;
		line = mxlog_line_skip(line, 1);
		line.len -= strlen("] {");
		if (!parse_header(line, &type, &message))
			continue;
		r = mxlog_traceback_header(type, message, NULL, 0,
		    &ret->exception);
		ret->first = i;
		ret->end = i + 1;
		ret->partial = true;
		return r < 0 ? r : 1;
	}
	return 0;
}

int mxlog_traceback_node(const struct mxlog_lines *lines,
    struct mxlog_traceback *ret)
{
	struct mxlog_found_frames frames = { 0 };
	struct mxlog_found_frame frame;
	struct head head;
	size_t at = 0, first;
	int r;

	while (at < lines->n && !parse_frame(lines->lines[at], &frame))
		at++;
	if (at == lines->n || !find_header(lines, at, &head))
		return read_bracketed(lines, ret);
	if (mxlog_lines_have_frames(lines, head.line + 1, at))
		return 0;
	first = at;
	r = read_frames(lines, &at, &frames);
	if (r == 0)
		r = mxlog_traceback_header(head.type, head.message,
		    lines->lines + head.line + 1, first - head.line - 1,
		    &ret->exception);
	if (r == 0)
		r = mxlog_frames_add(&frames, true, ret->exception);
	mxlog_frames_done(&frames);
	if (r < 0) {
		mxlog_exception_free(ret->exception);
		ret->exception = NULL;
		return r == -EBADMSG ? 0 : r;
	}
	ret->first = head.line;
	ret->column = head.column;
	ret->end = at;
	ret->partial = has_more(lines, first, at);
	return 1;
}
