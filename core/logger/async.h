/* SPDX-License-Identifier: Apache-2.0 */
/* Async: the writer thread between the queue and the delivery. */
#pragma once

#include "logger/delivery.h"
#include "logger/turn.h"

struct mxlog_async;

struct mxlog_async_options {
	struct mxlog_delivery *delivery;
	struct mxlog_turn *delivering; /* held while the delivery works */
	uint32_t buffer_size;          /* entries queued at most */
	double flush_interval_s;
	void (*begin)(void); /* called first in the writer thread */
};

int mxlog_async_start(const struct mxlog_async_options *options,
    struct mxlog_async **ret);

/* Queue *item and get a free one in exchange. A full queue sheds, counted. */
void mxlog_async_put(struct mxlog_async *async, struct mxlog_item **item);

/* Wait until all that was queued before is delivered and flushed to disk;
 * with a deadline in milliseconds (negative: none): -ETIMEDOUT. The first
 * error of a handler. */
int mxlog_async_flush(struct mxlog_async *async, int timeout_msec);

/* Deliver what is queued, end the thread, free all. */
void mxlog_async_stop(struct mxlog_async *async);

/* In a signal handler of a crashing process: wait up to `timeout_msec` for the
 * writer thread to store what was queued; returns how many were not.
 * Async-signal-safe. */
uint64_t mxlog_async_rescue(struct mxlog_async *async, int timeout_msec);

/* In a forked child: free what the thread that is gone left behind. */
void mxlog_async_abandon(struct mxlog_async *async);
