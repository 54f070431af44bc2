/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage: whether the checkpoints of a log directory, all together, still
 * need a segment to be live. */
#pragma once

#include "store/segment.h"

/* May this live segment be archived? True unless it holds, past what a
 * source's checkpoint covers, a line with an identity of that source (or of a
 * stream that no checkpoint knows): after a crash a restart looks for those in
 * live segments. The caller holds the segment's lock. Without any checkpoint
 * all may go; beside a damaged one nothing goes until its source has mended it. */
int mxlog_checkpoint_covers(int log_dir_fd,
    const struct mxlog_segment_name *segment, int segment_fd, bool *ret);
