/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_foreign.h"

#include <stdlib.h>

#include "base/fs.h"
#include "extern/gzip_block.h"

/* The file is hashed before anything of it is used, and it may be too large to
 * keep; what is read again for use is therefore held against the digest that
 * its block had then. */
enum {
	BLOCK = 1024 * 1024,
};

struct mxlog_archive_foreign {
	int fd;
	uint64_t size;
	uint64_t at; /* what the stream has been fed */
	uint64_t content, max_content;
	struct mxlog_gzip_stream *stream;
	struct mxlog_buf block;
	unsigned char (*digests)[MXLOG_DIGEST_LEN]; /* one a block */
};

void mxlog_archive_foreign_free(struct mxlog_archive_foreign *foreign)
{
	if (!foreign)
		return;
	mxlog_gzip_stream_free(foreign->stream);
	mxlog_buf_done(&foreign->block);
	free(foreign->digests);
	free(foreign);
}

static int read_block(struct mxlog_archive_foreign *foreign, uint64_t at,
    unsigned char digest[MXLOG_DIGEST_LEN])
{
	size_t len = (size_t)MIN(foreign->size - at, (uint64_t)BLOCK);
	size_t got;
	int r;

	foreign->block.len = 0;
	r = mxlog_buf_reserve(&foreign->block, BLOCK);
	if (r == 0)
		r = mxlog_fs_pread_full(foreign->fd, foreign->block.data, len,
		    (off_t)at, &got);
	if (r < 0)
		return r;
	if (got != len)
		return -EBADMSG;
	foreign->block.len = len;
	return mxlog_digest_sha256(foreign->block.data, len, digest);
}

static int hash_file(struct mxlog_archive_foreign *foreign,
    const unsigned char checksum[MXLOG_DIGEST_LEN])
{
	unsigned char actual[MXLOG_DIGEST_LEN];
	struct mxlog_digest *digest;
	int r = mxlog_digest_new(NULL, 0, &digest);

	if (r < 0)
		return r;
	for (uint64_t at = 0; r == 0 && at < foreign->size; at += BLOCK) {
		r = read_block(foreign, at, foreign->digests[at / BLOCK]);
		if (r == 0)
			r = mxlog_digest_update(digest, foreign->block.data,
			    foreign->block.len);
	}
	if (r == 0)
		r = mxlog_digest_finish(digest, actual);
	if (r == 0 && !mxlog_digest_equal(actual, checksum))
		r = -EBADMSG;
	mxlog_digest_free(digest);
	return r;
}

static int feed(void *arg, const void **ret, size_t *ret_len)
{
	struct mxlog_archive_foreign *foreign = arg;
	unsigned char digest[MXLOG_DIGEST_LEN];
	uint64_t at = foreign->at;
	int r;

	if (at >= foreign->size)
		return 0;
	r = read_block(foreign, at, digest);
	if (r < 0)
		return r;
	if (!mxlog_digest_equal(digest, foreign->digests[at / BLOCK]))
		return -EBADMSG;
	foreign->at += foreign->block.len;
	*ret = foreign->block.data;
	*ret_len = foreign->block.len;
	return 1;
}

int mxlog_archive_foreign_rewind(struct mxlog_archive_foreign *foreign)
{
	mxlog_gzip_stream_free(foreign->stream);
	foreign->stream = NULL;
	foreign->at = 0;
	foreign->content = 0;
	return mxlog_gzip_stream_new(feed, foreign, &foreign->stream);
}

int mxlog_archive_foreign_new(int fd, uint64_t size,
    const unsigned char checksum[MXLOG_DIGEST_LEN], uint64_t max_content,
    struct mxlog_archive_foreign **ret)
{
	struct mxlog_archive_foreign *foreign = calloc(1, sizeof(*foreign));
	int r;

	if (!foreign)
		return -ENOMEM;
	foreign->fd = fd;
	foreign->size = size;
	foreign->max_content = max_content;
	foreign->digests =
	    calloc((size_t)(size / BLOCK) + 1, sizeof(*foreign->digests));
	r = foreign->digests ? hash_file(foreign, checksum) : -ENOMEM;
	if (r == 0)
		r = mxlog_archive_foreign_rewind(foreign);
	if (r < 0) {
		mxlog_archive_foreign_free(foreign);
		return r;
	}
	*ret = foreign;
	return 0;
}

int mxlog_archive_foreign_next(struct mxlog_archive_foreign *foreign,
    const char **ret, size_t *ret_len)
{
	const char *piece;
	size_t len;
	int r = mxlog_gzip_stream_next(foreign->stream, &piece, &len);

	if (r <= 0)
		return r;
	if (len > foreign->max_content - foreign->content)
		return -EFBIG;
	foreign->content += len;
	*ret = piece;
	*ret_len = len;
	return 1;
}
