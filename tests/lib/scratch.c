/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch.h"

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"

char *scratch_new(void)
{
	const char *base = getenv("TMPDIR");
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/mxlog-test-XXXXXX",
			     base ? base : "/tmp"),
	    0);
	ck_assert_ptr_nonnull(mkdtemp(path));
	return path;
}

static int remove_one(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void scratch_done(char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(path);
}

const char *scratch_path(const char *path, const char *name)
{
	static char buffers[4][4096];
	static unsigned next;
	char *buffer = buffers[next++ % ARRAY_LEN(buffers)];

	(void)snprintf(buffer, sizeof(buffers[0]), "%s/%s", path, name);
	return buffer;
}

void scratch_write(const char *path, const char *name, const char *text)
{
	int fd = open(scratch_path(path, name),
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(mxlog_fs_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

bool scratch_read(const char *path, const char *name, struct mxlog_buf *buf)
{
	int fd = open(scratch_path(path, name), O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t n = 0;

	if (fd < 0)
		return false;
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(mxlog_buf_reserve(buf, (size_t)st.st_size), 0);
	ck_assert_int_eq(mxlog_fs_pread_full(fd, buf->data + buf->len,
			     (size_t)st.st_size, 0, &n),
	    0);
	buf->len += n;
	close(fd);
	return true;
}

bool scratch_holds(const char *path, const char *name, const char *text)
{
	struct mxlog_buf buf = { 0 };
	bool same = scratch_read(path, name, &buf) && buf.len == strlen(text) &&
	    (buf.len == 0 || memcmp(buf.data, text, buf.len) == 0);

	mxlog_buf_done(&buf);
	return same;
}

bool scratch_exists(const char *path, const char *name)
{
	struct stat st;

	return lstat(scratch_path(path, name), &st) == 0;
}
