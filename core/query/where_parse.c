/* SPDX-License-Identifier: Apache-2.0 */
/* Parse: the text of an expression, by recursive descent of bounded depth.
 *
 *   or:   and { "or" and }          and:  not { "and" not }
 *   not:  "not" not | "(" or ")" | comparison
 *   comparison: FIELD | "has" FIELD | FIELD sign value
 *             | FIELD ["not"] "in" "(" value { "," value } ")" */
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "base/number.h"
#include "base/reterr.h"
#include "base/timestamp.h"
#include "base/ulid.h"
#include "query/where.h"

struct parse {
	const char *at, *end;
	bool typed;
	struct mxlog_where *where;
	struct mxlog_buf path,
	    value;   /* being read, each with a NUL behind it */
	bool quoted; /* the value stood in quotes */
	unsigned depth;
	struct mxlog_error *reterr;
};

/* ---- tokens ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct parse *parse)
{
	while (parse->at < parse->end && is_blank(*parse->at))
		parse->at++;
}

static int refuse(const struct parse *parse, const char *expected)
{
	if (parse->at == parse->end)
		return mxlog_error_set(parse->reterr, -EINVAL,
		    "where: expected %s at the end", expected);
	return mxlog_error_set(parse->reterr, -EINVAL,
	    "where: expected %s at '%.*s'", expected,
	    (int)MIN(parse->end - parse->at, 40), parse->at);
}

static bool take(struct parse *parse, const char *text)
{
	size_t len = strlen(text);

	skip_blanks(parse);
	if ((size_t)(parse->end - parse->at) < len ||
	    memcmp(parse->at, text, len) != 0)
		return false;
	parse->at += len;
	return true;
}

/* What a field or a value without quotes is made of. */
static bool is_plain(char c)
{
	return !is_blank(c) && !strchr("()'\",=<>!~&|", c);
}

static size_t plain_len(const struct parse *parse)
{
	size_t n = 0;

	while (parse->at + n < parse->end && is_plain(parse->at[n]))
		n++;
	return n;
}

/* A word, in any case. */
static bool take_word(struct parse *parse, const char *word)
{
	size_t len = strlen(word);

	skip_blanks(parse);
	if (plain_len(parse) != len || strncasecmp(parse->at, word, len) != 0)
		return false;
	parse->at += len;
	return true;
}

static int keep(struct mxlog_buf *buf, const char *text, size_t len)
{
	int r;

	buf->len = 0;
	r = mxlog_buf_add(buf, text, len);
	if (r >= 0)
		r = mxlog_buf_add_char(buf, '\0');
	if (r >= 0)
		buf->len--;
	return r;
}

static int take_path(struct parse *parse)
{
	size_t len;
	int r;

	skip_blanks(parse);
	len = plain_len(parse);
	if (len == 0)
		return refuse(parse, "a field such as level or context.user");
	r = keep(&parse->path, parse->at, len);
	if (r >= 0)
		r = mxlog_field_path_check(parse->path.data,
		    parse->where->metrics, parse->reterr);
	if (r >= 0)
		parse->at += len;
	return r;
}

/* What a backslash and this character mean; 0: both, so that a pattern's \d need
 * not be doubled. */
static char escaped(char c)
{
	static const char from[] = "\\\"'ntr", to[] = "\\\"'\n\t\r";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? to[at - from] : '\0';
}

static int take_quoted(struct parse *parse)
{
	char quote = *parse->at++;
	int r = 0;

	parse->value.len = 0;
	parse->quoted = true;
	while (r >= 0 && parse->at < parse->end && *parse->at != quote) {
		char c = *parse->at++;

		if (c == '\\' && parse->at < parse->end && escaped(*parse->at))
			c = escaped(*parse->at++);
		r = mxlog_buf_add_char(&parse->value, c);
	}
	if (r >= 0 && parse->at == parse->end)
		return refuse(parse, "a quote");
	parse->at++;
	if (r >= 0)
		r = mxlog_buf_add_char(&parse->value, '\0');
	if (r >= 0)
		parse->value.len--;
	return r;
}

static int take_value(struct parse *parse)
{
	size_t len;
	int r;

	skip_blanks(parse);
	if (parse->at < parse->end && (*parse->at == '"' || *parse->at == '\''))
		return take_quoted(parse);
	len = plain_len(parse);
	if (len == 0)
		return refuse(parse, "a value, in quotes if it is not a word");
	parse->quoted = false;
	r = keep(&parse->value, parse->at, len);
	parse->at += len;
	return r;
}

/* ---- nodes ---- */

static int add_node(struct parse *parse, const struct mxlog_where_node *node,
    uint32_t *ret)
{
	struct mxlog_where *where = parse->where;

	if (where->n == MXLOG_WHERE_NODES)
		return mxlog_error_set(parse->reterr, -EINVAL,
		    "where: more than %d comparisons", MXLOG_WHERE_NODES / 2);
	if (where->n == where->capacity) {
		size_t capacity = where->capacity * 2 + 8;
		struct mxlog_where_node *nodes =
		    reallocarray(where->nodes, capacity, sizeof(*nodes));

		if (!nodes)
			return -ENOMEM;
		where->nodes = nodes;
		where->capacity = capacity;
	}
	*ret = (uint32_t)where->n;
	where->nodes[where->n++] = *node;
	return 0;
}

static int join(struct parse *parse, enum mxlog_where_kind kind, uint32_t left,
    uint32_t right, uint32_t *ret)
{
	struct mxlog_where_node node = { .kind = kind,
		.left = left,
		.right = right };

	return add_node(parse, &node, ret);
}

/* ---- values of some fields have forms of their own ---- */

static int add_time(struct parse *parse, enum mxlog_comparison comparison,
    uint32_t *ret)
{
	struct mxlog_where_node node = { .kind = MXLOG_WHERE_TIME,
		.comparison = comparison };
	const char *text = parse->value.data;
	size_t len = parse->value.len;
	int64_t now = mxlog_timestamp_now();
	int r;

	if (parse->typed) {
		r = mxlog_timestamp_parse_human(text, len, now, false,
		    &node.since_usec);
		if (r >= 0)
			r = mxlog_timestamp_parse_human(text, len, now, true,
			    &node.until_usec);
	} else {
		r = mxlog_timestamp_parse(text, len, 0, &node.since_usec);
		node.until_usec = node.since_usec;
	}
	if (r < 0)
		return mxlog_error_set(parse->reterr, -EINVAL,
		    "where: '%.60s' is no time such as %s", text,
		    parse->typed ? "2026-01-28, 15:30 or -1h"
				 : "2026-01-28T15:30:45Z");
	return add_node(parse, &node, ret);
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && strcmp(text + len - n, end) == 0;
}

/* Microseconds that a field counts in, by its name; 0 if it names none. */
static double unit_of_field(const char *path)
{
	static const struct {
		const char *end;
		double usec;
	} units[] = {
		{ "_ns", 1e-3 },
		{ "_us", 1 },
		{ "_ms", 1e3 },
		{ "_s", 1e6 },
		{ "_sec", 1e6 },
		{ "_seconds", 1e6 },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (ends_with(path, units[i].end))
			return units[i].usec;
	return 0;
}

/* 1.5s compared with duration_ms is 1500.0. */
static int convert_duration(struct parse *parse)
{
	static const struct {
		const char *name;
		double usec;
	} units[] = {
		{ "ns", 1e-3 },
		{ "us", 1 },
		{ "ms", 1e3 },
		{ "s", 1e6 },
		{ "min", 60e6 },
		{ "m", 60e6 },
		{ "h", 3600e6 },
		{ "d", 86400e6 },
	};
	double of_field = unit_of_field(parse->path.data), number;
	size_t n = mxlog_number_span(parse->value.data, parse->value.len);
	char text[MXLOG_NUMBER_MAX];

	if (of_field <= 0 || n == 0 || n == parse->value.len ||
	    mxlog_number_parse_double(parse->value.data, n, &number) < 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strcmp(parse->value.data + n, units[i].name) != 0)
			continue;
		number *= units[i].usec / of_field;
		if (!isfinite(number))
			return 0;
		n = mxlog_number_format_double(text, number);
		return keep(&parse->value, text, n);
	}
	return 0;
}

/* Names and ids are looked for in the form that entries have. */
static int convert_name(struct parse *parse)
{
	struct mxlog_buf name = { 0 };
	char text[MXLOG_ULID_LEN];
	struct mxlog_ulid id;
	bool changed;
	int r;

	if (strcmp(parse->path.data, "trace_id") == 0) {
		if (mxlog_ulid_parse(parse->value.data, parse->value.len, &id) <
			0 &&
		    mxlog_ulid_parse_hex(parse->value.data, parse->value.len,
			&id) < 0)
			return 0;
		mxlog_ulid_format(text, &id);
		return keep(&parse->value, text, sizeof(text));
	}
	if (strcmp(parse->path.data, "module") != 0 || parse->value.len == 0)
		return 0;
	r = mxlog_module_normalise(&name, parse->value.data, parse->value.len,
	    &changed);
	if (r >= 0)
		r = keep(&parse->value, name.data, name.len);
	mxlog_buf_done(&name);
	return r;
}

static enum mxlog_literal_kind kind_of(const struct parse *parse)
{
	static const char *const words[] = { "true", "false", "null" };
	const char *text = parse->value.data;

	if (strcmp(parse->path.data, "level") == 0)
		return MXLOG_LITERAL_LEVEL;
	if (parse->quoted)
		return MXLOG_LITERAL_STRING;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(text, words[i]) == 0)
			return MXLOG_LITERAL_ANY;
	return mxlog_number_span(text, parse->value.len) == parse->value.len
	    ? MXLOG_LITERAL_ANY
	    : MXLOG_LITERAL_STRING;
}

static bool is_equality(enum mxlog_comparison comparison)
{
	return comparison == MXLOG_EQUAL || comparison == MXLOG_NOT_EQUAL;
}

/* A comparison of the path with the value read last. */
static int add_leaf(struct parse *parse, enum mxlog_comparison comparison,
    uint32_t *ret)
{
	struct mxlog_where_node node = { .kind = MXLOG_WHERE_LEAF };
	struct mxlog_predicate_parts parts = { .path = parse->path.data,
		.comparison = comparison };
	int r = 0;

	if (strcmp(parts.path, "timestamp") == 0 && comparison >= MXLOG_EQUAL &&
	    comparison <= MXLOG_GREATER_EQUAL)
		return add_time(parse, comparison, ret);
	if (comparison != MXLOG_PRESENT) {
		if (is_equality(comparison))
			r = convert_name(parse);
		if (r >= 0 && !parse->quoted)
			r = convert_duration(parse);
		if (r < 0)
			return r;
		parts.value = parse->value.data;
		parts.len = parse->value.len;
		parts.kind = kind_of(parse);
	}
	r = mxlog_predicate_make(&parts, parse->where->metrics, &node.predicate,
	    parse->reterr);
	if (r < 0)
		return r;
	r = add_node(parse, &node, ret);
	if (r < 0)
		mxlog_predicate_free(node.predicate);
	return r;
}

/* ---- the grammar ---- */

static int parse_or(struct parse *parse, uint32_t *ret);

/* in (a, b): one of them; not in: none. */
static int parse_list(struct parse *parse, bool in, uint32_t *ret)
{
	enum mxlog_where_kind kind = in ? MXLOG_WHERE_OR : MXLOG_WHERE_AND;
	uint32_t left = 0, right;
	bool first = true;
	int r = take(parse, "(") ? 0 : refuse(parse, "(");

	while (r >= 0 && (first || take(parse, ","))) {
		r = take_value(parse);
		if (r >= 0)
			r = add_leaf(parse, in ? MXLOG_EQUAL : MXLOG_NOT_EQUAL,
			    &right);
		if (r >= 0 && !first)
			r = join(parse, kind, left, right, &right);
		left = right;
		first = false;
	}
	if (r >= 0 && !take(parse, ")"))
		return refuse(parse, ", or )");
	*ret = left;
	return r;
}

/* The sign that stands here, or MXLOG_PRESENT. */
static enum mxlog_comparison take_sign(struct parse *parse)
{
	static const struct {
		const char *sign;
		enum mxlog_comparison comparison;
	} signs[] = {
		{ "==", MXLOG_EQUAL },
		{ "=~", MXLOG_MATCHES },
		{ "!=", MXLOG_NOT_EQUAL },
		{ "!~", MXLOG_NOT_MATCHES },
		{ "<>", MXLOG_NOT_EQUAL },
		{ "<=", MXLOG_LESS_EQUAL },
		{ ">=", MXLOG_GREATER_EQUAL },
		{ "=", MXLOG_EQUAL },
		{ "<", MXLOG_LESS },
		{ ">", MXLOG_GREATER },
		{ "~", MXLOG_MATCHES },
	};

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (take(parse, signs[i].sign))
			return signs[i].comparison;
	return take_word(parse, "has") ? MXLOG_HAS : MXLOG_PRESENT;
}

/* FIELD not in (…): what stands behind the field is no other "not". */
static bool take_not_in(struct parse *parse)
{
	const char *start = parse->at;

	if (take_word(parse, "not") && take_word(parse, "in"))
		return true;
	parse->at = start;
	return false;
}

static int parse_comparison(struct parse *parse, uint32_t *ret)
{
	bool there = take_word(parse, "has");
	bool open = there && take(parse, "(");
	enum mxlog_comparison comparison;
	int r = take_path(parse);

	if (r >= 0 && open && !take(parse, ")"))
		r = refuse(parse, ")");
	if (r < 0)
		return r;
	if (there)
		return add_leaf(parse, MXLOG_PRESENT, ret);
	if (take_word(parse, "in"))
		return parse_list(parse, true, ret);
	if (take_not_in(parse))
		return parse_list(parse, false, ret);
	comparison = take_sign(parse);
	if (comparison != MXLOG_PRESENT)
		r = take_value(parse);
	return r < 0 ? r : add_leaf(parse, comparison, ret);
}

static bool take_not(struct parse *parse)
{
	if (take_word(parse, "not"))
		return true;
	skip_blanks(parse);
	if (parse->end - parse->at > 1 && parse->at[0] == '!' &&
	    parse->at[1] != '=' && parse->at[1] != '~') {
		parse->at++;
		return true;
	}
	return false;
}

static int parse_not(struct parse *parse, uint32_t *ret)
{
	bool not = take_not(parse);
	int r;

	if (++parse->depth > MXLOG_WHERE_DEPTH)
		return mxlog_error_set(parse->reterr, -EINVAL,
		    "where: nested deeper than %d", MXLOG_WHERE_DEPTH);
	if (not ) {
		r = parse_not(parse, ret);
		if (r >= 0)
			r = join(parse, MXLOG_WHERE_NOT, *ret, 0, ret);
	} else if (take(parse, "(")) {
		r = parse_or(parse, ret);
		if (r >= 0 && !take(parse, ")"))
			r = refuse(parse, "and, or, or )");
	} else {
		r = parse_comparison(parse, ret);
	}
	parse->depth--;
	return r;
}

static int parse_and(struct parse *parse, uint32_t *ret)
{
	int r = parse_not(parse, ret);

	while (r >= 0 && (take_word(parse, "and") || take(parse, "&&"))) {
		uint32_t right;

		r = parse_not(parse, &right);
		if (r >= 0)
			r = join(parse, MXLOG_WHERE_AND, *ret, right, ret);
	}
	return r;
}

static int parse_or(struct parse *parse, uint32_t *ret)
{
	int r = parse_and(parse, ret);

	while (r >= 0 && (take_word(parse, "or") || take(parse, "||"))) {
		uint32_t right;

		r = parse_and(parse, &right);
		if (r >= 0)
			r = join(parse, MXLOG_WHERE_OR, *ret, right, ret);
	}
	return r;
}

int mxlog_where_parse(const char *text, size_t len, bool metrics, bool typed,
    struct mxlog_where **ret, struct mxlog_error *reterr)
{
	struct parse parse = { .at = text,
		.end = text + len,
		.typed = typed,
		.reterr = reterr };
	uint32_t root;
	int r;

	if (memchr(text, '\0', len))
		return mxlog_error_set(reterr, -EINVAL,
		    "where: expected text without NUL characters");
	parse.where = calloc(1, sizeof(*parse.where));
	if (!parse.where)
		return -ENOMEM;
	parse.where->metrics = metrics;
	r = parse_or(&parse, &root);
	skip_blanks(&parse);
	if (r >= 0 && parse.at != parse.end)
		r = refuse(&parse, "and, or, or the end");
	mxlog_buf_done(&parse.path);
	mxlog_buf_done(&parse.value);
	if (r < 0)
		mxlog_where_free(parse.where);
	else
		*ret = parse.where;
	return r;
}
