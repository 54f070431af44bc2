/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include "suite.h"

/* Cases of Unicode 15, 3.9, tables 3-8 to 3-11 and the bounds of RFC 3629. */
static const struct {
	const char *text;
	size_t len;
	size_t valid;
	const char *lossy;
} cases[] = {
	{ LITERAL(""), 0, "" },
	{ LITERAL("abc"), 3, "abc" },
	{ LITERAL("\xc3\xa9t\xc3\xa9"), 5, "\xc3\xa9t\xc3\xa9" },
	{ LITERAL("\xf4\x8f\xbf\xbf"), 4, "\xf4\x8f\xbf\xbf" },
	{ LITERAL("\xf4\x90\x80\x80"), 0, "????" },
	{ LITERAL("\xed\x9f\xbf\xee\x80\x80"), 6, "\xed\x9f\xbf\xee\x80\x80" },
	{ LITERAL("\xed\xa0\x80"), 0, "???" },
	{ LITERAL("\xc0\xaf"), 0, "??" },
	{ LITERAL("\xe0\x80\xbf"), 0, "???" },
	{ LITERAL("\xf0\x81\x82\x41"), 0, "???A" },
	{ LITERAL("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), 0, "????A" },
	{ LITERAL("a\xff"
		  "b"),
	    1, "a?b" },
	{ LITERAL("\xf5\x80\xfe"), 0, "???" },
	{ LITERAL("0123456789abcdef\xe2\x82"), 16, "0123456789abcdef?" },
	{ LITERAL("0123456789abcde\xe2\x82\xac"), 18,
	    "0123456789abcde\xe2\x82\xac" },
	{ LITERAL("\x80"), 0, "?" },
};

START_TEST(invalid_bytes_are_found_and_each_maximal_subpart_replaced_once)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_buf buf = { 0 };
		struct mxlog_buf expected = { 0 };

		ck_assert_uint_eq(mxlog_utf8_valid(cases[i].text, cases[i].len),
		    cases[i].valid);
		for (const char *p = cases[i].lossy; *p; p++)
			ck_assert_int_eq(mxlog_buf_add(&expected,
					     *p == '?' ? "\xef\xbf\xbd" : p,
					     *p == '?' ? 3 : 1),
			    0);
		ck_assert_int_eq(mxlog_utf8_append_lossy(&buf, cases[i].text,
				     cases[i].len),
		    0);
		ck_assert_uint_eq(buf.len, expected.len);
		if (buf.len > 0)
			ck_assert_mem_eq(buf.data, expected.data, buf.len);
		mxlog_buf_done(&buf);
		mxlog_buf_done(&expected);
	}
}
END_TEST

START_TEST(every_character_survives_and_every_other_number_is_replaced)
{
	for (uint32_t c = 0; c < 0x110010; c++) {
		bool scalar = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
		char text[4];
		size_t n = mxlog_utf8_encode(text, c), len;

		ck_assert_uint_eq(mxlog_utf8_valid(text, n), n);
		ck_assert_uint_eq(mxlog_utf8_decode(text, &len),
		    scalar ? c : 0xfffd);
		ck_assert_uint_eq(len, n);
	}
}
END_TEST

START_TEST(one_bad_byte_is_found_at_every_place_of_a_long_text)
{
	char text[70];

	for (size_t len = 1; len < sizeof(text); len++) {
		for (size_t at = 0; at < len; at++) {
			memset(text, 'x', len);
			text[at] = '\x80';
			ck_assert_uint_eq(mxlog_utf8_valid(text, len), at);
		}
	}
}
END_TEST

START_TEST(a_cut_never_splits_a_character)
{
	const char *text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
	const size_t expected[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };

	for (size_t max = 0; max < ARRAY_LEN(expected); max++)
		ck_assert_uint_eq(mxlog_utf8_cut(text, 10, max), expected[max]);
}
END_TEST

SUITE("utf8", invalid_bytes_are_found_and_each_maximal_subpart_replaced_once,
    every_character_survives_and_every_other_number_is_replaced,
    one_bad_byte_is_found_at_every_place_of_a_long_text,
    a_cut_never_splits_a_character)
