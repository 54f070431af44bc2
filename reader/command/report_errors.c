/* SPDX-License-Identifier: Apache-2.0 */
/* --errors: errors by type, module and message, and which are new. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/timestamp.h"
#include "command/mxlog_read_report.h"
#include "report/duration_text.h"

enum {
	TOP = 10, /* of each table */
};

static const struct table {
	const char *title, *field;
	bool first; /* how many there are in all stands above it */
} tables[] = {
	{ "exception", "exception.type", true },
	{ "module", "module", false },
	{ "message", "shape", false },
};

/* A copy of the query for errors within a span of time. */
static int copy_query(struct mxlog_read_report *report, int64_t since,
    int64_t until, struct mxlog_query **ret)
{
	int r = mxlog_query_copy(report->options->query, ret);

	if (r < 0)
		return r;
	(*ret)->limit = UINT64_MAX;
	(*ret)->since_usec = since;
	(*ret)->until_usec = until;
	/* An exception is an error, whatever its level. */
	return (*ret)->levels
	    ? 0
	    : mxlog_query_add_where(*ret,
		  LITERAL("level >= ERROR or exception"), false, NULL);
}

/* The period before, so that a value is found fast. */
struct before {
	const struct mxlog_groups *groups;
	size_t *order; /* groups by value */
};

static int compare_values(const struct mxlog_groups *a, size_t i,
    const struct mxlog_groups *b, size_t j)
{
	const char *x, *y;
	size_t x_len, y_len;
	int c;

	mxlog_groups_get_value(a, i, 0, &x, &x_len);
	mxlog_groups_get_value(b, j, 0, &y, &y_len);
	c = memcmp(x, y, MIN(x_len, y_len));
	if (c == 0)
		c = (x_len > y_len) - (x_len < y_len);
	return c != 0 ? c
		      : (int)mxlog_groups_get_type(a, i, 0) -
		(int)mxlog_groups_get_type(b, j, 0);
}

static int compare_groups(const void *a, const void *b, void *arg)
{
	return compare_values(arg, *(const size_t *)a, arg, *(const size_t *)b);
}

static int before_init(struct before *before, struct mxlog_groups *groups)
{
	size_t n = mxlog_groups_get_size(groups);

	before->groups = groups;
	before->order = calloc(n + 1, sizeof(*before->order));
	if (!before->order)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		before->order[i] = i;
	qsort_r(before->order, n, sizeof(*before->order), compare_groups,
	    groups);
	return 0;
}

/* How many there were of a value of `now`. */
static uint64_t before_count(const struct before *before,
    const struct mxlog_groups *now, size_t group)
{
	size_t low = 0, high = mxlog_groups_get_size(before->groups);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		size_t at = before->order[middle];
		int c = compare_values(now, group, before->groups, at);

		if (c == 0)
			return mxlog_groups_get_count(before->groups, at);
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 0;
}

static int add_error(struct mxlog_buf *out, const struct mxlog_groups *now,
    size_t group, const struct before *before)
{
	bool new = before_count(before, now, group) == 0;
	int r =
	    mxlog_buf_printf(out, "%*" PRIu64 "  %s", MXLOG_READ_COUNT_WIDTH,
		mxlog_groups_get_count(now, group), new ? "new  " : "     ");

	if (r >= 0)
		r = mxlog_read_report_value(out, now, group, 0, "(none)");
	return r < 0 ? r : mxlog_buf_add_char(out, '\n');
}

static int add_errors(struct mxlog_read_report *report, const char *title,
    const struct mxlog_groups *now, const struct before *before)
{
	uint64_t limit = report->options->query->limit;
	uint64_t most = limit == UINT64_MAX ? TOP : limit;
	size_t all = mxlog_groups_get_size(now);
	size_t n = (size_t)MIN((uint64_t)all, most);
	bool colour = report->terminal->screen.colour;
	struct mxlog_buf *out = report->out;
	int r = mxlog_buf_printf(out, "\n%sBy %s%s\n", colour ? "\033[1m" : "",
	    title, colour ? "\033[0m" : "");

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = add_error(out, now, i, before);
	if (r >= 0 && all > n)
		r = mxlog_buf_printf(out, "%*s  and %zu more\n",
		    MXLOG_READ_COUNT_WIDTH, "", all - n);
	return r;
}

/* ---- as rows ---- */

static int print_row(struct mxlog_read_report *report, const char *by,
    struct mxlog_read_cell value, uint64_t now, uint64_t before)
{
	struct mxlog_read_number numbers[2];
	struct mxlog_read_cell cells[] = {
		mxlog_read_cell_text("by", by, strlen(by)),
		value,
		mxlog_read_cell_count("count", &numbers[0], now),
		mxlog_read_cell_count("before", &numbers[1], before),
		mxlog_read_cell_bool("new", now > 0 && before == 0),
	};

	cells[1].name = "value";
	return mxlog_read_report_row(report, cells, ARRAY_LEN(cells));
}

static int print_rows(struct mxlog_read_report *report, const char *by,
    const struct mxlog_groups *now, const struct before *before)
{
	uint64_t limit = report->options->query->limit;
	int r = 0;

	for (size_t i = 0;
	     r >= 0 && i < mxlog_groups_get_size(now) && (uint64_t)i < limit;
	     i++)
		r = print_row(report, by, mxlog_read_report_cell(now, i, 0),
		    mxlog_groups_get_count(now, i),
		    before_count(before, now, i));
	return r;
}

/* ---- two periods ---- */

static int count_errors(struct mxlog_read_report *report, const char *field,
    int64_t since, int64_t until, struct mxlog_groups **ret)
{
	struct mxlog_query *query;
	int r = copy_query(report, since, until, &query);

	return r < 0 ? r : mxlog_read_report_groups(report, &query, field, ret);
}

static int add_rate(struct mxlog_read_report *report, uint64_t now,
    uint64_t before, int64_t span_usec)
{
	struct mxlog_read_cell none = { .type = MXLOG_READ_NONE };
	char span[32];

	if (mxlog_read_report_by_row(report))
		return print_row(report, "total", none, now, before);
	mxlog_duration_format(span, sizeof(span), span_usec);
	return mxlog_buf_printf(report->out,
	    "%" PRIu64 " errors in %s, %.1f an hour; %" PRIu64
	    " in the same time before\n",
	    now, span,
	    (double)now * 3600e6 / (double)MAX(span_usec, (int64_t)1), before);
}

static int show_periods(struct mxlog_read_report *report, const char *title,
    const struct mxlog_groups *now, const struct before *before)
{
	if (mxlog_read_report_by_row(report))
		return print_rows(report, title, now, before);
	return mxlog_groups_get_size(now) > 0
	    ? add_errors(report, title, now, before)
	    : 0;
}

/* By one field, beside the period before. */
static int compare_periods(struct mxlog_read_report *report,
    const struct table *table, int64_t since, int64_t until)
{
	struct mxlog_groups *now = NULL, *old = NULL;
	struct before before = { 0 };
	int64_t span = until - since;
	int r;

	r = count_errors(report, table->field, since, until, &now);
	if (r >= 0)
		r = count_errors(report, table->field, since - span, since - 1,
		    &old);
	if (r >= 0)
		r = before_init(&before, old);
	if (r >= 0 && table->first)
		r = add_rate(report, mxlog_groups_get_total(now),
		    mxlog_groups_get_total(old), span);
	if (r >= 0)
		r = show_periods(report, table->title, now, &before);
	free(before.order);
	mxlog_groups_free(now);
	mxlog_groups_free(old);
	return r;
}

static int report_errors(struct mxlog_read_report *report)
{
	const struct mxlog_query *query = report->options->query;
	int64_t until = query->until_usec, since = query->since_usec;
	int r = 0;

	if (until == INT64_MAX)
		until = mxlog_timestamp_now();
	if (since == INT64_MIN)
		since = until - USEC_PER_DAY;
	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(tables); i++)
		r = compare_periods(report, &tables[i], since, until);
	return r;
}

const struct mxlog_read_report_type mxlog_read_report_errors = {
	.option = MXLOG_OPT_ERRORS,
	.make = report_errors,
};
