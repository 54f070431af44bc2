/* SPDX-License-Identifier: Apache-2.0 */
/* Retention: the state file .mxlog/retention of versions without a ledger, in
 * which they noted how long the machine had run when the wall clock showed
 * what. The ledger's witnessed time goes on from it; then it is removed. */
#pragma once

#include "base/buf.h"

/* At that time on the wall the machine had run for so long. */
struct mxlog_retention_sample {
	int64_t wall_usec;
	int64_t uptime_usec;
};

struct mxlog_retention {
	int64_t uptime_usec; /* in all, as of the last reading */
	struct mxlog_retention_sample *samples; /* rising in both */
	size_t n;
};

/* No file, or a damaged one, has no samples. -EIO, -ENOMEM … */
int mxlog_retention_load(int state_fd, struct mxlog_retention *ret);
void mxlog_retention_done(struct mxlog_retention *retention);

/* How long the machine had run by then, at the latest. What is older than the
 * first sample is as old as that: only the clock says more. */
uint64_t mxlog_retention_at(const struct mxlog_retention *retention,
    int64_t time_usec);

/* It was taken over. */
int mxlog_retention_remove(int state_fd);
