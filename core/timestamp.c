/* SPDX-License-Identifier: Apache-2.0 */
#include "timestamp.h"

#include <endian.h>
#include <strings.h>
#include <time.h>

/* clang-format off */
static const char pairs[201] __attribute__((aligned(64))) =
	"00010203040506070809" "10111213141516171819" "20212223242526272829"
	"30313233343536373839" "40414243444546474849" "50515253545556575859"
	"60616263646566676869" "70717273747576777879" "80818283848586878889"
	"90919293949596979899";
/* clang-format on */

int64_t mxlog_timestamp_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

int32_t mxlog_timestamp_day(int64_t time_usec)
{
	int64_t day = time_usec / USEC_PER_DAY;

	return (int32_t)(day - (time_usec < day * USEC_PER_DAY));
}

static void put_pair(char *out, uint32_t value)
{
	memcpy(out, pairs + 2 * (size_t)value, 2);
}

struct date {
	uint32_t year, month, day;
};

/* Years that begin in March, so that the leap day is their last; after Neri
 * and Schneider, "Euclidean affine functions and their application to calendar
 * algorithms", 2022. Day 0 there is 0000-03-01. */
static inline struct date date_of_day(int32_t day)
{
	uint32_t n = 4 * (uint32_t)(day + 719468) + 3;
	uint64_t product = UINT64_C(2939745) * (n % 146097 | 3);
	uint32_t day_of_year = (uint32_t)product / 2939745 / 4;
	uint32_t month = 2141 * day_of_year + 197913;
	uint32_t january = day_of_year >= 306; /* or February */

	return (struct date){
		.year =
		    100 * (n / 146097) + (uint32_t)(product >> 32) + january,
		.month = (month >> 16) - 12 * january,
		.day = (month & 0xffff) / 2141 + 1,
	};
}

void mxlog_timestamp_format_date(char *out, int32_t day)
{
	struct date date = date_of_day(day);

	put_pair(out, date.year / 100);
	put_pair(out + 2, date.year % 100);
	out[4] = '-';
	put_pair(out + 5, date.month);
	out[7] = '-';
	put_pair(out + 8, date.day);
}

void mxlog_timestamp_format(char *out, int64_t time_usec)
{
	int64_t t =
	    MIN(MAX(time_usec, MXLOG_TIMESTAMP_MIN), MXLOG_TIMESTAMP_MAX);
	int32_t day = mxlog_timestamp_day(t);
	uint64_t rest = (uint64_t)(t - day * USEC_PER_DAY);
	uint32_t second = (uint32_t)(rest / (uint64_t)USEC_PER_SEC);
	uint32_t usec = (uint32_t)(rest % (uint64_t)USEC_PER_SEC);

	mxlog_timestamp_format_date(out, day);
	out[10] = 'T';
	put_pair(out + 11, second / 3600);
	out[13] = ':';
	put_pair(out + 14, second / 60 % 60);
	out[16] = ':';
	put_pair(out + 17, second % 60);
	out[19] = '.';
	put_pair(out + 20, usec / 10000);
	put_pair(out + 22, usec / 100 % 100);
	put_pair(out + 24, usec % 100);
	out[26] = 'Z';
}

/* ---- reading ---- */

struct scan {
	const char *at, *end;
};

struct clock {
	int32_t second; /* of the day */
	int32_t usec;
	bool leap; /* :60, counted as the second after :59 */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool next_is(const struct scan *scan, char c)
{
	return scan->at < scan->end && *scan->at == c;
}

static bool take(struct scan *scan, char c)
{
	if (!next_is(scan, c))
		return false;
	scan->at++;
	return true;
}

/* Two digits, at most `max`. */
static int take_pair(struct scan *scan, int32_t max, int32_t *ret)
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

static int32_t days_of_month(int32_t year, int32_t month)
{
	static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* The inverse of date_of_day(). */
static int32_t day_from_date(int32_t year, int32_t month, int32_t day)
{
	int32_t y = month <= 2 ? year - 1 : year;
	int32_t m = month <= 2 ? month + 12 : month;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m - 457) / 5 + day -
	    1 - 719468;
}

static int take_date(struct scan *scan, int32_t *ret)
{
	int32_t century, year, month, day;

	if (take_pair(scan, 99, &century) < 0 ||
	    take_pair(scan, 99, &year) < 0 || !take(scan, '-') ||
	    take_pair(scan, 12, &month) < 0 || !take(scan, '-') ||
	    take_pair(scan, 31, &day) < 0)
		return -EINVAL;
	year += 100 * century;
	if (year < 1 || month < 1 || day < 1 ||
	    day > days_of_month(year, month))
		return -EINVAL;
	*ret = day_from_date(year, month, day);
	return 0;
}

/* What stands behind a decimal point: digits past the sixth are cut. */
static int take_fraction(struct scan *scan, int32_t *ret)
{
	uint32_t usec = 0, unit = 100000;
	const char *start = scan->at;

	for (; scan->at < scan->end && is_digit(*scan->at); scan->at++) {
		usec += (uint32_t)(*scan->at - '0') * unit;
		unit /= 10;
	}
	if (scan->at == start)
		return -EINVAL;
	*ret = (int32_t)usec;
	return 0;
}

/* hh:mm:ss and a fraction; without `exact` the seconds may be missing. */
static int take_clock(struct scan *scan, bool exact, struct clock *ret)
{
	int32_t hour, minute, second = 0;
	struct clock clock = { 0 };

	if (take_pair(scan, 23, &hour) < 0 || !take(scan, ':') ||
	    take_pair(scan, 59, &minute) < 0)
		return -EINVAL;
	if (exact || next_is(scan, ':')) {
		if (!take(scan, ':') || take_pair(scan, 60, &second) < 0)
			return -EINVAL;
		/* ISO 8601 allows both, and Python's logging writes a comma. */
		if ((take(scan, '.') || take(scan, ',')) &&
		    take_fraction(scan, &clock.usec) < 0)
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
static int take_zone(struct scan *scan, int32_t *ret)
{
	int32_t hour, minute = 0;
	bool west;

	if (scan->at == scan->end) {
		*ret = MXLOG_NO_ZONE;
		return 0;
	}
	if (take(scan, 'Z') || take(scan, 'z')) {
		*ret = 0;
		return 0;
	}
	west = next_is(scan, '-');
	if (!take(scan, '-') && !take(scan, '+'))
		return -EINVAL;
	if (take_pair(scan, 23, &hour) < 0)
		return -EINVAL;
	if ((take(scan, ':') || scan->at < scan->end) &&
	    take_pair(scan, 59, &minute) < 0)
		return -EINVAL;
	*ret = (west ? -1 : 1) * (3600 * hour + 60 * minute);
	return 0;
}

/* Leap seconds end a UTC day wherever they are told from (RFC 3339, 5.7). */
static int to_usec(int64_t second, const struct clock *clock, int64_t *ret)
{
	int64_t time_usec = second * USEC_PER_SEC + clock->usec;

	if (clock->leap && second % 86400 != 0)
		return -EINVAL;
	if (time_usec < MXLOG_TIMESTAMP_MIN || time_usec > MXLOG_TIMESTAMP_MAX)
		return -EINVAL;
	*ret = time_usec;
	return 0;
}

int mxlog_timestamp_parse_date(const char *text, size_t len, int32_t *ret)
{
	struct scan scan = { text, text + len };
	int32_t day;

	if (take_date(&scan, &day) < 0 || scan.at != scan.end)
		return -EINVAL;
	*ret = day;
	return 0;
}

static inline uint64_t eight_bytes(const char *text)
{
	uint64_t bytes;

	memcpy(&bytes, text, sizeof(bytes));
	return le64toh(bytes);
}

/* Eight characters, of which each is the form's or, where that has a 0, any
 * digit: byte i of what is returned is the number that digits i and i + 1 are.
 * `room` is how much each may be short of 16, so that one too many is seen in
 * the higher half of a byte of *bad. */
static inline uint64_t pairs_at(const char *text, const char *form,
    const char *room, uint64_t *bad)
{
	uint64_t digits = eight_bytes(text) ^ eight_bytes(form);

	*bad |= digits | (digits + eight_bytes(room));
	return 10 * digits + (digits >> 8);
}

static inline uint32_t pair_of(uint64_t numbers, unsigned i)
{
	return (uint32_t)(numbers >> 8 * i) & 0xff;
}

/* The form that we write, which is nearly all that is ever read. What is not
 * so, or not valid, is left to the general way. */
static bool parse_canonical(const char *text, int64_t *ret)
{
	uint64_t bad = 0;
	uint64_t date = pairs_at(text, "0000-00-", "\6\6\6\6\17\6\6\17", &bad);
	uint64_t hour =
	    pairs_at(text + 8, "00T00:00", "\6\6\17\6\6\17\6\6", &bad);
	uint64_t second =
	    pairs_at(text + 16, ":00.0000", "\17\6\6\17\6\6\6\6", &bad);
	uint64_t usec =
	    pairs_at(text + 19, ".000000Z", "\17\6\6\6\6\6\6\17", &bad);
	int32_t year = (int32_t)(100 * pair_of(date, 0) + pair_of(date, 2));
	int32_t month = (int32_t)pair_of(date, 5);
	int32_t day = (int32_t)pair_of(hour, 0);
	uint32_t minutes = 60 * pair_of(hour, 3) + pair_of(hour, 6);

	if ((bad & 0xf0f0f0f0f0f0f0f0) || year < 1 || month < 1 || month > 12 ||
	    day < 1 || day > days_of_month(year, month) ||
	    pair_of(hour, 3) > 23 || pair_of(hour, 6) > 59 ||
	    pair_of(second, 1) > 59)
		return false;
	*ret = day_from_date(year, month, day) * USEC_PER_DAY +
	    (60 * minutes + pair_of(second, 1)) * USEC_PER_SEC +
	    10000 * pair_of(usec, 1) + 100 * pair_of(usec, 3) +
	    pair_of(usec, 5);
	return true;
}

int mxlog_timestamp_parse(const char *text, size_t len,
    int32_t local_offset_sec, int64_t *ret)
{
	struct scan scan = { text, text + len };
	struct clock clock;
	int32_t day, offset_sec;

	if (len == MXLOG_TIMESTAMP_LEN && parse_canonical(text, ret))
		return 0;
	if (take_date(&scan, &day) < 0)
		return -EINVAL;
	if (!take(&scan, 'T') && !take(&scan, 't') && !take(&scan, ' '))
		return -EINVAL;
	if (take_clock(&scan, true, &clock) < 0 ||
	    take_zone(&scan, &offset_sec) < 0 || scan.at != scan.end)
		return -EINVAL;
	if (offset_sec == MXLOG_NO_ZONE)
		offset_sec = local_offset_sec;
	if (offset_sec == MXLOG_NO_ZONE)
		return -EINVAL;
	return to_usec((int64_t)day * 86400 + clock.second - offset_sec, &clock,
	    ret);
}

/* ---- what people type ---- */

/* The moment at which clocks on the wall of the process's time zone show so;
 * where they show it twice or never, mktime(3) decides. */
static int local_usec(int32_t day, const struct clock *clock, int64_t *ret)
{
	struct date date = date_of_day(day);
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
	return to_usec(second, clock, ret);
}

/* The local date of a moment, as a day number. */
static int local_day(int64_t second, int32_t *ret)
{
	time_t t = (time_t)second;
	struct tm tm;

	if (!localtime_r(&t, &tm) || tm.tm_year < 1 - 1900 ||
	    tm.tm_year > 9999 - 1900)
		return -EINVAL;
	*ret = day_from_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	return 0;
}

/* A local day's first moment. Not every day has a midnight, and some have two:
 * search from noon, which all have, for the second in which the date began. */
static int day_start(int32_t day, int64_t *ret)
{
	struct clock noon = { .second = 43200 };
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
	return to_usec(within, &(struct clock){ 0 }, ret);
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

static bool is_word(const struct scan *scan, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(scan->end - scan->at) == len &&
	    strncasecmp(scan->at, word, len) == 0;
}

/* today, yesterday, tomorrow */
static int parse_day_word(const struct scan *scan, int64_t now_usec,
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
static int parse_clock(struct scan scan, int32_t day, int64_t *ret)
{
	struct clock clock;
	int32_t offset_sec;

	if (take_clock(&scan, false, &clock) < 0)
		return -EINVAL;
	(void)take(&scan, ' ');
	if (take_zone(&scan, &offset_sec) < 0 || scan.at != scan.end)
		return -EINVAL;
	if (offset_sec == MXLOG_NO_ZONE)
		return local_usec(day, &clock, ret);
	return to_usec((int64_t)day * 86400 + clock.second - offset_sec, &clock,
	    ret);
}

/* A date, perhaps with a time of day; or a time of today. */
static int parse_absolute(struct scan scan, int64_t now_usec, bool end_of_day,
    int64_t *ret)
{
	struct scan rest = scan;
	int32_t day;

	if (take_date(&rest, &day) < 0) {
		if (local_day(now_usec / USEC_PER_SEC, &day) < 0)
			return -EINVAL;
		return parse_clock(scan, day, ret);
	}
	if (rest.at == rest.end) {
		day_edge(day, end_of_day, ret);
		return 0;
	}
	if (!take(&rest, ' ') && !take(&rest, 'T') && !take(&rest, 't'))
		return -EINVAL;
	return parse_clock(rest, day, ret);
}

/* One or more digits. */
static int take_number(struct scan *scan, int64_t *ret)
{
	const char *start = scan->at;
	int64_t value = 0;

	for (; scan->at < scan->end && is_digit(*scan->at); scan->at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *scan->at - '0', &value))
			return -EINVAL;
	if (scan->at == start)
		return -EINVAL;
	*ret = value;
	return 0;
}

/* Behind the '@': seconds since 1970. */
static int parse_epoch(struct scan scan, int64_t *ret)
{
	bool negative = take(&scan, '-');
	int64_t second, usec;
	int32_t fraction = 0;

	if (take_number(&scan, &second) < 0 ||
	    (take(&scan, '.') && take_fraction(&scan, &fraction) < 0) ||
	    scan.at != scan.end || second > MXLOG_TIMESTAMP_MAX / USEC_PER_SEC)
		return -EINVAL;
	usec = second * USEC_PER_SEC + fraction;
	usec = negative ? -usec : usec;
	if (usec < MXLOG_TIMESTAMP_MIN)
		return -EINVAL;
	*ret = usec;
	return 0;
}

static void take_blanks(struct scan *scan)
{
	while (take(scan, ' ') || take(scan, '\t'))
		;
}

/* A run of letters, which may be empty. */
static struct scan take_word(struct scan *scan)
{
	struct scan word = { scan->at, scan->at };

	while (word.end < scan->end &&
	    ((*word.end >= 'a' && *word.end <= 'z') ||
		(*word.end >= 'A' && *word.end <= 'Z')))
		word.end++;
	scan->at = word.end;
	return word;
}

/* A unit's length in seconds, or 0 for what is none. */
static int64_t unit_of(const struct scan *word)
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
static int take_span(struct scan *scan, int64_t *ret)
{
	int64_t sum = 0;

	do {
		int64_t number, part;
		struct scan word;

		if (take_number(scan, &number) < 0)
			return -EINVAL;
		take_blanks(scan);
		word = take_word(scan);
		if (__builtin_mul_overflow(number, unit_of(&word), &part) ||
		    __builtin_add_overflow(sum, part, &sum) ||
		    unit_of(&word) == 0)
			return -EINVAL;
		take_blanks(scan);
	} while (scan->at < scan->end && is_digit(*scan->at));
	*ret = sum;
	return 0;
}

static int parse_relative(struct scan scan, int64_t now_usec, int64_t *ret)
{
	bool later = take(&scan, '+');
	bool sign = later || take(&scan, '-');
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
	struct scan scan = { text, text + len };

	take_blanks(&scan);
	while (
	    scan.end > scan.at && (scan.end[-1] == ' ' || scan.end[-1] == '\t'))
		scan.end--;
	if (is_word(&scan, "now")) {
		*ret = now_usec;
		return 0;
	}
	if (take(&scan, '@'))
		return parse_epoch(scan, ret);
	if (parse_relative(scan, now_usec, ret) == 0 ||
	    parse_day_word(&scan, now_usec, end_of_day, ret) == 0)
		return 0;
	return parse_absolute(scan, now_usec, end_of_day, ret);
}
