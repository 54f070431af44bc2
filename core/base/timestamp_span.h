/* SPDX-License-Identifier: Apache-2.0 */
/* Spans: how long before or after a moment, as people type it. */
#pragma once

#include "base/timestamp.h"
#include "base/timestamp_scan.h"

/* now, -1h, 1h30m, 1.5h, 2 hours ago, +10m, now-1d, 1 month ago: the moment,
 * as of now_usec. Months and years are the calendar's, in the process's zone; a
 * day is 24 hours. -EINVAL. */
int mxlog_time_span_before(struct mxlog_time_scan scan, int64_t now_usec,
    int64_t *ret);
