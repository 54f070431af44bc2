/* SPDX-License-Identifier: Apache-2.0 */
/* Time bucket: the span of time that a moment is counted in. */
#pragma once

#include "base/base.h"

struct mxlog_time_bucket {
	int64_t start_usec, end_usec; /* the end is the next one's start */
};

/* Spans of less than a day are counted from 1970 on, in UTC. Days and longer are
 * local days, whatever their length; spans of whole weeks begin on a Monday. */
void mxlog_time_bucket_find(int64_t time_usec, int64_t span_usec,
    struct mxlog_time_bucket *ret);
