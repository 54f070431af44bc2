/* SPDX-License-Identifier: Apache-2.0 */
/* logfmt: a text that is key=value pairs from end to end, and names a level. A
 * looser rule takes what people and auditd write for it. */
#include <stdio.h>

#include "base/number.h"
#include "parse/payload_private.h"

enum {
	PAIRS_MIN = 2,
	PAIRS_MAX = 256, /* more are a text */
};

struct pair {
	const char *key, *value;
	size_t key_len, len; /* a quoted value without its quotes */
	bool quoted;
};

struct pairs {
	const struct mxlog_lift *lift;
	const char *at, *end;
	struct pair pair[PAIRS_MAX];
	size_t n;
	bool level; /* one of them names it */
};

static bool is_key_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' ||
	    c == '@' || c == '/';
}

static bool read_key(struct pairs *pairs, struct pair *ret)
{
	const char *start = pairs->at;

	while (pairs->at < pairs->end && is_key_byte(*pairs->at))
		pairs->at++;
	if (pairs->at == start || pairs->at == pairs->end || *pairs->at != '=')
		return false;
	ret->key = start;
	ret->key_len = (size_t)(pairs->at++ - start);
	return true;
}

/* To behind the closing quote. */
static bool read_quoted(struct pairs *pairs, struct pair *ret)
{
	const char *at = ++pairs->at;

	while (at < pairs->end && *at != '"')
		at += *at == '\\' ? 2 : 1;
	if (at >= pairs->end)
		return false;
	ret->value = pairs->at;
	ret->len = (size_t)(at - pairs->at);
	ret->quoted = true;
	pairs->at = at + 1;
	return true;
}

static bool read_value(struct pairs *pairs, struct pair *ret)
{
	const char *start = pairs->at;

	if (start < pairs->end && *start == '"')
		return read_quoted(pairs, ret);
	while (pairs->at < pairs->end && *pairs->at != ' ' &&
	    *pairs->at != '"' && (unsigned char)*pairs->at > ' ')
		pairs->at++;
	ret->value = start;
	ret->len = (size_t)(pairs->at - start);
	ret->quoted = false;
	return pairs->at == pairs->end || *pairs->at == ' ';
}

static bool is_known(const struct pairs *pairs, const struct pair *pair)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (pairs->pair[i].key_len == pair->key_len &&
		    memcmp(pairs->pair[i].key, pair->key, pair->key_len) == 0)
			return true;
	return false;
}

/* White space, or what a relay wrote out at the end. */
static void skip_end(struct pairs *pairs)
{
	size_t n = 1;

	while (pairs->at < pairs->end && n > 0) {
		size_t left = (size_t)(pairs->end - pairs->at);

		n = *pairs->at == ' ' || *pairs->at == '\r' ||
			*pairs->at == '\n'
		    ? 1
		    : mxlog_payload_folded(pairs->at, left);
		pairs->at += n;
	}
}

/* All of the text; false: it is none. */
static bool read_pairs(struct pairs *pairs)
{
	while (pairs->at < pairs->end) {
		struct pair *pair = &pairs->pair[pairs->n];
		const struct mxlog_payload_key *key;

		if (pairs->n == PAIRS_MAX || !read_key(pairs, pair) ||
		    !read_value(pairs, pair) || is_known(pairs, pair))
			return false;
		key = mxlog_lift_find(pairs->lift, pair->key, pair->key_len);
		pairs->level |= key && key->use == MXLOG_USE_LEVEL &&
		    !key->beside &&
		    mxlog_lift_is_level_name(pairs->lift, pair->value,
			pair->len);
		pairs->n++;
		skip_end(pairs);
	}
	return pairs->n >= PAIRS_MIN && pairs->level;
}

/* ---- as JSON ---- */

static int write_byte(struct mxlog_buf *out, char c)
{
	char escape[8];

	if ((unsigned char)c >= ' ' && c != '"' && c != '\\')
		return mxlog_buf_add_char(out, c);
	(void)snprintf(escape, sizeof(escape), "\\u%04x", (unsigned char)c);
	return mxlog_buf_add(out, escape, 6);
}

/* Go's escapes that JSON lacks are \a, \v, \x1b and \U0001f600: what they stand
 * for, or themselves. */
static int write_escape(struct mxlog_buf *out, const char *text, size_t len,
    size_t *ret_n)
{
	int high, low;

	*ret_n = 2;
	if (len >= 2 && memchr("\"\\/bfnrt", text[1], 8))
		return mxlog_buf_add(out, text, 2);
	if (len >= 6 && text[1] == 'u') {
		*ret_n = 6;
		for (size_t i = 2; i < 6; i++)
			if (mxlog_number_hex_digit(text[i]) < 0)
				*ret_n = 1;
		if (*ret_n == 6)
			return mxlog_buf_add(out, text, 6);
	}
	high = len >= 4 ? mxlog_number_hex_digit(text[2]) : -1;
	low = len >= 4 ? mxlog_number_hex_digit(text[3]) : -1;
	if (len >= 4 && text[1] == 'x' && high >= 0 && low >= 0) {
		*ret_n = 4;
		return write_byte(out, (char)(high << 4 | low));
	}
	*ret_n = 1;
	return write_byte(out, '\\');
}

static int write_string(struct mxlog_buf *out, const char *text, size_t len,
    bool escaped)
{
	int r = mxlog_buf_add_char(out, '"');
	size_t n;

	for (size_t i = 0; r == 0 && i < len; i += n) {
		n = 1;
		if (escaped && text[i] == '\\')
			r = write_escape(out, text + i, len - i, &n);
		else
			r = write_byte(out, text[i]);
	}
	return r < 0 ? r : mxlog_buf_add_char(out, '"');
}

/* Numbers, true and false are what they are, unless the field that the key is
 * for wants a text. */
static bool is_literal(const struct pair *pair)
{
	const struct mxlog_payload_key *key =
	    mxlog_payload_find(pair->key, pair->key_len);

	if (pair->quoted || pair->len == 0)
		return false;
	if (key && !(mxlog_lift_types[key->use] >> MXLOG_JSON_NUMBER & 1))
		return false;
	return mxlog_number_span(pair->value, pair->len) == pair->len ||
	    (pair->len == 4 && memcmp(pair->value, "true", 4) == 0) ||
	    (pair->len == 5 && memcmp(pair->value, "false", 5) == 0);
}

static int write_pair(struct mxlog_buf *out, const struct pair *pair)
{
	int r;

	r = mxlog_buf_add_char(out, out->len == 0 ? '{' : ',');
	if (r == 0)
		r = write_string(out, pair->key, pair->key_len, false);
	if (r == 0)
		r = mxlog_buf_add_char(out, ':');
	if (r < 0)
		return r;
	if (is_literal(pair))
		return mxlog_buf_add(out, pair->value, pair->len);
	return write_string(out, pair->value, pair->len, pair->quoted);
}

int mxlog_payload_read_logfmt(const struct mxlog_lift *lift,
    struct mxlog_buf *ret, const char *text, size_t len)
{
	struct pairs pairs;
	int r = 0;

	/* a CR that a relay wrote out, right behind the last value */
	while (len >= 4 && text[len - 4] == '#' &&
	    mxlog_payload_folded(text + len - 4, 4) == 4)
		len -= 4;
	/* Most texts end here: their first word has no '='. */
	pairs.lift = lift;
	pairs.at = text;
	pairs.end = text + len;
	if (!read_key(&pairs, &pairs.pair[0]))
		return 0;
	pairs.at = text;
	pairs.n = 0;
	pairs.level = false;
	if (!read_pairs(&pairs))
		return 0;
	ret->len = 0;
	for (size_t i = 0; r == 0 && i < pairs.n; i++)
		r = write_pair(ret, &pairs.pair[i]);
	if (r == 0)
		r = mxlog_buf_add_char(ret, '}');
	return r < 0 ? r : 1;
}
