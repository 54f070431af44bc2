/* SPDX-License-Identifier: Apache-2.0 */
/* Python's tracebacks, 2.x to 3.14: chained both ways, with and without
 * markers below the code, repeated frames, syntax errors, groups. */
#include "base/buf.h"
#include "parse/traceback_private.h"

static const char header[] = "Traceback (most recent call last):";
static const char group_header[] =
    "+ Exception Group Traceback (most recent call last):";
static const char by_cause[] =
    "The above exception was the direct cause of the following exception:";
static const char by_context[] =
    "During handling of the above exception, another exception occurred:";

/* One traceback of a chain. */
struct reading {
	const struct mxlog_lines *lines;
	size_t at;
	size_t indent; /* of the header; group: behind its margin */
	bool group;
	bool headless; /* no header and no frames: it was never raised here */
	bool doubtful; /* what the message holds can't be told */
	struct mxlog_found_frames frames;
	struct mxlog_line_span syntax_file; /* of a SyntaxError, if any */
	uint32_t syntax_line;
};

/* The line at `at` without the margin that it shares with its header; of a
 * group: behind "| ". */
static bool get_line(const struct reading *reading, size_t at,
    struct mxlog_line_span *ret)
{
	struct mxlog_line_span line;

	if (at >= reading->lines->n)
		return false;
	line = reading->lines->lines[at];
	if (reading->group) {
		struct mxlog_line_span inner =
		    mxlog_line_skip(line, reading->indent);

		if (!mxlog_line_starts(inner, "|"))
			return false;
		*ret = mxlog_line_skip(inner, 2);
		return true;
	}
	if (line.len < reading->indent)
		return false;
	*ret = mxlog_line_skip(line, reading->indent);
	return true;
}

/* '  File "x.py", line 12, in f'; without ", in f" it is where a SyntaxError
 * is. Python 2 prints "?" for module level. */
static bool parse_frame(struct mxlog_line_span line,
    struct mxlog_found_frame *ret, bool *ret_has_function)
{
	struct mxlog_line_span rest = mxlog_line_trim(line);
	size_t quote, end;

	if (!mxlog_line_starts(rest, "File \""))
		return false;
	rest = mxlog_line_skip(rest, strlen("File \""));
	quote = mxlog_line_find(rest, "\", line ");
	if (quote == rest.len || quote == 0)
		return false;
	*ret = (struct mxlog_found_frame){ .file = { rest.text, quote } };
	if (!mxlog_line_number(rest, quote + strlen("\", line "), &ret->line,
		&end))
		return false;
	rest = mxlog_line_skip(rest, end);
	*ret_has_function = mxlog_line_starts(rest, ", in ");
	ret->function = mxlog_line_skip(rest, strlen(", in "));
	return *ret_has_function ? ret->function.len > 0 : rest.len == 0;
}

/* "    ~~^^~~" below the code, of 3.11 and later. */
static bool is_marker(struct mxlog_line_span line)
{
	struct mxlog_line_span rest = mxlog_line_trim(line);

	if (rest.len == 0 || rest.len == line.len)
		return false;
	for (size_t i = 0; i < rest.len; i++)
		if (!strchr("^~ -|", rest.text[i]))
			return false;
	return true;
}

/* "  [Previous line repeated 970 more times]": the frames are there. */
static int repeat_last(struct reading *reading, struct mxlog_line_span line)
{
	struct mxlog_found_frame last;
	uint32_t times;
	size_t end;

	if (reading->frames.n == 0 ||
	    !mxlog_line_number(line, strlen("[Previous line repeated "), &times,
		&end))
		return 0;
	last = reading->frames.frames[reading->frames.n - 1];
	times = MIN(times, (uint32_t)MXLOG_EXCEPTION_FRAMES);
	for (uint32_t i = 0; i < times; i++) {
		int r = mxlog_frames_push(&reading->frames, &last);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Lines of source below a frame; more than one since 3.13. The first is the
 * frame's code. */
static void read_code(struct reading *reading, struct mxlog_found_frame *frame)
{
	struct mxlog_line_span line;

	for (bool first = true; get_line(reading, reading->at, &line);
	     reading->at++, first = false) {
		struct mxlog_line_span text = mxlog_line_trim(line);

		if (!mxlog_line_starts(line, "   ") && text.len > 0)
			return;
		if (text.len == 0 || mxlog_line_starts(text, "File \"") ||
		    mxlog_line_starts(text, "[Previous line repeated "))
			return;
		if (first && !is_marker(line))
			frame->code = text;
	}
}

static int read_one_frame(struct reading *reading, bool *ret_more)
{
	struct mxlog_line_span line, text;
	struct mxlog_found_frame frame;
	bool has_function;

	*ret_more = get_line(reading, reading->at, &line);
	if (!*ret_more)
		return 0;
	text = mxlog_line_trim(line);
	if (mxlog_line_starts(text, "[Previous line repeated ")) {
		reading->at++;
		return repeat_last(reading, text);
	}
	if (mxlog_line_starts(text, "...") && text.len == 3) {
		/* somebody left frames out */
		reading->at++;
		return 0;
	}
	*ret_more = parse_frame(line, &frame, &has_function);
	if (!*ret_more)
		return 0;
	reading->at++;
	read_code(reading, &frame);
	if (has_function)
		return mxlog_frames_push(&reading->frames, &frame);
	reading->syntax_file = frame.file;
	reading->syntax_line = frame.line;
	return 0;
}

static int read_frames(struct reading *reading)
{
	bool more = true;
	int r = 0;

	while (more && r == 0)
		r = read_one_frame(reading, &more);
	return r;
}

/* Where the next traceback of the chain is announced; the end of the lines if
 * nowhere. The announcement has blank lines around it. */
static size_t find_link(const struct reading *reading, size_t from)
{
	struct mxlog_line_span line;

	for (size_t i = from; get_line(reading, i, &line); i++)
		if (mxlog_line_starts(line, by_cause) ||
		    mxlog_line_starts(line, by_context))
			return i;
	return reading->lines->n;
}

static bool has_header(struct mxlog_line_span line)
{
	return mxlog_line_find(line, header) < line.len;
}

/* The first line from `from` on that has a header; the end of the lines, or of
 * the group's margin, if there is none. */
static size_t find_next_header(const struct reading *reading, size_t from)
{
	struct mxlog_line_span line;

	while (get_line(reading, from, &line) && !has_header(line) &&
	    !mxlog_line_starts(mxlog_line_trim(line), "+-"))
		from++;
	return from;
}

/* Where another traceback begins that is not announced: is it the message's, or
 * another one? Its own if nothing lies between, or the last line is none of the
 * message's. */
static bool is_doubtful(const struct reading *reading, size_t from, size_t next)
{
	struct mxlog_line_span line;

	if (!get_line(reading, next, &line) || !has_header(line) ||
	    !get_line(reading, next - 1, &line))
		return false;
	if (next == from)
		return mxlog_line_ends(line, ":");
	return !mxlog_line_is_blank(line);
}

/* The lines that a message goes on over: up to the next link of the chain, to
 * what a logger began, to the end of the group's margin or of the text; blank
 * lines at its end are not the message's. */
static size_t message_end(struct reading *reading, size_t from)
{
	size_t link = find_link(reading, from);
	size_t limit = find_next_header(reading, from), end = from;
	struct mxlog_line_span line;

	if (link < limit) {
		end = link;
	} else {
		while (end < limit && get_line(reading, end, &line) &&
		    (reading->group || !mxlog_line_is_record(line)))
			end++;
		reading->doubtful =
		    end == limit && is_doubtful(reading, from, limit);
	}
	while (end > from && get_line(reading, end - 1, &line) &&
	    mxlog_line_is_blank(line))
		end--;
	return end;
}

/* A type as Python prints it: dotted, with <locals> inside. */
static size_t type_len(struct mxlog_line_span line)
{
	size_t len = mxlog_line_name(line, ".");

	while (len > 0 && len < line.len &&
	    mxlog_line_starts(mxlog_line_skip(line, len), ".<locals>.")) {
		size_t skip = len + strlen(".<locals>.");
		size_t more = mxlog_line_name(mxlog_line_skip(line, skip), ".");

		if (more == 0)
			break;
		len = skip + more;
	}
	return len;
}

/* The text of a SyntaxError as str() gives it: "msg (file.py, line 3)". */
static int make_syntax_error(const struct reading *reading,
    struct mxlog_line_span type, struct mxlog_line_span message,
    struct mxlog_exception **ret)
{
	size_t slash = mxlog_line_rfind(reading->syntax_file, '/');
	struct mxlog_line_span file = slash < reading->syntax_file.len
	    ? mxlog_line_skip(reading->syntax_file, slash + 1)
	    : reading->syntax_file;
	struct mxlog_buf text = { 0 };
	int r =
	    mxlog_buf_printf(&text, "%.*s (%.*s, line %u)", (int)message.len,
		message.text, (int)file.len, file.text, reading->syntax_line);

	if (r == 0)
		r = mxlog_exception_new(type.text, type.len, text.data,
		    text.len, ret);
	mxlog_buf_done(&text);
	return r;
}

/* Collect the message's further lines without their margin. */
static int make_exception(struct reading *reading, struct mxlog_line_span type,
    struct mxlog_line_span message, size_t end, struct mxlog_exception **ret)
{
	struct mxlog_lines more = { 0 };
	struct mxlog_buf text = { 0 };
	int r = 0;

	if (reading->syntax_file.text && end == reading->at + 1)
		return make_syntax_error(reading, type, message, ret);
	for (size_t i = reading->at + 1; i < end && r == 0; i++) {
		struct mxlog_line_span line = { 0 };

		(void)get_line(reading, i, &line);
		if (i > reading->at + 1)
			r = mxlog_buf_add_char(&text, '\n');
		if (r == 0)
			r = mxlog_buf_add(&text, line.text, line.len);
	}
	if (r == 0 && end > reading->at + 1)
		r = mxlog_lines_split(&more, text.data ? text.data : "",
		    text.len);
	if (r == 0)
		r = mxlog_traceback_header(type, message, more.lines, more.n,
		    ret);
	mxlog_lines_done(&more);
	mxlog_buf_done(&text);
	return r;
}

/* "Type", "Type:", "Type: message". */
static bool parse_type(struct mxlog_line_span line,
    struct mxlog_line_span *ret_type, struct mxlog_line_span *ret_message)
{
	size_t len = type_len(line);
	struct mxlog_line_span rest = mxlog_line_skip(line, len);

	if (len == 0)
		return false;
	*ret_type = (struct mxlog_line_span){ line.text, len };
	if (mxlog_line_starts(rest, ": "))
		rest = mxlog_line_skip(rest, 2);
	else if (mxlog_line_starts(rest, ":") && rest.len == 1)
		rest = mxlog_line_skip(rest, 1);
	else if (rest.len > 0)
		return false;
	*ret_message = rest;
	return true;
}

bool mxlog_traceback_is_python_type(struct mxlog_line_span line)
{
	struct mxlog_line_span type, message;

	return parse_type(line, &type, &message);
}

bool mxlog_traceback_is_python_link(struct mxlog_line_span line)
{
	return mxlog_line_starts(line, by_cause) ||
	    mxlog_line_starts(line, by_context);
}

static bool is_quotes(const struct reading *reading, size_t at)
{
	struct mxlog_line_span line;

	return get_line(reading, at, &line) &&
	    mxlog_line_starts(line, "\"\"\"") && line.len == 3;
}

/* "multiprocessing.pool.RemoteTraceback:", and quotes below it. */
static bool is_remote(const struct reading *reading, size_t at)
{
	struct mxlog_line_span line, type, message;

	return get_line(reading, at, &line) &&
	    parse_type(line, &type, &message) && message.len == 0 &&
	    mxlog_line_ends(type, "RemoteTraceback") &&
	    is_quotes(reading, at + 1);
}

/* Behind the quotes that close what begins at `at`; they may hold others. */
static size_t remote_end(const struct reading *reading, size_t at)
{
	struct mxlog_line_span line;
	size_t depth = 0;

	for (; get_line(reading, at, &line); at++) {
		if (is_remote(reading, at)) {
			depth++;
			at++;
		} else if (is_quotes(reading, at) && --depth == 0) {
			return at + 1;
		}
	}
	return reading->lines->n;
}

/* "Type", "Type: message" … behind the frames. */
static int read_exception(struct reading *reading, struct mxlog_exception **ret)
{
	struct mxlog_line_span line, type, message;
	bool remote = is_remote(reading, reading->at);
	size_t end;
	int r;

	if (!get_line(reading, reading->at, &line) ||
	    !parse_type(line, &type, &message))
		return 0;
	if (reading->frames.n == 0 && !reading->syntax_file.text &&
	    !mxlog_line_is_type(type) && !mxlog_line_is_qualified(type))
		return 0; /* any word could be one */
	end = remote ? remote_end(reading, reading->at)
		     : message_end(reading, reading->at + 1);
	if (reading->doubtful)
		return 0;
	r = make_exception(reading, type, message, end, ret);
	if (r < 0)
		return r;
	r = mxlog_frames_add(&reading->frames, false, *ret);
	if (r < 0) {
		mxlog_exception_free(*ret);
		*ret = NULL;
		return r;
	}
	reading->at = end;
	return 1;
}

/* Begin at the line of a header, or of a type that has none. 1, 0 if it is not
 * followed by what should. */
static int read_traceback(struct reading *reading, struct mxlog_exception **ret)
{
	int r = 0;

	reading->syntax_file = (struct mxlog_line_span){ 0 };
	if (!reading->headless) {
		reading->at++;
		r = read_frames(reading);
	}
	if (r == 0)
		r = read_exception(reading, ret);
	mxlog_frames_done(&reading->frames);
	reading->headless = false;
	return r;
}

/* A header in a line: *ret_indent is where the traceback's margin ends. Text
 * before it on its line is a prefix that only that line has. */
static bool find_header(const struct mxlog_lines *lines, size_t *at,
    struct reading *ret, size_t *ret_column)
{
	for (size_t i = *at; i < lines->n; i++) {
		struct mxlog_line_span line = lines->lines[i];
		size_t group = mxlog_line_find(line, group_header);
		size_t plain = mxlog_line_find(line, header);
		size_t blanks = line.len - mxlog_line_trim(line).len;

		if (group < line.len && group == blanks) {
			ret->group = true;
			ret->indent = group;
		} else if (plain < line.len &&
		    plain + strlen(header) == line.len) {
			ret->group = false;
			ret->indent = plain == blanks ? plain : 0;
			*ret_column = plain == blanks ? 0 : plain;
		} else {
			continue;
		}
		*at = i;
		return true;
	}
	return false;
}

/* Go past the members of a group, whose lines begin with "|" or "+"; what is
 * chained to a group stands without its margin of two. */
static void leave_group(struct reading *reading)
{
	const struct mxlog_lines *lines = reading->lines;

	while (reading->at < lines->n) {
		struct mxlog_line_span text =
		    mxlog_line_trim(lines->lines[reading->at]);

		if (!mxlog_line_starts(text, "|") &&
		    !mxlog_line_starts(text, "+"))
			break;
		reading->at++;
	}
	reading->group = false;
	reading->indent -= MIN(reading->indent, (size_t)2);
}

static bool is_link(const struct reading *reading, size_t at)
{
	struct mxlog_line_span line;

	return get_line(reading, at, &line) &&
	    mxlog_traceback_is_python_link(line);
}

static size_t skip_blank(const struct reading *reading, size_t at)
{
	struct mxlog_line_span line;

	while (get_line(reading, at, &line) && mxlog_line_is_blank(line))
		at++;
	return at;
}

/* The last line before `at` that is not blank; `at` if there is none. */
static size_t line_before(const struct reading *reading, size_t at)
{
	struct mxlog_line_span line;

	for (size_t i = at; i > 0; i--)
		if (get_line(reading, i - 1, &line) &&
		    !mxlog_line_is_blank(line))
			return i - 1;
	return at;
}

/* A line that may be all of an exception: its type is beyond doubt. */
static bool is_headless(const struct reading *reading, size_t at)
{
	struct mxlog_line_span line, type, message;

	return get_line(reading, at, &line) &&
	    parse_type(line, &type, &message) &&
	    (mxlog_line_is_type(type) || mxlog_line_is_qualified(type));
}

/* The first of a chain may have no header: what was never raised, or was raised
 * in another process, whose traceback stands in quotes. False where something
 * of the chain is there that can't be read. */
static bool find_headless(struct reading *reading)
{
	size_t at = reading->at, before, start;

	if (at >= 2 && is_remote(reading, at - 2)) {
		start = at - 2;
	} else {
		before = line_before(reading, at);
		if (before == at || !is_link(reading, before))
			return true;
		start = line_before(reading, before);
		if (start == before)
			return true; /* what came before is not here */
		if (!is_headless(reading, start))
			return false;
	}
	reading->at = start;
	reading->headless = true;
	return true;
}

/* After one traceback: skip to the next one of its chain: 1, 0 at the end;
 * -EBADMSG where the next one is announced and not there: who knows then what
 * was thrown in the end. */
static int next_in_chain(struct reading *reading)
{
	struct mxlog_line_span line;
	size_t at;

	if (reading->group)
		leave_group(reading);
	at = skip_blank(reading, reading->at);
	if (!is_link(reading, at))
		return 0;
	at = skip_blank(reading, at + 1);
	if (!get_line(reading, at, &line))
		return -EBADMSG;
	reading->at = at;
	if (mxlog_line_starts(line, header))
		return 1;
	reading->headless = is_remote(reading, at) || is_headless(reading, at);
	if (reading->headless)
		return 1;
	reading->indent += line.len - mxlog_line_trim(line).len;
	reading->group = mxlog_line_starts(mxlog_line_trim(line), group_header);
	return reading->group ? 1 : -EBADMSG;
}

int mxlog_traceback_python(const struct mxlog_lines *lines,
    struct mxlog_traceback *ret)
{
	struct reading reading = { .lines = lines };
	struct mxlog_exception *outer = NULL;
	bool grouped = false;
	int r;

	if (!find_header(lines, &reading.at, &reading, &ret->column))
		return 0;
	if (ret->column == 0 && !reading.group && !find_headless(&reading))
		return 0;
	ret->first = reading.at;
	do {
		struct mxlog_exception *next = NULL;

		grouped = grouped || reading.group;
		r = read_traceback(&reading, &next);
		if (r == 1 && outer) {
			r = mxlog_exception_take_cause(next, &outer);
			if (r == -E2BIG) { /* the innermost causes go */
				mxlog_exception_free(outer);
				r = 0;
			}
			r = r < 0 ? r : 1;
		}
		if (next)
			outer = next;
		if (r == 1)
			r = next_in_chain(&reading);
		else if (r == 0)
			r = -EBADMSG;
	} while (r == 1);
	if (r < 0) {
		mxlog_exception_free(outer);
		return r == -EBADMSG ? 0 : r;
	}
	ret->exception = outer;
	ret->partial = grouped;
	ret->end = reading.at;
	return 1;
}
