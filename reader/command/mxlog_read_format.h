/* SPDX-License-Identifier: Apache-2.0 */
/* Format: a form in which mxlog-read shows lines, and the rows of reports. */
#pragma once

#include "command/mxlog_read_print.h"
#include "command/mxlog_read_row.h"

struct mxlog_read_printer {
	struct mxlog_read_screen screen;
	bool metrics;
	const struct mxlog_read_format *format;
	char **fields; /* borrowed from the options */
	size_t n_fields;
	uint64_t printed; /* lines */
	bool headed;      /* a table's or CSV's first line was printed */
	struct mxlog_buf out;
	struct mxlog_buf json; /* a line made of the fields asked for */
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
};

enum mxlog_read_cell_type {
	MXLOG_READ_NONE, /* there is no value */
	MXLOG_READ_TEXT,
	MXLOG_READ_JSON, /* a number, or any other JSON */
};

/* One value of a report's row. Texts are borrowed. */
struct mxlog_read_cell {
	const char *name;
	enum mxlog_read_cell_type type;
	const char *text;
	size_t len;
};

struct mxlog_read_format {
	const char *name;
	bool takes_fields; /* --fields says what it shows */
	/* What the printer's decode() made, if `decoded`, else the line as it
	 * is. */
	bool decoded;
	int (*line)(struct mxlog_read_printer *printer,
	    const struct mxlog_line *line);
	/* A row of a report; NULL: reports are told as to a person. */
	int (*cells)(struct mxlog_read_printer *printer,
	    const struct mxlog_read_cell *cells, size_t n);
	/* How short ones show times; NULL: they don't. */
	int (*time)(struct mxlog_buf *out, int64_t time_usec);
};

/* All of them; NULL behind the last one. */
extern const struct mxlog_read_format *const mxlog_read_formats[];
const struct mxlog_read_format *mxlog_read_format_find(const char *name);

/* What the entry or metric decoded last is shown with. */
struct mxlog_read_row mxlog_read_row_of(
    const struct mxlog_read_printer *printer);

/* Decode a line as it was when it was found. */
int mxlog_read_decode(struct mxlog_read_printer *printer,
    const struct mxlog_line *line);

/* Text of JSON; what could steer a terminal is escaped where one is. */
int mxlog_read_add_json(struct mxlog_read_printer *printer, const char *text,
    size_t len);

/* The cells, or the fields asked for, as one object in printer->json. */
int mxlog_read_cells_json(struct mxlog_read_printer *printer,
    const struct mxlog_read_cell *cells, size_t n);
int mxlog_read_fields_json(struct mxlog_read_printer *printer);
