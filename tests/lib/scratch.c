/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

/* Not Check's: benches use this, too. */
static void must(bool done, const char *what)
{
	if (done)
		return;
	perror(what);
	abort();
}

static char *make_in(const char *base)
{
	char *path = NULL;

	must(asprintf(&path, "%s/mxlog-test-XXXXXX", base) > 0, "asprintf");
	must(mkdtemp(path) != NULL, path);
	return path;
}

char *scratch_new(void)
{
	const char *base = getenv("TMPDIR");

	return make_in(base ? base : "/tmp");
}

char *scratch_new_fast(void)
{
	return access("/dev/shm", W_OK) == 0 ? make_in("/dev/shm")
					     : scratch_new();
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

	must(fd >= 0, name);
	must(mxlog_fs_write_all(fd, text, strlen(text)) == 0, name);
	close(fd);
}

bool scratch_read(const char *path, const char *name, struct mxlog_buf *buf)
{
	int fd = open(scratch_path(path, name), O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t n = 0;

	if (fd < 0)
		return false;
	must(fstat(fd, &st) == 0, name);
	must(mxlog_buf_reserve(buf, (size_t)st.st_size) == 0, name);
	must(mxlog_fs_pread_full(fd, buf->data + buf->len, (size_t)st.st_size,
		 0, &n) == 0,
	    name);
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
