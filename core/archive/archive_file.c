/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_file.h"

#include <stdlib.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive_foreign.h"
#include "archive/archive_frame.h"
#include "archive/archive_recheck.h"
#include "base/fs.h"

enum {
	PART_MAX =
	    64 * 1024 * 1024, /* larger parts of a directory are refused */
	HASH_STEP = 256 * 1024,
};

struct mxlog_archive_file {
	int fd;
	uint64_t size;
	uint64_t overhead; /* bytes read for anything but members */
	unsigned char checksum[MXLOG_DIGEST_LEN];
	bool own;
	struct mxlog_frame_end end;
	struct mxlog_archive_directory dir;
	struct mxlog_ngram_filters *ngram_filters;
	struct mxlog_archive_foreign *foreign;
	char name[MXLOG_SEGMENT_NAME_MAX]; /* for messages */
};

void mxlog_archive_scratch_done(struct mxlog_archive_scratch *scratch)
{
	mxlog_buf_done(&scratch->raw);
	mxlog_gzip_reader_free(scratch->gzip);
	*scratch = (struct mxlog_archive_scratch){ 0 };
}

static int corrupt(const struct mxlog_archive_file *file,
    struct mxlog_error *reterr, const char *what)
{
	return mxlog_error_set(reterr, -EBADMSG, "%s is corrupt: %s",
	    file->name, what);
}

/* For what is no corruption: no memory, no access, an I/O error. */
static int failed(const struct mxlog_archive_file *file,
    struct mxlog_error *reterr, int r)
{
	return mxlog_error_set(reterr, r, "%s: %s", file->name, strerror(-r));
}

/* Append exactly `len` bytes of the file. -EBADMSG if it is too short. */
static int read_raw(const struct mxlog_archive_file *file, uint64_t offset,
    size_t len, struct mxlog_buf *out)
{
	size_t got;
	int r;

	r = mxlog_buf_reserve(out, len);
	if (r < 0)
		return r;
	r = mxlog_fs_pread_full(file->fd, out->data + out->len, len,
	    (off_t)offset, &got);
	if (r < 0)
		return r;
	if (got != len)
		return -EBADMSG;
	out->len += len;
	return 0;
}

/* Append a piece of the file whose digest is known. */
static int read_verified(const struct mxlog_archive_file *file, uint64_t offset,
    size_t len, const unsigned char sha256[MXLOG_DIGEST_LEN],
    struct mxlog_buf *out)
{
	unsigned char digest[MXLOG_DIGEST_LEN];
	size_t from = out->len;
	int r = read_raw(file, offset, len, out);

	if (r == 0)
		r = mxlog_digest_sha256(out->data + from, len, digest);
	if (r == 0 && !mxlog_digest_equal(digest, sha256))
		r = -EBADMSG;
	return r;
}

/* ---- opening ---- */

static int open_fd(struct mxlog_archive_file *file, int log_dir_fd,
    const struct mxlog_segment_name *name, struct mxlog_error *reterr)
{
	struct stat st;
	int dir_fd, r;

	mxlog_segment_format(file->name, name);
	r = mxlog_segment_open_dir(log_dir_fd, name->kind, true, false,
	    &dir_fd);
	if (r < 0)
		return failed(file, reterr, r);
	r = mxlog_fs_open_file(dir_fd, file->name, O_RDONLY, &file->fd);
	(void)close(dir_fd);
	if (r == 0 && fstat(file->fd, &st) < 0)
		r = -errno;
	if (r < 0)
		return failed(file, reterr, r);
	file->size = (uint64_t)st.st_size;
	return 0;
}

/* The end, then the bounds: `sha256` (NULL: the end's own word) vouches. */
static int read_directory(struct mxlog_archive_file *file,
    const unsigned char *sha256, struct mxlog_error *reterr)
{
	struct mxlog_buf raw = { 0 }, part = { 0 };
	const struct mxlog_frame_end *end = &file->end;
	const char *what = "it does not end as an archive does";
	int r = -EBADMSG;

	if (file->size < MXLOG_FRAME_END_LEN)
		goto out;
	r = read_raw(file, file->size - MXLOG_FRAME_END_LEN,
	    MXLOG_FRAME_END_LEN, &raw);
	if (r == 0)
		r = mxlog_frame_read_end(raw.data, file->size, &file->end);
	if (r < 0)
		goto out;

	what = "its directory is not the one that was recorded";
	r = -EBADMSG;
	if ((sha256 && !mxlog_digest_equal(sha256, end->bounds_sha256)) ||
	    end->bounds_len > PART_MAX)
		goto out;
	raw.len = 0;
	r = read_verified(file, end->bounds_at, (size_t)end->bounds_len,
	    end->bounds_sha256, &raw);
	if (r < 0)
		goto out;

	what = "its directory makes no sense";
	r = mxlog_frame_read_part(MXLOG_FRAME_BOUNDS, raw.data, raw.len, &part);
	if (r == 0)
		r = mxlog_archive_directory_decode(part.data, part.len,
		    &file->dir);
	file->overhead += MXLOG_FRAME_END_LEN + end->bounds_len;
out:
	mxlog_buf_done(&raw);
	mxlog_buf_done(&part);
	if (r == -EBADMSG)
		return corrupt(file, reterr, what);
	return r < 0 ? failed(file, reterr, r) : 0;
}

/* Members, bounds, n-gram filters and end fill the file without a gap. */
static int check_layout(struct mxlog_archive_file *file,
    const struct mxlog_segment_name *name, struct mxlog_error *reterr)
{
	struct mxlog_archive_directory *dir = &file->dir;
	struct mxlog_segment_name live = *name;
	uint64_t at = 0;

	live.archived = false;
	if (dir->n_members > 0) {
		const struct mxlog_archive_member *last =
		    &dir->members[dir->n_members - 1];

		at = last->offset + last->size;
	}
	if (at != file->end.bounds_at)
		return corrupt(file, reterr, "its members leave a gap");
	if (dir->ngram_filters_size != file->end.ngram_filters_len)
		return corrupt(file, reterr, "its sketches are not all there");
	if (mxlog_segment_compare(&dir->segment, &live) != 0)
		return corrupt(file, reterr, "it was made of another segment");
	dir->ngram_filters_offset = file->end.bounds_at + file->end.bounds_len;
	return 0;
}

static int check_record(const struct mxlog_archive_file *file,
    const struct mxlog_archive_record *record, struct mxlog_error *reterr)
{
	const struct mxlog_archive_directory *dir = &file->dir;

	if (mxlog_ulid_compare(&dir->archive_id, &record->archive_id) != 0 ||
	    dir->original_size != record->original_size ||
	    dir->entry_count != record->entry_count ||
	    dir->min_usec != record->min_usec ||
	    dir->max_usec != record->max_usec)
		return corrupt(file, reterr,
		    "it is not the archive that was recorded");
	return 0;
}

static int open_own(struct mxlog_archive_file *file,
    const struct mxlog_archive_record *record, struct mxlog_error *reterr)
{
	int r;

	if (file->size != record->compressed_size)
		return corrupt(file, reterr,
		    "its size is not the recorded one");
	r = read_directory(file, record->directory, reterr);
	if (r == 0)
		r = check_layout(file, &record->name, reterr);
	if (r == 0)
		r = check_record(file, record, reterr);
	return r;
}

static int open_foreign(struct mxlog_archive_file *file,
    const struct mxlog_archive_record *record, struct mxlog_error *reterr)
{
	int r = mxlog_archive_foreign_new(file->fd, file->size,
	    record->checksum, record->original_size, &file->foreign);

	file->overhead += file->size;
	if (r == -EBADMSG)
		return corrupt(file, reterr,
		    "its checksum is not the recorded one");
	return r < 0 ? failed(file, reterr, r) : 0;
}

int mxlog_archive_file_open(int log_dir_fd,
    const struct mxlog_archive_record *record, struct mxlog_archive_file **ret,
    struct mxlog_error *reterr)
{
	struct mxlog_archive_file *file = calloc(1, sizeof(*file));
	int r;

	if (!file)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	file->fd = -1;
	file->own = record->own;
	memcpy(file->checksum, record->checksum, MXLOG_DIGEST_LEN);
	r = open_fd(file, log_dir_fd, &record->name, reterr);
	if (r == 0)
		r = record->own ? open_own(file, record, reterr)
				: open_foreign(file, record, reterr);
	if (r < 0) {
		mxlog_archive_file_close(file);
		return r;
	}
	*ret = file;
	return 0;
}

void mxlog_archive_file_close(struct mxlog_archive_file *file)
{
	if (!file)
		return;
	mxlog_archive_directory_done(&file->dir);
	mxlog_ngram_filters_free(file->ngram_filters);
	mxlog_archive_foreign_free(file->foreign);
	if (file->fd >= 0)
		(void)close(file->fd);
	free(file);
}

const struct mxlog_archive_directory *mxlog_archive_file_directory(
    const struct mxlog_archive_file *file)
{
	return file->own ? &file->dir : NULL;
}

uint64_t mxlog_archive_file_size(const struct mxlog_archive_file *file)
{
	return file->size;
}

uint64_t mxlog_archive_file_overhead(const struct mxlog_archive_file *file)
{
	return file->overhead;
}

/* ---- n-gram filters ---- */

int mxlog_archive_file_load_ngram_filters(struct mxlog_archive_file *file,
    struct mxlog_error *reterr)
{
	const struct mxlog_archive_directory *dir = &file->dir;
	struct mxlog_buf raw = { 0 }, part = { 0 };
	int r;

	if (!file->own || file->ngram_filters || dir->ngram_filters_size == 0)
		return 0;
	if (dir->ngram_filters_size > PART_MAX)
		return corrupt(file, reterr, "its sketches are too large");
	r = read_verified(file, dir->ngram_filters_offset,
	    dir->ngram_filters_size, dir->ngram_filters_sha256, &raw);
	if (r == 0)
		r = mxlog_frame_read_part(MXLOG_FRAME_SKETCHES, raw.data,
		    raw.len, &part);
	if (r == 0)
		r = mxlog_ngram_filters_decode(part.data, part.len,
		    dir->n_members, &file->ngram_filters);
	file->overhead += raw.len;
	mxlog_buf_done(&raw);
	mxlog_buf_done(&part);
	if (r == -EBADMSG)
		return corrupt(file, reterr,
		    "its sketches are not the recorded ones");
	return r < 0 ? failed(file, reterr, r) : 0;
}

bool mxlog_archive_file_may_contain(const struct mxlog_archive_file *file,
    size_t member, const struct mxlog_ngram_set *needle)
{
	return !file->ngram_filters ||
	    mxlog_ngram_filters_may_contain(file->ngram_filters, member,
		needle);
}

/* ---- members ---- */

static int inflate_member(const struct mxlog_archive_member *member,
    struct mxlog_archive_scratch *scratch, struct mxlog_buf *out)
{
	size_t from = out->len, taken;
	int r = 0;

	if (!scratch->gzip)
		r = mxlog_gzip_reader_new(&scratch->gzip);
	if (r == 0)
		r = mxlog_gzip_read_member(scratch->gzip, scratch->raw.data,
		    scratch->raw.len, member->content, out, &taken);
	if (r < 0)
		return r;
	if (taken == member->size && out->len - from == member->content)
		return 0;
	out->len = from;
	return -EBADMSG;
}

int mxlog_archive_file_read(const struct mxlog_archive_file *file,
    size_t member, struct mxlog_archive_scratch *scratch, struct mxlog_buf *out,
    struct mxlog_error *reterr)
{
	const struct mxlog_archive_member *m;
	int r;

	assert(file->own && member < file->dir.n_members);
	m = &file->dir.members[member];
	scratch->raw.len = 0;
	r = read_verified(file, m->offset, m->size, m->sha256, &scratch->raw);
	if (r == 0)
		r = inflate_member(m, scratch, out);
	if (r == -EBADMSG)
		return mxlog_error_set(reterr, r,
		    "%s is corrupt: member %zu is not what its directory says",
		    file->name, member);
	return r < 0 ? failed(file, reterr, r) : 0;
}

/* ---- foreign files ---- */

int mxlog_archive_file_next(struct mxlog_archive_file *file, const char **ret,
    size_t *ret_len, struct mxlog_error *reterr)
{
	int r;

	assert(!file->own);
	r = mxlog_archive_foreign_next(file->foreign, ret, ret_len);
	if (r == -EBADMSG)
		return corrupt(file, reterr, "it does not inflate");
	if (r == -EFBIG)
		return mxlog_error_set(reterr, -EBADMSG,
		    "%s is corrupt: it inflates to more than was recorded",
		    file->name);
	return r < 0 ? failed(file, reterr, r) : r;
}

int mxlog_archive_file_rewind(struct mxlog_archive_file *file)
{
	assert(!file->own);
	return mxlog_archive_foreign_rewind(file->foreign);
}

/* ---- checking all of it ---- */

static int check_checksum(const struct mxlog_archive_file *file,
    const unsigned char *expected, unsigned char actual[MXLOG_DIGEST_LEN])
{
	struct mxlog_digest *digest;
	struct mxlog_buf raw = { 0 };
	int r = mxlog_digest_new(NULL, 0, &digest);

	if (r < 0)
		return r;
	for (uint64_t at = 0; r == 0 && at < file->size; at += raw.len) {
		raw.len = 0;
		r = read_raw(file, at,
		    (size_t)MIN(file->size - at, (uint64_t)HASH_STEP), &raw);
		if (r == 0)
			r = mxlog_digest_update(digest, raw.data, raw.len);
	}
	if (r == 0)
		r = mxlog_digest_finish(digest, actual);
	if (r == 0 && expected && !mxlog_digest_equal(expected, actual))
		r = -EBADMSG;
	mxlog_digest_free(digest);
	mxlog_buf_done(&raw);
	return r;
}

/* One member's bytes, its own word on them, and the directory's. */
static int verify_member(struct mxlog_archive_file *file, size_t i,
    struct mxlog_archive_scan *scan, struct mxlog_archive_scratch *scratch,
    struct mxlog_buf *content, struct mxlog_error *reterr)
{
	const struct mxlog_archive_member *m = &file->dir.members[i];
	const char *hidden = "its directory hides something";
	int r;

	content->len = 0;
	r = mxlog_archive_file_read(file, i, scratch, content, reterr);
	if (r < 0)
		return r;
	if (mxlog_frame_check_data(scratch->raw.data, m->size, m->content) < 0)
		return corrupt(file, reterr, "a member says otherwise");
	r = mxlog_archive_recheck_member(scan, &file->dir, i,
	    file->ngram_filters, content, &hidden);
	if (r == -EBADMSG)
		return corrupt(file, reterr, hidden);
	return r < 0 ? failed(file, reterr, r) : 0;
}

static int verify_members(struct mxlog_archive_file *file,
    struct mxlog_error *reterr)
{
	struct mxlog_archive_scratch scratch = { 0 };
	struct mxlog_archive_scan *scan = NULL;
	struct mxlog_buf content = { 0 };
	int r = mxlog_archive_scan_new(file->dir.segment.kind, &scan);

	if (r < 0)
		return failed(file, reterr, r);
	for (size_t i = 0; r == 0 && i < file->dir.n_members; i++)
		r = verify_member(file, i, scan, &scratch, &content, reterr);
	mxlog_archive_scan_free(scan);
	mxlog_archive_scratch_done(&scratch);
	mxlog_buf_done(&content);
	return r;
}

static int verify_foreign(struct mxlog_archive_file *file,
    struct mxlog_error *reterr)
{
	const char *piece;
	size_t len;
	int r;

	while ((r = mxlog_archive_file_next(file, &piece, &len, reterr)) > 0)
		continue;
	if (r == 0)
		r = mxlog_archive_file_rewind(file);
	return r;
}

int mxlog_archive_file_verify(struct mxlog_archive_file *file,
    struct mxlog_error *reterr)
{
	unsigned char actual[MXLOG_DIGEST_LEN];
	int r = check_checksum(file, file->checksum, actual);

	if (r == -EBADMSG)
		return corrupt(file, reterr,
		    "its checksum is not the recorded one");
	if (r < 0)
		return failed(file, reterr, r);
	if (!file->own)
		return verify_foreign(file, reterr);
	r = mxlog_archive_file_load_ngram_filters(file, reterr);
	return r < 0 ? r : verify_members(file, reterr);
}

static void fill_record(const struct mxlog_archive_file *file,
    const struct mxlog_segment_name *name, struct mxlog_archive_record *ret)
{
	const struct mxlog_archive_directory *dir = &file->dir;

	ret->name = *name;
	ret->name.archived = true;
	ret->archive_id = dir->archive_id;
	ret->archived_usec = dir->archived_usec;
	ret->original_size = dir->original_size;
	ret->compressed_size = file->size;
	ret->entry_count = dir->entry_count;
	ret->own = true;
	memcpy(ret->directory, file->end.bounds_sha256, MXLOG_DIGEST_LEN);
	ret->min_usec = dir->min_usec;
	ret->max_usec = dir->max_usec;
	ret->arrived_usec = dir->arrived_usec;
	ret->seal = (enum mxlog_archive_seal)dir->seal;
}

static bool ends_as_ours(const struct mxlog_archive_file *file)
{
	struct mxlog_frame_end end;
	struct mxlog_buf raw = { 0 };
	bool ours;

	ours = file->size >= MXLOG_FRAME_END_LEN &&
	    read_raw(file, file->size - MXLOG_FRAME_END_LEN,
		MXLOG_FRAME_END_LEN, &raw) == 0 &&
	    mxlog_frame_read_end(raw.data, file->size, &end) == 0;
	mxlog_buf_done(&raw);
	return ours;
}

int mxlog_archive_file_describe(int log_dir_fd,
    const struct mxlog_segment_name *name, struct mxlog_archive_record *ret,
    struct mxlog_error *reterr)
{
	struct mxlog_archive_file *file = calloc(1, sizeof(*file));
	struct mxlog_archive_record record = { 0 };
	int r;

	if (!file)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	file->fd = -1;
	file->own = true;
	r = open_fd(file, log_dir_fd, name, reterr);
	if (r == 0 && !ends_as_ours(file))
		r = mxlog_error_set(reterr, -ENODATA,
		    "%s does not end as an archive does", file->name);
	if (r == 0)
		r = read_directory(file, NULL, reterr);
	if (r == 0)
		r = check_layout(file, name, reterr);
	if (r == 0) {
		fill_record(file, name, &record);
		r = check_checksum(file, NULL, record.checksum);
		memcpy(file->checksum, record.checksum, MXLOG_DIGEST_LEN);
	}
	if (r == 0)
		r = mxlog_archive_file_verify(file, reterr);
	if (r == 0)
		*ret = record;
	mxlog_archive_file_close(file);
	return r;
}

/* Newlines, and a last line without one. */
static int count_content(struct mxlog_archive_file *file, uint64_t *ret_size,
    uint64_t *ret_lines, struct mxlog_error *reterr)
{
	uint64_t size = 0, lines = 0;
	const char *piece = NULL;
	bool open = false;
	size_t len;
	int r;

	while ((r = mxlog_archive_file_next(file, &piece, &len, reterr)) > 0) {
		for (size_t i = 0; i < len; i++)
			lines += piece[i] == '\n';
		open = piece[len - 1] != '\n';
		size += len;
	}
	*ret_size = size;
	*ret_lines = lines + open;
	return r;
}

int mxlog_archive_file_describe_foreign(int log_dir_fd,
    struct mxlog_archive_record *record, struct mxlog_error *reterr)
{
	struct mxlog_archive_file *file = calloc(1, sizeof(*file));
	unsigned char checksum[MXLOG_DIGEST_LEN];
	uint64_t size = 0, lines = 0;
	int r;

	if (!file)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	file->fd = -1;
	r = open_fd(file, log_dir_fd, &record->name, reterr);
	if (r == 0) {
		r = check_checksum(file, NULL, checksum);
		if (r == 0)
			r = mxlog_archive_foreign_new(file->fd, file->size,
			    checksum, INT64_MAX, &file->foreign);
		r = r < 0 ? failed(file, reterr, r)
			  : count_content(file, &size, &lines, reterr);
	}
	if (r == 0) {
		record->own = false;
		record->original_size = size;
		record->compressed_size = file->size;
		record->entry_count = lines;
		memcpy(record->checksum, checksum, sizeof(checksum));
	}
	mxlog_archive_file_close(file);
	return r;
}
