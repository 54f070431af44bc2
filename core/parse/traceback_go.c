/* SPDX-License-Identifier: Apache-2.0 */
/* Go's panics and fatal errors: the goroutine that died comes first, its
 * innermost call first. */
#include "parse/traceback_private.h"

/* "goroutine 12 [running]:", "goroutine 1 gp=0xc0 m=0 mp=0x5a [running]:" */
bool mxlog_traceback_is_goroutine(struct mxlog_line_span line)
{
	struct mxlog_line_span rest;
	uint32_t number;
	size_t end;

	if (!mxlog_line_starts(line, "goroutine ") ||
	    !mxlog_line_number(line, strlen("goroutine "), &number, &end))
		return false;
	rest = mxlog_line_skip(line, end);
	return (mxlog_line_starts(rest, " [") ||
		   mxlog_line_starts(rest, " gp=0x")) &&
	    mxlog_line_ends(rest, "]:");
}

/* "\t/usr/x.go:12 +0x39 fp=0x… sp=0x… pc=0x…" */
static bool parse_place(struct mxlog_line_span line,
    struct mxlog_found_frame *frame)
{
	struct mxlog_line_span text = mxlog_line_trim(line);
	size_t space, colon, end;

	if (text.len == line.len || text.len == 0)
		return false;
	space = mxlog_line_find(text, " +0x");
	text.len = space;
	colon = mxlog_line_rfind(text, ':');
	if (colon == 0 || colon == text.len ||
	    !mxlog_line_number(text, colon + 1, &frame->line, &end) ||
	    end != text.len)
		return false;
	frame->file = (struct mxlog_line_span){ text.text, colon };
	return true;
}

/* "main.(*T).f(0xc0, …)" and "created by main.main in goroutine 1". */
static bool parse_call(struct mxlog_line_span line,
    struct mxlog_found_frame *frame)
{
	static const char created[] = "created by ";
	size_t end;

	if (line.len == 0 || line.text[0] == ' ' || line.text[0] == '\t')
		return false;
	if (mxlog_line_starts(line, created)) {
		line = mxlog_line_skip(line, strlen(created));
		end = mxlog_line_find(line, " in goroutine ");
	} else {
		if (!mxlog_line_ends(line, ")"))
			return false;
		end = mxlog_line_rfind(line, '(');
	}
	frame->function = (struct mxlog_line_span){ line.text, end };
	return end > 0 && end <= line.len;
}

/* Calls and their places, two lines each; *at moves behind them. */
static int read_frames(const struct mxlog_lines *lines, size_t *at,
    struct mxlog_found_frames *frames)
{
	int r = 0;

	while (r == 0 && *at + 1 < lines->n) {
		struct mxlog_found_frame frame = { 0 };

		if (mxlog_line_starts(lines->lines[*at], "...") &&
		    mxlog_line_ends(lines->lines[*at], "elided...")) {
			(*at)++;
			continue;
		}
		if (!parse_call(lines->lines[*at], &frame) ||
		    !parse_place(lines->lines[*at + 1], &frame))
			break;
		r = mxlog_frames_push(frames, &frame);
		*at += 2;
	}
	return r;
}

/* "http: panic serving 192.0.2.1:5000: text", of net/http; the text. */
static bool parse_serving(struct mxlog_line_span line,
    struct mxlog_line_span *ret_message)
{
	static const char lead[] = "http: panic serving ";
	size_t at = mxlog_line_find(line, lead);
	struct mxlog_line_span rest = mxlog_line_skip(line, at + strlen(lead));
	size_t colon = mxlog_line_find(rest, ": ");

	if (at == line.len || colon == rest.len)
		return false;
	*ret_message = mxlog_line_skip(rest, colon + 2);
	return true;
}

/* True if what stands before a head on its line is a logger's: it ends as a time,
 * a level or a name does. Prose that speaks of a panic is none. */
static bool is_lead(struct mxlog_line_span lead)
{
	if (lead.len == 0)
		return true;
	if (mxlog_line_ends(lead, "Observed a "))
		return true;
	return lead.len > 1 && mxlog_line_ends(lead, " ") &&
	    mxlog_line_is_record(lead) &&
	    strchr("]:|-0123456789", lead.text[lead.len - 2]);
}

/* "panic: text", "fatal error: text". */
static bool parse_head(struct mxlog_line_span line,
    struct mxlog_line_span *ret_type, struct mxlog_line_span *ret_message)
{
	static const char *const leads[] = { "panic: ", "fatal error: " };

	*ret_type = (struct mxlog_line_span){ LITERAL("panic") };
	if (parse_serving(line, ret_message))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(leads); i++) {
		size_t at = mxlog_line_find(line, leads[i]);

		if (at == line.len ||
		    !is_lead((struct mxlog_line_span){ line.text, at }))
			continue;
		*ret_type =
		    (struct mxlog_line_span){ leads[i], strlen(leads[i]) - 2 };
		*ret_message = mxlog_line_skip(line, at + strlen(leads[i]));
		return true;
	}
	return false;
}

/* The one head above the goroutine, from the last line on that a logger began:
 * of several lines that could be one others may be its message's. */
static bool find_header(const struct mxlog_lines *lines, size_t goroutine,
    size_t *ret, struct mxlog_line_span *ret_type,
    struct mxlog_line_span *ret_message)
{
	size_t n = 0;

	for (size_t i = goroutine; i > 0; i--) {
		struct mxlog_line_span line = lines->lines[i - 1];

		if (parse_head(line, ret_type, ret_message)) {
			*ret = i - 1;
			n++;
		}
		if (mxlog_line_is_record(line))
			break;
	}
	return n == 1;
}

/* Of the header's further lines those up to the first blank one, or the signal,
 * are the message's. */
static size_t message_lines(const struct mxlog_lines *lines, size_t header,
    size_t goroutine)
{
	size_t n = 0;

	while (header + 1 + n < goroutine &&
	    !mxlog_line_is_blank(lines->lines[header + 1 + n]) &&
	    !mxlog_line_starts(lines->lines[header + 1 + n], "[signal "))
		n++;
	return n;
}

int mxlog_traceback_go(const struct mxlog_lines *lines,
    struct mxlog_traceback *ret)
{
	struct mxlog_found_frames frames = { 0 };
	struct mxlog_line_span type, message;
	size_t at = 0, head;
	int r;

	while (at < lines->n && !mxlog_traceback_is_goroutine(lines->lines[at]))
		at++;
	if (at == lines->n || !find_header(lines, at, &head, &type, &message))
		return 0;
	r = mxlog_traceback_header(type, message, lines->lines + head + 1,
	    message_lines(lines, head, at), &ret->exception);
	if (r < 0)
		return r;
	/* The head and the goroutine's state stay: no exception holds them. */
	ret->first = ++at;
	r = read_frames(lines, &at, &frames);
	if (r == 0)
		r = frames.n > 0
		    ? mxlog_frames_add(&frames, true, ret->exception)
		    : -ENOENT;
	mxlog_frames_done(&frames);
	if (r < 0) {
		mxlog_exception_free(ret->exception);
		ret->exception = NULL;
		return r == -ENOENT ? 0 : r;
	}
	ret->end = at;
	/* Other goroutines follow, or a runtime stack stands before. */
	for (size_t i = 0; i < lines->n && !ret->partial; i++)
		ret->partial = i >= at
		    ? mxlog_traceback_is_goroutine(lines->lines[i])
		    : mxlog_line_starts(lines->lines[i], "runtime stack:");
	return 1;
}
