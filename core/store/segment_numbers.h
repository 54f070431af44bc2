/* SPDX-License-Identifier: Apache-2.0 */
/* Segment numbers: which segment numbers a day has ever used, so that none is used
 * twice, whatever was archived, pruned or removed since. */
#pragma once

#include "store/segment.h"

/* The number of the day's next segment: above every live and archived one and
 * every one that was ever taken here. It is taken then. -EOVERFLOW: there is
 * none left. */
int mxlog_segment_numbers_take(int log_dir_fd, enum mxlog_kind kind,
    int32_t day, uint32_t *ret);

/* Is there no file of numbers? */
bool mxlog_segment_numbers_are_lost(int state_fd);

/* Note that this name was used. */
int mxlog_segment_numbers_restore(int state_fd,
    const struct mxlog_segment_name *name);
