/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/retention.h"

#include <fcntl.h>
#include <unistd.h>

#include "scratch.h"
#include "suite.h"

#define HEAD "mxlog retention 1\n"
#define BOOT "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"

static struct mxlog_retention load(const char *path)
{
	struct mxlog_retention retention;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(mxlog_retention_load(fd, &retention), 0);
	(void)close(fd);
	return retention;
}

START_TEST(samples_say_how_long_it_had_run_by_then)
{
	char *path = scratch_new();
	struct mxlog_retention retention;

	scratch_write(path, "retention",
	    HEAD BOOT " 77 30\n1000 0\n2000 10\n3000 30\n");
	retention = load(path);
	ck_assert_uint_eq(retention.n, 3);
	ck_assert_int_eq(retention.uptime_usec, 30);
	/* Older than the file is as old as the file. */
	ck_assert_uint_eq(mxlog_retention_at(&retention, 5), 0);
	ck_assert_uint_eq(mxlog_retention_at(&retention, 1000), 0);
	ck_assert_uint_eq(mxlog_retention_at(&retention, 1001), 10);
	ck_assert_uint_eq(mxlog_retention_at(&retention, 3000), 30);
	ck_assert_uint_eq(mxlog_retention_at(&retention, 9000), 30);
	mxlog_retention_done(&retention);
	scratch_done(path);
}
END_TEST

START_TEST(a_damaged_file_says_nothing)
{
	static const char *const bad[] = { "", "nonsense", HEAD,
		HEAD BOOT " 1 2\n", HEAD BOOT " 1 2\n5 1\n4 2\n",
		HEAD BOOT " 1 2\n5 3\n", HEAD BOOT " 1 -2\n5 -3\n",
		HEAD BOOT " 1 2\n5 1" };
	char *path = scratch_new();

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct mxlog_retention retention;

		scratch_write(path, "retention", bad[i]);
		retention = load(path);
		ck_assert_uint_eq(retention.n, 0);
		ck_assert_uint_eq(mxlog_retention_at(&retention, 5), 0);
		mxlog_retention_done(&retention);
	}
	scratch_done(path);
}
END_TEST

SUITE("retention", samples_say_how_long_it_had_run_by_then,
    a_damaged_file_says_nothing)
