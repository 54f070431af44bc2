/* SPDX-License-Identifier: Apache-2.0 */
/* Rate limit: what the logger says on stderr when it can't do its work, at most
 * so often. Nothing of an entry goes here that was not redacted. */
#pragma once

#include "base/base.h"

struct mxlog_rate_limit {
	int64_t last_usec;
	uint64_t kept_back;
};

/* The same for lines of a log that have no other place to go to. */
struct mxlog_line_limit {
	int64_t begin_usec;
	uint64_t shown, kept_back;
};

/* A line as it is, twenty in five seconds at most; then how many were kept
 * back. */
void mxlog_stderr_line(struct mxlog_line_limit *limit, const char *line,
    size_t len);

/* One line, always. */
void mxlog_stderr_say(const char *format, ...) MXLOG_PRINTF(1, 2);

/* One line, "mxlog: …", at most once in five seconds; the next one says how
 * many were kept back. */
void mxlog_stderr_limited(struct mxlog_rate_limit *rate_limit,
    const char *format, ...) MXLOG_PRINTF(2, 3);
