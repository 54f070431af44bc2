/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "suite.h"

static const char *format(int64_t time_usec)
{
	static char text[MXLOG_TIMESTAMP_LEN + 1];

	mxlog_timestamp_format(text, time_usec);
	text[MXLOG_TIMESTAMP_LEN] = '\0';
	return text;
}

static int64_t parse(const char *text)
{
	int64_t usec;

	ck_assert_msg(mxlog_timestamp_parse(text, strlen(text), 0, &usec) == 0,
	    "refused: %s", text);
	return usec;
}

static bool refused(const char *text)
{
	int64_t usec;

	return mxlog_timestamp_parse(text, strlen(text), 0, &usec) == -EINVAL;
}

START_TEST(the_models_example_is_written_as_it_stands)
{
	ck_assert_str_eq(format(INT64_C(1769614245123456)),
	    "2026-01-28T15:30:45.123456Z");
	ck_assert_str_eq(format(0), "1970-01-01T00:00:00.000000Z");
	ck_assert_str_eq(format(-1), "1969-12-31T23:59:59.999999Z");
}
END_TEST

START_TEST(out_of_range_is_clamped)
{
	ck_assert_str_eq(format(INT64_MIN), "0001-01-01T00:00:00.000000Z");
	ck_assert_str_eq(format(MXLOG_TIMESTAMP_MIN),
	    "0001-01-01T00:00:00.000000Z");
	ck_assert_str_eq(format(INT64_MAX), "9999-12-31T23:59:59.999999Z");
}
END_TEST

/* The day after, by the Gregorian calendar's plain rules. */
static void next_date(int *year, int *month, int *day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = *year % 4 == 0 && (*year % 100 != 0 || *year % 400 == 0);

	if (++*day <= days[*month - 1] + (*month == 2 && leap))
		return;
	*day = 1;
	if (++*month <= 12)
		return;
	*month = 1;
	++*year;
}

static int number(const char *text, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++)
		value = value * 10 + (text[i] - '0');
	return value;
}

START_TEST(every_day_of_the_calendar_is_right)
{
	int32_t first = mxlog_timestamp_day(MXLOG_TIMESTAMP_MIN);
	int32_t last = mxlog_timestamp_day(MXLOG_TIMESTAMP_MAX);
	int year = 1, month = 1, day = 1;
	char text[MXLOG_DATE_LEN];
	int32_t back;

	for (int32_t i = first; i <= last; i++) {
		mxlog_timestamp_format_date(text, i);
		if (number(text, 4) != year || number(text + 5, 2) != month ||
		    number(text + 8, 2) != day || text[4] != '-' ||
		    text[7] != '-')
			ck_abort_msg("%.10s: %d-%d-%d", text, year, month, day);
		if (mxlog_timestamp_parse_date(text, sizeof(text), &back) < 0 ||
		    back != i)
			ck_abort_msg("%.10s does not read back", text);
		next_date(&year, &month, &day);
	}
	ck_assert_int_eq(year, 10000);
	mxlog_timestamp_format_date(text, 0);
	ck_assert_mem_eq(text, "1970-01-01", 10);
}
END_TEST

START_TEST(a_day_begins_at_midnight_also_before_1970)
{
	ck_assert_int_eq(mxlog_timestamp_day(0), 0);
	ck_assert_int_eq(mxlog_timestamp_day(-1), -1);
	ck_assert_int_eq(mxlog_timestamp_day(USEC_PER_DAY - 1), 0);
	ck_assert_int_eq(mxlog_timestamp_day(USEC_PER_DAY), 1);
	ck_assert_int_eq(mxlog_timestamp_day(-USEC_PER_DAY), -1);
	ck_assert_int_eq(mxlog_timestamp_day(-USEC_PER_DAY - 1), -2);
}
END_TEST

START_TEST(what_is_written_reads_back_to_the_microsecond)
{
	uint64_t state = 88172645463325252;

	for (int i = 0; i < 50000; i++) {
		uint64_t range =
		    (uint64_t)(MXLOG_TIMESTAMP_MAX - MXLOG_TIMESTAMP_MIN);
		int64_t usec;

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		usec = MXLOG_TIMESTAMP_MIN + (int64_t)(state % range);
		if (parse(format(usec)) != usec)
			ck_abort_msg("%s", format(usec));
	}
}
END_TEST

START_TEST(zones_and_fractions_are_read)
{
	int64_t noon = parse("2026-01-28T12:00:00Z");

	ck_assert_int_eq(parse("2026-01-28t12:00:00z"), noon);
	ck_assert_int_eq(parse("2026-01-28 12:00:00+00:00"), noon);
	ck_assert_int_eq(parse("2026-01-28T13:30:00+0130"), noon);
	ck_assert_int_eq(parse("2026-01-28T04:00:00-08"), noon);
	ck_assert_int_eq(parse("2026-01-27T13:00:00-23:00"), noon);
	ck_assert_int_eq(parse("2026-01-28T12:00:00.5Z"), noon + 500000);
	ck_assert_int_eq(parse("2026-01-28T12:00:00,25Z"), noon + 250000);
	ck_assert_int_eq(parse("2026-01-28T12:00:00.1234567899Z"),
	    noon + 123456);
}
END_TEST

START_TEST(without_a_zone_the_callers_is_taken_or_none)
{
	const char *text = "2026-01-28T12:00:00";
	int64_t usec;

	ck_assert_int_eq(mxlog_timestamp_parse(text, 19, MXLOG_NO_ZONE, &usec),
	    -EINVAL);
	ck_assert_int_eq(mxlog_timestamp_parse(text, 19, -3600, &usec), 0);
	ck_assert_int_eq(usec, parse("2026-01-28T13:00:00Z"));
}
END_TEST

START_TEST(the_forms_of_other_programs_are_read)
{
	static const char *const texts[] = { "2026-03-05 08:09:10.5 UTC",
		"2026-03-05 08:09:10.5 GMT", "2026-03-05 09:09:10.5 +0100",
		"2026-03-05 08:09:10.5 +0000 UTC",
		"2026-03-05 09:09:10.5 +0100 CET", "2026/03/05 08:09:10.5 UTC",
		"05/Mar/2026:08:09:10.5 +0000",
		"[05/Mar/2026:06:09:10.5 -0200]",
		"Thu Mar  5 08:09:10.5 UTC 2026",
		"thu mar 05 08:09:10.5 GMT 2026",
		"Thu, 05 Mar 2026 08:09:10.5 GMT",
		"5 Mar 2026 10:09:10.5 +0200", "2026-03-05T08:09:10.5Z" };
	static const char *const zoneless[] = { "2026-03-05 08:09:10.5 CET",
		"2026/03/05 08:09:10.5", "Thu Mar  5 08:09:10.5 2026",
		"2026-03-05 08:09:10.5" };
	static const char *const others[] = { "2026-02-30 08:09:10 UTC",
		"0000-03-05 08:09:10 UTC", "30/Feb/2026:08:09:10 +0000",
		"2026/13/05 08:09:10", "2026-03/05 08:09:10",
		"Thu Mar 35 08:09:10 2026", "Xyz Mar  5 08:09:10 2026",
		"Thu Mar  5 08:09:10 2026 x", "2026/03/05", "[]", "[", "",
		"05/Mar/2026:08:09:10", "2026-03-05 08:09:10 +1:0",
		"2026-03-05 08:09:10 +0000 ", "Thu, 05 Mar 2026 08:09:10" };
	int64_t half_past = parse("2026-03-05T08:09:10.5Z"), usec;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		ck_assert_msg(mxlog_timestamp_parse_foreign(texts[i],
				  strlen(texts[i]), MXLOG_NO_ZONE, &usec) == 0,
		    "%s", texts[i]);
		ck_assert_msg(usec == half_past, "%s", texts[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(zoneless); i++) {
		size_t len = strlen(zoneless[i]);

		ck_assert_int_eq(mxlog_timestamp_parse_foreign(zoneless[i], len,
				     MXLOG_NO_ZONE, &usec),
		    -EINVAL);
		ck_assert_int_eq(mxlog_timestamp_parse_foreign(zoneless[i], len,
				     3600, &usec),
		    0);
		ck_assert_int_eq(usec, half_past - 3600 * USEC_PER_SEC);
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ck_assert_msg(mxlog_timestamp_parse_foreign(others[i],
				  strlen(others[i]), 0, &usec) == -EINVAL,
		    "%s", others[i]);
}
END_TEST

START_TEST(a_leap_second_is_read_where_one_can_be)
{
	ck_assert_int_eq(parse("2016-12-31T23:59:60Z"),
	    parse("2017-01-01T00:00:00Z"));
	ck_assert_int_eq(parse("2016-12-31T23:59:60.999Z"),
	    parse("2017-01-01T00:00:00Z"));
	ck_assert_int_eq(parse("2017-01-01T00:59:60+01:00"),
	    parse("2017-01-01T00:00:00Z"));
	ck_assert(refused("2016-12-31T23:58:60Z"));
	ck_assert(refused("2016-12-31T23:59:60+01:00"));
	ck_assert(refused("2016-12-31T23:59:61Z"));
}
END_TEST

START_TEST(what_leaves_the_calendar_is_refused)
{
	ck_assert(refused("0000-12-31T23:59:59Z"));
	ck_assert(refused("0001-01-01T00:00:00+00:01"));
	ck_assert(refused("9999-12-31T23:59:59-00:01"));
	ck_assert(refused("9999-12-31T23:59:60Z"));
	ck_assert(refused("2026-02-29T00:00:00Z"));
	ck_assert(refused("2100-02-29T00:00:00Z"));
	ck_assert(refused("2026-01-28T12:00:00Z "));
	ck_assert(refused("2026-01-28T12:00:00.Z"));
	ck_assert(refused("2026-01-28T12:00:00+01:"));
	ck_assert(refused("2026-01-28T12:00:00+1"));
	ck_assert(refused("2026-01-28"));
	ck_assert(refused("2026-01-28T"));
	ck_assert(refused(""));
}
END_TEST

/* The form that we write is read in a way of its own: it must refuse the same. */
START_TEST(one_wrong_digit_in_the_canonical_form_is_refused)
{
	static const char *const texts[] = { "0000-01-28T15:30:45.123456Z",
		"2026-00-28T15:30:45.123456Z", "2026-13-28T15:30:45.123456Z",
		"2026-01-00T15:30:45.123456Z", "2026-01-32T15:30:45.123456Z",
		"2026-02-29T15:30:45.123456Z", "2026-01-28T24:30:45.123456Z",
		"2026-01-28T15:60:45.123456Z", "2026-01-28T15:30:60.123456Z",
		"2026-01-28T15:30:61.123456Z", "2026-01-28T15:30:45.12345xZ",
		"2026-01-28T15:30:45.123456X", "2026-01-28T15:30:45x123456Z",
		"2026-01-28x15:30:45.123456Z", "2026-01x28T15:30:45.123456Z",
		"202/-01-28T15:30:45.123456Z", "2026-01-28T1:30:45.1234567Z",
		"2026-01-28T15-30-45.123456Z", "2026-01-28T15:30:4:.123456Z" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		ck_assert_uint_eq(strlen(texts[i]), MXLOG_TIMESTAMP_LEN);
		ck_assert_msg(refused(texts[i]), "%s", texts[i]);
	}
	ck_assert(!refused("2024-02-29T23:59:59.999999Z"));
	ck_assert(!refused("2016-12-31T23:59:60.123456Z"));
	ck_assert(!refused("2026-01-28 15:30:45.123456z"));
}
END_TEST

/* Every byte at every place: what the fast way takes, the general one takes
 * alike, as it sees it with a zone that is spelt out. */
START_TEST(any_byte_in_the_canonical_form_is_read_alike)
{
	const char *canonical = "2024-02-29T23:59:58.999909Z";
	char text[MXLOG_TIMESTAMP_LEN + 5];

	for (size_t at = 0; at < MXLOG_TIMESTAMP_LEN - 1; at++) {
		for (int c = 0; c < 256; c++) {
			int64_t fast = 0, general = 0;
			int r;

			memcpy(text, canonical, MXLOG_TIMESTAMP_LEN);
			text[at] = (char)c;
			r = mxlog_timestamp_parse(text, MXLOG_TIMESTAMP_LEN,
			    MXLOG_NO_ZONE, &fast);
			memcpy(text + MXLOG_TIMESTAMP_LEN - 1, "+00:00", 6);
			ck_assert_int_eq(mxlog_timestamp_parse(text,
					     sizeof(text), MXLOG_NO_ZONE,
					     &general),
			    r);
			ck_assert_int_eq(fast, general);
		}
	}
}
END_TEST

/* ---- the corpus ---- */

static const char *string_of(json_object *object, const char *key)
{
	return json_object_get_string(json_object_object_get(object, key));
}

/* True if the format is ours to read. What TOML 1.1 allows beyond, times of
 * day alone and without seconds, is for people: not for this function. */
static bool check_vector(json_object *vector)
{
	json_object *input = json_object_object_get(vector, "input");
	const char *text = json_object_get_string(input);
	size_t len = (size_t)json_object_get_string_len(input);
	const char *kind = string_of(vector, "format");
	bool valid =
	    json_object_get_boolean(json_object_object_get(vector, "valid"));
	int64_t usec;
	int32_t day;
	int r;

	if (strcmp(kind, "rfc3339-date-time") == 0)
		r = mxlog_timestamp_parse(text, len, MXLOG_NO_ZONE, &usec);
	else if (strcmp(kind, "rfc3339-date") == 0)
		r = mxlog_timestamp_parse_date(text, len, &day);
	else if (strcmp(kind, "toml-datetime") == 0 && strlen(text) >= 19)
		r = mxlog_timestamp_parse(text, len, 0, &usec);
	else
		return false;
	if (valid && strstr(string_of(vector, "desc"), "no-seconds"))
		valid = false;
	if (r != (valid ? 0 : -EINVAL))
		ck_abort_msg("%s: %d", text, r);
	return true;
}

/* Expected values that syslog-ng's tests give for ISO inputs. */
static bool check_expected(json_object *vector)
{
	const char *text = string_of(vector, "input");
	const char *expect = string_of(vector, "expect");
	int64_t usec, want;

	if (!expect || text[0] != '2')
		return false;
	if (mxlog_timestamp_parse(text, strlen(text), 3600, &usec) < 0)
		ck_abort_msg("%s: refused", text);
	if (expect[0] == '"')
		expect++;
	ck_assert_int_eq(mxlog_timestamp_parse(expect, 29, MXLOG_NO_ZONE,
			     &want),
	    0);
	ck_assert_msg(usec == want, "%s is not %s", text, expect);
	return true;
}

START_TEST(the_corpus_agrees)
{
	FILE *file = fopen(MXLOG_CORPUS_DIR "/timestamps/vectors.jsonl", "re");
	char line[4096];
	int checked = 0, expected = 0;

	if (!file) {
		printf("skipped: no corpus\n");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		json_object *vector = json_tokener_parse(line);

		ck_assert_ptr_nonnull(vector);
		checked += check_vector(vector);
		expected += check_expected(vector);
		json_object_put(vector);
	}
	(void)fclose(file);
	ck_assert_int_gt(checked, 50);
	ck_assert_int_gt(expected, 10);
}
END_TEST

/* ---- what people type ---- */

static int64_t now_usec;

static int64_t human(const char *text, bool end_of_day)
{
	int64_t usec;

	ck_assert_msg(mxlog_timestamp_parse_human(text, strlen(text), now_usec,
			  end_of_day, &usec) == 0,
	    "refused: %s", text);
	return usec;
}

static const char *since(const char *text)
{
	return format(human(text, false));
}

static const char *until(const char *text)
{
	return format(human(text, true));
}

static bool not_human(const char *text)
{
	int64_t usec;

	return mxlog_timestamp_parse_human(text, strlen(text), now_usec, false,
		   &usec) == -EINVAL;
}

/* Berlin: one hour east, two from 2026-03-29 to 2026-10-25. */
static void be_in(const char *zone, const char *now)
{
	ck_assert_int_eq(setenv("TZ", zone, 1), 0);
	tzset();
	now_usec = parse(now);
}

static void be_in_berlin(void)
{
	be_in("CET-1CEST,M3.5.0,M10.5.0/3", "2026-01-28T15:30:45.123456Z");
}

START_TEST(times_of_day_are_local_and_todays)
{
	be_in_berlin();
	ck_assert_str_eq(since("15:30"), "2026-01-28T14:30:00.000000Z");
	ck_assert_str_eq(until("15:30:10.5"), "2026-01-28T14:30:10.599999Z");
	ck_assert_str_eq(since("15:30Z"), "2026-01-28T15:30:00.000000Z");
	ck_assert_str_eq(since("2026-07-01 15:30"),
	    "2026-07-01T13:30:00.000000Z");
	ck_assert_str_eq(since("2026-07-01T15:30:10 +00:00"),
	    "2026-07-01T15:30:10.000000Z");
}
END_TEST

START_TEST(a_date_is_its_first_moment_or_its_last)
{
	be_in_berlin();
	ck_assert_str_eq(since("2026-01-28"), "2026-01-27T23:00:00.000000Z");
	ck_assert_str_eq(until("2026-01-28"), "2026-01-28T22:59:59.999999Z");
	ck_assert_str_eq(since("today"), "2026-01-27T23:00:00.000000Z");
	ck_assert_str_eq(since(" Yesterday "), "2026-01-26T23:00:00.000000Z");
	ck_assert_str_eq(until("tomorrow"), "2026-01-29T22:59:59.999999Z");
	ck_assert_str_eq(until("9999-12-31"), "9999-12-31T23:59:59.999999Z");
	ck_assert_str_eq(since("0001-01-01"), "0001-01-01T00:00:00.000000Z");
}
END_TEST

START_TEST(days_of_23_and_25_hours_are_whole)
{
	be_in_berlin();
	ck_assert_str_eq(since("2026-03-29"), "2026-03-28T23:00:00.000000Z");
	ck_assert_str_eq(until("2026-03-29"), "2026-03-29T21:59:59.999999Z");
	ck_assert_str_eq(since("2026-10-25"), "2026-10-24T22:00:00.000000Z");
	ck_assert_str_eq(until("2026-10-25"), "2026-10-25T22:59:59.999999Z");
}
END_TEST

START_TEST(a_day_without_midnight_begins_at_one)
{
	/* Summer time begins at 00:00 of 2026-10-18. */
	be_in("XXX3YYY2,M10.3.0/0,M2.3.0/0", "2026-10-18T12:00:00Z");
	ck_assert_str_eq(since("today"), "2026-10-18T03:00:00.000000Z");
	ck_assert_str_eq(until("yesterday"), "2026-10-18T02:59:59.999999Z");
}
END_TEST

START_TEST(spans_count_back_from_now)
{
	be_in_berlin();
	ck_assert_str_eq(since("now"), "2026-01-28T15:30:45.123456Z");
	ck_assert_str_eq(since("-1h"), "2026-01-28T14:30:45.123456Z");
	ck_assert_str_eq(since("1h30m"), "2026-01-28T14:00:45.123456Z");
	ck_assert_str_eq(since("2 hours ago"), "2026-01-28T13:30:45.123456Z");
	ck_assert_str_eq(since("1 Day 2 hours AGO"),
	    "2026-01-27T13:30:45.123456Z");
	ck_assert_str_eq(since("-2w"), "2026-01-14T15:30:45.123456Z");
	ck_assert_str_eq(since("+10s"), "2026-01-28T15:30:55.123456Z");
	ck_assert_str_eq(since("@1769614245.5"), "2026-01-28T15:30:45.500000Z");
	ck_assert_str_eq(since("@-1"), "1969-12-31T23:59:59.000000Z");
}
END_TEST

START_TEST(a_time_covers_what_its_last_digit_stands_for)
{
	be_in("UTC", "2026-01-28T15:30:45.123456Z");
	ck_assert_str_eq(until("15:30"), "2026-01-28T15:30:59.999999Z");
	ck_assert_str_eq(until("15:30:07"), "2026-01-28T15:30:07.999999Z");
	ck_assert_str_eq(until("15:30:07.829"), "2026-01-28T15:30:07.829999Z");
	ck_assert_str_eq(until("15:30:07.829123"),
	    "2026-01-28T15:30:07.829123Z");
	ck_assert_str_eq(until("3pm"), "2026-01-28T15:59:59.999999Z");
	ck_assert_str_eq(since("2026-02"), "2026-02-01T00:00:00.000000Z");
	ck_assert_str_eq(until("2026-02"), "2026-02-28T23:59:59.999999Z");
	ck_assert_str_eq(since("2024"), "2024-01-01T00:00:00.000000Z");
	ck_assert_str_eq(until("2024"), "2024-12-31T23:59:59.999999Z");
	ck_assert_str_eq(until("February 2024"), "2024-02-29T23:59:59.999999Z");
	ck_assert_str_eq(until("@1769614245"), "2026-01-28T15:30:45.999999Z");
	ck_assert_str_eq(until("@1769614245.5"), "2026-01-28T15:30:45.599999Z");
	ck_assert_str_eq(until("-1h"), "2026-01-28T14:30:45.123456Z");
	ck_assert_str_eq(until("now"), "2026-01-28T15:30:45.123456Z");
}
END_TEST

START_TEST(what_programs_print_is_read)
{
	static const char *const texts[] = { "Wed 2026-01-28 15:30:07 UTC",
		"Wed 2026-01-28 15:30:07 UTC; 38s ago",
		"Wed Jan 28 15:30:07 UTC 2026", "Wed Jan 28 15:30:07 2026",
		"Wed Jan 28 03:30:07 PM UTC 2026",
		"Wed 28 Jan 15:30:07 UTC 2026",
		"Wed, 28 Jan 2026 15:30:07 +0000",
		"Wed, 28 Jan 2026 15:30:07 GMT", "[Wed Jan 28 15:30:07 2026]",
		"28/Jan/2026:15:30:07 +0000", "[28/Jan/2026:16:30:07 +0100]",
		"Jan 28 15:30:07", "2026-01-28T15:30:07+00:00",
		"2026-01-28 15:30:07.000000Z", "2026-01-28 10:30:07 EST",
		"2026-01-28 16:30:07 CET", "2026-01-28 16:30:07 +0100 CET",
		"2026/01/28 15:30:07", "2026-01-28 16:30:07 Europe/Berlin",
		"15:30:07", "today 15:30:07", "Wednesday 15:30:07",
		"today at 3:30:07 pm", "2026-01-28 15:30:07,000", "1769614207",
		"1769614207000", "@1769614207", "1769614207000000" };

	be_in("UTC", "2026-01-28T15:30:45.123456Z");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ck_assert_msg(strcmp(since(texts[i]),
				  "2026-01-28T15:30:07.000000Z") == 0,
		    "%s: %s", texts[i], since(texts[i]));
}
END_TEST

START_TEST(days_have_names)
{
	be_in_berlin();
	ck_assert_str_eq(since("yesterday 12:00"),
	    "2026-01-27T11:00:00.000000Z");
	ck_assert_str_eq(since("yesterday noon"),
	    "2026-01-27T11:00:00.000000Z");
	ck_assert_str_eq(since("Monday"), "2026-01-25T23:00:00.000000Z");
	ck_assert_str_eq(until("mon"), "2026-01-26T22:59:59.999999Z");
	ck_assert_str_eq(since("wednesday"), "2026-01-27T23:00:00.000000Z");
	ck_assert_str_eq(since("Thu"), "2026-01-21T23:00:00.000000Z");
	ck_assert_str_eq(since("12:00 thursday"),
	    "2026-01-22T11:00:00.000000Z");
	ck_assert_str_eq(since("28 January"), "2026-01-27T23:00:00.000000Z");
	/* The last one that there was. */
	ck_assert_str_eq(since("Dec 24"), "2025-12-23T23:00:00.000000Z");
	ck_assert_str_eq(since("December"), "2025-11-30T23:00:00.000000Z");
}
END_TEST

START_TEST(a_repeated_hour_is_whole)
{
	be_in_berlin();
	ck_assert_str_eq(since("2026-10-25 02:30"),
	    "2026-10-25T00:30:00.000000Z");
	ck_assert_str_eq(until("2026-10-25 02:30"),
	    "2026-10-25T01:30:59.999999Z");
	ck_assert_str_eq(since("2026-10-25 02:30 CET"),
	    "2026-10-25T01:30:00.000000Z");
	ck_assert_str_eq(until("2026-10-25 02:30 CEST"),
	    "2026-10-25T00:30:59.999999Z");
	/* This one was never shown. */
	ck_assert_str_eq(since("2026-03-29 02:30"),
	    "2026-03-29T01:30:00.000000Z");
	ck_assert_str_eq(since("2026-07-01 02:30 UTC"),
	    "2026-07-01T02:30:00.000000Z");
}
END_TEST

START_TEST(another_zone_is_left_again)
{
	be_in_berlin();
	ck_assert_str_eq(since("2026-07-01 15:30 America/New_York"),
	    "2026-07-01T19:30:00.000000Z");
	ck_assert_str_eq(since("2026-07-01 Asia/Kolkata"),
	    "2026-06-30T18:30:00.000000Z");
	ck_assert_str_eq(getenv("TZ"), "CET-1CEST,M3.5.0,M10.5.0/3");
	ck_assert_str_eq(since("15:30"), "2026-01-28T14:30:00.000000Z");
}
END_TEST

START_TEST(months_and_years_are_the_calendars)
{
	be_in("UTC", "2026-03-31T15:30:45.123456Z");
	ck_assert_str_eq(since("1 month ago"), "2026-02-28T15:30:45.123456Z");
	ck_assert_str_eq(since("-1M"), "2026-02-28T15:30:45.123456Z");
	ck_assert_str_eq(since("-1m"), "2026-03-31T15:29:45.123456Z");
	ck_assert_str_eq(since("-2 years"), "2024-03-31T15:30:45.123456Z");
	ck_assert_str_eq(since("1y1M1d ago"), "2025-02-27T15:30:45.123456Z");
	ck_assert_str_eq(since("1.5h"), "2026-03-31T14:00:45.123456Z");
	ck_assert_str_eq(since("-0.5d"), "2026-03-31T03:30:45.123456Z");
	ck_assert_str_eq(since("now-1d"), "2026-03-30T15:30:45.123456Z");
	ck_assert_str_eq(since("now - 90 min"), "2026-03-31T14:00:45.123456Z");
	ck_assert_str_eq(since("250 ms ago"), "2026-03-31T15:30:44.873456Z");
}
END_TEST

START_TEST(what_nobody_means_is_refused)
{
	static const char *const texts[] = { "", " ", "1", "-", "-h", "1x",
		"ago", "-1h ago", "1h later", "later", "25:00", "15:60",
		"2026-13-01", "2026-01-28x", "@", "@x", "@1.", "28", "28 15:30",
		"2026-01 15:30", "2026 15:30", "UTC", "Tue 2026-01-28",
		"today yesterday", "2026-02-30", "Feb 30", "0 Jan 2026", "13pm",
		"0am", "15:30 16:30", "12345678", "1h 2026",
		"2026-01-28 15:30 Nowhere/City", "2026-01-28 15:30 ../UTC",
		"2026-07-01 15:30 CET CEST", "now 1h", "now+", "15:30:7",
		"2026-01-28;", "; 2h ago", "99999999999999999999",
		"99999999999999999999s", "-9999999999w", "9223372036854775807s",
		"@9223372036854775807", "yesterdays", "2026-01-28 15",
		"2026-01-28 15:30 X" };

	be_in_berlin();
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ck_assert_msg(not_human(texts[i]), "%s", texts[i]);
}
END_TEST

SUITE("timestamp", the_models_example_is_written_as_it_stands,
    out_of_range_is_clamped, every_day_of_the_calendar_is_right,
    a_day_begins_at_midnight_also_before_1970,
    what_is_written_reads_back_to_the_microsecond, zones_and_fractions_are_read,
    without_a_zone_the_callers_is_taken_or_none,
    the_forms_of_other_programs_are_read,
    a_leap_second_is_read_where_one_can_be, what_leaves_the_calendar_is_refused,
    one_wrong_digit_in_the_canonical_form_is_refused,
    any_byte_in_the_canonical_form_is_read_alike, the_corpus_agrees,
    times_of_day_are_local_and_todays, a_date_is_its_first_moment_or_its_last,
    days_of_23_and_25_hours_are_whole, a_day_without_midnight_begins_at_one,
    spans_count_back_from_now, a_time_covers_what_its_last_digit_stands_for,
    what_programs_print_is_read, days_have_names, a_repeated_hour_is_whole,
    another_zone_is_left_again, months_and_years_are_the_calendars,
    what_nobody_means_is_refused)
