/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/lines_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "extern/gzip_block.h"
#include "order/temporary.h"

enum {
	PIECE = 256 * 1024,
};

struct source {
	int fd;
	char piece[PIECE];
	size_t len; /* of the piece, not taken yet */
};

/* ---- what it is ---- */

enum packing {
	PLAIN,
	GZIP,
	OTHER,
};

static const struct {
	const char *magic;
	size_t len;
	enum packing packing;
	const char *tool;
} packings[] = {
	{ LITERAL("\x1f\x8b"), GZIP, "gzip" },
	{ LITERAL("\xfd"
		  "7zXZ"),
	    OTHER, "xz" },
	{ LITERAL("\x28\xb5\x2f\xfd"), OTHER, "zstd" },
	{ LITERAL("BZh"), OTHER, "bzip2" },
};

static enum packing packing_of(const char *text, size_t len, const char **tool)
{
	for (size_t i = 0; i < ARRAY_LEN(packings); i++) {
		if (len < packings[i].len ||
		    memcmp(text, packings[i].magic, packings[i].len) != 0)
			continue;
		*tool = packings[i].tool;
		return packings[i].packing;
	}
	return PLAIN;
}

/* ---- reading it in order ---- */

static int fill(struct source *source)
{
	while (source->len < sizeof(source->piece)) {
		ssize_t n = read(source->fd, source->piece + source->len,
		    sizeof(source->piece) - source->len);

		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return -errno;
		source->len += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* 1 and the next piece, 0 at the end. */
static int take(void *arg, const void **ret, size_t *ret_len)
{
	struct source *source = arg;
	int r = source->len > 0 ? 0 : fill(source);

	*ret = source->piece;
	*ret_len = source->len;
	source->len = 0;
	return r < 0 ? r : *ret_len > 0;
}

static int spill_plain(struct source *source, int out)
{
	const void *piece;
	size_t len;
	int r;

	while ((r = take(source, &piece, &len)) > 0) {
		r = mxlog_fs_write_all(out, piece, len);
		if (r < 0)
			return r;
	}
	return r;
}

static int spill_gzip(struct source *source, int out)
{
	struct mxlog_gzip_stream *stream;
	const char *piece;
	size_t len;
	int r = mxlog_gzip_stream_new(take, source, &stream);

	if (r < 0)
		return r;
	while ((r = mxlog_gzip_stream_next(stream, &piece, &len)) > 0) {
		r = mxlog_fs_write_all(out, piece, len);
		if (r < 0)
			break;
	}
	mxlog_gzip_stream_free(stream);
	return r;
}

/* The source's first piece is there. */
static int spill(struct source *source, enum packing packing, int *ret,
    uint64_t *ret_size)
{
	int out = mxlog_temporary_open(), r;
	struct stat st;

	if (out < 0)
		return out;
	r = packing == GZIP ? spill_gzip(source, out)
			    : spill_plain(source, out);
	if (r >= 0 && fstat(out, &st) < 0)
		r = -errno;
	if (r < 0) {
		(void)close(out);
		return r;
	}
	*ret = out;
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

/* ---- opening ---- */

static int open_source(struct source *source, const char *path, int *ret,
    uint64_t *ret_size, struct mxlog_error *reterr)
{
	enum packing packing;
	const char *tool;
	struct stat st;
	int r;

	if (fstat(source->fd, &st) < 0)
		return -errno;
	r = fill(source);
	if (r < 0)
		return r;
	packing = packing_of(source->piece, source->len, &tool);
	if (packing == OTHER)
		return mxlog_error_set(reterr, -EINVAL,
		    "%s is compressed by %s; give what it holds, by "
		    "%s -dc FILE | mxlog-read -",
		    path, tool, tool);
	if (packing == GZIP || !S_ISREG(st.st_mode))
		return spill(source, packing, ret, ret_size);
	*ret = source->fd;
	*ret_size = (uint64_t)st.st_size;
	source->fd = -1;
	return 0;
}

int mxlog_lines_file_open(const char *path, int *ret, uint64_t *ret_size,
    struct mxlog_error *reterr)
{
	struct source *source = malloc(sizeof(*source));
	int r;

	if (!source)
		return -ENOMEM;
	source->len = 0;
	source->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (source->fd < 0)
		r = -errno;
	else
		r = open_source(source, path, ret, ret_size, reterr);
	if (source->fd >= 0)
		(void)close(source->fd);
	free(source);
	return r;
}

int mxlog_lines_file_keep_stdin(void)
{
	uint64_t size;
	struct stat st;
	int fd, r;

	if (fstat(STDIN_FILENO, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode))
		return 0;
	r = mxlog_lines_file_open("/dev/stdin", &fd, &size, NULL);
	if (r < 0)
		return r;
	r = dup2(fd, STDIN_FILENO) < 0 ? -errno : 0;
	(void)close(fd);
	return r;
}
