/* SPDX-License-Identifier: Apache-2.0 */
/* Complaint: what the logger says on stderr when it can't do its work, at most
 * so often. Nothing of an entry's content goes here. */
#pragma once

#include "base/base.h"

struct mxlog_rate_limit {
	int64_t last_usec;
	uint64_t kept_back;
};

/* One line, "mxlog: …", at most once in five seconds; the next one says how
 * many were kept back. */
void mxlog_stderr_limited(struct mxlog_rate_limit *rate_limit,
    const char *format, ...) MXLOG_PRINTF(2, 3);
