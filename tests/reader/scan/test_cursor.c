/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/cursor.h"

#include "suite.h"

START_TEST(a_cursor_reads_back)
{
	struct mxlog_cursor cursor = { .time_usec = -5,
		.name = { .kind = MXLOG_METRICS, .day = 20480, .number = 3 },
		.dir = 2,
		.offset = UINT64_MAX };
	struct mxlog_cursor back;
	char text[MXLOG_CURSOR_TEXT];

	mxlog_cursor_format(text, &cursor);
	ck_assert_int_eq(mxlog_cursor_parse(text, &back), 0);
	ck_assert_int_eq(mxlog_cursor_compare(&cursor, &back, false), 0);
	ck_assert_int_eq(back.name.kind, MXLOG_METRICS);
}
END_TEST

START_TEST(anything_else_is_refused)
{
	static const char *const texts[] = { "", ":", "2026-01-28.log",
		"2026-01-28.log:1:2", "2026-01-28.log:1:2:3:", "x.log:1:2:0",
		"2026-01-28.log:1:2:3:4", "2026-01-28.log:-1:2:0",
		"2026-01-28.log.gz:1:2:0", "2026-01-28.log:1:2:4294967296",
		"2026-01-28.log: 1:2:0" };
	struct mxlog_cursor cursor;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ck_assert_msg(mxlog_cursor_parse(texts[i], &cursor) == -EINVAL,
		    "%s", texts[i]);
}
END_TEST

START_TEST(time_turns_round_and_stored_order_does_not)
{
	struct mxlog_cursor a = { .time_usec = 1 }, b = { .time_usec = 2 };
	struct mxlog_cursor c = { .time_usec = 1, .offset = 9 };

	ck_assert_int_lt(mxlog_cursor_compare(&a, &b, false), 0);
	ck_assert_int_gt(mxlog_cursor_compare(&a, &b, true), 0);
	ck_assert_int_lt(mxlog_cursor_compare(&a, &c, false), 0);
	ck_assert_int_lt(mxlog_cursor_compare(&a, &c, true), 0);
}
END_TEST

SUITE("cursor", a_cursor_reads_back, anything_else_is_refused,
    time_turns_round_and_stored_order_does_not)
