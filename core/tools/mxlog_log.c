/* SPDX-License-Identifier: Apache-2.0 */
/* mxlog-log: one entry, one a line of standard input or of a command's output,
 * or a metric, from a shell. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "base/ulid.h"
#include "tools/log_command.h"
#include "tools/log_lines.h"
#include "tools/program.h"

enum {
	EXIT_USAGE = 2,
};

struct options {
	const char *config;
	const char *log_dir;
	struct mxlog_log_fields fields;
	enum mxlog_level stderr_level; /* 0: as the other lines */
	const char *metric;            /* its name, or NULL */
	enum mxlog_metric_type type;
	const char *unit;
	double value;
	bool has_value;
	bool exec; /* the words are a command */
	bool sync;
};

enum {
#define GROUP(title)
#define OPTION(id, letter, name, argument, help) OPTION_##id,
#include "tools/log_options.def"
#undef GROUP
#undef OPTION
};

static const struct mxlog_program_row rows[] = {
#define GROUP MXLOG_PROGRAM_ROW_GROUP
#define OPTION(id, letter, name, argument, help) \
	MXLOG_PROGRAM_ROW_OPTION(OPTION_##id, letter, name, argument, help)
#include "tools/log_options.def"
#undef GROUP
#undef OPTION
};

static const struct mxlog_program program = {
	.name = "mxlog-log",
	.usage =
	    "[option | key=value]... [--] [message]...\n"
	    "       mxlog-log [option | key=value]... --exec COMMAND "
	    "[argument]...\n"
	    "       mxlog-log [option | key=value]... --metric NAME --value N",
	.summary = "Log one entry; without a message, one a line of standard "
		   "input, where the\nlines of a traceback become one; or a "
		   "command's output; or a metric.\n",
	.footer = "Exit status: 0 stored, 1 not stored, 2 usage; with --exec "
		  "the command's\nstatus (128 and the signal's number, 126 or "
		  "127 if it could not be run).\n",
	.rows = rows,
	.n_rows = ARRAY_LEN(rows),
	.options_first = true,
};

static int fail(const char *what, const char *hint)
{
	return mxlog_program_fail(&program, "%s; %s", what, hint);
}

static int parse_number(const char *text, double *ret)
{
	char *end;

	*ret = strtod(text, &end);
	return end == text || *end || !isfinite(*ret) ? -EINVAL : 0;
}

static int parse_duration(const char *text, struct options *options)
{
	options->fields.has_duration = true;
	if (parse_number(text, &options->fields.duration_ms) < 0 ||
	    options->fields.duration_ms < 0)
		return fail("--duration-ms wants milliseconds",
		    "a number of 0 or more, such as 12.5");
	return 0;
}

static int parse_value(const char *text, struct options *options)
{
	options->has_value = true;
	if (parse_number(text, &options->value) < 0)
		return fail("--value wants a number", "such as 12.5");
	return 0;
}

static int parse_level(const char *text, enum mxlog_level *ret)
{
	if (mxlog_level_parse(text, strlen(text), ret) == 0)
		return 0;
	return fail("no such level",
	    "DEBUG, INFO, WARNING, ERROR or CRITICAL was expected");
}

static int parse_type(const char *text, struct options *options)
{
	if (mxlog_metric_type_parse(text, strlen(text), &options->type) == 0)
		return 0;
	return fail("--type: no such type",
	    "GAUGE, COUNTER, DURATION or HISTOGRAM was expected");
}

static int add(const char **list, size_t *n, size_t max, const char *text)
{
	if (*n == max)
		return fail("too many tags or key=value pairs", "use fewer");
	list[(*n)++] = text;
	return 0;
}

/* Options that are all of their value. */
static const char **find_text(int id, struct options *options)
{
	switch (id) {
	case OPTION_LOG_DIR:
		return &options->log_dir;
	case OPTION_CONFIG:
		return &options->config;
	case OPTION_MODULE:
		return &options->fields.module;
	case OPTION_TRACE_ID:
		return &options->fields.trace_id;
	case OPTION_FUNCTION:
		return &options->fields.function;
	case OPTION_METRIC:
		return &options->metric;
	case OPTION_UNIT:
		return &options->unit;
	default:
		return NULL;
	}
}

static int take_option(void *arg, int id, const char *text)
{
	struct options *options = arg;
	struct mxlog_log_fields *fields = &options->fields;
	const char **whole = find_text(id, options);

	if (whole) {
		*whole = text;
		return 0;
	}
	switch (id) {
	case OPTION_LEVEL:
		fields->has_level = true;
		return parse_level(text, &fields->level);
	case OPTION_STDERR_LEVEL:
		return parse_level(text, &options->stderr_level);
	case OPTION_TAG:
		return add(fields->tags, &fields->n_tags, MXLOG_LOG_TAGS, text);
	case OPTION_DURATION_MS:
		return parse_duration(text, options);
	case OPTION_VALUE:
		return parse_value(text, options);
	case OPTION_TYPE:
		return parse_type(text, options);
	case OPTION_SYNC:
		options->sync = true;
		return 0;
	case OPTION_EXEC:
		options->exec = true;
		return 1; /* what follows is the command's */
	default:
		return 0;
	}
}

static bool is_pair(const char *text)
{
	size_t n = strspn(text,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"
	    ".-");

	return n > 0 && text[n] == '=';
}

/* "--" before the message keeps key=value words in it. */
static int parse_pairs(int argc, char **argv, struct options *options)
{
	struct mxlog_log_fields *fields = &options->fields;
	int r = 0;

	while (r == 0 && optind < argc && strcmp(argv[optind - 1], "--") != 0 &&
	    is_pair(argv[optind]))
		r = add(fields->pairs, &fields->n_pairs, MXLOG_LOG_PAIRS,
		    argv[optind++]);
	return r;
}

/* What goes together. */
static int check(const struct options *options, int words)
{
	if (options->exec && words == 0)
		return fail("--exec wants a command",
		    "such as mxlog-log --exec make all");
	if (options->exec && options->metric)
		return fail("--exec and --metric don't go together",
		    "call mxlog-log twice");
	if (options->metric && words > 0)
		return fail("a metric has no message",
		    "use key=value for its tags");
	if (!options->metric != !options->has_value)
		return fail("--metric and --value go together",
		    "such as --metric queue.length --value 12");
	if (!options->metric && options->unit)
		return fail("--unit is for a metric", "use --metric");
	return 0;
}

/* Options and pairs in any order, as mxlog_program_read(). */
static int parse_arguments(int argc, char **argv, struct options *options,
    int *ret_words)
{
	int before, r;

	do {
		before = optind;
		r = mxlog_program_read(&program, argc, argv, take_option,
		    options, ret_words, NULL);
		if (r <= 0)
			return r;
		r = options->exec ? 0 : parse_pairs(argc, argv, options);
	} while (r == 0 && !options->exec && optind > before && optind < argc &&
	    argv[optind][0] == '-' && strcmp(argv[optind - 1], "--") != 0);
	if (r == 0 && optind < argc && strcmp(argv[optind], "--") == 0)
		optind++;
	*ret_words = optind;
	if (r == 0)
		r = check(options, argc - optind);
	return r < 0 ? r : 1;
}

static int load_config(const struct options *options, struct mxlog_config **ret,
    struct mxlog_error *reterr)
{
	int r = mxlog_config_search(options->config, ret, reterr);

	if (r == 0 && options->log_dir) {
		r = mxlog_config_set(*ret, "log_dir", options->log_dir, reterr);
		if (r < 0) {
			mxlog_config_free(*ret);
			*ret = NULL;
		}
	}
	return r;
}

/* ---- what is logged ---- */

static int log_words(struct mxlog_log_sink *sink, int argc, char **argv)
{
	struct mxlog_buf message = { 0 };
	int r = 0;

	for (int i = 0; i < argc && r == 0; i++) {
		if (i > 0)
			r = mxlog_buf_add_char(&message, ' ');
		if (r == 0)
			r = mxlog_buf_add(&message, argv[i], strlen(argv[i]));
	}
	if (r == 0)
		r = mxlog_log_fill(sink, sink->fields->level,
		    message.data ? message.data : "", message.len);
	mxlog_buf_done(&message);
	return r < 0 ? r : mxlog_writer_add(sink->writer, sink->entry);
}

static int log_input(struct mxlog_log_sink *sink)
{
	struct mxlog_log_lines lines;
	int r;

	mxlog_log_lines_init(&lines, STDIN_FILENO, sink, sink->fields->level,
	    NULL);
	r = mxlog_log_lines_pump(&lines, 1, -1);
	mxlog_log_lines_done(&lines);
	return r;
}

static int log_metric(struct mxlog_log_sink *sink,
    const struct options *options)
{
	const char *unit = options->unit ? options->unit : "1";
	struct mxlog_metric *metric;
	int r = mxlog_metric_new(&metric);

	if (r < 0)
		return r;
	mxlog_metric_set_type(metric, options->type);
	r = mxlog_metric_set_name(metric, options->metric,
	    strlen(options->metric));
	if (r == 0)
		r = mxlog_metric_set_value(metric, options->value);
	if (r == 0)
		r = mxlog_metric_set_unit(metric, unit, strlen(unit));
	if (r == 0)
		r = mxlog_log_fill_metric(sink->fields, metric);
	if (r == 0)
		r = mxlog_writer_add_metric(sink->writer, metric);
	mxlog_metric_free(metric);
	return r;
}

/* All that a command and its children log is one operation. */
static int give_trace_id(struct mxlog_log_fields *fields)
{
	static char text[MXLOG_ULID_LEN + 1];
	struct mxlog_ulid_source source = { 0 };
	struct mxlog_ulid id;
	int r = 0;

	if (!fields->trace_id) {
		r = mxlog_ulid_generate(&source, mxlog_timestamp_now(), &id);
		if (r == 0) {
			mxlog_ulid_format(text, &id);
			fields->trace_id = text;
		}
	}
	if (r == 0 && setenv("MXLOG_TRACE_ID", fields->trace_id, 1) < 0)
		r = -errno;
	return r;
}

static int log_command(struct mxlog_log_sink *sink, struct options *options,
    char **argv, int *ret_status)
{
	const struct mxlog_log_command command = {
		.argv = argv,
		.stdout_level = options->fields.level,
		.stderr_level = options->stderr_level ? options->stderr_level
						      : options->fields.level,
	};
	int r = give_trace_id(&options->fields);

	return r < 0 ? r
		     : mxlog_log_command_run(&command, &options->fields, sink,
			   ret_status);
}

static int log_all(struct mxlog_log_sink *sink, struct options *options,
    int argc, char **argv, int *ret_status)
{
	if (options->exec)
		return log_command(sink, options, argv, ret_status);
	if (options->metric)
		return log_metric(sink, options);
	return argc > 0 ? log_words(sink, argc, argv) : log_input(sink);
}

/* Negative: not stored; *ret_status is a command's. */
static int run(struct options *options, int argc, char **argv, int *ret_status)
{
	struct mxlog_writer_options opening = {
		.size = sizeof(opening),
		.actor = "mxlog-log",
		.sync = options->sync ? MXLOG_SYNC_BATCH : MXLOG_SYNC_NONE,
	};
	struct mxlog_log_sink sink = { .fields = &options->fields };
	struct mxlog_error error = { 0 };
	struct mxlog_config *config = NULL;
	int r, closed;

	r = load_config(options, &config, &error);
	if (r == 0)
		r = mxlog_writer_open(config, &opening, &sink.writer, &error);
	if (r == 0)
		r = mxlog_entry_new(&sink.entry);
	if (r == 0)
		r = log_all(&sink, options, argc, argv, ret_status);
	closed = mxlog_writer_close(sink.writer);
	if (r == 0)
		r = closed;
	if (r < 0)
		fprintf(stderr, "mxlog-log: not stored: %s\n",
		    error.text[0] ? error.text : strerror(-r));
	mxlog_entry_free(sink.entry);
	mxlog_config_free(config);
	return r;
}

int main(int argc, char **argv)
{
	struct options options = {
		.fields = {
			.level = MXLOG_INFO,
			.trace_id = getenv("MXLOG_TRACE_ID"),
			.module = getenv("USER"),
			.process_id = getppid(),
		},
		.type = MXLOG_GAUGE,
	};
	int words, r, status = EXIT_SUCCESS;

	r = parse_arguments(argc, argv, &options, &words);
	if (r <= 0)
		return r < 0 ? EXIT_USAGE : EXIT_SUCCESS;
	if (!options.fields.module)
		options.fields.module = "shell";
	if (run(&options, argc - words, argv + words, &status) < 0 &&
	    status == EXIT_SUCCESS)
		return EXIT_FAILURE;
	return status;
}
