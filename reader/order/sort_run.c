/* SPDX-License-Identifier: Apache-2.0 */
#include "order/sort_run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "order/temporary.h"

enum {
	RUNS_MAX = 256,           /* more are merged into one */
	WRITE_BYTES = 256 * 1024, /* written at once */
	READ_BYTES = 16 * 1024,   /* read at once, for each run */
};

/* A record in the file; its extra bytes follow, and its text, if it has one. */
struct stored {
	uint64_t hi, lo;
	uint64_t offset;
	int64_t time_usec;
	uint32_t len;
	uint32_t extra_len;
	uint32_t segment;
	uint16_t missing;
	uint16_t has_text;
};

struct run {
	uint64_t at, end; /* in the file: what was not read yet */
	struct mxlog_buf buf;
	size_t pos; /* in buf: where the current record begins */
	struct mxlog_sort_record current;
	size_t current_size; /* in buf */
};

struct mxlog_sort_runs {
	int fd;
	bool descending;
	uint64_t size; /* of the file */
	struct mxlog_buf out;
	struct run runs[RUNS_MAX];
	size_t n_runs;
	uint16_t heap[RUNS_MAX]; /* runs with a record left, first on top */
	size_t n_heap;
};

static int compare_extra(const struct mxlog_sort_record *a,
    const struct mxlog_sort_record *b)
{
	uint32_t n = MIN(a->extra_len, b->extra_len);
	int c = n > 0 ? memcmp(a->extra, b->extra, n) : 0;

	if (c != 0 || a->extra_len == b->extra_len)
		return c;
	return a->extra_len < b->extra_len ? -1 : 1;
}

int mxlog_sort_compare(const struct mxlog_sort_record *a,
    const struct mxlog_sort_record *b, bool descending)
{
	int c;

	if (a->missing != b->missing)
		return a->missing ? 1 : -1;
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	c = compare_extra(a, b);
	if (c != 0)
		return descending ? -c : c;
	if (a->segment != b->segment)
		return a->segment < b->segment ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

int mxlog_sort_runs_new(bool descending, struct mxlog_sort_runs **ret)
{
	struct mxlog_sort_runs *runs = calloc(1, sizeof(*runs));

	if (!runs)
		return -ENOMEM;
	runs->descending = descending;
	runs->fd = mxlog_temporary_open();
	if (runs->fd < 0) {
		int r = runs->fd;

		free(runs);
		return r;
	}
	*ret = runs;
	return 0;
}

void mxlog_sort_runs_free(struct mxlog_sort_runs *runs)
{
	if (!runs)
		return;
	for (size_t i = 0; i < runs->n_runs; i++)
		mxlog_buf_done(&runs->runs[i].buf);
	mxlog_buf_done(&runs->out);
	(void)close(runs->fd);
	free(runs);
}

/* Make sure of `need` bytes from pos on. -EIO if the file ends before. */
static int fill(struct mxlog_sort_runs *runs, struct run *run, size_t need)
{
	struct mxlog_buf *buf = &run->buf;
	size_t left = buf->len - run->pos, want, n;
	int r;

	if (left >= need)
		return 0;
	if (left > 0)
		memmove(buf->data, buf->data + run->pos, left);
	buf->len = left;
	run->pos = 0;
	want = (size_t)MIN((uint64_t)MAX(need - left, (size_t)READ_BYTES),
	    run->end - run->at);
	r = mxlog_buf_reserve(buf, want);
	if (r < 0)
		return r;
	r = mxlog_fs_pread_full(runs->fd, buf->data + left, want,
	    (off_t)run->at, &n);
	if (r < 0)
		return r;
	buf->len += n;
	run->at += n;
	return buf->len >= need ? 0 : -EIO;
}

/* 1 and run->current, 0 at its end. */
static int load(struct mxlog_sort_runs *runs, struct run *run)
{
	struct stored stored;
	const char *extra;
	size_t rest;
	int r;

	if (run->pos == run->buf.len && run->at == run->end)
		return 0;
	r = fill(runs, run, sizeof(stored));
	if (r < 0)
		return r;
	memcpy(&stored, run->buf.data + run->pos, sizeof(stored));
	rest = stored.extra_len + (stored.has_text ? stored.len : 0);
	r = fill(runs, run, sizeof(stored) + rest);
	if (r < 0)
		return r;
	extra = run->buf.data + run->pos + sizeof(stored);
	run->current_size = sizeof(stored) + rest;
	run->current = (struct mxlog_sort_record){
		.hi = stored.hi,
		.lo = stored.lo,
		.offset = stored.offset,
		.time_usec = stored.time_usec,
		.text = stored.has_text ? extra + stored.extra_len : NULL,
		.extra = extra,
		.len = stored.len,
		.extra_len = stored.extra_len,
		.segment = stored.segment,
		.missing = stored.missing != 0,
	};
	return 1;
}

static bool before(const struct mxlog_sort_runs *runs, size_t a, size_t b)
{
	return mxlog_sort_compare(&runs->runs[runs->heap[a]].current,
		   &runs->runs[runs->heap[b]].current, runs->descending) < 0;
}

static void swap(struct mxlog_sort_runs *runs, size_t a, size_t b)
{
	uint16_t t = runs->heap[a];

	runs->heap[a] = runs->heap[b];
	runs->heap[b] = t;
}

static void sift_down(struct mxlog_sort_runs *runs)
{
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= runs->n_heap)
			return;
		if (child + 1 < runs->n_heap && before(runs, child + 1, child))
			child++;
		if (!before(runs, child, i))
			return;
		swap(runs, child, i);
		i = child;
	}
}

static void sift_up(struct mxlog_sort_runs *runs, size_t i)
{
	while (i > 0 && before(runs, i, (i - 1) / 2)) {
		swap(runs, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

static int flush(struct mxlog_sort_runs *runs)
{
	int r = mxlog_fs_pwrite_all(runs->fd, runs->out.data, runs->out.len,
	    (off_t)runs->size);

	if (r < 0)
		return r;
	runs->size += runs->out.len;
	runs->out.len = 0;
	return 0;
}

/* Write what all runs still hold as one run. */
static int merge(struct mxlog_sort_runs *runs)
{
	uint64_t start = runs->size;
	struct mxlog_sort_record record;
	int r;

	while ((r = mxlog_sort_runs_first(runs, &record)) > 0) {
		r = mxlog_sort_runs_add(runs, &record);
		if (r >= 0)
			r = mxlog_sort_runs_drop(runs);
		if (r < 0)
			return r;
	}
	if (r >= 0)
		r = flush(runs);
	if (r < 0)
		return r;
	for (size_t i = 0; i < runs->n_runs; i++)
		mxlog_buf_done(&runs->runs[i].buf);
	/* What was merged is not needed again. */
	(void)fallocate(runs->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
	    (off_t)start);
	runs->n_runs = 0;
	runs->runs[0] = (struct run){ .at = start };
	return mxlog_sort_runs_end(runs);
}

int mxlog_sort_runs_begin(struct mxlog_sort_runs *runs)
{
	int r;

	if (runs->n_runs == RUNS_MAX) {
		r = merge(runs);
		if (r < 0)
			return r;
	}
	runs->runs[runs->n_runs] = (struct run){ .at = runs->size };
	return 0;
}

int mxlog_sort_runs_add(struct mxlog_sort_runs *runs,
    const struct mxlog_sort_record *record)
{
	struct stored stored = { .hi = record->hi,
		.lo = record->lo,
		.offset = record->offset,
		.time_usec = record->time_usec,
		.len = record->len,
		.extra_len = record->extra_len,
		.segment = record->segment,
		.missing = record->missing,
		.has_text = record->text != NULL };
	int r;

	r = mxlog_buf_add(&runs->out, &stored, sizeof(stored));
	if (r >= 0)
		r = mxlog_buf_add(&runs->out, record->extra, record->extra_len);
	if (r >= 0 && record->text)
		r = mxlog_buf_add(&runs->out, record->text, record->len);
	if (r >= 0 && runs->out.len >= WRITE_BYTES)
		r = flush(runs);
	return r;
}

int mxlog_sort_runs_end(struct mxlog_sort_runs *runs)
{
	struct run *run = &runs->runs[runs->n_runs];
	int r = flush(runs);

	if (r < 0)
		return r;
	run->end = runs->size;
	r = load(runs, run);
	if (r < 0)
		return r;
	if (r > 0) {
		runs->heap[runs->n_heap++] = (uint16_t)runs->n_runs;
		sift_up(runs, runs->n_heap - 1);
	}
	runs->n_runs++;
	return 0;
}

int mxlog_sort_runs_first(struct mxlog_sort_runs *runs,
    struct mxlog_sort_record *ret)
{
	if (runs->n_heap == 0)
		return 0;
	*ret = runs->runs[runs->heap[0]].current;
	return 1;
}

int mxlog_sort_runs_drop(struct mxlog_sort_runs *runs)
{
	struct run *run = &runs->runs[runs->heap[0]];
	int r;

	run->pos += run->current_size;
	r = load(runs, run);
	if (r < 0)
		return r;
	if (r == 0) {
		mxlog_buf_done(&run->buf);
		run->pos = 0;
		runs->heap[0] = runs->heap[--runs->n_heap];
	}
	sift_down(runs);
	return 0;
}
