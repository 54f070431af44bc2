/* SPDX-License-Identifier: Apache-2.0 */
/* Sorter: puts any number of matches in order within fixed memory. What does
 * not fit goes, as sorted runs, to a temporary file that has no name. */
#pragma once

#include "order/sort_record.h"

struct mxlog_sorter;

/* `keep`: how many records are wanted at most; SIZE_MAX, all of them.
 * `descending` turns the order of `extra`. */
int mxlog_sorter_new(uint64_t keep, bool descending, struct mxlog_sorter **ret);
void mxlog_sorter_free(struct mxlog_sorter *sorter);

/* Add a copy, unless it can't be among those wanted. -ENOMEM, or why the temporary file failed. */
int mxlog_sorter_add(struct mxlog_sorter *sorter,
    const struct mxlog_sort_record *record);

/* 1 and the first record, valid until the next call; 0 if there is none. */
int mxlog_sorter_first(struct mxlog_sorter *sorter,
    struct mxlog_sort_record *ret);

/* Remove what _first returned. */
int mxlog_sorter_drop(struct mxlog_sorter *sorter);
