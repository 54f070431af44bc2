/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of tracebacks share: names, heads, frames. */
#include <stdlib.h>

#include "base/buf.h"
#include "parse/traceback_private.h"

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

bool mxlog_line_is_at(struct mxlog_line_span line)
{
	struct mxlog_line_span text = mxlog_line_trim(line);

	return text.len < line.len && mxlog_line_starts(text, "at ");
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* '9' stands for any digit. */
static bool matches(struct mxlog_line_span line, const char *form)
{
	size_t n = strlen(form);

	if (line.len < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (form[i] == '9' ? !is_digit(line.text[i])
				   : line.text[i] != form[i])
			return false;
	return true;
}

static const char *const levels[] = { "TRACE", "DEBUG", "INFO", "NOTICE",
	"WARN", "WARNING", "ERROR", "ERR", "CRITICAL", "CRIT", "FATAL",
	"SEVERE", "ALERT", "EMERG" };

/* The level that the text begins with, in upper case: its length, or 0. */
static size_t level_len(struct mxlog_line_span text)
{
	size_t n = 0;

	while (n < text.len && text.text[n] >= 'A' && text.text[n] <= 'Z')
		n++;
	if (n < text.len && is_digit(text.text[n]))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (strlen(levels[i]) == n &&
		    memcmp(levels[i], text.text, n) == 0)
			return n;
	return 0;
}

bool mxlog_line_has_level(struct mxlog_line_span line)
{
	for (size_t i = 0; i < line.len; i++) {
		bool begins = i == 0 ||
		    !((line.text[i - 1] >= 'A' && line.text[i - 1] <= 'Z') ||
			(line.text[i - 1] >= 'a' && line.text[i - 1] <= 'z'));

		if (begins && level_len(mxlog_line_skip(line, i)) > 0)
			return true;
	}
	return false;
}

bool mxlog_line_is_record(struct mxlog_line_span line)
{
	static const char *const forms[] = { "9999-99-99", "9999/99/99",
		"99:99:99", "99/", "I9999 ", "W9999 ", "E9999 ", "F9999 ",
		"time=", "ts=", "level=", "{\"" };
	static const char months[] =
	    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec ";
	size_t n;

	if (mxlog_line_starts(line, "[") || mxlog_line_starts(line, "<"))
		line = mxlog_line_skip(line, 1);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (matches(line, forms[i]))
			return true;
	if (line.len > 6 && line.text[3] == ' ' &&
	    memmem(months, sizeof(months) - 1, line.text, 4) &&
	    is_digit(line.text[5]))
		return true;
	n = level_len(line);
	return n > 0 && n < line.len && strchr(":] |\t-", line.text[n]);
}

bool mxlog_line_is_qualified(struct mxlog_line_span type)
{
	size_t dot = mxlog_line_rfind(type, '.');
	struct mxlog_line_span last;

	if (dot == type.len || dot == 0)
		return false;
	last = mxlog_line_skip(type, dot + 1);
	while (mxlog_line_starts(last, "_"))
		last = mxlog_line_skip(last, 1);
	return last.len > 0 && !(last.text[0] >= 'a' && last.text[0] <= 'z') &&
	    !is_digit(last.text[0]);
}

bool mxlog_line_is_type(struct mxlog_line_span type)
{
	static const char *const endings[] = { "Error", "Exception", "Warning",
		"Throwable", "Interrupt", "Exit", "Failure", "Fault",
		"Iteration", "Group", "Timeout", "Cancelled", "Rejection" };
	size_t dollar = mxlog_line_rfind(type, '$');

	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (mxlog_line_ends(type, endings[i]))
			return true;
	/* "Outer$Inner", a class within another one of Java's */
	return dollar > 0 && dollar + 1 < type.len &&
	    type.text[dollar + 1] >= 'A' && type.text[dollar + 1] <= 'Z';
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
