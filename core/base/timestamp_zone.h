/* SPDX-License-Identifier: Apache-2.0 */
/* Zone: what clocks on the wall show in the process's time zone, and in others
 * that have a name. */
#pragma once

#include "base/timestamp.h"

/* The moment, in seconds since 1970, at which clocks show so; where they show
 * it twice, the earlier or the later one; where never, as if they had not been
 * set forward yet. `name`, if not empty, is the abbreviation that must be valid
 * then ("CEST"): -ENOENT if it is not. -EINVAL beyond the calendar. */
int mxlog_zone_moment(int32_t day, int32_t second_of_day, bool later,
    const char *name, int64_t *ret);

/* What clocks show: the date as a day number, and the second of that day.
 * -EINVAL. */
int mxlog_zone_clock(int64_t second, int32_t *ret_day, int32_t *ret_second);
int mxlog_zone_day(int64_t second, int32_t *ret);

/* A local day's first moment. Not every day has a midnight, and some have two.
 * -EINVAL. */
int mxlog_zone_day_start(int32_t day, int64_t *ret_usec);

/* UTC, GMT and the abbreviations that mean one offset wherever they are used
 * (RFC 5322's and Europe's): true and seconds east. */
bool mxlog_zone_offset(const char *name, int32_t *ret);

/* Make a zone of the system's database ("Europe/Berlin") the process's, until
 * _leave. It changes TZ: only for programs of one thread. -ENOENT, -ENOMEM. */
struct mxlog_zone_kept {
	char *tz; /* NULL: there was none */
};
int mxlog_zone_enter(const char *name, struct mxlog_zone_kept *ret);
void mxlog_zone_leave(struct mxlog_zone_kept *kept);
