/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_value.h"

#include <strings.h>

#include "redact/redact_judge.h"

enum {
	SLASHES_MAX = 12, /* before a quote */
	CLOSERS_MAX = 12, /* quotes and spaces behind a name */
	KEY_MAX = 48,     /* of what may be the next pair's name */
	SCHEME_MAX = 24,  /* of an authorization scheme */
	OPAQUE_MIN = 8,   /* of what looks like a credential */
	REFERENCE_MAX = 128,
	CODE_MIN = 4, /* digits of a one-time password or PIN */
	CODE_MAX = 8,
};

/* Behind an opening quote that has `slashes` backslashes before it: where the
 * text inside ends, and in *ret_closed whether a closing quote is there. */
static size_t quoted_end(const struct mxlog_secret_value *value, size_t at,
    char quote, size_t slashes, bool *ret_closed)
{
	size_t before = 0, line_end = value->len;

	for (; at < value->len; at++) {
		char c = value->text[at];

		if (c == quote &&
		    (slashes == 0 ? before % 2 == 0 : before <= slashes)) {
			*ret_closed = true;
			return at - MIN(before, slashes);
		}
		if (c == '\n' && line_end == value->len)
			line_end = at;
		before = c == '\\' ? before + 1 : 0;
	}
	*ret_closed = false;
	return line_end;
}

/* Does the next pair's name stand at `at`? */
static bool starts_pair(const struct mxlog_secret_value *value, size_t at)
{
	size_t n = 0;

	if (!mxlog_is_letter(mxlog_value_peek(value, at)) &&
	    mxlog_value_peek(value, at) != '_')
		return false;
	while (
	    n < KEY_MAX && mxlog_is_name_byte(mxlog_value_peek(value, at + n)))
		n++;
	while (strchr("\\\"' ", mxlog_value_peek(value, at + n)) &&
	    at + n < value->len && n < KEY_MAX + CLOSERS_MAX)
		n++;
	return at + n < value->len && strchr("=:", value->text[at + n]);
}

/* A value without quotes goes on over much that may stand in a password; it
 * ends at white space, or at punctuation that the text around it needs. */
static bool ends_value(const struct mxlog_secret_value *value, size_t at)
{
	char c = value->text[at], next = mxlog_value_peek(value, at + 1);

	if (mxlog_is_blank(c))
		return true;
	if (!strchr(",;&|)]}>\"'`<\\", c))
		return false;
	if (c == '\\')
		return at + 1 < value->len &&
		    (mxlog_is_quote(next) ||
			(value->len - at >= 4 &&
			    memcmp(value->text + at, "\\r\\n", 4) == 0));
	if (c == '<')
		return next == '/' || mxlog_is_letter(next);
	if (at + 1 == value->len || mxlog_is_blank(next) ||
	    strchr(",;)]}>\"'`:<\\", next))
		return true;
	return strchr(",;&|", c) && starts_pair(value, at + 1);
}

static size_t bare_end(const struct mxlog_secret_value *value, size_t at)
{
	while (at < value->len && !ends_value(value, at))
		at++;
	return at;
}

/* Behind an opening bracket: behind the one that closes it; 0 if none does. */
static size_t bracket_end(const struct mxlog_secret_value *value, size_t at)
{
	size_t depth = 1;
	char quote = '\0';

	for (; at < value->len; at++) {
		char c = value->text[at];

		if (c == '\\' && at + 1 < value->len && quote != '\0')
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

/* Both halves of an IKE cookie or SPI, or one. */
static bool is_ike_cookie(const char *text, size_t len)
{
	size_t hex = 0;

	if (len != 16 && len != 33)
		return false;
	for (size_t i = 0; i < len; i++)
		hex += mxlog_is_digit(text[i]) ||
		    ((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'f');
	return hex == 16 || (hex == 32 && strchr("/:", text[16]));
}

static bool is_fingerprint(const char *text, size_t len)
{
	static const char *const prefixes[] = { "SHA256:", "SHA512:", "MD5:",
		"sha256:", "sha512-", "ssh-", "ecdsa-", "arn:" };

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (len > strlen(prefixes[i]) &&
		    memcmp(text, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static bool is_code(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && mxlog_is_digit(text[n]))
		n++;
	return (n == len && len >= CODE_MIN && len <= CODE_MAX) ||
	    mxlog_judge_is_opaque(text, len);
}

/* /run/secrets/x: where the system keeps things. */
static bool is_system_path(const char *text, size_t len)
{
	static const char *const roots[] = { "/etc/", "/run/", "/var/",
		"/home/", "/root/", "/usr/", "/opt/", "/tmp/", "/mnt/", "/srv/",
		"/proc/", "/dev/", "~/", "./" };

	for (size_t i = 0; i < ARRAY_LEN(roots); i++)
		if (len > strlen(roots[i]) &&
		    memcmp(text, roots[i], strlen(roots[i])) == 0)
			return mxlog_judge_is_path(text, len);
	return false;
}

static bool is_of_kind(struct mxlog_name name, const char *text, size_t len)
{
	switch (name.kind) {
	case MXLOG_NAME_OTHER:
		return false;
	case MXLOG_NAME_CODE:
		return is_code(text, len);
	case MXLOG_NAME_OPAQUE:
	case MXLOG_NAME_QUERY:
	case MXLOG_NAME_KEY:
		return mxlog_judge_is_opaque(text, len) &&
		    !is_fingerprint(text, len) &&
		    !mxlog_judge_is_path(text, len);
	case MXLOG_NAME_TOKENS:
		return !mxlog_judge_is_number(text, len);
	case MXLOG_NAME_PASS:
		return name.several || !mxlog_judge_is_number(text, len);
	case MXLOG_NAME_PWD:
		return name.several || (*text != '/' && *text != '~');
	case MXLOG_NAME_COOKIE:
		return !is_ike_cookie(text, len) &&
		    !mxlog_judge_is_number(text, len);
	default:
		return true;
	}
}

bool mxlog_value_is_secret(struct mxlog_name name, const char *text, size_t len)
{
	if (mxlog_judge_is_placeholder(text, len) ||
	    (name.passwd && len == 1 && *text == 'x') ||
	    !is_of_kind(name, text, len))
		return false;
	if (mxlog_judge_is_state(text, len) ||
	    (name.kind != MXLOG_NAME_CODE &&
		mxlog_judge_is_small_number(text, len)))
		return false;
	if (is_system_path(text, len) ||
	    (name.key && mxlog_judge_is_path(text, len)))
		return false;
	if (name.key && is_fingerprint(text, len))
		return false;
	if (name.class && !mxlog_judge_is_opaque(text, len))
		return false;
	return !memchr(text, ' ', len) || !mxlog_judge_is_sentence(text, len);
}

/* "failed to get token: context deadline exceeded" tells of no token. */
static bool is_prose(const struct mxlog_secret_value *value,
    const struct mxlog_range *range)
{
	const char *text = value->text + range->start;
	const char *end = memchr(text, '\n', value->len - range->start);
	size_t len = end ? (size_t)(end - text) : value->len - range->start;

	if (mxlog_judge_is_sentence(text, len) ||
	    mxlog_judge_is_prose(text, len))
		return true;
	return !mxlog_judge_is_opaque(text, range->end - range->start) &&
	    mxlog_judge_is_failing(value->text, value->name_at);
}

/* Is the value that begins here a number? */
static bool is_number(const struct mxlog_secret_value *value)
{
	size_t i = value->at;

	while (i < value->len && value->text[i] &&
	    (mxlog_is_digit(value->text[i]) || strchr("+-.%", value->text[i])))
		i++;
	return i > value->at && (i == value->len || ends_value(value, i));
}

/* What some names have more often than secrets: pass=3, PWD=/root. */
static bool is_harmless(const struct mxlog_secret_value *value)
{
	char first = mxlog_value_peek(value, value->at);

	switch (value->name.kind) {
	case MXLOG_NAME_PASS:
		return !value->name.several &&
		    (is_number(value) ||
			(value->colon && !value->quoted &&
			    !mxlog_is_quote(first)));
	case MXLOG_NAME_TOKENS:
		return is_number(value);
	case MXLOG_NAME_PWD:
		return !value->name.several && (first == '/' || first == '~');
	case MXLOG_NAME_COOKIE:
		return is_number(value) ||
		    (first == '0' &&
			mxlog_value_peek(value, value->at + 1) == 'x');
	default:
		return false;
	}
}

/* {..} and [..]: up to the closing one; where that was cut off, all there is
 * if it looks like JSON. */
static size_t container_end(const struct mxlog_secret_value *value)
{
	size_t end = bracket_end(value, value->at + 1);
	char next = mxlog_value_peek(value, value->at + 1);

	if (end > 0)
		return end;
	if (mxlog_is_quote(next) || next == '\\' || next == '{' || next == '[')
		return value->len;
	return bare_end(value, value->at + 1);
}

/* key=value, key="a, b", key=value, … as Digest has them. */
static size_t parameters_end(const struct mxlog_secret_value *value, size_t at)
{
	for (;;) {
		size_t end = at;
		bool closed;

		while (end < value->len && !mxlog_is_blank(value->text[end]) &&
		    !mxlog_is_quote(value->text[end]) &&
		    value->text[end] != ',')
			end++;
		if (end > at && mxlog_value_peek(value, end) == '"' &&
		    value->text[end - 1] == '=') {
			end = quoted_end(value, end + 1, '"', 0, &closed);
			end += closed;
		}
		if (mxlog_value_peek(value, end) != ',')
			return end;
		at = end + 1;
		while (mxlog_is_space(mxlog_value_peek(value, at)))
			at++;
		if (!starts_pair(value, at))
			return end;
	}
}

static bool is_scheme(const struct mxlog_secret_value *value, size_t start,
    size_t end)
{
	static const char *const schemes[] = { "basic", "bearer", "digest",
		"negotiate", "ntlm", "token", "apikey", "oauth", "hawk",
		"mutual", "vapid", "dpop", "aws", "aws4-hmac-sha256",
		"scram-sha-1", "scram-sha-256", "sharedkey", "key", "jwt" };
	size_t next = end;
	bool telling = false;

	if (is_one_of(schemes, ARRAY_LEN(schemes), value->text + start,
		end - start))
		return true;
	if (end - start > SCHEME_MAX ||
	    !mxlog_is_space(mxlog_value_peek(value, end)))
		return false;
	for (size_t i = start; i < end; i++)
		if (!mxlog_is_letter(value->text[i]) &&
		    !mxlog_is_digit(value->text[i]) && value->text[i] != '-')
			return false;
	for (next++; next < value->len && !ends_value(value, next); next++)
		telling |= !mxlog_is_letter(value->text[next]);
	return telling && next - end > OPAQUE_MIN;
}

/* Of "Bearer abc" the scheme stays; its end if there is one, else 0. */
static size_t scheme_end(const struct mxlog_secret_value *value, size_t start,
    size_t end)
{
	if (!mxlog_is_space(mxlog_value_peek(value, end)) ||
	    !is_scheme(value, start, end))
		return 0;
	while (mxlog_is_space(mxlog_value_peek(value, end)))
		end++;
	return end;
}

/* Credentials in quotes reach to the closing one. */
static void narrow_to_credentials(const struct mxlog_secret_value *value,
    struct mxlog_range *range)
{
	size_t end = range->start;

	while (end < range->end && !mxlog_is_blank(value->text[end]))
		end++;
	end = scheme_end(value, range->start, end);
	if (end > 0)
		range->start = MIN(end, range->end);
}

static void read_credentials(const struct mxlog_secret_value *value,
    struct mxlog_range *ret)
{
	size_t end = bare_end(value, value->at);
	size_t behind = scheme_end(value, value->at, end);

	ret->start = value->at;
	ret->end = end;
	if (behind == 0)
		return;
	ret->start = behind;
	ret->end = MAX(parameters_end(value, behind), bare_end(value, behind));
}

/* a=b; c=d; HttpOnly */
static size_t cookies_end(const struct mxlog_secret_value *value, size_t at)
{
	for (;;) {
		size_t next;

		while (at < value->len && !mxlog_is_blank(value->text[at]) &&
		    value->text[at] != ';' && !ends_value(value, at))
			at++;
		next = at + 1;
		while (mxlog_is_space(mxlog_value_peek(value, next)))
			next++;
		if (mxlog_value_peek(value, at) != ';' || next == at + 1 ||
		    !mxlog_is_name_byte(mxlog_value_peek(value, next)))
			return at;
		at = next;
	}
}

/* """ of TOML and Python. */
static bool read_triple(const struct mxlog_secret_value *value,
    struct mxlog_range *ret)
{
	const char *text = value->text + value->at;
	const char quotes[] = { *text, *text, *text };
	size_t len = value->len - value->at;
	const char *end;

	if (len < 4 || memcmp(text, quotes, sizeof(quotes)) != 0)
		return false;
	end = memmem(text + 3, len - 3, quotes, sizeof(quotes));
	ret->start = value->at + 3;
	ret->end = end ? (size_t)(end - value->text) : value->len;
	while (ret->start < ret->end && mxlog_is_blank(value->text[ret->start]))
		ret->start++;
	return true;
}

static void read_quoted(struct mxlog_secret_value *value, size_t slashes,
    struct mxlog_range *ret)
{
	size_t quote = value->at + slashes;
	bool closed;

	if (slashes == 0 && read_triple(value, ret))
		return;
	ret->start = quote + 1;
	ret->end =
	    quoted_end(value, quote + 1, value->text[quote], slashes, &closed);
	if (value->name.kind == MXLOG_NAME_AUTHORIZATION)
		narrow_to_credentials(value, ret);
}

static void read_bare(struct mxlog_secret_value *value, struct mxlog_range *ret)
{
	ret->start = value->at;
	if (value->name.kind == MXLOG_NAME_AUTHORIZATION)
		read_credentials(value, ret);
	else if (value->name.kind == MXLOG_NAME_COOKIE)
		ret->end = cookies_end(value, value->at);
	else if (mxlog_value_is_container(value))
		ret->end = container_end(value);
	else
		ret->end = bare_end(value, value->at);
}

/* "cookie: reject a blank domain" has none in it. */
static bool is_talk_of_cookies(const struct mxlog_secret_value *value,
    const struct mxlog_range *range)
{
	return value->name.kind == MXLOG_NAME_COOKIE && value->colon &&
	    !value->quoted &&
	    !mxlog_judge_is_opaque(value->text + range->start,
		range->end - range->start) &&
	    !memchr(value->text + range->start, '=', range->end - range->start);
}

/* b'..', u"..": Python's prefixes. */
static bool has_prefix(const struct mxlog_secret_value *value)
{
	char c = (char)(mxlog_value_peek(value, value->at) | 0x20);

	return strchr("burf", c) && c != '\0' &&
	    (mxlog_value_peek(value, value->at + 1) == '"' ||
		mxlog_value_peek(value, value->at + 1) == '\'');
}

bool mxlog_value_is_container(const struct mxlog_secret_value *value)
{
	char c = mxlog_value_peek(value, value->at);

	return c == '{' || c == '[';
}

/* ${NAME}, {{ name }}, $(command), <%= name %>: the value stands elsewhere. */
static bool is_reference(const struct mxlog_secret_value *value)
{
	static const char *const marks[][2] = { { "${", "}" }, { "{{", "}}" },
		{ "$(", ")" }, { "<%", "%>" }, { "%(", ")s" } };
	const char *text = value->text + value->at;
	size_t len = MIN(value->len - value->at, (size_t)REFERENCE_MAX);

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (len > 2 && memcmp(text, marks[i][0], 2) == 0 &&
		    memmem(text, len, marks[i][1], strlen(marks[i][1])))
			return true;
	return false;
}

/* | and >- of YAML, or nothing: the value stands on the next line. */
static void skip_block(struct mxlog_secret_value *value)
{
	size_t at = value->at;

	if (!value->colon)
		return;
	if (mxlog_value_peek(value, at) == '|' ||
	    mxlog_value_peek(value, at) == '>')
		at++;
	while (at < value->len && strchr("+-0123456789", value->text[at]) &&
	    at > value->at)
		at++;
	if (mxlog_value_peek(value, at) == '\r')
		at++;
	if (mxlog_value_peek(value, at) != '\n' ||
	    !mxlog_is_space(mxlog_value_peek(value, at + 1)))
		return;
	for (at++; mxlog_is_space(mxlog_value_peek(value, at));)
		at++;
	if (!starts_pair(value, at) && mxlog_value_peek(value, at) != '-')
		value->at = at;
}

/* "unexpected token: "foo"" */
static bool is_quoted_word(const struct mxlog_secret_value *value,
    const struct mxlog_range *range)
{
	return value->colon && !value->quoted &&
	    mxlog_judge_is_word(value->text + range->start,
		range->end - range->start) &&
	    mxlog_judge_is_failing(value->text, value->name_at);
}

/* A bare value: with what is around it. */
static bool is_bare_secret(const struct mxlog_secret_value *value,
    const struct mxlog_range *range)
{
	if (is_talk_of_cookies(value, range))
		return false;
	return !value->colon || value->quoted || !is_prose(value, range);
}

bool mxlog_value_read(struct mxlog_secret_value *value, struct mxlog_range *ret)
{
	size_t slashes = 0;

	if (is_reference(value))
		return false;
	skip_block(value);
	if (has_prefix(value))
		value->at++;
	while (mxlog_value_peek(value, value->at + slashes) == '\\' &&
	    slashes < SLASHES_MAX)
		slashes++;
	if (mxlog_is_quote(mxlog_value_peek(value, value->at + slashes))) {
		read_quoted(value, slashes, ret);
		if (is_quoted_word(value, ret))
			return false;
	} else {
		if (is_harmless(value))
			return false;
		read_bare(value, ret);
		if (!is_bare_secret(value, ret))
			return false;
	}
	return ret->end > ret->start &&
	    mxlog_value_is_secret(value->name, value->text + ret->start,
		ret->end - ret->start);
}
