/* SPDX-License-Identifier: Apache-2.0 */
/* --histogram: how many there are over time. */
#include <inttypes.h>
#include <stdio.h>

#include "base/timestamp.h"
#include "command/mxlog_read_report.h"
#include "command/mxlog_read_short.h"
#include "report/time_bucket.h"

enum {
	BARS = 40,      /* of a histogram, about */
	BAR_WIDTH = 40, /* columns of the longest */
};

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
static int find_end(struct mxlog_read_report *report, bool last, int64_t *ret)
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
	r = mxlog_read_report_open(report, &query, &reader);
	if (r < 0)
		return r;
	r = mxlog_reader_next(reader, &line);
	if (r > 0)
		*ret = line.time_usec;
	mxlog_read_report_close(report, reader);
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

static int add_bar_line(struct mxlog_read_report *report, int64_t at,
    int64_t bucket_usec, uint64_t count, uint64_t max)
{
	struct mxlog_buf *out = report->out;
	bool colour = report->terminal->screen.colour;
	int r = add_bar_time(out, at, bucket_usec);

	if (r >= 0)
		r = mxlog_buf_printf(out, " %*" PRIu64 " %s",
		    MXLOG_READ_COUNT_WIDTH, count, colour ? "\033[34m" : "");
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

/* Where the span after this one begins. */
static int64_t after(int64_t at, int64_t bucket_usec)
{
	struct mxlog_time_bucket bucket;

	mxlog_time_bucket_find(at, bucket_usec, &bucket);
	return bucket.end_usec;
}

/* Spans without any match have a line too, but long silence is one line. */
static int add_bars(struct mxlog_read_report *report,
    const struct mxlog_groups *counts, int64_t bucket_usec)
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
			r = mxlog_buf_add(report->out, LITERAL("...\n"));
		else
			for (; r >= 0 && i > 0 && next < at;
			     next = after(next, bucket_usec))
				r = add_bar_line(report, next, bucket_usec, 0,
				    max);
		if (r >= 0)
			r = add_bar_line(report, at, bucket_usec,
			    mxlog_groups_get_count(counts, i), max);
		next = after(at, bucket_usec);
	}
	return r;
}

static int print_row(struct mxlog_read_report *report,
    const struct mxlog_groups *counts, size_t group)
{
	struct mxlog_read_number number;
	struct mxlog_read_cell cells[] = {
		mxlog_read_report_cell(counts, group, 0),
		mxlog_read_cell_count("count", &number,
		    mxlog_groups_get_count(counts, group)),
	};

	return mxlog_read_report_row(report, cells, ARRAY_LEN(cells));
}

static int report_histogram(struct mxlog_read_report *report)
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
	r = mxlog_read_report_groups(report, &options->query, fields, &counts);
	if (r < 0)
		return r;
	if (mxlog_read_report_by_row(report))
		for (size_t i = 0; r >= 0 && i < mxlog_groups_get_size(counts);
		     i++)
			r = print_row(report, counts, i);
	else
		r = add_bars(report, counts, bucket);
	mxlog_groups_free(counts);
	return r;
}

const struct mxlog_read_report_type mxlog_read_report_histogram = {
	.option = MXLOG_OPT_HISTOGRAM,
	.make = report_histogram,
};
