/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_frame.h"

#include "suite.h"

static const struct mxlog_frame_end end = {
	.bounds_at = 1000,
	.bounds_len = 200,
	.ngram_filters_len = 30,
	.bounds_sha256 = { 1, 2, 3 },
};
static const uint64_t SIZE = 1000 + 200 + 30 + MXLOG_FRAME_END_LEN;

START_TEST(the_last_member_comes_back_and_none_of_its_bits_may_change)
{
	struct mxlog_frame_end again;
	struct mxlog_buf buf = { 0 };

	ck_assert_int_eq(mxlog_frame_write_end(&end, &buf), 0);
	ck_assert_uint_eq(buf.len, MXLOG_FRAME_END_LEN);
	ck_assert_int_eq(mxlog_frame_read_end(buf.data, SIZE, &again), 0);
	ck_assert_uint_eq(again.bounds_at, end.bounds_at);
	ck_assert_uint_eq(again.bounds_len, end.bounds_len);
	ck_assert_uint_eq(again.ngram_filters_len, end.ngram_filters_len);
	ck_assert_mem_eq(again.bounds_sha256, end.bounds_sha256,
	    sizeof(again.bounds_sha256));

	/* Those of the digest are checked with what it is of. */
	for (size_t bit = 0; bit < 8 * buf.len; bit++) {
		int r;

		buf.data[bit / 8] ^= (char)(1 << bit % 8);
		r = mxlog_frame_read_end(buf.data, SIZE, &again);
		buf.data[bit / 8] ^= (char)(1 << bit % 8);
		if (r == 0)
			ck_assert_mem_ne(again.bounds_sha256, end.bounds_sha256,
			    sizeof(again.bounds_sha256));
		else
			ck_assert_int_eq(r, -EBADMSG);
	}
	mxlog_buf_done(&buf);
}
END_TEST

START_TEST(parts_that_do_not_fill_the_file_are_refused)
{
	const struct mxlog_frame_end huge = { .bounds_at = UINT64_MAX,
		.bounds_len = 1000 + 200 + 31 };
	struct mxlog_frame_end again;
	struct mxlog_buf buf = { 0 };

	ck_assert_int_eq(mxlog_frame_write_end(&end, &buf), 0);
	ck_assert_int_eq(mxlog_frame_read_end(buf.data, SIZE - 1, &again),
	    -EBADMSG);
	ck_assert_int_eq(mxlog_frame_read_end(buf.data, SIZE + 1, &again),
	    -EBADMSG);
	ck_assert_int_eq(mxlog_frame_read_end(buf.data, 0, &again), -EBADMSG);
	buf.len = 0;
	ck_assert_int_eq(mxlog_frame_write_end(&huge, &buf), 0);
	ck_assert_int_eq(mxlog_frame_read_end(buf.data, SIZE, &again),
	    -EBADMSG);
	mxlog_buf_done(&buf);
}
END_TEST

START_TEST(a_part_is_not_taken_for_the_other)
{
	struct mxlog_buf buf = { 0 }, out = { 0 };

	ck_assert_int_eq(mxlog_frame_write_part(MXLOG_FRAME_BOUNDS,
			     LITERAL("bounds"), &buf),
	    0);
	ck_assert_int_eq(mxlog_frame_read_part(MXLOG_FRAME_SKETCHES, buf.data,
			     buf.len, &out),
	    -EBADMSG);
	ck_assert_int_eq(mxlog_frame_read_part(MXLOG_FRAME_BOUNDS, buf.data,
			     buf.len, &out),
	    0);
	ck_assert_uint_eq(out.len, 6);
	ck_assert_mem_eq(out.data, "bounds", 6);
	mxlog_buf_done(&buf);
	mxlog_buf_done(&out);
}
END_TEST

SUITE("archive_frame",
    the_last_member_comes_back_and_none_of_its_bits_may_change,
    parts_that_do_not_fill_the_file_are_refused,
    a_part_is_not_taken_for_the_other)
