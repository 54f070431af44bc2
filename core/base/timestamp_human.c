/* SPDX-License-Identifier: Apache-2.0 */
/* Times as people type them, and as the programs print them that they copy
 * from: the parts of a date may stand in any order that is in use. */
#include <strings.h>

#include "base/timestamp.h"
#include "base/timestamp_scan.h"
#include "base/timestamp_span.h"
#include "base/timestamp_zone.h"

enum {
	ZONE_MAX = 64, /* bytes of a zone's name */
};

/* What was read so far, each part once. */
struct human {
	struct mxlog_time_scan scan;
	int64_t now_usec;
	bool end; /* the last moment that is meant, not the first */
	bool has_year, has_month, has_mday, has_weekday, has_shift, has_clock;
	int32_t year, month, mday; /* from 1 on */
	int32_t weekday;           /* 0: Sunday */
	int32_t shift;             /* days from today */
	struct mxlog_time_clock clock;
	int64_t unit_usec; /* that the clock's last digit stands for */
	int32_t offset_sec;
	char zone[ZONE_MAX]; /* its name, or "" */
};

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static size_t left(const struct human *human)
{
	return (size_t)(human->scan.end - human->scan.at);
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

static size_t count_digits(const struct human *human)
{
	size_t n = 0;

	while (n < left(human) && mxlog_time_is_digit(human->scan.at[n]))
		n++;
	return n;
}

/* So many digits. */
static int32_t take_digits(struct human *human, size_t n)
{
	int32_t value = 0;

	while (n-- > 0)
		value = 10 * value + (*human->scan.at++ - '0');
	return value;
}

/* Set a part that is not there yet. */
static int set(bool *has, int32_t *part, int32_t value)
{
	if (*has)
		return -EINVAL;
	*has = true;
	*part = value;
	return 0;
}

/* ---- dates ---- */

/* 2026-01-28, 2026-01, 2026/01/28; the T behind it. */
static int take_iso_date(struct human *human)
{
	int32_t year = take_digits(human, 4);
	char between = *human->scan.at++;
	size_t n = count_digits(human);
	int r = set(&human->has_year, &human->year, year);

	if (n != 2 || r < 0 ||
	    set(&human->has_month, &human->month, take_digits(human, n)) < 0)
		return -EINVAL;
	if (!mxlog_time_take(&human->scan, between))
		return 0;
	n = count_digits(human);
	if (n != 2 ||
	    set(&human->has_mday, &human->mday, take_digits(human, n)) < 0)
		return -EINVAL;
	if (left(human) > 1 && (*human->scan.at | 0x20) == 't' &&
	    mxlog_time_is_digit(human->scan.at[1]))
		human->scan.at++;
	return 0;
}

static int find_month(const char *text, size_t len)
{
	static const char *const names[] = { "january", "february", "march",
		"april", "may", "june", "july", "august", "september",
		"october", "november", "december" };

	for (int i = 0; i < (int)ARRAY_LEN(names); i++)
		if (is_word(text, len, names[i]) ||
		    (len == 3 && strncasecmp(text, names[i], 3) == 0))
			return i + 1;
	return is_word(text, len, "sept") ? 9 : -1;
}

static int find_weekday(const char *text, size_t len)
{
	static const char *const names[] = { "sunday", "monday", "tuesday",
		"wednesday", "thursday", "friday", "saturday" };

	for (int i = 0; i < (int)ARRAY_LEN(names); i++)
		if (is_word(text, len, names[i]) ||
		    (len == 3 && strncasecmp(text, names[i], 3) == 0))
			return i;
	return -1;
}

/* 28/Jan/2026:15:30:07, as web servers log it; its first colon is taken. */
static int take_clf_date(struct human *human)
{
	int32_t day = take_digits(human, count_digits(human));
	int month;

	human->scan.at++;
	month = left(human) >= 3 ? find_month(human->scan.at, 3) : -1;
	if (month < 0)
		return -EINVAL;
	human->scan.at += 3;
	if (!mxlog_time_take(&human->scan, '/') || count_digits(human) != 4 ||
	    set(&human->has_year, &human->year, take_digits(human, 4)) < 0 ||
	    set(&human->has_month, &human->month, month) < 0 ||
	    set(&human->has_mday, &human->mday, day) < 0)
		return -EINVAL;
	(void)mxlog_time_take(&human->scan, ':');
	return 0;
}

/* ---- times of day ---- */

/* am or pm, perhaps behind a space: 12, or 0, or -1 if there is none. */
static int take_half(struct human *human)
{
	const char *at = human->scan.at;
	size_t blank = left(human) > 0 && *at == ' ';
	int half = -1;

	if (left(human) < blank + 2 || (at[blank + 1] | 0x20) != 'm' ||
	    (left(human) > blank + 2 && is_letter(at[blank + 2])))
		return -1;
	if ((at[blank] | 0x20) == 'a')
		half = 0;
	else if ((at[blank] | 0x20) == 'p')
		half = 12;
	if (half >= 0)
		human->scan.at += blank + 2;
	return half;
}

/* `half` as take_half() found it. */
static int set_clock(struct human *human, int32_t second, int half,
    int64_t unit_usec)
{
	int32_t hour = second / 3600;

	if (half >= 0 && (hour < 1 || hour > 12))
		return -EINVAL;
	if (half >= 0)
		second += 3600 * (hour % 12 + half - hour);
	if (human->has_clock)
		return -EINVAL;
	human->has_clock = true;
	human->clock.second = second;
	human->unit_usec = unit_usec;
	return 0;
}

/* Behind the seconds. */
static int take_fraction(struct human *human, int64_t *unit_usec)
{
	size_t n;

	if (!mxlog_time_take(&human->scan, '.') &&
	    !mxlog_time_take(&human->scan, ','))
		return 0;
	n = count_digits(human);
	if (mxlog_time_take_fraction(&human->scan, &human->clock.usec) < 0)
		return -EINVAL;
	for (; n > 0 && *unit_usec > 1; n--)
		*unit_usec /= 10;
	return 0;
}

/* 15:30, 9:05, 15:30:07.829, 3:30 pm */
static int take_clock(struct human *human)
{
	int64_t unit = 60 * USEC_PER_SEC;
	int32_t hour = take_digits(human, count_digits(human)), minute;
	int32_t second = 0;

	human->scan.at++;
	if (hour > 23 || mxlog_time_take_pair(&human->scan, 59, &minute) < 0)
		return -EINVAL;
	if (mxlog_time_take(&human->scan, ':')) {
		unit = USEC_PER_SEC;
		if (mxlog_time_take_pair(&human->scan, 60, &second) < 0 ||
		    take_fraction(human, &unit) < 0)
			return -EINVAL;
	}
	human->clock.leap = second == 60;
	if (human->clock.leap)
		human->clock.usec = 0;
	return set_clock(human, 3600 * hour + 60 * minute + second,
	    take_half(human), unit);
}

/* 3pm; -ENOENT, and nothing taken, if it is no such hour. */
static int take_hour(struct human *human)
{
	const char *start = human->scan.at;
	int32_t hour = take_digits(human, count_digits(human));
	int half = take_half(human);

	if (half < 0) {
		human->scan.at = start;
		return -ENOENT;
	}
	return set_clock(human, 3600 * hour, half, 3600 * USEC_PER_SEC);
}

/* ---- the parts, whichever comes next ---- */

static int take_number(struct human *human)
{
	size_t n = count_digits(human);
	char next = left(human) > n ? human->scan.at[n] : '\0';
	int r =
	    n <= 2 && next != ':' && next != '/' ? take_hour(human) : -ENOENT;

	if (r != -ENOENT)
		return r;

	if (n == 4 && (next == '-' || next == '/'))
		return take_iso_date(human);
	if (n <= 2 && next == ':')
		return take_clock(human);
	if (n <= 2 && next == '/')
		return take_clf_date(human);
	if (is_letter(next))
		return -EINVAL;
	if (n == 4)
		return set(&human->has_year, &human->year,
		    take_digits(human, n));
	if (n <= 2)
		return set(&human->has_mday, &human->mday,
		    take_digits(human, n));
	return -EINVAL;
}

/* +0100, +01:00, +01 */
static int take_offset(struct human *human)
{
	struct mxlog_time_scan zone = { human->scan.at, human->scan.at };

	while (
	    zone.end < human->scan.end && *zone.end != ' ' && *zone.end != ';')
		zone.end++;
	human->scan.at = zone.end;
	if (human->offset_sec != MXLOG_NO_ZONE)
		return -EINVAL;
	return mxlog_time_take_zone(&zone, &human->offset_sec) < 0 ||
		zone.at != zone.end
	    ? -EINVAL
	    : 0;
}

static int take_zone(struct human *human, const char *text, size_t len)
{
	if (human->zone[0] || len >= sizeof(human->zone))
		return -EINVAL;
	memcpy(human->zone, text, len);
	human->zone[len] = '\0';
	return 0;
}

/* A word that means a day. */
static bool find_shift(const char *text, size_t len, int32_t *ret)
{
	static const char *const words[] = { "yesterday", "today", "tomorrow" };

	for (int32_t i = 0; i < 3; i++) {
		if (!is_word(text, len, words[i]))
			continue;
		*ret = i - 1;
		return true;
	}
	return false;
}

/* The words that mean a day or a time of it; any other one is a zone. */
static int take_name(struct human *human, const char *text, size_t len)
{
	int month = find_month(text, len), weekday = find_weekday(text, len);
	bool noon = is_word(text, len, "noon");
	int32_t shift;

	if (month > 0)
		return set(&human->has_month, &human->month, month);
	if (weekday >= 0)
		return set(&human->has_weekday, &human->weekday, weekday);
	if (find_shift(text, len, &shift))
		return set(&human->has_shift, &human->shift, shift);
	if (noon || is_word(text, len, "midnight"))
		return set_clock(human, noon ? 43200 : 0, -1,
		    60 * USEC_PER_SEC);
	return is_word(text, len, "at") ? 0 : take_zone(human, text, len);
}

static int take_part(struct human *human)
{
	const char *start = human->scan.at;

	if (mxlog_time_is_digit(*start))
		return take_number(human);
	if (*start == '+' || *start == '-')
		return human->has_clock ? take_offset(human) : -EINVAL;
	if (!is_letter(*start))
		return -EINVAL;
	while (human->scan.at < human->scan.end &&
	    !strchr(" \t,;", *human->scan.at))
		human->scan.at++;
	return take_name(human, start, (size_t)(human->scan.at - start));
}

/* What systemctl adds: "; 2h ago". */
static bool at_end(const struct human *human)
{
	return human->scan.at == human->scan.end ||
	    (*human->scan.at == ';' &&
		memmem(human->scan.at, left(human), LITERAL(" ago")) != NULL);
}

static int take_parts(struct human *human)
{
	int r = 0;

	if (at_end(human))
		return -EINVAL;
	while (r >= 0 && !at_end(human)) {
		r = take_part(human);
		while (mxlog_time_take(&human->scan, ' ') ||
		    mxlog_time_take(&human->scan, '\t') ||
		    mxlog_time_take(&human->scan, ','))
			;
	}
	if (r >= 0 && !human->has_year && !human->has_month &&
	    !human->has_weekday && !human->has_shift && !human->has_clock)
		return -EINVAL;
	return r;
}

/* ---- what they mean ---- */

static int32_t weekday_of(int32_t day)
{
	return ((day + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
}

/* A date without a year is the last one that there was, or tomorrow's. */
static int choose_year(struct human *human, int32_t today)
{
	struct mxlog_date date = mxlog_date_of_day(today + 1);
	int32_t mday = human->has_mday ? human->mday : 1;

	if (human->has_year)
		return human->year < 1 ? -EINVAL : 0;
	human->year = (int32_t)date.year;
	if (human->month > (int32_t)date.month ||
	    (human->month == (int32_t)date.month && mday > (int32_t)date.day))
		human->year--;
	return 0;
}

/* The days that are meant, first to last. */
static int choose_days(struct human *human, int32_t today, int32_t *first,
    int32_t *last)
{
	int32_t month = human->has_month ? human->month : 1;
	int32_t to = human->has_month ? human->month : 12, length;

	if (!human->has_year && !human->has_month) {
		if (human->has_mday)
			return -EINVAL;
		*first = today + human->shift;
		if (human->has_weekday && !human->has_shift)
			*first -= (weekday_of(today) - human->weekday + 7) % 7;
		*last = *first;
		return 0;
	}
	if (human->has_shift || month < 1 || month > 12 ||
	    (human->has_mday && !human->has_month) ||
	    choose_year(human, today) < 0)
		return -EINVAL;
	length = mxlog_days_of_month(human->year, to);
	if (human->has_mday && (human->mday < 1 || human->mday > length))
		return -EINVAL;
	*first = mxlog_day_from_date(human->year, month,
	    human->has_mday ? human->mday : 1);
	*last = human->has_mday ? *first
				: mxlog_day_from_date(human->year, to, length);
	return 0;
}

/* A day that is named must be that weekday. */
static bool is_weekday(const struct human *human, int32_t first, int32_t last)
{
	return !human->has_weekday ||
	    (first == last && weekday_of(first) == human->weekday);
}

static int day_start(const struct human *human, int32_t day, int64_t *ret)
{
	struct mxlog_time_clock none = { 0 };

	if (human->offset_sec == MXLOG_NO_ZONE)
		return mxlog_zone_day_start(day, ret);
	return mxlog_time_to_usec(day * INT64_C(86400) - human->offset_sec,
	    &none, ret);
}

/* The first or last moment of days; at the ends of the calendar the last one
 * that there is. */
static int finish_days(const struct human *human, int32_t first, int32_t last,
    int64_t *ret)
{
	int32_t day = human->end ? last + 1 : first;

	if (day_start(human, day, ret) < 0)
		*ret = day < 0 ? MXLOG_TIMESTAMP_MIN : MXLOG_TIMESTAMP_MAX;
	else
		*ret -= human->end;
	return 0;
}

static int finish_clock(const struct human *human, int32_t day,
    const char *zone, int64_t *ret)
{
	int64_t second = day * INT64_C(86400) + human->clock.second;
	int r = 0;

	if (human->offset_sec != MXLOG_NO_ZONE)
		second -= human->offset_sec;
	else
		r = mxlog_zone_moment(day, human->clock.second, human->end,
		    zone, &second);
	if (r >= 0)
		r = mxlog_time_to_usec(second, &human->clock, ret);
	if (r >= 0 && human->end)
		*ret = MIN(*ret + human->unit_usec - 1, MXLOG_TIMESTAMP_MAX);
	return r;
}

/* In the process's zone, or at the offset. */
static int finish(struct human *human, const char *zone, int64_t *ret)
{
	int64_t second = human->now_usec / USEC_PER_SEC;
	int32_t today, first, last;

	if (human->offset_sec != MXLOG_NO_ZONE)
		today = mxlog_timestamp_day(
		    human->now_usec + human->offset_sec * USEC_PER_SEC);
	else if (mxlog_zone_day(second, &today) < 0)
		return -EINVAL;
	if (choose_days(human, today, &first, &last) < 0 ||
	    !is_weekday(human, first, last))
		return -EINVAL;
	if (!human->has_clock)
		return *zone ? -ENOENT : finish_days(human, first, last, ret);
	return first == last ? finish_clock(human, first, zone, ret) : -EINVAL;
}

/* Of a zone that has a name: the process's own, one that all know, one of the
 * database. */
static int finish_named(struct human *human, int64_t *ret)
{
	struct mxlog_zone_kept kept;
	int r;

	/* "+0000 UTC": the name says what the digits do. */
	if (human->offset_sec != MXLOG_NO_ZONE)
		return finish(human, "", ret);
	r = finish(human, human->zone, ret);
	if (r != -ENOENT)
		return r;
	if (mxlog_zone_offset(human->zone, &human->offset_sec))
		return finish(human, "", ret);
	r = mxlog_zone_enter(human->zone, &kept);
	if (r < 0)
		return r == -ENOENT ? -EINVAL : r;
	r = finish(human, "", ret);
	mxlog_zone_leave(&kept);
	return r;
}

static int parse_parts(struct mxlog_time_scan scan, int64_t now_usec, bool end,
    int64_t *ret)
{
	struct human human = { .scan = scan,
		.now_usec = now_usec,
		.end = end,
		.offset_sec = MXLOG_NO_ZONE };
	int r;

	/* As dmesg -T has it. */
	if (left(&human) > 2 && *scan.at == '[' && scan.end[-1] == ']') {
		human.scan.at++;
		human.scan.end--;
	}
	r = take_parts(&human);
	if (r < 0)
		return r;
	return human.zone[0] ? finish_named(&human, ret)
			     : finish(&human, "", ret);
}

/* ---- seconds since 1970 ---- */

/* Digits of seconds, thirteen of milli-, sixteen of microseconds; what one of
 * the last digit stands for. */
static int take_epoch(struct mxlog_time_scan *scan, int64_t *ret_usec,
    int64_t *ret_unit)
{
	const char *start = scan->at;
	int64_t number = 0;
	int32_t fraction = 0;
	ptrdiff_t n;

	for (; scan->at < scan->end && mxlog_time_is_digit(*scan->at);
	     scan->at++)
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, *scan->at - '0', &number))
			return -EINVAL;
	n = scan->at - start;
	*ret_unit = n == 16 ? 1 : n == 13 ? 1000 : USEC_PER_SEC;
	if (n == 0 || __builtin_mul_overflow(number, *ret_unit, ret_usec))
		return -EINVAL;
	if (*ret_unit != USEC_PER_SEC || !mxlog_time_take(scan, '.'))
		return 0;
	start = scan->at;
	if (mxlog_time_take_fraction(scan, &fraction) < 0)
		return -EINVAL;
	for (n = scan->at - start; n > 0 && *ret_unit > 1; n--)
		*ret_unit /= 10;
	return __builtin_add_overflow(*ret_usec, fraction, ret_usec) ? -EINVAL
								     : 0;
}

/* @1769614245.5; without the @ at least nine digits, so that it is no year. */
static int parse_epoch(struct mxlog_time_scan scan, bool end, int64_t *ret)
{
	bool marked = mxlog_time_take(&scan, '@');
	bool negative = marked && mxlog_time_take(&scan, '-');
	const char *start = scan.at;
	int64_t usec, unit;

	if (take_epoch(&scan, &usec, &unit) < 0 || scan.at != scan.end ||
	    (!marked && scan.end - start < 9))
		return -EINVAL;
	usec = negative ? -usec : usec;
	if (usec < MXLOG_TIMESTAMP_MIN || usec > MXLOG_TIMESTAMP_MAX)
		return -EINVAL;
	*ret = usec + (end ? unit - 1 : 0);
	return 0;
}

int mxlog_timestamp_parse_human(const char *text, size_t len, int64_t now_usec,
    bool end, int64_t *ret)
{
	struct mxlog_time_scan scan = { text, text + len };

	while (mxlog_time_take(&scan, ' ') || mxlog_time_take(&scan, '\t'))
		;
	while (
	    scan.end > scan.at && (scan.end[-1] == ' ' || scan.end[-1] == '\t'))
		scan.end--;
	if (parse_epoch(scan, end, ret) == 0 ||
	    mxlog_time_span_before(scan, now_usec, ret) == 0)
		return 0;
	return parse_parts(scan, now_usec, end, ret);
}
