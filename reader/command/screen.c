/* SPDX-License-Identifier: Apache-2.0 */
#include "command/screen.h"

#include "base/utf8.h"
#include "extern/width.h"

struct range {
	uint32_t first, last;
};

/* Format characters that reorder or hide text, and the separators that some
 * terminals take for line ends. */
static const struct range hidden[] = {
	{ 0x061c, 0x061c },   /* Arabic letter mark */
	{ 0x180e, 0x180e },   /* Mongolian vowel separator */
	{ 0x200b, 0x200f },   /* zero width, left-to-right mark … */
	{ 0x2028, 0x202e },   /* separators, embeddings, overrides */
	{ 0x2060, 0x206f },   /* word joiner, isolates … */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xfff9, 0xfffb },   /* interlinear annotation */
	{ 0xe0000, 0xe007f }, /* tags */
};

enum {
	JOINER = 0x200d,
};

static bool within(uint32_t c, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

static bool is_plain(uint32_t c)
{
	return !is_control(c) && !within(c, hidden, ARRAY_LEN(hidden));
}

static int add_newline(struct mxlog_buf *buf, int indent)
{
	if (indent < 0)
		return mxlog_buf_add(buf, LITERAL("\\n"));
	return mxlog_buf_printf(buf, "\n%*s", indent, "");
}

static int add_special(struct mxlog_buf *buf, uint32_t c, int indent)
{
	if (c == '\n')
		return add_newline(buf, indent);
	if (c == '\t')
		return mxlog_buf_add(buf, LITERAL("    "));
	if (is_control(c))
		return mxlog_buf_printf(buf, "\\x%02x", (unsigned)c);
	return mxlog_buf_printf(buf, "<U+%04X>", (unsigned)c);
}

static size_t plain_ascii(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= 0x20 && text[n] < 0x7f)
		n++;
	return n;
}

/* Bytes of the next character; 0 and U+FFFD for an invalid byte. */
static size_t next_char(const char *text, size_t len, uint32_t *ret)
{
	size_t n;

	if (mxlog_utf8_valid(text, MIN(len, (size_t)4)) == 0) {
		*ret = 0xfffd;
		return 0;
	}
	*ret = mxlog_utf8_decode(text, &n);
	return n;
}

/* A zero width joiner between two pictures makes them one: it hides nothing. */
static bool joins(uint32_t before, uint32_t c, const char *next, size_t len)
{
	uint32_t after;

	return c == JOINER &&
	    (mxlog_width_is_picture(before) ||
		mxlog_width_is_modifier(before)) &&
	    next_char(next, len, &after) > 0 && mxlog_width_is_picture(after);
}

/* Append the character that begins at `at`; its length, or an error. */
static int add_character(struct mxlog_buf *buf, const char *text, size_t len,
    int indent, uint32_t *before)
{
	uint32_t c;
	size_t n = next_char(text, len, &c);
	int r;

	if (n == 0)
		r = mxlog_utf8_append(buf, c);
	else if (is_plain(c) || joins(*before, c, text + n, len - n))
		r = mxlog_buf_add(buf, text, n);
	else
		r = add_special(buf, c, indent);
	*before = c;
	return r < 0 ? r : (int)MAX(n, (size_t)1);
}

int mxlog_screen_text(struct mxlog_buf *buf, const char *text, size_t len,
    int indent)
{
	uint32_t before = 0;
	size_t at = 0;
	int r = 0;

	while (r >= 0 && at < len) {
		size_t n = plain_ascii(text + at, len - at);

		if (n > 0) {
			r = mxlog_buf_add(buf, text + at, n);
			at += n;
			before = 0;
			continue;
		}
		r = add_character(buf, text + at, len - at, indent, &before);
		at += r > 0 ? (size_t)r : 0;
	}
	return MIN(r, 0);
}

static int add_escape(struct mxlog_buf *buf, uint32_t c)
{
	if (c < 0x10000)
		return mxlog_buf_printf(buf, "\\u%04x", (unsigned)c);
	c -= 0x10000;
	return mxlog_buf_printf(buf, "\\u%04x\\u%04x",
	    (unsigned)(0xd800 + (c >> 10)), (unsigned)(0xdc00 + (c & 0x3ff)));
}

/* Outside of strings JSON has no such characters but white space. */
int mxlog_screen_json(struct mxlog_buf *buf, const char *line, size_t len)
{
	size_t at = 0;
	int r = 0;

	while (r >= 0 && at < len) {
		size_t n = plain_ascii(line + at, len - at);
		uint32_t c;

		if (n > 0) {
			r = mxlog_buf_add(buf, line + at, n);
			at += n;
			continue;
		}
		n = next_char(line + at, len - at, &c);
		if (n == 0)
			r = mxlog_utf8_append(buf, c);
		else if (c < 0x20)
			r = mxlog_buf_add_char(buf, ' ');
		else if (is_plain(c))
			r = mxlog_buf_add(buf, line + at, n);
		else
			r = add_escape(buf, c);
		at += MAX(n, (size_t)1);
	}
	return r;
}

size_t mxlog_screen_width(const char *text, size_t len)
{
	size_t at = 0, width = 0;
	bool joined = false;

	while (at < len) {
		uint32_t c;
		size_t n = next_char(text + at, len - at, &c);

		at += MAX(n, (size_t)1);
		if (!(joined && mxlog_width_is_picture(c)) &&
		    !mxlog_width_is_modifier(c))
			width += mxlog_width_of(c);
		joined = c == JOINER;
	}
	return width;
}
