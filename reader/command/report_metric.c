/* SPDX-License-Identifier: Apache-2.0 */
/* --metric and --of: what a metric's values, or the numbers in a field, come
 * to. */
#include <inttypes.h>
#include <stdlib.h>

#include "command/mxlog_read_report.h"

enum {
	COLUMNS_MAX = 16, /* a time, those counted by, a count, values */
};

/* The row being made. */
struct row {
	struct mxlog_read_cell cells[COLUMNS_MAX];
	struct mxlog_read_number numbers[COLUMNS_MAX];
	size_t n;
};

static void add_cell(struct row *row, const struct mxlog_read_cell *cell)
{
	if (row->n < COLUMNS_MAX)
		row->cells[row->n++] = *cell;
}

/* When the row's span of time begins, or its first value came. */
static void add_time(struct mxlog_read_report *report,
    const struct mxlog_statistics *statistics, size_t index, struct row *row)
{
	struct mxlog_read_cell cell =
	    mxlog_read_report_moment(report, "time", &row->numbers[row->n],
		mxlog_statistics_get_first(statistics, index));

	add_cell(row, &cell);
}

/* What the row is of. */
static void add_groups(struct mxlog_read_report *report,
    const struct mxlog_statistics *statistics, size_t index, struct row *row)
{
	const struct mxlog_groups *groups;
	size_t group;

	groups = mxlog_statistics_get_groups(statistics, index, &group);
	if (!groups || report->options->bucket_usec == 0)
		add_time(report, statistics, index, row);
	for (size_t i = 0; groups && i < mxlog_groups_get_fields(groups); i++) {
		struct mxlog_read_cell cell =
		    mxlog_read_report_cell(groups, group, i);

		if (i == 0 && report->options->bucket_usec > 0)
			cell.name = "time";
		add_cell(row, &cell);
	}
}

static int print_row(struct mxlog_read_report *report,
    struct mxlog_read_sheet *sheet, const struct mxlog_statistics *statistics,
    size_t index)
{
	size_t wanted = mxlog_statistics_get_wanted(statistics);
	struct row row = { .n = 0 };
	struct mxlog_read_cell cell;

	add_groups(report, statistics, index, &row);
	cell = mxlog_read_cell_count("count", &row.numbers[row.n],
	    mxlog_statistics_get_count(statistics, index));
	add_cell(&row, &cell);
	for (size_t i = 0; i < wanted; i++) {
		cell = mxlog_read_cell_double(wanted == 1
			? "value"
			: mxlog_statistics_get_name(statistics, i),
		    &row.numbers[row.n],
		    mxlog_statistics_get_value(statistics, index, i));
		add_cell(&row, &cell);
	}
	return mxlog_read_sheet_add(report, sheet, row.cells, row.n);
}

/* Of no values at all there is one row: there are 0. */
static int print_none(struct mxlog_read_report *report,
    struct mxlog_read_sheet *sheet)
{
	struct mxlog_read_number number;
	struct mxlog_read_cell cells[] = {
		{ .name = "time", .type = MXLOG_READ_NONE },
		mxlog_read_cell_count("count", &number, 0),
		{ .name = "value", .type = MXLOG_READ_NONE },
	};

	return mxlog_read_sheet_add(report, sheet, cells, ARRAY_LEN(cells));
}

/* The fields to count by: spans of time, those that were named, and units,
 * which can't be added up. NULL in *ret if there are none. */
static int make_by(const struct mxlog_read_options *options, bool metrics,
    struct mxlog_buf *out, const char **ret)
{
	int r = 0;

	if (options->bucket_usec > 0)
		r = mxlog_buf_printf(out, "time:%s,", options->bucket);
	if (r >= 0 && options->by)
		r = mxlog_buf_printf(out, "%s,", options->by);
	if (r >= 0 && metrics)
		r = mxlog_buf_printf(out, "unit,");
	if (r < 0 || out->len == 0)
		return r;
	out->data[out->len - 1] = '\0';
	*ret = out->data;
	return 0;
}

/* What rates are of: a span, or the whole range that was asked for. */
static int64_t span_of(const struct mxlog_read_options *options)
{
	const struct mxlog_query *query = options->query;

	if (options->bucket_usec > 0)
		return options->bucket_usec;
	return query->since_usec != INT64_MIN && query->until_usec != INT64_MAX
	    ? query->until_usec - query->since_usec + 1
	    : 0;
}

static int print_rows(struct mxlog_read_report *report,
    const struct mxlog_statistics *statistics, uint64_t limit)
{
	size_t n = mxlog_statistics_get_size(statistics);
	struct mxlog_read_sheet sheet = { 0 };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n && (uint64_t)i < limit; i++)
		r = print_row(report, &sheet, statistics, i);
	if (r >= 0 && n == 0 && !report->options->by &&
	    report->options->bucket_usec == 0)
		r = print_none(report, &sheet);
	return r < 0 ? r : mxlog_read_sheet_finish(report, &sheet);
}

static int report_statistics(struct mxlog_read_report *report)
{
	struct mxlog_read_options *options = report->options;
	bool metrics = options->query->metrics;
	int64_t span = span_of(options);
	uint64_t limit = options->query->limit;
	struct mxlog_statistics *statistics;
	struct mxlog_reader *reader;
	struct mxlog_buf by = { 0 };
	const char *fields = NULL;
	int r = make_by(options, metrics, &by, &fields);

	options->query->limit = UINT64_MAX;
	options->query->last = false;
	if (r >= 0)
		r = mxlog_read_report_open(report, &options->query, &reader);
	if (r >= 0) {
		r = mxlog_reader_statistics(reader, metrics, options->aggregate,
		    options->of, fields, span, &statistics, report->reterr);
		mxlog_read_report_close(report, reader);
	}
	if (r >= 0) {
		r = print_rows(report, statistics, limit);
		mxlog_statistics_free(statistics);
	}
	mxlog_buf_done(&by);
	return r;
}

const struct mxlog_read_report_type mxlog_read_report_metric = {
	.option = MXLOG_OPT_METRIC,
	.make = report_statistics,
};

const struct mxlog_read_report_type mxlog_read_report_numbers = {
	.option = MXLOG_OPT_OF,
	.make = report_statistics,
};
