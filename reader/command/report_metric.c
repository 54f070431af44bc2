/* SPDX-License-Identifier: Apache-2.0 */
/* --metric: what a metric's values come to. */
#include <inttypes.h>

#include "base/number.h"
#include "command/mxlog_read_report.h"
#include "command/mxlog_read_short.h"

static int print_point(struct mxlog_read_report *report,
    const struct mxlog_point *point, int64_t start)
{
	struct mxlog_read_number numbers[3];
	struct mxlog_read_cell cells[] = {
		mxlog_read_cell_time("time", &numbers[0], start),
		mxlog_read_cell_count("count", &numbers[1], point->count),
		mxlog_read_cell_double("value", &numbers[2], point->value),
	};

	return mxlog_read_report_row(report, cells, ARRAY_LEN(cells));
}

static int add_point(struct mxlog_read_report *report,
    const struct mxlog_point *point)
{
	char value[MXLOG_NUMBER_MAX];
	size_t len = mxlog_number_format_double(value, point->value);
	int64_t start = point->start_usec == INT64_MIN ? point->first_usec
						       : point->start_usec;
	int r;

	if (mxlog_read_report_by_row(report))
		return print_point(report, point, start);
	r = mxlog_read_local_time(report->out, start);
	return r < 0
	    ? r
	    : mxlog_buf_printf(report->out, " %*" PRIu64 "  %.*s\n",
		  MXLOG_READ_COUNT_WIDTH, point->count, (int)len, value);
}

static int report_aggregates(struct mxlog_read_report *report)
{
	struct mxlog_read_options *options = report->options;
	struct mxlog_aggregates *aggregates;
	struct mxlog_reader *reader;
	int r;

	r = mxlog_read_report_open(report, &options->query, &reader);
	if (r < 0)
		return r;
	r = mxlog_reader_aggregates(reader, options->aggregate,
	    options->bucket_usec, &aggregates, report->reterr);
	mxlog_read_report_close(report, reader);
	if (r < 0)
		return r;
	for (size_t i = 0; r >= 0 && i < mxlog_aggregates_get_size(aggregates);
	     i++)
		r = add_point(report,
		    mxlog_aggregates_get_point(aggregates, i));
	mxlog_aggregates_free(aggregates);
	return r;
}

const struct mxlog_read_report_type mxlog_read_report_metric = {
	.option = MXLOG_OPT_METRIC,
	.make = report_aggregates,
};
