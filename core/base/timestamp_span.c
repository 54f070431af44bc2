/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp_span.h"

#include <math.h>
#include <strings.h>

#include "base/timestamp_zone.h"

/* A month where a fraction of one is meant: 365.2425 days / 12. */
#define MONTH_USEC (30436875 * INT64_C(86400))

/* A length: months have no fixed one. */
struct span {
	int64_t months, usec;
};

static void take_blanks(struct mxlog_time_scan *scan)
{
	while (mxlog_time_take(scan, ' ') || mxlog_time_take(scan, '\t'))
		;
}

/* A run of letters, which may be empty. */
static struct mxlog_time_scan take_word(struct mxlog_time_scan *scan)
{
	struct mxlog_time_scan word = { scan->at, scan->at };

	while (word.end < scan->end && (*word.end | 0x20) >= 'a' &&
	    (*word.end | 0x20) <= 'z')
		word.end++;
	scan->at = word.end;
	return word;
}

static bool is_word(const struct mxlog_time_scan *scan, const char *word)
{
	size_t len = (size_t)(scan->end - scan->at);

	/* M is a month, m a minute; all else is in any case. */
	if (len == 1 && (*word | 0x20) == 'm')
		return *scan->at == *word && !word[1];
	return strlen(word) == len && strncasecmp(scan->at, word, len) == 0;
}

/* A unit's length, or false for what is none. */
static bool find_unit(const struct mxlog_time_scan *word, struct span *ret)
{
	static const struct {
		const char *names[5];
		struct span span;
	} units[] = {
		{ { "us", "usec", "usecs", "microsecond", "microseconds" },
		    { 0, 1 } },
		{ { "ms", "msec", "msecs", "millisecond", "milliseconds" },
		    { 0, 1000 } },
		{ { "s", "sec", "secs", "second", "seconds" },
		    { 0, USEC_PER_SEC } },
		{ { "m", "min", "mins", "minute", "minutes" },
		    { 0, 60 * USEC_PER_SEC } },
		{ { "h", "hr", "hrs", "hour", "hours" },
		    { 0, 3600 * USEC_PER_SEC } },
		{ { "d", "day", "days" }, { 0, USEC_PER_DAY } },
		{ { "w", "wk", "week", "weeks" }, { 0, 7 * USEC_PER_DAY } },
		{ { "M", "mon", "mons", "month", "months" }, { 1, 0 } },
		{ { "y", "yr", "yrs", "year", "years" }, { 12, 0 } },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		for (size_t j = 0; j < 5 && units[i].names[j]; j++)
			if (is_word(word, units[i].names[j])) {
				*ret = units[i].span;
				return true;
			}
	return false;
}

static int take_whole(struct mxlog_time_scan *scan, int64_t *ret)
{
	const char *start = scan->at;
	int64_t value = 0;

	for (; scan->at < scan->end && mxlog_time_is_digit(*scan->at);
	     scan->at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *scan->at - '0', &value))
			return -EINVAL;
	if (scan->at == start)
		return -EINVAL;
	*ret = value;
	return 0;
}

/* What stands behind a point, as a share of the unit. */
static int take_share(struct mxlog_time_scan *scan, double *ret)
{
	int32_t millionths = 0;

	*ret = 0;
	if (!mxlog_time_take(scan, '.') && !mxlog_time_take(scan, ','))
		return 0;
	if (mxlog_time_take_fraction(scan, &millionths) < 0)
		return -EINVAL;
	*ret = millionths / 1e6;
	return 0;
}

static int add_part(struct span *sum, const struct span *unit, int64_t number,
    double share)
{
	int64_t months, usec, rest;

	rest = unit->months ? unit->months * MONTH_USEC : unit->usec;
	rest = llround((double)rest * share);
	if (__builtin_mul_overflow(unit->months, number, &months) ||
	    __builtin_add_overflow(sum->months, months, &sum->months) ||
	    __builtin_mul_overflow(unit->usec, number, &usec) ||
	    __builtin_add_overflow(sum->usec, usec, &sum->usec) ||
	    __builtin_add_overflow(sum->usec, rest, &sum->usec))
		return -EINVAL;
	return 0;
}

/* 1h30m, 1.5 hours, 1 day 4 hours */
static int take_span(struct mxlog_time_scan *scan, struct span *ret)
{
	struct span sum = { 0 }, unit;

	do {
		struct mxlog_time_scan word;
		int64_t number;
		double share;

		if (take_whole(scan, &number) < 0 ||
		    take_share(scan, &share) < 0)
			return -EINVAL;
		take_blanks(scan);
		word = take_word(scan);
		if (!find_unit(&word, &unit) ||
		    add_part(&sum, &unit, number, share) < 0)
			return -EINVAL;
		take_blanks(scan);
	} while (scan->at < scan->end && mxlog_time_is_digit(*scan->at));
	*ret = sum;
	return 0;
}

/* The same time of day in another month; the month's last day if it is too
 * short. */
static int move_months(int64_t months, int64_t *usec)
{
	struct mxlog_time_clock clock = { 0 };
	struct mxlog_date date;
	int64_t second, index;
	int32_t day, year, month;

	if (months == 0)
		return 0;
	clock.usec =
	    (int32_t)((*usec % USEC_PER_SEC + USEC_PER_SEC) % USEC_PER_SEC);
	second = (*usec - clock.usec) / USEC_PER_SEC;
	if (mxlog_zone_clock(second, &day, &clock.second) < 0)
		return -EINVAL;
	date = mxlog_date_of_day(day);
	index = (int64_t)date.year * 12 + date.month - 1 + months;
	if (index < 12 || index / 12 > 9999)
		return -EINVAL;
	year = (int32_t)(index / 12);
	month = (int32_t)(index % 12) + 1;
	day = mxlog_day_from_date(year, month,
	    MIN((int32_t)date.day, mxlog_days_of_month(year, month)));
	if (mxlog_zone_moment(day, clock.second, false, "", &second) < 0)
		return -EINVAL;
	return mxlog_time_to_usec(second, &clock, usec);
}

static int move(const struct span *span, bool later, int64_t now_usec,
    int64_t *ret)
{
	int64_t usec = now_usec;

	if (span->months > 12 * 10000 ||
	    move_months(later ? span->months : -span->months, &usec) < 0 ||
	    __builtin_add_overflow(usec, later ? span->usec : -span->usec,
		&usec) ||
	    usec < MXLOG_TIMESTAMP_MIN || usec > MXLOG_TIMESTAMP_MAX)
		return -EINVAL;
	*ret = usec;
	return 0;
}

int mxlog_time_span_before(struct mxlog_time_scan scan, int64_t now_usec,
    int64_t *ret)
{
	struct mxlog_time_scan rest = scan, word = take_word(&rest);
	bool now = is_word(&word, "now"), later, sign;
	struct span span;

	if (now) {
		scan = rest;
		take_blanks(&scan);
	}
	if (now && scan.at == scan.end) {
		*ret = now_usec;
		return 0;
	}
	later = mxlog_time_take(&scan, '+');
	sign = later || mxlog_time_take(&scan, '-');
	if (now && !sign)
		return -EINVAL;
	take_blanks(&scan);
	if (take_span(&scan, &span) < 0 ||
	    (scan.at != scan.end && (sign || !is_word(&scan, "ago"))))
		return -EINVAL;
	return move(&span, later, now_usec, ret);
}
