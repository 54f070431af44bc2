/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <mxlog/config.h>

#include "base/buf.h"
#include "base/number.h"
#include "base/timestamp.h"
#include "command/mxlog_read_boot.h"
#include "command/mxlog_read_phrase.h"
#include "command/mxlog_read_report.h"
#include "command/mxlog_read_rules.h"
#include "report/duration_text.h"
#include "scan/lines_file.h"

enum {
	QUERY_MAX = 1024 * 1024, /* bytes of a LogQuery's JSON */
	CONTEXT_MAX = 10000,
	LINES = 10, /* of -n alone, and before what -f shows */
};

/* What the arguments said, before a query is made of it. */
struct given {
	struct mxlog_read_arguments arguments;
	struct mxlog_read_options *options;
	struct mxlog_error *reterr;
};

static const char *text_of(const struct given *given,
    enum mxlog_read_option option)
{
	return mxlog_read_arguments_get(&given->arguments, option);
}

static bool has(const struct given *given, enum mxlog_read_option option)
{
	return text_of(given, option) != NULL;
}

static int refuse(struct given *given, enum mxlog_read_option option,
    const char *expected, const char *text)
{
	return mxlog_error_set(given->reterr, -EINVAL, "--%s: %s, not '%.100s'",
	    mxlog_read_option_name(option), expected, text);
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

/* ---- arguments that are lists, and that may be repeated ---- */

typedef int add_part(struct given *given, const char *part);

/* Call `add` for each argument of an option. */
static int each(struct given *given, enum mxlog_read_option option,
    add_part *add)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < given->arguments.n; i++)
		if (given->arguments.items[i].option == option)
			r = add(given, given->arguments.items[i].text);
	return r;
}

static size_t count_of(const struct given *given, enum mxlog_read_option option)
{
	size_t n = 0;

	for (size_t i = 0; i < given->arguments.n; i++)
		n += given->arguments.items[i].option == option;
	return n;
}

/* Call `add` for each part of a list that commas separate. */
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

static int add_levels(struct given *given, const char *list)
{
	return each_part(given, list, add_level);
}

static int add_module(struct given *given, const char *part)
{
	return mxlog_query_add_module(given->options->query, part,
	    given->reterr);
}

static int add_modules(struct given *given, const char *list)
{
	return each_part(given, list, add_module);
}

static int exclude_module(struct given *given, const char *part)
{
	return mxlog_query_exclude_module(given->options->query, part,
	    given->reterr);
}

static int exclude_modules(struct given *given, const char *list)
{
	return each_part(given, list, exclude_module);
}

static int add_tag(struct given *given, const char *part)
{
	return mxlog_query_add_tag(given->options->query, part, given->reterr);
}

static int add_tags(struct given *given, const char *list)
{
	return each_part(given, list, add_tag);
}

static int add_predicate(struct given *given, const char *text)
{
	return mxlog_query_add_predicate(given->options->query, text,
	    given->reterr);
}

static int add_where(struct given *given, const char *text)
{
	return mxlog_query_add_where(given->options->query, text, strlen(text),
	    true, given->reterr);
}

static int add_field(struct given *given, const char *part)
{
	struct mxlog_read_options *options = given->options;
	int r = mxlog_field_path_check(part, options->query->metrics,
	    given->reterr);

	return r < 0 ? r : add_text(&options->fields, &options->n_fields, part);
}

static int add_fields(struct given *given, const char *list)
{
	return each_part(given, list, add_field);
}

/* A directory named twice is read once. */
static int add_dir(struct given *given, const char *path)
{
	struct mxlog_read_options *options = given->options;
	struct stat a, b;

	for (size_t i = 0; i < options->n_dirs; i++)
		if (stat(options->dirs[i], &a) == 0 && stat(path, &b) == 0 &&
		    a.st_dev == b.st_dev && a.st_ino == b.st_ino)
			return 0;
	return add_text(&options->dirs, &options->n_dirs, path);
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
	const char *path = text_of(given, MXLOG_OPT_QUERY);
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

static int parse_time(struct given *given, enum mxlog_read_option option,
    int64_t now, int64_t *ret)
{
	const char *text = text_of(given, option);

	if (!text)
		return 0;
	if (mxlog_timestamp_parse_human(text, strlen(text), now,
		option == MXLOG_OPT_UNTIL, ret) < 0)
		return refuse(given, option,
		    "expected a time such as 2026-01-28T15:30:00Z, "
		    "2026-01-28, '15:30', 'yesterday 12:00', -1h or '2 hours "
		    "ago'",
		    text);
	return 0;
}

static int set_range(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	int64_t now = mxlog_timestamp_now();
	int64_t since = query->since_usec, until = query->until_usec;
	int r;

	r = parse_time(given, MXLOG_OPT_SINCE, now, &since);
	if (r >= 0)
		r = parse_time(given, MXLOG_OPT_UNTIL, now, &until);
	if (r < 0)
		return r;
	if (has(given, MXLOG_OPT_SINCE) && has(given, MXLOG_OPT_UNTIL) &&
	    since > until)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "--since is after --until; exchange them");
	return mxlog_query_set_range(query, since, until);
}

static int parse_level(struct given *given, const char *text, size_t len,
    enum mxlog_level *ret)
{
	if (mxlog_level_parse(text, len, ret) == 0)
		return 0;
	if (len == 1 && *text >= '0' && *text <= '7') {
		*ret = mxlog_level_from_severity((unsigned)(*text - '0'));
		return 0;
	}
	return refuse(given, MXLOG_OPT_MIN_LEVEL,
	    "expected DEBUG, INFO, WARNING, ERROR or CRITICAL, a syslog "
	    "priority (err, 3), or two with .. between",
	    text_of(given, MXLOG_OPT_MIN_LEVEL));
}

/* LEVEL, or journalctl's FROM..TO in either order. */
static int set_min_level(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	const char *text = text_of(given, MXLOG_OPT_MIN_LEVEL), *dots;
	enum mxlog_level from, to = MXLOG_CRITICAL;
	unsigned mask = 0;
	int r;

	if (!text)
		return 0;
	dots = strstr(text, "..");
	r = parse_level(given, text,
	    dots ? (size_t)(dots - text) : strlen(text), &from);
	if (r >= 0 && dots)
		r = parse_level(given, dots + 2, strlen(dots + 2), &to);
	if (r < 0)
		return r;
	for (int i = (int)MIN(from, to); i <= (int)MAX(from, to); i += 10)
		mask |= 1U << (i / 10);
	if (query->levels)
		mask &= query->levels;
	if (mask == 0)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "--min-level %.40s leaves none of the levels that were "
		    "asked for; leave one of both out",
		    text);
	query->levels = mask;
	return 0;
}

static int add_phrase(struct given *given, struct mxlog_buf *text, int r)
{
	if (r >= 0 && text->len > 0)
		r = mxlog_query_add_where(given->options->query, text->data,
		    text->len, false, given->reterr);
	mxlog_buf_done(text);
	return r;
}

/* Any of the fields has it. */
static int add_search(struct given *given, const char *text)
{
	const char *fields = text_of(given, MXLOG_OPT_SEARCH_IN);
	char *copy = strdup(fields ? fields : "message"), *rest = copy;
	struct mxlog_buf phrase = { 0 };
	int r = copy ? 0 : -ENOMEM;

	while (r >= 0 && rest) {
		const char *field = strsep(&rest, ",");

		r = mxlog_field_path_check(field,
		    given->options->query->metrics, given->reterr);
		if (r >= 0 && phrase.len > 0)
			r = mxlog_buf_printf(&phrase, " or ");
		if (r >= 0)
			r = mxlog_read_phrase_search(&phrase, field, text,
			    has(given, MXLOG_OPT_REGEX),
			    has(given, MXLOG_OPT_CASE));
	}
	free(copy);
	return add_phrase(given, &phrase, r);
}

/* One search of messages is the query's own; more are ANDed as expressions. */
static int set_search(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	const char *text = text_of(given, MXLOG_OPT_SEARCH);
	unsigned flags = 0;

	if (!text)
		return 0;
	if (query->search || has(given, MXLOG_OPT_SEARCH_IN) ||
	    count_of(given, MXLOG_OPT_SEARCH) > 1)
		return each(given, MXLOG_OPT_SEARCH, add_search);
	if (has(given, MXLOG_OPT_REGEX))
		flags |= MXLOG_SEARCH_REGEX;
	if (has(given, MXLOG_OPT_CASE))
		flags |= MXLOG_SEARCH_CASE;
	return mxlog_query_set_search(query, text, flags, given->reterr);
}

static int parse_count(struct given *given, enum mxlog_read_option option,
    uint64_t *ret)
{
	const char *text = text_of(given, option);

	if (!text)
		return 0;
	if (mxlog_number_parse_u64(text, strlen(text), ret) < 0)
		return refuse(given, option, "expected a number from 0 on",
		    text);
	return 0;
}

/* -n: the newest, as they come; +N and --limit: the first ones. */
static int set_lines(struct given *given)
{
	const char *text = text_of(given, MXLOG_OPT_LINES);
	struct mxlog_query *query = given->options->query;
	bool first = text && *text == '+';
	uint64_t n = LINES;

	if (!text && has(given, MXLOG_OPT_PAGER_END) &&
	    !has(given, MXLOG_OPT_LIMIT))
		text = "1000"; /* as journalctl(1) does */
	if (!text || strcmp(text, "all") == 0)
		return 0;
	text += first;
	if (*text && mxlog_number_parse_u64(text, strlen(text), &n) < 0)
		return refuse(given, MXLOG_OPT_LINES,
		    "expected a number from 0 on, +N for the first ones, or "
		    "all",
		    text);
	query->limit = n;
	return mxlog_query_set_last(query, !first && !query->descending);
}

static int set_window(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	uint64_t limit = query->limit, offset = query->offset;
	int r;

	r = parse_count(given, MXLOG_OPT_LIMIT, &limit);
	if (r >= 0)
		r = parse_count(given, MXLOG_OPT_OFFSET, &offset);
	if (r < 0)
		return r;
	r = mxlog_query_set_window(query, limit, offset);
	return r < 0 ? r : set_lines(given);
}

static int set_order(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	const char *by = text_of(given, MXLOG_OPT_ORDER_BY);
	const char *dir = text_of(given, MXLOG_OPT_ORDER_DIR);
	enum mxlog_order order = query->order;
	bool descending = query->descending;

	if (by && mxlog_order_parse(by, strlen(by), &order) < 0)
		return refuse(given, MXLOG_OPT_ORDER_BY,
		    "expected timestamp, level, module, trace_id, duration_ms "
		    "or line_number",
		    by);
	if (dir && strcmp(dir, "asc") != 0 && strcmp(dir, "desc") != 0)
		return refuse(given, MXLOG_OPT_ORDER_DIR,
		    "expected asc or desc", dir);
	if (dir)
		descending = strcmp(dir, "desc") == 0;
	if (has(given, MXLOG_OPT_REVERSE))
		descending = true;
	return mxlog_query_set_order(query, order, descending);
}

static int set_sets(struct given *given)
{
	int r = each(given, MXLOG_OPT_LEVEL, add_levels);

	if (r >= 0)
		r = each(given, MXLOG_OPT_MODULE, add_modules);
	if (r >= 0)
		r = each(given, MXLOG_OPT_EXCLUDE_MODULE, exclude_modules);
	if (r >= 0)
		r = each(given, MXLOG_OPT_TAG, add_tags);
	if (r >= 0 && count_of(given, MXLOG_OPT_TRACE_ID) == 1)
		r = mxlog_query_set_trace_id(given->options->query,
		    text_of(given, MXLOG_OPT_TRACE_ID), given->reterr);
	return r;
}

static int set_metrics(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	int r;

	if (!has(given, MXLOG_OPT_METRICS) && !has(given, MXLOG_OPT_METRIC))
		return 0;
	r = mxlog_query_set_metrics(query, true);
	if (r < 0)
		return mxlog_error_set(given->reterr, r,
		    "--metrics: metrics have no level, no module, and an order "
		    "by timestamp or trace_id alone; tags are KEY=VALUE");
	return 0;
}

typedef int add_words(struct mxlog_buf *out, const char *argument);

/* One of an option's arguments is enough. */
static int any_of(struct given *given, enum mxlog_read_option option,
    add_words *words)
{
	struct mxlog_buf phrase = { 0 };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < given->arguments.n; i++) {
		const struct mxlog_read_argument *item =
		    &given->arguments.items[i];

		if (item->option != option)
			continue;
		if (phrase.len > 0)
			r = mxlog_buf_printf(&phrase, " or ");
		if (r >= 0)
			r = words(&phrase, item->text);
	}
	return add_phrase(given, &phrase, r);
}

static int add_metric_name(struct mxlog_buf *out, const char *argument)
{
	return mxlog_read_phrase_equals(out, "metric_name", argument);
}

static int add_exception(struct mxlog_buf *out, const char *argument)
{
	return mxlog_read_phrase_equals(out, "exception.type", argument);
}

static int add_host(struct mxlog_buf *out, const char *argument)
{
	return mxlog_read_phrase_equals(out, "context.hostname", argument);
}

static int add_trace_id(struct mxlog_buf *out, const char *argument)
{
	return mxlog_read_phrase_equals(out, "trace_id", argument);
}

static int add_kernel(struct mxlog_buf *out, const char *argument)
{
	(void)argument;
	return mxlog_read_phrase_kernel(out);
}

static int set_boot(struct given *given)
{
	const struct mxlog_read_options *options = given->options;
	const char *text = text_of(given, MXLOG_OPT_BOOT);
	struct mxlog_buf phrase = { 0 };
	char id[MXLOG_READ_BOOT_ID];
	int r;

	if (!text)
		return 0;
	r = mxlog_read_boot_find((const char *const *)options->dirs,
	    options->n_dirs, text, id, given->reterr);
	if (r >= 0 && *id)
		r = mxlog_read_phrase_equals(&phrase, "context.boot_id", id);
	return add_phrase(given, &phrase, r);
}

static int add_predicates(struct given *given)
{
	static const struct {
		enum mxlog_read_option option;
		add_words *words;
	} phrases[] = {
		{ MXLOG_OPT_METRIC, add_metric_name },
		{ MXLOG_OPT_EXCEPTION, add_exception },
		{ MXLOG_OPT_UNIT, mxlog_read_phrase_unit },
		{ MXLOG_OPT_HOST, add_host },
		{ MXLOG_OPT_DMESG, add_kernel },
	};
	int r = each(given, MXLOG_OPT_FIELD, add_predicate);

	if (r >= 0)
		r = each(given, MXLOG_OPT_WHERE, add_where);
	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(phrases); i++)
		r = any_of(given, phrases[i].option, phrases[i].words);
	if (r >= 0 && count_of(given, MXLOG_OPT_TRACE_ID) > 1)
		r = any_of(given, MXLOG_OPT_TRACE_ID, add_trace_id);
	return r < 0 ? r : set_boot(given);
}

static int make_query(struct given *given)
{
	static int (*const steps[])(struct given *) = { load_query, set_range,
		set_sets, set_min_level, set_order, set_window, set_metrics,
		set_search, add_predicates };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(steps); i++)
		r = steps[i](given);
	return r;
}

/* ---- the rest ---- */

static int set_output(struct given *given)
{
	const char *text = text_of(given, MXLOG_OPT_OUTPUT);
	struct mxlog_read_options *options = given->options;

	options->format = mxlog_read_format_find(text ? text : "short");
	if (!options->format)
		return refuse(given, MXLOG_OPT_OUTPUT,
		    "expected short, table, json, pretty, csv, cat or another "
		    "of those that mxlog-read(1) names",
		    text);
	if (has(given, MXLOG_OPT_FIELDS) && !options->format->takes_fields)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "--fields: %s shows fields of its own; add -o table, json, "
		    "pretty or csv",
		    options->format->name);
	return each(given, MXLOG_OPT_FIELDS, add_fields);
}

static int set_cursor(struct given *given)
{
	struct mxlog_read_options *options = given->options;

	options->cursor = text_of(given, MXLOG_OPT_CURSOR);
	options->cursor_file = text_of(given, MXLOG_OPT_CURSOR_FILE);
	if (has(given, MXLOG_OPT_AFTER_CURSOR)) {
		options->cursor = text_of(given, MXLOG_OPT_AFTER_CURSOR);
		options->after_cursor = true;
	}
	if (options->cursor && options->query->order != MXLOG_ORDER_TIMESTAMP)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "--%s: a cursor is a place in the order of time; leave "
		    "--order-by out",
		    options->after_cursor ? "after-cursor" : "cursor");
	return 0;
}

static int parse_span(struct given *given, enum mxlog_read_option option)
{
	const char *text = text_of(given, option);

	if (!text || !*text)
		return 0;
	if (mxlog_duration_parse(text, &given->options->bucket_usec) < 0 ||
	    given->options->bucket_usec <= 0)
		return refuse(given, option,
		    "expected a span of time such as 30s, 5m, 1h or 1d", text);
	return 0;
}

static int set_slowest(struct given *given)
{
	struct mxlog_query *query = given->options->query;
	int r;

	r = parse_count(given, MXLOG_OPT_SLOWEST, &query->limit);
	if (r >= 0)
		r = mxlog_query_set_order(query, MXLOG_ORDER_DURATION_MS, true);
	return r < 0
	    ? r
	    : mxlog_query_add_predicate(query, "duration_ms", given->reterr);
}

/* One of them at most. */
static int choose_report(struct given *given)
{
	struct mxlog_read_options *options = given->options;

	for (size_t i = 0; mxlog_read_reports[i]; i++) {
		const struct mxlog_read_report_type *report =
		    mxlog_read_reports[i];
		const char *text = text_of(given, report->option);

		if (text && options->report)
			return mxlog_error_set(given->reterr, -EINVAL,
			    "--%s and --%s: ask one thing at a time",
			    mxlog_read_option_name(options->report->option),
			    mxlog_read_option_name(report->option));
		if (!text)
			continue;
		options->report = report;
		options->subject = text;
	}
	return 0;
}

static int set_report(struct given *given)
{
	const char *aggregate = text_of(given, MXLOG_OPT_AGG);
	int r = choose_report(given);

	given->options->aggregate = aggregate ? aggregate : "avg";
	given->options->of = text_of(given, MXLOG_OPT_OF);
	if (!given->options->of)
		given->options->of = "value"; /* a metric's */
	given->options->by = text_of(given, MXLOG_OPT_BY);
	given->options->bucket = text_of(given, MXLOG_OPT_BUCKET);
	if (r >= 0)
		r = parse_span(given, MXLOG_OPT_HISTOGRAM);
	if (r >= 0)
		r = parse_span(given, MXLOG_OPT_BUCKET);
	if (r >= 0 && has(given, MXLOG_OPT_SLOWEST))
		r = set_slowest(given);
	return r;
}

/* What is shown first is the end of what there is. */
static int set_follow(struct given *given)
{
	struct mxlog_query *query = given->options->query;

	given->options->follow = has(given, MXLOG_OPT_FOLLOW);
	given->options->until_match = has(given, MXLOG_OPT_UNTIL_MATCH);
	if (!given->options->follow)
		return 0;
	if (query->order != MXLOG_ORDER_TIMESTAMP || query->descending ||
	    query->offset > 0)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "--follow shows entries as they come; leave --order-by, "
		    "--reverse and --offset out");
	if (query->limit == UINT64_MAX && !given->options->cursor &&
	    !has(given, MXLOG_OPT_LINES))
		query->limit = given->options->until_match ? 0 : LINES;
	return mxlog_query_set_last(query, false); /* following does so */
}

static int parse_context(struct given *given, enum mxlog_read_option option,
    size_t *ret)
{
	uint64_t n = 0;
	int r = parse_count(given, option, &n);

	if (r >= 0 && n > CONTEXT_MAX)
		return refuse(given, option, "expected at most 10000",
		    text_of(given, option));
	if (r >= 0 && has(given, option))
		*ret = (size_t)n;
	return r;
}

static int set_context(struct given *given)
{
	struct mxlog_read_options *options = given->options;
	const char *of = text_of(given, MXLOG_OPT_CONTEXT_OF);
	int r = parse_context(given, MXLOG_OPT_CONTEXT, &options->before);

	options->after = options->before;
	if (r >= 0)
		r = parse_context(given, MXLOG_OPT_BEFORE, &options->before);
	if (r >= 0)
		r = parse_context(given, MXLOG_OPT_AFTER, &options->after);
	if (r < 0)
		return r;
	if (of && strcmp(of, "module") != 0)
		return refuse(given, MXLOG_OPT_CONTEXT_OF, "expected module",
		    of);
	options->context_of_module = of;
	if (options->before + options->after > 0 &&
	    options->query->order != MXLOG_ORDER_TIMESTAMP)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "--context: lines stand around a match in the order of "
		    "time; leave --order-by out");
	options->descending = options->query->descending;
	return 0;
}

static int set_rest(struct given *given)
{
	struct mxlog_read_options *options = given->options;
	int r = set_output(given);

	options->explain = has(given, MXLOG_OPT_EXPLAIN);
	options->show_cursor = has(given, MXLOG_OPT_SHOW_CURSOR);
	options->no_pager = has(given, MXLOG_OPT_NO_PAGER);
	options->pager_end = has(given, MXLOG_OPT_PAGER_END);
	options->quiet = has(given, MXLOG_OPT_QUIET);
	if (options->quiet)
		options->query->limit = MIN(options->query->limit, 1U);
	if (r >= 0)
		r = set_report(given);
	if (r >= 0)
		r = set_cursor(given);
	if (r >= 0)
		r = set_context(given);
	return r < 0 ? r : set_follow(given);
}

static int check_rules(struct given *given)
{
	for (size_t i = 0; i < given->arguments.n_files; i++) {
		const char *file = given->arguments.files[i];

		if (strcmp(file, "-") != 0 && access(file, F_OK) < 0)
			return mxlog_error_set(given->reterr, -EINVAL,
			    "there is no file '%.100s'; to search for text, "
			    "use -g TEXT",
			    file);
	}
	return mxlog_read_rules_check(&given->arguments, given->reterr);
}

/* Of a configuration that is there but can't be read nothing is guessed. */
static int dir_of_config(struct given *given, const char *path)
{
	struct mxlog_config *config;
	int r;

	if (access(path, R_OK) < 0 && errno == EACCES)
		return mxlog_error_set(given->reterr, -EINVAL,
		    "%.200s may not be read by this account, so that its "
		    "log_dir is not known; name it with -D",
		    path);
	r = mxlog_config_load(path, &config, given->reterr);
	if (r < 0)
		return r;
	r = add_dir(given, mxlog_config_get_log_dir(config));
	mxlog_config_free(config);
	return r;
}

/* The first of these that there is. */
static int default_dir(struct given *given)
{
	const char *path = getenv("MXLOG_LOG_DIR");

	if (path && *path)
		return add_dir(given, path);
	path = mxlog_config_find(NULL);
	return path ? dir_of_config(given, path) : add_dir(given, "Logs");
}

static int add_file(struct given *given, const char *file)
{
	int r;

	if (strcmp(file, "-") != 0)
		return add_dir(given, file);
	r = mxlog_lines_file_keep_stdin();
	return r < 0 ? mxlog_error_set(given->reterr, r,
			   "standard input can't be read: %s", strerror(-r))
		     : add_dir(given, "/dev/stdin");
}

static int set_dirs(struct given *given)
{
	int r = each(given, MXLOG_OPT_LOG_DIR, add_dir);

	for (size_t i = 0; r >= 0 && i < given->arguments.n_files; i++)
		r = add_file(given, given->arguments.files[i]);
	if (r < 0 || given->options->n_dirs > 0)
		return r;
	return default_dir(given);
}

/* Times are shown and read in UTC. */
static int set_zone(struct given *given)
{
	if (!has(given, MXLOG_OPT_UTC))
		return 0;
	if (setenv("TZ", "UTC0", 1) < 0)
		return -errno;
	tzset();
	return 0;
}

static int make_options(struct given *given)
{
	static int (*const steps[])(struct given *) = { check_rules, set_zone,
		set_dirs, make_query, set_rest };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(steps); i++)
		r = steps[i](given);
	return r;
}

int mxlog_read_options_parse(struct mxlog_read_options *options, int argc,
    char **argv, struct mxlog_error *reterr)
{
	struct mxlog_error error = { 0 };
	struct given given = { .options = options, .reterr = &error };
	int r;

	*options = (struct mxlog_read_options){ 0 };
	r = mxlog_read_arguments_parse(&given.arguments, argc, argv, &error);
	options->answered = r == 0;
	if (r > 0)
		r = make_options(&given);
	mxlog_read_arguments_done(&given.arguments);
	if (r >= 0)
		return 0;
	if (error.code == 0)
		(void)mxlog_error_set(&error, r, "%s", strerror(-r));
	if (reterr)
		*reterr = error;
	mxlog_read_options_done(options);
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
