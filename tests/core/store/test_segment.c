/* SPDX-License-Identifier: Apache-2.0 */
#include "store/segment.h"

#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "scratch.h"
#include "suite.h"

static const int32_t DAY = 20481; /* 2026-01-28 */

START_TEST(a_name_reads_back_as_what_it_was)
{
	static const struct {
		const char *text;
		struct mxlog_segment_name name;
	} cases[] = {
		{ "2026-01-28.log", { MXLOG_ENTRIES, 20481, 0, false } },
		{ "2026-01-28.1.log", { MXLOG_ENTRIES, 20481, 1, false } },
		{ "2026-01-28.4294967295.log",
		    { MXLOG_ENTRIES, 20481, UINT32_MAX, false } },
		{ "2026-01-28.metrics.log",
		    { MXLOG_METRICS, 20481, 0, false } },
		{ "2026-01-28.12.metrics.log.gz",
		    { MXLOG_METRICS, 20481, 12, true } },
		{ "1969-12-31.log.gz", { MXLOG_ENTRIES, -1, 0, true } },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[MXLOG_SEGMENT_NAME_MAX];
		struct mxlog_segment_name name;

		mxlog_segment_format(text, &cases[i].name);
		ck_assert_str_eq(text, cases[i].text);
		ck_assert_int_eq(mxlog_segment_parse(text, &name), 0);
		ck_assert_int_eq(mxlog_segment_compare(&name, &cases[i].name),
		    0);
	}
}
END_TEST

START_TEST(a_path_leads_from_the_log_directory)
{
	static const struct {
		const char *path;
		struct mxlog_segment_name name;
	} cases[] = {
		{ "2026-01-28.log", { MXLOG_ENTRIES, 20481, 0, false } },
		{ "metrics/2026-01-28.metrics.log",
		    { MXLOG_METRICS, 20481, 0, false } },
		{ "archive/2026-01-28.1.log.gz",
		    { MXLOG_ENTRIES, 20481, 1, true } },
		{ "archive/metrics/2026-01-28.metrics.log.gz",
		    { MXLOG_METRICS, 20481, 0, true } },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char path[MXLOG_SEGMENT_PATH_MAX];

		mxlog_segment_format_path(path, &cases[i].name);
		ck_assert_str_eq(path, cases[i].path);
	}
}
END_TEST

START_TEST(every_other_name_is_not_ours)
{
	static const char *const names[] = { "", "2026-01-28", "2026-01-2",
		"2026-01-28.0.log", "2026-01-28.01.log", "2026-01-28..log",
		"2026-01-28.-1.log", "2026-01-28.4294967296.log",
		"2026-01-28.99999999999999999999.log", "2026-01-28.log.gz.tmp",
		"2026-01-28.log ", " 2026-01-28.log", "2026-02-30.log",
		"2026-1-28.log", "2026-01-28.LOG", "2026-01-28.1.2.log",
		"2026-01-28.metrics.1.log", "2026-01-28.log.1", "index.json",
		"2026-01-28x.log", "2026-01-28.1log" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct mxlog_segment_name name;

		ck_assert_msg(mxlog_segment_parse(names[i], &name) == -EINVAL,
		    "%s", names[i]);
	}
}
END_TEST

START_TEST(a_directory_is_listed_in_stored_order_without_strangers)
{
	char *dir = scratch_new();
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int dir_fd = -1;

	ck_assert_int_eq(mxlog_fs_open_dir(dir, false, &dir_fd), 0);
	ck_assert_int_eq(mkdir(scratch_path(dir, "metrics"), 0700), 0);
	scratch_write(dir, "2026-01-28.10.log", "");
	scratch_write(dir, "2026-01-28.2.log", "");
	scratch_write(dir, "2026-01-28.log", "");
	scratch_write(dir, "2025-12-31.log", "");
	scratch_write(dir, "2026-01-28.metrics.log", "");
	scratch_write(dir, "2026-01-28.log.gz", "");
	scratch_write(dir, "notes.txt", "");
	scratch_write(dir, "metrics/2026-01-28.metrics.log", "");

	ck_assert_int_eq(mxlog_segment_list(dir_fd, MXLOG_ENTRIES, false,
			     &names, &n),
	    0);
	ck_assert_uint_eq(n, 4);
	ck_assert_int_eq(names[0].day, DAY - 28);
	ck_assert_uint_eq(names[1].number, 0);
	ck_assert_uint_eq(names[2].number, 2);
	ck_assert_uint_eq(names[3].number, 10);
	free(names);

	ck_assert_int_eq(mxlog_segment_list(dir_fd, MXLOG_METRICS, false,
			     &names, &n),
	    0);
	ck_assert_uint_eq(n, 1);
	free(names);
	ck_assert_int_eq(mxlog_segment_list(dir_fd, MXLOG_METRICS, true, &names,
			     &n),
	    0);
	ck_assert_uint_eq(n, 0);
	ck_assert_ptr_null(names);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

START_TEST(a_lock_is_not_waited_for_and_ends_with_its_descriptor)
{
	struct mxlog_segment_name name = { .day = DAY };
	char *dir = scratch_new();
	int dir_fd = -1, fd = -1, other = -1;

	ck_assert_int_eq(mxlog_fs_open_dir(dir, false, &dir_fd), 0);
	ck_assert_int_eq(mxlog_segment_lock(dir_fd, &name, &fd), -ENOENT);
	scratch_write(dir, "2026-01-28.log", "x\n");
	ck_assert_int_eq(mxlog_segment_lock(dir_fd, &name, &fd), 0);
	ck_assert_int_eq(mxlog_segment_lock(dir_fd, &name, &other),
	    -EWOULDBLOCK);
	close(fd);
	ck_assert_int_eq(mxlog_segment_lock(dir_fd, &name, &other), 0);
	close(other);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

SUITE("segment", a_name_reads_back_as_what_it_was,
    a_path_leads_from_the_log_directory, every_other_name_is_not_ours,
    a_directory_is_listed_in_stored_order_without_strangers,
    a_lock_is_not_waited_for_and_ends_with_its_descriptor)
