/* SPDX-License-Identifier: Apache-2.0 */
/* --patterns: what kinds of messages there are. */
#include <inttypes.h>

#include "command/mxlog_read_report.h"
#include "command/mxlog_read_short.h"
#include "command/screen.h"

enum {
	LEVEL_WIDTH = 8,
};

static double share_of(const struct mxlog_message_pattern *pattern,
    uint64_t total)
{
	return 100 * (double)pattern->count / (double)MAX(total, UINT64_C(1));
}

/* The name of the highest level that a message of it has. */
static const char *worst_level(const struct mxlog_message_pattern *pattern)
{
	size_t level = MXLOG_PATTERN_LEVELS - 1;

	while (level > 0 && pattern->levels[level] == 0)
		level--;
	return mxlog_level_name((enum mxlog_level)(10 * (level + 1)));
}

static int add_pattern(struct mxlog_read_report *report,
    const struct mxlog_message_pattern *pattern, uint64_t total)
{
	struct mxlog_buf *out = report->out;
	int r = mxlog_buf_printf(out, "%*" PRIu64 " %5.1f %%  %-*s  %s  ",
	    MXLOG_READ_COUNT_WIDTH, pattern->count, share_of(pattern, total),
	    LEVEL_WIDTH, worst_level(pattern), pattern->id);

	if (r >= 0)
		r = mxlog_read_local_time(out, pattern->last_usec);
	if (r >= 0)
		r = mxlog_buf_add(out, LITERAL("  "));
	if (r >= 0)
		r = mxlog_screen_text(out, pattern->text, pattern->text_len,
		    -1);
	return r < 0 ? r : mxlog_buf_add_char(out, '\n');
}

static int print_pattern(struct mxlog_read_report *report,
    const struct mxlog_message_pattern *pattern, uint64_t total)
{
	struct mxlog_read_number numbers[4 + MXLOG_PATTERN_LEVELS];
	struct mxlog_read_cell cells[] = {
		mxlog_read_cell_text("id", pattern->id, strlen(pattern->id)),
		mxlog_read_cell_text("pattern", pattern->text,
		    pattern->text_len),
		mxlog_read_cell_count("count", &numbers[0], pattern->count),
		mxlog_read_cell_double("share", &numbers[1],
		    share_of(pattern, total)),
		mxlog_read_cell_time("first", &numbers[2], pattern->first_usec),
		mxlog_read_cell_time("last", &numbers[3], pattern->last_usec),
		mxlog_read_cell_count("debug", &numbers[4], pattern->levels[0]),
		mxlog_read_cell_count("info", &numbers[5], pattern->levels[1]),
		mxlog_read_cell_count("warning", &numbers[6],
		    pattern->levels[2]),
		mxlog_read_cell_count("error", &numbers[7], pattern->levels[3]),
		mxlog_read_cell_count("critical", &numbers[8],
		    pattern->levels[4]),
		mxlog_read_cell_text("example", pattern->example,
		    pattern->example_len),
	};

	return mxlog_read_report_row(report, cells, ARRAY_LEN(cells));
}

static int add_rest(struct mxlog_read_report *report, uint64_t rest,
    size_t left_out)
{
	int r = 0;

	if (rest > 0)
		r = mxlog_buf_printf(report->out,
		    "%*" PRIu64 " of too many kinds to tell them apart\n",
		    MXLOG_READ_COUNT_WIDTH, rest);
	if (r >= 0 && left_out > 0)
		r = mxlog_buf_printf(report->out, "%*s and %zu patterns more\n",
		    MXLOG_READ_COUNT_WIDTH, "", left_out);
	return r;
}

static int show(struct mxlog_read_report *report,
    const struct mxlog_patterns *patterns, uint64_t limit)
{
	uint64_t total = mxlog_patterns_get_total(patterns);
	size_t all = mxlog_patterns_get_size(patterns);
	size_t n = (size_t)MIN((uint64_t)all, limit);
	bool by_row = mxlog_read_report_by_row(report);
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = by_row ? print_pattern(report,
				 mxlog_patterns_get(patterns, i), total)
			   : add_pattern(report,
				 mxlog_patterns_get(patterns, i), total);
	if (r >= 0 && !by_row)
		r = add_rest(report, mxlog_patterns_get_rest(patterns),
		    all - n);
	return r;
}

static int report_patterns(struct mxlog_read_report *report)
{
	struct mxlog_patterns *patterns;
	struct mxlog_reader *reader;
	uint64_t limit = report->options->query->limit;
	int r;

	r = mxlog_read_report_open(report, &report->options->query, &reader);
	if (r < 0)
		return r;
	r = mxlog_reader_patterns(reader, &patterns, report->reterr);
	mxlog_read_report_close(report, reader);
	if (r < 0)
		return r;
	r = show(report, patterns, limit);
	mxlog_patterns_free(patterns);
	return r;
}

const struct mxlog_read_report_type mxlog_read_report_patterns = {
	.option = MXLOG_OPT_PATTERNS,
	.make = report_patterns,
};
