/* SPDX-License-Identifier: Apache-2.0 */
/* Crew: threads that make the chunks of a query, handed over in order. */
#pragma once

#include "chunk.h"

struct mxlog_crew;

/* Make the task'th chunk, which is empty before. `hand` is the number of the
 * thread, below the number of workers, for what each thread has of its own.
 * What goes wrong is put into chunk->error. */
typedef void mxlog_crew_work(void *arg, unsigned hand, uint64_t task,
    struct mxlog_chunk *chunk);

/* Start `workers` threads on tasks 0 to n_tasks - 1. Without workers (0) the
 * work is done by who takes it, as hand 0. Signals go to the caller's
 * threads. */
int mxlog_crew_new(unsigned workers, uint64_t n_tasks, mxlog_crew_work *work,
    void *arg, struct mxlog_crew **ret);

/* Stops the threads first. NULL is fine. */
void mxlog_crew_free(struct mxlog_crew *crew);

/* 1 and the next chunk, owned by the crew until the next call; 0 at the
 * end. */
int mxlog_crew_take(struct mxlog_crew *crew, struct mxlog_chunk **ret);
