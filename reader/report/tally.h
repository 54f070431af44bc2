/* SPDX-License-Identifier: Apache-2.0 */
/* Tally: how many matches there are of each combination of values. */
#pragma once

#include <mxlog/reader.h>

#include "entry/entry_private.h"
#include "entry/metric_private.h"
#include "entry/view.h"

/* A tally of the same fields, empty: one for each thread. */
int mxlog_tally_new(const char *spec, bool metrics, struct mxlog_tally **ret,
    struct mxlog_error *reterr);

/* Count one. -E2BIG: there are too many combinations. */
int mxlog_tally_add(struct mxlog_tally *tally, const struct mxlog_entry *entry);
int mxlog_tally_add_metric(struct mxlog_tally *tally,
    const struct mxlog_metric *metric);

/* The same from a canonical line; only if that is enough to know the fields. */
bool mxlog_tally_takes_view(const struct mxlog_tally *tally);
int mxlog_tally_add_view(struct mxlog_tally *tally,
    const struct mxlog_view *view);

/* Is level all that is counted by? Then entries of a level can be counted
 * without being seen. */
bool mxlog_tally_takes_levels(const struct mxlog_tally *tally);
int mxlog_tally_add_level(struct mxlog_tally *tally, enum mxlog_level level,
    uint64_t count);

/* Add all of another one's. */
int mxlog_tally_merge(struct mxlog_tally *tally,
    const struct mxlog_tally *other);

/* The most frequent first, then by value; where a time is counted by, by
 * value. */
void mxlog_tally_sort(struct mxlog_tally *tally);
