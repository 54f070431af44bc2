/* SPDX-License-Identifier: Apache-2.0 */
/* Row: an entry or a metric to be shown, and how. */
#pragma once

#include "entry/field_path.h"

struct mxlog_read_row {
	const struct mxlog_entry *entry;   /* one of these, */
	const struct mxlog_metric *metric; /* the other is NULL */
	const char *const *fields;
	size_t n_fields;
	size_t width; /* of the screen; 0: no end */
	bool colour;
	/* How the short forms show times. */
	int (*time)(struct mxlog_buf *out, int64_t time_usec);
};
