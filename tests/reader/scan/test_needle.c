/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/needle.h"

#include "suite.h"

/* Where it is found first, or -1. Behind the text is room, as in chunks. */
static long find(const char *needle_text, bool caseless, const char *text)
{
	struct mxlog_needle needle;
	char buf[512] = { 0 };
	const char *found;

	memcpy(buf, text, strlen(text));
	ck_assert_int_eq(mxlog_needle_init(&needle, needle_text,
			     strlen(needle_text), caseless, false),
	    0);
	ck_assert_uint_gt(needle.len, 0);
	found = mxlog_needle_find(&needle, buf, buf + strlen(text));
	mxlog_needle_done(&needle);
	return found ? (long)(found - buf) : -1;
}

START_TEST(text_is_found_wherever_it_stands)
{
	char text[200];

	for (size_t at = 0; at + 6 <= 150; at++) {
		memset(text, '.', sizeof(text));
		memcpy(text + at, "needle", 6);
		text[150] = '\0';
		ck_assert_int_eq(find("needle", false, text), (long)at);
		ck_assert_int_eq(find("NEEDLE", true, text), (long)at);
		ck_assert_int_eq(find("NEEDLE", false, text), -1);
	}
}
END_TEST

START_TEST(what_reaches_beyond_the_end_is_not_found)
{
	struct mxlog_needle needle;
	char text[256] = "abcneedle";

	ck_assert_int_eq(mxlog_needle_init(&needle, "needle", 6, false, false),
	    0);
	ck_assert_ptr_null(mxlog_needle_find(&needle, text, text + 8));
	ck_assert_ptr_nonnull(mxlog_needle_find(&needle, text, text + 9));
	mxlog_needle_done(&needle);
}
END_TEST

START_TEST(needless_escapes_are_found_as_they_may_hide_it)
{
	ck_assert_int_eq(find("needle", false, "xx\\u006eeedle"), 2);
	ck_assert_int_eq(find("a/b", false, "xx a\\/b"), 4);
	ck_assert_int_eq(find("needle", false, "xx\\n\\\"\\t"), -1);
}
END_TEST

START_TEST(letters_beyond_ascii_that_fold_to_it_are_found)
{
	ck_assert_int_eq(find("kelvin", true, "..\u212aelvin"), 2);
	ck_assert_int_eq(find("sun", true, "..\u017fun"), 2);
	/* Not where case matters, or where no k or s is looked for. */
	ck_assert_int_eq(find("kelvin", false, "..\u212aelvin"), -1);
	ck_assert_int_eq(find("none", true, "..\u212a\u017f"), -1);
}
END_TEST

START_TEST(text_is_looked_for_as_json_holds_it)
{
	ck_assert_int_eq(find("say \"hi\"", false, "x say \\\"hi\\\""), 2);
	ck_assert_int_eq(find("a\nb", false, "x a\\nb"), 2);
	ck_assert_int_eq(find("back\\slash", true, "BACK\\\\SLASH"), 0);
}
END_TEST

START_TEST(of_text_beyond_ascii_a_part_is_looked_for)
{
	struct mxlog_needle needle;

	ck_assert_int_eq(mxlog_needle_init(&needle, LITERAL("stra\u00dfe ab"),
			     true, false),
	    0);
	ck_assert_uint_eq(needle.len, 4);
	ck_assert_mem_eq(needle.text, "stra", 4);
	mxlog_needle_done(&needle);
	/* With exact case all of it. */
	ck_assert_int_eq(mxlog_needle_init(&needle, LITERAL("stra\u00dfe"),
			     false, false),
	    0);
	ck_assert_uint_eq(needle.len, 7);
	mxlog_needle_done(&needle);
	/* What stands in lines in more than one way can't be looked for. */
	ck_assert_int_eq(mxlog_needle_init(&needle, LITERAL("\x7f\u2028\ufffd"),
			     false, false),
	    0);
	ck_assert_uint_eq(needle.len, 0);
	mxlog_needle_done(&needle);
}
END_TEST

SUITE("needle", text_is_found_wherever_it_stands,
    what_reaches_beyond_the_end_is_not_found,
    needless_escapes_are_found_as_they_may_hide_it,
    letters_beyond_ascii_that_fold_to_it_are_found,
    text_is_looked_for_as_json_holds_it,
    of_text_beyond_ascii_a_part_is_looked_for)
