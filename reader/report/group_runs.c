/* SPDX-License-Identifier: Apache-2.0 */
#include "report/group_runs.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "order/temporary.h"

enum {
	WRITE_BYTES = 64 * 1024,
	READ_BYTES = 16 * 1024,
	HEAD = 12, /* of a record: the key's length, and the count */
};

/* One run, read from its beginning. */
struct run {
	uint64_t at, end; /* in the file: what was not read yet */
	struct mxlog_buf bytes;
	size_t used; /* of the bytes */
	const char *key;
	uint32_t len;
	uint64_t count;
};

struct mxlog_group_runs {
	int fd;
	uint64_t size; /* of the file, what is buffered included */
	struct mxlog_buf out;
	struct run *runs;
	size_t n_runs;
	bool reading;
	size_t *heap; /* runs that are not at their end, the first key on top */
	size_t n_heap;
	struct mxlog_buf key; /* returned last */
};

int mxlog_group_runs_new(struct mxlog_group_runs **ret)
{
	struct mxlog_group_runs *runs = calloc(1, sizeof(*runs));

	if (!runs)
		return -ENOMEM;
	runs->fd = mxlog_temporary_open();
	if (runs->fd < 0) {
		int r = runs->fd;

		free(runs);
		return r;
	}
	*ret = runs;
	return 0;
}

void mxlog_group_runs_free(struct mxlog_group_runs *runs)
{
	if (!runs)
		return;
	(void)close(runs->fd);
	for (size_t i = 0; i < runs->n_runs; i++)
		mxlog_buf_done(&runs->runs[i].bytes);
	free(runs->runs);
	free(runs->heap);
	mxlog_buf_done(&runs->out);
	mxlog_buf_done(&runs->key);
	free(runs);
}

int mxlog_group_runs_compare(const char *a, size_t a_len, const char *b,
    size_t b_len)
{
	int c = memcmp(a, b, MIN(a_len, b_len));

	return c != 0 ? c : (a_len > b_len) - (a_len < b_len);
}

/* ---- writing ---- */

static int flush(struct mxlog_group_runs *runs)
{
	int r = mxlog_fs_write_all(runs->fd, runs->out.data, runs->out.len);

	runs->out.len = 0;
	return r;
}

int mxlog_group_runs_begin(struct mxlog_group_runs *runs)
{
	struct run *grown =
	    reallocarray(runs->runs, runs->n_runs + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	runs->runs = grown;
	grown[runs->n_runs++] =
	    (struct run){ .at = runs->size, .end = runs->size };
	return 0;
}

int mxlog_group_runs_add(struct mxlog_group_runs *runs, const char *key,
    size_t len, uint64_t count)
{
	uint32_t n = (uint32_t)len;
	int r = mxlog_buf_add(&runs->out, &n, sizeof(n));

	if (r >= 0)
		r = mxlog_buf_add(&runs->out, &count, sizeof(count));
	if (r >= 0)
		r = mxlog_buf_add(&runs->out, key, len);
	if (r < 0)
		return r;
	runs->size += HEAD + len;
	runs->runs[runs->n_runs - 1].end = runs->size;
	return runs->out.len >= WRITE_BYTES ? flush(runs) : 0;
}

/* ---- reading ---- */

/* Let so many bytes be there from `used` on. */
static int need(struct mxlog_group_runs *runs, struct run *run, size_t bytes)
{
	size_t left = run->bytes.len - run->used, want, n;
	int r;

	if (left >= bytes)
		return 0;
	if (left > 0)
		memmove(run->bytes.data, run->bytes.data + run->used, left);
	run->bytes.len = left;
	run->used = 0;
	want = (size_t)MIN(run->end - run->at,
	    (uint64_t)MAX(bytes, (size_t)READ_BYTES));
	r = mxlog_buf_reserve(&run->bytes, want);
	if (r >= 0)
		r = mxlog_fs_pread_full(runs->fd, run->bytes.data + left, want,
		    (off_t)run->at, &n);
	if (r < 0)
		return r;
	run->bytes.len += n;
	run->at += n;
	return run->bytes.len >= bytes ? 0 : -EIO;
}

/* The run's next record: 1, or 0 at its end. */
static int read_record(struct mxlog_group_runs *runs, struct run *run)
{
	int r;

	if (run->at == run->end && run->used == run->bytes.len)
		return 0;
	r = need(runs, run, HEAD);
	if (r < 0)
		return r;
	memcpy(&run->len, run->bytes.data + run->used, sizeof(run->len));
	r = need(runs, run, HEAD + run->len);
	if (r < 0)
		return r;
	memcpy(&run->count, run->bytes.data + run->used + sizeof(run->len),
	    sizeof(run->count));
	run->key = run->bytes.data + run->used + HEAD;
	run->used += HEAD + run->len;
	return 1;
}

static bool is_before(const struct mxlog_group_runs *runs, size_t a, size_t b)
{
	const struct run *x = &runs->runs[runs->heap[a]];
	const struct run *y = &runs->runs[runs->heap[b]];

	return mxlog_group_runs_compare(x->key, x->len, y->key, y->len) < 0;
}

static void swap(struct mxlog_group_runs *runs, size_t a, size_t b)
{
	size_t kept = runs->heap[a];

	runs->heap[a] = runs->heap[b];
	runs->heap[b] = kept;
}

static void sift_up(struct mxlog_group_runs *runs, size_t at)
{
	while (at > 0 && is_before(runs, at, (at - 1) / 2)) {
		swap(runs, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static void sift_down(struct mxlog_group_runs *runs)
{
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= runs->n_heap)
			return;
		if (child + 1 < runs->n_heap &&
		    is_before(runs, child + 1, child))
			child++;
		if (!is_before(runs, child, at))
			return;
		swap(runs, at, child);
		at = child;
	}
}

static int begin_reading(struct mxlog_group_runs *runs)
{
	int r = flush(runs);

	runs->reading = true;
	runs->heap = calloc(runs->n_runs + 1, sizeof(*runs->heap));
	if (r >= 0 && !runs->heap)
		r = -ENOMEM;
	for (size_t i = 0; r >= 0 && i < runs->n_runs; i++) {
		r = read_record(runs, &runs->runs[i]);
		if (r <= 0)
			continue;
		runs->heap[runs->n_heap++] = i;
		sift_up(runs, runs->n_heap - 1);
	}
	return r;
}

/* Step the run on top. */
static int advance(struct mxlog_group_runs *runs)
{
	int r = read_record(runs, &runs->runs[runs->heap[0]]);

	if (r == 0)
		runs->heap[0] = runs->heap[--runs->n_heap];
	if (r >= 0)
		sift_down(runs);
	return r;
}

static int take_key(struct mxlog_group_runs *runs, const struct run *run)
{
	runs->key.len = 0;
	return mxlog_buf_add(&runs->key, run->key, run->len);
}

int mxlog_group_runs_next(struct mxlog_group_runs *runs, const char **ret_key,
    size_t *ret_len, uint64_t *ret_count)
{
	int r = runs->reading ? 0 : begin_reading(runs);

	if (r < 0 || runs->n_heap == 0)
		return r < 0 ? r : 0;
	r = take_key(runs, &runs->runs[runs->heap[0]]);
	*ret_count = 0;
	while (r >= 0 && runs->n_heap > 0) {
		const struct run *top = &runs->runs[runs->heap[0]];

		if (mxlog_group_runs_compare(top->key, top->len, runs->key.data,
			runs->key.len) != 0)
			break;
		*ret_count += top->count;
		r = advance(runs);
	}
	*ret_key = runs->key.data;
	*ret_len = runs->key.len;
	return r < 0 ? r : 1;
}
