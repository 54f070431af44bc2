/* SPDX-License-Identifier: Apache-2.0 */
/* Chosen fields of a line, as a row of a table, CSV (RFC 4180) or JSON. */
#pragma once

#include "lookup.h"

struct mxlog_read_row {
	const struct mxlog_entry *entry;   /* one of these, */
	const struct mxlog_metric *metric; /* the other is NULL */
	const char *const *fields;
	size_t n_fields;
	size_t width; /* of the screen; 0: no end */
	bool colour;
};

int mxlog_read_table_head(const struct mxlog_read_row *row,
    struct mxlog_buf *out);
int mxlog_read_table(const struct mxlog_read_row *row, struct mxlog_buf *out);

int mxlog_read_csv_head(const struct mxlog_read_row *row,
    struct mxlog_buf *out);
int mxlog_read_csv(const struct mxlog_read_row *row, struct mxlog_buf *out);

/* One object, without a newline; fields that there are not are left out. */
int mxlog_read_row_json(const struct mxlog_read_row *row,
    struct mxlog_buf *out);
