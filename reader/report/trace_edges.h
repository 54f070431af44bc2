/* SPDX-License-Identifier: Apache-2.0 */
/* Trace edges: which operation is the child of which. Those below one are found
 * without going down from each to the next, however many and deep they are. */
#pragma once

#include "base/reterr.h"
#include "base/ulid.h"

enum {
	MXLOG_TRACE_EDGES = 192 * 1024, /* some 60 MiB at most */
};

struct mxlog_trace_operation {
	struct mxlog_ulid id;
	unsigned depth;
};

struct mxlog_trace_edges;

/* `max` edges are kept at once; when there are more only those below the root
 * are. */
int mxlog_trace_edges_new(const struct mxlog_ulid *root, size_t max,
    struct mxlog_trace_edges **ret);
void mxlog_trace_edges_free(struct mxlog_trace_edges *edges);

/* An entry of `child`, later than all that were added before, named `parent`.
 * -ENOMEM. */
int mxlog_trace_edges_add(struct mxlog_trace_edges *edges,
    const struct mxlog_ulid *child, const struct mxlog_ulid *parent);

/* All were added: true if some of them may have to be added once more, because
 * an edge was dropped that is now known to lead to the root. */
bool mxlog_trace_edges_again(struct mxlog_trace_edges *edges);

/* The operations below the root, it first, level by level, each level in the
 * order of its parents and then as it was added; *ret is the caller's. */
int mxlog_trace_edges_operations(struct mxlog_trace_edges *edges,
    struct mxlog_trace_operation **ret, size_t *ret_n);
