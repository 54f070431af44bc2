/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_tokens.h"

#include "redact/redact_rules.h"

enum {
	CUT_MIN = 12, /* bytes after the prefix where the text ends */
};

#define DIGITS  "0123456789"
#define LOWERS  "abcdefghijklmnopqrstuvwxyz"
#define UPPERS  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LETTERS LOWERS UPPERS

/* KIND(name, what it is made of) */
#define KINDS(KIND)                             \
	KIND(LOWER_HEX, DIGITS "abcdef")        \
	KIND(HEX, DIGITS "abcdefABCDEF")        \
	KIND(HEX_DASH, DIGITS "abcdefABCDEF-")  \
	KIND(LOWER, DIGITS LOWERS)              \
	KIND(UPPER, DIGITS UPPERS)              \
	KIND(ALNUM, DIGITS LETTERS)             \
	KIND(WORD, DIGITS LETTERS "_")          \
	KIND(URL, DIGITS LETTERS "_-")          \
	KIND(DOTTED, DIGITS LETTERS "_-.=")     \
	KIND(BASE64, DIGITS LETTERS "_-+/=")    \
	KIND(PERCENT, DIGITS LETTERS "_-+/=%.") \
	KIND(DOLLAR, DIGITS LETTERS "$")

enum kind {
#define KIND(name, bytes) KIND_##name,
	KINDS(KIND)
#undef KIND
};

static const char *const kinds[] = {
#define KIND(name, bytes) [KIND_##name] = bytes,
	KINDS(KIND)
#undef KIND
};

#define ROW(id, text, bytes_, min_, max_, needs_) \
	{ .prefix = (text),                       \
		.prefix_len = sizeof(text) - 1,   \
		.min = (min_),                    \
		.max = (max_),                    \
		.rule = MXLOG_RULE_##id,          \
		.bytes = KIND_##bytes_,           \
		.needs = MXLOG_TOKEN_##needs_ },

const struct mxlog_token mxlog_tokens[] = {
#define TOKEN ROW
#define RUN_TOKEN(id, text, bytes, min, max, needs)
#include "tbl/tokens.def"
};

const struct mxlog_token mxlog_run_tokens[] = {
#define TOKEN(id, text, bytes, min, max, needs)
#define RUN_TOKEN ROW
#include "tbl/tokens.def"
};

const size_t mxlog_tokens_n = ARRAY_LEN(mxlog_tokens);
const size_t mxlog_run_tokens_n = ARRAY_LEN(mxlog_run_tokens);

const char *mxlog_token_bytes(const struct mxlog_token *token)
{
	return kinds[token->bytes];
}

static bool is_alnum(char c)
{
	return mxlog_is_letter(c) || mxlog_is_digit(c);
}

/* Is it said to go on, or is there no more text? */
static bool is_cut(const char *text, size_t len, size_t at)
{
	return at == len ||
	    (len - at >= 3 &&
		(memcmp(text + at, "...", 3) == 0 ||
		    memcmp(text + at, "\xe2\x80\xa6", 3) == 0));
}

static bool has_what_it_needs(enum mxlog_token_needs needs, const char *text,
    size_t len)
{
	bool digit = false, upper = false, lower = false;

	if (needs == MXLOG_TOKEN_NOTHING)
		return true;
	for (size_t i = 0; i < len; i++) {
		digit |= mxlog_is_digit(text[i]);
		upper |= text[i] >= 'A' && text[i] <= 'Z';
		lower |= text[i] >= 'a' && text[i] <= 'z';
	}
	return digit && (needs == MXLOG_TOKEN_DIGIT || (upper && lower));
}

bool mxlog_token_find(const struct mxlog_token *token, const char *text,
    size_t len, size_t at, struct mxlog_range *ret)
{
	const char *bytes = kinds[token->bytes];
	size_t start = at + token->prefix_len, end = start, n;

	if (at > 0 &&
	    (is_alnum(text[at - 1]) ||
		(token->needs != MXLOG_TOKEN_NOTHING &&
		    strchr("_-", text[at - 1]))))
		return false;
	while (end < len && text[end] != '\0' && strchr(bytes, text[end]))
		end++;
	/* A full stop ends the sentence. */
	while (end > start && text[end - 1] == '.' && !is_cut(text, len, end))
		end--;
	n = end - start;
	if (token->max > 0 &&
	    (n > token->max || (end < len && is_alnum(text[end]))))
		return false;
	if (n < token->min && (n < CUT_MIN || !is_cut(text, len, end)))
		return false;
	if (!has_what_it_needs(token->needs, text + start, n))
		return false;
	ret->start = at;
	ret->end = end;
	return true;
}
