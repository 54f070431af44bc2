/* SPDX-License-Identifier: Apache-2.0 */
/* --distinct: the values of a field, each once. */
#include "command/mxlog_read_report.h"

static int print_value(struct mxlog_read_report *report,
    const struct mxlog_groups *groups, size_t group)
{
	struct mxlog_read_cell cell = mxlog_read_report_cell(groups, group, 0);
	int r;

	if (cell.type == MXLOG_READ_NONE)
		return 0; /* entries without the field */
	if (mxlog_read_report_by_row(report))
		return mxlog_read_report_row(report, &cell, 1);
	r = mxlog_read_report_value(report->out, groups, group, 0, "");
	return r < 0 ? r : mxlog_buf_add_char(report->out, '\n');
}

static int report_distinct(struct mxlog_read_report *report)
{
	struct mxlog_read_options *options = report->options;
	uint64_t limit = options->query->limit;
	struct mxlog_groups *groups;
	int r;

	if (strchr(options->subject, ','))
		return mxlog_error_set(report->reterr, -EINVAL,
		    "--distinct: expected one field; --count-by takes several");
	r = mxlog_read_report_groups(report, &options->query, options->subject,
	    &groups);
	if (r < 0)
		return r;
	for (size_t i = 0;
	     r >= 0 && i < mxlog_groups_get_size(groups) && (uint64_t)i < limit;
	     i++)
		r = print_value(report, groups, i);
	mxlog_groups_free(groups);
	return r;
}

const struct mxlog_read_report_type mxlog_read_report_distinct = {
	.option = MXLOG_OPT_DISTINCT,
	.make = report_distinct,
};
