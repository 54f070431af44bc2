/* SPDX-License-Identifier: Apache-2.0 */
/* The short form: one line an entry, its exception folded below it. */
#pragma once

#include "command/mxlog_read_row.h"

int mxlog_read_short(const struct mxlog_read_row *row, struct mxlog_buf *out);

/* The escape sequence of a level's colour; "\033[0m" ends it. */
const char *mxlog_read_colour(enum mxlog_level level);

/* "2026-01-28 15:30:45.123" in the process's time zone. */
int mxlog_read_local_time(struct mxlog_buf *out, int64_t time_usec);
