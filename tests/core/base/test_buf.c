/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "suite.h"

START_TEST(a_zeroed_buffer_is_empty_and_grows)
{
	struct mxlog_buf buf = { 0 };

	for (int i = 0; i < 100000; i++)
		ck_assert_int_eq(mxlog_buf_add(&buf, "0123456789", 10), 0);
	ck_assert_uint_eq(buf.len, 1000000);
	ck_assert_mem_eq(buf.data + 999990, "0123456789", 10);
	mxlog_buf_done(&buf);
	ck_assert_ptr_null(buf.data);
}
END_TEST

START_TEST(printf_appends_without_counting_the_nul)
{
	struct mxlog_buf buf = { 0 };

	ck_assert_int_eq(mxlog_buf_printf(&buf, "%s-%d", "a", 7), 0);
	ck_assert_int_eq(mxlog_buf_printf(&buf, "%300s", "x"), 0);
	ck_assert_uint_eq(buf.len, 303);
	ck_assert_mem_eq(buf.data, "a-7", 3);
	mxlog_buf_done(&buf);
}
END_TEST

START_TEST(a_request_that_can_not_be_met_leaves_the_buffer_alone)
{
	struct mxlog_buf buf = { 0 };

	ck_assert_int_eq(mxlog_buf_add(&buf, "abc", 3), 0);
	ck_assert_int_eq(mxlog_buf_reserve(&buf, SIZE_MAX - 2), -ENOMEM);
	ck_assert_uint_eq(buf.len, 3);
	ck_assert_mem_eq(buf.data, "abc", 3);
	mxlog_buf_done(&buf);
}
END_TEST

SUITE("buf", a_zeroed_buffer_is_empty_and_grows,
    printf_appends_without_counting_the_nul,
    a_request_that_can_not_be_met_leaves_the_buffer_alone)
