/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_cursor.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/reterr.h"

enum {
	FILE_MAX = 16 * 1024 * 1024, /* bytes: some 300,000 segments */
};

static int refuse(struct mxlog_error *reterr, int r, const char *path,
    const char *why)
{
	return mxlog_error_set(reterr, r, "--cursor-file: %.200s: %s", path,
	    why);
}

static int read_all(FILE *file, struct mxlog_buf *buf)
{
	char piece[4096];
	size_t n;
	int r = 0;

	while (r >= 0 && (n = fread(piece, 1, sizeof(piece), file)) > 0) {
		r = mxlog_buf_add(buf, piece, n);
		if (buf->len > FILE_MAX)
			return -EFBIG;
	}
	return r < 0 ? r : ferror(file) ? -EIO : 0;
}

static int read_file(const char *path, struct mxlog_buf *buf)
{
	FILE *file = fopen(path, "re");
	int r;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	r = read_all(file, buf);
	(void)fclose(file);
	return r;
}

int mxlog_read_cursor_load(struct mxlog_reader *reader, const char *path,
    struct mxlog_error *reterr)
{
	struct mxlog_error error = { 0 };
	struct mxlog_buf buf = { 0 };
	int r = read_file(path, &buf);

	if (r < 0) {
		r = refuse(reterr, r, path, strerror(-r));
	} else {
		r = mxlog_reader_set_arrival(reader, buf.data ? buf.data : "",
		    buf.len, &error);
		if (r == -EINVAL)
			r = refuse(reterr, r, path, error.text);
	}
	mxlog_buf_done(&buf);
	return r;
}

static int replace(const char *path, const char *text, size_t len)
{
	char *copy = strdup(path), *other = strdup(path);
	int dir_fd, r = -ENOMEM;

	if (copy && other) {
		dir_fd =
		    open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir_fd < 0) {
			r = -errno;
		} else {
			r = mxlog_fs_replace(dir_fd, basename(other), text,
			    len);
			(void)close(dir_fd);
		}
	}
	free(copy);
	free(other);
	return r;
}

int mxlog_read_cursor_save(const struct mxlog_reader *reader, const char *path,
    struct mxlog_error *reterr)
{
	char *text;
	size_t len;
	int r = mxlog_reader_get_arrival(reader, &text, &len);

	if (r < 0)
		return r;
	r = replace(path, text, len);
	free(text);
	return r < 0 ? refuse(reterr, r, path, strerror(-r)) : 0;
}
