/* SPDX-License-Identifier: Apache-2.0 */
/* Plan: what of a catalog must be read for a query, in which order, and how a
 * piece of it becomes a chunk. Archives are opened when reading comes to them
 * and closed when it is through. */
#pragma once

#include "report/groups.h"
#include "scan/archive_lines.h"
#include "scan/catalog.h"
#include "scan/member_filter.h"
#include "scan/worker_pool.h"

struct mxlog_plan_stats {
	uint64_t segments, segments_skipped;
	uint64_t members, members_skipped[MXLOG_SKIP_COUNT];
	uint64_t bytes_total; /* on disk */
	uint64_t overhead;    /* bytes of archives' directories read */
	uint64_t counted;     /* matches counted from directories */
};

/* A segment that must be read. */
struct mxlog_plan_step {
	uint32_t segment;
	/* No entry from here on is before this time, or, if the query is
	 * descending, behind it. */
	int64_t bound_usec;
	uint32_t n_pieces;
	uint32_t *members; /* of an own archive: which are read */
	struct mxlog_archive_lines archive_lines;
	int fd; /* of a live segment that the catalog does not hold open */
	uint64_t size; /* of a live segment */
	bool open;
	int error; /* why it can't be read, or 0 */
	struct mxlog_error reason;
};

struct mxlog_plan {
	const struct mxlog_query *query;
	struct mxlog_catalog *catalog;
	struct mxlog_member_filter filter;
	/* Borrowed, or NULL. Members whose directory says how many matches
	 * there are of each level are counted here and not read. */
	struct mxlog_groups *levels;
	struct mxlog_plan_step *steps;
	size_t n_steps;
	size_t at_step; /* of the next task; private */
	uint32_t at_piece;
	size_t n_closed; /* steps before this are done with */
	struct mxlog_plan_stats stats;
};

/* Both are borrowed. */
int mxlog_plan_init(struct mxlog_plan *plan, const struct mxlog_query *query,
    struct mxlog_catalog *catalog);
void mxlog_plan_done(struct mxlog_plan *plan);

/* 1 and the next task, 0 at the end. A segment that can't be opened gives one
 * task, whose chunk will hold the error. One thread at a time. */
int mxlog_plan_next(struct mxlog_plan *plan,
    struct mxlog_worker_pool_task *ret);

/* Read a task's lines. Any thread. */
int mxlog_plan_read(const struct mxlog_plan *plan,
    const struct mxlog_worker_pool_task *task,
    struct mxlog_archive_scratch *scratch, struct mxlog_chunk *chunk);

/* Every task of the steps before this one is done: close them. */
void mxlog_plan_release(struct mxlog_plan *plan, size_t step);
