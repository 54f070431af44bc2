/* SPDX-License-Identifier: Apache-2.0 */
/* Trace order: within one trace_id timestamps rise, over all entries and
 * metrics of this process, whichever writer they go to. The one table is the
 * process's: it remembers the last time of some ten thousand traces and
 * forgets those that were not heard of for longest. A forked child starts
 * with an empty one. */
#pragma once

#include "base/ulid.h"

enum {
	/* What comes later than this after a younger one is a backlog. */
	MXLOG_TRACE_LATE_USEC = 5 * 1000000,
};

enum mxlog_trace_verdict {
	MXLOG_TRACE_IN_ORDER, /* the time stays */
	MXLOG_TRACE_MOVED,    /* it became the last one plus 1 us */
	MXLOG_TRACE_LATE,     /* it stays; moving it would falsify it */
};

/* What one call has changed, for undoing it. */
struct mxlog_trace_step {
	struct mxlog_ulid id;
	int64_t before; /* INT64_MIN: the trace was not known */
	int64_t after;
};

/* Give a time of this trace its place. Any thread. -ENOMEM; a verdict else,
 * and *ret_step. */
int mxlog_trace_order_place(const struct mxlog_ulid *id, int64_t *time_usec,
    struct mxlog_trace_step *ret_step);

/* Take the steps back, the last one first, where nothing came after them: what
 * was not stored comes again, and is then in order again. */
void mxlog_trace_order_undo(const struct mxlog_trace_step *steps, size_t n);
