/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/reel.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "order/temporary.h"

static int add_starts(struct mxlog_reel *reel)
{
	const struct mxlog_archive_directory *dir =
	    mxlog_archive_file_directory(reel->file);
	uint64_t at = 0;

	if (!dir)
		return 0;
	reel->n_members = dir->n_members;
	reel->starts = calloc(dir->n_members + 1, sizeof(*reel->starts));
	if (!reel->starts)
		return -ENOMEM;
	for (size_t i = 0; i < dir->n_members; i++) {
		reel->starts[i] = at;
		at += dir->members[i].content;
	}
	reel->starts[dir->n_members] = at;
	return 0;
}

int mxlog_reel_open(struct mxlog_reel *reel, int log_dir_fd,
    const struct mxlog_archive_record *record, struct mxlog_error *reterr)
{
	int r;

	*reel = (struct mxlog_reel){ 0 };
	r = mxlog_archive_file_open(log_dir_fd, record, &reel->file, reterr);
	if (r < 0)
		return r;
	r = add_starts(reel);
	if (r < 0)
		mxlog_reel_close(reel);
	return r;
}

void mxlog_reel_close(struct mxlog_reel *reel)
{
	mxlog_archive_file_close(reel->file);
	free(reel->starts);
	*reel = (struct mxlog_reel){ 0 };
}

/* What is not whole lines: the rest of an overlong line in front, and its
 * beginning at the end. */
static void trim(struct mxlog_chunk *chunk, bool continues, bool last)
{
	const char *end;

	if (continues) {
		end = memchr(chunk->text, '\n', chunk->len);
		end = end ? end + 1 : chunk->text + chunk->len;
		chunk->len -= (size_t)(end - chunk->text);
		chunk->offset += (uint64_t)(end - chunk->text);
		chunk->text = end;
	}
	if (chunk->len == 0 || chunk->text[chunk->len - 1] == '\n')
		return;
	chunk->open_end = last;
	if (last)
		return;
	end = memrchr(chunk->text, '\n', chunk->len);
	chunk->len = end ? (size_t)(end + 1 - chunk->text) : 0;
	chunk->damaged++;
}

int mxlog_reel_read(const struct mxlog_reel *reel, size_t member,
    struct mxlog_archive_scratch *scratch, struct mxlog_chunk *chunk,
    struct mxlog_error *reterr)
{
	const struct mxlog_archive_directory *dir =
	    mxlog_archive_file_directory(reel->file);
	const struct mxlog_archive_member *m = &dir->members[member];
	int r;

	r = mxlog_buf_reserve(&chunk->bytes, m->content + MXLOG_CHUNK_SLACK);
	if (r < 0)
		return r;
	r = mxlog_archive_file_read(reel->file, member, scratch, &chunk->bytes,
	    reterr);
	if (r < 0)
		return r;
	r = mxlog_chunk_add_slack(chunk);
	if (r < 0)
		return r;
	chunk->bytes_read = m->size;
	chunk->offset = reel->starts[member];
	chunk->text = chunk->bytes.data;
	chunk->len = chunk->bytes.len;
	chunk->canonical = m->flags == 0 && m->damaged == 0;
	trim(chunk, m->flags & MXLOG_MEMBER_CONTINUES,
	    member + 1 == reel->n_members);
	return 0;
}

int mxlog_reel_find(const struct mxlog_reel *reel, uint64_t offset,
    size_t *ret_member)
{
	size_t low = 0, high = reel->n_members;

	if (high == 0 || offset >= reel->starts[high])
		return -ENOENT;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (reel->starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	*ret_member = low;
	return 0;
}

int mxlog_reel_unroll(struct mxlog_reel *reel, int *ret_fd, uint64_t *ret_size,
    struct mxlog_error *reterr)
{
	int fd = mxlog_temporary_open();
	uint64_t size = 0;
	const char *piece;
	size_t len;
	int r;

	if (fd < 0)
		return mxlog_error_set(reterr, fd,
		    "no temporary file can be made: %s", strerror(-fd));
	while ((r = mxlog_archive_file_next(reel->file, &piece, &len, reterr)) >
	    0) {
		r = mxlog_fs_write_all(fd, piece, len);
		if (r < 0) {
			(void)mxlog_error_set(reterr, r,
			    "a temporary file can't be written: %s",
			    strerror(-r));
			break;
		}
		size += len;
	}
	if (r < 0) {
		(void)close(fd);
		return r;
	}
	*ret_fd = fd;
	*ret_size = size;
	return 0;
}
