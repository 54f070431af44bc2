/* SPDX-License-Identifier: Apache-2.0 */
/* LogHandler: where a logger's entries go. */
#pragma once

#include <mxlog/entry.h>
#include <mxlog/metric.h>

MXLOG_BEGIN_DECLS

/* A kind of handler. `size` is sizeof(struct mxlog_handler_ops): members are
 * only ever added at the end. All but `size`, `name` and `handle` may be NULL.
 * The functions are called from one thread at a time; entries are redacted and
 * normalised before a handler sees them, and borrowed for the call. A negative
 * errno is told on stderr, rate limited, and the other handlers go on. What a
 * handler logs itself is dropped; it must not set up or flush (-EDEADLK). */
struct mxlog_handler_ops {
	size_t size;
	const char *name;
	int (*handle)(void *ctx, const struct mxlog_entry *entry);
	int (*handle_metric)(void *ctx, const struct mxlog_metric *metric);
	/* 0: all that was handled is where it goes; with `sync`, on disk. */
	int (*flush)(void *ctx, bool sync);
	void (*close)(void *ctx);
};

MXLOG_END_DECLS
