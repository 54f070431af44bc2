/* SPDX-License-Identifier: Apache-2.0 */
/* Times as people type them. */
#include <strings.h>
#include <time.h>

#include "base/timestamp.h"
#include "base/timestamp_scan.h"

/* The moment at which clocks on the wall of the process's time zone show so;
 * where they show it twice or never, mktime(3) decides. */
static int local_usec(int32_t day, const struct mxlog_time_clock *clock,
    int64_t *ret)
{
	struct mxlog_date date = mxlog_date_of_day(day);
	struct tm tm = {
		.tm_year = (int)date.year - 1900,
		.tm_mon = (int)date.month - 1,
		.tm_mday = (int)date.day,
		.tm_hour = clock->second / 3600,
		.tm_min = clock->second / 60 % 60,
		.tm_sec = clock->second % 60,
		.tm_isdst = -1,
		.tm_wday = -1,
	};
	time_t second = mktime(&tm);

	if (tm.tm_wday < 0)
		return -EINVAL;
	return mxlog_time_to_usec(second, clock, ret);
}

/* The local date of a moment, as a day number. */
static int local_day(int64_t second, int32_t *ret)
{
	time_t t = (time_t)second;
	struct tm tm;

	if (!localtime_r(&t, &tm) || tm.tm_year < 1 - 1900 ||
	    tm.tm_year > 9999 - 1900)
		return -EINVAL;
	*ret =
	    mxlog_day_from_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	return 0;
}

/* A local day's first moment. Not every day has a midnight, and some have two:
 * search from noon, which all have, for the second in which the date began. */
static int day_start(int32_t day, int64_t *ret)
{
	struct mxlog_time_clock noon = { .second = 43200 };
	int64_t before, within, usec;
	int32_t at;

	if (local_usec(day, &noon, &usec) < 0)
		return -EINVAL;
	within = usec / USEC_PER_SEC;
	before = within - 86400;
	while (within - before > 1) {
		int64_t middle = before + (within - before) / 2;

		if (local_day(middle, &at) < 0 || at < day)
			before = middle;
		else
			within = middle;
	}
	return mxlog_time_to_usec(within, &(struct mxlog_time_clock){ 0 }, ret);
}

/* A day's first or last moment; at the ends of the calendar the last moment
 * that there is. */
static void day_edge(int32_t day, bool end_of_day, int64_t *ret)
{
	int64_t usec;

	if (day_start(day + end_of_day, &usec) < 0)
		*ret = day < 0 ? MXLOG_TIMESTAMP_MIN : MXLOG_TIMESTAMP_MAX;
	else
		*ret = usec - end_of_day;
}

static bool is_word(const struct mxlog_time_scan *scan, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(scan->end - scan->at) == len &&
	    strncasecmp(scan->at, word, len) == 0;
}

/* today, yesterday, tomorrow */
static int parse_day_word(const struct mxlog_time_scan *scan, int64_t now_usec,
    bool end_of_day, int64_t *ret)
{
	int32_t day;

	if (local_day(now_usec / USEC_PER_SEC, &day) < 0)
		return -EINVAL;
	if (is_word(scan, "yesterday"))
		day--;
	else if (is_word(scan, "tomorrow"))
		day++;
	else if (!is_word(scan, "today"))
		return -EINVAL;
	day_edge(day, end_of_day, ret);
	return 0;
}

/* A time of day and perhaps a zone. */
static int parse_clock(struct mxlog_time_scan scan, int32_t day, int64_t *ret)
{
	struct mxlog_time_clock clock;
	int32_t offset_sec;

	if (mxlog_time_take_clock(&scan, false, &clock) < 0)
		return -EINVAL;
	(void)mxlog_time_take(&scan, ' ');
	if (mxlog_time_take_zone(&scan, &offset_sec) < 0 || scan.at != scan.end)
		return -EINVAL;
	if (offset_sec == MXLOG_NO_ZONE)
		return local_usec(day, &clock, ret);
	return mxlog_time_to_usec((int64_t)day * 86400 + clock.second -
		offset_sec,
	    &clock, ret);
}

/* A date, perhaps with a time of day; or a time of today. */
static int parse_absolute(struct mxlog_time_scan scan, int64_t now_usec,
    bool end_of_day, int64_t *ret)
{
	struct mxlog_time_scan rest = scan;
	int32_t day;

	if (mxlog_time_take_date(&rest, &day) < 0) {
		if (local_day(now_usec / USEC_PER_SEC, &day) < 0)
			return -EINVAL;
		return parse_clock(scan, day, ret);
	}
	if (rest.at == rest.end) {
		day_edge(day, end_of_day, ret);
		return 0;
	}
	if (!mxlog_time_take(&rest, ' ') && !mxlog_time_take(&rest, 'T') &&
	    !mxlog_time_take(&rest, 't'))
		return -EINVAL;
	return parse_clock(rest, day, ret);
}

/* One or more digits. */
static int take_number(struct mxlog_time_scan *scan, int64_t *ret)
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

/* Behind the '@': seconds since 1970. */
static int parse_epoch(struct mxlog_time_scan scan, int64_t *ret)
{
	bool negative = mxlog_time_take(&scan, '-');
	int64_t second, usec;
	int32_t fraction = 0;

	if (take_number(&scan, &second) < 0 ||
	    (mxlog_time_take(&scan, '.') &&
		mxlog_time_take_fraction(&scan, &fraction) < 0) ||
	    scan.at != scan.end || second > MXLOG_TIMESTAMP_MAX / USEC_PER_SEC)
		return -EINVAL;
	usec = second * USEC_PER_SEC + fraction;
	usec = negative ? -usec : usec;
	if (usec < MXLOG_TIMESTAMP_MIN)
		return -EINVAL;
	*ret = usec;
	return 0;
}

static void take_blanks(struct mxlog_time_scan *scan)
{
	while (mxlog_time_take(scan, ' ') || mxlog_time_take(scan, '\t'))
		;
}

/* A run of letters, which may be empty. */
static struct mxlog_time_scan take_word(struct mxlog_time_scan *scan)
{
	struct mxlog_time_scan word = { scan->at, scan->at };

	while (word.end < scan->end &&
	    ((*word.end >= 'a' && *word.end <= 'z') ||
		(*word.end >= 'A' && *word.end <= 'Z')))
		word.end++;
	scan->at = word.end;
	return word;
}

/* A unit's length in seconds, or 0 for what is none. */
static int64_t unit_of(const struct mxlog_time_scan *word)
{
	static const struct {
		const char *name;
		int64_t second;
	} units[] = {
		{ "s", 1 },
		{ "sec", 1 },
		{ "secs", 1 },
		{ "second", 1 },
		{ "seconds", 1 },
		{ "m", 60 },
		{ "min", 60 },
		{ "mins", 60 },
		{ "minute", 60 },
		{ "minutes", 60 },
		{ "h", 3600 },
		{ "hr", 3600 },
		{ "hrs", 3600 },
		{ "hour", 3600 },
		{ "hours", 3600 },
		{ "d", 86400 },
		{ "day", 86400 },
		{ "days", 86400 },
		{ "w", 604800 },
		{ "week", 604800 },
		{ "weeks", 604800 },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (is_word(word, units[i].name))
			return units[i].second;
	return 0;
}

/* 1h30m, 2 hours, 1 day 4 hours; an `ago` behind is left. */
static int take_span(struct mxlog_time_scan *scan, int64_t *ret)
{
	int64_t sum = 0;

	do {
		int64_t number, part;
		struct mxlog_time_scan word;

		if (take_number(scan, &number) < 0)
			return -EINVAL;
		take_blanks(scan);
		word = take_word(scan);
		if (__builtin_mul_overflow(number, unit_of(&word), &part) ||
		    __builtin_add_overflow(sum, part, &sum) ||
		    unit_of(&word) == 0)
			return -EINVAL;
		take_blanks(scan);
	} while (scan->at < scan->end && mxlog_time_is_digit(*scan->at));
	*ret = sum;
	return 0;
}

static int parse_relative(struct mxlog_time_scan scan, int64_t now_usec,
    int64_t *ret)
{
	bool later = mxlog_time_take(&scan, '+');
	bool sign = later || mxlog_time_take(&scan, '-');
	int64_t span, usec;

	if (take_span(&scan, &span) < 0)
		return -EINVAL;
	if (scan.at != scan.end && (sign || !is_word(&scan, "ago")))
		return -EINVAL;
	if (__builtin_mul_overflow(span, later ? USEC_PER_SEC : -USEC_PER_SEC,
		&span) ||
	    __builtin_add_overflow(now_usec, span, &usec) ||
	    usec < MXLOG_TIMESTAMP_MIN || usec > MXLOG_TIMESTAMP_MAX)
		return -EINVAL;
	*ret = usec;
	return 0;
}

int mxlog_timestamp_parse_human(const char *text, size_t len, int64_t now_usec,
    bool end_of_day, int64_t *ret)
{
	struct mxlog_time_scan scan = { text, text + len };

	take_blanks(&scan);
	while (
	    scan.end > scan.at && (scan.end[-1] == ' ' || scan.end[-1] == '\t'))
		scan.end--;
	if (is_word(&scan, "now")) {
		*ret = now_usec;
		return 0;
	}
	if (mxlog_time_take(&scan, '@'))
		return parse_epoch(scan, ret);
	if (parse_relative(scan, now_usec, ret) == 0 ||
	    parse_day_word(&scan, now_usec, end_of_day, ret) == 0)
		return 0;
	return parse_absolute(scan, now_usec, end_of_day, ret);
}
