/* SPDX-License-Identifier: Apache-2.0 */
/* Sort runs: sorted sequences of records in a temporary file without a name,
 * merged as they are read. */
#pragma once

#include "order/sort_record.h"

/* < 0 if `a` comes before `b`. No two records are equal. */
int mxlog_sort_compare(const struct mxlog_sort_record *a,
    const struct mxlog_sort_record *b, bool descending);

struct mxlog_sort_runs;

int mxlog_sort_runs_new(bool descending, struct mxlog_sort_runs **ret);
void mxlog_sort_runs_free(struct mxlog_sort_runs *runs);

/* Write one run: _begin, _add in order (a text that is there goes with it), _end. The
 * temporary file lies in TMPDIR, /var/tmp or /tmp. */
int mxlog_sort_runs_begin(struct mxlog_sort_runs *runs);
int mxlog_sort_runs_add(struct mxlog_sort_runs *runs,
    const struct mxlog_sort_record *record);
int mxlog_sort_runs_end(struct mxlog_sort_runs *runs);

/* 1 and the first record of all runs, valid until _drop removes it; 0 if none
 * is left. */
int mxlog_sort_runs_first(struct mxlog_sort_runs *runs,
    struct mxlog_sort_record *ret);
int mxlog_sort_runs_drop(struct mxlog_sort_runs *runs);
