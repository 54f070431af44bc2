/* SPDX-License-Identifier: Apache-2.0 */
/* A text cut into lines: newlines of any form, without colours, without what a
 * tool wrote before each line. */
#include <stdlib.h>

#include "parse/traceback_private.h"

/* ---- what stands at a place of a text ---- */

struct piece {
	size_t len; /* bytes of the text */
	char byte;  /* what they mean */
	bool none;  /* they mean nothing: a colour */
};

static bool is_at(const char *text, size_t len, size_t at, const char *what)
{
	size_t n = strlen(what);

	return len - at >= n && memcmp(text + at, what, n) == 0;
}

/* How many bytes at `at` begin an escape sequence: ESC in any form. */
static size_t escape_lead(enum mxlog_fold fold, const char *text, size_t len,
    size_t at)
{
	static const char *const leads[] = { "\033", "#033", "\\u001b",
		"\\u001B", "\\x1b", "\\x1B", "\\033", "\\e" };
	size_t first = fold == MXLOG_FOLD_WRITTEN ? 2 : fold;
	size_t end = fold == MXLOG_FOLD_WRITTEN ? ARRAY_LEN(leads) : first + 1;

	if (text[at] == '\033')
		return 1;
	for (size_t i = first; i < end; i++)
		if (is_at(text, len, at, leads[i]))
			return strlen(leads[i]);
	return 0;
}

/* "ESC [ 1;31 m" and its like; 0 if there is none. */
static size_t escape_len(enum mxlog_fold fold, const char *text, size_t len,
    size_t at)
{
	size_t i = at + escape_lead(fold, text, len, at);

	if (i == at || i >= len || text[i] != '[')
		return 0;
	for (i++; i < len; i++)
		if ((unsigned char)text[i] >= 0x40)
			return (unsigned char)text[i] <= 0x7e ? i + 1 - at : 0;
		else if ((unsigned char)text[i] < 0x20)
			return 0;
	return 0;
}

/* "#012" of syslog daemons. */
static bool octal_at(const char *text, size_t len, size_t at, struct piece *ret)
{
	if (len - at < 4 || text[at] != '#' || text[at + 1] != '0' ||
	    text[at + 2] != '1')
		return false;
	ret->len = 4;
	switch (text[at + 3]) {
	case '1':
		ret->byte = '\t';
		return true;
	case '2':
		ret->byte = '\n';
		return true;
	case '5':
		ret->byte = '\r';
		return true;
	default:
		return false;
	}
}

/* "\n" of those who quote. */
static bool written_at(const char *text, size_t len, size_t at,
    struct piece *ret)
{
	static const char from[] = "ntr\"'\\", to[] = "\n\t\r\"'\\";
	const char *found;

	if (len - at < 2 || text[at] != '\\' || text[at + 1] == '\0')
		return false;
	found = strchr(from, text[at + 1]);
	if (!found)
		return false;
	ret->len = 2;
	ret->byte = to[found - from];
	return true;
}

static struct piece piece_at(const struct mxlog_lines_how *how,
    const char *text, size_t len, size_t at)
{
	struct piece piece = { .len = 1, .byte = text[at] };
	size_t n = how->colours ? escape_len(how->fold, text, len, at) : 0;

	if (n > 0)
		return (struct piece){ .len = n, .none = true };
	if (how->fold == MXLOG_FOLD_OCTAL && octal_at(text, len, at, &piece))
		return piece;
	if (how->fold == MXLOG_FOLD_WRITTEN &&
	    written_at(text, len, at, &piece))
		return piece;
	return (struct piece){ .len = 1, .byte = text[at] };
}

/* ---- lines ---- */

static size_t count_lines(const char *text, size_t len)
{
	const char *end = text + len;
	size_t n = 1;

	for (const char *p = text; (p = memchr(p, '\n', (size_t)(end - p)));
	     p++)
		n++;
	return n;
}

int mxlog_lines_split(struct mxlog_lines *lines, const char *text, size_t len)
{
	const char *end = text + len;

	*lines = (struct mxlog_lines){ 0 };
	lines->lines = calloc(count_lines(text, len), sizeof(*lines->lines));
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

/* The text as it was before it was folded, into lines->bytes. */
static int decode(struct mxlog_lines *lines)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at < lines->len;) {
		struct piece piece =
		    piece_at(&lines->how, lines->text, lines->len, at);

		at += piece.len;
		if (!piece.none)
			r = mxlog_buf_add_char(&lines->bytes, piece.byte);
	}
	return r;
}

/* Where each line begins in the text. */
static int find_origins(struct mxlog_lines *lines)
{
	size_t n = 0, at = 0;

	lines->origins =
	    calloc(count_lines(lines->bytes.data, lines->bytes.len),
		sizeof(*lines->origins));
	if (!lines->origins)
		return -ENOMEM;
	while (at < lines->len) {
		struct piece piece =
		    piece_at(&lines->how, lines->text, lines->len, at);

		at += piece.len;
		if (!piece.none && piece.byte == '\n')
			lines->origins[++n] = at;
	}
	return 0;
}

int mxlog_lines_unfold(struct mxlog_lines *lines, const char *text, size_t len,
    const struct mxlog_lines_how *how)
{
	struct mxlog_lines unfolded = { .text = text, .len = len, .how = *how };
	struct mxlog_buf bytes;
	size_t *origins;
	int r = decode(&unfolded);

	if (r == 0 && unfolded.bytes.len == 0)
		r = mxlog_buf_add(&unfolded.bytes, "\n", 1);
	if (r == 0)
		r = find_origins(&unfolded);
	bytes = unfolded.bytes;
	origins = unfolded.origins;
	if (r == 0)
		r = mxlog_lines_split(lines, bytes.data, bytes.len);
	if (r < 0) {
		mxlog_buf_done(&bytes);
		free(origins);
		return r;
	}
	lines->text = text;
	lines->len = len;
	lines->how = *how;
	lines->bytes = bytes;
	lines->origins = origins;
	return 0;
}

void mxlog_lines_done(struct mxlog_lines *lines)
{
	free(lines->lines);
	free(lines->origins);
	mxlog_buf_done(&lines->bytes);
	*lines = (struct mxlog_lines){ 0 };
}

/* Behind `n` meaningful bytes from `at` on. */
static size_t walk(const struct mxlog_lines *lines, size_t at, size_t n)
{
	while (n > 0 && at < lines->len) {
		struct piece piece =
		    piece_at(&lines->how, lines->text, lines->len, at);

		at += piece.len;
		n -= !piece.none;
	}
	return at;
}

size_t mxlog_lines_origin(const struct mxlog_lines *lines, size_t line,
    size_t column)
{
	return walk(lines, lines->origins[line], column);
}

bool mxlog_lines_have_frames(const struct mxlog_lines *lines, size_t from,
    size_t to)
{
	for (size_t i = from; i < to; i++)
		if (mxlog_line_is_at(lines->lines[i]))
			return true;
	return false;
}

/* ---- what stands before each line ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool mxlog_line_same_lead(struct mxlog_line_span a, struct mxlog_line_span b,
    size_t n)
{
	if (a.len < n || b.len < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (a.text[i] != b.text[i] &&
		    !(is_digit(a.text[i]) && is_digit(b.text[i])))
			return false;
	return true;
}

size_t mxlog_line_lead(struct mxlog_line_span line)
{
	static const char *const signs[] = {
		"Traceback (most recent call last):", "\tat ", "    at ",
		"   at ", "  at ", "goroutine "
	};

	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		size_t at = mxlog_line_find(line, signs[i]);
		struct mxlog_line_span lead = { line.text, at };

		if (at == line.len)
			continue;
		if (i == 0 && mxlog_line_ends(lead, "+ Exception Group "))
			lead.len -= strlen("+ Exception Group ");
		while (i == 0 && lead.len > 1 &&
		    mxlog_line_ends(lead, "  ")) /* a group's margin */
			lead.len -= 2;
		return mxlog_line_is_blank(lead) ? 0 : lead.len;
	}
	return 0;
}

bool mxlog_lines_strip_lead(struct mxlog_lines *lines)
{
	struct mxlog_line_span like = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < lines->n && n == 0; i++) {
		bool follows, precedes;

		like = lines->lines[i];
		n = mxlog_line_lead(like);
		follows = n > 0 && i + 1 < lines->n &&
		    mxlog_line_same_lead(like, lines->lines[i + 1], n);
		precedes = n > 0 && i > 0 &&
		    mxlog_line_same_lead(like, lines->lines[i - 1], n);
		if (!follows && !precedes)
			n = 0;
	}
	if (n == 0)
		return false;
	for (size_t i = 0; i < lines->n; i++) {
		struct mxlog_line_span *line = &lines->lines[i];
		size_t cut = n;

		/* Blanks at its end may be gone from an empty line. */
		while (cut > 0 && line->len < cut && like.text[cut - 1] == ' ')
			cut--;
		if (!mxlog_line_same_lead(like, *line, cut))
			continue;
		lines->origins[i] = walk(lines, lines->origins[i], cut);
		*line = mxlog_line_skip(*line, cut);
	}
	return true;
}
