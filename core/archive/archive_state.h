/* SPDX-License-Identifier: Apache-2.0 */
/* Archive state: what .mxlog/ tells readers about archives, beside their index:
 * which are being deleted. */
#pragma once

#include "store/segment.h"

/* The archives that the cycle is deleting right now, or was when it was killed:
 * their names; the caller frees the array. None is fine. Lines that are no
 * archive's name mean nothing. */
int mxlog_archive_state_load_pruning(int state_fd,
    struct mxlog_segment_name **ret, size_t *ret_n);

/* Replace that list, durably; an empty one is removed. */
int mxlog_archive_state_save_pruning(int state_fd,
    const struct mxlog_segment_name *names, size_t n);

/* Is this archive, which was seen without a record, being deleted, or gone by
 * now? Then there is nothing to wonder about. */
bool mxlog_archive_state_is_leaving(int log_dir_fd,
    const struct mxlog_segment_name *name);

/* What versions without a ledger noted as reported corrupt; the caller frees the
 * array. Then those notes can go. */
int mxlog_archive_state_list_corrupt(int log_dir_fd,
    struct mxlog_segment_name **ret, size_t *ret_n);
int mxlog_archive_state_remove_corrupt(int state_fd,
    const struct mxlog_segment_name *names, size_t n);
