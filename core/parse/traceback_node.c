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
		mxlog_line_starts(text, "index "));
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
		return parse_place(rest, ret);
	}
	ret->function = (struct mxlog_line_span){ rest.text, open };
	rest = mxlog_line_skip(rest, open + 2);
	rest.len--;
	return parse_place(rest, ret);
}

/* "Error", "TypeError: text", "Error [ERR_X]: text", "Uncaught Error: text". */
static bool parse_header(struct mxlog_line_span line,
    struct mxlog_line_span *ret_type, struct mxlog_line_span *ret_message)
{
	static const char uncaught[] = "Uncaught ";
	struct mxlog_line_span rest;
	size_t len;

	if (mxlog_line_starts(line, uncaught))
		line = mxlog_line_skip(line, strlen(uncaught));
	len = mxlog_line_name(line, ".");
	*ret_type = (struct mxlog_line_span){ line.text, len };
	rest = mxlog_line_skip(line, len);
	if (len == 0 || !mxlog_line_is_type(*ret_type))
		return false;
	if (mxlog_line_starts(rest, " [")) { /* the code stays in the type */
		size_t close = mxlog_line_find(rest, "]");

		if (close == rest.len)
			return false;
		ret_type->len += close + 1;
		rest = mxlog_line_skip(rest, close + 1);
	}
	if (rest.len > 0 && !mxlog_line_starts(rest, ":"))
		return false;
	rest = mxlog_line_skip(rest, 1);
	*ret_message =
	    mxlog_line_starts(rest, " ") ? mxlog_line_skip(rest, 1) : rest;
	return true;
}

/* The nearest header above the first frame: lines between are its message's. */
static bool find_header(const struct mxlog_lines *lines, size_t frame,
    size_t *ret, struct mxlog_line_span *ret_type,
    struct mxlog_line_span *ret_message)
{
	for (size_t i = frame; i > 0; i--)
		if (parse_header(lines->lines[i - 1], ret_type, ret_message)) {
			*ret = i - 1;
			return !mxlog_lines_have_frames(lines, i, frame);
		}
	return false;
}

/* What follows the frames in inspect()'s form ("{ code: 'X' }", "[cause]:")
 * is more than an exception holds. */
static bool has_more(const struct mxlog_lines *lines, size_t last, size_t end)
{
	return mxlog_line_ends(lines->lines[last], " {") ||
	    (end < lines->n &&
		mxlog_line_find(lines->lines[end], "[cause]: ") <
		    lines->lines[end].len);
}

int mxlog_traceback_node(const struct mxlog_lines *lines,
    struct mxlog_traceback *ret)
{
	struct mxlog_found_frames frames = { 0 };
	struct mxlog_found_frame frame;
	struct mxlog_line_span type, message;
	size_t at = 0, first;
	int r = 0;

	while (at < lines->n && !parse_frame(lines->lines[at], &frame))
		at++;
	if (at == lines->n ||
	    !find_header(lines, at, &ret->first, &type, &message))
		return 0;
	for (first = at; at < lines->n && r == 0; at++) {
		struct mxlog_line_span line = lines->lines[at];

		if (mxlog_line_ends(line, " {"))
			line.len -= 2;
		if (!parse_frame(line, &frame))
			break;
		r = mxlog_frames_push(&frames, &frame);
	}
	if (r == 0)
		r = mxlog_traceback_header(type, message,
		    lines->lines + ret->first + 1, first - ret->first - 1,
		    &ret->exception);
	if (r == 0)
		r = mxlog_frames_add(&frames, true, ret->exception);
	mxlog_frames_done(&frames);
	if (r < 0) {
		mxlog_exception_free(ret->exception);
		ret->exception = NULL;
		return r;
	}
	ret->end = at;
	ret->partial = has_more(lines, at - 1, at);
	return 1;
}
