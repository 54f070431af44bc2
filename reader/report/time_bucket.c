/* SPDX-License-Identifier: Apache-2.0 */
#include "report/time_bucket.h"

#include "base/timestamp.h"
#include "base/timestamp_zone.h"

enum {
	MONDAY = -3, /* 1969-12-29 */
	WEEK = 7,
};

static int64_t floor_to(int64_t value, int64_t step)
{
	int64_t rest = value % step;

	return value - (rest < 0 ? rest + step : rest);
}

/* False where no calendar has the days. */
static bool find_days(int64_t time_usec, int64_t days,
    struct mxlog_time_bucket *ret)
{
	int64_t second = floor_to(time_usec, USEC_PER_SEC) / USEC_PER_SEC;
	int32_t base = days % WEEK == 0 ? MONDAY : 0, day;
	int64_t first;

	if (mxlog_zone_day(second, &day) < 0)
		return false;
	first = floor_to((int64_t)day - base, days) + base;
	return mxlog_zone_day_start((int32_t)first, &ret->start_usec) >= 0 &&
	    mxlog_zone_day_start((int32_t)(first + days), &ret->end_usec) >= 0;
}

void mxlog_time_bucket_find(int64_t time_usec, int64_t span_usec,
    struct mxlog_time_bucket *ret)
{
	if (span_usec % USEC_PER_DAY == 0 &&
	    span_usec / USEC_PER_DAY < INT32_MAX / 2 &&
	    find_days(time_usec, span_usec / USEC_PER_DAY, ret))
		return;
	ret->start_usec = floor_to(time_usec, span_usec);
	ret->end_usec = ret->start_usec + span_usec;
}
