/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_samples.h"

#include <stdlib.h>

const struct mxlog_sample mxlog_samples[] = {
#define SAMPLE(rule, text) { MXLOG_RULE_##rule, text },
#include "tbl/secrets.def"
};
const size_t mxlog_samples_n = ARRAY_LEN(mxlog_samples);

#define DIGITS "0123456789"
#define LOWERS "abcdefghijklmnopqrstuvwxyz"
#define UPPERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct {
	char name;
	const char *bytes;
} kinds[] = {
	{ 'A', DIGITS LOWERS UPPERS },
	{ 'a', DIGITS LOWERS },
	{ 'U', DIGITS UPPERS },
	{ 'H', DIGITS "abcdef" },
	{ 'B', DIGITS LOWERS UPPERS "+/" },
	{ 'W', DIGITS LOWERS UPPERS "-_" },
	{ '9', DIGITS },
	{ '5', "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ" },
};

/* xorshift64 */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static int add_random(struct mxlog_buf *out, const char *bytes, size_t n,
    uint64_t *seed)
{
	size_t kinds_n = strlen(bytes);
	int r = 0;

	for (size_t i = 0; i < n && r >= 0; i++)
		r = mxlog_buf_add(out, bytes + next_random(seed) % kinds_n, 1);
	return r;
}

static const char *find_kind(char name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].name == name)
			return kinds[i].bytes;
	return NULL;
}

int mxlog_sample_expand(const char *text, uint64_t seed, struct mxlog_buf *out)
{
	int r = 0;

	seed = seed * 2654435769U + 1;
	while (*text != '\0' && r >= 0) {
		const char *bytes = *text == '{' ? find_kind(text[1]) : NULL;
		char *end = NULL;
		unsigned long n = bytes ? strtoul(text + 2, &end, 10) : 0;

		if (n > 0 && *end == '}') {
			r = add_random(out, bytes, n, &seed);
			text = end + 1;
		} else {
			r = mxlog_buf_add(out, text++, 1);
		}
	}
	return r;
}

int mxlog_sample_token(const struct mxlog_token *token, uint64_t seed,
    struct mxlog_buf *out)
{
	static const char proof[] = "7qK";
	const char *bytes = mxlog_token_bytes(token);
	const char *kind = DIGITS "abcdef";
	size_t n = token->min;
	int r;

	if (strchr(bytes, 'z'))
		kind =
		    strchr(bytes, 'Z') ? DIGITS LOWERS UPPERS : DIGITS LOWERS;
	else if (strchr(bytes, 'Z'))
		kind = DIGITS UPPERS;
	if (token->prefix_len + n < MXLOG_KEYWORD_RUN_MIN && token->max == 0)
		n = MXLOG_KEYWORD_RUN_MIN;
	seed = seed * 2654435769U + 1;
	r = mxlog_buf_add(out, token->prefix, token->prefix_len);
	for (size_t i = 0; i < sizeof(proof) - 1 && r >= 0; i++)
		if (strchr(kind, proof[i]) && n > 0) {
			r = mxlog_buf_add(out, proof + i, 1);
			n--;
		}
	return r < 0 ? r : add_random(out, kind, n, &seed);
}
