/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens: those that say by a fixed prefix what they are (tbl/tokens.def). */
#pragma once

#include "redact/redact_value.h"

enum mxlog_token_needs {
	MXLOG_TOKEN_NOTHING,
	MXLOG_TOKEN_DIGIT, /* at least one */
	MXLOG_TOKEN_MIXED, /* a digit, and letters of both cases */
};

struct mxlog_token {
	const char *prefix;
	size_t prefix_len, min, max; /* max 0: none */
	unsigned rule, bytes;
	enum mxlog_token_needs needs;
};

extern const struct mxlog_token mxlog_tokens[];
extern const size_t mxlog_tokens_n;

/* Those that are found as long runs of letters and digits. */
extern const struct mxlog_token mxlog_run_tokens[];
extern const size_t mxlog_run_tokens_n;

/* Does a token of this kind begin at `at`, where its prefix stands? */
bool mxlog_token_find(const struct mxlog_token *token, const char *text,
    size_t len, size_t at, struct mxlog_range *ret);

/* The bytes of a kind of token, for samples of it. */
const char *mxlog_token_bytes(const struct mxlog_token *token);
