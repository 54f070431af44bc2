/* SPDX-License-Identifier: Apache-2.0 */
/* Chosen fields of a line, as a row of a table, CSV (RFC 4180) or JSON. */
#pragma once

#include "command/mxlog_read_row.h"

int mxlog_read_table_head(const struct mxlog_read_row *row,
    struct mxlog_buf *out);
int mxlog_read_table(const struct mxlog_read_row *row, struct mxlog_buf *out);

/* One value, quoted if need be. */
int mxlog_read_csv_add(struct mxlog_buf *out, const char *text, size_t len);
int mxlog_read_csv_head(const struct mxlog_read_row *row,
    struct mxlog_buf *out);
int mxlog_read_csv(const struct mxlog_read_row *row, struct mxlog_buf *out);

/* One object, without a newline; fields that there are not are left out. */
int mxlog_read_row_json(const struct mxlog_read_row *row,
    struct mxlog_buf *out);
