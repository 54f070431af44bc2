/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/number.h"
#include "base/timestamp.h"
#include "command/mxlog_read_short.h"
#include "command/screen.h"

#define REPORT(id) \
	extern const struct mxlog_read_report_type mxlog_read_report_##id;
#include "command/reports.def"
#undef REPORT

const struct mxlog_read_report_type *const mxlog_read_reports[] = {
#define REPORT(id) &mxlog_read_report_##id,
#include "command/reports.def"
#undef REPORT
	NULL
};

/* ---- running a query ---- */

int mxlog_read_report_open(struct mxlog_read_report *report,
    struct mxlog_query **query, struct mxlog_reader **ret)
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

void mxlog_read_report_close(struct mxlog_read_report *report,
    struct mxlog_reader *reader)
{
	struct mxlog_reader_stats stats;

	mxlog_read_terminal_clear(report->terminal);
	mxlog_reader_get_stats(reader, &stats);
	stats.damaged += report->stats->damaged;
	stats.unreadable += report->stats->unreadable;
	*report->stats = stats;
	mxlog_reader_close(reader);
}

static void tell_left_out(struct mxlog_read_report *report,
    const struct mxlog_groups *groups, const char *fields)
{
	uint64_t n, matches;
	char text[256];

	mxlog_groups_get_left_out(groups, &n, &matches);
	if (n == 0)
		return;
	(void)snprintf(text, sizeof(text),
	    "%.100s: the %zu largest groups; %" PRIu64
	    " smaller ones of %" PRIu64 " entries are left out",
	    fields, mxlog_groups_get_size(groups), n, matches);
	mxlog_read_terminal_warn(report->terminal, text);
}

int mxlog_read_report_groups(struct mxlog_read_report *report,
    struct mxlog_query **query, const char *fields, struct mxlog_groups **ret)
{
	struct mxlog_reader *reader;
	int r;

	r = mxlog_read_report_open(report, query, &reader);
	if (r < 0)
		return r;
	r = mxlog_reader_groups(reader, fields, ret, report->reterr);
	mxlog_read_report_close(report, reader);
	if (r >= 0)
		tell_left_out(report, *ret, fields);
	return r;
}

/* ---- values ---- */

static int add_local(struct mxlog_buf *out, const char *text, size_t len)
{
	int64_t time_usec;

	if (mxlog_timestamp_parse(text, len, MXLOG_NO_ZONE, &time_usec) < 0)
		return mxlog_buf_add(out, text, len);
	return mxlog_read_local_time(out, time_usec);
}

/* "time", or "time:5m" beside another one. */
static bool is_time(const char *name)
{
	return strncmp(name, "time", 4) == 0 &&
	    (name[4] == '\0' || name[4] == ':');
}

int mxlog_read_report_value(struct mxlog_buf *out,
    const struct mxlog_groups *groups, size_t group, size_t field,
    const char *absent)
{
	const char *text;
	size_t len;

	mxlog_groups_get_value(groups, group, field, &text, &len);
	if (is_time(mxlog_groups_get_field(groups, field)))
		return add_local(out, text, len);
	if (mxlog_groups_get_type(groups, group, field) == MXLOG_GROUP_MISSING)
		return mxlog_buf_add(out, absent, strlen(absent));
	if (len == 0)
		return mxlog_buf_add(out, LITERAL("\"\""));
	return mxlog_screen_text(out, text, len, -1);
}

struct mxlog_read_cell mxlog_read_report_cell(const struct mxlog_groups *groups,
    size_t group, size_t field)
{
	static const enum mxlog_read_cell_type types[] = {
		[MXLOG_GROUP_TEXT] = MXLOG_READ_TEXT,
		[MXLOG_GROUP_JSON] = MXLOG_READ_JSON,
		[MXLOG_GROUP_MISSING] = MXLOG_READ_NONE,
	};
	struct mxlog_read_cell cell = {
		.type = types[mxlog_groups_get_type(groups, group, field)],
	};

	cell.name = mxlog_groups_get_field(groups, field);
	mxlog_groups_get_value(groups, group, field, &cell.text, &cell.len);
	return cell;
}

struct mxlog_read_cell mxlog_read_cell_count(const char *name,
    struct mxlog_read_number *number, uint64_t value)
{
	return (struct mxlog_read_cell){ name, MXLOG_READ_JSON, number->text,
		mxlog_number_format_u64(number->text, value) };
}

struct mxlog_read_cell mxlog_read_cell_double(const char *name,
    struct mxlog_read_number *number, double value)
{
	return (struct mxlog_read_cell){ name, MXLOG_READ_JSON, number->text,
		mxlog_number_format_double(number->text, value) };
}

struct mxlog_read_cell mxlog_read_cell_time(const char *name,
    struct mxlog_read_number *number, int64_t time_usec)
{
	mxlog_timestamp_format(number->text, time_usec);
	return mxlog_read_cell_text(name, number->text, MXLOG_TIMESTAMP_LEN);
}

bool mxlog_read_report_by_row(const struct mxlog_read_report *report)
{
	return report->options->format->cells != NULL;
}

int mxlog_read_report_row(struct mxlog_read_report *report,
    const struct mxlog_read_cell *cells, size_t n)
{
	return report->options->format->cells(report->printer, cells, n);
}

/* ---- all of them ---- */

int mxlog_read_report(struct mxlog_read_options *options,
    struct mxlog_read_terminal *terminal, struct mxlog_reader_stats *stats,
    struct mxlog_error *reterr)
{
	struct mxlog_read_report report = { .options = options,
		.terminal = terminal,
		.stats = stats,
		.reterr = reterr };
	int r;

	r = mxlog_read_printer_new(options, &terminal->screen, &report.printer);
	if (r < 0)
		return r;
	report.out = &report.printer->out;
	r = options->report->make(&report);
	if (r >= 0)
		r = mxlog_read_flush(report.printer);
	mxlog_read_corrupt_store(&report.corrupt);
	mxlog_read_printer_free(report.printer);
	return r;
}
