/* SPDX-License-Identifier: Apache-2.0 */
/* Timestamp: microseconds since 1970-01-01T00:00:00Z and their text.
 * Years 0001 to 9999; there are no leap seconds: :60 reads as the next :00. */
#pragma once

#include "base/base.h"

enum {
	MXLOG_TIMESTAMP_LEN = 27, /* 2026-01-28T15:30:45.123456Z */
	MXLOG_DATE_LEN = 10,      /* 2026-01-28 */
};

#define MXLOG_TIMESTAMP_MIN INT64_C(-62135596800000000)
#define MXLOG_TIMESTAMP_MAX INT64_C(253402300799999999)

int64_t mxlog_timestamp_now(void);

/* Write MXLOG_TIMESTAMP_LEN bytes, no NUL. Out of range is clamped. */
void mxlog_timestamp_format(char *out, int64_t time_usec);

/* Days since the epoch, rounded down, and their date, no NUL. */
int32_t mxlog_timestamp_day(int64_t time_usec);
void mxlog_timestamp_format_date(char *out, int32_t day);

/* A calendar date, all of `text`: 2026-01-28. -EINVAL. */
int mxlog_timestamp_parse_date(const char *text, size_t len, int32_t *ret);

/* ISO 8601 / RFC 3339, all of `text`: date, 'T' or 't' or ' ', hh:mm:ss, '.' or
 * ',' and any number of fraction digits (more than six are cut), then Z, z,
 * +hh:mm, +hhmm or +hh. :60 must be the last second of a UTC day. Without a zone `local_offset_sec` east of UTC is taken, or, where
 * that is MXLOG_NO_ZONE, the text is refused. -EINVAL. */
#define MXLOG_NO_ZONE INT32_MIN
int mxlog_timestamp_parse(const char *text, size_t len,
    int32_t local_offset_sec, int64_t *ret);

/* The same, and the forms of PostgreSQL (2026-11-20 10:00:00.5 UTC), Ruby and
 * Go (a zone behind a space; 2026/11/20 10:00:00), CLF (20/Nov/2026:10:00:00
 * +0000, in brackets or not), ctime(3) and date(1), and RFC 5322. Of zones'
 * names UTC and GMT are known; another one counts as none. */
int mxlog_timestamp_parse_foreign(const char *text, size_t len,
    int32_t local_offset_sec, int64_t *ret);

/* What a person types, as of `now_usec`, in the process's time zone: all of the
 * above (without a zone: local), 2026-01-28, 2026-01, 2026, 15:30, 3pm, today,
 * "yesterday 12:00", monday, "Jan 28 15:30", what date(1), systemctl(1) and
 * dmesg(1) print, now, -1h, 1.5h, "2 hours ago" (before now), +1h, "1 month
 * ago", @1769614245[.5] and 1769614245. A date without a year is the last one
 * there was. A zone is an offset, UTC, the process's own, one of RFC 5322's or
 * Europe's abbreviations, or a name of the system's database, for which TZ is
 * changed as long as the call lasts: such texts are for programs of one thread.
 *
 * A time covers as much as its last digit stands for: the first moment is
 * meant, or with `end` the last; where clocks show a time twice, the earlier or
 * the later. Spans and `now` are exact. Words in any case. -EINVAL. */
int mxlog_timestamp_parse_human(const char *text, size_t len, int64_t now_usec,
    bool end, int64_t *ret);
