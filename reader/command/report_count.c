/* SPDX-License-Identifier: Apache-2.0 */
/* --count-by: how many there are of each combination of values. */
#include <inttypes.h>
#include <stdlib.h>

#include "command/mxlog_read_report.h"
#include "command/screen.h"

/* The columns that the widest of the first n values takes. */
static int measure_field(const struct mxlog_groups *counts, size_t n,
    size_t field, size_t *ret)
{
	struct mxlog_buf text = { 0 };
	int r = 0;

	*ret = 0;
	for (size_t i = 0; r >= 0 && i < n; i++) {
		mxlog_buf_clear(&text);
		r = mxlog_read_report_value(&text, counts, i, field, "-");
		if (r >= 0)
			*ret =
			    MAX(*ret, mxlog_screen_width(text.data, text.len));
	}
	mxlog_buf_done(&text);
	return r;
}

/* A value and the blanks to the next column; the last one has none. */
static int add_column(struct mxlog_buf *out, const struct mxlog_groups *counts,
    size_t group, size_t field, size_t width)
{
	size_t start, used;
	int r = mxlog_buf_add(out, LITERAL("  "));

	start = out->len;
	if (r >= 0)
		r = mxlog_read_report_value(out, counts, group, field, "-");
	if (r < 0 || field + 1 == mxlog_groups_get_fields(counts))
		return r;
	used = mxlog_screen_width(out->data + start, out->len - start);
	return mxlog_buf_printf(out, "%*s", (int)(width - used), "");
}

static int add_group(struct mxlog_buf *out, const struct mxlog_groups *counts,
    size_t group, const size_t *widths)
{
	int r = mxlog_buf_printf(out, "%*" PRIu64, MXLOG_READ_COUNT_WIDTH,
	    mxlog_groups_get_count(counts, group));

	for (size_t i = 0; r >= 0 && i < mxlog_groups_get_fields(counts); i++)
		r = add_column(out, counts, group, i, widths[i]);
	return r < 0 ? r : mxlog_buf_add_char(out, '\n');
}

static int add_groups(struct mxlog_buf *out, const struct mxlog_groups *counts,
    size_t n)
{
	size_t n_fields = mxlog_groups_get_fields(counts);
	size_t *widths = calloc(n_fields, sizeof(*widths));
	int r = widths ? 0 : -ENOMEM;

	for (size_t i = 0; r >= 0 && i + 1 < n_fields; i++)
		r = measure_field(counts, n, i, &widths[i]);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = add_group(out, counts, i, widths);
	free(widths);
	return r;
}

static int print_row(struct mxlog_read_report *report,
    const struct mxlog_groups *counts, size_t group)
{
	size_t n = mxlog_groups_get_fields(counts);
	struct mxlog_read_cell *cells = calloc(n + 1, sizeof(*cells));
	struct mxlog_read_number number;
	int r;

	if (!cells)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		cells[i] = mxlog_read_report_cell(counts, group, i);
	cells[n] = mxlog_read_cell_count("count", &number,
	    mxlog_groups_get_count(counts, group));
	r = mxlog_read_report_row(report, cells, n + 1);
	free(cells);
	return r;
}

static int report_count(struct mxlog_read_report *report)
{
	struct mxlog_read_options *options = report->options;
	uint64_t limit = options->query->limit;
	struct mxlog_groups *counts;
	size_t n;
	int r;

	r = mxlog_read_report_groups(report, &options->query, options->subject,
	    &counts);
	if (r < 0)
		return r;
	n = (size_t)MIN((uint64_t)mxlog_groups_get_size(counts), limit);
	if (!mxlog_read_report_by_row(report))
		r = add_groups(report->out, counts, n);
	for (size_t i = 0; mxlog_read_report_by_row(report) && r >= 0 && i < n;
	     i++)
		r = print_row(report, counts, i);
	mxlog_groups_free(counts);
	return r;
}

const struct mxlog_read_report_type mxlog_read_report_count = {
	.option = MXLOG_OPT_COUNT_BY,
	.make = report_count,
};
