/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inject.h"
#include "scratch.h"
#include "suite.h"

static int open_scratch(const char *path)
{
	int fd = -1;

	ck_assert_int_eq(mxlog_fs_open_dir(path, false, &fd), 0);
	return fd;
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

START_TEST(a_missing_directory_is_made_with_all_above_it_for_one_account)
{
	char *dir = scratch_new();
	int fd = -1;

	ck_assert_int_eq(mxlog_fs_open_dir(scratch_path(dir, "a/b/c"), false,
			     &fd),
	    -ENOENT);
	ck_assert_int_eq(mxlog_fs_open_dir(scratch_path(dir, "a//b/c/"), true,
			     &fd),
	    0);
	close(fd);
	ck_assert_uint_eq(mode_of(scratch_path(dir, "a")), 0700);
	ck_assert_uint_eq(mode_of(scratch_path(dir, "a/b/c")), 0700);
	scratch_done(dir);
}
END_TEST

START_TEST(links_are_followed_above_the_last_place_only)
{
	char *dir = scratch_new();
	int fd = -1;

	ck_assert_int_eq(mkdir(scratch_path(dir, "real"), 0700), 0);
	ck_assert_int_eq(symlink("real", scratch_path(dir, "link")), 0);
	ck_assert_int_eq(mxlog_fs_open_dir(scratch_path(dir, "link/x"), true,
			     &fd),
	    0);
	close(fd);
	ck_assert(scratch_exists(dir, "real/x"));
	ck_assert_int_eq(mxlog_fs_open_dir(scratch_path(dir, "link"), true,
			     &fd),
	    -ELOOP);
	ck_assert_int_eq(mxlog_fs_open_dir(scratch_path(dir, "link/"), true,
			     &fd),
	    -ELOOP);
	scratch_write(dir, "file", "x");
	ck_assert_int_eq(mxlog_fs_open_dir(scratch_path(dir, "file"), true,
			     &fd),
	    -ENOTDIR);
	ck_assert_int_eq(mxlog_fs_open_dir("", true, &fd), -ENOENT);
	scratch_done(dir);
}
END_TEST

START_TEST(below_a_log_directory_no_link_is_followed)
{
	char *dir = scratch_new();
	int dir_fd = open_scratch(dir), fd = -1;

	ck_assert_int_eq(mkdir(scratch_path(dir, "real"), 0700), 0);
	ck_assert_int_eq(symlink("real", scratch_path(dir, "archive")), 0);
	ck_assert_int_eq(mxlog_fs_open_subdir(dir_fd, "archive", true, &fd),
	    -ELOOP);
	ck_assert_int_eq(mxlog_fs_open_subdir(dir_fd, "archive/metrics", true,
			     &fd),
	    -ELOOP);
	ck_assert_int_eq(mxlog_fs_open_subdir(dir_fd, "real/metrics", true,
			     &fd),
	    0);
	close(fd);
	ck_assert_int_eq(mxlog_fs_open_subdir(dir_fd, "", true, &fd), 0);
	close(fd);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

START_TEST(only_a_plain_file_with_one_link_opens)
{
	static const char *const names[] = { "fifo", "dir", "twice", "other",
		"socket" };
	char *dir = scratch_new();
	int dir_fd = open_scratch(dir), fd = -1;

	ck_assert_int_eq(mkfifo(scratch_path(dir, "fifo"), 0600), 0);
	ck_assert_int_eq(mkdir(scratch_path(dir, "dir"), 0700), 0);
	ck_assert_int_eq(mknod(scratch_path(dir, "socket"), S_IFSOCK | 0600, 0),
	    0);
	scratch_write(dir, "twice", "x");
	ck_assert_int_eq(link(scratch_path(dir, "twice"),
			     scratch_path(dir, "other")),
	    0);
	ck_assert_int_eq(symlink("twice", scratch_path(dir, "link")), 0);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		ck_assert_int_eq(mxlog_fs_open_file(dir_fd, names[i],
				     O_RDWR | O_CREAT, &fd),
		    -EPERM);
	}
	ck_assert_int_eq(mxlog_fs_open_file(dir_fd, "fifo", O_RDONLY, &fd),
	    -EPERM);
	ck_assert_int_eq(mxlog_fs_open_file(dir_fd, "dir", O_RDONLY, &fd),
	    -EPERM);
	ck_assert_int_eq(mxlog_fs_open_file(dir_fd, "link", O_RDONLY, &fd),
	    -ELOOP);
	ck_assert_int_eq(mxlog_fs_open_file(dir_fd, "link", O_RDWR | O_CREAT,
			     &fd),
	    -ELOOP);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

START_TEST(a_new_file_is_0600_whatever_the_umask)
{
	char *dir = scratch_new();
	int dir_fd = open_scratch(dir), fd = -1;

	(void)umask(0277);
	ck_assert_int_eq(mxlog_fs_open_file(dir_fd, "f",
			     O_RDWR | O_CREAT | O_EXCL, &fd),
	    0);
	close(fd);
	ck_assert_uint_eq(mode_of(scratch_path(dir, "f")), 0600);
	ck_assert_int_eq(mxlog_fs_open_file(dir_fd, "f",
			     O_RDWR | O_CREAT | O_EXCL, &fd),
	    -EEXIST);
	ck_assert_int_eq(mxlog_fs_open_file(dir_fd, "f", O_RDWR | O_CREAT, &fd),
	    0);
	close(fd);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

START_TEST(what_root_makes_belongs_to_the_directorys_owner)
{
	char *dir = scratch_new();
	int dir_fd = open_scratch(dir), fd = -1;
	struct stat st;

	if (geteuid() != 0) {
		printf("skipped: not root\n");
		scratch_done(dir);
		return;
	}
	ck_assert_int_eq(fchown(dir_fd, 1234, 2345), 0);
	ck_assert_int_eq(mxlog_fs_open_file(dir_fd, "f", O_RDWR | O_CREAT, &fd),
	    0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_uid, 1234);
	ck_assert_uint_eq(st.st_gid, 2345);
	close(fd);
	ck_assert_int_eq(mxlog_fs_open_subdir(dir_fd, "a/b", true, &fd), 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_uid, 1234);
	close(fd);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

START_TEST(a_foreign_owners_file_does_not_open)
{
	char *dir = scratch_new();
	int dir_fd = open_scratch(dir), fd = -1;

	if (geteuid() != 0) {
		printf("skipped: not root\n");
		scratch_done(dir);
		return;
	}
	scratch_write(dir, "f", "x");
	ck_assert_int_eq(chown(scratch_path(dir, "f"), 4321, 0), 0);
	ck_assert_int_eq(mxlog_fs_open_file(dir_fd, "f", O_RDONLY, &fd),
	    -EPERM);
	ck_assert_int_eq(mkdir(scratch_path(dir, "d"), 0777), 0);
	ck_assert_int_eq(chown(scratch_path(dir, "d"), 4321, 0), 0);
	ck_assert_int_eq(mxlog_fs_open_subdir(dir_fd, "d", true, &fd), -EPERM);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

START_TEST(replacing_leaves_the_old_file_or_the_new_whatever_fails)
{
	char *dir = scratch_new_fast();
	int dir_fd = open_scratch(dir), r;
	unsigned long n = 0;
	bool came = true;

	while (came) {
		bool old, new;

		scratch_write(dir, "state", "old");
		inject(INJECT_FAIL, INJECT_ALL, ++n, EIO);
		r = mxlog_fs_replace(dir_fd, "state", "new!", 4);
		came = inject_done();
		old = scratch_holds(dir, "state", "old");
		new = scratch_holds(dir, "state", "new!");
		/* Only syncing the directory comes after the rename. */
		ck_assert_msg(old || new, "%s", inject_name());
		ck_assert(r < 0 || new);
		if (strcmp(inject_name(), "unlinkat") != 0)
			ck_assert(!scratch_exists(dir, "state.new"));
	}
	ck_assert_uint_ge(n, 6);
	ck_assert_int_eq(r, 0);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

START_TEST(a_torn_write_is_an_error_and_a_short_one_is_continued)
{
	char *dir = scratch_new();
	int dir_fd = open_scratch(dir), fd = -1;

	ck_assert_int_eq(mxlog_fs_open_file(dir_fd, "f", O_RDWR | O_CREAT, &fd),
	    0);
	inject(INJECT_TEAR, INJECT_WRITE, 1, ENOSPC);
	ck_assert_int_eq(mxlog_fs_write_all(fd, "0123456789", 10), -ENOSPC);
	ck_assert(inject_done());
	ck_assert(scratch_holds(dir, "f", "01234"));

	inject(INJECT_FAIL, INJECT_WRITE, 1, EINTR);
	ck_assert_int_eq(mxlog_fs_write_all(fd, "5", 1), 0);
	inject(INJECT_FAIL, INJECT_FSYNC, 1, EINTR);
	ck_assert_int_eq(mxlog_fs_fsync(fd), 0);
	ck_assert(inject_done());
	ck_assert(scratch_holds(dir, "f", "012345"));
	close(fd);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

START_TEST(reading_is_bounded)
{
	struct mxlog_buf buf = { 0 };
	char *dir = scratch_new();
	int dir_fd = open_scratch(dir);

	scratch_write(dir, "f", "0123456789");
	ck_assert_int_eq(mxlog_fs_read_file(dir_fd, "f", 9, &buf), -EFBIG);
	ck_assert_uint_eq(buf.len, 0);
	ck_assert_int_eq(mxlog_fs_read_file(dir_fd, "f", 10, &buf), 0);
	ck_assert_uint_eq(buf.len, 10);
	ck_assert_int_eq(mxlog_fs_read_file(dir_fd, "g", 10, &buf), -ENOENT);
	mxlog_buf_done(&buf);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

SUITE("fs", a_missing_directory_is_made_with_all_above_it_for_one_account,
    links_are_followed_above_the_last_place_only,
    below_a_log_directory_no_link_is_followed,
    only_a_plain_file_with_one_link_opens,
    a_new_file_is_0600_whatever_the_umask,
    what_root_makes_belongs_to_the_directorys_owner,
    a_foreign_owners_file_does_not_open,
    replacing_leaves_the_old_file_or_the_new_whatever_fails,
    a_torn_write_is_an_error_and_a_short_one_is_continued, reading_is_bounded)
