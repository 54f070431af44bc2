/* SPDX-License-Identifier: Apache-2.0 */
#include "redact_pairs.h"

#include <strings.h>

#include "redact_names.h"

enum {
	NAME_REACH = 64,  /* bytes of a name looked at to either side */
	CLOSERS_MAX = 12, /* quotes and brackets behind a name */
	SPACES_MAX = 16,  /* around a separator */
	KEY_MAX = 48,     /* of what may be the next pair's name */
	SCHEME_MAX = 24,  /* of an authorization scheme */
	OPAQUE_MIN = 8,   /* of what looks like a credential */
};

struct pair {
	const char *text;
	size_t len;
	size_t start, end; /* of the name, without dashes before it */
	size_t at;         /* what is read next */
	struct mxlog_name name;
	bool option; /* --name or -name */
	bool quoted; /* "name" */
	bool colon;  /* name: value */
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_blank(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'z';
}

static bool is_name_byte(char c)
{
	return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

static char peek(const struct pair *pair, size_t at)
{
	return at < pair->len ? pair->text[at] : '\0';
}

/* Pass over spaces; how many there were. */
static size_t skip_spaces(struct pair *pair)
{
	size_t n = 0;

	while (n < SPACES_MAX && is_space(peek(pair, pair->at + n)))
		n++;
	pair->at += n;
	return n;
}

static void find_name(struct pair *pair, size_t at)
{
	size_t start = at, end = at;
	bool dashed;

	while (start > 0 && at - start < NAME_REACH &&
	    is_name_byte(pair->text[start - 1]))
		start--;
	while (end < pair->len && end - at < NAME_REACH &&
	    is_name_byte(pair->text[end]))
		end++;
	dashed = pair->text[start] == '-' &&
	    (start == 0 || is_blank(pair->text[start - 1]) ||
		strchr("\"'`[(,=", pair->text[start - 1]));
	while (start < end && !is_letter(pair->text[start]))
		start++;
	while (end > start && strchr(".-", pair->text[end - 1]))
		end--;
	pair->start = start;
	pair->end = pair->at = end;
	pair->option = dashed;
}

/* Behind an opening quote that has `slashes` backslashes before it: where the
 * text inside ends, and in *ret_closed whether a closing quote is there. */
static size_t quoted_end(const struct pair *pair, size_t at, char quote,
    size_t slashes, bool *ret_closed)
{
	size_t before = 0, line_end = pair->len;

	for (; at < pair->len; at++) {
		char c = pair->text[at];

		if (c == quote &&
		    (slashes == 0 ? before % 2 == 0 : before <= slashes)) {
			*ret_closed = true;
			return at - MIN(before, slashes);
		}
		if (c == '\n' && line_end == pair->len)
			line_end = at;
		before = c == '\\' ? before + 1 : 0;
	}
	*ret_closed = false;
	return line_end;
}

/* Does the next pair's name stand at `at`? */
static bool starts_pair(const struct pair *pair, size_t at)
{
	size_t n = 0;

	if (!is_letter(peek(pair, at)) && peek(pair, at) != '_')
		return false;
	while (n < KEY_MAX && is_name_byte(peek(pair, at + n)))
		n++;
	while (strchr("\\\"' ", peek(pair, at + n)) && at + n < pair->len &&
	    n < KEY_MAX + CLOSERS_MAX)
		n++;
	return at + n < pair->len && strchr("=:", pair->text[at + n]);
}

/* A value without quotes goes on over much that may stand in a password; it
 * ends at white space, or at punctuation that the text around it needs. */
static bool ends_value(const struct pair *pair, size_t at)
{
	char c = pair->text[at], next = peek(pair, at + 1);

	if (is_blank(c))
		return true;
	if (!strchr(",;&)]}>\"'`<\\", c))
		return false;
	if (c == '\\')
		return at + 1 < pair->len && is_quote(next);
	if (c == '<')
		return next == '/' || is_letter(next);
	if (at + 1 == pair->len || is_blank(next) ||
	    strchr(",;)]}>\"'`:<\\", next))
		return true;
	return strchr(",;&", c) && starts_pair(pair, at + 1);
}

static size_t bare_end(const struct pair *pair, size_t at)
{
	while (at < pair->len && !ends_value(pair, at))
		at++;
	return at;
}

/* Behind an opening bracket: behind the one that closes it; 0 if none does. */
static size_t bracket_end(const struct pair *pair, size_t at)
{
	size_t depth = 1;
	char quote = '\0';

	for (; at < pair->len; at++) {
		char c = pair->text[at];

		if (c == '\\' && at + 1 < pair->len && quote != '\0')
			at++;
		else if (quote != '\0')
			quote = c == quote ? '\0' : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return at + 1;
	}
	return 0;
}

/* Words that stand for no value, and such that begin an explanation. */
static bool is_one_of(const char *const *words, size_t n, const char *text,
    size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(words[i]) == len &&
		    strncasecmp(words[i], text, len) == 0)
			return true;
	return false;
}

static bool is_no_value(const struct pair *pair,
    const struct mxlog_range *range)
{
	static const char *const words[] = { "yes", "no", "true", "false",
		"null", "(null)", "none", "nil", "undefined", "on", "off",
		"unset", "empty", "n/a" };
	const char *text = pair->text + range->start;
	size_t len = range->end - range->start, masked = 0;

	if (len == 1 && !is_letter(*text) && !is_digit(*text))
		return true;
	if (len > 2 && memcmp(text, "%%", 2) == 0)
		return true; /* Windows: the number of a text */
	while (masked < len && text[masked] == '*')
		masked++;
	return masked == len || is_one_of(words, ARRAY_LEN(words), text, len);
}

/* "invalid token: unexpected end of input" tells of no token. */
static bool is_prose(const struct pair *pair, const struct mxlog_range *range)
{
	static const char *const words[] = { "a", "access", "an",
		"authentication", "authorization", "bad", "can't", "cannot",
		"could", "denied", "does", "error", "expected", "expired",
		"failed", "failure", "for", "found", "given", "has", "illegal",
		"in", "incorrect", "invalid", "is", "key", "login", "malformed",
		"maximum", "minimum", "missing", "mismatch", "must", "no",
		"not", "permission", "provided", "rejected", "required",
		"requires", "should", "the", "this", "too", "unable",
		"unauthorized", "unexpected", "unknown", "user", "was",
		"wrong" };
	const char *text = pair->text + range->start;
	size_t len = range->end - range->start;
	bool more = is_space(peek(pair, range->end)) &&
	    is_letter(peek(pair, range->end + 1));

	while (len > 0 && strchr(",;.:", text[len - 1]))
		len--;
	return (more || range->end == pair->len) &&
	    is_one_of(words, ARRAY_LEN(words), text, len);
}

/* Is the value that begins here a number? */
static bool is_number(const struct pair *pair)
{
	size_t i = pair->at;

	while (i < pair->len && pair->text[i] &&
	    (is_digit(pair->text[i]) || strchr("+-.%", pair->text[i])))
		i++;
	return i > pair->at && (i == pair->len || ends_value(pair, i));
}

/* What some names have more often than secrets: pass=3, PWD=/root. */
static bool is_harmless(const struct pair *pair)
{
	char first = peek(pair, pair->at);

	switch (pair->name.kind) {
	case MXLOG_NAME_PASS:
		return !pair->name.several &&
		    (is_number(pair) ||
			(pair->colon && !pair->quoted && !is_quote(first)));
	case MXLOG_NAME_TOKENS:
		return is_number(pair);
	case MXLOG_NAME_PWD:
		return !pair->name.several && (first == '/' || first == '~');
	case MXLOG_NAME_COOKIE:
		return is_number(pair) ||
		    (first == '0' && peek(pair, pair->at + 1) == 'x');
	default:
		return false;
	}
}

/* {..} and [..]: up to the closing one; where that was cut off, all there is
 * if it looks like JSON. */
static size_t container_end(const struct pair *pair)
{
	size_t end = bracket_end(pair, pair->at + 1);
	char next = peek(pair, pair->at + 1);

	if (end > 0)
		return end;
	if (is_quote(next) || next == '\\' || next == '{' || next == '[')
		return pair->len;
	return bare_end(pair, pair->at + 1);
}

/* key=value, key="a, b", key=value, … as Digest has them. */
static size_t parameters_end(const struct pair *pair, size_t at)
{
	for (;;) {
		size_t end = at;
		bool closed;

		while (end < pair->len && !is_blank(pair->text[end]) &&
		    !is_quote(pair->text[end]) && pair->text[end] != ',')
			end++;
		if (end > at && peek(pair, end) == '"' &&
		    pair->text[end - 1] == '=') {
			end = quoted_end(pair, end + 1, '"', 0, &closed);
			end += closed;
		}
		if (peek(pair, end) != ',')
			return end;
		at = end + 1;
		while (is_space(peek(pair, at)))
			at++;
		if (!starts_pair(pair, at))
			return end;
	}
}

static bool is_scheme(const struct pair *pair, size_t start, size_t end)
{
	static const char *const schemes[] = { "basic", "bearer", "digest",
		"negotiate", "ntlm", "token", "apikey", "oauth", "hawk",
		"mutual", "vapid", "dpop", "aws", "aws4-hmac-sha256",
		"scram-sha-1", "scram-sha-256", "sharedkey", "key", "jwt" };
	size_t next = end;
	bool telling = false;

	if (is_one_of(schemes, ARRAY_LEN(schemes), pair->text + start,
		end - start))
		return true;
	if (end - start > SCHEME_MAX || !is_space(peek(pair, end)))
		return false;
	for (size_t i = start; i < end; i++)
		if (!is_letter(pair->text[i]) && !is_digit(pair->text[i]) &&
		    pair->text[i] != '-')
			return false;
	for (next++; next < pair->len && !ends_value(pair, next); next++)
		telling |= !is_letter(pair->text[next]);
	return telling && next - end > OPAQUE_MIN;
}

/* Of "Bearer abc" the scheme stays; its end if there is one, else 0. */
static size_t scheme_end(const struct pair *pair, size_t start, size_t end)
{
	if (!is_space(peek(pair, end)) || !is_scheme(pair, start, end))
		return 0;
	while (is_space(peek(pair, end)))
		end++;
	return end;
}

/* Credentials in quotes reach to the closing one. */
static void narrow_to_credentials(const struct pair *pair,
    struct mxlog_range *range)
{
	size_t end = range->start;

	while (end < range->end && !is_blank(pair->text[end]))
		end++;
	end = scheme_end(pair, range->start, end);
	if (end > 0)
		range->start = MIN(end, range->end);
}

static void read_credentials(const struct pair *pair, struct mxlog_range *ret)
{
	size_t end = bare_end(pair, pair->at);
	size_t behind = scheme_end(pair, pair->at, end);

	ret->start = pair->at;
	ret->end = end;
	if (behind == 0)
		return;
	ret->start = behind;
	ret->end = MAX(parameters_end(pair, behind), bare_end(pair, behind));
}

/* a=b; c=d; HttpOnly */
static size_t cookies_end(const struct pair *pair, size_t at)
{
	for (;;) {
		size_t next;

		while (at < pair->len && !is_blank(pair->text[at]) &&
		    pair->text[at] != ';' && !ends_value(pair, at))
			at++;
		next = at + 1;
		while (is_space(peek(pair, next)))
			next++;
		if (peek(pair, at) != ';' || next == at + 1 ||
		    !is_name_byte(peek(pair, next)))
			return at;
		at = next;
	}
}

static void read_quoted(struct pair *pair, size_t slashes,
    struct mxlog_range *ret)
{
	size_t quote = pair->at + slashes;
	bool closed;

	ret->start = quote + 1;
	ret->end =
	    quoted_end(pair, quote + 1, pair->text[quote], slashes, &closed);
	if (pair->name.kind == MXLOG_NAME_AUTHORIZATION)
		narrow_to_credentials(pair, ret);
}

static void read_bare(struct pair *pair, struct mxlog_range *ret)
{
	ret->start = pair->at;
	if (pair->name.kind == MXLOG_NAME_AUTHORIZATION)
		read_credentials(pair, ret);
	else if (pair->name.kind == MXLOG_NAME_COOKIE)
		ret->end = cookies_end(pair, pair->at);
	else if (strchr("{[", peek(pair, pair->at)) && pair->at < pair->len)
		ret->end = container_end(pair);
	else
		ret->end = bare_end(pair, pair->at);
}

/* b'..', u"..": Python's prefixes. */
static bool has_prefix(const struct pair *pair)
{
	char c = (char)(peek(pair, pair->at) | 0x20);

	return strchr("burf", c) && c != '\0' &&
	    (peek(pair, pair->at + 1) == '"' ||
		peek(pair, pair->at + 1) == '\'');
}

static bool read_value(struct pair *pair, struct mxlog_range *ret)
{
	size_t slashes = 0;

	if (has_prefix(pair))
		pair->at++;
	while (peek(pair, pair->at + slashes) == '\\' && slashes < CLOSERS_MAX)
		slashes++;
	if (is_quote(peek(pair, pair->at + slashes))) {
		read_quoted(pair, slashes, ret);
		if (pair->name.kind == MXLOG_NAME_PWD &&
		    peek(pair, ret->start) == '/')
			return false;
	} else {
		if (is_harmless(pair))
			return false;
		read_bare(pair, ret);
		if (pair->colon && !pair->quoted && is_prose(pair, ret))
			return false;
	}
	return ret->end > ret->start && !is_no_value(pair, ret);
}

/* Quotes and brackets between a name and its separator: "name", name[],
 * params['name'], **name**. */
static void skip_closers(struct pair *pair)
{
	size_t n = 0;

	while (n < CLOSERS_MAX && pair->at + n < pair->len &&
	    strchr("\\\"'`[]*", pair->text[pair->at + n])) {
		pair->quoted |= is_quote(pair->text[pair->at + n]);
		n++;
	}
	pair->at += n;
}

/* =, ==, =>, :, :=; false if no value can follow. */
static bool skip_separator(struct pair *pair)
{
	char c = peek(pair, pair->at), next = peek(pair, pair->at + 1);

	if (c == '=') {
		pair->at += next == '=' || next == '>' ? 2 : 1;
	} else if (c == ':') {
		if (next == ':' || (next == '/' && !pair->quoted))
			return false;
		pair->colon = next != '=';
		pair->at += next == '=' ? 2 : 1;
	} else {
		return false;
	}
	(void)skip_spaces(pair);
	return true;
}

/* --password hunter2, and as list: "--password", "hunter2". */
static bool skip_option_gap(struct pair *pair)
{
	if (!pair->option)
		return false;
	if (pair->quoted && peek(pair, pair->at) == ',')
		pair->at++;
	return skip_spaces(pair) > 0 && peek(pair, pair->at) != '-';
}

static bool read_element(struct pair *pair, struct mxlog_range *ret)
{
	const char *close = memchr(pair->text + pair->end, '>',
	    MIN(pair->len - pair->end, (size_t)NAME_REACH));
	const char *open;

	if (!close)
		return false;
	ret->start = (size_t)(close - pair->text) + 1;
	open = memchr(close, '<', pair->len - ret->start + 1);
	ret->end = open ? (size_t)(open - pair->text) : pair->len;
	return ret->end > ret->start && !is_no_value(pair, ret);
}

/* TokenFilter: text; the name of a class more likely than that of a secret. */
static bool is_unlikely(const struct pair *pair)
{
	return pair->colon && !pair->quoted && pair->name.loose;
}

/* After most names there is no value, whatever they mean. */
static bool may_have_value(struct pair *pair)
{
	char c;

	skip_closers(pair);
	c = peek(pair, pair->at);
	if (is_space(c)) {
		struct pair ahead = *pair;

		(void)skip_spaces(&ahead);
		c = peek(&ahead, ahead.at);
	}
	return c == '=' || c == ':' || is_quote(c) || pair->option;
}

static bool read_pair(struct pair *pair, struct mxlog_range *ret)
{
	size_t behind = pair->at, spaces = skip_spaces(pair);

	if (skip_separator(pair))
		return !is_unlikely(pair) && read_value(pair, ret);
	if (spaces > 0 && pair->name.kind == MXLOG_NAME_PASSWORD &&
	    is_quote(peek(pair, pair->at)))
		return read_value(pair, ret);
	pair->at = behind;
	return skip_option_gap(pair) && read_value(pair, ret);
}

bool mxlog_pair_find(const char *text, size_t len, size_t at, size_t *ret_end,
    struct mxlog_range *ret)
{
	struct pair pair = { .text = text, .len = len };
	bool element;

	assert(at < len);

	find_name(&pair, at);
	*ret_end = pair.end;
	element = pair.start > 0 && text[pair.start - 1] == '<';
	if (!element && !may_have_value(&pair))
		return false;
	pair.name =
	    mxlog_name_classify(text + pair.start, pair.end - pair.start);
	if (pair.name.kind == MXLOG_NAME_OTHER)
		return false;
	return element ? read_element(&pair, ret) : read_pair(&pair, ret);
}
