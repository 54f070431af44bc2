/* SPDX-License-Identifier: Apache-2.0 */
/* Groups: how many matches there are of each combination of values. */
#pragma once

#include <mxlog/reader.h>

#include "entry/canonical_line.h"
#include "entry/entry_private.h"
#include "entry/metric_private.h"

/* A groups of the same fields, empty: one for each thread. */
int mxlog_groups_new(const char *spec, bool metrics, struct mxlog_groups **ret,
    struct mxlog_error *reterr);

/* Count one. -E2BIG: there are too many combinations. */
int mxlog_groups_add(struct mxlog_groups *groups,
    const struct mxlog_entry *entry);
int mxlog_groups_add_metric(struct mxlog_groups *groups,
    const struct mxlog_metric *metric);

/* The group that one was counted in last; until they are sorted. */
size_t mxlog_groups_get_last(const struct mxlog_groups *groups);

/* The same from a canonical line; only if that is enough to know the fields. */
bool mxlog_groups_takes_view(const struct mxlog_groups *groups);
int mxlog_groups_add_view(struct mxlog_groups *groups,
    const struct mxlog_canonical_line *view);

/* Is level all that is counted by? Then entries of a level can be counted
 * without being seen. */
bool mxlog_groups_takes_levels(const struct mxlog_groups *groups);
int mxlog_groups_add_level(struct mxlog_groups *groups, enum mxlog_level level,
    uint64_t count);

/* Groups stay where they are, so that _get_last() tells which: more of them
 * than fit in memory are -E2BIG, while else they go to a temporary file. */
void mxlog_groups_keep(struct mxlog_groups *groups);

/* Add all of another one's, which is spent. */
int mxlog_groups_merge(struct mxlog_groups *groups, struct mxlog_groups *other);

/* All was counted: put in order what there is; of more groups than fit in
 * memory the MXLOG_TOP_GROUPS_MAX largest. */
int mxlog_groups_finish(struct mxlog_groups *groups);

/* The most frequent first, then by value; where a time is counted by, by
 * value. */
void mxlog_groups_sort(struct mxlog_groups *groups);
