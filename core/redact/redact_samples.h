/* SPDX-License-Identifier: Apache-2.0 */
/* Samples: made-up secrets of every rule, for tests and self-tests. They are
 * templates, so that nobody's scanner takes the table for a leak. */
#pragma once

#include "redact/redact_rules.h"
#include "redact/redact_tokens.h"

struct mxlog_sample {
	unsigned rule;
	const char *text;
};

extern const struct mxlog_sample mxlog_samples[];
extern const size_t mxlog_samples_n;

/* Append the sample: {A20} becomes twenty random letters and digits, the same
 * for the same seed. A: letters, digits; a: lower case, digits; U: upper case,
 * digits; H: hexadecimal digits; B: base64; W: base64 for URLs; 9: digits;
 * 5: base58. -ENOMEM. */
int mxlog_sample_expand(const char *text, uint64_t seed, struct mxlog_buf *out);

/* Append a token of this kind. -ENOMEM. */
int mxlog_sample_token(const struct mxlog_token *token, uint64_t seed,
    struct mxlog_buf *out);
