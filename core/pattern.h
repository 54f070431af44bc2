/* SPDX-License-Identifier: Apache-2.0 */
/* Pattern: PCRE2, in UTF and UCP mode, so that \w and \d mean what they mean
 * in Python, compiled for speed and bounded in time. The only file that sees
 * PCRE2. */
#pragma once

#include "reterr.h"

struct mxlog_pattern;

enum mxlog_pattern_flags {
	MXLOG_PATTERN_CASELESS = 1 << 0,
	MXLOG_PATTERN_LITERAL = 1 << 1, /* no metacharacters */
};

/* -EINVAL with reterr (offset: where in `text`) if it does not compile. */
int mxlog_pattern_new(const char *text, size_t len, unsigned flags,
    struct mxlog_pattern **ret, struct mxlog_error *reterr);
void mxlog_pattern_free(struct mxlog_pattern *pattern);

struct mxlog_match {
	size_t start, end; /* of the whole match */
	size_t secret_start,
	    secret_end; /* of the group `secret`, or the same */
};

/* Search valid UTF-8 from byte `from` on (look-behind sees what stands before
 * it): 1 and a match, 0 for none, -ETIMEDOUT when `deadline_usec` (of the
 * monotonic clock, INT64_MAX: none) passed or the engine gave up, -ENOMEM.
 * Long text is searched in windows, because PCRE2's own limits do not bound
 * time: see pattern.c for how a match longer than a window's overlap fares. */
int mxlog_pattern_search(struct mxlog_pattern *pattern, const char *text,
    size_t len, size_t from, int64_t deadline_usec, struct mxlog_match *ret);

/* A literal that every match contains (for a caseless pattern in lower case,
 * ASCII only), owned by the pattern; 0 and NULL if none is known. */
size_t mxlog_pattern_literal(const struct mxlog_pattern *pattern,
    const char **ret);
