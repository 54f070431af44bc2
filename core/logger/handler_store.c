/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/handler_store.h"

#include <stdlib.h>

#include "base/timestamp.h"
#include "entry/canonical_line.h"
#include "logger/backlog.h"
#include "write/writer_private.h"

enum {
	BATCH_BYTES = 256 * 1024, /* committed at once */
};

/* What the directory refuses moves from the writer's batch to the backlog and
 * goes back to it in pieces, each committed by itself: a little room is enough
 * for the oldest of them. */
struct store {
	struct mxlog_writer *writer;
	char *log_dir;
	struct mxlog_entry *shed;
	struct mxlog_backlog backlog;
};

/* ---- what could not be committed ---- */

static mxlog_backlog_group group_of(enum mxlog_kind kind, int32_t day)
{
	return (uint64_t)kind << 32 | (uint32_t)day;
}

/* By the places that level and module have in every line. */
static unsigned rank_of(enum mxlog_kind kind, const char *line, size_t len)
{
	static const char counts[] = "\",\"module\":\"" MXLOG_SHED_MODULE "\"";
	const char *at = line + MXLOG_CANONICAL_LEVEL;
	enum mxlog_level level = 0;
	size_t level_len = 0;

	if (kind == MXLOG_ENTRIES && len >= MXLOG_CANONICAL_MIN)
		level = mxlog_canonical_line_level(at, &level_len);
	if (!level)
		return mxlog_shed_rank(MXLOG_INFO);
	if (level == MXLOG_WARNING && MXLOG_AT(at + level_len, counts))
		return MXLOG_BACKLOG_COUNTS;
	return mxlog_shed_rank(level);
}

static void keep_lines(void *arg, enum mxlog_kind kind, int32_t day,
    const char *lines, size_t len)
{
	struct store *store = arg;

	while (len > 0) {
		const char *end = memchr(lines, '\n', len);
		size_t n = end ? (size_t)(end - lines) + 1 : len;

		mxlog_backlog_add(&store->backlog, group_of(kind, day),
		    rank_of(kind, lines, n), lines, n);
		lines += n;
		len -= n;
	}
}

static void keep_batch(struct store *store)
{
	mxlog_writer_each_pending(store->writer, keep_lines, store);
	mxlog_writer_rollback(store->writer);
}

static int write_lines(void *ctx, mxlog_backlog_group group, const char *lines,
    size_t len, size_t n)
{
	struct store *store = ctx;
	int r = mxlog_writer_put_lines(store->writer,
	    (enum mxlog_kind)(group >> 32), (int32_t)(uint32_t)group, lines,
	    len, n);

	if (r == 0)
		r = mxlog_writer_commit(store->writer);
	if (r < 0)
		mxlog_writer_rollback(store->writer);
	return r;
}

static int say_shed(void *ctx, const struct mxlog_shed *shed)
{
	struct store *store = ctx;
	int r = mxlog_shed_describe(shed, "the disk refused them", store->shed);

	if (r == 0)
		r = mxlog_writer_add(store->writer, store->shed);
	if (r == 0)
		r = mxlog_writer_commit(store->writer);
	if (r < 0)
		mxlog_writer_rollback(store->writer);
	return r;
}

/* The usual way is straight to the segment. */
static int commit(struct store *store, bool now)
{
	int r;

	if (LIKELY(!mxlog_backlog_is_stuck(&store->backlog))) {
		r = mxlog_writer_commit(store->writer);
		if (LIKELY(r == 0))
			return 0;
	}
	keep_batch(store);
	return mxlog_backlog_write(&store->backlog, now);
}

/* ---- the handler ---- */

/* What a commit says is for the next flush to tell: the entry is kept. */
static int handled(struct store *store, int r)
{
	if (r == 0 && mxlog_writer_pending(store->writer) > BATCH_BYTES)
		(void)commit(store, false);
	return r;
}

static int store_handle(void *ctx, const struct mxlog_entry *entry)
{
	struct store *store = ctx;

	return handled(store, mxlog_writer_put(store->writer, entry));
}

static int store_handle_metric(void *ctx, const struct mxlog_metric *metric)
{
	struct store *store = ctx;

	return handled(store, mxlog_writer_put_metric(store->writer, metric));
}

/* Without a batch, too: past midnight a commit lets go of yesterday's segment,
 * so that it can be sealed and archived while the application is idle. */
static int store_flush(void *ctx, bool sync)
{
	struct store *store = ctx;
	int r = commit(store, sync);

	if (r == 0 && sync)
		r = mxlog_writer_sync(store->writer);
	return r;
}

static void store_close(void *ctx)
{
	struct store *store = ctx;

	if (store->writer)
		(void)commit(store, true);
	mxlog_backlog_give_up(&store->backlog);
	mxlog_backlog_done(&store->backlog);
	(void)mxlog_writer_close(store->writer);
	mxlog_entry_free(store->shed);
	free(store->log_dir);
	free(store);
}

static bool store_is_stuck(void *ctx)
{
	struct store *store = ctx;

	return mxlog_backlog_is_stuck(&store->backlog);
}

static void store_forget(void *ctx)
{
	struct store *store = ctx;

	mxlog_backlog_forget(&store->backlog);
}

static void store_inherit(void *ctx, void *from)
{
	struct store *store = ctx, *old = from;

	keep_batch(old);
	mxlog_backlog_inherit(&store->backlog, &old->backlog);
}

static const struct mxlog_handler_ops store_ops = {
	.size = sizeof(store_ops),
	.name = "store",
	.handle = store_handle,
	.handle_metric = store_handle_metric,
	.flush = store_flush,
	.close = store_close,
};

static int store_new(const struct mxlog_config *config, struct store **ret)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store || mxlog_entry_new(&store->shed) < 0) {
		free(store);
		return -ENOMEM;
	}
	*ret = store;
	store->log_dir = strdup(config->log_dir);
	if (!store->log_dir)
		return -ENOMEM;
	store->backlog.max_bytes = config->backlog_size;
	store->backlog.target = (struct mxlog_backlog_target){
		.name = store->log_dir,
		.write = write_lines,
		.say = say_shed,
		.ctx = store,
	};
	return 0;
}

int mxlog_store_handler_open(const struct mxlog_config *config,
    struct mxlog_handler *ret, struct mxlog_error *reterr)
{
	const struct mxlog_writer_options options = {
		.size = sizeof(options),
		.actor = program_invocation_short_name,
		.sync = MXLOG_SYNC_NONE,
	};
	struct store *store = NULL;
	int r = store_new(config, &store);

	if (r < 0)
		(void)mxlog_error_set(reterr, r, "out of memory");
	else
		r = mxlog_writer_open(config, &options, &store->writer, reterr);
	if (r < 0) {
		if (store)
			store_close(store);
		return r;
	}
	*ret = (struct mxlog_handler){
		.ops = &store_ops,
		.ctx = store,
		.level = MXLOG_DEBUG,
		.has_timer = true,
		.is_stuck = store_is_stuck,
		.forget = store_forget,
		.inherit = store_inherit,
	};
	return 0;
}
