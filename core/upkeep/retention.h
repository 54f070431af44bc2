/* SPDX-License-Identifier: Apache-2.0 */
/* Retention: how old something is, by a clock that can't be set.
 *
 * The wall clock may jump. The state file remembers how long the machine has
 * run (CLOCK_BOOTTIME, which nobody sets) when the wall clock showed what:
 * since the day it was begun, an age is the time that the machine ran. A jump
 * of the clock makes nothing older; time that the machine was switched off
 * makes nothing older either. */
#pragma once

#include "base/buf.h"

/* At that time on the wall the machine had run for so long. */
struct mxlog_retention_sample {
	int64_t wall_usec;
	int64_t uptime_usec;
};

/* A zeroed struct trusts `now_usec`. */
struct mxlog_retention {
	int64_t now_usec;
	int64_t uptime_usec; /* in all, as far as it was seen */
	struct mxlog_retention_sample *samples; /* rising in both */
	size_t n;
};

/* What the clocks show. */
struct mxlog_retention_clock {
	int64_t wall_usec;
	int64_t boot_usec; /* since the machine was started */
	char boot_id[37];
};
int mxlog_retention_read_clock(struct mxlog_retention_clock *ret);

/* Load the state file, add what has passed since, and, with `save`, store it.
 * No file, or a damaged one, begins anew. -EIO, -ENOMEM … */
int mxlog_retention_load(int state_fd,
    const struct mxlog_retention_clock *clock, bool save,
    struct mxlog_retention *ret);
void mxlog_retention_done(struct mxlog_retention *retention);

/* How old is what was there at that time; 0 for what lies ahead. */
int64_t mxlog_retention_age(const struct mxlog_retention *retention,
    int64_t time_usec);
