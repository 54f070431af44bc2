/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/archive_lines.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "order/temporary.h"

static int add_starts(struct mxlog_archive_lines *archive_lines)
{
	const struct mxlog_archive_directory *dir =
	    mxlog_archive_file_directory(archive_lines->file);
	uint64_t at = 0;

	if (!dir)
		return 0;
	archive_lines->n_members = dir->n_members;
	archive_lines->starts =
	    calloc(dir->n_members + 1, sizeof(*archive_lines->starts));
	if (!archive_lines->starts)
		return -ENOMEM;
	for (size_t i = 0; i < dir->n_members; i++) {
		archive_lines->starts[i] = at;
		at += dir->members[i].content;
	}
	archive_lines->starts[dir->n_members] = at;
	return 0;
}

int mxlog_archive_lines_open(struct mxlog_archive_lines *archive_lines,
    int log_dir_fd, const struct mxlog_archive_record *record,
    struct mxlog_error *reterr)
{
	int r;

	*archive_lines = (struct mxlog_archive_lines){ 0 };
	r = mxlog_archive_file_open(log_dir_fd, record, &archive_lines->file,
	    reterr);
	if (r < 0)
		return r;
	r = add_starts(archive_lines);
	if (r < 0)
		mxlog_archive_lines_close(archive_lines);
	return r;
}

void mxlog_archive_lines_close(struct mxlog_archive_lines *archive_lines)
{
	mxlog_archive_file_close(archive_lines->file);
	free(archive_lines->starts);
	*archive_lines = (struct mxlog_archive_lines){ 0 };
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

int mxlog_archive_lines_read(const struct mxlog_archive_lines *archive_lines,
    size_t member, struct mxlog_archive_scratch *scratch,
    struct mxlog_chunk *chunk, struct mxlog_error *reterr)
{
	const struct mxlog_archive_directory *dir =
	    mxlog_archive_file_directory(archive_lines->file);
	const struct mxlog_archive_member *m = &dir->members[member];
	int r;

	r = mxlog_buf_reserve(&chunk->bytes, m->content + MXLOG_CHUNK_SLACK);
	if (r < 0)
		return r;
	r = mxlog_archive_file_read(archive_lines->file, member, scratch,
	    &chunk->bytes, reterr);
	if (r < 0)
		return r;
	r = mxlog_chunk_add_slack(chunk);
	if (r < 0)
		return r;
	chunk->bytes_read = m->size;
	chunk->offset = archive_lines->starts[member];
	chunk->text = chunk->bytes.data;
	chunk->len = chunk->bytes.len;
	chunk->canonical = m->flags == 0 && m->damaged == 0;
	trim(chunk, m->flags & MXLOG_MEMBER_CONTINUES,
	    member + 1 == archive_lines->n_members);
	return 0;
}

int mxlog_archive_lines_find(const struct mxlog_archive_lines *archive_lines,
    uint64_t offset, size_t *ret_member)
{
	size_t low = 0, high = archive_lines->n_members;

	if (high == 0 || offset >= archive_lines->starts[high])
		return -ENOENT;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (archive_lines->starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	*ret_member = low;
	return 0;
}

int mxlog_archive_lines_spill(struct mxlog_archive_lines *archive_lines,
    int *ret_fd, uint64_t *ret_size, struct mxlog_error *reterr)
{
	int fd = mxlog_temporary_open();
	uint64_t size = 0;
	const char *piece;
	size_t len;
	int r;

	if (fd < 0)
		return mxlog_error_set(reterr, fd,
		    "no temporary file can be made: %s", strerror(-fd));
	while ((r = mxlog_archive_file_next(archive_lines->file, &piece, &len,
		    reterr)) > 0) {
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
