/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/segment_bounds.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "order/temporary.h"
#include "suite.h"

#define DAY INT64_C(20481) /* 2026-01-28 */

/* Is a segment of that day with this text known to be of its day? */
static bool is_known(const char *text)
{
	struct mxlog_segment_name name = { .day = (int32_t)DAY };
	int64_t since, until;
	int fd = mxlog_temporary_open();

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(mxlog_fs_write_all(fd, text, strlen(text)), 0);
	mxlog_segment_bounds(&name, fd, strlen(text), &since, &until);
	(void)close(fd);
	ck_assert_int_eq(since == INT64_MIN, until == INT64_MAX);
	return since != INT64_MIN;
}

START_TEST(the_day_counts_with_the_zones_of_the_world)
{
	struct mxlog_segment_name name = { .day = (int32_t)DAY };
	int64_t since, until;

	mxlog_segment_bounds(&name, -1, 0, &since, &until);
	ck_assert_int_eq(since, (DAY * 24 - 14) * 3600 * USEC_PER_SEC);
	ck_assert_int_eq(until, (DAY * 24 + 38) * 3600 * USEC_PER_SEC - 1);
}
END_TEST

START_TEST(lines_of_the_day_prove_the_name_right)
{
	ck_assert(is_known(""));
	ck_assert(is_known("{\"timestamp\":\"2026-01-28T00:00:00Z\"}\n"));
	ck_assert(is_known("{ \"timestamp\" : \"2026-01-27T12:00:00Z\" }\n"
			   "damaged\n{\"timestamp\":\"2026-01-29T13:00:00Z\"}\n"
			   "{\"timest"));
}
END_TEST

START_TEST(lines_of_another_day_prove_it_wrong)
{
	ck_assert(!is_known("{\"timestamp\":\"2026-01-30T00:00:00Z\"}\n"));
	ck_assert(!is_known("{\"timestamp\":\"2026-01-28T00:00:00Z\"}\n"
			    "{\"timestamp\":\"2020-01-28T00:00:00Z\"}\n"));
	ck_assert(!is_known("damaged\n"));
	ck_assert(!is_known("{\"timestamp\":\"2026-01-28T00:00:00Z\"}\n\n"));
}
END_TEST

SUITE("segment_span", the_day_counts_with_the_zones_of_the_world,
    lines_of_the_day_prove_the_name_right, lines_of_another_day_prove_it_wrong)
