/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fork_guard.h"
#include "base/timestamp.h"
#include "store/committed_sizes.h"
#include "store/segment_claim.h"
#include "store/store_batch.h"
#include "store/store_directory.h"

enum {
	/* Segments that are held between batches, where there are so many
	 * descriptors: of old messages each batch has some of many days. */
	OPEN_MIN_CLAIMS = 8,
	OPEN_MAX_CLAIMS = 400,
	OPEN_SHARE =
	    8,         /* one claim for so many descriptors that there may be */
	LEFT_MAX = 4,  /* of them full ones that wait for a sync */
	IDLE_SEC = 60, /* then another day's segment is let go */
	STALE_TRIES = 8,
};

enum live_state {
	LIVE_OPEN,
	LIVE_FULL,
	LIVE_SPOILED, /* its fsync failed: takes no more lines */
};

/* A segment that we hold. */
struct live {
	struct mxlog_segment_claim claim;
	enum live_state state;
	bool touched;  /* by the batch that is being written */
	bool owes_cut; /* has lines of a batch that failed */
	bool unsynced;
	time_t used_sec;
};

struct mxlog_store {
	char *log_dir; /* absolute */
	int dir_fd;
	struct mxlog_own_fd dir_own;
	uint64_t max_bytes;
	struct mxlog_fork_guard guard;
	struct mxlog_store_batch batch;
	struct live *live;
	size_t n_live;
	struct mxlog_committed_sizes ends;
	uint64_t rotations;
	int sync_error; /* of a segment that was let go; 0: none */
	size_t max_claims;
	bool lazy;
	bool owes_sync; /* one was let go that is not synced */
};

static time_t monotonic_sec(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

/* ---- opening ---- */

/* Past RLIMIT_FSIZE the kernel sends SIGXFSZ, which would end a process that
 * is not ours. */
static uint64_t limit_size(uint64_t max_bytes)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY)
		return MIN(max_bytes, (uint64_t)limit.rlim_cur);
	return max_bytes;
}

/* A claim has two descriptors, and they are the whole process's. */
static size_t limit_claims(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return OPEN_MIN_CLAIMS;
	return MIN(MAX(limit.rlim_cur / OPEN_SHARE, OPEN_MIN_CLAIMS),
	    OPEN_MAX_CLAIMS);
}

int mxlog_store_open(const char *log_dir,
    const struct mxlog_store_options *options, struct mxlog_store **ret,
    struct mxlog_error *reterr)
{
	struct mxlog_store *store = calloc(1, sizeof(*store));
	int r;

	if (!store)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	store->dir_fd = -1;
	store->max_claims = limit_claims();
	store->lazy = options->lazy;
	store->max_bytes = limit_size(options->max_segment_bytes);
	r = mxlog_fork_guard_init(&store->guard);
	if (r == 0)
		r = mxlog_store_dir_absolute(log_dir, &store->log_dir);
	if (r < 0)
		(void)mxlog_error_set(reterr, r, "%s: %s", log_dir,
		    strerror(-r));
	else
		r = mxlog_store_dir_open(store->log_dir, options->uid,
		    options->gid, &store->dir_fd, reterr);
	if (r < 0) {
		mxlog_store_close(store);
		return r;
	}
	mxlog_own_fd_note(&store->dir_own, store->dir_fd);
	*ret = store;
	return 0;
}

/* ---- the batch ---- */

void mxlog_store_rollback(struct mxlog_store *store)
{
	mxlog_store_batch_reset(&store->batch);
}

/* What a child inherits is its parent's: the batch, and the segments, which
 * are closed without a word. */
static void enter(struct mxlog_store *store)
{
	if (LIKELY(!mxlog_fork_guard_is_child(&store->guard)))
		return;
	for (size_t i = 0; i < store->n_live; i++)
		mxlog_segment_claim_forget(&store->live[i].claim);
	store->n_live = 0;
	store->ends.n = 0;
	store->sync_error = 0;
	mxlog_store_rollback(store);
	mxlog_fork_guard_reset(&store->guard);
}

int mxlog_store_get_lines(struct mxlog_store *store, enum mxlog_kind kind,
    int64_t time_usec, struct mxlog_buf **ret)
{
	enter(store);
	return mxlog_store_batch_lines(&store->batch, kind,
	    mxlog_timestamp_day(time_usec), ret);
}

void mxlog_store_added(struct mxlog_store *store, size_t len)
{
	assert(len > 0);

	store->batch.pending += len;
}

int mxlog_store_add(struct mxlog_store *store, enum mxlog_kind kind,
    int64_t time_usec, const char *line, size_t len)
{
	struct mxlog_buf *lines = NULL;
	int r;

	assert(len > 0 && line[len - 1] == '\n');

	r = mxlog_store_get_lines(store, kind, time_usec, &lines);
	if (r == 0)
		r = mxlog_buf_add(lines, line, len);
	if (r == 0)
		mxlog_store_added(store, len);
	return r;
}

void mxlog_store_each_pending(const struct mxlog_store *store,
    void (*each)(void *arg, enum mxlog_kind kind, int32_t day,
	const char *lines, size_t len),
    void *arg)
{
	if (mxlog_store_pending(store) == 0)
		return;
	for (size_t i = 0; i < store->batch.n_groups; i++) {
		const struct mxlog_store_group *group = &store->batch.groups[i];

		if (group->lines.len > 0)
			each(arg, group->kind, group->day, group->lines.data,
			    group->lines.len);
	}
}

size_t mxlog_store_pending(const struct mxlog_store *store)
{
	return mxlog_fork_guard_is_child(&store->guard) ? 0
							: store->batch.pending;
}

/* ---- held segments ---- */

/* Let go of a segment. What was not synced is now, or, for who is lazy, by the
 * next mxlog_store_sync(), for which an error is kept. */
static void drop_live(struct mxlog_store *store, size_t at)
{
	struct live *live = &store->live[at];
	int r = 0;

	if (live->unsynced && store->lazy)
		store->owes_sync = true;
	else if (live->unsynced)
		r = mxlog_segment_claim_sync(&live->claim);
	if (r < 0)
		store->sync_error = r;
	mxlog_segment_claim_release(&live->claim);
	store->n_live--;
	memmove(live, live + 1, (store->n_live - at) * sizeof(*live));
}

/* A segment that was removed under us: there is nothing to save. */
static void forget_live(struct mxlog_store *store, size_t at)
{
	store->live[at].unsynced = false;
	drop_live(store, at);
}

static int find_live(const struct mxlog_store *store, enum mxlog_kind kind,
    int32_t day, size_t *ret)
{
	for (size_t i = 0; i < store->n_live; i++) {
		const struct live *live = &store->live[i];

		if (live->state == LIVE_OPEN && live->claim.name.kind == kind &&
		    live->claim.name.day == day) {
			*ret = i;
			return 0;
		}
	}
	return -ENOENT;
}

static int claim_live(struct mxlog_store *store, enum mxlog_kind kind,
    int32_t day, uint64_t need, size_t *ret)
{
	struct live *live;
	int r;

	live = reallocarray(store->live, store->n_live + 1, sizeof(*live));
	if (!live)
		return -ENOMEM;
	store->live = live;
	live += store->n_live;
	*live = (struct live){ .used_sec = monotonic_sec() };

	r = mxlog_store_dir_check(store->log_dir, &store->dir_own,
	    &store->dir_fd);
	if (r == 0)
		r = mxlog_segment_claim_take(store->dir_fd, kind, day, need,
		    store->max_bytes, &live->claim);
	if (r < 0)
		return r;
	*ret = store->n_live++;
	return 0;
}

/* The segment for a day's next line of `need` bytes, ready for this batch. */
static int get_live(struct mxlog_store *store, enum mxlog_kind kind,
    int32_t day, uint64_t need, size_t *ret)
{
	int r = -ENOENT;

	for (int i = 0; i < STALE_TRIES; i++) {
		size_t at = 0;

		r = find_live(store, kind, day, &at);
		if (r == -ENOENT)
			r = claim_live(store, kind, day, need, &at);
		if (r < 0)
			return r;
		if (!store->live[at].touched) {
			r = mxlog_segment_claim_begin(&store->live[at].claim);
			store->live[at].touched = r == 0;
		}
		if (r == 0) {
			*ret = at;
			return 0;
		}
		if (r != -ESTALE && r != -EBADMSG)
			return r;
		forget_live(store, at);
	}
	return r;
}

/* ---- committing ---- */

static size_t first_line(const char *lines, size_t len)
{
	const char *newline = memchr(lines, '\n', len);

	return newline ? (size_t)(newline - lines) + 1 : len;
}

/* How much of the lines goes to a segment of this size: whole lines, and one
 * where the segment is empty, however long. 0: it is full. */
static size_t fitting(uint64_t size, uint64_t max, const char *lines,
    size_t len)
{
	uint64_t room = size < max ? max - size : 0;
	const char *newline;

	if (len <= room)
		return len;
	newline = memrchr(lines, '\n', room);
	if (newline)
		return (size_t)(newline - lines) + 1;
	return size == 0 ? first_line(lines, len) : 0;
}

/* Write what fits of the lines: *ret is how much that was. */
static int write_some(struct mxlog_store *store,
    const struct mxlog_store_group *group, const char *lines, size_t len,
    size_t *ret)
{
	struct live *live;
	size_t at = 0, n;
	int r;

	r = get_live(store, group->kind, group->day, first_line(lines, len),
	    &at);
	if (r < 0)
		return r;
	live = &store->live[at];
	n = fitting(live->claim.size, store->max_bytes, lines, len);
	*ret = n;
	if (n == 0) {
		live->state = LIVE_FULL;
		return 0;
	}
	r = mxlog_segment_claim_append(&live->claim, lines, n);
	if (r == -ESTALE) {
		forget_live(store, at);
		*ret = 0;
	}
	return r;
}

static int write_group(struct mxlog_store *store,
    const struct mxlog_store_group *group)
{
	const char *lines = group->lines.data;
	size_t left = group->lines.len;
	int stale = 0;

	while (left > 0) {
		size_t n = 0;
		int r = write_some(store, group, lines, left, &n);

		if (r == -ESTALE && ++stale < STALE_TRIES)
			continue;
		if (r < 0)
			return r;
		lines += n;
		left -= n;
	}
	return 0;
}

static int write_batch(struct mxlog_store *store)
{
	int r = 0;

	for (size_t i = 0; i < store->batch.n_groups && r == 0; i++)
		if (store->batch.groups[i].lines.len > 0)
			r = write_group(store, &store->batch.groups[i]);
	return r;
}

/* After a failed fsync the kernel may take the lost pages for clean: a
 * segment with earlier lines takes no more. What the batch began is cut to
 * nothing, pages and all, and can be used again. */
static int sync_batch(struct mxlog_store *store)
{
	for (size_t i = 0; i < store->n_live; i++) {
		struct live *live = &store->live[i];
		int r =
		    live->touched ? mxlog_segment_claim_sync(&live->claim) : 0;

		if (r < 0) {
			if (live->claim.mark > 0)
				live->state = LIVE_SPOILED;
			return r;
		}
	}
	return 0;
}

/* Cut back what a failed batch has written. A cut that fails is owed: nothing
 * is written before it has succeeded. */
static int cut_back(struct mxlog_store *store)
{
	int r = 0;

	for (size_t i = 0; i < store->n_live; i++) {
		struct live *live = &store->live[i];
		int cut;

		if (!live->touched && !live->owes_cut)
			continue;
		cut = mxlog_segment_claim_undo(&live->claim);
		live->owes_cut = cut < 0;
		live->touched = false;
		if (live->state == LIVE_FULL)
			live->state = LIVE_OPEN; /* it is as it was */
		if (cut < 0)
			r = cut;
	}
	return r;
}

static void finish_batch(struct mxlog_store *store, bool sync)
{
	time_t now = monotonic_sec();

	for (size_t i = 0; i < store->n_live; i++) {
		struct live *live = &store->live[i];

		if (!live->touched)
			continue;
		live->touched = false;
		live->used_sec = now;
		live->unsynced = !sync;
		mxlog_committed_sizes_note(&store->ends, &live->claim.name,
		    live->claim.size);
		if (live->state == LIVE_FULL)
			store->rotations++;
	}
	mxlog_store_rollback(store);
}

/* ---- letting go ---- */

static size_t count_left(const struct mxlog_store *store)
{
	size_t n = 0;

	for (size_t i = 0; i < store->n_live; i++)
		n += store->live[i].state != LIVE_OPEN;
	return n;
}

/* The least recently used one, with `left` of those that are not open. */
static size_t find_oldest(const struct mxlog_store *store, bool left)
{
	size_t oldest = SIZE_MAX;

	for (size_t i = 0; i < store->n_live; i++) {
		const struct live *live = &store->live[i];

		if (left && live->state == LIVE_OPEN)
			continue;
		if (oldest == SIZE_MAX ||
		    live->used_sec < store->live[oldest].used_sec)
			oldest = i;
	}
	return oldest;
}

static bool is_spent(const struct live *live, int32_t today, time_t now)
{
	if (live->state == LIVE_FULL && !live->unsynced)
		return true;
	return now - live->used_sec >= IDLE_SEC &&
	    (live->claim.name.day != today || live->state != LIVE_OPEN);
}

/* Full segments go at once, or after a sync; another day's when it was not
 * written for a while, so that it can be sealed and archived. */
static void trim(struct mxlog_store *store)
{
	int32_t today = mxlog_timestamp_day(mxlog_timestamp_now());
	time_t now = monotonic_sec();

	for (size_t i = store->n_live; i-- > 0;)
		if (is_spent(&store->live[i], today, now))
			drop_live(store, i);
	while (count_left(store) > LEFT_MAX)
		drop_live(store, find_oldest(store, true));
	while (store->n_live > store->max_claims)
		drop_live(store, find_oldest(store, false));
}

int mxlog_store_commit(struct mxlog_store *store, bool sync)
{
	int r;

	enter(store);
	r = cut_back(store);
	if (r < 0)
		return r;
	if (store->batch.pending > 0) {
		r = write_batch(store);
		if (r == 0 && sync)
			r = sync_batch(store);
		if (r == -EFBIG) /* the limit was lowered: smaller segments */
			store->max_bytes = limit_size(store->max_bytes);
		if (r < 0) {
			(void)cut_back(store);
			return r;
		}
		finish_batch(store, sync);
	}
	trim(store);
	mxlog_committed_sizes_trim(&store->ends, store->dir_fd);
	return 0;
}

void mxlog_store_write_ahead(struct mxlog_store *store)
{
	for (size_t i = 0; i < store->n_live; i++)
		if (store->live[i].unsynced)
			mxlog_segment_claim_write_ahead(&store->live[i].claim);
}

int mxlog_store_sync(struct mxlog_store *store)
{
	int r;

	enter(store);
	r = store->sync_error;
	store->sync_error = 0;
	if (store->owes_sync && syncfs(store->dir_fd) < 0)
		r = -errno;
	store->owes_sync = false;
	for (size_t i = 0; i < store->n_live; i++) {
		struct live *live = &store->live[i];
		int synced;

		if (!live->unsynced)
			continue;
		synced = mxlog_segment_claim_sync(&live->claim);
		live->unsynced = false;
		if (synced < 0) {
			live->state = LIVE_SPOILED;
			r = synced;
		}
	}
	return r;
}

int mxlog_store_reserve(struct mxlog_store *store, size_t bytes)
{
	int32_t today = mxlog_timestamp_day(mxlog_timestamp_now());
	uint64_t need;
	size_t at = 0;
	int r;

	enter(store);
	need = (uint64_t)store->batch.pending + bytes;
	r = cut_back(store);
	if (r == 0)
		r = get_live(store, MXLOG_ENTRIES, today, 1, &at);
	if (r < 0)
		return r;
	store->live[at].touched = false;
	return mxlog_segment_claim_reserve(&store->live[at].claim, need);
}

void mxlog_store_release(struct mxlog_store *store)
{
	enter(store);
	(void)cut_back(store);
	for (size_t i = store->n_live; i-- > 0;)
		if (!store->live[i].owes_cut) /* else the batch comes twice */
			drop_live(store, i);
}

int mxlog_store_get_end(const struct mxlog_store *store, size_t index,
    struct mxlog_segment_name *ret_name, uint64_t *ret_size)
{
	if (index >= store->ends.n)
		return 0;
	*ret_name = store->ends.list[index].name;
	*ret_size = store->ends.list[index].size;
	return 1;
}

void mxlog_store_set_max(struct mxlog_store *store, uint64_t max_segment_bytes)
{
	store->max_bytes = limit_size(max_segment_bytes);
}

uint64_t mxlog_store_rotations(const struct mxlog_store *store)
{
	return store->rotations;
}

int mxlog_store_dir_fd(const struct mxlog_store *store)
{
	return store->dir_fd;
}

void mxlog_store_close(struct mxlog_store *store)
{
	if (!store)
		return;
	enter(store);
	(void)cut_back(store);
	for (size_t i = 0; i < store->n_live; i++)
		mxlog_segment_claim_release(&store->live[i].claim);
	mxlog_store_batch_done(&store->batch);
	free(store->live);
	free(store->ends.list);
	mxlog_own_fd_close(&store->dir_own, store->dir_fd);
	mxlog_fork_guard_done(&store->guard);
	free(store->log_dir);
	free(store);
}
