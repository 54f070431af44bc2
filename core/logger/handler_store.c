/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/handler_store.h"

#include "write/writer_private.h"

enum {
	BATCH_BYTES = 256 * 1024,      /* committed at once */
	KEPT_BYTES = 16 * 1024 * 1024, /* kept while the disk refuses them */
};

/* What can't be stored now is kept for the next commit, within bounds. */
static int commit(struct mxlog_writer *writer)
{
	int r = mxlog_writer_commit(writer);

	if (r < 0 && mxlog_writer_pending(writer) > KEPT_BYTES)
		mxlog_writer_rollback(writer);
	return r;
}

static int store_handle(void *ctx, const struct mxlog_entry *entry)
{
	int r = mxlog_writer_put(ctx, entry);

	if (r == 0 && mxlog_writer_pending(ctx) > BATCH_BYTES)
		r = commit(ctx);
	return r;
}

static int store_handle_metric(void *ctx, const struct mxlog_metric *metric)
{
	int r = mxlog_writer_put_metric(ctx, metric);

	if (r == 0 && mxlog_writer_pending(ctx) > BATCH_BYTES)
		r = commit(ctx);
	return r;
}

/* Without a batch, too: past midnight a commit lets go of yesterday's segment,
 * so that it can be sealed and archived while the application is idle. */
static int store_flush(void *ctx, bool sync)
{
	int r = commit(ctx);

	if (r == 0 && sync)
		r = mxlog_writer_sync(ctx);
	return r;
}

static void store_close(void *ctx)
{
	(void)mxlog_writer_close(ctx);
}

static const struct mxlog_handler_ops store_ops = {
	.size = sizeof(store_ops),
	.name = "store",
	.handle = store_handle,
	.handle_metric = store_handle_metric,
	.flush = store_flush,
	.close = store_close,
};

int mxlog_store_handler_open(const struct mxlog_config *config,
    struct mxlog_handler *ret, struct mxlog_error *reterr)
{
	const struct mxlog_writer_options options = {
		.size = sizeof(options),
		.actor = program_invocation_short_name,
		.sync = MXLOG_SYNC_NONE,
	};
	struct mxlog_writer *writer;
	int r = mxlog_writer_open(config, &options, &writer, reterr);

	if (r < 0)
		return r;
	*ret = (struct mxlog_handler){
		.ops = &store_ops,
		.ctx = writer,
		.level = MXLOG_DEBUG,
		.has_timer = true,
	};
	return 0;
}
