/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/fs.h"
#include "scratch.h"
#include "suite.h"

START_TEST(what_is_opened_where_stdio_was_moves_up)
{
	char *dir = scratch_new();
	int fd = -1, file = -1;

	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	ck_assert_int_eq(mxlog_fs_open_dir(dir, false, &fd), 0);
	ck_assert_int_gt(fd, STDERR_FILENO);
	ck_assert_int_eq(mxlog_fs_open_file(fd, "x", O_RDWR | O_CREAT, &file),
	    0);
	ck_assert_int_gt(file, STDERR_FILENO);
	ck_assert_int_ne(fcntl(file, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_lt(fcntl(STDIN_FILENO, F_GETFD), 0);
	ck_assert_int_lt(fcntl(STDOUT_FILENO, F_GETFD), 0);
	close(file);
	close(fd);
	scratch_done(dir);
}
END_TEST

START_TEST(a_number_that_is_another_file_is_left_alone)
{
	struct mxlog_own_fd own;
	int ends[2];
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	mxlog_own_fd_note(&own, fd);
	ck_assert(mxlog_own_fd_is(&own, fd));
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(ends[0], fd), fd);
	ck_assert(!mxlog_own_fd_is(&own, fd));
	mxlog_own_fd_close(&own, fd);
	ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
	close(fd);
	ck_assert(!mxlog_own_fd_is(&own, fd));
	mxlog_own_fd_note(&own, fd);
	ck_assert(!mxlog_own_fd_is(&own, fd));
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(our_own_one_is_closed)
{
	struct mxlog_own_fd own;
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	mxlog_own_fd_note(&own, fd);
	mxlog_own_fd_close(&own, fd);
	ck_assert_int_lt(fcntl(fd, F_GETFD), 0);
}
END_TEST

SUITE("own_fd", what_is_opened_where_stdio_was_moves_up,
    a_number_that_is_another_file_is_left_alone, our_own_one_is_closed)
