/* SPDX-License-Identifier: Apache-2.0 */
#include "store/segment_numbers.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "scratch.h"
#include "suite.h"

static const int32_t DAY = 20481; /* 2026-01-28 */

static uint32_t take(int dir_fd, int32_t day)
{
	uint32_t number = 0;

	ck_assert_int_eq(mxlog_segment_numbers_take(dir_fd, MXLOG_ENTRIES, day,
			     &number),
	    0);
	return number;
}

START_TEST(a_number_is_never_given_twice)
{
	char *dir = scratch_new();
	uint32_t number;
	int dir_fd = -1;

	ck_assert_int_eq(mxlog_fs_open_dir(dir, false, &dir_fd), 0);
	ck_assert_int_eq(mkdir(scratch_path(dir, "archive"), 0700), 0);
	ck_assert_uint_eq(take(dir_fd, DAY), 0);
	ck_assert_uint_eq(take(dir_fd, DAY), 1);
	scratch_write(dir, "2026-01-28.5.log", "");
	ck_assert_uint_eq(take(dir_fd, DAY), 6);
	scratch_write(dir, "archive/2026-01-28.8.log.gz", "");
	ck_assert_uint_eq(take(dir_fd, DAY), 9);
	ck_assert_uint_eq(take(dir_fd, DAY + 1), 0);

	/* Archived, pruned, forgotten: the numbers are not. */
	ck_assert_int_eq(unlink(scratch_path(dir, "2026-01-28.5.log")), 0);
	ck_assert_int_eq(unlink(
			     scratch_path(dir, "archive/2026-01-28.8.log.gz")),
	    0);
	ck_assert_uint_eq(take(dir_fd, DAY), 10);

	/* A note torn by a full disk costs itself alone. */
	scratch_write(dir, ".mxlog/numbers",
	    "\n2026-01-28.40.log\n\n2026-01-28.5");
	ck_assert_uint_eq(take(dir_fd, DAY), 41);
	ck_assert_uint_eq(take(dir_fd, DAY), 42);

	scratch_write(dir, "2026-01-28.4294967295.log", "");
	ck_assert_int_eq(mxlog_segment_numbers_take(dir_fd, MXLOG_ENTRIES, DAY,
			     &number),
	    -EOVERFLOW);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

SUITE("numbers", a_number_is_never_given_twice)
