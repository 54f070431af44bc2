/* SPDX-License-Identifier: Apache-2.0 */
#include "report/time_bucket.h"

#include <time.h>

#include "base/timestamp.h"
#include "suite.h"

static int64_t at(const char *text)
{
	int64_t usec;

	ck_assert_int_eq(mxlog_timestamp_parse(text, strlen(text),
			     MXLOG_NO_ZONE, &usec),
	    0);
	return usec;
}

static void check(const char *time, int64_t span, const char *start,
    const char *end)
{
	struct mxlog_time_bucket bucket;

	mxlog_time_bucket_find(at(time), span, &bucket);
	ck_assert_msg(bucket.start_usec == at(start), "%s", time);
	ck_assert_msg(bucket.end_usec == at(end), "%s", time);
}

static void be_in_berlin(void)
{
	ck_assert_int_eq(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
	tzset();
}

START_TEST(days_are_local_whatever_their_length)
{
	be_in_berlin();
	check("2026-01-28T23:30:00Z", USEC_PER_DAY, "2026-01-28T23:00:00Z",
	    "2026-01-29T23:00:00Z");
	check("2026-03-29T12:00:00Z", USEC_PER_DAY, "2026-03-28T23:00:00Z",
	    "2026-03-29T22:00:00Z");
	check("2026-10-25T22:59:59Z", USEC_PER_DAY, "2026-10-24T22:00:00Z",
	    "2026-10-25T23:00:00Z");
}
END_TEST

START_TEST(weeks_begin_on_monday)
{
	be_in_berlin();
	check("2026-01-28T12:00:00Z", 7 * USEC_PER_DAY, "2026-01-25T23:00:00Z",
	    "2026-02-01T23:00:00Z");
	check("1969-12-28T12:00:00Z", 7 * USEC_PER_DAY, "1969-12-21T23:00:00Z",
	    "1969-12-28T23:00:00Z");
}
END_TEST

START_TEST(shorter_spans_are_counted_in_utc)
{
	be_in_berlin();
	check("2026-01-28T12:34:56Z", 300 * USEC_PER_SEC,
	    "2026-01-28T12:30:00Z", "2026-01-28T12:35:00Z");
	check("1969-12-31T23:59:59Z", 3600 * USEC_PER_SEC,
	    "1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z");
}
END_TEST

SUITE("time_bucket", days_are_local_whatever_their_length,
    weeks_begin_on_monday, shorter_spans_are_counted_in_utc)
