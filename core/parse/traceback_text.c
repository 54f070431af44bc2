/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of tracebacks share: lines, names, frames. */
#include <stdlib.h>

#include "base/buf.h"
#include "parse/traceback_private.h"

int mxlog_lines_split(struct mxlog_lines *lines, const char *text, size_t len)
{
	const char *end = text + len;
	size_t n = 1;

	for (const char *p = text; (p = memchr(p, '\n', (size_t)(end - p)));
	     p++)
		n++;
	lines->lines = calloc(n, sizeof(*lines->lines));
	lines->n = 0;
	if (!lines->lines)
		return -ENOMEM;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		size_t line_len = (size_t)(stop - text);

		if (line_len > 0 && text[line_len - 1] == '\r')
			line_len--;
		lines->lines[lines->n++] =
		    (struct mxlog_line_span){ text, line_len };
		text = newline ? newline + 1 : end;
	}
	return 0;
}

void mxlog_lines_done(struct mxlog_lines *lines)
{
	free(lines->lines);
	*lines = (struct mxlog_lines){ 0 };
}

bool mxlog_lines_have_frames(const struct mxlog_lines *lines, size_t from,
    size_t to)
{
	for (size_t i = from; i < to; i++) {
		struct mxlog_line_span text = mxlog_line_trim(lines->lines[i]);

		if (text.len < lines->lines[i].len &&
		    mxlog_line_starts(text, "at "))
			return true;
	}
	return false;
}

bool mxlog_line_starts(struct mxlog_line_span line, const char *prefix)
{
	size_t len = strlen(prefix);

	return line.len >= len && memcmp(line.text, prefix, len) == 0;
}

bool mxlog_line_ends(struct mxlog_line_span line, const char *suffix)
{
	size_t len = strlen(suffix);

	return line.len >= len &&
	    memcmp(line.text + line.len - len, suffix, len) == 0;
}

struct mxlog_line_span mxlog_line_skip(struct mxlog_line_span line, size_t n)
{
	n = MIN(n, line.len);
	return (struct mxlog_line_span){ line.text + n, line.len - n };
}

struct mxlog_line_span mxlog_line_trim(struct mxlog_line_span line)
{
	size_t n = 0;

	while (n < line.len && (line.text[n] == ' ' || line.text[n] == '\t'))
		n++;
	return mxlog_line_skip(line, n);
}

bool mxlog_line_is_blank(struct mxlog_line_span line)
{
	return mxlog_line_trim(line).len == 0;
}

size_t mxlog_line_find(struct mxlog_line_span line, const char *what)
{
	const char *found = memmem(line.text, line.len, what, strlen(what));

	return found ? (size_t)(found - line.text) : line.len;
}

size_t mxlog_line_rfind(struct mxlog_line_span line, char what)
{
	const char *found = memrchr(line.text, what, line.len);

	return found ? (size_t)(found - line.text) : line.len;
}

bool mxlog_line_number(struct mxlog_line_span line, size_t at, uint32_t *ret,
    size_t *ret_end)
{
	uint64_t value = 0;
	size_t i = at;

	for (; i < line.len && line.text[i] >= '0' && line.text[i] <= '9';
	     i++) {
		value = value * 10 + (uint64_t)(line.text[i] - '0');
		if (value > INT32_MAX)
			return false;
	}
	if (i == at)
		return false;
	*ret = (uint32_t)value;
	*ret_end = i;
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    c == '$' || (unsigned char)c >= 0x80;
}

size_t mxlog_line_name(struct mxlog_line_span line, const char *joints)
{
	size_t end = 0, i = 0;

	while (i < line.len && is_letter(line.text[i])) {
		while (i < line.len &&
		    (is_letter(line.text[i]) ||
			(line.text[i] >= '0' && line.text[i] <= '9')))
			i++;
		end = i;
		if (i == line.len || !strchr(joints, line.text[i]))
			break;
		i++;
	}
	return end;
}

bool mxlog_line_is_type(struct mxlog_line_span type)
{
	static const char *const endings[] = { "Error", "Exception", "Warning",
		"Throwable", "Interrupt", "Exit", "Failure", "Fault",
		"Iteration", "Group", "Timeout", "Cancelled" };

	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (mxlog_line_ends(type, endings[i]))
			return true;
	return false;
}

int mxlog_traceback_header(struct mxlog_line_span type,
    struct mxlog_line_span message, const struct mxlog_line_span *more,
    size_t n, struct mxlog_exception **ret)
{
	struct mxlog_buf text = { 0 };
	int r = mxlog_buf_add(&text, message.text, message.len);

	for (size_t i = 0; i < n && r == 0; i++) {
		r = mxlog_buf_add_char(&text, '\n');
		if (r == 0)
			r = mxlog_buf_add(&text, more[i].text, more[i].len);
	}
	if (r == 0)
		r = mxlog_exception_new(type.text, type.len,
		    text.data ? text.data : "", text.len, ret);
	mxlog_buf_done(&text);
	return r;
}

int mxlog_frames_push(struct mxlog_found_frames *frames,
    const struct mxlog_found_frame *frame)
{
	struct mxlog_found_frame *grown = frames->frames;

	if ((frames->n & (frames->n - 1)) == 0) { /* 0, 1, 2, 4 … are full */
		grown = reallocarray(grown, MAX(frames->n * 2, (size_t)1),
		    sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		frames->frames = grown;
	}
	grown[frames->n++] = *frame;
	return 0;
}

void mxlog_frames_done(struct mxlog_found_frames *frames)
{
	free(frames->frames);
	*frames = (struct mxlog_found_frames){ 0 };
}

int mxlog_frames_add(const struct mxlog_found_frames *frames, bool reverse,
    struct mxlog_exception *exception)
{
	size_t skip = frames->n > MXLOG_EXCEPTION_FRAMES
	    ? frames->n - MXLOG_EXCEPTION_FRAMES
	    : 0;
	int r = 0;

	for (size_t i = skip; i < frames->n && r == 0; i++) {
		const struct mxlog_found_frame *frame =
		    &frames->frames[reverse ? frames->n - 1 - i : i];

		r = mxlog_exception_add_frame(exception, frame->file.text,
		    frame->file.len, frame->line, frame->function.text,
		    frame->function.len, frame->code.text, frame->code.len);
	}
	return r;
}
