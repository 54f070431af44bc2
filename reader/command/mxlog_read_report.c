/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/number.h"
#include "base/timestamp.h"
#include "command/mxlog_read_corrupt.h"
#include "command/mxlog_read_short.h"
#include "command/mxlog_read_trace.h"
#include "command/screen.h"
#include "report/duration_text.h"

enum {
	BARS = 40,       /* of a histogram, about */
	BAR_WIDTH = 40,  /* columns of the longest */
	TOP = 10,        /* of each table of errors */
	COUNT_WIDTH = 9, /* columns of a count */
};

/* What a report is made with. */
struct report {
	struct mxlog_read_options *options;
	struct mxlog_read_terminal *terminal;
	struct mxlog_reader_stats *stats;
	struct mxlog_error *reterr;
	struct mxlog_read_corrupt corrupt;
	struct mxlog_buf out;
};

/* ---- running a query ---- */

static void add_stats(struct report *report, const struct mxlog_reader *reader)
{
	struct mxlog_reader_stats stats;

	mxlog_reader_get_stats(reader, &stats);
	stats.damaged += report->stats->damaged;
	stats.unreadable += report->stats->unreadable;
	*report->stats = stats;
}

/* Takes the query, whatever happens. */
static int open_reader(struct report *report, struct mxlog_query **query,
    struct mxlog_reader **ret)
{
	struct mxlog_read_options *options = report->options;
	const char *const *dirs = (const char *const *)options->dirs;
	int r;

	r = mxlog_reader_open(dirs, options->n_dirs, query, ret,
	    report->reterr);
	if (r < 0) {
		mxlog_query_free(*query);
		*query = NULL;
		return r;
	}
	mxlog_reader_on_warning(*ret, mxlog_read_terminal_warn,
	    report->terminal);
	mxlog_reader_on_progress(*ret, mxlog_read_terminal_progress,
	    report->terminal);
	mxlog_reader_on_corrupt(*ret, mxlog_read_corrupt_note,
	    &report->corrupt);
	return 0;
}

static int groups(struct report *report, struct mxlog_query **query,
    const char *fields, struct mxlog_groups **ret)
{
	struct mxlog_reader *reader;
	int r;

	r = open_reader(report, query, &reader);
	if (r < 0)
		return r;
	r = mxlog_reader_groups(reader, fields, ret, report->reterr);
	mxlog_read_terminal_clear(report->terminal);
	add_stats(report, reader);
	mxlog_reader_close(reader);
	return r;
}

/* ---- counts ---- */

static bool is_time(const struct mxlog_groups *counts, size_t field)
{
	return strcmp(mxlog_groups_get_field(counts, field), "time") == 0;
}

static int add_local(struct mxlog_buf *out, const char *text, size_t len)
{
	int64_t time_usec;

	if (mxlog_timestamp_parse(text, len, MXLOG_NO_ZONE, &time_usec) < 0)
		return mxlog_buf_add(out, text, len);
	return mxlog_read_local_time(out, time_usec);
}

/* Appended as a person sees it; a value that isn't there as `absent`. */
static int add_value(struct mxlog_buf *out, const struct mxlog_groups *counts,
    size_t group, size_t field, const char *absent)
{
	const char *text;
	size_t len;

	mxlog_groups_get_value(counts, group, field, &text, &len);
	if (is_time(counts, field))
		return add_local(out, text, len);
	if (len == 0)
		return mxlog_buf_add(out, absent, strlen(absent));
	return mxlog_screen_text(out, text, len, -1);
}

/* The columns that the widest of the first n values takes. */
static int measure_field(const struct mxlog_groups *counts, size_t n,
    size_t field, size_t *ret)
{
	struct mxlog_buf text = { 0 };
	int r = 0;

	*ret = 0;
	for (size_t i = 0; r >= 0 && i < n; i++) {
		mxlog_buf_clear(&text);
		r = add_value(&text, counts, i, field, "-");
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
		r = add_value(out, counts, group, field, "-");
	if (r < 0 || field + 1 == mxlog_groups_get_fields(counts))
		return r;
	used = mxlog_screen_width(out->data + start, out->len - start);
	return mxlog_buf_printf(out, "%*s", (int)(width - used), "");
}

static int add_group(struct mxlog_buf *out, const struct mxlog_groups *counts,
    size_t group, const size_t *widths)
{
	int r = mxlog_buf_printf(out, "%*" PRIu64, COUNT_WIDTH,
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

static int add_group_json(struct mxlog_buf *out,
    const struct mxlog_groups *counts, size_t group)
{
	int r = mxlog_buf_add_char(out, '{');

	for (size_t i = 0; r >= 0 && i < mxlog_groups_get_fields(counts); i++) {
		const char *name = mxlog_groups_get_field(counts, i);
		const char *text;
		size_t len;

		mxlog_groups_get_value(counts, group, i, &text, &len);
		r = mxlog_json_quote(out, name, strlen(name));
		if (r >= 0)
			r = mxlog_buf_add_char(out, ':');
		if (r >= 0)
			r = mxlog_json_quote(out, text, len);
		if (r >= 0)
			r = mxlog_buf_add_char(out, ',');
	}
	return r < 0 ? r
		     : mxlog_buf_printf(out, "\"count\":%" PRIu64 "}\n",
			   mxlog_groups_get_count(counts, group));
}

static int add_groups_json(struct mxlog_buf *out,
    const struct mxlog_groups *counts, size_t n)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = add_group_json(out, counts, i);
	return r;
}

static int report_count(struct report *report)
{
	struct mxlog_read_options *options = report->options;
	bool json = options->output == MXLOG_READ_JSON;
	uint64_t limit = options->query->limit;
	struct mxlog_groups *counts;
	size_t n;
	int r;

	r = groups(report, &options->query, options->subject, &counts);
	if (r < 0)
		return r;
	n = (size_t)MIN((uint64_t)mxlog_groups_get_size(counts), limit);
	r = json ? add_groups_json(&report->out, counts, n)
		 : add_groups(&report->out, counts, n);
	mxlog_groups_free(counts);
	return r;
}

/* ---- histogram ---- */

/* Of these spans the first that makes few enough bars. */
static int64_t choose_bucket(int64_t span_usec)
{
	static const int64_t spans[] = { USEC_PER_SEC, 5 * USEC_PER_SEC,
		10 * USEC_PER_SEC, 30 * USEC_PER_SEC, 60 * USEC_PER_SEC,
		300 * USEC_PER_SEC, 600 * USEC_PER_SEC, 1800 * USEC_PER_SEC,
		3600 * USEC_PER_SEC, 7200 * USEC_PER_SEC, 21600 * USEC_PER_SEC,
		43200 * USEC_PER_SEC, USEC_PER_DAY, 7 * USEC_PER_DAY,
		30 * USEC_PER_DAY };

	for (size_t i = 0; i < ARRAY_LEN(spans); i++)
		if (span_usec / spans[i] <= BARS)
			return spans[i];
	return 365 * USEC_PER_DAY;
}

/* The time of the first or last match. */
static int find_end(struct report *report, bool last, int64_t *ret)
{
	struct mxlog_query *query;
	struct mxlog_reader *reader;
	struct mxlog_line line;
	int r;

	r = mxlog_query_copy(report->options->query, &query);
	if (r < 0)
		return r;
	query->order = MXLOG_ORDER_TIMESTAMP;
	query->descending = last;
	query->limit = 1;
	query->offset = 0;
	r = open_reader(report, &query, &reader);
	if (r < 0)
		return r;
	r = mxlog_reader_next(reader, &line);
	if (r > 0)
		*ret = line.time_usec;
	mxlog_reader_close(reader);
	return r;
}

static int add_bar(struct mxlog_buf *out, uint64_t count, uint64_t max)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊",
		"▉" };
	uint64_t width = count * BAR_WIDTH * 8 / max;
	int r = 0;

	if (count > 0 && width == 0)
		width = 1;
	for (uint64_t i = 0; r >= 0 && i < width / 8; i++)
		r = mxlog_buf_add(out, LITERAL("█"));
	return r < 0 ? r : mxlog_buf_printf(out, "%s", eighths[width % 8]);
}

/* With as many digits as tell one bar from the next. */
static int add_bar_time(struct mxlog_buf *out, int64_t at, int64_t bucket_usec)
{
	int r = mxlog_read_local_time(out, at);

	if (r < 0)
		return r;
	if (bucket_usec % USEC_PER_SEC == 0)
		out->len -= 4; /* ".000" */
	else if (bucket_usec % 1000 != 0)
		r = mxlog_buf_printf(out, "%03u",
		    (unsigned)((at % 1000 + 1000) % 1000));
	return r;
}

static int add_bar_line(struct report *report, int64_t at, int64_t bucket_usec,
    uint64_t count, uint64_t max)
{
	struct mxlog_buf *out = &report->out;
	bool colour = report->terminal->screen.colour;
	int r = add_bar_time(out, at, bucket_usec);

	if (r >= 0)
		r = mxlog_buf_printf(out, " %*" PRIu64 " %s", COUNT_WIDTH,
		    count, colour ? "\033[34m" : "");
	if (r >= 0 && max > 0)
		r = add_bar(out, count, max);
	return r < 0 ? r
		     : mxlog_buf_printf(out, "%s\n", colour ? "\033[0m" : "");
}

static int64_t group_time(const struct mxlog_groups *counts, size_t group)
{
	int64_t time_usec = 0;
	const char *text;
	size_t len;

	mxlog_groups_get_value(counts, group, 0, &text, &len);
	(void)mxlog_timestamp_parse(text, len, MXLOG_NO_ZONE, &time_usec);
	return time_usec;
}

/* Spans without any match have a line too, but long silence is one line. */
static int add_bars(struct report *report, const struct mxlog_groups *counts,
    int64_t bucket_usec)
{
	size_t n = mxlog_groups_get_size(counts);
	uint64_t max = 0;
	int64_t next = 0;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		max = MAX(max, mxlog_groups_get_count(counts, i));
	for (size_t i = 0; r >= 0 && i < n; i++) {
		int64_t at = group_time(counts, i);

		if (i > 0 && (at - next) / bucket_usec > BARS)
			r = mxlog_buf_add(&report->out, LITERAL("...\n"));
		else
			for (; r >= 0 && i > 0 && next < at;
			     next += bucket_usec)
				r = add_bar_line(report, next, bucket_usec, 0,
				    max);
		if (r >= 0)
			r = add_bar_line(report, at, bucket_usec,
			    mxlog_groups_get_count(counts, i), max);
		next = at + bucket_usec;
	}
	return r;
}

static int report_histogram(struct report *report)
{
	struct mxlog_read_options *options = report->options;
	int64_t bucket = options->bucket_usec, first = 0, last = 0;
	struct mxlog_groups *counts;
	char fields[48];
	int r = 1;

	if (bucket == 0) {
		r = find_end(report, false, &first);
		if (r > 0)
			r = find_end(report, true, &last);
		bucket = choose_bucket(last - first);
	}
	if (r <= 0)
		return r;
	(void)snprintf(fields, sizeof(fields), "time:%" PRId64 "s%" PRId64 "us",
	    bucket / USEC_PER_SEC, bucket % USEC_PER_SEC);
	r = groups(report, &options->query, fields, &counts);
	if (r < 0)
		return r;
	if (options->output == MXLOG_READ_JSON)
		for (size_t i = 0; r >= 0 && i < mxlog_groups_get_size(counts);
		     i++)
			r = add_group_json(&report->out, counts, i);
	else
		r = add_bars(report, counts, bucket);
	mxlog_groups_free(counts);
	return r;
}

/* ---- errors ---- */

/* A copy of the query for errors within a span of time. */
static int copy_query(struct report *report, int64_t since, int64_t until,
    struct mxlog_query **ret)
{
	int r = mxlog_query_copy(report->options->query, ret);

	if (r < 0)
		return r;
	(*ret)->since_usec = since;
	(*ret)->until_usec = until;
	if ((*ret)->levels == 0)
		(*ret)->levels =
		    1U << (MXLOG_ERROR / 10) | 1U << (MXLOG_CRITICAL / 10);
	return 0;
}

static bool is_new(const struct mxlog_groups *before,
    const struct mxlog_groups *now, size_t group)
{
	const char *text, *other;
	size_t len, other_len;

	mxlog_groups_get_value(now, group, 0, &text, &len);
	for (size_t i = 0; i < mxlog_groups_get_size(before); i++) {
		mxlog_groups_get_value(before, i, 0, &other, &other_len);
		if (other_len == len && memcmp(other, text, len) == 0)
			return false;
	}
	return true;
}

static int add_errors(struct report *report, const char *title,
    const struct mxlog_groups *now, const struct mxlog_groups *before)
{
	struct mxlog_buf *out = &report->out;
	size_t n = MIN(mxlog_groups_get_size(now), (size_t)TOP);
	const char *on = report->terminal->screen.colour ? "\033[1m" : "";
	const char *off = report->terminal->screen.colour ? "\033[0m" : "";
	int r = mxlog_buf_printf(out, "\n%s%s%s\n", on, title, off);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		r = mxlog_buf_printf(out, "%*" PRIu64 "  %s", COUNT_WIDTH,
		    mxlog_groups_get_count(now, i),
		    is_new(before, now, i) ? "new  " : "     ");
		if (r >= 0)
			r = add_value(out, now, i, 0, "(none)");
		if (r >= 0)
			r = mxlog_buf_add_char(out, '\n');
	}
	if (r >= 0 && mxlog_groups_get_size(now) > n)
		r = mxlog_buf_printf(out, "%*s  and %zu more\n", COUNT_WIDTH,
		    "", mxlog_groups_get_size(now) - n);
	return r;
}

static int count_errors(struct report *report, const char *field, int64_t since,
    int64_t until, struct mxlog_groups **ret)
{
	struct mxlog_query *query;
	int r = copy_query(report, since, until, &query);

	return r < 0 ? r : groups(report, &query, field, ret);
}

static int add_rate(struct report *report, uint64_t now, uint64_t before,
    int64_t span_usec)
{
	char span[32];

	mxlog_duration_format(span, sizeof(span), span_usec);
	return mxlog_buf_printf(&report->out,
	    "%" PRIu64 " errors in %s, %.1f an hour; %" PRIu64
	    " in the same time before\n",
	    now, span,
	    (double)now * 3600e6 / (double)MAX(span_usec, (int64_t)1), before);
}

/* By one field, beside the period before. */
static int compare_periods(struct report *report, const char *field,
    const char *title, int64_t since, int64_t until, bool first)
{
	int64_t span = until - since;
	struct mxlog_groups *now = NULL, *before = NULL;
	int r;

	r = count_errors(report, field, since, until, &now);
	if (r >= 0)
		r = count_errors(report, field, since - span, since - 1,
		    &before);
	if (r >= 0 && first)
		r = add_rate(report, mxlog_groups_get_total(now),
		    mxlog_groups_get_total(before), span);
	if (r >= 0 && mxlog_groups_get_size(now) > 0)
		r = add_errors(report, title, now, before);
	mxlog_groups_free(now);
	mxlog_groups_free(before);
	return r;
}

static int report_errors(struct report *report)
{
	const struct mxlog_query *query = report->options->query;
	int64_t until = query->until_usec, since = query->since_usec;
	int r;

	if (until == INT64_MAX)
		until = mxlog_timestamp_now();
	if (since == INT64_MIN)
		since = until - USEC_PER_DAY;
	r = compare_periods(report, "exception.type", "By exception", since,
	    until, true);
	if (r >= 0)
		r = compare_periods(report, "module", "By module", since, until,
		    false);
	if (r >= 0)
		r = compare_periods(report, "shape", "By message", since, until,
		    false);
	return r;
}

/* ---- metrics ---- */

static int add_point(struct report *report, const struct mxlog_point *point)
{
	struct mxlog_buf *out = &report->out;
	char value[MXLOG_NUMBER_MAX], time[MXLOG_TIMESTAMP_LEN];
	size_t len = mxlog_number_format_double(value, point->value);
	int64_t start = point->start_usec == INT64_MIN ? point->first_usec
						       : point->start_usec;
	int r;

	mxlog_timestamp_format(time, start);
	if (report->options->output == MXLOG_READ_JSON)
		return mxlog_buf_printf(out,
		    "{\"time\":\"%.*s\",\"count\":%" PRIu64
		    ",\"value\":%.*s}\n",
		    MXLOG_TIMESTAMP_LEN, time, point->count, (int)len, value);
	r = mxlog_read_local_time(out, start);
	return r < 0 ? r
		     : mxlog_buf_printf(out, " %*" PRIu64 "  %.*s\n",
			   COUNT_WIDTH, point->count, (int)len, value);
}

static int report_aggregates(struct report *report)
{
	struct mxlog_read_options *options = report->options;
	struct mxlog_aggregates *aggregates;
	struct mxlog_reader *reader;
	int r;

	r = open_reader(report, &options->query, &reader);
	if (r < 0)
		return r;
	r = mxlog_reader_aggregates(reader, options->aggregate,
	    options->bucket_usec, &aggregates, report->reterr);
	mxlog_read_terminal_clear(report->terminal);
	add_stats(report, reader);
	mxlog_reader_close(reader);
	if (r < 0)
		return r;
	for (size_t i = 0; r >= 0 && i < mxlog_aggregates_get_size(aggregates);
	     i++)
		r = add_point(report,
		    mxlog_aggregates_get_point(aggregates, i));
	mxlog_aggregates_free(aggregates);
	return r;
}

static int report_trace(struct report *report)
{
	const struct mxlog_read_options *options = report->options;
	struct mxlog_trace *trace;
	int r;

	r = mxlog_trace_read((const char *const *)options->dirs,
	    options->n_dirs, options->subject, &trace, report->reterr);
	if (r < 0)
		return r;
	r = mxlog_read_trace(trace, report->terminal->screen.colour,
	    &report->out);
	mxlog_trace_free(trace);
	return r;
}

int mxlog_read_report(struct mxlog_read_options *options,
    struct mxlog_read_terminal *terminal, struct mxlog_reader_stats *stats,
    struct mxlog_error *reterr)
{
	static int (*const reports[])(struct report * report) = {
		[MXLOG_READ_COUNT] = report_count,
		[MXLOG_READ_HISTOGRAM] = report_histogram,
		[MXLOG_READ_ERRORS] = report_errors,
		[MXLOG_READ_TRACE] = report_trace,
		[MXLOG_READ_SERIES] = report_aggregates,
	};
	struct report report = { .options = options,
		.terminal = terminal,
		.stats = stats,
		.reterr = reterr };
	int r = reports[options->report](&report);

	if (r >= 0)
		r = mxlog_fs_write_all(terminal->screen.fd, report.out.data,
		    report.out.len);
	mxlog_read_corrupt_store(&report.corrupt);
	mxlog_buf_done(&report.out);
	return r;
}
