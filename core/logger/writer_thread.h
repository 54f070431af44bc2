/* SPDX-License-Identifier: Apache-2.0 */
/* Writer thread: the writer thread between the queue and the delivery. */
#pragma once

#include "logger/dispatch.h"
#include "logger/fair_lock.h"

struct mxlog_writer_thread;

struct mxlog_writer_thread_options {
	struct mxlog_dispatch *dispatch;
	struct mxlog_fair_lock *delivering; /* held while the delivery works */
	uint32_t buffer_size;               /* entries queued at most */
	double flush_interval_s;
	void (*begin)(void); /* called first in the writer thread */
	/* Called last in it when the process's other threads are gone, main()'s
	 * by pthread_exit(3): nobody will join it. */
	void (*end)(void);
};

int mxlog_writer_thread_start(const struct mxlog_writer_thread_options *options,
    struct mxlog_writer_thread **ret);

/* Queue *item and get a free one in exchange. A full queue sheds, counted. */
void mxlog_writer_thread_put(struct mxlog_writer_thread *writer_thread,
    struct mxlog_item **item);

/* Have what is queued delivered and flushed now; nobody waits for it.
 * Async-signal-safe. */
void mxlog_writer_thread_hurry(struct mxlog_writer_thread *writer_thread);

/* Wait until all that was queued before is delivered and flushed to disk;
 * with a deadline in milliseconds (negative: none): -ETIMEDOUT. The first
 * error of a handler. */
int mxlog_writer_thread_flush(struct mxlog_writer_thread *writer_thread,
    int timeout_msec);

/* Deliver what is queued, end the thread, free all. */
void mxlog_writer_thread_stop(struct mxlog_writer_thread *writer_thread);

/* In a signal handler of a crashing process: wait up to `timeout_msec` for the
 * writer thread to store what was queued; returns how many were not.
 * Async-signal-safe. */
uint64_t mxlog_writer_thread_rescue(struct mxlog_writer_thread *writer_thread,
    int timeout_msec);

/* In a forked child: free what the thread that is gone left behind. */
void mxlog_writer_thread_abandon(struct mxlog_writer_thread *writer_thread);
