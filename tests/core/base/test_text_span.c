/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text_span.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "suite.h"

static void check_stored(const char *text, size_t len, size_t max,
    const char *expected, size_t expected_len, bool expect_cut)
{
	struct mxlog_buf bytes = { 0 };
	struct mxlog_text_span span;
	bool cut = false;
	char *exact = malloc(len ? len : 1);

	/* Exactly as long as it is: a sanitizer sees one byte too far. */
	ck_assert_ptr_nonnull(exact);
	memcpy(exact, text, len);
	for (int round = 0; round < 2; round++) {
		ck_assert_int_eq(mxlog_text_span_store(&bytes, exact, len, max,
				     &span, &cut),
		    0);
		ck_assert_uint_eq(span.len, expected_len);
		ck_assert_mem_eq(bytes.data + span.off, expected, span.len);
		ck_assert_int_eq(cut, expect_cut);
		ck_assert_uint_ge(bytes.capacity - bytes.len, MXLOG_SPAN_SLACK);
	}
	ck_assert_uint_eq(bytes.len, 2 * expected_len);
	free(exact);
	mxlog_buf_done(&bytes);
}

START_TEST(a_text_of_any_length_is_copied)
{
	char text[200];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(' ' + i % 90);
	for (size_t len = 0; len <= sizeof(text); len++)
		check_stored(text, len, sizeof(text), text, len, false);
}
END_TEST

START_TEST(invalid_bytes_are_replaced_at_every_place)
{
	char text[50], expected[52];

	for (size_t len = 1; len <= sizeof(text); len++) {
		for (size_t at = 0; at < len; at++) {
			memset(text, 'x', sizeof(text));
			memset(expected, 'x', sizeof(expected));
			text[at] = '\xff';
			memcpy(expected + at, "\xef\xbf\xbd", 3);
			check_stored(text, len, 1000, expected, len + 2, false);
		}
	}
}
END_TEST

START_TEST(what_is_too_long_is_cut_at_a_character)
{
	check_stored(LITERAL("abcdef"), 4, LITERAL("abcd"), true);
	check_stored(LITERAL("abc\xe2\x82\xac"), 6, LITERAL("abc\xe2\x82\xac"),
	    false);
	check_stored(LITERAL("abc\xe2\x82\xac"), 5, LITERAL("abc"), true);
	check_stored(LITERAL("\xf0\x9f\x98\x80x"), 3, LITERAL(""), true);
	/* Too long only once it is mended. */
	check_stored(LITERAL("\x80\x80"), 5, LITERAL("\xef\xbf\xbd"), true);
	/* No character: as many bytes as fit once they are replaced. */
	check_stored(LITERAL("\x80\x80\x80\x80\x80\x80"), 5,
	    LITERAL("\xef\xbf\xbd"), true);
}
END_TEST

START_TEST(a_text_may_come_from_the_buffer_itself)
{
	struct mxlog_buf bytes = { 0 };
	struct mxlog_text_span span;
	bool cut = false;

	ck_assert_int_eq(mxlog_text_span_store(&bytes, "abcdefgh", 8, 8, &span,
			     &cut),
	    0);
	for (int i = 0; i < 1000; i++) {
		ck_assert_int_eq(mxlog_text_span_store(&bytes,
				     bytes.data + span.off, span.len, 8, &span,
				     &cut),
		    0);
		ck_assert_mem_eq(bytes.data + span.off, "abcdefgh", 8);
	}
	mxlog_buf_done(&bytes);
}
END_TEST

START_TEST(a_buffer_of_spans_has_a_bound)
{
	const size_t piece = 4 * 1024 * 1024;
	struct mxlog_buf bytes = { 0 };
	struct mxlog_text_span span;
	bool cut = false;
	char *text = malloc(piece);

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', piece);
	for (int i = 0; i < 40; i++)
		ck_assert_int_eq(mxlog_text_span_store(&bytes, text, piece,
				     piece, &span, &cut),
		    0);
	ck_assert(cut);
	ck_assert_uint_le(bytes.len, 2 * (size_t)MXLOG_SPAN_BYTES);
	free(text);
	mxlog_buf_done(&bytes);
}
END_TEST

SUITE("span", a_text_of_any_length_is_copied,
    invalid_bytes_are_replaced_at_every_place,
    what_is_too_long_is_cut_at_a_character,
    a_text_may_come_from_the_buffer_itself, a_buffer_of_spans_has_a_bound)
