/* SPDX-License-Identifier: Apache-2.0 */
#include "store.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "claim.h"
#include "fork_guard.h"
#include "fs.h"
#include "timestamp.h"

enum {
	OPEN_MAX_CLAIMS = 8, /* segments that are held between batches */
	LEFT_MAX = 4,        /* of them full ones that wait for a sync */
	IDLE_SEC = 60,       /* then another day's segment is let go */
	GROUPS_KEEP = 16,    /* between batches, with so much memory */
	FIRST_KEEP_BYTES = 4 * 1024 * 1024,
	OTHERS_KEEP_BYTES = 64 * 1024,
	ENDS_MAX = 256, /* then those that are gone are looked for */
	STALE_TRIES = 8,
};

/* The pending lines of one day. Empty ones are free to be reused. */
struct group {
	enum mxlog_kind kind;
	int32_t day;
	struct mxlog_buf lines;
};

enum live_state {
	LIVE_OPEN,
	LIVE_FULL,
	LIVE_SPOILED, /* its fsync failed: takes no more lines */
};

/* A segment that we hold. */
struct live {
	struct mxlog_claim claim;
	enum live_state state;
	bool touched;  /* by the batch that is being written */
	bool owes_cut; /* has lines of a batch that failed */
	bool unsynced;
	time_t used_sec;
};

struct end {
	struct mxlog_segment_name name;
	uint64_t size;
};

struct mxlog_store {
	char *log_dir; /* absolute */
	int dir_fd;
	uint64_t max_bytes;
	struct mxlog_fork_guard guard;
	struct group *groups; /* in the order in which they were begun */
	size_t n_groups;
	size_t last_group; /* the one that was added to last */
	size_t pending;
	struct live *live;
	size_t n_live;
	struct end *ends;
	size_t n_ends, ends_limit;
	uint64_t rotations;
	int sync_error; /* of a segment that was let go; 0: none */
};

static time_t monotonic_sec(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

/* ---- opening ---- */

static int make_absolute(const char *path, char **ret)
{
	struct mxlog_buf buf = { 0 };
	char *cwd = NULL;
	int r;

	if (*path != '/') {
		cwd = getcwd(NULL, 0);
		if (!cwd)
			return -errno;
	}
	r = mxlog_buf_printf(&buf, "%s%s%s", cwd ? cwd : "", cwd ? "/" : "",
	    path);
	free(cwd);
	if (r == 0)
		r = mxlog_buf_add_char(&buf, '\0');
	if (r < 0) {
		mxlog_buf_done(&buf);
		return r;
	}
	*ret = buf.data;
	return 0;
}

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

static int open_made(const char *log_dir, uint32_t uid, uint32_t gid, int *ret)
{
	int fd = -1, r;

	r = mxlog_fs_open_dir(log_dir, false, ret);
	if (r != -ENOENT)
		return r;
	r = mxlog_fs_open_dir(log_dir, true, &fd);
	if (r < 0)
		return r;
	if ((uid != UINT32_MAX || gid != UINT32_MAX) &&
	    fchown(fd, uid, gid) < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	*ret = fd;
	return 0;
}

/* One account owns a log directory. */
static int check_owner(int fd, const char *log_dir, uint32_t uid,
    struct mxlog_error *reterr)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return mxlog_error_set(reterr, -errno, "%s: %s", log_dir,
		    strerror(errno));
	if (uid != UINT32_MAX && uid != st.st_uid)
		return mxlog_error_set(reterr, -EPERM,
		    "%s: belongs to uid %u, not to the configured owner, uid %u",
		    log_dir, st.st_uid, uid);
	if (geteuid() != 0 && st.st_uid != geteuid() && st.st_uid != 0)
		return mxlog_error_set(reterr, -EPERM,
		    "%s: belongs to another account, uid %u", log_dir,
		    st.st_uid);
	return 0;
}

static int open_log_dir(const char *log_dir,
    const struct mxlog_store_options *options, int *ret,
    struct mxlog_error *reterr)
{
	int fd = -1, state_fd = -1, r;

	r = open_made(log_dir, options->uid, options->gid, &fd);
	if (r == -ELOOP)
		return mxlog_error_set(reterr, r,
		    "%s: is a symbolic link; name the directory itself",
		    log_dir);
	if (r < 0)
		return mxlog_error_set(reterr, r, "%s: %s", log_dir,
		    strerror(-r));
	r = check_owner(fd, log_dir, options->uid, reterr);
	if (r < 0) {
		close(fd);
		return r;
	}
	r = mxlog_fs_open_subdir(fd, ".mxlog", true, &state_fd);
	if (r < 0) {
		close(fd);
		return mxlog_error_set(reterr, r, "%s/.mxlog: %s", log_dir,
		    strerror(-r));
	}
	close(state_fd);
	*ret = fd;
	return 0;
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
	store->max_bytes = limit_size(options->max_segment_bytes);
	r = mxlog_fork_guard_init(&store->guard);
	if (r == 0)
		r = make_absolute(log_dir, &store->log_dir);
	if (r < 0)
		(void)mxlog_error_set(reterr, r, "%s: %s", log_dir,
		    strerror(-r));
	else
		r = open_log_dir(store->log_dir, options, &store->dir_fd,
		    reterr);
	if (r < 0) {
		mxlog_store_close(store);
		return r;
	}
	*ret = store;
	return 0;
}

/* A directory that was removed, or replaced by another, is opened anew. One
 * that only its path has lost (after a chroot, by a lack of rights) serves. */
static int check_log_dir(struct mxlog_store *store)
{
	struct stat held, named;
	int fd = -1, r;

	if (fstat(store->dir_fd, &held) < 0)
		return -errno;
	if (stat(store->log_dir, &named) < 0) {
		if (held.st_nlink > 0)
			return 0;
	} else if (held.st_dev == named.st_dev && held.st_ino == named.st_ino) {
		return 0;
	}
	r = open_made(store->log_dir, geteuid() == 0 ? held.st_uid : UINT32_MAX,
	    geteuid() == 0 ? held.st_gid : UINT32_MAX, &fd);
	if (r == 0)
		r = check_owner(fd, store->log_dir, UINT32_MAX, NULL);
	if (r < 0) {
		if (fd >= 0)
			close(fd);
		return r;
	}
	close(store->dir_fd);
	store->dir_fd = fd;
	return 0;
}

/* ---- the batch ---- */

void mxlog_store_rollback(struct mxlog_store *store)
{
	for (size_t i = 0; i < store->n_groups; i++) {
		struct mxlog_buf *lines = &store->groups[i].lines;

		lines->len = 0;
		if (i >= GROUPS_KEEP ||
		    lines->capacity >
			(i == 0 ? FIRST_KEEP_BYTES : OTHERS_KEEP_BYTES))
			mxlog_buf_done(lines);
	}
	store->n_groups = MIN(store->n_groups, (size_t)GROUPS_KEEP);
	store->last_group = 0;
	store->pending = 0;
}

/* What a child inherits is its parent's: the batch, and the segments, which
 * are closed without a word. */
static void enter(struct mxlog_store *store)
{
	if (LIKELY(!mxlog_fork_guard_is_child(&store->guard)))
		return;
	for (size_t i = 0; i < store->n_live; i++)
		mxlog_claim_forget(&store->live[i].claim);
	store->n_live = 0;
	store->n_ends = 0;
	store->sync_error = 0;
	mxlog_store_rollback(store);
	mxlog_fork_guard_reset(&store->guard);
}

static int begin_group(struct mxlog_store *store, enum mxlog_kind kind,
    int32_t day, size_t *ret)
{
	size_t n = store->n_groups, at = n;
	struct group *groups;

	for (size_t i = 0; i < n && at == n; i++)
		if (store->groups[i].lines.len == 0)
			at = i;
	if (at == n) {
		groups = reallocarray(store->groups, n + 1, sizeof(groups[0]));
		if (!groups)
			return -ENOMEM;
		groups[n] = (struct group){ 0 };
		store->groups = groups;
		store->n_groups++;
	}
	store->groups[at].kind = kind;
	store->groups[at].day = day;
	*ret = at;
	return 0;
}

static bool is_group(const struct group *group, enum mxlog_kind kind,
    int32_t day)
{
	return group->lines.len > 0 && group->kind == kind && group->day == day;
}

static int find_group(struct mxlog_store *store, enum mxlog_kind kind,
    int32_t day, size_t *ret)
{
	for (size_t i = 0; i < store->n_groups; i++) {
		if (is_group(&store->groups[i], kind, day)) {
			*ret = i;
			return 0;
		}
	}
	return begin_group(store, kind, day, ret);
}

int mxlog_store_get_lines(struct mxlog_store *store, enum mxlog_kind kind,
    int64_t time_usec, struct mxlog_buf **ret)
{
	int32_t day = mxlog_timestamp_day(time_usec);
	size_t at;
	int r = 0;

	enter(store);
	at = store->last_group;
	if (at >= store->n_groups || !is_group(&store->groups[at], kind, day))
		r = find_group(store, kind, day, &at);
	if (r < 0)
		return r;
	store->last_group = at;
	*ret = &store->groups[at].lines;
	return 0;
}

void mxlog_store_added(struct mxlog_store *store, size_t len)
{
	assert(len > 0);

	store->pending += len;
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

size_t mxlog_store_pending(const struct mxlog_store *store)
{
	return mxlog_fork_guard_is_child(&store->guard) ? 0 : store->pending;
}

/* ---- held segments ---- */

/* Let go of a segment. What was not synced is now; its error is kept for the
 * next mxlog_store_sync(). */
static void drop_live(struct mxlog_store *store, size_t at)
{
	struct live *live = &store->live[at];
	int r = 0;

	if (live->unsynced)
		r = mxlog_claim_sync(&live->claim);
	if (r < 0)
		store->sync_error = r;
	mxlog_claim_release(&live->claim);
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

	r = check_log_dir(store);
	if (r == 0)
		r = mxlog_claim_take(store->dir_fd, kind, day, need,
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
			r = mxlog_claim_begin(&store->live[at].claim);
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
static int write_some(struct mxlog_store *store, const struct group *group,
    const char *lines, size_t len, size_t *ret)
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
	r = mxlog_claim_append(&live->claim, lines, n);
	if (r == -ESTALE) {
		forget_live(store, at);
		*ret = 0;
	}
	return r;
}

static int write_group(struct mxlog_store *store, const struct group *group)
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

	for (size_t i = 0; i < store->n_groups && r == 0; i++)
		if (store->groups[i].lines.len > 0)
			r = write_group(store, &store->groups[i]);
	return r;
}

/* After a failed fsync the kernel may take the lost pages for clean: a
 * segment with earlier lines takes no more. What the batch began is cut to
 * nothing, pages and all, and can be used again. */
static int sync_batch(struct mxlog_store *store)
{
	for (size_t i = 0; i < store->n_live; i++) {
		struct live *live = &store->live[i];
		int r = live->touched ? mxlog_claim_sync(&live->claim) : 0;

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
		cut = mxlog_claim_undo(&live->claim);
		live->owes_cut = cut < 0;
		live->touched = false;
		if (live->state == LIVE_FULL)
			live->state = LIVE_OPEN; /* it is as it was */
		if (cut < 0)
			r = cut;
	}
	return r;
}

static void note_end(struct mxlog_store *store, const struct live *live)
{
	struct end *ends;

	for (size_t i = 0; i < store->n_ends; i++) {
		if (mxlog_segment_compare(&store->ends[i].name,
			&live->claim.name) == 0) {
			store->ends[i].size = live->claim.size;
			return;
		}
	}
	ends = reallocarray(store->ends, store->n_ends + 1, sizeof(*ends));
	if (!ends)
		return; /* a restart then reads some more */
	store->ends = ends;
	store->ends[store->n_ends++] = (struct end){
		.name = live->claim.name,
		.size = live->claim.size,
	};
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
		note_end(store, live);
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
	while (store->n_live > OPEN_MAX_CLAIMS)
		drop_live(store, find_oldest(store, false));
}

/* Ends of segments that are archived by now tell nobody anything. */
static void trim_ends(struct mxlog_store *store)
{
	size_t kept = 0;

	if (store->n_ends < MAX(store->ends_limit, (size_t)ENDS_MAX))
		return;
	for (size_t i = 0; i < store->n_ends; i++) {
		const struct mxlog_segment_name *name = &store->ends[i].name;
		char text[MXLOG_SEGMENT_NAME_MAX];
		char path[MXLOG_SEGMENT_NAME_MAX + 16];
		struct stat st;

		mxlog_segment_format(text, name);
		(void)snprintf(path, sizeof(path), "./%s/%s",
		    mxlog_segment_dir(name->kind, false), text);
		if (fstatat(store->dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) ==
			0 ||
		    errno != ENOENT)
			store->ends[kept++] = store->ends[i];
	}
	store->n_ends = kept;
	store->ends_limit = 2 * kept; /* not at every commit */
}

int mxlog_store_commit(struct mxlog_store *store, bool sync)
{
	int r;

	enter(store);
	r = cut_back(store);
	if (r < 0)
		return r;
	if (store->pending > 0) {
		r = write_batch(store);
		if (r == 0 && sync)
			r = sync_batch(store);
		if (r < 0) {
			(void)cut_back(store);
			return r;
		}
		finish_batch(store, sync);
	}
	trim(store);
	trim_ends(store);
	return 0;
}

int mxlog_store_sync(struct mxlog_store *store)
{
	int r;

	enter(store);
	r = store->sync_error;
	store->sync_error = 0;
	for (size_t i = 0; i < store->n_live; i++) {
		struct live *live = &store->live[i];
		int synced;

		if (!live->unsynced)
			continue;
		synced = mxlog_claim_sync(&live->claim);
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
	need = (uint64_t)store->pending + bytes;
	r = cut_back(store);
	if (r == 0)
		r = get_live(store, MXLOG_ENTRIES, today, 1, &at);
	if (r < 0)
		return r;
	store->live[at].touched = false;
	return mxlog_claim_reserve(&store->live[at].claim, need);
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
	if (index >= store->n_ends)
		return 0;
	*ret_name = store->ends[index].name;
	*ret_size = store->ends[index].size;
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
		mxlog_claim_release(&store->live[i].claim);
	for (size_t i = 0; i < store->n_groups; i++)
		mxlog_buf_done(&store->groups[i].lines);
	free(store->live);
	free(store->groups);
	free(store->ends);
	if (store->dir_fd >= 0)
		close(store->dir_fd);
	mxlog_fork_guard_done(&store->guard);
	free(store->log_dir);
	free(store);
}
