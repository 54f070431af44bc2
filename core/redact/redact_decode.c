/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_decode.h"

#include <strings.h>

#include "redact/redact_value.h"

enum {
	SEQUENCE_MAX = 16, /* bytes of the parameters of a colour */
	ENTITY_MAX = 10,
};

/* One step: what stands at the beginning of `text` becomes `c` (or nothing);
 * 0 if it stands for itself, else its length. */
struct step {
	const char *text;
	size_t len;
	char c;
	bool nothing;
};

static int hex_value(char c)
{
	if (mxlog_is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* n digits: a number, or -1. */
static int read_hex(const char *text, size_t len, size_t n)
{
	int value = 0;

	if (len < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int digit = hex_value(text[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* Control characters end a line or a word; others of ASCII are themselves. */
static size_t become(struct step *step, int value, size_t len)
{
	if (value < 0 || value >= 0x7f)
		return 0;
	step->c = (char)value;
	if (value < ' ' && value != '\n' && value != '\r')
		step->c = ' ';
	return len;
}

static size_t read_percent(struct step *step)
{
	return become(step, read_hex(step->text + 1, step->len - 1, 2), 3);
}

/* The end of ESC [ parameters letter, from behind the bracket on; 0: none. */
static size_t read_colour(struct step *step, size_t at)
{
	size_t start = at;

	if (at >= step->len || step->text[at] != '[')
		return 0;
	for (at++; at < step->len && at - start < SEQUENCE_MAX; at++) {
		char c = step->text[at];

		if (mxlog_is_letter(c)) {
			step->nothing = true;
			return at + 1;
		}
		if (!mxlog_is_digit(c) && c != ';' && c != '?')
			return 0;
	}
	return 0;
}

/* \u0070, \x70, and \e[, \033[, \x1b[ before a colour. */
static size_t read_backslash(struct step *step)
{
	const char *p = step->text;
	size_t len = step->len, n;

	if (len < 3)
		return 0;
	if (p[1] == 'u' || p[1] == 'x') {
		size_t digits = p[1] == 'u' ? 4 : 2;
		int value = read_hex(p + 2, len - 2, digits);

		n = value == 0x1b ? read_colour(step, 2 + digits) : 0;
		return n > 0 ? n : become(step, value, 2 + digits);
	}
	if (p[1] == 'e')
		return read_colour(step, 2);
	if (len > 4 && memcmp(p + 1, "033", 3) == 0)
		return read_colour(step, 4);
	return 0;
}

/* #012: what rsyslog makes of control characters. */
static size_t read_octal(struct step *step)
{
	const char *p = step->text;
	int value;
	size_t n;

	if (step->len < 4 || p[1] != '0' || p[2] < '0' || p[2] > '3' ||
	    p[3] < '0' || p[3] > '7')
		return 0;
	value = (p[2] - '0') * 8 + p[3] - '0';
	n = value == 0x1b ? read_colour(step, 4) : 0;
	return n > 0 ? n : become(step, value, 4);
}

static size_t read_entity(struct step *step)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = { { "quot;", '"' }, { "apos;", '\'' }, { "amp;", '&' },
		{ "lt;", '<' }, { "gt;", '>' }, { "nbsp;", ' ' },
		{ "equals;", '=' }, { "colon;", ':' } };
	const char *p = step->text + 1;
	size_t len = step->len - 1, n = 1;
	int value = 0;

	for (size_t i = 0; i < ARRAY_LEN(entities); i++)
		if (len >= strlen(entities[i].name) &&
		    memcmp(p, entities[i].name, strlen(entities[i].name)) ==
			0) {
			step->c = entities[i].c;
			return 1 + strlen(entities[i].name);
		}
	if (len < 3 || *p != '#')
		return 0;
	if ((p[1] | 0x20) == 'x') {
		for (n = 2; n < len && n < ENTITY_MAX && hex_value(p[n]) >= 0;
		     n++)
			value = value * 16 + hex_value(p[n]);
	} else {
		for (; n < len && n < ENTITY_MAX && mxlog_is_digit(p[n]); n++)
			value = value * 10 + p[n] - '0';
	}
	if (n >= len || p[n] != ';')
		return 0;
	return value == 0xa0 ? become(step, ' ', n + 2)
			     : become(step, value, n + 2);
}

/* Blanks, marks without width, full width signs and quotes. */
static size_t read_utf8(struct step *step)
{
	const unsigned char *p = (const unsigned char *)step->text;
	unsigned c;

	if (step->len >= 2 && p[0] == 0xc2 && (p[1] == 0xa0 || p[1] == 0xad)) {
		step->c = ' ';
		step->nothing = p[1] == 0xad;
		return 2;
	}
	if (step->len < 3 || (p[0] & 0xf0) != 0xe0)
		return 0;
	c = (p[0] & 15U) << 12 | (p[1] & 63U) << 6 | (p[2] & 63U);
	step->c = ' ';
	if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2060 && c <= 0x2064) ||
	    c == 0xfeff)
		step->nothing = true;
	else if (c >= 0xff01 && c <= 0xff5e)
		step->c = (char)(c - 0xff01 + '!');
	else if (c >= 0x201c && c <= 0x201f)
		step->c = '"';
	else if (c >= 0x2018 && c <= 0x201b)
		step->c = '\'';
	else if (c != 0x3000 && c != 0x202f && (c < 0x2000 || c > 0x200a))
		return 0;
	return 3;
}

static size_t read_step(struct step *step)
{
	switch (*step->text) {
	case '%':
		return read_percent(step);
	case '&':
		return read_entity(step);
	case '\\':
		return read_backslash(step);
	case '#':
		return read_octal(step);
	case 0x1b:
		return read_colour(step, 1);
	default:
		return *step->text < 0 ? read_utf8(step) : 0;
	}
}

static int add(struct mxlog_decoded *decoded, char c, size_t origin)
{
	uint32_t at = (uint32_t)origin;
	int r = mxlog_buf_add(&decoded->text, &c, 1);

	return r < 0
	    ? r
	    : mxlog_buf_add(&decoded->map, (const char *)&at, sizeof(at));
}

static int end(struct mxlog_decoded *decoded, size_t len)
{
	uint32_t at = (uint32_t)len;

	return mxlog_buf_add(&decoded->map, (const char *)&at, sizeof(at));
}

int mxlog_decode_text(const char *text, size_t len, struct mxlog_decoded *ret)
{
	bool changed = false;
	int r = 0;

	assert(len <= UINT32_MAX);

	ret->text.len = ret->map.len = 0;
	for (size_t at = 0; at < len && r >= 0;) {
		struct step step = { .text = text + at, .len = len - at };
		size_t n = read_step(&step);

		changed |= n > 0;
		if (n == 0) {
			r = add(ret, text[at], at);
			n = 1;
		} else if (!step.nothing) {
			r = add(ret, step.c, at);
		}
		at += n;
	}
	if (r >= 0)
		r = end(ret, len);
	return r < 0 ? r : changed;
}

static int sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (mxlog_is_digit(c))
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

static bool is_printable(unsigned value)
{
	return (value >= ' ' && value < 0x7f) || value == '\n' ||
	    value == '\r' || value == '\t';
}

int mxlog_decode_base64(const char *text, size_t len, struct mxlog_decoded *ret)
{
	unsigned bits = 0, n = 0;
	int r = 0;

	ret->text.len = ret->map.len = 0;
	for (size_t at = 0; at < len && r >= 0; at++) {
		int value = sextet(text[at]);

		if (value < 0)
			break;
		bits = bits << 6 | (unsigned)value;
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		if (!is_printable(bits >> n & 255))
			return 0;
		r = add(ret, (char)(bits >> n & 255), at);
	}
	if (r >= 0)
		r = end(ret, len);
	return r < 0 ? r : 1;
}

int mxlog_decode_hex(const char *text, size_t len, struct mxlog_decoded *ret)
{
	int r = 0;

	ret->text.len = ret->map.len = 0;
	for (size_t at = 0; at + 2 <= len && r >= 0; at += 2) {
		int value = read_hex(text + at, 2, 2);

		if (value != 0 && (value < 0 || !is_printable((unsigned)value)))
			return 0;
		r = add(ret, value == 0 ? ' ' : (char)value, at);
	}
	if (r >= 0)
		r = end(ret, len & ~(size_t)1);
	return r < 0 ? r : 1;
}

void mxlog_decoded_done(struct mxlog_decoded *decoded)
{
	mxlog_buf_done(&decoded->text);
	mxlog_buf_done(&decoded->map);
}
