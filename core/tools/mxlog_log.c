/* SPDX-License-Identifier: Apache-2.0 */
/* mxlog-log: one entry, or one a line of standard input, from a shell. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mxlog/writer.h>

#include "base/buf.h"
#include "config/config_search.h"

enum {
	EXIT_USAGE = 2,
	INPUT_PIECE = 64 * 1024,
	LINE_KEPT = 1024 * 1024 + 4, /* of a line: more than a message has */
};

struct options {
	const char *config;
	const char *log_dir;
	const char *module;
	const char *trace_id;
	const char *function;
	const char *tags[64];
	size_t n_tags;
	const char *pairs[256];
	size_t n_pairs;
	enum mxlog_level level;
	double duration_ms;
	bool has_duration;
	bool sync;
};

static const char usage[] =
    "usage: mxlog-log [option]... [key=value]... [--] [message]...\n"
    "Log one entry; without a message, one a line of standard input.\n"
    "\n"
    "  -D, --log-dir DIR    log directory (default: the configuration's)\n"
    "  -c, --config FILE    configuration (default: $MXLOG_CONFIG, then\n"
    "                       /etc/mxlog/mxlog.yaml, then the defaults)\n"
    "  -l, --level LEVEL    DEBUG, INFO (default), WARNING, ERROR, CRITICAL\n"
    "  -m, --module NAME    dotted name of what logs (default: $USER)\n"
    "  -t, --trace-id ID    ULID, UUID or W3C trace id (default:\n"
    "                       $MXLOG_TRACE_ID, else a new one)\n"
    "  -f, --function NAME  function\n"
    "  -T, --tag TAG        add a tag; may be given again\n"
    "  -d, --duration-ms N  how long it took, milliseconds\n"
    "      --sync           return when it is on disk\n"
    "  -h, --help           this text\n"
    "\n"
    "Exit status: 0 stored, 1 not stored, 2 usage.\n";

static int fail(const char *what, const char *hint)
{
	fprintf(stderr, "mxlog-log: %s; %s\n", what, hint);
	return -EINVAL;
}

static int parse_duration(const char *text, struct options *options)
{
	char *end;

	options->duration_ms = strtod(text, &end);
	options->has_duration = true;
	if (end == text || *end || !isfinite(options->duration_ms) ||
	    options->duration_ms < 0)
		return fail("--duration-ms wants milliseconds",
		    "a number of 0 or more, such as 12.5");
	return 0;
}

static int add(const char **list, size_t *n, size_t max, const char *text)
{
	if (*n == max)
		return fail("too many tags or key=value pairs", "use fewer");
	list[(*n)++] = text;
	return 0;
}

static int parse_option(int option, struct options *options)
{
	switch (option) {
	case 'D':
		options->log_dir = optarg;
		return 0;
	case 'c':
		options->config = optarg;
		return 0;
	case 'l':
		if (mxlog_level_parse(optarg, strlen(optarg), &options->level) <
		    0)
			return fail("--level: no such level",
			    "DEBUG, INFO, WARNING, ERROR or CRITICAL was "
			    "expected");
		return 0;
	case 'm':
		options->module = optarg;
		return 0;
	case 't':
		options->trace_id = optarg;
		return 0;
	case 'f':
		options->function = optarg;
		return 0;
	case 'T':
		return add(options->tags, &options->n_tags,
		    sizeof(options->tags) / sizeof(options->tags[0]), optarg);
	case 'd':
		return parse_duration(optarg, options);
	case 'S':
		options->sync = true;
		return 0;
	default:
		return -EINVAL;
	}
}

static int fail_option(int option, const char *word)
{
	fprintf(stderr, "mxlog-log: %s: %s; see mxlog-log --help\n", word,
	    option == ':' ? "its value is missing" : "there is no such option");
	return -EINVAL;
}

static bool is_pair(const char *text)
{
	size_t n = strspn(text,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"
	    ".-");

	return n > 0 && text[n] == '=';
}

/* Options, then pairs; *ret_words is where the message begins. */
static int parse_arguments(int argc, char **argv, struct options *options,
    int *ret_words)
{
	static const struct option table[] = {
		{ "log-dir", required_argument, NULL, 'D' },
		{ "config", required_argument, NULL, 'c' },
		{ "level", required_argument, NULL, 'l' },
		{ "module", required_argument, NULL, 'm' },
		{ "trace-id", required_argument, NULL, 't' },
		{ "function", required_argument, NULL, 'f' },
		{ "tag", required_argument, NULL, 'T' },
		{ "duration-ms", required_argument, NULL, 'd' },
		{ "sync", no_argument, NULL, 'S' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option, r;

	opterr = 0; /* one line is enough */
	while ((option = getopt_long(argc, argv, "+:D:c:l:m:t:f:T:d:h", table,
		    NULL)) != -1) {
		if (option == 'h') {
			(void)fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		}
		if (option == '?' || option == ':')
			return fail_option(option, argv[optind - 1]);
		r = parse_option(option, options);
		if (r < 0)
			return r;
	}
	/* "--" before the message keeps key=value words in it. */
	while (optind < argc && strcmp(argv[optind - 1], "--") != 0 &&
	    is_pair(argv[optind])) {
		r = add(options->pairs, &options->n_pairs,
		    sizeof(options->pairs) / sizeof(options->pairs[0]),
		    argv[optind++]);
		if (r < 0)
			return r;
	}
	if (optind < argc && strcmp(argv[optind], "--") == 0)
		optind++;
	*ret_words = optind;
	return 0;
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

/* A value that is a JSON number, true, false, null, object or array keeps its
 * type; everything else is a string. */
static int add_pair(struct mxlog_entry *entry, const char *pair)
{
	const char *value = strchr(pair, '=') + 1;
	size_t key_len = (size_t)(value - pair) - 1;
	int r = -EBADMSG;

	if (*value != '"')
		r = mxlog_entry_add_context_json(entry, pair, key_len, value,
		    strlen(value));
	if (r == -EBADMSG)
		r = mxlog_entry_add_context(entry, pair, key_len, value,
		    strlen(value));
	return r;
}

static int set_text(struct mxlog_entry *entry, enum mxlog_field field,
    const char *text)
{
	return text ? mxlog_entry_set(entry, field, text, strlen(text)) : 0;
}

static int fill(struct mxlog_entry *entry, const struct options *options,
    const char *message, size_t len)
{
	char pid[16];
	int r;

	mxlog_entry_reset(entry);
	mxlog_entry_set_level(entry, options->level);
	r = mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message, len);
	if (r == 0)
		r = set_text(entry, MXLOG_FIELD_MODULE, options->module);
	if (r == 0)
		r = set_text(entry, MXLOG_FIELD_TRACE_ID, options->trace_id);
	if (r == 0)
		r = set_text(entry, MXLOG_FIELD_FUNCTION, options->function);
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getppid());
	if (r == 0)
		r = set_text(entry, MXLOG_FIELD_PROCESS_ID, pid);
	if (r == 0 && options->has_duration)
		r = mxlog_entry_set_duration_ms(entry, options->duration_ms);
	for (size_t i = 0; i < options->n_tags && r == 0; i++)
		r = mxlog_entry_add_tag(entry, options->tags[i],
		    strlen(options->tags[i]));
	for (size_t i = 0; i < options->n_pairs && r == 0; i++)
		r = add_pair(entry, options->pairs[i]);
	return r;
}

static int log_words(struct mxlog_writer *writer, struct mxlog_entry *entry,
    const struct options *options, int argc, char **argv)
{
	char *message = NULL;
	size_t len = 0;
	FILE *text = open_memstream(&message, &len);
	int r;

	if (!text)
		return -ENOMEM;
	for (int i = 0; i < argc; i++)
		fprintf(text, "%s%s", i > 0 ? " " : "", argv[i]);
	if (fclose(text) != 0)
		return -ENOMEM;
	r = fill(entry, options, message, len);
	free(message);
	return r < 0 ? r : mxlog_writer_add(writer, entry);
}

static int log_line(struct mxlog_writer *writer, struct mxlog_entry *entry,
    const struct options *options, struct mxlog_buf *line)
{
	int r = fill(entry, options, line->data ? line->data : "", line->len);

	mxlog_buf_clear(line);
	return r < 0 ? r : mxlog_writer_add(writer, entry);
}

/* Log the lines that end in a piece of input; what comes behind stays in
 * `line`. So does the beginning alone of one that is larger than a message. */
static int log_piece(struct mxlog_writer *writer, struct mxlog_entry *entry,
    const struct options *options, struct mxlog_buf *line, const char *piece,
    size_t len)
{
	int r = 0;

	while (len > 0 && r == 0) {
		const char *end = memchr(piece, '\n', len);
		size_t n = end ? (size_t)(end - piece) : len;

		r = mxlog_buf_add(line, piece, MIN(n, LINE_KEPT - line->len));
		if (r == 0 && end)
			r = log_line(writer, entry, options, line);
		n += end != NULL;
		piece += n;
		len -= n;
	}
	return r;
}

/* What has come is stored before more is waited for: who watches the log sees
 * it, and who kills a pipeline loses nothing that it had said. */
static int log_input(struct mxlog_writer *writer, struct mxlog_entry *entry,
    const struct options *options)
{
	char piece[INPUT_PIECE];
	struct mxlog_buf line = { 0 };
	int r = 0;

	while (r == 0) {
		ssize_t n = read(STDIN_FILENO, piece, sizeof(piece));

		if (n < 0 && errno != EINTR)
			r = -errno;
		if (n == 0)
			break;
		if (n > 0)
			r = log_piece(writer, entry, options, &line, piece,
			    (size_t)n);
		if (r == 0)
			r = mxlog_writer_commit(writer);
	}
	if (r == 0 && line.len > 0)
		r = log_line(writer, entry, options, &line);
	mxlog_buf_done(&line);
	return r;
}

static int run(const struct options *options, int argc, char **argv)
{
	struct mxlog_writer_options opening = {
		.size = sizeof(opening),
		.actor = "mxlog-log",
		.sync = options->sync ? MXLOG_SYNC_BATCH : MXLOG_SYNC_NONE,
	};
	struct mxlog_error error = { 0 };
	struct mxlog_config *config = NULL;
	struct mxlog_writer *writer = NULL;
	struct mxlog_entry *entry = NULL;
	int r, closed;

	r = load_config(options, &config, &error);
	if (r == 0)
		r = mxlog_writer_open(config, &opening, &writer, &error);
	if (r == 0)
		r = mxlog_entry_new(&entry);
	if (r == 0)
		r = argc > 0 ? log_words(writer, entry, options, argc, argv)
			     : log_input(writer, entry, options);
	closed = mxlog_writer_close(writer);
	if (r == 0)
		r = closed;
	if (r < 0)
		fprintf(stderr, "mxlog-log: not stored: %s\n",
		    error.text[0] ? error.text : strerror(-r));
	mxlog_entry_free(entry);
	mxlog_config_free(config);
	return r;
}

int main(int argc, char **argv)
{
	struct options options = {
		.level = MXLOG_INFO,
		.trace_id = getenv("MXLOG_TRACE_ID"),
		.module = getenv("USER"),
	};
	int words;

	if (parse_arguments(argc, argv, &options, &words) < 0)
		return EXIT_USAGE;
	if (!options.module)
		options.module = "shell";
	return run(&options, argc - words, argv + words) < 0 ? EXIT_FAILURE
							     : EXIT_SUCCESS;
}
