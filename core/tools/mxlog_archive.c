/* SPDX-License-Identifier: Apache-2.0 */
/* mxlog-archive: runs the archive cycle, lists and checks archives. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <mxlog/archive.h>

#include "archive/archive_index.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/timestamp.h"
#include "tools/program.h"

enum {
	EXIT_USAGE = 2,
	PROGRESS_USEC = 200 * 1000, /* between two lines of progress */
};

struct options {
	const char *config;
	const char *log_dir;
	bool dry_run;
	bool json;
	bool record;
	const char *head;
};

enum {
#define GROUP(title)
#define COMMAND(name, argument, help)
#define OPTION(id, letter, name, argument, help) OPTION_##id,
#include "tools/archive_options.def"
#undef GROUP
#undef COMMAND
#undef OPTION
};

static const struct mxlog_program_row rows[] = {
#define GROUP   MXLOG_PROGRAM_ROW_GROUP
#define COMMAND MXLOG_PROGRAM_ROW_COMMAND
#define OPTION(id, letter, name, argument, help) \
	MXLOG_PROGRAM_ROW_OPTION(OPTION_##id, letter, name, argument, help)
#include "tools/archive_options.def"
#undef GROUP
#undef COMMAND
#undef OPTION
};

static const struct mxlog_program program = {
	.name = "mxlog-archive",
	.usage = "[option]... run|list|verify|head|rebuild-index",
	.summary = "Compress the days that are due, delete what is past "
		   "retention, check.\n",
	.footer = "Exit status: 0 all is right, 1 something is not, 2 usage.\n",
	.rows = rows,
	.n_rows = ARRAY_LEN(rows),
};

/* ---- arguments ---- */

static int take_option(void *arg, int id, const char *text)
{
	struct options *options = arg;

	switch (id) {
	case OPTION_LOG_DIR:
		options->log_dir = text;
		return 0;
	case OPTION_CONFIG:
		options->config = text;
		return 0;
	case OPTION_DRY_RUN:
		options->dry_run = true;
		return 0;
	case OPTION_HEAD:
		options->head = text;
		return 0;
	case OPTION_RECORD:
		options->record = true;
		return 0;
	case OPTION_OUTPUT:
		options->json = strcmp(text, "json") == 0;
		if (options->json || strcmp(text, "text") == 0)
			return 0;
		return mxlog_program_fail(&program,
		    "--output: expected text or json, not '%.100s'", text);
	default:
		return 0;
	}
}

static int load_config(const struct options *options, struct mxlog_config **ret)
{
	const char *log_dir = options->log_dir;
	struct mxlog_error error = { 0 };
	struct mxlog_config *config = NULL;
	int r = mxlog_config_search(options->config, &config, &error);

	if (!log_dir && !options->config)
		log_dir = getenv("MXLOG_LOG_DIR");
	if (r == 0 && log_dir)
		r = mxlog_config_set(config, "log_dir", log_dir, &error);
	if (r < 0) {
		(void)fprintf(stderr, "mxlog-archive: %s\n",
		    *error.text ? error.text : strerror(-r));
		mxlog_config_free(config);
		return r;
	}
	*ret = config;
	return 0;
}

/* ---- what is said on the way ---- */

struct console {
	bool json;
	bool dry_run;
	bool progress;  /* stderr is a terminal */
	bool line_open; /* a line of progress stands there */
	int64_t shown_usec;
};

static void clear_progress(struct console *console)
{
	if (console->line_open)
		(void)fputs("\r\033[K", stderr);
	console->line_open = false;
}

static void show_progress(void *arg, const char *name, uint64_t done,
    uint64_t total)
{
	struct console *console = arg;
	int64_t now = mxlog_timestamp_now();

	if (!console->progress || total == 0 ||
	    now - console->shown_usec < PROGRESS_USEC)
		return;
	(void)fprintf(stderr, "\r\033[K%s  %3u %%", name,
	    (unsigned)(done * 100 / total));
	(void)fflush(stderr);
	console->shown_usec = now;
	console->line_open = true;
}

/* A string of a JSON object, behind `head`. */
static void print_json_text(const char *head, const char *text)
{
	struct mxlog_buf buf = { 0 };

	if (mxlog_json_quote(&buf, text, strlen(text)) == 0)
		printf("%s%.*s", head, (int)buf.len, buf.data);
	mxlog_buf_done(&buf);
}

/* "archive" was done: "archived". */
static const char *past(const char *step)
{
	static const char *const words[][2] = {
		{ "archive", "archived" },
		{ "delete", "deleted" },
		{ "verify", "right:" },
		{ "record", "recorded" },
		{ "forget", "forgot" },
		{ "wait", "left open:" },
		{ "seal", "sealed" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(step, words[i][0]) == 0)
			return words[i][1];
	return step;
}

static void report(void *arg, const char *step, const char *name, int result,
    const char *text)
{
	struct console *console = arg;

	clear_progress(console);
	if (console->json) {
		print_json_text("{\"step\":", step);
		print_json_text(",\"file\":", name);
		printf(",\"ok\":%s", result < 0 ? "false" : "true");
		if (text || result < 0)
			print_json_text(",\"text\":",
			    text ? text : strerror(-result));
		puts("}");
	} else if (result < 0) {
		(void)fflush(stdout);
		(void)fprintf(stderr, "mxlog-archive: %s %s: %s\n", step, name,
		    text ? text : strerror(-result));
	} else {
		printf("%s%s %s%s%s\n", console->dry_run ? "would " : "",
		    console->dry_run ? step : past(step), name,
		    text ? ": " : "", text ? text : "");
	}
}

static void print_summary(const struct console *console,
    const struct mxlog_archive_stats *stats)
{
	if (console->json)
		printf("{\"archived\":%" PRIu64 ",\"deleted\":%" PRIu64
		       ",\"resumed\":%" PRIu64 ",\"open\":%" PRIu64
		       ",\"verified\":%" PRIu64 ",\"failed\":%" PRIu64
		       ",\"bytes_before\":%" PRIu64 ",\"bytes_after\":%" PRIu64
		       "}\n",
		    stats->archived, stats->deleted, stats->resumed,
		    stats->open, stats->verified, stats->failed,
		    stats->bytes_before, stats->bytes_after);
	else if (!console->dry_run)
		printf("%" PRIu64 " archived, %" PRIu64 " deleted, %" PRIu64
		       " left open, %" PRIu64 " verified, %" PRIu64 " failed\n",
		    stats->archived, stats->deleted, stats->open,
		    stats->verified, stats->failed);
}

/* ---- list ---- */

static void print_row(const struct mxlog_archive_record *record)
{
	char name[MXLOG_SEGMENT_NAME_MAX];
	char first[MXLOG_TIMESTAMP_LEN], last[MXLOG_TIMESTAMP_LEN];
	double ratio = record->compressed_size == 0
	    ? 0
	    : (double)record->original_size / (double)record->compressed_size;

	mxlog_segment_format(name, &record->name);
	mxlog_timestamp_format(first, record->min_usec);
	mxlog_timestamp_format(last, record->max_usec);
	printf("%-30s %10" PRIu64 " %13" PRIu64 " %13" PRIu64 " %6.2f", name,
	    record->entry_count, record->original_size, record->compressed_size,
	    ratio);
	if (record->own && record->min_usec <= record->max_usec)
		printf("  %.19sZ  %.19sZ", first, last);
	printf("%s%s%s\n", record->own ? "" : "  foreign",
	    record->rebuilt ? "  rebuilt" : "",
	    record->own && record->seal == MXLOG_ARCHIVE_SEAL_BROKEN
		? "  seal broken"
		: "");
}

static int print_records(const struct mxlog_archive_index *index, bool json)
{
	struct mxlog_buf line = { 0 };
	int r = 0;

	if (!json && index->n > 0)
		printf("%-30s %10s %13s %13s %6s  %-20s  %s\n", "ARCHIVE",
		    "ENTRIES", "BYTES", "COMPRESSED", "RATIO", "FIRST", "LAST");
	for (size_t i = 0; r == 0 && i < index->n; i++) {
		if (!json) {
			print_row(&index->records[i]);
			continue;
		}
		line.len = 0;
		r = mxlog_archive_record_format(&index->records[i], &line);
		if (r == 0)
			printf("%.*s\n", (int)line.len, line.data);
	}
	mxlog_buf_done(&line);
	return r;
}

static int list(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *stats, struct mxlog_error *reterr)
{
	const struct console *console = options->arg;
	const char *path = mxlog_config_get_log_dir(config);
	struct mxlog_archive_index index;
	int fd, r;

	r = mxlog_fs_open_dir(path, false, &fd);
	if (r < 0) {
		(void)snprintf(reterr->text, sizeof(reterr->text), "%s: %s",
		    path, strerror(-r));
		return r;
	}
	r = mxlog_archive_index_load(fd, &index, reterr);
	(void)close(fd);
	if (r < 0)
		return r;
	(void)stats;
	r = print_records(&index, console->json);
	if (r == 0 && index.damaged > 0)
		r = -EBADMSG;
	mxlog_archive_index_done(&index);
	return r;
}

static int print_head(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *stats, struct mxlog_error *reterr)
{
	const struct console *console = options->arg;
	char head[MXLOG_ARCHIVE_HEAD_LEN + 1];
	int r = mxlog_archive_head(config, head, reterr);

	(void)stats;
	if (r == 0)
		printf("%s%s%s\n", console->json ? "{\"head\":\"" : "", head,
		    console->json ? "\"}" : "");
	return r;
}

/* ---- commands ---- */

typedef int command(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr);

static const struct {
	const char *name;
	command *run;
} commands[] = {
	{ "run", mxlog_archive_run },
	{ "list", list },
	{ "verify", mxlog_archive_verify },
	{ "head", print_head },
	{ "rebuild-index", mxlog_archive_rebuild_index },
};

static int run_command(command *run, const struct mxlog_config *config,
    const struct options *options)
{
	struct console console = {
		.json = options->json,
		.dry_run = options->dry_run,
		.progress = !options->json && isatty(STDERR_FILENO),
	};
	struct mxlog_archive_options archive = {
		.size = sizeof(archive),
		.dry_run = options->dry_run,
		.actor = "mxlog-archive",
		.report = report,
		.progress = show_progress,
		.arg = &console,
		.record = options->record,
		.head = options->head,
	};
	struct mxlog_archive_stats stats = { 0 };
	struct mxlog_error error = { 0 };
	int r;

	r = run(config, &archive, &stats, &error);
	clear_progress(&console);
	/* What was reported as a step need not be said twice. */
	if (r < 0 && stats.failed == 0)
		(void)fprintf(stderr, "mxlog-archive: %s\n",
		    *error.text ? error.text : strerror(-r));
	if (run != list && run != print_head)
		print_summary(&console, &stats);
	if (fflush(stdout) != 0 && r == 0)
		r = -errno;
	return r;
}

static int run_named(const char *name, const struct options *options)
{
	struct mxlog_config *config;
	int r;

	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(name, commands[i].name) != 0)
			continue;
		if (load_config(options, &config) < 0)
			return EXIT_USAGE;
		r = run_command(commands[i].run, config, options);
		mxlog_config_free(config);
		return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	(void)mxlog_program_fail_command(&program, name);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	int words, r;

	r = mxlog_program_read(&program, argc, argv, take_option, &options,
	    &words, NULL);
	if (r <= 0)
		return r < 0 ? EXIT_USAGE : EXIT_SUCCESS;
	if (words + 1 == argc)
		return run_named(argv[words], &options);
	(void)mxlog_program_fail(&program,
	    "one command was expected; see mxlog-archive --help");
	return EXIT_USAGE;
}
