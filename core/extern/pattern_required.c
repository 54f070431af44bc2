/* SPDX-License-Identifier: Apache-2.0 */
/* The literals that no match of a pattern can do without. This reads the part
 * of PCRE2's syntax that it is sure of; at anything else it gives up, because
 * a wrong literal would hide a match. */
#include "extern/pattern.h"

enum {
	GROUP_DEPTH = 16,
};

/* Runs of literal bytes: the one being read and the longest so far. */
struct runs {
	struct mxlog_pattern_literal run;
	struct mxlog_pattern_literals best;
};

struct reader {
	const char *at, *end;
	bool caseless;
	bool doubt; /* not sure any more: there is no literal */
};

/* Before what is not longer; what is too much falls off. */
static void keep(struct mxlog_pattern_literals *best,
    const struct mxlog_pattern_literal *run)
{
	size_t at = best->n;

	while (at > 0 && best->list[at - 1].len < run->len)
		at--;
	if (at == MXLOG_PATTERN_LITERALS)
		return;
	best->n = MIN(best->n + 1, (size_t)MXLOG_PATTERN_LITERALS);
	memmove(&best->list[at + 1], &best->list[at],
	    (best->n - at - 1) * sizeof(*run));
	best->list[at] = *run;
}

static void end_run(struct runs *runs)
{
	if (runs->run.len > 0)
		keep(&runs->best, &runs->run);
	runs->run.len = 0;
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of the character at the reader. */
static size_t character_len(const struct reader *reader)
{
	const char *p = reader->at + 1;

	if ((*reader->at & 0xc0) != 0xc0)
		return 1;
	while (p < reader->end && (*p & 0xc0) == 0x80)
		p++;
	return (size_t)(p - reader->at);
}

/* Without regard to case, k is also the Kelvin sign, s the long s, and other
 * characters have partners of other lengths. */
static bool is_certain(const struct reader *reader, const char *text,
    size_t len)
{
	if (!reader->caseless)
		return true;
	return len == 1 && (unsigned char)*text < 0x80 &&
	    !strchr("ksKS", *text);
}

static void add_character(const struct reader *reader, struct runs *runs,
    const char *text, size_t len)
{
	if (!is_certain(reader, text, len)) {
		end_run(runs);
		return;
	}
	if (runs->run.len + len > MXLOG_PATTERN_LITERAL_BYTES)
		end_run(runs);
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (reader->caseless && is_upper(c))
			c = (char)(c - 'A' + 'a');
		runs->run.text[runs->run.len++] = c;
	}
}

enum quantifier {
	ONCE,
	AT_LEAST_ONCE,
	MAYBE,
};

/* {n}, {n,} or {n,m}; every other brace is left to doubt. */
static enum quantifier read_braces(struct reader *reader)
{
	const char *p = reader->at + 1;
	bool zero = true;

	if (p == reader->end || !is_digit(*p))
		goto out;
	for (; p < reader->end && is_digit(*p); p++)
		zero = zero && *p == '0';
	if (p < reader->end && *p == ',')
		p++;
	while (p < reader->end && is_digit(*p))
		p++;
	if (p == reader->end || *p != '}')
		goto out;
	reader->at = p + 1;
	return zero ? MAYBE : AT_LEAST_ONCE;
out:
	reader->doubt = true;
	return MAYBE;
}

static enum quantifier read_quantifier(struct reader *reader)
{
	enum quantifier quantifier = ONCE;

	if (reader->at == reader->end)
		return ONCE;
	switch (*reader->at) {
	case '*':
	case '?':
		reader->at++;
		quantifier = MAYBE;
		break;
	case '+':
		reader->at++;
		quantifier = AT_LEAST_ONCE;
		break;
	case '{':
		quantifier = read_braces(reader);
		break;
	default:
		return ONCE;
	}
	if (reader->at < reader->end &&
	    (*reader->at == '?' || *reader->at == '+'))
		reader->at++; /* lazy, possessive */
	return quantifier;
}

static void add_literal(struct reader *reader, struct runs *runs,
    const char *text, size_t len)
{
	switch (read_quantifier(reader)) {
	case ONCE:
		add_character(reader, runs, text, len);
		break;
	case AT_LEAST_ONCE:
		add_character(reader, runs, text, len);
		end_run(runs);
		break;
	case MAYBE:
		end_run(runs);
		break;
	}
}

/* Pass over [...]; its end is where PCRE2 sees it, or there is doubt. */
static void read_class(struct reader *reader)
{
	const char *p = reader->at + 1;

	if (p < reader->end && *p == '^')
		p++;
	if (p < reader->end && *p == ']')
		p++;
	while (p < reader->end && *p != ']') {
		if (*p == '\\' && p + 1 < reader->end)
			p++;
		else if (*p == '[')
			break; /* [:alpha:] or a bracket: not worth it */
		p++;
	}
	if (p == reader->end || *p != ']') {
		reader->doubt = true;
		return;
	}
	reader->at = p + 1;
	(void)read_quantifier(reader);
}

/* \p{..} and \pL, behind the letter. */
static void read_property(struct reader *reader)
{
	if (reader->at < reader->end && *reader->at == '{') {
		reader->at =
		    memchr(reader->at, '}', (size_t)(reader->end - reader->at));
		reader->doubt = reader->doubt || !reader->at;
	}
	if (reader->doubt || reader->at == reader->end)
		reader->doubt = true;
	else
		reader->at++;
}

static void read_escape(struct reader *reader, struct runs *runs)
{
	const char *c = ++reader->at;

	if (c == reader->end || (unsigned char)*c >= 0x80) {
		reader->doubt = true;
		return;
	}
	reader->at++;
	if (!is_lower(*c) && !is_upper(*c) && !is_digit(*c)) {
		add_literal(reader, runs, c, 1);
		return;
	}
	end_run(runs);
	if (*c == 'p' || *c == 'P')
		read_property(reader);
	else if (!strchr("dDwWsSbBAZzhHvVRXntrfaeK", *c))
		reader->doubt = true;
	if (!reader->doubt)
		(void)read_quantifier(reader);
}

static void read_alternatives(struct reader *reader, struct runs *runs,
    unsigned depth);

/* Behind "(?": pass over the name of a named group; true if it is a group
 * whose content every match has, false if not (a look-around) or in doubt. */
static bool read_group_kind(struct reader *reader)
{
	size_t left = (size_t)(reader->end - reader->at);
	const char *p = reader->at;
	char close = '>';

	if (left < 2) {
		reader->doubt = true;
		return false;
	}
	if (*p == ':' || *p == '>') {
		reader->at++;
		return true;
	}
	if (*p == '=' || *p == '!' || (*p == '<' && strchr("=!", p[1])))
		return false;
	if (*p == '\'')
		close = '\'';
	else if (*p == 'P' && p[1] == '<')
		p++;
	else if (*p != '<')
		reader->doubt = true;
	p = memchr(p + 1, close, (size_t)(reader->end - p - 1));
	reader->doubt = reader->doubt || !p;
	if (!reader->doubt)
		reader->at = p + 1;
	return !reader->doubt;
}

static void read_group(struct reader *reader, struct runs *runs, unsigned depth)
{
	struct runs inner = { 0 };
	bool needed = true;

	end_run(runs);
	reader->at++;
	if (depth == GROUP_DEPTH || reader->at == reader->end ||
	    *reader->at == '*') {
		reader->doubt = true;
		return;
	}
	if (*reader->at == '?') {
		reader->at++;
		needed = read_group_kind(reader);
	}
	if (!reader->doubt)
		read_alternatives(reader, &inner, depth + 1);
	if (reader->doubt || reader->at == reader->end) {
		reader->doubt = true;
		return;
	}
	reader->at++;
	if (read_quantifier(reader) == MAYBE || !needed)
		return;
	for (size_t i = 0; i < inner.best.n; i++)
		keep(&runs->best, &inner.best.list[i]);
}

static void read_item(struct reader *reader, struct runs *runs, unsigned depth)
{
	const char *c = reader->at;
	size_t len;

	switch (*c) {
	case '\\':
		read_escape(reader, runs);
		return;
	case '[':
		end_run(runs);
		read_class(reader);
		return;
	case '(':
		read_group(reader, runs, depth);
		return;
	case '.':
	case '^':
	case '$':
		end_run(runs);
		reader->at++;
		(void)read_quantifier(reader);
		return;
	case '*':
	case '+':
	case '?':
	case '{':
		reader->doubt = true;
		return;
	default:
		len = character_len(reader);
		reader->at += len;
		add_literal(reader, runs, c, len);
	}
}

/* Up to ')' or the end. With several alternatives nothing is needed. */
static void read_alternatives(struct reader *reader, struct runs *runs,
    unsigned depth)
{
	bool several = false;

	while (
	    !reader->doubt && reader->at < reader->end && *reader->at != ')') {
		if (*reader->at == '|') {
			several = true;
			end_run(runs);
			reader->at++;
		} else {
			read_item(reader, runs, depth);
		}
	}
	end_run(runs);
	if (several)
		runs->best.n = 0;
}

static void read_plain(struct reader *reader, struct runs *runs)
{
	while (reader->at < reader->end) {
		size_t len = character_len(reader);

		add_character(reader, runs, reader->at, len);
		reader->at += len;
	}
	end_run(runs);
}

void mxlog_pattern_required(const char *text, size_t len, unsigned flags,
    struct mxlog_pattern_literals *ret)
{
	struct reader reader = {
		.at = text,
		.end = text + len,
		.caseless = flags & MXLOG_PATTERN_CASELESS,
	};
	struct runs runs = { 0 };

	if (flags & MXLOG_PATTERN_LITERAL) {
		read_plain(&reader, &runs);
	} else {
		if (len >= 4 && memcmp(text, "(?i)", 4) == 0) {
			reader.caseless = true;
			reader.at += 4;
		}
		read_alternatives(&reader, &runs, 0);
		if (reader.at < reader.end) /* a ')' too many */
			reader.doubt = true;
	}
	*ret = runs.best;
	ret->caseless = reader.caseless;
	if (reader.doubt)
		ret->n = 0;
}
