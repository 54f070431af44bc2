/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_writer.h"

#include <stdlib.h>

#include "archive/archive_frame.h"
#include "archive/archive_scan.h"
#include "base/fs.h"

enum {
	/* Measured (tests/bench/bench_archive.sh): with the directory smaller
	 * than gzip -6, at more than 1.5 times its speed. Level 7 takes 1.4
	 * times as long for 1 % less. */
	COMPRESSION = 6,
	MEMBERS_AIM = 65536, /* of a huge segment: its members are larger */
};

struct archiver {
	const struct mxlog_archive_source *source;
	int out_fd;                  /* -1: nothing is written */
	struct mxlog_digest *digest; /* of all that was written */
	struct mxlog_gzip_writer *deflate;
	struct mxlog_gzip_reader *inflate;
	struct mxlog_archive_scan *scan;
	struct mxlog_ngram_filter_writer *ngram_filters; /* NULL for metrics */
	struct mxlog_buf window; /* of the segment, from `done` on */
	struct mxlog_buf out;    /* a piece of the archive */
	struct mxlog_buf check;  /* what it inflates to */
	uint64_t read, done;     /* bytes of the segment */
	uint64_t written;        /* bytes of the archive */
	bool continues;          /* the next member begins inside a line */
	struct mxlog_archive_directory dir;
	size_t capacity; /* of dir.members */
};

static void done_archiver(struct archiver *a)
{
	free(a->dir.members);
	free(a->dir.modules);
	free(a->dir.tags);
	mxlog_digest_free(a->digest);
	mxlog_gzip_writer_free(a->deflate);
	mxlog_gzip_reader_free(a->inflate);
	mxlog_archive_scan_free(a->scan);
	mxlog_ngram_filter_writer_free(a->ngram_filters);
	mxlog_buf_done(&a->window);
	mxlog_buf_done(&a->out);
	mxlog_buf_done(&a->check);
}

static int init_archiver(struct archiver *a,
    const struct mxlog_archive_source *source, int out_fd)
{
	int r;

	*a = (struct archiver){ .source = source, .out_fd = out_fd };
	r = mxlog_digest_new(NULL, 0, &a->digest);
	if (r == 0)
		r = mxlog_gzip_writer_new(COMPRESSION, &a->deflate);
	if (r == 0)
		r = mxlog_gzip_reader_new(&a->inflate);
	if (r == 0)
		r = mxlog_archive_scan_new(source->segment.kind, &a->scan);
	if (r == 0 && source->segment.kind == MXLOG_ENTRIES)
		r = mxlog_ngram_filter_writer_new(&a->ngram_filters);
	return r;
}

/* Write what is in `out` behind what was written. */
static int put_out(struct archiver *a)
{
	int r = mxlog_digest_update(a->digest, a->out.data, a->out.len);

	if (r == 0)
		r = mxlog_fs_write_all(a->out_fd, a->out.data, a->out.len);
	a->written += a->out.len;
	return r;
}

/* ---- members ---- */

/* Have at least `len` bytes in the window, or all that there are. */
static int fill_window(struct archiver *a, size_t len)
{
	uint64_t left = a->source->size - a->read;
	size_t want, got;
	int r;

	if (a->window.len >= len)
		return 0;
	want = (size_t)MIN((uint64_t)(len - a->window.len), left);
	r = mxlog_buf_reserve(&a->window, want);
	if (r < 0)
		return r;
	r = mxlog_fs_pread_full(a->source->fd, a->window.data + a->window.len,
	    want, (off_t)a->read, &got);
	if (r < 0)
		return r;
	if (got < want)
		return -EBUSY;
	a->window.len += got;
	a->read += got;
	return 0;
}

/* How much of the segment the next member takes, 0 at its end. */
static int choose_member(struct archiver *a, size_t target, size_t *ret)
{
	const char *newline;
	size_t searched;
	int r;

	r = fill_window(a, target);
	if (r < 0)
		return r;
	newline = a->window.len == 0
	    ? NULL
	    : memrchr(a->window.data, '\n', MIN(a->window.len, target));
	while (!newline && a->read < a->source->size &&
	    a->window.len < MXLOG_ARCHIVE_MEMBER_MAX) {
		searched = a->window.len;
		r = fill_window(a,
		    MIN(searched + target, (size_t)MXLOG_ARCHIVE_MEMBER_MAX));
		if (r < 0)
			return r;
		newline = memchr(a->window.data + searched, '\n',
		    a->window.len - searched);
	}
	*ret = newline ? (size_t)(newline - a->window.data) + 1 : a->window.len;
	return 0;
}

/* A compressor's or the memory's mistake would lose the lines for good. */
static int check_member(struct archiver *a, size_t len)
{
	size_t taken;
	int r;

	a->check.len = 0;
	r = mxlog_gzip_read_member(a->inflate, a->out.data, a->out.len, len,
	    &a->check, &taken);
	if (r == -ENOMEM)
		return r;
	if (r < 0 || taken != a->out.len || a->check.len != len ||
	    memcmp(a->check.data, a->window.data, len) != 0)
		return -EIO;
	return 0;
}

static int grow_members(struct archiver *a)
{
	size_t capacity = MAX(a->capacity * 2, (size_t)64);
	struct mxlog_archive_member *members;

	if (a->dir.n_members < a->capacity)
		return 0;
	members = reallocarray(a->dir.members, capacity, sizeof(*members));
	if (!members)
		return -ENOMEM;
	a->dir.members = members;
	a->capacity = capacity;
	return 0;
}

/* Compress the first `len` bytes of the window. */
static int deflate_member(struct archiver *a, size_t len,
    struct mxlog_archive_member *member)
{
	int r;

	a->out.len = 0;
	r = mxlog_frame_write_data(a->deflate, a->window.data, len, &a->out);
	if (r == 0)
		r = check_member(a, len);
	if (r == 0)
		r = mxlog_digest_sha256(a->out.data, a->out.len,
		    member->sha256);
	member->offset = a->written;
	member->size = (uint32_t)a->out.len;
	member->content = (uint32_t)len;
	return r < 0 ? r : put_out(a);
}

static int write_member(struct archiver *a, size_t len)
{
	struct mxlog_archive_member *member;
	int r;

	r = grow_members(a);
	if (r < 0)
		return r;
	member = &a->dir.members[a->dir.n_members];
	r = mxlog_archive_scan_member(a->scan, a->window.data, len,
	    a->continues, member);
	if (r < 0)
		return r;
	if (a->out_fd >= 0)
		r = deflate_member(a, len, member);
	if (r == 0 && a->ngram_filters && a->out_fd >= 0)
		r = mxlog_ngram_filter_writer_add(a->ngram_filters,
		    mxlog_archive_scan_grams(a->scan), member->size);
	if (r < 0)
		return r;

	a->dir.n_members++;
	a->continues = a->window.data[len - 1] != '\n';
	a->window.len -= len;
	memmove(a->window.data, a->window.data + len, a->window.len);
	a->done += len;
	return 0;
}

static size_t choose_target(uint64_t size)
{
	uint64_t target =
	    MAX(size / MEMBERS_AIM, (uint64_t)MXLOG_ARCHIVE_MEMBER_TARGET);

	return (size_t)MIN(target, (uint64_t)MXLOG_ARCHIVE_MEMBER_MAX);
}

static int write_members(struct archiver *a, mxlog_archive_step *progress,
    void *arg)
{
	uint64_t total = a->source->size;
	size_t len;
	int r;

	for (;;) {
		r = choose_member(a, choose_target(total), &len);
		if (r < 0 || len == 0)
			return r;
		r = write_member(a, len);
		if (r == 0 && progress)
			r = progress(arg, a->done, total);
		if (r < 0)
			return r;
	}
}

/* ---- what stands behind the members ---- */

static void sum_members(struct mxlog_archive_directory *dir)
{
	dir->min_usec = INT64_MAX;
	dir->max_usec = INT64_MIN;
	for (size_t i = 0; i < dir->n_members; i++) {
		const struct mxlog_archive_member *m = &dir->members[i];

		dir->min_usec = MIN(dir->min_usec, m->min_usec);
		dir->max_usec = MAX(dir->max_usec, m->max_usec);
		for (size_t k = 0; k < MXLOG_ARCHIVE_LEVELS; k++)
			dir->entry_count += m->levels[k];
	}
}

static int describe(struct archiver *a)
{
	struct mxlog_archive_directory *dir = &a->dir;

	dir->archive_id = a->source->archive_id;
	dir->segment = a->source->segment;
	dir->segment.archived = false;
	dir->archived_usec = a->source->archived_usec;
	dir->arrived_usec = a->source->arrived_usec;
	dir->original_size = a->source->size;
	dir->seal = a->source->seal;
	sum_members(dir);
	return mxlog_archive_scan_names(a->scan, dir);
}

/* The n-gram filters' members, which stand behind the bounds that vouch for them. */
static int make_ngram_filters(struct archiver *a, struct mxlog_buf *ret)
{
	struct mxlog_buf part = { 0 };
	int r = 0;

	if (a->ngram_filters)
		r = mxlog_ngram_filter_writer_finish(a->ngram_filters, &part);
	if (r == 0)
		r = mxlog_frame_write_part(MXLOG_FRAME_SKETCHES, part.data,
		    part.len, ret);
	mxlog_buf_done(&part);
	if (r < 0)
		return r;
	if (ret->len > UINT32_MAX)
		return -EFBIG;
	a->dir.ngram_filters_size = (uint32_t)ret->len;
	return mxlog_digest_sha256(ret->data, ret->len,
	    a->dir.ngram_filters_sha256);
}

static int write_directory(struct archiver *a,
    unsigned char digest[MXLOG_DIGEST_LEN])
{
	struct mxlog_frame_end end = { .bounds_at = a->written };
	struct mxlog_buf part = { 0 }, ngram_filters = { 0 };
	int r;

	r = make_ngram_filters(a, &ngram_filters);
	if (r == 0)
		r = mxlog_archive_directory_encode(&a->dir, &part);
	a->out.len = 0;
	if (r == 0)
		r = mxlog_frame_write_part(MXLOG_FRAME_BOUNDS, part.data,
		    part.len, &a->out);
	if (r == 0)
		r = mxlog_digest_sha256(a->out.data, a->out.len,
		    end.bounds_sha256);
	if (r < 0)
		goto out;
	end.bounds_len = a->out.len;
	end.ngram_filters_len = ngram_filters.len;
	r = mxlog_buf_add(&a->out, ngram_filters.data, ngram_filters.len);
	if (r == 0)
		r = mxlog_frame_write_end(&end, &a->out);
	if (r == 0)
		r = put_out(a);
	memcpy(digest, end.bounds_sha256, MXLOG_DIGEST_LEN);
out:
	mxlog_buf_done(&part);
	mxlog_buf_done(&ngram_filters);
	return r;
}

static void fill_record(const struct archiver *a,
    struct mxlog_archive_record *ret)
{
	ret->name = a->dir.segment;
	ret->name.archived = true;
	ret->archive_id = a->dir.archive_id;
	ret->archived_usec = a->dir.archived_usec;
	ret->original_size = a->dir.original_size;
	ret->compressed_size = a->written;
	ret->entry_count = a->dir.entry_count;
	ret->own = true;
	ret->min_usec = a->dir.min_usec;
	ret->max_usec = a->dir.max_usec;
	ret->arrived_usec = a->dir.arrived_usec;
	ret->seal = a->source->seal;
}

int mxlog_archive_write(const struct mxlog_archive_source *source, int out_fd,
    mxlog_archive_step *progress, void *arg, struct mxlog_archive_record *ret)
{
	struct mxlog_archive_record record = { 0 };
	struct archiver a;
	int r;

	r = init_archiver(&a, source, out_fd);
	if (r == 0)
		r = write_members(&a, progress, arg);
	if (r == 0)
		r = describe(&a);
	if (r == 0)
		r = write_directory(&a, record.directory);
	if (r == 0)
		r = mxlog_digest_finish(a.digest, record.checksum);
	if (r == 0) {
		fill_record(&a, &record);
		*ret = record;
	}
	done_archiver(&a);
	return r;
}

int mxlog_archive_survey(const struct mxlog_archive_source *source,
    struct mxlog_archive_record *ret)
{
	struct archiver a;
	int r;

	r = init_archiver(&a, source, -1);
	if (r == 0)
		r = write_members(&a, NULL, NULL);
	if (r == 0)
		r = describe(&a);
	if (r == 0) {
		*ret = (struct mxlog_archive_record){ 0 };
		fill_record(&a, ret);
	}
	done_archiver(&a);
	return r;
}
