/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_state.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "scratch.h"
#include "suite.h"

static struct mxlog_segment_name name_of(const char *text)
{
	struct mxlog_segment_name name;

	ck_assert_int_eq(mxlog_segment_parse(text, &name), 0);
	return name;
}

static int open_dir(const char *path)
{
	int fd = -1;

	ck_assert_int_eq(mxlog_fs_open_dir(path, false, &fd), 0);
	return fd;
}

static size_t count_pruning(int state_fd)
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 99;

	ck_assert_int_eq(mxlog_archive_state_load_pruning(state_fd, &names, &n),
	    0);
	free(names);
	return n;
}

START_TEST(what_is_being_deleted_is_remembered_until_it_is_gone)
{
	struct mxlog_segment_name names[2] = { name_of("2026-01-28.log.gz"),
		name_of("2026-01-28.3.log.gz") };
	struct mxlog_segment_name *loaded = NULL;
	char *dir = scratch_new();
	int fd = open_dir(dir);
	size_t n = 0;

	ck_assert_uint_eq(count_pruning(fd), 0);
	ck_assert_int_eq(mxlog_archive_state_save_pruning(fd, names, 2), 0);
	ck_assert_int_eq(mxlog_archive_state_load_pruning(fd, &loaded, &n), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(mxlog_segment_compare(&loaded[0], &names[0]), 0);
	ck_assert_int_eq(mxlog_segment_compare(&loaded[1], &names[1]), 0);
	free(loaded);
	ck_assert_int_eq(mxlog_archive_state_save_pruning(fd, names, 0), 0);
	ck_assert(!scratch_exists(dir, "pruning"));
	ck_assert_int_eq(mxlog_archive_state_save_pruning(fd, names, 0), 0);
	close(fd);
	scratch_done(dir);
}
END_TEST

START_TEST(lines_that_name_no_archive_mean_nothing)
{
	char *dir = scratch_new();
	int fd = open_dir(dir);

	scratch_write(dir, "pruning",
	    "\n2026-01-28.log.gz\n2026-01-28.1000.log\nrubbish that is long "
	    "enough\n../2026-01-28.log.gz\n2026-01-29.log.gz");
	ck_assert_uint_eq(count_pruning(fd), 1); /* the last one is torn */
	scratch_write(dir, "pruning", "");
	ck_assert_uint_eq(count_pruning(fd), 0);
	close(fd);
	scratch_done(dir);
}
END_TEST

START_TEST(an_archive_is_leaving_when_it_is_listed_or_gone)
{
	struct mxlog_segment_name name = name_of("2026-01-28.log.gz");
	char *dir = scratch_new();
	int fd = open_dir(dir), state_fd;

	ck_assert(mxlog_archive_state_is_leaving(fd, &name));
	ck_assert_int_eq(mkdir(scratch_path(dir, "archive"), 0700), 0);
	ck_assert_int_eq(mkdir(scratch_path(dir, ".mxlog"), 0700), 0);
	scratch_write(dir, "archive/2026-01-28.log.gz", "");
	ck_assert(!mxlog_archive_state_is_leaving(fd, &name));
	state_fd = open_dir(scratch_path(dir, ".mxlog"));
	ck_assert_int_eq(mxlog_archive_state_save_pruning(state_fd, &name, 1),
	    0);
	ck_assert(mxlog_archive_state_is_leaving(fd, &name));
	close(state_fd);
	close(fd);
	scratch_done(dir);
}
END_TEST

START_TEST(old_notes_of_corrupt_archives_are_listed_and_go)
{
	struct mxlog_segment_name *names = NULL;
	char *path = scratch_new();
	size_t n = 0;
	int log_fd, fd;

	log_fd = open_dir(path);
	ck_assert_int_eq(mxlog_archive_state_list_corrupt(log_fd, &names, &n),
	    0);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(mkdir(scratch_path(path, ".mxlog"), 0700), 0);
	ck_assert_int_eq(mkdir(scratch_path(path, ".mxlog/corrupt"), 0700), 0);
	scratch_write(path, ".mxlog/corrupt/2026-01-20.log.gz", "");
	ck_assert_int_eq(mxlog_archive_state_list_corrupt(log_fd, &names, &n),
	    0);
	ck_assert_uint_eq(n, 1);
	fd = open_dir(scratch_path(path, ".mxlog"));
	ck_assert_int_eq(mxlog_archive_state_remove_corrupt(fd, names, n), 0);
	ck_assert(!scratch_exists(path, ".mxlog/corrupt"));
	ck_assert_int_eq(mxlog_archive_state_remove_corrupt(fd, names, n), 0);
	free(names);
	(void)close(fd);
	(void)close(log_fd);
	scratch_done(path);
}
END_TEST

SUITE("archive_state", what_is_being_deleted_is_remembered_until_it_is_gone,
    lines_that_name_no_archive_mean_nothing,
    an_archive_is_leaving_when_it_is_listed_or_gone,
    old_notes_of_corrupt_archives_are_listed_and_go)
