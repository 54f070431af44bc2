/* SPDX-License-Identifier: Apache-2.0 */
/* Scan: the pieces that times are written in, read one after the other; private
 * to what reads times. All that take something answer -EINVAL where it is not. */
#pragma once

#include "base/base.h" /* and, before it, "base/timestamp.h" */

struct mxlog_date {
	uint32_t year, month, day;
};

/* Years that begin in March, so that the leap day is their last; after Neri
 * and Schneider, "Euclidean affine functions and their application to calendar
 * algorithms", 2022. Day 0 there is 0000-03-01. */
static inline struct mxlog_date mxlog_date_of_day(int32_t day)
{
	uint32_t n = 4 * (uint32_t)(day + 719468) + 3;
	uint64_t product = UINT64_C(2939745) * (n % 146097 | 3);
	uint32_t day_of_year = (uint32_t)product / 2939745 / 4;
	uint32_t month = 2141 * day_of_year + 197913;
	uint32_t january = day_of_year >= 306; /* or February */

	return (struct mxlog_date){
		.year =
		    100 * (n / 146097) + (uint32_t)(product >> 32) + january,
		.month = (month >> 16) - 12 * january,
		.day = (month & 0xffff) / 2141 + 1,
	};
}

struct mxlog_time_scan {
	const char *at, *end;
};

struct mxlog_time_clock {
	int32_t second; /* of the day */
	int32_t usec;
	bool leap; /* :60, counted as the second after :59 */
};

static inline bool mxlog_time_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool mxlog_time_next_is(const struct mxlog_time_scan *scan,
    char c)
{
	return scan->at < scan->end && *scan->at == c;
}

static inline bool mxlog_time_take(struct mxlog_time_scan *scan, char c)
{
	if (!mxlog_time_next_is(scan, c))
		return false;
	scan->at++;
	return true;
}

/* Two digits, at most `max`. */
static inline int mxlog_time_take_pair(struct mxlog_time_scan *scan,
    int32_t max, int32_t *ret)
{
	unsigned tens, ones;

	if (scan->end - scan->at < 2)
		return -EINVAL;
	tens = (unsigned)scan->at[0] - '0';
	ones = (unsigned)scan->at[1] - '0';
	if (tens > 9 || ones > 9 || 10 * tens + ones > (unsigned)max)
		return -EINVAL;
	scan->at += 2;
	*ret = (int32_t)(10 * tens + ones);
	return 0;
}

static inline int32_t mxlog_days_of_month(int32_t year, int32_t month)
{
	static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* The inverse of mxlog_date_of_day(). */
static inline int32_t mxlog_day_from_date(int32_t year, int32_t month,
    int32_t day)
{
	int32_t y = month <= 2 ? year - 1 : year;
	int32_t m = month <= 2 ? month + 12 : month;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m - 457) / 5 + day -
	    1 - 719468;
}

static inline int mxlog_time_take_date(struct mxlog_time_scan *scan,
    int32_t *ret)
{
	int32_t century, year, month, day;

	if (mxlog_time_take_pair(scan, 99, &century) < 0 ||
	    mxlog_time_take_pair(scan, 99, &year) < 0 ||
	    !mxlog_time_take(scan, '-') ||
	    mxlog_time_take_pair(scan, 12, &month) < 0 ||
	    !mxlog_time_take(scan, '-') ||
	    mxlog_time_take_pair(scan, 31, &day) < 0)
		return -EINVAL;
	year += 100 * century;
	if (year < 1 || month < 1 || day < 1 ||
	    day > mxlog_days_of_month(year, month))
		return -EINVAL;
	*ret = mxlog_day_from_date(year, month, day);
	return 0;
}

/* What stands behind a decimal point: digits past the sixth are cut. */
static inline int mxlog_time_take_fraction(struct mxlog_time_scan *scan,
    int32_t *ret)
{
	uint32_t usec = 0, unit = 100000;
	const char *start = scan->at;

	for (; scan->at < scan->end && mxlog_time_is_digit(*scan->at);
	     scan->at++) {
		usec += (uint32_t)(*scan->at - '0') * unit;
		unit /= 10;
	}
	if (scan->at == start)
		return -EINVAL;
	*ret = (int32_t)usec;
	return 0;
}

/* hh:mm:ss and a fraction; without `exact` the seconds may be missing. */
static inline int mxlog_time_take_clock(struct mxlog_time_scan *scan,
    bool exact, struct mxlog_time_clock *ret)
{
	int32_t hour, minute, second = 0;
	struct mxlog_time_clock clock = { 0 };

	if (mxlog_time_take_pair(scan, 23, &hour) < 0 ||
	    !mxlog_time_take(scan, ':') ||
	    mxlog_time_take_pair(scan, 59, &minute) < 0)
		return -EINVAL;
	if (exact || mxlog_time_next_is(scan, ':')) {
		if (!mxlog_time_take(scan, ':') ||
		    mxlog_time_take_pair(scan, 60, &second) < 0)
			return -EINVAL;
		/* ISO 8601 allows both, and Python's logging writes a comma. */
		if ((mxlog_time_take(scan, '.') ||
			mxlog_time_take(scan, ',')) &&
		    mxlog_time_take_fraction(scan, &clock.usec) < 0)
			return -EINVAL;
	}
	clock.leap = second == 60;
	if (clock.leap)
		clock.usec = 0;
	clock.second = 3600 * hour + 60 * minute + second;
	*ret = clock;
	return 0;
}

/* Z, z, +hh:mm, +hhmm or +hh, as seconds east of UTC; MXLOG_NO_ZONE if nothing
 * is left to read. */
static inline int mxlog_time_take_zone(struct mxlog_time_scan *scan,
    int32_t *ret)
{
	int32_t hour, minute = 0;
	bool west;

	if (scan->at == scan->end) {
		*ret = MXLOG_NO_ZONE;
		return 0;
	}
	if (mxlog_time_take(scan, 'Z') || mxlog_time_take(scan, 'z')) {
		*ret = 0;
		return 0;
	}
	west = mxlog_time_next_is(scan, '-');
	if (!mxlog_time_take(scan, '-') && !mxlog_time_take(scan, '+'))
		return -EINVAL;
	if (mxlog_time_take_pair(scan, 23, &hour) < 0)
		return -EINVAL;
	if ((mxlog_time_take(scan, ':') || scan->at < scan->end) &&
	    mxlog_time_take_pair(scan, 59, &minute) < 0)
		return -EINVAL;
	*ret = (west ? -1 : 1) * (3600 * hour + 60 * minute);
	return 0;
}

/* Leap seconds end a UTC day wherever they are told from (RFC 3339, 5.7). */
static inline int mxlog_time_to_usec(int64_t second,
    const struct mxlog_time_clock *clock, int64_t *ret)
{
	int64_t time_usec = second * USEC_PER_SEC + clock->usec;

	if (clock->leap && second % 86400 != 0)
		return -EINVAL;
	if (time_usec < MXLOG_TIMESTAMP_MIN || time_usec > MXLOG_TIMESTAMP_MAX)
		return -EINVAL;
	*ret = time_usec;
	return 0;
}
