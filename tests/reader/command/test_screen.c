/* SPDX-License-Identifier: Apache-2.0 */
#include "command/screen.h"

#include "base/json.h"
#include "base/utf8.h"
#include "suite.h"

static void check_text(const char *text, size_t len, int indent,
    const char *expected)
{
	struct mxlog_buf buf = { 0 };

	ck_assert_int_eq(mxlog_screen_text(&buf, text, len, indent), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&buf, '\0'), 0);
	ck_assert_str_eq(buf.data, expected);
	mxlog_buf_done(&buf);
}

#define FAMILY "\U0001f469\U0001f3fd\u200d\U0001f467"

START_TEST(what_steers_a_terminal_is_shown)
{
	check_text(LITERAL("\033[31mred\007"), -1, "\\x1b[31mred\\x07");
	check_text(LITERAL("a\xc2\x9b"
			   "31m"),
	    -1, "a\\x9b31m");
	check_text(LITERAL("abc\u202edef"), -1, "abc<U+202E>def");
	check_text(LITERAL("\u2066x\u200b"), -1, "<U+2066>x<U+200B>");
	check_text(LITERAL("a\0b"), -1, "a\\x00b");
	check_text(LITERAL("na\u00efve \u65e5\u672c"), -1,
	    "na\u00efve \u65e5\u672c");
	check_text(LITERAL("bad\xff\xc3"), -1, "bad\ufffd\ufffd");
}
END_TEST

START_TEST(lines_are_indented_or_shown)
{
	check_text(LITERAL("a\nb\tc"), 4, "a\n    b    c");
	check_text(LITERAL("a\nb"), -1, "a\\nb");
}
END_TEST

START_TEST(json_stays_the_same_json)
{
	static const char line[] =
	    "{\"a\":\"x\u202ey\xc2\x9b\x7f \U000e0041\"}";
	struct mxlog_buf buf = { 0 }, before = { 0 }, after = { 0 };
	struct mxlog_json_token token = { .type = MXLOG_JSON_STRING };

	ck_assert_int_eq(mxlog_screen_json(&buf, LITERAL(line)), 0);
	for (size_t i = 0; i < buf.len; i++)
		ck_assert(buf.data[i] >= 0x20 && buf.data[i] < 0x7f);
	token.text = line;
	token.len = sizeof(line) - 1;
	ck_assert_int_eq(mxlog_json_decode(&before, &token), 0);
	token.text = buf.data;
	token.len = buf.len;
	token.escaped = true;
	ck_assert_int_eq(mxlog_json_decode(&after, &token), 0);
	ck_assert_uint_eq(before.len, after.len);
	ck_assert_mem_eq(before.data, after.data, after.len);
	mxlog_buf_done(&buf);
	mxlog_buf_done(&before);
	mxlog_buf_done(&after);
}
END_TEST

START_TEST(nothing_raw_gets_through_whatever_the_bytes_are)
{
	uint64_t seed = 3;

	for (int round = 0; round < 2000; round++) {
		struct mxlog_buf buf = { 0 };
		char text[24];

		for (size_t i = 0; i < sizeof(text); i++) {
			seed =
			    seed * 6364136223846793005U + 1442695040888963407U;
			text[i] = (char)(seed >> 56);
		}
		ck_assert_int_eq(mxlog_screen_text(&buf, text, sizeof(text),
				     -1),
		    0);
		ck_assert_uint_eq(mxlog_utf8_valid(buf.data, buf.len), buf.len);
		for (size_t i = 0; i < buf.len; i++)
			ck_assert((unsigned char)buf.data[i] >= 0x20 &&
			    buf.data[i] != 0x7f);
		mxlog_buf_done(&buf);
	}
}
END_TEST

START_TEST(wide_characters_count_twice_and_marks_not)
{
	ck_assert_uint_eq(mxlog_screen_width(LITERAL("abc")), 3);
	ck_assert_uint_eq(mxlog_screen_width(LITERAL("\u65e5\u672c")), 4);
	ck_assert_uint_eq(mxlog_screen_width(LITERAL("e\u0301")), 1);
	ck_assert_uint_eq(mxlog_screen_width(LITERAL("\U0001f680")), 2);
	ck_assert_uint_eq(mxlog_screen_width(LITERAL("\u2705")), 2);
	ck_assert_uint_eq(mxlog_screen_width(LITERAL("\u0e01\u0e34")), 1);
	/* A family is one picture. */
	ck_assert_uint_eq(mxlog_screen_width(LITERAL(FAMILY)), 2);
}
END_TEST

START_TEST(pictures_that_are_joined_stay_whole)
{
	struct mxlog_buf buf = { 0 };

	ck_assert_int_eq(mxlog_screen_text(&buf,
			     LITERAL("a\u200db " FAMILY " \u200d"), -1),
	    0);
	ck_assert_uint_eq(buf.len, strlen("a<U+200D>b " FAMILY " <U+200D>"));
	ck_assert_mem_eq(buf.data, "a<U+200D>b " FAMILY " <U+200D>", buf.len);
	mxlog_buf_done(&buf);
}
END_TEST

SUITE("screen", what_steers_a_terminal_is_shown, lines_are_indented_or_shown,
    json_stays_the_same_json, nothing_raw_gets_through_whatever_the_bytes_are,
    wide_characters_count_twice_and_marks_not,
    pictures_that_are_joined_stay_whole)
