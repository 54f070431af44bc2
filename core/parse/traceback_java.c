/* SPDX-License-Identifier: Apache-2.0 */
/* Java's stack traces (and those of Kotlin, Scala, Android): Throwable's
 * printStackTrace(), innermost frame first, causes after. */
#include "parse/traceback_private.h"

struct reading {
	const struct mxlog_lines *lines;
	size_t at;
	bool partial;
	bool doubtful;      /* whose frames are whose can't be told */
	bool several_lines; /* has the exception's message */
	bool enclosing_several;
};

/* What stands in a frame's parentheses: "B.java:7", or a word of the machine's;
 * .NET has parameters there. *ret is the file, without the line. */
static bool parse_place(struct mxlog_line_span place,
    struct mxlog_found_frame *ret)
{
	static const char *const words[] = { "Native Method", "Unknown Source",
		"<generated>", "Unknown", "Compiled Code", "Redefined" };
	static const char *const suffixes[] = { ".java", ".kt", ".scala",
		".groovy", ".clj" };
	size_t colon = mxlog_line_rfind(place, ':'), end;

	ret->file = place;
	if (colon > 0 && colon < place.len &&
	    mxlog_line_number(place, colon + 1, &ret->line, &end) &&
	    end == place.len) {
		ret->file.len = colon;
		if (mxlog_line_find(ret->file, " ") == colon)
			return mxlog_line_find(ret->file, "/") == colon;
	}
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (mxlog_line_starts(ret->file, words[i]) &&
		    ret->file.len == strlen(words[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (mxlog_line_ends(ret->file, suffixes[i]))
			return mxlog_line_find(ret->file, " ") == ret->file.len;
	return false;
}

static bool is_kotlin(struct mxlog_line_span file)
{
	return mxlog_line_ends(file, ".kt") ||
	    mxlog_line_ends(file, ".groovy") || mxlog_line_ends(file, ".scala");
}

/* "\tat app//java.base@17/a.B.c(B.java:7)", blanks of any kind before it. */
static bool parse_frame(struct mxlog_line_span line,
    struct mxlog_found_frame *ret)
{
	struct mxlog_line_span rest = mxlog_line_trim(line);
	struct mxlog_line_span jar;
	size_t open, close;

	if (!mxlog_line_is_at(line))
		return false;
	rest = mxlog_line_skip(rest, strlen("at "));
	open = mxlog_line_find(rest, "(");
	close = mxlog_line_find(rest, ")");
	if (open == 0 || close == rest.len || close < open)
		return false;
	/* logback tells the jar: "at a.B.c(B.java:7) ~[b.jar:1.0]". */
	jar = mxlog_line_trim(mxlog_line_skip(rest, close + 1));
	if (jar.len > 0 && !mxlog_line_starts(jar, "[") &&
	    !mxlog_line_starts(jar, "~["))
		return false;
	*ret = (struct mxlog_found_frame){ .function = { rest.text, open } };
	if (!parse_place((struct mxlog_line_span){ rest.text + open + 1,
			     close - open - 1 },
		ret) ||
	    !memchr(rest.text, '.', open))
		return false;
	/* A method is "a.B.c"; "f (x.js:1:2)" is another language's. */
	return rest.text[open - 1] != ' ' &&
	    (is_kotlin(ret->file) || !memchr(rest.text, ' ', open));
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
		} else if (mxlog_line_is_at(line)) {
			reading->doubtful = true; /* another runtime's */
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

/* True if the frames go down to where a thread begins, as real ones do. */
static bool is_bottom(const struct mxlog_found_frames *frames)
{
	static const char *const calls[] = { ".main", "java.lang.Thread.run",
		"ForkJoinWorkerThread.run" };

	if (frames->n < 3)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (mxlog_line_ends(frames->frames[frames->n - 1].function,
			calls[i]))
			return true;
	return false;
}

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

	/* A message of several lines may hold lines that look like frames:
	 * then no frames are shared with what it seems to be the cause of. */
	if (enclosing && common == 0 && frames.n > 0 &&
	    reading->enclosing_several && !is_bottom(enclosing))
		reading->doubtful = true;
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

/* The end of a cause's message: at its first frame; behind its first line if
 * there is none before the next cause, or before what a logger began. */
static size_t cause_end(const struct mxlog_lines *lines, size_t from)
{
	size_t frame = find_frame(lines, from);

	if (frame == lines->n)
		return from;
	for (size_t i = from; i < frame; i++)
		if (mxlog_line_starts(lines->lines[i], "Caused by: ") ||
		    mxlog_line_is_record(lines->lines[i]))
			return from;
	return frame;
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

	if (reading->at >= reading->lines->n)
		return 0;
	line = reading->lines->lines[reading->at];
	if (mxlog_line_starts(line, "Wrapped by: ") ||
	    mxlog_line_starts(line, "Causes:"))
		reading->doubtful = true; /* the innermost came first */
	if (!mxlog_line_starts(line, lead) || depth >= MXLOG_EXCEPTION_DEPTH ||
	    !parse_header(mxlog_line_skip(line, strlen(lead)), &type, &message))
		return 0;
	frame = cause_end(reading->lines, reading->at + 1);
	r = mxlog_traceback_header(type, message,
	    reading->lines->lines + reading->at + 1, frame - reading->at - 1,
	    ret);
	if (r < 0)
		return r;
	reading->enclosing_several = reading->several_lines;
	reading->several_lines = frame > reading->at + 1;
	reading->at = frame;
	r = read_body(reading, enclosing, depth, *ret);
	return r < 0 ? r : 1;
}

/* ---- the head ---- */

/* A head somewhere in the line, behind what a logger wrote: a qualified type
 * that a blank stands before. */
static bool find_inline(struct mxlog_line_span line, size_t *ret_column,
    struct mxlog_line_span *ret_type, struct mxlog_line_span *ret_message)
{
	for (size_t i = 1; i < line.len; i++) {
		struct mxlog_line_span rest = mxlog_line_skip(line, i);

		if (line.text[i - 1] != ' ' && line.text[i - 1] != '\t')
			continue;
		if (parse_header(rest, ret_type, ret_message) &&
		    mxlog_line_is_type(*ret_type) &&
		    mxlog_line_is_qualified(*ret_type)) {
			*ret_column = i;
			return true;
		}
	}
	return false;
}

struct head {
	size_t line, column;
	struct mxlog_line_span type, message;
};

/* 'Exception in thread "main" ' and whatever a logger put before it. */
static bool parse_thread(struct mxlog_line_span line, struct head *ret)
{
	struct mxlog_line_span rest = skip_thread(line);

	ret->column = line.len - rest.len;
	return ret->column > 0 && parse_header(rest, &ret->type, &ret->message);
}

/* Where the lines that may belong to the head begin: behind the last one that a
 * logger began, which may be the head itself. */
static size_t find_record(const struct mxlog_lines *lines, size_t frame)
{
	size_t from = frame;

	while (from > 0 && !mxlog_line_is_record(lines->lines[from - 1]))
		from--;
	return from > 0 ? from - 1 : 0;
}

/* The head above the first frame. Of several lines that could be one it is the
 * first whose type is qualified; of several bare ones who knows which. */
static bool find_header(const struct mxlog_lines *lines, size_t frame,
    struct head *ret)
{
	size_t from = find_record(lines, frame), n_bare = 0;
	struct head head, bare = { 0 }, later = { 0 };

	for (size_t i = from; i < frame; i++) {
		struct mxlog_line_span line = lines->lines[i];

		head = (struct head){ .line = i };
		if (parse_thread(line, &head) ||
		    (parse_header(line, &head.type, &head.message) &&
			mxlog_line_is_type(head.type) &&
			mxlog_line_is_qualified(head.type))) {
			*ret = head;
			return true;
		}
		if (!later.type.text &&
		    find_inline(line, &head.column, &head.type, &head.message))
			later = head;
		else if (parse_header(line, &head.type, &head.message) &&
		    (mxlog_line_is_type(head.type) || i + 1 == frame)) {
			n_bare++;
			bare = head;
		}
	}
	*ret = later.type.text ? later : bare;
	return later.type.text || n_bare == 1;
}

int mxlog_traceback_java(const struct mxlog_lines *lines,
    struct mxlog_traceback *ret)
{
	struct reading reading = { .lines = lines };
	struct mxlog_found_frame first;
	struct head head;
	int r;

	reading.at = find_frame(lines, 0);
	if (reading.at == lines->n ||
	    !parse_frame(lines->lines[reading.at], &first) ||
	    !find_header(lines, reading.at, &head) ||
	    mxlog_lines_have_frames(lines, head.line + 1, reading.at))
		return 0;
	ret->first = head.line;
	ret->column = head.column;
	reading.several_lines = reading.at > head.line + 1;
	r = mxlog_traceback_header(head.type, head.message,
	    lines->lines + head.line + 1, reading.at - head.line - 1,
	    &ret->exception);
	if (r < 0)
		return r;
	r = read_body(&reading, NULL, 0, ret->exception);
	if (r < 1 || reading.doubtful) {
		mxlog_exception_free(ret->exception);
		ret->exception = NULL;
		return MIN(r, 0);
	}
	ret->partial = reading.partial;
	ret->end = reading.at;
	return 1;
}
