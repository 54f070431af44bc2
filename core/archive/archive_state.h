/* SPDX-License-Identifier: Apache-2.0 */
/* Archive state: what .mxlog/ remembers about archives, beside their index:
 * which are being deleted, and which were reported as corrupt. */
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

/* Note that an archive was reported as corrupt: 1 if that is new, 0 if it was
 * noted before. */
int mxlog_archive_state_note_corrupt(int state_fd,
    const struct mxlog_segment_name *name);
/* The archive is gone, or right again. */
void mxlog_archive_state_forget_corrupt(int state_fd,
    const struct mxlog_segment_name *name);
