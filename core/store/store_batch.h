/* SPDX-License-Identifier: Apache-2.0 */
/* Batch: the lines that a store is to write at once, a group for each day. A
 * zeroed struct is an empty one. */
#pragma once

#include "base/buf.h"
#include "store/segment.h"

/* The pending lines of one day. Empty ones are free to be reused. */
struct mxlog_store_group {
	enum mxlog_kind kind;
	int32_t day;
	struct mxlog_buf lines;
};

struct mxlog_store_batch {
	struct mxlog_store_group *groups; /* in the order they were begun */
	size_t n_groups;
	size_t last;    /* the one that was added to last */
	size_t pending; /* bytes, as whoever adds lines counts them */
};

/* Where the day's next line goes, borrowed until the next call. -ENOMEM. */
int mxlog_store_batch_lines(struct mxlog_store_batch *batch,
    enum mxlog_kind kind, int32_t day, struct mxlog_buf **ret);

/* Empty it; some of the memory is kept. */
void mxlog_store_batch_reset(struct mxlog_store_batch *batch);
void mxlog_store_batch_done(struct mxlog_store_batch *batch);
