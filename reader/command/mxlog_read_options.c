/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <mxlog/config.h>

#include "base/buf.h"
#include "base/number.h"
#include "base/timestamp.h"
#include "report/duration_text.h"

#define CONFIG_PATH "/etc/mxlog/mxlog.yaml"

enum {
	QUERY_MAX = 1024 * 1024, /* bytes of a LogQuery's JSON */
	HELP_COLUMN = 28,
	HELP_WIDTH = 78,
	FOLLOW_LAST = 10, /* shown before what comes */
};

enum option_id {
#define GROUP(title)
#define OPTION(id, letter, name, argument, help) OPTION_##id,
#include "command/read_options.def"
#undef GROUP
#undef OPTION
	OPTION_COUNT
};

struct row {
	const char *group; /* a title, or NULL for an option */
	enum option_id id;
	char letter;
	const char *name, *argument, *help;
};

static const struct row rows[] = {
#define GROUP(title) { .group = title },
#define OPTION(i, l, n, a, h) \
	{ .id = OPTION_##i, .letter = l, .name = n, .argument = a, .help = h },
#include "command/read_options.def"
#undef GROUP
#undef OPTION
};

/* What the arguments said, before a query is made of it. */
struct given {
	const char *text[OPTION_COUNT]; /* the last one's argument, or "" */
	struct mxlog_read_options *options;
	struct mxlog_error *reterr;
	const char **predicates; /* arguments of --field */
	size_t n_predicates;
};

static const struct row *row_of(enum option_id id)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!rows[i].group && rows[i].id == id)
			return &rows[i];
	return NULL;
}

static int usage(struct given *given, enum option_id id, const char *expected)
{
	return mxlog_error_set(given->reterr, -EINVAL, "--%s: %s, not '%.100s'",
	    row_of(id)->name, expected, given->text[id]);
}

static int add_text(char ***texts, size_t *n, const char *text)
{
	char **grown = reallocarray(*texts, *n + 1, sizeof(char *));

	if (!grown)
		return -ENOMEM;
	*texts = grown;
	grown[*n] = strdup(text);
	if (!grown[*n])
		return -ENOMEM;
	++*n;
	return 0;
}

static int add_dir(struct mxlog_read_options *options, const char *path)
{
	return add_text(&options->dirs, &options->n_dirs, path);
}

/* Call `add` for each part of a list that commas separate. */
typedef int add_part(struct given *given, const char *part);

static int each_part(struct given *given, const char *list, add_part *add)
{
	char *copy = strdup(list), *rest = copy;
	int r = copy ? 0 : -ENOMEM;

	while (r >= 0 && rest) {
		char *part = strsep(&rest, ",");

		r = add(given, part);
	}
	free(copy);
	return r;
}

static int add_level(struct given *given, const char *part)
{
	enum mxlog_level level;
	int r = mxlog_level_parse(part, strlen(part), &level);

	if (r < 0)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "--level: expected DEBUG, INFO, WARNING, ERROR or "
		    "CRITICAL, not '%.100s'",
		    part);
	return mxlog_query_add_level(given->options->query, level);
}

static int add_module(struct given *given, const char *part)
{
	return mxlog_query_add_module(given->options->query, part,
	    given->reterr);
}

static int exclude_module(struct given *given, const char *part)
{
	return mxlog_query_exclude_module(given->options->query, part,
	    given->reterr);
}

static int add_field(struct given *given, const char *part)
{
	struct mxlog_read_options *options = given->options;
	int r = mxlog_field_path_check(part, options->query->metrics,
	    given->reterr);

	return r < 0 ? r : add_text(&options->fields, &options->n_fields, part);
}

static int add_tag(struct given *given, const char *part)
{
	return mxlog_query_add_tag(given->options->query, part, given->reterr);
}

/* ---- reading the arguments ---- */

static int take(struct given *given, enum option_id id, const char *argument)
{
	given->text[id] = argument ? argument : "";
	if (id == OPTION_LOG_DIR)
		return add_dir(given->options, argument);
	if (id == OPTION_FIELD)
		given->predicates[given->n_predicates++] = argument;
	return 0;
}

static int has_argument(const struct row *row)
{
	if (!row->argument)
		return no_argument;
	return row->argument[0] == '[' ? optional_argument : required_argument;
}

/* getopt's tables, made of ours. */
static void fill_tables(char *letters, struct option *longs)
{
	*letters++ = ':';
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];

		if (row->group)
			continue;
		*longs++ = (struct option){ .name = row->name,
			.has_arg = has_argument(row),
			.val = 256 + (int)row->id };
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		if (row->argument)
			*letters++ = ':';
		if (row->argument && row->argument[0] == '[')
			*letters++ = ':';
	}
	*letters = '\0';
	*longs = (struct option){ 0 };
}

static const struct row *row_of_code(int code)
{
	if (code >= 256)
		return row_of((enum option_id)(code - 256));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].letter == code)
			return &rows[i];
	return NULL;
}

static int unknown(struct given *given, const char *argument)
{
	const char *names[ARRAY_LEN(rows)], *nearest = NULL;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].name)
			names[n++] = rows[i].name;
	if (strncmp(argument, "--", 2) == 0)
		nearest = mxlog_error_nearest(argument + 2,
		    strcspn(argument + 2, "="), names, n);
	if (nearest)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "unknown option '%.100s'; did you mean --%s?", argument,
		    nearest);
	return mxlog_error_set(given->reterr, -EINVAL,
	    "unknown option '%.100s'; see mxlog-read --help", argument);
}

static int read_arguments(struct given *given, int argc, char **argv)
{
	char letters[3 * ARRAY_LEN(rows) + 2];
	struct option longs[ARRAY_LEN(rows) + 1];
	int r = 0;

	fill_tables(letters, longs);
	opterr = 0;
	while (r >= 0) {
		int code = getopt_long(argc, argv, letters, longs, NULL);
		const char *last = argv[optind - 1];

		if (code == -1)
			break;
		if (code == ':')
			r = mxlog_error_set(given->reterr, -EINVAL,
			    "option '%.100s' needs an argument", last);
		else if (code == '?')
			r = unknown(given, last);
		else
			r = take(given, row_of_code(code)->id, optarg);
	}
	if (r >= 0 && optind < argc)
		r = mxlog_error_set(given->reterr, -EINVAL,
		    "unexpected argument '%.100s'; to search for text, use "
		    "-g TEXT",
		    argv[optind]);
	return r;
}

/* ---- making the query ---- */

static int read_all(FILE *file, struct mxlog_buf *buf)
{
	char piece[4096];
	size_t n;
	int r = 0;

	while (r >= 0 && (n = fread(piece, 1, sizeof(piece), file)) > 0) {
		r = mxlog_buf_add(buf, piece, n);
		if (buf->len > QUERY_MAX)
			return -EFBIG;
	}
	return r < 0 ? r : ferror(file) ? -EIO : 0;
}

static int load_query(struct given *given)
{
	const char *path = given->text[OPTION_QUERY];
	struct mxlog_error error = { 0 };
	struct mxlog_buf buf = { 0 };
	FILE *file;
	int r;

	if (!path)
		return mxlog_query_new(&given->options->query);
	file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (!file)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "--query: %.100s: %s", path, strerror(errno));
	r = read_all(file, &buf);
	if (r >= 0)
		r = mxlog_query_parse(buf.data, buf.len, &given->options->query,
		    &error);
	if (r < 0)
		r = mxlog_error_set(given->reterr, -EINVAL,
		    "--query: %.100s: %s", path,
		    error.code < 0 ? error.text : strerror(-r));
	mxlog_buf_done(&buf);
	if (file != stdin)
		(void)fclose(file);
	return r;
}

static int parse_time(struct given *given, enum option_id id, int64_t now,
    int64_t *ret)
{
	const char *text = given->text[id];

	if (!text)
		return 0;
	if (mxlog_timestamp_parse_human(text, strlen(text), now,
		id == OPTION_UNTIL, ret) < 0)
		return usage(given, id,
		    "expected a time such as 2026-01-28T15:30:00Z, "
		    "2026-01-28, '15:30', today, -1h or '2 hours ago'");
	return 0;
}

static int set_range(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	int64_t now = mxlog_timestamp_now();
	int64_t since = query->since_usec, until = query->until_usec;
	int r;

	r = parse_time(given, OPTION_SINCE, now, &since);
	if (r >= 0)
		r = parse_time(given, OPTION_UNTIL, now, &until);
	if (r < 0)
		return r;
	if (given->text[OPTION_SINCE] && given->text[OPTION_UNTIL] &&
	    since > until)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "--since is after --until; exchange them");
	return mxlog_query_set_range(query, since, until);
}

static int set_min_level(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	const char *text = given->text[OPTION_MIN_LEVEL];
	enum mxlog_level level;
	unsigned mask = 0;

	if (!text)
		return 0;
	if (mxlog_level_parse(text, strlen(text), &level) < 0)
		return usage(given, OPTION_MIN_LEVEL,
		    "expected DEBUG, INFO, WARNING, ERROR or CRITICAL");
	for (int i = (int)level; i <= MXLOG_CRITICAL; i += 10)
		mask |= 1U << (i / 10);
	if (query->levels)
		mask &= query->levels;
	if (mask == 0)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "--min-level %.20s leaves none of the levels that were "
		    "asked for; leave one of both out",
		    text);
	query->levels = mask;
	return 0;
}

static int set_search(struct given *given)
{
	unsigned flags = 0;

	if (!given->text[OPTION_SEARCH]) {
		if (given->text[OPTION_REGEX] || given->text[OPTION_CASE])
			return mxlog_error_set(given->reterr, -EINVAL,
			    "--%s says how to search; add -g TEXT",
			    given->text[OPTION_REGEX] ? "regex"
						      : "case-sensitive");
		return 0;
	}
	if (given->text[OPTION_REGEX])
		flags |= MXLOG_SEARCH_REGEX;
	if (given->text[OPTION_CASE])
		flags |= MXLOG_SEARCH_CASE;
	return mxlog_query_set_search(given->options->query,
	    given->text[OPTION_SEARCH], flags, given->reterr);
}

static int parse_count(struct given *given, enum option_id id, uint64_t *ret)
{
	const char *text = given->text[id];

	if (!text)
		return 0;
	if (mxlog_number_parse_u64(text, strlen(text), ret) < 0)
		return usage(given, id, "expected a number from 0 on");
	return 0;
}

static int set_window(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	uint64_t limit = query->limit, offset = query->offset;
	int r;

	r = parse_count(given, OPTION_LIMIT, &limit);
	if (r >= 0)
		r = parse_count(given, OPTION_OFFSET, &offset);
	if (r < 0)
		return r;
	return mxlog_query_set_window(query, limit, offset);
}

static int set_order(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	const char *by = given->text[OPTION_ORDER_BY];
	const char *dir = given->text[OPTION_ORDER_DIR];
	enum mxlog_order order = query->order;
	bool descending = query->descending;

	if (by && mxlog_order_parse(by, strlen(by), &order) < 0)
		return usage(given, OPTION_ORDER_BY,
		    "expected timestamp, level, module, trace_id, duration_ms "
		    "or line_number");
	if (dir && strcmp(dir, "asc") != 0 && strcmp(dir, "desc") != 0)
		return usage(given, OPTION_ORDER_DIR, "expected asc or desc");
	if (dir)
		descending = strcmp(dir, "desc") == 0;
	if (given->text[OPTION_REVERSE])
		descending = true;
	return mxlog_query_set_order(query, order, descending);
}

static int set_sets(struct given *given)
{
	int r = 0;

	if (given->text[OPTION_LEVEL])
		r = each_part(given, given->text[OPTION_LEVEL], add_level);
	if (r >= 0 && given->text[OPTION_MODULE])
		r = each_part(given, given->text[OPTION_MODULE], add_module);
	if (r >= 0 && given->text[OPTION_EXCLUDE_MODULE])
		r = each_part(given, given->text[OPTION_EXCLUDE_MODULE],
		    exclude_module);
	if (r >= 0 && given->text[OPTION_TAG])
		r = each_part(given, given->text[OPTION_TAG], add_tag);
	if (r >= 0 && given->text[OPTION_TRACE_ID])
		r = mxlog_query_set_trace_id(given->options->query,
		    given->text[OPTION_TRACE_ID], given->reterr);
	return r;
}

static int set_metrics(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	int r;

	if (!given->text[OPTION_METRICS] && !given->text[OPTION_METRIC])
		return 0;
	r = mxlog_query_set_metrics(query, true);
	if (r < 0)
		return mxlog_error_set(given->reterr, r,
		    "--metrics: metrics have no level and no module; leave "
		    "--level, --min-level and --module out");
	return 0;
}

/* FIELD=VALUE, unless there is no value. */
static int add_equals(struct given *given, const char *field, const char *value)
{
	struct mxlog_buf buf = { 0 };
	int r;

	if (!value)
		return 0;
	r = mxlog_buf_printf(&buf, "%s=%s", field, value);
	if (r >= 0)
		r = mxlog_buf_add_char(&buf, '\0');
	if (r >= 0)
		r = mxlog_query_add_predicate(given->options->query, buf.data,
		    given->reterr);
	mxlog_buf_done(&buf);
	return r;
}

/* The running boot's id as journald writes it: without dashes. */
static int current_boot(struct given *given, char out[33])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	size_t n = 0;
	int c;

	while (file && n < 32 && (c = fgetc(file)) != EOF && c != '\n')
		if (c != '-')
			out[n++] = (char)c;
	out[n] = '\0';
	if (file)
		(void)fclose(file);
	if (n == 32)
		return 0;
	return mxlog_error_set(given->reterr, -EINVAL,
	    "--boot: the running boot's id is not known; give one");
}

static int add_predicates(struct given *given)
{
	const char *boot = given->text[OPTION_BOOT];
	char id[33];
	int r = 0;

	for (size_t i = 0; r >= 0 && i < given->n_predicates; i++)
		r = mxlog_query_add_predicate(given->options->query,
		    given->predicates[i], given->reterr);
	if (r >= 0)
		r = add_equals(given, "metric_name",
		    given->text[OPTION_METRIC]);
	if (r >= 0)
		r = add_equals(given, "exception.type",
		    given->text[OPTION_EXCEPTION]);
	if (r >= 0)
		r = add_equals(given, "context.unit", given->text[OPTION_UNIT]);
	if (r >= 0)
		r = add_equals(given, "context.hostname",
		    given->text[OPTION_HOST]);
	if (r >= 0 && boot && !*boot) {
		r = current_boot(given, id);
		boot = id;
	}
	return r < 0 ? r : add_equals(given, "context.boot_id", boot);
}

static int make_query(struct given *given)
{
	static int (*const steps[])(struct given *) = { load_query, set_range,
		set_sets, set_min_level, set_search, set_window, set_order,
		set_metrics, add_predicates };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(steps); i++)
		r = steps[i](given);
	return r;
}

/* ---- the rest ---- */

static int set_output(struct given *given)
{
	static const char *const names[MXLOG_READ_OUTPUTS] = {
		[MXLOG_READ_SHORT] = "short",
		[MXLOG_READ_TABLE] = "table",
		[MXLOG_READ_JSON] = "json",
		[MXLOG_READ_PRETTY] = "pretty",
		[MXLOG_READ_CSV] = "csv",
		[MXLOG_READ_CAT] = "cat",
	};
	const char *text = given->text[OPTION_OUTPUT];

	for (size_t i = 0; text && i < ARRAY_LEN(names); i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		given->options->output = (enum mxlog_read_output)i;
		return 0;
	}
	return !text ? 0
		     : usage(given, OPTION_OUTPUT,
			   "expected short, table, json, pretty, csv or cat");
}

static int set_cursor(struct given *given)
{
	struct mxlog_read_options *options = given->options;

	options->cursor = given->text[OPTION_CURSOR];
	if (given->text[OPTION_AFTER_CURSOR]) {
		options->cursor = given->text[OPTION_AFTER_CURSOR];
		options->after_cursor = true;
	}
	if (options->cursor && options->query->order != MXLOG_ORDER_TIMESTAMP)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "--%s: a cursor is a place in the order of time; leave "
		    "--order-by out",
		    options->after_cursor ? "after-cursor" : "cursor");
	return 0;
}

static int parse_span(struct given *given, enum option_id id)
{
	const char *text = given->text[id];

	if (!text || !*text)
		return 0;
	if (mxlog_duration_parse(text, &given->options->bucket_usec) < 0 ||
	    given->options->bucket_usec <= 0)
		return usage(given, id,
		    "expected a span of time such as 30s, 5m, 1h or 1d");
	return 0;
}

static int set_slowest(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	int r;

	r = parse_count(given, OPTION_SLOWEST, &query->limit);
	if (r >= 0)
		r = mxlog_query_set_order(query, MXLOG_ORDER_DURATION_MS, true);
	return r < 0
	    ? r
	    : mxlog_query_add_predicate(query, "duration_ms", given->reterr);
}

/* What the options that make a report mean; one of them at most. */
static int set_report(struct given *given)
{
	static const struct {
		enum option_id option;
		enum mxlog_read_report report;
	} reports[] = {
		{ OPTION_COUNT_BY, MXLOG_READ_COUNT },
		{ OPTION_HISTOGRAM, MXLOG_READ_HISTOGRAM },
		{ OPTION_ERRORS, MXLOG_READ_ERRORS },
		{ OPTION_TRACE, MXLOG_READ_TRACE },
		{ OPTION_METRIC, MXLOG_READ_SERIES },
	};
	struct mxlog_read_options *options = given->options;
	const char *first = NULL;
	int r;

	for (size_t i = 0; i < ARRAY_LEN(reports); i++) {
		const char *text = given->text[reports[i].option];
		const char *name = row_of(reports[i].option)->name;

		if (text && first)
			return mxlog_error_set(given->reterr, -EINVAL,
			    "--%s and --%s: ask one thing at a time", first,
			    name);
		if (!text)
			continue;
		first = name;
		options->report = reports[i].report;
		options->subject = text;
	}
	options->aggregate =
	    given->text[OPTION_AGG] ? given->text[OPTION_AGG] : "avg";
	r = parse_span(given, OPTION_HISTOGRAM);
	if (r >= 0)
		r = parse_span(given, OPTION_BUCKET);
	if (r >= 0 && given->text[OPTION_SLOWEST])
		r = set_slowest(given);
	return r;
}

/* What is shown first is the end of what there is. */
static int set_follow(struct given *given)
{
	struct mxlog_query *query = given->options->query;

	given->options->follow = given->text[OPTION_FOLLOW];
	if (!given->options->follow)
		return 0;
	if (query->order != MXLOG_ORDER_TIMESTAMP || query->descending ||
	    query->offset > 0)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "--follow shows entries as they come; leave --order-by, "
		    "--reverse and --offset out");
	if (query->limit == UINT64_MAX && !given->options->cursor)
		query->limit = FOLLOW_LAST;
	return 0;
}

static int set_rest(struct given *given)
{
	struct mxlog_read_options *options = given->options;
	int r = set_output(given);

	options->explain = given->text[OPTION_EXPLAIN];
	options->show_cursor = given->text[OPTION_SHOW_CURSOR];
	options->no_pager = given->text[OPTION_NO_PAGER];
	if (r >= 0 && given->text[OPTION_FIELDS])
		r = each_part(given, given->text[OPTION_FIELDS], add_field);
	if (r >= 0)
		r = set_report(given);
	if (r >= 0)
		r = set_cursor(given);
	return r < 0 ? r : set_follow(given);
}

/* The first of these that there is. */
static int default_dir(struct given *given)
{
	const char *path = getenv("MXLOG_LOG_DIR");
	struct mxlog_config *config;
	int r;

	if (given->options->n_dirs > 0)
		return 0;
	if (path && *path)
		return add_dir(given->options, path);
	if (access(CONFIG_PATH, R_OK) < 0)
		return add_dir(given->options, "Logs");
	r = mxlog_config_load(CONFIG_PATH, &config, given->reterr);
	if (r < 0)
		return r;
	r = add_dir(given->options, mxlog_config_get_log_dir(config));
	mxlog_config_free(config);
	return r;
}

int mxlog_read_options_parse(struct mxlog_read_options *options, int argc,
    char **argv, struct mxlog_error *reterr)
{
	struct mxlog_error error = { 0 };
	struct given given = { .options = options, .reterr = &error };
	int r;

	*options = (struct mxlog_read_options){ 0 };
	given.predicates = calloc((size_t)argc, sizeof(char *));
	r = given.predicates ? read_arguments(&given, argc, argv) : -ENOMEM;
	options->help = r >= 0 && given.text[OPTION_HELP];
	options->version = r >= 0 && given.text[OPTION_VERSION];
	if (options->help || options->version)
		goto out;
	if (r >= 0)
		r = make_query(&given);
	if (r >= 0)
		r = set_rest(&given);
	if (r >= 0)
		r = default_dir(&given);
	if (r < 0) {
		if (error.code == 0)
			(void)mxlog_error_set(&error, r, "%s", strerror(-r));
		if (reterr)
			*reterr = error;
		mxlog_read_options_done(options);
	}
out:
	free(given.predicates);
	return r;
}

void mxlog_read_options_done(struct mxlog_read_options *options)
{
	for (size_t i = 0; i < options->n_dirs; i++)
		free(options->dirs[i]);
	free(options->dirs);
	for (size_t i = 0; i < options->n_fields; i++)
		free(options->fields[i]);
	free(options->fields);
	mxlog_query_free(options->query);
	*options = (struct mxlog_read_options){ 0 };
}

/* ---- help ---- */

static void print_wrapped(const char *text)
{
	int column = HELP_COLUMN;

	while (*text) {
		int word = (int)strcspn(text, " ");

		if (column + 1 + word > HELP_WIDTH) {
			(void)printf("\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		}
		column += printf(" %.*s", word, text);
		text += word;
		text += strspn(text, " ");
	}
	(void)printf("\n");
}

static void print_row(const struct row *row)
{
	char left[64];
	int n;

	if (row->group) {
		(void)printf("\n%s:\n", row->group);
		return;
	}
	n = snprintf(left, sizeof(left), "  %c%c%s--%s%s%s",
	    row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
	    row->letter ? ", " : "  ", row->name, row->argument ? " " : "",
	    row->argument ? row->argument : "");
	if (n >= HELP_COLUMN)
		(void)printf("%s\n%*s", left, HELP_COLUMN, "");
	else
		(void)printf("%-*s", HELP_COLUMN, left);
	print_wrapped(row->help);
}

void mxlog_read_options_help(void)
{
	(void)printf("usage: mxlog-read [options]\n"
		     "Show log entries, live and archived, that match all that "
		     "is asked for.\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		print_row(&rows[i]);
	(void)printf(
	    "\nExit status: 0; 1 if something could not be read; 2 for "
	    "a wrong option.\n");
}
