/* SPDX-License-Identifier: Apache-2.0 */
/* --trace: one operation in time. */
#include "command/mxlog_read_report.h"
#include "command/mxlog_read_trace.h"

static int print_items(struct mxlog_read_report *report,
    const struct mxlog_trace *trace)
{
	struct mxlog_trace_summary summary;
	int r = 0;

	mxlog_trace_get_summary(trace, &summary);
	for (size_t i = 0; r >= 0 && i < summary.items; i++) {
		const struct mxlog_trace_item *item =
		    mxlog_trace_get_item(trace, i);
		struct mxlog_read_number numbers[3];
		struct mxlog_read_cell cells[] = {
			mxlog_read_cell_time("time", &numbers[0],
			    item->line.time_usec),
			mxlog_read_cell_count("depth", &numbers[1],
			    item->depth),
			mxlog_read_cell_count("operation", &numbers[2],
			    item->operation),
			mxlog_read_cell_bool("metric", item->metric),
			{ "line", MXLOG_READ_JSON, item->line.text,
			    item->line.len },
		};

		r = mxlog_read_report_row(report, cells, ARRAY_LEN(cells));
	}
	return r;
}

static int report_trace(struct mxlog_read_report *report)
{
	const struct mxlog_read_options *options = report->options;
	struct mxlog_trace *trace;
	int r;

	r = mxlog_trace_read((const char *const *)options->dirs,
	    options->n_dirs, options->subject, &trace, report->reterr);
	if (r < 0)
		return r;
	r = mxlog_read_report_by_row(report)
	    ? print_items(report, trace)
	    : mxlog_read_trace(trace, report->terminal->screen.colour,
		  report->out);
	mxlog_trace_free(trace);
	return r;
}

const struct mxlog_read_report_type mxlog_read_report_trace = {
	.option = MXLOG_OPT_TRACE,
	.make = report_trace,
};
