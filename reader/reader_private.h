/* SPDX-License-Identifier: Apache-2.0 */
/* Reader, private: what its files share: one reads what is stored, one counts
 * it, one follows what comes. */
#pragma once

#include <mxlog/reader.h>

#include "order/line_stack.h"
#include "order/sorter.h"
#include "report/groups.h"
#include "report/patterns.h"
#include "scan/arrival.h"
#include "scan/catalog.h"
#include "scan/cursor.h"
#include "scan/follow.h"
#include "scan/matcher.h"
#include "scan/plan.h"
#include "scan/refetch.h"

/* What each worker has of its own. */
struct mxlog_reader_worker {
	struct mxlog_matcher *matcher;
	struct mxlog_archive_scratch scratch;
	struct mxlog_groups *groups;     /* or NULL */
	struct mxlog_patterns *patterns; /* or NULL */
};

/* A line kept while the order is turned. */
struct mxlog_reader_held {
	struct mxlog_line line;
	struct mxlog_cursor cursor;
};

struct mxlog_reader {
	struct mxlog_query *query;
	struct mxlog_catalog catalog;
	struct mxlog_plan plan;
	size_t at_step;                      /* steps before this were read */
	struct mxlog_reader_worker *workers; /* one for each worker */
	unsigned n_workers;
	struct mxlog_worker_pool *pool;
	struct mxlog_sorter *sorter;
	struct mxlog_refetch *refetch;
	uint64_t skip, left; /* of matches in order */
	int64_t frontier;    /* what comes before this time is complete */
	bool started, read_all, ended;
	/* The last matches are found from the end on, and turned round. */
	bool turned;
	struct mxlog_line_stack *stack; /* NULL until they were found */
	const char *groups_fields;      /* while groups are made */
	bool wants_patterns;            /* while patterns are made */
	struct mxlog_groups
	    *levels;        /* the groups, if directories can fill it */
	uint32_t told_step; /* its error was told; from 1 */
	mxlog_reader_corrupt *corrupt;
	void *corrupt_arg;
	struct mxlog_reader_stats stats;
	mxlog_reader_warn *warn;
	void *arg;
	mxlog_reader_progress *progress;
	void *progress_arg;
	uint64_t bytes_planned;
	struct mxlog_cursor last; /* of the line returned last */
	bool has_last;
	struct mxlog_cursor seek;
	bool has_seek, seek_after;
	bool by_arrival;
	struct mxlog_arrival arrival; /* where an earlier reader ended */
	/* Following. */
	bool tail; /* the last lines come first, turned round */
	struct mxlog_reader_held *held;
	size_t n_held, held_left;
	bool following;
	struct mxlog_follow *follow; /* NULL until what there is was shown */
	struct mxlog_chunk chunk;
	size_t at_hit;
	struct mxlog_cursor chunk_cursor;
};

static inline bool mxlog_reader_by_time(const struct mxlog_query *query)
{
	return query->order == MXLOG_ORDER_TIMESTAMP;
}

/* The next match of what there was when the reader was opened: 1, 0 at the end,
 * or an error. */
int mxlog_reader_next_stored(struct mxlog_reader *reader,
    struct mxlog_line *ret);

/* What is said of lines on which a pattern took too long. */
#define MXLOG_READER_UNDECIDED \
	"left out, on which the pattern took too long; make it simpler"

/* "2 damaged lines skipped", unless there are none. */
void mxlog_reader_tell_lines(struct mxlog_reader *reader,
    const struct mxlog_catalog_segment *segment, uint64_t n, const char *kind,
    const char *what);

/* Let the workers' groups have all matches. */
int mxlog_reader_count_stored(struct mxlog_reader *reader);

/* The next match where what comes is followed: of the stored ones first. 1, 0
 * where there is none yet, or an error. */
int mxlog_reader_next_followed(struct mxlog_reader *reader,
    struct mxlog_line *ret);
void mxlog_reader_follow_done(struct mxlog_reader *reader);
