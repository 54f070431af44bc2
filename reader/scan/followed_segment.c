/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/followed_segment.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/fs.h"

/* Remember how it begins, once there is enough of it. */
static void read_head(struct mxlog_followed_segment *segment)
{
	size_t want = (size_t)MIN(segment->at, (uint64_t)MXLOG_FOLLOWED_HEAD);
	size_t n;

	if (segment->head_len >= want)
		return;
	if (mxlog_fs_pread_full(segment->fd, segment->head, want, 0, &n) >= 0)
		segment->head_len = n;
}

int mxlog_followed_open(struct mxlog_followed_segment *segment, int dir_fd)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	struct stat st;
	int fd, r;

	mxlog_segment_format(text, &segment->name);
	r = mxlog_fs_open_file(dir_fd, text, O_RDONLY, &fd);
	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	segment->fd = fd;
	segment->dev = st.st_dev;
	segment->ino = st.st_ino;
	read_head(segment);
	return 0;
}

/* True if the file is still the one that was read, as far as it goes. */
static bool is_same(const struct mxlog_followed_segment *segment, uint64_t size)
{
	char head[MXLOG_FOLLOWED_HEAD];
	size_t want = (size_t)MIN(size, (uint64_t)segment->head_len), n;

	if (mxlog_fs_pread_full(segment->fd, head, want, 0, &n) < 0)
		return true;
	return memcmp(head, segment->head, n) == 0;
}

static void begin_anew(struct mxlog_followed_segment *segment)
{
	segment->at = 0;
	segment->head_len = 0;
	segment->skipping = false;
}

/* It has another size than what was read of it: false if that is nothing new. */
static bool has_more(struct mxlog_followed_segment *segment, uint64_t size)
{
	if (!is_same(segment, size)) {
		begin_anew(segment);
	} else if (size < segment->at) {
		/* Its writer took back what it could not write wholly. */
		segment->at = size;
		segment->head_len = MIN(segment->head_len, (size_t)size);
		segment->skipping = false;
	}
	return size > segment->at;
}

/* An overlong line is passed over up to its end. */
static void skip_line(struct mxlog_followed_segment *segment,
    struct mxlog_chunk *chunk)
{
	const char *end = memchr(chunk->bytes.data, '\n', chunk->bytes.len);
	size_t n =
	    end ? (size_t)(end + 1 - chunk->bytes.data) : chunk->bytes.len;

	segment->at += n;
	segment->skipping = !end;
	chunk->damaged = end ? 1 : 0;
}

static int take_lines(struct mxlog_followed_segment *segment,
    struct mxlog_chunk *chunk)
{
	struct mxlog_buf *bytes = &chunk->bytes;
	const char *last = memrchr(bytes->data, '\n', bytes->len);

	if (segment->skipping) {
		skip_line(segment, chunk);
		return 1;
	}
	if (!last) {
		segment->skipping = bytes->len > MXLOG_LINE_MAX;
		return segment->skipping;
	}
	chunk->offset = segment->at;
	chunk->text = bytes->data;
	chunk->len = (size_t)(last + 1 - bytes->data);
	segment->at += chunk->len;
	return mxlog_chunk_add_slack(chunk) < 0 ? -ENOMEM : 1;
}

static int read_lines(struct mxlog_followed_segment *segment,
    struct mxlog_chunk *chunk)
{
	size_t want = MXLOG_CHUNK_BYTES, n;
	int r;

	for (;;) {
		mxlog_chunk_reset(chunk);
		r = mxlog_buf_reserve(&chunk->bytes, want + MXLOG_CHUNK_SLACK);
		if (r < 0)
			return r;
		r = mxlog_fs_pread_full(segment->fd, chunk->bytes.data, want,
		    (off_t)segment->at, &n);
		if (r < 0)
			return 0;
		chunk->bytes.len = n;
		chunk->bytes_read = n;
		r = n > 0 ? take_lines(segment, chunk) : 0;
		if (r != 0 || n < want)
			return r;
		want *= 2;
	}
}

int mxlog_followed_read(struct mxlog_followed_segment *segment,
    struct mxlog_chunk *chunk)
{
	struct stat st;
	int r;

	if (segment->fd < 0 || fstat(segment->fd, &st) < 0 ||
	    (uint64_t)st.st_size == segment->at ||
	    !has_more(segment, (uint64_t)st.st_size))
		return 0;
	r = read_lines(segment, chunk);
	read_head(segment);
	return r;
}
