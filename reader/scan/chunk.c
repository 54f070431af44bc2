/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/chunk.h"

#include <stdlib.h>

#include "base/fs.h"

enum {
	MORE = 64 * 1024, /* read at once to find the end of a line */
};

void mxlog_chunk_reset(struct mxlog_chunk *chunk)
{
	mxlog_buf_clear(&chunk->bytes);
	mxlog_buf_clear(&chunk->side);
	chunk->n_hits = 0;
	chunk->offset = 0;
	chunk->text = NULL;
	chunk->len = 0;
	chunk->open_end = false;
	chunk->canonical = false;
	chunk->bytes_read = 0;
	chunk->lines = 0;
	chunk->matches = 0;
	chunk->damaged = 0;
	chunk->undecided = 0;
	chunk->error = 0;
	chunk->reason.code = 0;
	chunk->reason.text[0] = '\0';
}

void mxlog_chunk_done(struct mxlog_chunk *chunk)
{
	mxlog_buf_done(&chunk->bytes);
	mxlog_buf_done(&chunk->side);
	free(chunk->hits);
	*chunk = (struct mxlog_chunk){ 0 };
}

int mxlog_chunk_add_hit(struct mxlog_chunk *chunk, struct mxlog_chunk_hit **ret)
{
	if (chunk->n_hits == chunk->hits_capacity) {
		size_t capacity = MAX(chunk->hits_capacity * 2, (size_t)64);
		struct mxlog_chunk_hit *hits =
		    reallocarray(chunk->hits, capacity, sizeof(*hits));

		if (!hits)
			return -ENOMEM;
		chunk->hits = hits;
		chunk->hits_capacity = capacity;
	}
	*ret = &chunk->hits[chunk->n_hits++];
	**ret = (struct mxlog_chunk_hit){ 0 };
	return 0;
}

int mxlog_chunk_add_slack(struct mxlog_chunk *chunk)
{
	struct mxlog_buf *bytes = &chunk->bytes;
	int r = mxlog_buf_reserve(bytes, MXLOG_CHUNK_SLACK);

	if (r >= 0)
		memset(bytes->data + bytes->len, 0, MXLOG_CHUNK_SLACK);
	return r;
}

uint64_t mxlog_chunk_pieces(uint64_t size)
{
	return (size + MXLOG_CHUNK_BYTES - 1) / MXLOG_CHUNK_BYTES;
}

/* Append up to `len` bytes of the file at `from`. */
static int read_more(struct mxlog_chunk *chunk, int fd, uint64_t from,
    uint64_t len, size_t *ret_n)
{
	struct mxlog_buf *bytes = &chunk->bytes;
	int r = mxlog_buf_reserve(bytes, len + MXLOG_CHUNK_SLACK);

	if (r < 0)
		return r;
	r = mxlog_fs_pread_full(fd, bytes->data + bytes->len, len, (off_t)from,
	    ret_n);
	if (r < 0)
		return r;
	bytes->len += *ret_n;
	chunk->bytes_read += *ret_n;
	return 0;
}

/* The line that begins last goes on behind the chunk: read to its end. */
static int complete(struct mxlog_chunk *chunk, int fd, uint64_t from,
    uint64_t size)
{
	struct mxlog_buf *bytes = &chunk->bytes;
	const char *last = memrchr(bytes->data, '\n', bytes->len);
	size_t line = last ? (size_t)(last + 1 - bytes->data) : 0;

	for (;;) {
		uint64_t len = MIN((uint64_t)MORE, size - from);
		size_t old = bytes->len, n;
		const char *end;
		int r;

		r = read_more(chunk, fd, from, len, &n);
		if (r < 0)
			return r;
		if (n == 0) {
			chunk->open_end = bytes->len > line;
			return 0;
		}
		end = memchr(bytes->data + old, '\n', n);
		if (end) {
			bytes->len = (size_t)(end + 1 - bytes->data);
			break;
		}
		if (bytes->len - line > MXLOG_LINE_MAX)
			break;
		from += n;
	}
	if (bytes->len - line > MXLOG_LINE_MAX) {
		chunk->damaged++;
		bytes->len = line;
	}
	return 0;
}

/* What stands before the first line belongs to one of an earlier piece. */
static size_t front(const struct mxlog_buf *bytes)
{
	const char *end = memchr(bytes->data, '\n', bytes->len);

	return end ? (size_t)(end + 1 - bytes->data) : bytes->len;
}

int mxlog_chunk_read(struct mxlog_chunk *chunk, int fd, uint64_t size,
    uint64_t piece)
{
	struct mxlog_buf *bytes = &chunk->bytes;
	uint64_t start = piece * MXLOG_CHUNK_BYTES;
	uint64_t end = MIN(size, start + MXLOG_CHUNK_BYTES);
	size_t n, skip = 0;
	int r;

	/* The byte before tells whether the piece begins with a line. */
	if (piece > 0)
		start--;
	r = read_more(chunk, fd, start, end - start, &n);
	if (r < 0)
		return r;
	if (n < end - start)
		size = end = start + n; /* it was cut meanwhile */
	if (piece > 0)
		skip = front(bytes);
	if (bytes->len > skip && bytes->data[bytes->len - 1] != '\n') {
		r = complete(chunk, fd, end, size);
		if (r < 0)
			return r;
	}
	r = mxlog_chunk_add_slack(chunk);
	if (r < 0)
		return r;
	chunk->offset = start + skip;
	chunk->text = bytes->data + skip;
	chunk->len = bytes->len - skip;
	return 0;
}

uint64_t mxlog_chunk_whole_lines(int fd, uint64_t size)
{
	char bytes[4096];
	uint64_t end = size;

	while (end > 0) {
		size_t want = (size_t)MIN(end, (uint64_t)sizeof(bytes)), n;
		const char *last;

		if (mxlog_fs_pread_full(fd, bytes, want, (off_t)(end - want),
			&n) < 0)
			return size;
		last = memrchr(bytes, '\n', n);
		if (last)
			return end - want + (uint64_t)(last + 1 - bytes);
		end -= want;
	}
	return 0;
}
