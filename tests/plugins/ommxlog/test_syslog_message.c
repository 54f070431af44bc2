/* SPDX-License-Identifier: Apache-2.0 */
#include "syslog_message.h"

#include "suite.h"

#define TEXT(s) ((struct mxlog_syslog_text){ (s), sizeof(s) - 1 })

static void assert_text(struct mxlog_syslog_text text, const char *expected)
{
	ck_assert_uint_eq(text.len, strlen(expected));
	ck_assert_mem_eq(text.text, expected, text.len);
}

START_TEST(a_frame_gives_back_what_was_packed)
{
	struct mxlog_syslog in = { .time_usec = -5,
		.facility = 23,
		.severity = 7 };
	struct mxlog_syslog out;
	char frame[512];
	size_t len;

	in.part[MXLOG_SYSLOG_HOSTNAME] = TEXT("web1");
	in.part[MXLOG_SYSLOG_TAG] = TEXT("a\0b");
	in.part[MXLOG_SYSLOG_TEXT] = TEXT("text \xff");
	len = mxlog_syslog_frame_len(&in);
	ck_assert_uint_le(len, sizeof(frame));
	mxlog_syslog_pack(&in, frame);
	ck_assert_int_eq(mxlog_syslog_unpack(frame, len, &out), 0);
	ck_assert_int_eq(out.time_usec, -5);
	ck_assert_uint_eq(out.facility, 23);
	ck_assert_uint_eq(out.severity, 7);
	assert_text(out.part[MXLOG_SYSLOG_HOSTNAME], "web1");
	ck_assert_uint_eq(out.part[MXLOG_SYSLOG_TAG].len, 3);
	assert_text(out.part[MXLOG_SYSLOG_MSGID], "");
	assert_text(out.part[MXLOG_SYSLOG_TEXT], "text \xff");
}
END_TEST

START_TEST(a_frame_of_any_other_length_is_refused)
{
	struct mxlog_syslog in = { .time_usec = 1 };
	struct mxlog_syslog out;
	char frame[512] = { 0 };
	size_t len, i;

	in.part[MXLOG_SYSLOG_TEXT] = TEXT("hello");
	len = mxlog_syslog_frame_len(&in);
	mxlog_syslog_pack(&in, frame);
	for (i = 0; i < sizeof(frame); i++)
		if (i != len)
			ck_assert_int_eq(mxlog_syslog_unpack(frame, i, &out),
			    -EBADMSG);
}
END_TEST

START_TEST(a_wall_clock_becomes_microseconds_of_utc)
{
	static const struct {
		struct mxlog_syslog_time time;
		int64_t expected;
	} cases[] = {
		{ { 1970, 1, 1, 0, 0, 0, 0, 0, 0 }, 0 },
		{ { 1969, 12, 31, 23, 59, 59, 5, 1, 0 }, -500000 },
		{ { 2026, 1, 28, 15, 30, 45, 123456, 6, 0 },
		    INT64_C(1769614245123456) },
		{ { 2026, 1, 28, 17, 0, 45, 123456, 6, 90 },
		    INT64_C(1769614245123456) },
		{ { 2026, 1, 28, 10, 30, 45, 123, 3, -300 },
		    INT64_C(1769614245123000) },
		{ { 2026, 1, 28, 15, 30, 45, 123456789, 9, 0 },
		    INT64_C(1769614245123456) },
		{ { 2024, 2, 29, 0, 0, 0, 0, 0, 0 },
		    INT64_C(1709164800000000) },
		{ { 2024, 3, 1, 0, 0, 0, 0, 0, 0 }, INT64_C(1709251200000000) },
		{ { 1900, 3, 1, 0, 0, 0, 0, 0, 0 },
		    INT64_C(-2203891200000000) },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_int_eq(mxlog_syslog_time_usec(&cases[i].time),
		    cases[i].expected);
}
END_TEST

START_TEST(what_no_calendar_has_is_no_time)
{
	static const struct {
		struct mxlog_syslog_time time;
		bool valid;
		const char *text;
	} cases[] = {
		{ { .year = 2026, .month = 2, .day = 28 }, true,
		    "2026-02-28T00:00:00+00:00" },
		{ { .year = 2026,
		      .month = 2,
		      .day = 30,
		      .hour = 8,
		      .offset_minutes = -90 },
		    false, "2026-02-30T08:00:00-01:30" },
		{ { .year = 2024, .month = 2, .day = 29, .second = 60 }, true,
		    "2024-02-29T00:00:60+00:00" },
		{ { .year = 1900, .month = 2, .day = 29 }, false,
		    "1900-02-29T00:00:00+00:00" },
		{ { .year = 0, .month = 1, .day = 1 }, false,
		    "0000-01-01T00:00:00+00:00" },
		{ { .year = 2026, .month = 13, .day = 1 }, false,
		    "2026-13-01T00:00:00+00:00" },
		{ { .year = 2026, .month = 1, .day = 1, .hour = 24 }, false,
		    "2026-01-01T24:00:00+00:00" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[MXLOG_SYSLOG_TIME_MAX];

		ck_assert_int_eq(mxlog_syslog_time_is_valid(&cases[i].time),
		    cases[i].valid);
		ck_assert_uint_eq(mxlog_syslog_time_format(text,
				      &cases[i].time),
		    strlen(cases[i].text));
		ck_assert_str_eq(text, cases[i].text);
	}
}
END_TEST

SUITE("syslog_message", a_frame_gives_back_what_was_packed,
    a_frame_of_any_other_length_is_refused,
    a_wall_clock_becomes_microseconds_of_utc, what_no_calendar_has_is_no_time)
