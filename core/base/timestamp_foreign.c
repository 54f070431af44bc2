/* SPDX-License-Identifier: Apache-2.0 */
/* Times as other programs write them. */
#include <strings.h>

#include "base/timestamp.h"
#include "base/timestamp_scan.h"

/* What was read so far; offset_sec is MXLOG_NO_ZONE until one is named. */
struct reading {
	struct mxlog_time_scan scan;
	int32_t day;
	struct mxlog_time_clock clock;
	int32_t offset_sec;
};

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static size_t left(const struct reading *reading)
{
	return (size_t)(reading->scan.end - reading->scan.at);
}

static int take_month(struct reading *reading, int32_t *ret)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int32_t i = 0; i < 12 && left(reading) >= 3; i++) {
		if (strncasecmp(months + 3 * i, reading->scan.at, 3) != 0)
			continue;
		reading->scan.at += 3;
		*ret = i + 1;
		return 0;
	}
	return -EINVAL;
}

/* Fri; with a comma in mails and HTTP */
static int take_weekday(struct reading *reading)
{
	static const char days[] = "sunmontuewedthufrisat";

	for (size_t i = 0; i < 7 && left(reading) >= 4; i++) {
		if (strncasecmp(days + 3 * i, reading->scan.at, 3) != 0)
			continue;
		reading->scan.at += 3;
		(void)mxlog_time_take(&reading->scan, ',');
		return mxlog_time_take(&reading->scan, ' ') ? 0 : -EINVAL;
	}
	return -EINVAL;
}

/* Two digits, or a space and one, or just one. */
static int take_day(struct reading *reading, int32_t *ret)
{
	struct mxlog_time_scan *scan = &reading->scan;

	if (mxlog_time_take_pair(scan, 31, ret) == 0)
		return 0;
	(void)mxlog_time_take(scan, ' ');
	if (scan->at == scan->end || !mxlog_time_is_digit(*scan->at))
		return -EINVAL;
	*ret = *scan->at++ - '0';
	return 0;
}

static int take_year(struct reading *reading, int32_t *ret)
{
	int32_t century, year;

	if (mxlog_time_take_pair(&reading->scan, 99, &century) < 0 ||
	    mxlog_time_take_pair(&reading->scan, 99, &year) < 0)
		return -EINVAL;
	*ret = 100 * century + year;
	return 0;
}

static int set_date(struct reading *reading, int32_t year, int32_t month,
    int32_t day)
{
	if (year < 1 || month < 1 || month > 12 || day < 1 ||
	    day > mxlog_days_of_month(year, month))
		return -EINVAL;
	reading->day = mxlog_day_from_date(year, month, day);
	return 0;
}

/* UTC and GMT; other names are no zone that is known everywhere. */
static void take_zone_name(struct reading *reading)
{
	struct mxlog_time_scan *scan = &reading->scan;
	const char *name = scan->at;
	size_t len;

	while (scan->at < scan->end && is_letter(*scan->at))
		scan->at++;
	len = (size_t)(scan->at - name);
	if ((len == 3 &&
		(strncasecmp(name, "utc", 3) == 0 ||
		    strncasecmp(name, "gmt", 3) == 0)) ||
	    (len == 1 && (*name | 0x20) == 'z'))
		reading->offset_sec = 0;
}

/* +0100, +01:00, UTC, CET, and Ruby's and Go's +0000 UTC */
static int take_zone(struct reading *reading)
{
	struct mxlog_time_scan *scan = &reading->scan;
	const char *at = scan->at;
	struct mxlog_time_scan sign;

	if (scan->at < scan->end && (*at == '+' || *at == '-')) {
		while (at < scan->end && *at != ' ' && *at != ']')
			at++;
		sign = (struct mxlog_time_scan){ scan->at, at };
		if (mxlog_time_take_zone(&sign, &reading->offset_sec) < 0 ||
		    sign.at != sign.end)
			return -EINVAL;
		scan->at = at;
		if (!mxlog_time_take(scan, ' '))
			return 0;
		at = scan->at;
		while (scan->at < scan->end && is_letter(*scan->at))
			scan->at++;
		return scan->at > at ? 0 : -EINVAL;
	}
	take_zone_name(reading);
	return scan->at > at ? 0 : -EINVAL;
}

/* 20/Nov/2026:10:00:00 +0000 */
static int take_clf(struct reading *reading)
{
	int32_t day, month, year;

	if (mxlog_time_take_pair(&reading->scan, 31, &day) < 0 ||
	    !mxlog_time_take(&reading->scan, '/') ||
	    take_month(reading, &month) < 0 ||
	    !mxlog_time_take(&reading->scan, '/') ||
	    take_year(reading, &year) < 0 ||
	    !mxlog_time_take(&reading->scan, ':') ||
	    mxlog_time_take_clock(&reading->scan, true, &reading->clock) < 0 ||
	    !mxlog_time_take(&reading->scan, ' ') || take_zone(reading) < 0)
		return -EINVAL;
	return set_date(reading, year, month, day);
}

/* 2026-11-20 10:00:00.5 UTC, 2026/11/20 10:00:00 */
static int take_numeric(struct reading *reading)
{
	struct mxlog_time_scan *scan = &reading->scan;
	int32_t year, month, day;
	char between;

	if (take_year(reading, &year) < 0 || scan->at == scan->end)
		return -EINVAL;
	between = *scan->at;
	if ((between != '-' && between != '/') ||
	    !mxlog_time_take(scan, between) ||
	    mxlog_time_take_pair(scan, 12, &month) < 0 ||
	    !mxlog_time_take(scan, between) ||
	    mxlog_time_take_pair(scan, 31, &day) < 0 ||
	    !(mxlog_time_take(scan, ' ') || mxlog_time_take(scan, 'T')) ||
	    mxlog_time_take_clock(scan, true, &reading->clock) < 0)
		return -EINVAL;
	(void)mxlog_time_take(scan, ' ');
	if (scan->at < scan->end && take_zone(reading) < 0)
		return -EINVAL;
	return set_date(reading, year, month, day);
}

/* Fri Nov 20 10:00:00 2026, Fri Nov 20 10:00:00 UTC 2026 */
static int take_ctime(struct reading *reading)
{
	int32_t day, month, year;

	if (take_weekday(reading) < 0 || take_month(reading, &month) < 0 ||
	    !mxlog_time_take(&reading->scan, ' ') ||
	    take_day(reading, &day) < 0 ||
	    !mxlog_time_take(&reading->scan, ' ') ||
	    mxlog_time_take_clock(&reading->scan, true, &reading->clock) < 0 ||
	    !mxlog_time_take(&reading->scan, ' '))
		return -EINVAL;
	if (left(reading) > 4 &&
	    (take_zone(reading) < 0 || !mxlog_time_take(&reading->scan, ' ')))
		return -EINVAL;
	if (take_year(reading, &year) < 0)
		return -EINVAL;
	return set_date(reading, year, month, day);
}

/* Fri, 20 Nov 2026 10:00:00 GMT: RFC 5322 section 3.3, RFC 9110 5.6.7 */
static int take_mail(struct reading *reading)
{
	int32_t day, month, year;

	(void)take_weekday(reading);
	if (take_day(reading, &day) < 0 ||
	    !mxlog_time_take(&reading->scan, ' ') ||
	    take_month(reading, &month) < 0 ||
	    !mxlog_time_take(&reading->scan, ' ') ||
	    take_year(reading, &year) < 0 ||
	    !mxlog_time_take(&reading->scan, ' ') ||
	    mxlog_time_take_clock(&reading->scan, true, &reading->clock) < 0 ||
	    !mxlog_time_take(&reading->scan, ' ') || take_zone(reading) < 0)
		return -EINVAL;
	return set_date(reading, year, month, day);
}

static int finish(const struct reading *reading, int32_t local_offset_sec,
    int64_t *ret)
{
	int32_t offset_sec = reading->offset_sec;

	if (reading->scan.at != reading->scan.end)
		return -EINVAL;
	if (offset_sec == MXLOG_NO_ZONE)
		offset_sec = local_offset_sec;
	if (offset_sec == MXLOG_NO_ZONE)
		return -EINVAL;
	return mxlog_time_to_usec((int64_t)reading->day * 86400 +
		reading->clock.second - offset_sec,
	    &reading->clock, ret);
}

int mxlog_timestamp_parse_foreign(const char *text, size_t len,
    int32_t local_offset_sec, int64_t *ret)
{
	static int (*const forms[])(struct reading *) = { take_numeric,
		take_clf, take_ctime, take_mail };

	if (mxlog_timestamp_parse(text, len, local_offset_sec, ret) == 0)
		return 0;
	if (len > 2 && *text == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct reading reading = {
			.scan = { text, text + len },
			.offset_sec = MXLOG_NO_ZONE,
		};

		if (forms[i](&reading) == 0 &&
		    finish(&reading, local_offset_sec, ret) == 0)
			return 0;
	}
	return -EINVAL;
}
