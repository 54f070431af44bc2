/* SPDX-License-Identifier: Apache-2.0 */
#include "report/shape.h"

#define HOLE MXLOG_SHAPE_HOLE

enum {
	QUOTED_MAX = 400,
	PREFIX_MAX = 24, /* letters of a name that ends in digits */
};

/* ---- classes of bytes ---- */

enum {
	DIGIT = 1,
	LETTER = 2, /* or a byte of UTF-8 past ASCII */
	UNDERSCORE = 4,
	BLANK = 8,
	INNER = 16, /* may stand inside a run: . / \ - @ + ~ $ # % */
	PATH = 32,  /* . @ % + ~ : $ # * = , & ? / - */
	JOIN = 64,  /* between two holes that are one: , : . - / # | * + */
	HEX = 128,  /* a letter of it */
	NAME = DIGIT | LETTER | UNDERSCORE,
};

static const unsigned char classes[256] = {
	['0' ... '9'] = DIGIT,
	['a' ... 'f'] = LETTER | HEX,
	['A' ... 'F'] = LETTER | HEX,
	['g' ... 'z'] = LETTER,
	['G' ... 'Z'] = LETTER,
	[0x80 ... 0xff] = LETTER,
	['_'] = UNDERSCORE | JOIN,
	[' '] = BLANK | JOIN,
	['\t'] = BLANK | JOIN,
	['\r'] = BLANK | JOIN,
	['.'] = INNER | PATH | JOIN,
	['/'] = INNER | PATH | JOIN,
	['\\'] = INNER,
	['-'] = INNER | PATH | JOIN,
	['@'] = INNER | PATH,
	['+'] = INNER | PATH | JOIN,
	['~'] = INNER | PATH,
	['$'] = INNER | PATH,
	['#'] = INNER | PATH | JOIN,
	['%'] = INNER | PATH,
	[':'] = PATH | JOIN,
	['*'] = PATH | JOIN,
	['='] = PATH,
	[','] = PATH | JOIN,
	['&'] = PATH,
	['?'] = PATH,
	['|'] = JOIN,
};

static bool is(char c, unsigned class)
{
	return classes[(unsigned char)c] & class;
}

/* ---- what is read, what is written ---- */

struct shaper {
	const char *start, *at, *end;
	char *out;
	size_t n;
};

static bool is_at(const struct shaper *s, const char *p, unsigned class)
{
	return p < s->end && is(*p, class);
}

static void put(struct shaper *s, char c)
{
	if (s->n < MXLOG_SHAPE_MAX)
		s->out[s->n++] = c;
}

static void put_text(struct shaper *s, const char *text, size_t len)
{
	size_t n = MIN(len, MXLOG_SHAPE_MAX - s->n);

	memcpy(s->out + s->n, text, n);
	s->n += n;
}

static void put_blank(struct shaper *s)
{
	if (s->n > 0 && s->out[s->n - 1] != ' ')
		put(s, ' ');
}

/* A hole; or none where nothing but separators parts it from the one before. */
static void put_hole(struct shaper *s)
{
	size_t n = s->n;

	while (n > 0 && is(s->out[n - 1], JOIN))
		n--;
	if (n > 0 && s->out[n - 1] == HOLE)
		s->n = n;
	else
		put(s, HOLE);
}

static bool is_part_of_name(char c)
{
	return c == HOLE || is(c, NAME);
}

/* Letters and a hole; or none where the same stands before it. */
static void put_name(struct shaper *s, const char *name, size_t len)
{
	size_t n = s->n;

	while (n > 0 && (s->out[n - 1] == ' ' || s->out[n - 1] == ','))
		n--;
	if (n < s->n && n > len && s->out[n - 1] == HOLE &&
	    memcmp(s->out + n - 1 - len, name, len) == 0 &&
	    (n == len + 1 || !is_part_of_name(s->out[n - 2 - len]))) {
		s->n = n;
		return;
	}
	put_text(s, name, len);
	put(s, HOLE);
}

/* ---- words ---- */

struct word {
	const char *text;
	size_t len;
};

static bool is_one_of(const struct word *words, size_t n, const char *text,
    size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (words[i].len == len &&
		    memcmp(words[i].text, text, len) == 0)
			return true;
	return false;
}

#define WORD(text)                      \
	{                               \
		text, sizeof(text) - 1, \
	}

static bool is_constant(const char *text, size_t len)
{
	static const struct word words[] = { WORD("true"), WORD("false"),
		WORD("TRUE"), WORD("FALSE"), WORD("True"), WORD("False"),
		WORD("null"), WORD("NULL"), WORD("None"), WORD("nil"),
		WORD("yes"), WORD("no") };

	return len >= 2 && len <= 5 &&
	    is_one_of(words, ARRAY_LEN(words), text, len);
}

static bool is_unit(const char *text, size_t len)
{
	static const struct word words[] = { WORD("B"), WORD("kB"), WORD("KB"),
		WORD("MB"), WORD("GB"), WORD("TB"), WORD("PB"), WORD("Kb"),
		WORD("Mb"), WORD("Gb"), WORD("kb"), WORD("KiB"), WORD("MiB"),
		WORD("GiB"), WORD("TiB"), WORD("ms"), WORD("us"), WORD("ns"),
		WORD("s"), WORD("sec"), WORD("secs"), WORD("second"),
		WORD("seconds"), WORD("min"), WORD("minute"), WORD("minutes"),
		WORD("hour"), WORD("hours"), WORD("day"), WORD("days"),
		WORD("Hz"), WORD("kHz"), WORD("MHz"), WORD("GHz") };

	return len <= 7 && is_one_of(words, ARRAY_LEN(words), text, len);
}

static bool is_method(const char *text, size_t len)
{
	static const struct word words[] = { WORD("GET"), WORD("POST"),
		WORD("PUT"), WORD("DELETE"), WORD("HEAD"), WORD("PATCH"),
		WORD("OPTIONS"), WORD("CONNECT") };

	return is_one_of(words, ARRAY_LEN(words), text, len);
}

/* Jan, January, Mon, Monday …: by their first three letters. */
static bool begins_name_of(const char *names, const char *text, size_t len)
{
	if (len < 3 || len > 9)
		return false;
	for (; *names; names += 3)
		if (memcmp(names, text, 3) == 0)
			return true;
	return false;
}

static size_t letters(const struct shaper *s, const char *p)
{
	const char *start = p;

	while (is_at(s, p, LETTER))
		p++;
	return (size_t)(p - start);
}

/* ---- runs: names, numbers, addresses ---- */

/* A colon and up to five digits: host:8080. */
static bool is_port(const struct shaper *s, const char *p)
{
	const char *digits = ++p;

	while (is_at(s, p, DIGIT))
		p++;
	return p > digits && p - digits <= 5 && !is_at(s, p, NAME);
}

/* The end of what belongs together from p on: letters, digits, and single
 * separators between them; and a port. */
static const char *run_end(const struct shaper *s, const char *p)
{
	for (;; p++) {
		while (is_at(s, p, NAME))
			p++;
		if (p + 1 >= s->end)
			return p;
		if (*p == ':' && is_port(s, p))
			continue;
		if (is(*p, INNER) && (is(p[1], NAME) || p[1] == '-'))
			continue;
		if (*p != '/' || p[1] != '.' || !is_at(s, p + 2, LETTER))
			return p;
		p++;
	}
}

/* xx:xx:xx:xx and longer: a hardware address, an IPv6 address, a fingerprint. */
static const char *pairs_end(const struct shaper *s, const char *p)
{
	unsigned colons = 0;
	const char *start = p;

	while (p < s->end && (is(*p, DIGIT | HEX) || *p == ':')) {
		colons += *p == ':';
		p++;
	}
	return colons >= 3 && p - start >= 8 && !is_at(s, p, NAME) &&
		p[-1] != ':'
	    ? p
	    : NULL;
}

/* Three labels and more, each beginning with a letter: com.example.app. */
static bool is_dotted(const char *p, const char *end)
{
	unsigned labels = 0;

	while (p < end && (is(*p, LETTER | UNDERSCORE) || *p == '$')) {
		while (p < end && (is(*p, NAME) || *p == '$' || *p == '-'))
			p++;
		labels++;
		if (p == end || *p != '.')
			break;
		p++;
	}
	return labels >= 3 && (p == end || *p == '/' || *p == ':');
}

/* Letters that a number follows, and nothing else: eth0. Hex is none. */
static size_t name_of_number(const char *p, const char *end)
{
	const char *start = p;
	bool hex = true;

	for (; p < end && is(*p, LETTER); p++)
		hex &= is(*p, HEX);
	if (p == start || hex || p - start > PREFIX_MAX)
		return 0;
	for (const char *q = p; q < end; q++)
		if (!is(*q, DIGIT))
			return 0;
	return (size_t)(p - start);
}

/* blk_123, attempt_14_m_0: letters and their underscore. */
static size_t name_of_id(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && is(*p, LETTER))
		p++;
	if (p == start || p == end || *p != '_')
		return 0;
	for (const char *q = p; q < end; q++)
		if (!is(*q, NAME) && *q != '-')
			return 0;
	return (size_t)(p - start) + 1;
}

static bool has(const char *p, const char *end, unsigned class)
{
	for (; p < end; p++)
		if (is(*p, class))
			return true;
	return false;
}

static bool is_mail(const char *p, const char *end)
{
	const char *at = p;

	while (at < end && *at != '@')
		at++;
	if (at == p)
		return false;
	while (at < end && *at != '.')
		at++;
	return at < end;
}

/* A unit right after a number, or after one space: past it. */
static const char *past_unit(const struct shaper *s, const char *p)
{
	const char *unit = is_at(s, p, BLANK) ? p + 1 : p;
	size_t len = letters(s, unit);

	if (is_unit(unit, len) && !is_at(s, unit + len, NAME))
		return unit + len;
	return p < s->end && *p == '%' ? p + 1 : p;
}

/* 12, -1.5 ms, <1 sec: a plain number; with a unit after a space, too. */
static bool take_number(struct shaper *s)
{
	const char *p = s->at, *end;

	while (is_at(s, p, DIGIT))
		p++;
	if (p + 1 < s->end && *p == '.' && is(p[1], DIGIT))
		for (p++; is_at(s, p, DIGIT);)
			p++;
	end = past_unit(s, p);
	if (end == p)
		return false;
	if (s->n > 0 && s->out[s->n - 1] == '<')
		s->n--;
	put_hole(s);
	s->at = end;
	return true;
}

static void take_run(struct shaper *s)
{
	const char *p = s->at, *end = run_end(s, p);
	size_t name;

	s->at = end;
	if (is_dotted(p, end) || is_mail(p, end)) {
		put_hole(s);
	} else if (!has(p, end, DIGIT)) {
		put_text(s, p, (size_t)(end - p));
	} else {
		name = name_of_id(p, end);
		if (name == 0)
			name = name_of_number(p, end);
		if (name > 0)
			put_name(s, p, name);
		else
			put_hole(s);
	}
}

/* ---- words that say what follows them ---- */

static const char *skip_blanks(const struct shaper *s, const char *p)
{
	while (is_at(s, p, BLANK))
		p++;
	return p;
}

/* "Jun 20", "Mon Jun 20": past it, or NULL. */
static const char *date_end(const struct shaper *s, const char *p, size_t len)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const char days[] = "MonTueWedThuFriSatSun";

	if (begins_name_of(days, p, len)) {
		p += len;
		if (p < s->end && *p == ',')
			p++;
		p = skip_blanks(s, p);
		len = letters(s, p);
	}
	if (!begins_name_of(months, p, len))
		return NULL;
	p = skip_blanks(s, p + len);
	if (!is_at(s, p, DIGIT))
		return NULL;
	while (is_at(s, p, DIGIT))
		p++;
	return is_at(s, p, NAME) ? NULL : p;
}

/* scheme://…: past it, or NULL. */
static const char *url_end(const struct shaper *s, const char *p, size_t len)
{
	static const char ends[] = " \t,;)]}>\"'";

	p += len;
	if (len < 2 || s->end - p < 4 || memcmp(p, "://", 3) != 0)
		return NULL;
	while (p < s->end && !memchr(ends, *p, sizeof(ends) - 1))
		p++;
	return p;
}

/* "user NAME": the name varies whatever it is. */
static bool take_user(struct shaper *s, size_t len)
{
	const char *p = s->at + len + 1;

	if (len != 4 ||
	    (memcmp(s->at, "user", 4) != 0 && memcmp(s->at, "User", 4) != 0))
		return false;
	if (p >= s->end || p[-1] != ' ' || !is(*p, LETTER) || *p < 0)
		return false;
	put_text(s, s->at, 5);
	while (is_at(s, p, NAME) ||
	    (p + 1 < s->end && (*p == '.' || *p == '-') && is(p[1], NAME)))
		p++;
	put_hole(s);
	s->at = p;
	return true;
}

/* C:\…: past it, or NULL. */
static const char *windows_path_end(const struct shaper *s, const char *p,
    size_t len)
{
	if (len != 1 || s->end - p < 3 || p[1] != ':' || p[2] != '\\')
		return NULL;
	while (p < s->end && !is(*p, BLANK) && !memchr(",;\"'", *p, 4))
		p++;
	return p;
}

/* A word that begins with a letter: by what it is, or as part of a run. */
static void take_word(struct shaper *s)
{
	size_t len = letters(s, s->at);
	const char *after = s->at + len;
	const char *end = date_end(s, s->at, len);

	if (!end)
		end = url_end(s, s->at, len);
	if (!end)
		end = windows_path_end(s, s->at, len);
	if (!end && is_constant(s->at, len) &&
	    (after == s->end || is(*after, BLANK) ||
		memchr(",;)]}", *after, 5)))
		end = after;
	if (end) {
		put_hole(s);
		s->at = end;
	} else if (!take_user(s, len)) {
		take_run(s);
	}
}

/* ---- other characters ---- */

/* The closing quote of what is quoted here, or NULL. */
static const char *quoted_end(const struct shaper *s, const char *p, char quote)
{
	const char *end = p + 1 + MIN((size_t)(s->end - p - 1), QUOTED_MAX);

	for (p++; p < end; p++) {
		if (*p == '\\' && quote == '"')
			p++;
		else if (*p == quote &&
		    (quote == '"' || !is_at(s, p + 1, NAME)))
			return p;
	}
	return NULL;
}

/* Quoted text; but a request is told apart by its method. */
static bool take_quoted(struct shaper *s)
{
	const char *p = s->at, *end;

	if (*p == '\'' && p > s->start && is(p[-1], NAME))
		return false;
	end = quoted_end(s, p, *p);
	if (!end || (end == p + 1 && *p == '\'') ||
	    is_method(p + 1, letters(s, p + 1)))
		return false;
	put_hole(s);
	s->at = end + 1;
	return true;
}

static bool take_path(struct shaper *s)
{
	const char *p = s->at;

	if (p > s->start && (is(p[-1], NAME) || memchr("/.<", p[-1], 3)))
		return false;
	while (is_at(s, p, PATH | NAME))
		p++;
	if (p - s->at < 2)
		return false;
	put_hole(s);
	s->at = p;
	return true;
}

/* A sign before a number belongs to it. */
static bool take_sign(struct shaper *s)
{
	if (!is_at(s, s->at + 1, DIGIT) ||
	    (s->n > 0 && is_part_of_name(s->out[s->n - 1])))
		return false;
	s->at++;
	return true;
}

static bool take_dots(struct shaper *s)
{
	const char *p = s->at;

	while (p < s->end && *p == '.')
		p++;
	if (p - s->at < 3)
		return false;
	put_blank(s);
	s->at = p;
	return true;
}

static bool take_mark(struct shaper *s)
{
	switch (*s->at) {
	case '"':
	case '\'':
		return take_quoted(s);
	case '/':
		return take_path(s);
	case '-':
	case '+':
		return take_sign(s);
	case '.':
		return take_dots(s);
	default:
		return false;
	}
}

static void take_one(struct shaper *s)
{
	char c = *s->at;
	const char *end;

	if (is(c, BLANK)) {
		put_blank(s);
		s->at++;
	} else if (is(c, DIGIT | HEX) && (end = pairs_end(s, s->at))) {
		put_hole(s);
		s->at = end;
	} else if (is(c, DIGIT)) {
		if (!take_number(s))
			take_run(s);
	} else if (is(c, LETTER)) {
		take_word(s);
	} else if (is(c, UNDERSCORE)) {
		take_run(s);
	} else if (!take_mark(s)) {
		put(s, (unsigned char)c < ' ' ? ' ' : c);
		s->at++;
		if (c == '(' && s->at < s->end && *s->at == ')')
			put(s, HOLE); /* () is (…) without anything */
	}
}

size_t mxlog_shape(const char *text, size_t len, char out[MXLOG_SHAPE_MAX])
{
	const char *newline = memchr(text, '\n', len);
	struct shaper s = { .start = text, .at = text, .out = out };

	s.end = newline ? newline : text + len;
	while (s.at < s.end && s.n < MXLOG_SHAPE_MAX)
		take_one(&s);
	while (s.n > 0 && s.out[s.n - 1] == ' ')
		s.n--;
	return s.n;
}

size_t mxlog_shape_format(const char *shape, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (shape[i] == HOLE) {
			memcpy(out + n, "<*>", 3);
			n += 3;
		} else {
			out[n++] = shape[i];
		}
	}
	return n;
}

/* ---- tokens ---- */

bool mxlog_shape_is_word(char first)
{
	return first == HOLE || is(first, LETTER | UNDERSCORE);
}

static bool continues(const char *shape, size_t len, size_t i)
{
	if (is(shape[i], LETTER | UNDERSCORE) || shape[i] == HOLE)
		return true;
	return memchr(".-/$", shape[i], 4) && i + 1 < len &&
	    mxlog_shape_is_word(shape[i + 1]);
}

size_t mxlog_shape_token(const char *shape, size_t len, size_t *at)
{
	size_t i = *at;

	while (i < len && shape[i] == ' ')
		i++;
	*at = i;
	if (i == len)
		return 0;
	if (shape[i] == HOLE || !is(shape[i], LETTER | UNDERSCORE))
		return 1;
	while (i < len && continues(shape, len, i))
		i++;
	return i - *at;
}
