/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch: takes what was logged to the handlers of its logger. Used by one
 * thread at a time: the writer thread, or with async_enabled false whoever
 * logs. */
#pragma once

#include <sys/types.h>

#include <mxlog/scope.h>

#include "logger/queue.h"
#include "logger/registry.h"

/* Something logged: an entry or a metric. */
struct mxlog_item {
	struct mxlog_queue_item queued; /* first */
	struct mxlog_logger *logger;
	/* Of an entry, what the delivery sets on its own time: module, function,
	 * line and thread. 0: the entry has its names. */
	pid_t thread_id;
	int line;          /* 0: unknown */
	char function[48]; /* "": unknown, or set already */
	struct mxlog_entry *entry;
	struct mxlog_metric *metric; /* NULL until first needed */
	bool is_metric;
};

int mxlog_item_new(struct mxlog_item **ret);
void mxlog_item_free(struct mxlog_item *item);

/* Give back the memory that an unusual entry needed: a queue has many items. */
void mxlog_item_trim(struct mxlog_item *item);

struct mxlog_dispatch;

/* NULL: the defaults without a store; entries go to stderr. */
int mxlog_dispatch_new(const struct mxlog_config *config,
    struct mxlog_dispatch **ret, struct mxlog_error *reterr);

/* Flush and close all handlers. */
void mxlog_dispatch_free(struct mxlog_dispatch *dispatch);

/* Flush and close all handlers; what is logged from now on goes to stderr, until
 * it is configured anew. */
void mxlog_dispatch_close_handlers(struct mxlog_dispatch *dispatch);

/* Work by another config (NULL: as above) from now on. On failure nothing has
 * changed. */
int mxlog_dispatch_configure(struct mxlog_dispatch *dispatch,
    const struct mxlog_config *config, struct mxlog_error *reterr);

/* Take away an application's handler, flush and close it. -ENOENT. */
int mxlog_dispatch_remove(struct mxlog_dispatch *dispatch,
    struct mxlog_logger *logger, const struct mxlog_handler_ops *ops,
    const void *ctx);

/* Prepare the item and hand it to the handlers of its logger and, while they
 * propagate, of those above. An entry that no handler has is shown on stderr.
 * Failures are told there, too; what a handler of ours refuses is counted, and
 * said to it as soon as it takes entries again. */
/* Negative: it could not be prepared, and is counted. */
int mxlog_dispatch_handle(struct mxlog_dispatch *dispatch,
    struct mxlog_item *item);

/* Take these counts; the next flush says them in one WARNING entry, unless a
 * disk refuses entries at that time: then the one after it, all of them at
 * once. */
void mxlog_dispatch_add_shed(struct mxlog_dispatch *dispatch,
    struct mxlog_shed *shed);

/* In a forked child: what waits and what was counted is the parent's. */
void mxlog_dispatch_forget(struct mxlog_dispatch *dispatch);

/* True in a handler's function: what it logs itself is dropped. */
bool mxlog_dispatch_is_handling(void);

/* Say what was shed and flush every handler; with `sync` to disk. The first
 * error. */
int mxlog_dispatch_flush(struct mxlog_dispatch *dispatch, bool sync);

/* Add a handler of the application to a logger; it is open until
 * all are closed and outlives a new configuration. On failure it is
 * closed at once. */
int mxlog_dispatch_attach(struct mxlog_dispatch *dispatch,
    struct mxlog_logger *logger, const struct mxlog_handler *handler);
