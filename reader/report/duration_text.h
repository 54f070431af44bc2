/* SPDX-License-Identifier: Apache-2.0 */
/* Span text: a length of time as a person types it. */
#pragma once

#include "base/base.h"

/* "30s", "5m", "1h", "1d", "1w", or several of them: microseconds. -EINVAL. */
int mxlog_duration_parse(const char *text, int64_t *ret);

/* "350 us", "12.4 ms", "1.25 s", "2 min 3 s", "1 h 5 min", with NUL. */
void mxlog_duration_format(char *out, size_t size, int64_t usec);
