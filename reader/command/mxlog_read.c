/* SPDX-License-Identifier: Apache-2.0 */
/* mxlog-read: show what a LogQuery finds. Options, messages and exit codes
 * only; everything else is the library's. */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <mxlog/reader.h>

#include "base/reterr.h"
#include "command/mxlog_read_arguments.h"
#include "command/mxlog_read_context.h"
#include "command/mxlog_read_corrupt.h"
#include "command/mxlog_read_cursor.h"
#include "command/mxlog_read_format.h"
#include "command/mxlog_read_options.h"
#include "command/mxlog_read_report.h"
#include "command/mxlog_read_terminal.h"

enum {
	STATUS_UNREADABLE = 1,
	STATUS_USAGE = 2,
	STATUS_NOTHING = 3, /* of --quiet */
};

static void warn(void *arg, const char *text)
{
	mxlog_read_terminal_warn(arg, text);
}

/* Whether there is any: nothing more is read. */
static int find_one(struct mxlog_reader *reader)
{
	struct mxlog_line line;

	return mxlog_reader_next(reader, &line);
}

/* What there is now: 1 if one is enough and was shown. */
static int show_lines(struct mxlog_reader *reader,
    struct mxlog_read_printer *printer, struct mxlog_read_terminal *terminal,
    bool one)
{
	struct mxlog_line line;
	bool shown = false;
	int r = 0;

	while (!shown && (r = mxlog_reader_next(reader, &line)) > 0) {
		mxlog_read_terminal_clear(terminal);
		r = mxlog_read_print(printer, &line);
		if (r < 0)
			return r;
		shown = one;
	}
	mxlog_read_terminal_clear(terminal);
	if (r >= 0)
		r = mxlog_read_flush(printer);
	return r < 0 ? r : shown;
}

/* Nobody is there any more to show anything to: a pipe says so before anything
 * is written to it. */
static bool is_alone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLHUP));
}

/* Behind data it goes to where it is in nobody's way. */
static int show_cursor(const struct mxlog_read_options *options,
    struct mxlog_reader *reader, struct mxlog_read_printer *printer)
{
	char cursor[MXLOG_CURSOR_MAX];
	char note[MXLOG_CURSOR_MAX + 16];

	if (mxlog_reader_get_cursor(reader, cursor) < 0)
		return 0;
	(void)snprintf(note, sizeof(note), "-- cursor: %s", cursor);
	if (!options->format->cells)
		return mxlog_read_print_note(printer, note);
	(void)fprintf(stderr, "%s\n", note);
	return 0;
}

static int show(const struct mxlog_read_options *options,
    struct mxlog_reader *reader, struct mxlog_read_printer *printer,
    struct mxlog_read_terminal *terminal)
{
	bool one = options->until_match;
	int r = show_lines(reader, printer, terminal, one);

	while (r == 0 && options->follow && !is_alone()) {
		r = mxlog_reader_wait(reader, -1);
		if (r == -EINTR)
			r = 0; /* stopped, and continued */
		else if (r > 0)
			r = show_lines(reader, printer, terminal, one);
	}
	if (r >= 0 && options->show_cursor)
		r = show_cursor(options, reader, printer);
	if (r >= 0 && terminal->screen.terminal && !options->format->cells &&
	    mxlog_read_printed(printer) == 0)
		r = mxlog_read_print_note(printer, "-- no entries --");
	return r < 0 ? r : mxlog_read_flush(printer);
}

static void explain(const struct mxlog_reader_stats *stats)
{
	static const char *const reasons[MXLOG_READER_SKIPS] = {
		[MXLOG_READER_TIME] = "time",
		[MXLOG_READER_TRACE_ID] = "trace id",
		[MXLOG_READER_LEVEL] = "level",
		[MXLOG_READER_MODULE] = "module",
		[MXLOG_READER_TAG] = "tag",
		[MXLOG_READER_TEXT] = "text",
		[MXLOG_READER_WHERE] = "expression",
		[MXLOG_READER_DIRECTORY] = "directory",
	};

	(void)fprintf(stderr,
	    "segments  %" PRIu64 ", of which %" PRIu64
	    " skipped by day or time\n"
	    "members   %" PRIu64 " of archives looked at, of which %" PRIu64
	    " skipped\n",
	    stats->segments, stats->segments_skipped, stats->members,
	    stats->members_skipped);
	for (size_t i = 0; i < MXLOG_READER_SKIPS; i++)
		if (stats->members_skipped_by[i] > 0)
			(void)fprintf(stderr, "          %" PRIu64 " by %s\n",
			    stats->members_skipped_by[i], reasons[i]);
	(void)fprintf(stderr,
	    "bytes     %" PRIu64 " read of %" PRIu64 "\n"
	    "lines     %" PRIu64 " looked at, %" PRIu64 " matched, %" PRIu64
	    " damaged\n",
	    stats->bytes_read, stats->bytes_total, stats->lines, stats->matches,
	    stats->damaged);
}

static int open_reader(struct mxlog_read_options *options,
    struct mxlog_reader **ret, struct mxlog_error *reterr)
{
	const char *const *dirs = (const char *const *)options->dirs;
	struct mxlog_reader *reader;
	int r;

	r = mxlog_reader_open(dirs, options->n_dirs, &options->query, &reader,
	    reterr);
	if (r < 0)
		return r;
	if (options->cursor)
		r = mxlog_reader_seek(reader, options->cursor,
		    options->after_cursor, reterr);
	if (options->cursor_file)
		r = mxlog_read_cursor_load(reader, options->cursor_file,
		    reterr);
	if (r >= 0 && options->follow)
		r = mxlog_reader_follow(reader);
	if (r == -ENOTDIR)
		r = mxlog_error_set(reterr, -EINVAL,
		    "--follow: only log directories are followed; leave FILE "
		    "out");
	if (r < 0)
		mxlog_reader_close(reader);
	else
		*ret = reader;
	return r;
}

static int query(struct mxlog_read_options *options,
    struct mxlog_read_terminal *terminal, struct mxlog_reader_stats *stats,
    struct mxlog_error *reterr)
{
	struct mxlog_read_printer *printer = NULL;
	struct mxlog_reader *reader = NULL;
	struct mxlog_read_corrupt corrupt = { 0 };
	int r;

	r = mxlog_read_printer_new(options, &terminal->screen, &printer);
	if (r >= 0)
		r = open_reader(options, &reader, reterr);
	if (r >= 0) {
		mxlog_reader_on_warning(reader, warn, terminal);
		mxlog_reader_on_progress(reader, mxlog_read_terminal_progress,
		    terminal);
		mxlog_reader_on_corrupt(reader, mxlog_read_corrupt_note,
		    &corrupt);
		r = options->quiet ? find_one(reader)
		    : options->before + options->after > 0
		    ? mxlog_read_context_show(options, reader, printer,
			  terminal, reterr)
		    : show(options, reader, printer, terminal);
		if (r >= 0 && options->cursor_file)
			r = mxlog_read_cursor_save(reader, options->cursor_file,
			    reterr);
		mxlog_reader_get_stats(reader, stats);
	}
	mxlog_reader_close(reader);
	mxlog_read_corrupt_store(&corrupt);
	mxlog_read_printer_free(printer);
	return r;
}

/* Let less(1) begin at the end. */
static void begin_at_end(void)
{
	static const char *const names[] = { "LESS", "MXLOG_LESS" };
	char text[256];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *old = getenv(names[i]);

		if (!old && i > 0)
			continue;
		(void)snprintf(text, sizeof(text), "%.200s +G",
		    old ? old : "FRSXMK");
		(void)setenv(names[i], text, 1);
	}
}

static int run(struct mxlog_read_options *options)
{
	struct mxlog_read_terminal terminal;
	struct mxlog_reader_stats stats = { 0 };
	struct mxlog_error error = { 0 };
	int r;

	if (options->pager_end)
		begin_at_end();
	r = mxlog_read_terminal_open(&terminal,
	    !options->no_pager && !options->follow);
	if (r >= 0 && options->report)
		r = mxlog_read_report(options, &terminal, &stats, &error);
	else if (r >= 0)
		r = query(options, &terminal, &stats, &error);
	mxlog_read_terminal_close(&terminal);
	if (r == -EPIPE)
		return 0;
	if (r < 0)
		warn(NULL, error.code < 0 ? error.text : strerror(-r));
	if (r == -EINVAL && error.code < 0)
		return STATUS_USAGE;
	if (options->explain)
		explain(&stats);
	if (options->quiet && r > 0)
		return 0;
	if (r < 0 || stats.damaged > 0 || stats.unreadable > 0)
		return STATUS_UNREADABLE;
	return options->quiet ? STATUS_NOTHING : 0;
}

/* Every live segment is held open while a query runs. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct mxlog_read_options options;
	struct mxlog_error error = { 0 };
	int status = 0;

	(void)signal(SIGPIPE, SIG_DFL);
	allow_many_files();
	if (mxlog_read_options_parse(&options, argc, argv, &error) < 0) {
		warn(NULL, error.text);
		return STATUS_USAGE;
	}
	if (!options.answered)
		status = run(&options);
	mxlog_read_options_done(&options);
	return status;
}
