/* SPDX-License-Identifier: Apache-2.0 */
/* Java's stack traces (and those of Kotlin, Scala, Android): Throwable's
 * printStackTrace(), innermost frame first, causes after. */
#include "parse/traceback_private.h"

struct reading {
	const struct mxlog_lines *lines;
	size_t at;
	bool partial;
};

/* "\tat app//java.base@17/a.B.c(B.java:7)", blanks of any kind before it. */
static bool parse_frame(struct mxlog_line_span line,
    struct mxlog_found_frame *ret)
{
	struct mxlog_line_span rest = mxlog_line_trim(line);
	size_t open, close, colon, end;

	if (rest.len == line.len || !mxlog_line_starts(rest, "at "))
		return false;
	rest = mxlog_line_skip(rest, strlen("at "));
	open = mxlog_line_find(rest, "(");
	close = mxlog_line_rfind(rest, ')');
	if (open == 0 || open == rest.len || close == rest.len || close < open)
		return false;
	/* A method is "a.B.c"; "f (x.js:1:2)" is another language's. */
	if (memchr(rest.text, ' ', open) || !memchr(rest.text, '.', open))
		return false;
	*ret = (struct mxlog_found_frame){
		.function = { rest.text, open },
		.file = { rest.text + open + 1, close - open - 1 },
	};
	colon = mxlog_line_rfind(ret->file, ':');
	if (colon < ret->file.len &&
	    mxlog_line_number(ret->file, colon + 1, &ret->line, &end) &&
	    end == ret->file.len)
		ret->file.len = colon;
	return ret->file.len > 0;
}

/* "\t... 9 more": so many outermost frames are those of the exception above.
 * True, and how many. */
static bool parse_more(struct mxlog_line_span line, uint32_t *ret)
{
	struct mxlog_line_span rest = mxlog_line_trim(line);
	size_t end;

	return mxlog_line_starts(rest, "... ") &&
	    mxlog_line_number(rest, strlen("... "), ret, &end) &&
	    (mxlog_line_starts(mxlog_line_skip(rest, end), " more") ||
		mxlog_line_starts(mxlog_line_skip(rest, end),
		    " common frames omitted"));
}

/* "a.b.CException", "CException: text"; *ret_message is what follows ": ". */
static bool parse_header(struct mxlog_line_span line,
    struct mxlog_line_span *ret_type, struct mxlog_line_span *ret_message)
{
	size_t len = mxlog_line_name(line, "./");
	struct mxlog_line_span type = { line.text, len };
	struct mxlog_line_span rest = mxlog_line_skip(line, len);

	if (len == 0)
		return false;
	if (rest.len > 0 && !mxlog_line_starts(rest, ":"))
		return false;
	if (!mxlog_line_is_type(type) && !memchr(type.text, '.', type.len))
		return false;
	*ret_type = type;
	rest = mxlog_line_skip(rest, 1);
	*ret_message =
	    mxlog_line_starts(rest, " ") ? mxlog_line_skip(rest, 1) : rest;
	return true;
}

/* 'Exception in thread "main" ' and whatever a logger put before it. */
static struct mxlog_line_span skip_thread(struct mxlog_line_span line)
{
	static const char lead[] = "Exception in thread \"";
	size_t at = mxlog_line_find(line, lead);
	struct mxlog_line_span rest;
	size_t quote;

	if (at == line.len)
		return line;
	rest = mxlog_line_skip(line, at + strlen(lead));
	quote = mxlog_line_find(rest, "\" ");
	return quote < rest.len ? mxlog_line_skip(rest, quote + 2) : line;
}

/* Frames from reading->at on; suppressed exceptions (deeper indented) are
 * passed over. *ret_common: how many the enclosing exception shares. */
static int read_frames(struct reading *reading,
    struct mxlog_found_frames *frames, uint32_t *ret_common)
{
	bool suppressed = false;
	int r = 0;

	*ret_common = 0;
	for (; reading->at < reading->lines->n && r == 0; reading->at++) {
		struct mxlog_line_span line =
		    reading->lines->lines[reading->at];
		struct mxlog_line_span text = mxlog_line_trim(line);
		struct mxlog_found_frame frame;
		uint32_t common;

		if (text.len < line.len &&
		    mxlog_line_starts(text, "Suppressed: ")) {
			suppressed = true;
			reading->partial = true;
		} else if (parse_frame(line, &frame)) {
			if (!suppressed)
				r = mxlog_frames_push(frames, &frame);
		} else if (parse_more(line, &common)) {
			if (!suppressed)
				*ret_common = common;
		} else if (!suppressed || text.len == line.len) {
			break;
		}
	}
	return r;
}

/* The outermost `common` frames are the enclosing exception's, which are the
 * last of `enclosing`. */
static int add_common(struct mxlog_found_frames *frames,
    const struct mxlog_found_frames *enclosing, uint32_t common)
{
	size_t n = MIN((size_t)common, enclosing->n);
	int r = 0;

	for (size_t i = enclosing->n - n; i < enclosing->n && r == 0; i++)
		r = mxlog_frames_push(frames, &enclosing->frames[i]);
	return r;
}

static int read_cause(struct reading *reading,
    const struct mxlog_found_frames *enclosing, unsigned depth,
    struct mxlog_exception **ret);

/* From the line behind the header on: its frames, then its cause. 1; 0 when
 * there is neither. */
static int read_body(struct reading *reading,
    const struct mxlog_found_frames *enclosing, unsigned depth,
    struct mxlog_exception *exception)
{
	struct mxlog_found_frames frames = { 0 };
	struct mxlog_exception *cause = NULL;
	uint32_t common;
	int r = read_frames(reading, &frames, &common);

	if (r == 0 && enclosing)
		r = add_common(&frames, enclosing, common);
	if (r == 0)
		r = mxlog_frames_add(&frames, true, exception);
	if (r == 0)
		r = read_cause(reading, &frames, depth + 1, &cause);
	if (r == 1)
		r = mxlog_exception_take_cause(exception, &cause);
	if (r == 0)
		r = frames.n > 0;
	mxlog_exception_free(cause);
	mxlog_frames_done(&frames);
	return r;
}

/* A message may go on over several lines: up to the first frame. */
static size_t find_frame(const struct mxlog_lines *lines, size_t from)
{
	struct mxlog_found_frame frame;
	uint32_t common;

	while (from < lines->n && !parse_frame(lines->lines[from], &frame) &&
	    !parse_more(lines->lines[from], &common))
		from++;
	return from;
}

/* "Caused by: …": 1, 0 if the next line is none. */
static int read_cause(struct reading *reading,
    const struct mxlog_found_frames *enclosing, unsigned depth,
    struct mxlog_exception **ret)
{
	static const char lead[] = "Caused by: ";
	struct mxlog_line_span line, type, message;
	size_t frame;
	int r;

	if (reading->at >= reading->lines->n || depth >= MXLOG_EXCEPTION_DEPTH)
		return 0;
	line = reading->lines->lines[reading->at];
	if (!mxlog_line_starts(line, lead) ||
	    !parse_header(mxlog_line_skip(line, strlen(lead)), &type, &message))
		return 0;
	frame = find_frame(reading->lines, reading->at + 1);
	if (frame == reading->lines->n)
		frame = reading->at + 1;
	r = mxlog_traceback_header(type, message,
	    reading->lines->lines + reading->at + 1, frame - reading->at - 1,
	    ret);
	if (r < 0)
		return r;
	reading->at = frame;
	r = read_body(reading, enclosing, depth, *ret);
	return r < 0 ? r : 1;
}

/* The header above the first frame: the topmost line that is one. */
static bool find_header(const struct mxlog_lines *lines, size_t frame,
    size_t *ret, struct mxlog_line_span *ret_type,
    struct mxlog_line_span *ret_message)
{
	for (size_t i = 0; i < frame; i++) {
		struct mxlog_line_span line = skip_thread(lines->lines[i]);

		if (!parse_header(line, ret_type, ret_message))
			continue;
		if (!mxlog_line_is_type(*ret_type) && i + 1 != frame)
			continue;
		*ret = i;
		return !mxlog_lines_have_frames(lines, i + 1, frame);
	}
	return false;
}

int mxlog_traceback_java(const struct mxlog_lines *lines,
    struct mxlog_traceback *ret)
{
	struct reading reading = { .lines = lines };
	struct mxlog_line_span type, message;
	struct mxlog_found_frame first;
	int r;

	reading.at = find_frame(lines, 0);
	if (reading.at == lines->n ||
	    !parse_frame(lines->lines[reading.at], &first) ||
	    !find_header(lines, reading.at, &ret->first, &type, &message))
		return 0;
	r = mxlog_traceback_header(type, message, lines->lines + ret->first + 1,
	    reading.at - ret->first - 1, &ret->exception);
	if (r < 0)
		return r;
	r = read_body(&reading, NULL, 0, ret->exception);
	if (r < 1) {
		mxlog_exception_free(ret->exception);
		ret->exception = NULL;
		return r;
	}
	/* What stood before the header on its line stays. */
	if (skip_thread(lines->lines[ret->first]).len !=
		lines->lines[ret->first].len &&
	    !mxlog_line_starts(lines->lines[ret->first], "Exception in "))
		reading.partial = true;
	ret->partial = reading.partial;
	ret->end = reading.at;
	return 1;
}
