/* SPDX-License-Identifier: Apache-2.0 */
/* Worker pool: threads that make the chunks of a query, handed over in order. */
#pragma once

#include "scan/chunk.h"

struct mxlog_worker_pool;

/* A piece of work, as the plan names it. */
struct mxlog_worker_pool_task {
	uint32_t step;
	uint32_t piece;
};

struct mxlog_worker_pool_job {
	/* 1 and the next task, 0 when there is none left. Called by one thread
	 * at a time. */
	int (*next)(void *arg, struct mxlog_worker_pool_task *ret);
	/* Make the task's chunk, which is empty before. `hand` is the number
	 * of the thread, below the number of workers, for what each thread has
	 * of its own. What goes wrong is put into chunk->error. */
	void (*work)(void *arg, unsigned worker,
	    const struct mxlog_worker_pool_task *task,
	    struct mxlog_chunk *chunk);
	void *arg;
};

/* Start `workers` threads on the tasks. Without workers (0) the work is done by
 * who takes it, as hand 0. Signals go to the caller's threads. */
int mxlog_worker_pool_new(unsigned workers,
    const struct mxlog_worker_pool_job *job, struct mxlog_worker_pool **ret);

/* Stops the threads first. NULL is fine. */
void mxlog_worker_pool_free(struct mxlog_worker_pool *pool);

/* 1 and the next chunk in the order of tasks, owned by the worker pool until the next
 * call; 0 at the end. */
int mxlog_worker_pool_take(struct mxlog_worker_pool *pool,
    struct mxlog_chunk **ret);
