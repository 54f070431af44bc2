/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reterr.h"

#include "suite.h"

START_TEST(the_text_stays_one_line)
{
	struct mxlog_error error = { 0 };

	ck_assert_int_eq(mxlog_error_set(&error, -EINVAL, "a\nb\x7f%d", 1),
	    -EINVAL);
	ck_assert_str_eq(error.text, "a?b?1");
	ck_assert_int_eq(error.code, -EINVAL);
	ck_assert_int_eq(mxlog_error_set(NULL, -EIO, "x"), -EIO);
}
END_TEST

START_TEST(the_nearest_name_is_found_and_a_far_one_is_not)
{
	const char *const names[] = { "log_dir", "level", "retention_days" };

	ck_assert_str_eq(mxlog_error_nearest(LITERAL("retension_day"), names,
			     3),
	    "retention_days");
	ck_assert_str_eq(mxlog_error_nearest(LITERAL("Levl"), names, 3),
	    "level");
	ck_assert_str_eq(mxlog_error_nearest(LITERAL("levle"), names, 3),
	    "level");
	ck_assert_str_eq(mxlog_error_nearest(LITERAL("Retention"), names, 3),
	    "retention_days");
	ck_assert_ptr_null(mxlog_error_nearest(LITERAL("ret"), names, 3));
	ck_assert_ptr_null(mxlog_error_nearest(LITERAL("colour"), names, 3));
}
END_TEST

SUITE("reterr", the_text_stays_one_line,
    the_nearest_name_is_found_and_a_far_one_is_not)
