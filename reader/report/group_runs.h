/* SPDX-License-Identifier: Apache-2.0 */
/* Group runs: counts by key that do not fit in memory, in a temporary file
 * without a name, merged as they are read. */
#pragma once

#include "base/buf.h"

struct mxlog_group_runs;

int mxlog_group_runs_new(struct mxlog_group_runs **ret);
void mxlog_group_runs_free(struct mxlog_group_runs *runs);

/* By bytes, the shorter first. */
int mxlog_group_runs_compare(const char *a, size_t a_len, const char *b,
    size_t b_len);

/* Write one run: _begin, and _add by the order of keys. */
int mxlog_group_runs_begin(struct mxlog_group_runs *runs);
int mxlog_group_runs_add(struct mxlog_group_runs *runs, const char *key,
    size_t len, uint64_t count);

/* 1 and the next key, once, with all that was counted of it; 0 at the end. The
 * key is valid until the next call. */
int mxlog_group_runs_next(struct mxlog_group_runs *runs, const char **ret_key,
    size_t *ret_len, uint64_t *ret_count);
