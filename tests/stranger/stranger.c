/* SPDX-License-Identifier: Apache-2.0 */
/* A stranger's program: what somebody who has the installed headers and
 * pkg-config alone can do, in C and in C++. Usage: stranger LOG_DIR
 *
 * A LogHandler forwards every field of what is logged to forwarded.txt; a
 * reader prints the same fields of what was stored to read.txt. */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mxlog/logger.h>
#include <mxlog/reader.h>
#include <mxlog/version.h>

#if MXLOG_VERSION_NUMBER < MXLOG_MAKE_VERSION(0, 2, 0)
#error "mxlog 0.2 is needed"
#endif

#define CHECK(expression)                                                  \
	do {                                                               \
		if (!(expression)) {                                       \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
			    #expression);                                  \
			exit(1);                                           \
		}                                                          \
	} while (0)

static void print_text(FILE *out, const char *name, struct mxlog_text text)
{
	fprintf(out, "  %s: %.*s\n", name, (int)text.len, text.text);
}

static void print_exception(FILE *out, const struct mxlog_exception *exception)
{
	struct mxlog_stack_frame frame;
	struct mxlog_text text;

	for (; exception; exception = mxlog_exception_get_cause(exception)) {
		CHECK(mxlog_exception_get_type(exception, &text) == 1);
		print_text(out, "exception", text);
		CHECK(mxlog_exception_get_message(exception, &text) == 1);
		print_text(out, "exception.message", text);
		frame.size = sizeof(frame);
		for (size_t i = 0;
		     mxlog_exception_get_frame(exception, i, &frame) == 1;
		     i++) {
			print_text(out, "frame.file", frame.file);
			print_text(out, "frame.function", frame.function);
			fprintf(out, "  frame.line: %" PRIu32 "\n", frame.line);
			if (frame.code.text)
				print_text(out, "frame.code", frame.code);
		}
	}
}

static void print_entry(FILE *out, const struct mxlog_entry *entry)
{
	static const enum mxlog_field fields[] = { MXLOG_FIELD_TRACE_ID,
		MXLOG_FIELD_MODULE, MXLOG_FIELD_FUNCTION, MXLOG_FIELD_MESSAGE,
		MXLOG_FIELD_THREAD_ID, MXLOG_FIELD_PROCESS_ID };
	struct mxlog_text key, value;
	int32_t line;
	double ms;
	bool json;

	CHECK(mxlog_entry_has_time(entry));
	fprintf(out, "%" PRId64 " %s\n", mxlog_entry_get_time(entry),
	    mxlog_level_name(mxlog_entry_get_level(entry)));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (mxlog_entry_get(entry, fields[i], &value.text,
			&value.len) == 1)
			print_text(out, "field", value);
	if (mxlog_entry_get_line_number(entry, &line) == 1)
		fprintf(out, "  line: %" PRId32 "\n", line);
	if (mxlog_entry_get_duration_ms(entry, &ms) == 1)
		fprintf(out, "  duration: %.17g\n", ms);
	for (size_t i = 0; mxlog_entry_get_tag(entry, i, &value) == 1; i++)
		print_text(out, "tag", value);
	for (size_t i = 0;
	     mxlog_entry_get_context(entry, i, &key, &value, &json) == 1; i++) {
		print_text(out, "key", key);
		print_text(out, json ? "json" : "text", value);
	}
	print_exception(out, mxlog_entry_get_exception(entry));
}

static void print_metric(FILE *out, const struct mxlog_metric *metric)
{
	struct mxlog_text key, value;

	CHECK(mxlog_metric_has_time(metric));
	fprintf(out, "%" PRId64 " %s %.17g\n", mxlog_metric_get_time(metric),
	    mxlog_metric_type_name(mxlog_metric_get_type(metric)),
	    mxlog_metric_get_value(metric));
	CHECK(mxlog_metric_get_name(metric, &value) == 1);
	print_text(out, "name", value);
	CHECK(mxlog_metric_get_trace_id(metric, &value) == 1);
	print_text(out, "trace", value);
	CHECK(mxlog_metric_get_unit(metric, &value) == 1);
	print_text(out, "unit", value);
	for (size_t i = 0; mxlog_metric_get_tag(metric, i, &key, &value) == 1;
	     i++) {
		print_text(out, "key", key);
		print_text(out, "text", value);
	}
}

/* ---- a LogHandler ---- */

static int forward_entry(void *ctx, const struct mxlog_entry *entry)
{
	FILE *out = (FILE *)ctx;
	char *line = NULL;
	size_t len = 0;

	print_entry(out, entry);
	CHECK(mxlog_entry_encode(entry, &line, &len) == 0);
	fprintf(out, "%.*s\n", (int)len, line);
	free(line);
	return 0;
}

static int forward_metric(void *ctx, const struct mxlog_metric *metric)
{
	FILE *out = (FILE *)ctx;
	char *line = NULL;
	size_t len = 0;

	print_metric(out, metric);
	CHECK(mxlog_metric_encode(metric, &line, &len) == 0);
	fprintf(out, "%.*s\n", (int)len, line);
	free(line);
	return 0;
}

static void close_forward(void *ctx)
{
	CHECK(fclose((FILE *)ctx) == 0);
}

static void log_all(struct mxlog_logger *logger)
{
	struct mxlog_kv context[4], dimensions[2];
	const char *tags[] = { "disk", "late shift", NULL };
	struct mxlog_exception *cause = NULL, *exception = NULL;
	struct mxlog_operation operation;
	struct mxlog_with with;

	memset(&with, 0, sizeof(with));
	context[0] = MXLOG_STR("path", "a b.txt");
	context[1] = MXLOG_INT("size", -7);
	context[2] = MXLOG_JSON("deep", "{\"a\":[1,null]}");
	context[3] = MXLOG_STR(NULL, NULL);
	dimensions[0] = MXLOG_STR("queue", "in");
	dimensions[1] = MXLOG_STR(NULL, NULL);
	CHECK(mxlog_exception_new("OSError", 7, "no space", 8, &cause) == 0);
	CHECK(mxlog_exception_new("MoveError", 9, "can't move", 10,
		  &exception) == 0);
	CHECK(mxlog_exception_add_frame(exception, "move.c", 6, 12, "move", 4,
		  "return -1;", 10) == 0);
	CHECK(mxlog_exception_take_cause(exception, &cause) == 0);
	with.context = context;
	with.tags = tags;
	with.exception = &exception;
	with.has_duration = true;
	with.duration_ms = 12.5;

	mxlog_operation_begin(&operation, "move", NULL);
	MXLOG_ERROR_WITH(logger, &with, "can't move %s", "a b.txt");
	MXLOG_INFO(logger, "plain");
	mxlog_logger_measure(logger, MXLOG_GAUGE, "queue.depth", 4.25, "1",
	    dimensions);
	mxlog_operation_end(&operation, logger, MXLOG_INFO);
}

static void forward(const char *log_dir, const char *path)
{
	struct mxlog_handler_ops ops;
	struct mxlog_logger *logger = mxlog_logger_get("stranger.queue");
	struct mxlog_config *config = NULL;
	struct mxlog_error error;
	FILE *out = fopen(path, "w");

	CHECK(out != NULL);
	CHECK(mxlog_config_new(&config) == 0);
	CHECK(mxlog_config_set(config, "log_dir", log_dir, &error) == 0);
	CHECK(mxlog_setup(config, &error) == 0);
	mxlog_config_free(config);
	memset(&ops, 0, sizeof(ops));
	ops.size = sizeof(ops);
	ops.name = "forward";
	ops.handle = forward_entry;
	ops.handle_metric = forward_metric;
	ops.close = close_forward;
	CHECK(mxlog_logger_add_handler(logger, &ops, out, MXLOG_DEBUG) == 0);
	log_all(logger);
	CHECK(mxlog_flush() == 0);
	CHECK(mxlog_shutdown() == 0);
}

/* ---- a reader ---- */

static void read_entry(FILE *out, struct mxlog_entry *entry,
    const struct mxlog_line *line)
{
	struct mxlog_error error;

	CHECK(mxlog_entry_decode(entry, line->text, line->len, &error) == 0);
	CHECK(mxlog_entry_get_time(entry) == line->time_usec);
	print_entry(out, entry);
	fprintf(out, "%.*s\n", (int)line->len, line->text);
}

static void read_metric(FILE *out, struct mxlog_metric *metric,
    const struct mxlog_line *line)
{
	struct mxlog_error error;

	CHECK(mxlog_metric_decode(metric, line->text, line->len, &error) == 0);
	print_metric(out, metric);
	fprintf(out, "%.*s\n", (int)line->len, line->text);
}

static void read_all(const char *log_dir, bool metrics, FILE *out)
{
	struct mxlog_reader_stats stats;
	struct mxlog_reader *reader = NULL;
	struct mxlog_query *query = NULL;
	struct mxlog_metric *metric = NULL;
	struct mxlog_entry *entry = NULL;
	struct mxlog_line line;
	struct mxlog_error error;
	struct pollfd event;
	unsigned n = 0;

	CHECK(mxlog_entry_new(&entry) == 0 && mxlog_metric_new(&metric) == 0);
	CHECK(mxlog_query_new(&query) == 0);
	CHECK(mxlog_query_set_metrics(query, metrics) == 0);
	CHECK(mxlog_query_get_metrics(query) == metrics);
	CHECK(mxlog_reader_open(&log_dir, 1, &query, &reader, &error) == 0);
	CHECK(mxlog_reader_get_fd(reader) < 0);
	CHECK(mxlog_reader_follow(reader) == 0);
	for (; mxlog_reader_next(reader, &line) == 1; n++)
		if (metrics)
			read_metric(out, metric, &line);
		else
			read_entry(out, entry, &line);
	mxlog_reader_get_stats(reader, &stats);
	CHECK(stats.matches == n);
	/* An event loop would wait here for what comes. */
	event.fd = mxlog_reader_get_fd(reader);
	event.events = POLLIN;
	CHECK(event.fd >= 0 && poll(&event, 1, 0) == 0);
	mxlog_reader_close(reader);
	mxlog_entry_free(entry);
	mxlog_metric_free(metric);
}

int main(int argc, char **argv)
{
	FILE *out;

	CHECK(argc == 2);
	CHECK(mxlog_version_number() >= MXLOG_VERSION_NUMBER);
	CHECK(strcmp(mxlog_version(), MXLOG_VERSION) == 0);
	forward(argv[1], "forwarded.txt");
	out = fopen("read.txt", "w");
	CHECK(out != NULL);
	read_all(argv[1], false, out);
	read_all(argv[1], true, out);
	CHECK(fclose(out) == 0);
	return 0;
}
