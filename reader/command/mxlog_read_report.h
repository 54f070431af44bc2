/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: what mxlog-read makes of the matches instead of showing each. */
#pragma once

#include <mxlog/reader.h>

#include "command/mxlog_read_arguments.h"
#include "command/mxlog_read_corrupt.h"
#include "command/mxlog_read_format.h"
#include "command/mxlog_read_terminal.h"

/* What a report is made with. */
struct mxlog_read_report {
	struct mxlog_read_options *options;
	struct mxlog_read_terminal *terminal;
	struct mxlog_reader_stats *stats;
	struct mxlog_error *reterr;
	struct mxlog_read_corrupt corrupt;
	struct mxlog_read_printer *printer;
	struct mxlog_buf *out; /* the printer's */
};

struct mxlog_read_report_type {
	enum mxlog_read_option option; /* that asks for it */
	int (*make)(struct mxlog_read_report *report);
};

/* All of them; NULL behind the last one. */
extern const struct mxlog_read_report_type *const mxlog_read_reports[];

/* Make and print the report that the options ask for; the query is spent. */
int mxlog_read_report(struct mxlog_read_options *options,
    struct mxlog_read_terminal *terminal, struct mxlog_reader_stats *stats,
    struct mxlog_error *reterr);

/* ---- for those that make one ---- */

/* Takes the query, whatever happens. */
int mxlog_read_report_open(struct mxlog_read_report *report,
    struct mxlog_query **query, struct mxlog_reader **ret);
/* Its figures are added to the others. */
void mxlog_read_report_close(struct mxlog_read_report *report,
    struct mxlog_reader *reader);

/* Count by fields; takes the query, whatever happens. */
int mxlog_read_report_groups(struct mxlog_read_report *report,
    struct mxlog_query **query, const char *fields, struct mxlog_groups **ret);

/* A group's value as a person sees it; one that isn't there as `absent`. */
int mxlog_read_report_value(struct mxlog_buf *out,
    const struct mxlog_groups *groups, size_t group, size_t field,
    const char *absent);
struct mxlog_read_cell mxlog_read_report_cell(const struct mxlog_groups *groups,
    size_t group, size_t field);

/* Does the format want rows? */
bool mxlog_read_report_by_row(const struct mxlog_read_report *report);
int mxlog_read_report_row(struct mxlog_read_report *report,
    const struct mxlog_read_cell *cells, size_t n);

/* Cells of numbers, in text that outlives them. */
struct mxlog_read_number {
	char text[32];
};
struct mxlog_read_cell mxlog_read_cell_count(const char *name,
    struct mxlog_read_number *number, uint64_t value);
struct mxlog_read_cell mxlog_read_cell_double(const char *name,
    struct mxlog_read_number *number, double value);
struct mxlog_read_cell mxlog_read_cell_time(const char *name,
    struct mxlog_read_number *number, int64_t time_usec);
static inline struct mxlog_read_cell mxlog_read_cell_text(const char *name,
    const char *text, size_t len)
{
	return (struct mxlog_read_cell){ name, MXLOG_READ_TEXT, text, len };
}
static inline struct mxlog_read_cell mxlog_read_cell_bool(const char *name,
    bool value)
{
	const char *text = value ? "true" : "false";

	return (struct mxlog_read_cell){ name, MXLOG_READ_JSON, text,
		strlen(text) };
}

/* A moment: as JSON has it, or for people local. */
struct mxlog_read_cell mxlog_read_report_moment(const struct mxlog_read_report
						    *report,
    const char *name, struct mxlog_read_number *number, int64_t time_usec);

/* Rows that people see in columns, under their names. A zeroed struct is an
 * empty sheet. */
struct mxlog_read_sheet {
	struct mxlog_buf texts; /* of all cells, each with its NUL */
	size_t n_columns, n_rows;
	size_t widths[16];
	bool right[16]; /* of numbers */
};
int mxlog_read_sheet_add(struct mxlog_read_report *report,
    struct mxlog_read_sheet *sheet, const struct mxlog_read_cell *cells,
    size_t n);
/* Print what people see, and forget all. */
int mxlog_read_sheet_finish(struct mxlog_read_report *report,
    struct mxlog_read_sheet *sheet);

enum {
	MXLOG_READ_COUNT_WIDTH = 9, /* columns of a count */
};
