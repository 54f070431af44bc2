/* SPDX-License-Identifier: Apache-2.0 */
/* Parse: a LogQuery's JSON. */
#include <stdlib.h>
#include <strings.h>

#include "base/reterr.h"
#include "base/timestamp.h"
#include "extern/json_tree.h"
#include "query/query_private.h"

struct parse {
	struct mxlog_query *query;
	struct mxlog_error *reterr;
};

static int refuse(const struct parse *parse, const char *key,
    const char *expected, const struct mxlog_json_tree *value)
{
	size_t len;
	const char *text = mxlog_json_tree_text(value, &len);

	if (!text)
		return mxlog_error_set(parse->reterr, -EINVAL,
		    "%s: expected %s, not %s", key, expected,
		    mxlog_json_tree_kind_name(value));
	return mxlog_error_set(parse->reterr, -EINVAL,
	    "%s: expected %s, not \"%.40s\"%s", key, expected, text,
	    len > 40 ? "..." : "");
}

/* Text without a NUL inside. */
static const char *plain_text(const struct mxlog_json_tree *value)
{
	size_t len;
	const char *text = mxlog_json_tree_text(value, &len);

	return text && strlen(text) == len ? text : NULL;
}

static int read_time(const struct parse *parse, const char *key,
    const struct mxlog_json_tree *value, int64_t *ret)
{
	size_t len;
	const char *text = mxlog_json_tree_text(value, &len);

	if (text && mxlog_timestamp_parse(text, len, 0, ret) == 0)
		return 0;
	return refuse(parse, key, "a time such as 2026-01-28T15:30:45Z", value);
}

static int parse_start_time(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	return read_time(parse, "start_time", value, &parse->query->since_usec);
}

static int parse_end_time(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	return read_time(parse, "end_time", value, &parse->query->until_usec);
}

/* A name, or the number that the model gives it. */
static int add_level(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	const char *text = plain_text(value);
	enum mxlog_level level;
	uint64_t number;

	if (text && mxlog_level_parse(text, strlen(text), &level) == 0)
		return mxlog_query_add_level(parse->query, level);
	if (mxlog_json_tree_u64(value, &number) == 0 && number <= 50 &&
	    mxlog_level_name((enum mxlog_level)number))
		return mxlog_query_add_level(parse->query,
		    (enum mxlog_level)number);
	return refuse(parse, "levels",
	    "DEBUG, INFO, WARNING, ERROR or CRITICAL", value);
}

static int add_module(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	const char *text = plain_text(value);

	if (!text)
		return refuse(parse, "modules", "the name of a module", value);
	return mxlog_query_add_module(parse->query, text, parse->reterr);
}

static int add_tag(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	const char *text = plain_text(value);

	if (!text)
		return refuse(parse, "tags", "a tag", value);
	return mxlog_query_add_tag(parse->query, text, parse->reterr);
}

static int read_list(const struct parse *parse, const char *key,
    const struct mxlog_json_tree *value,
    int (*add)(const struct parse *parse, const struct mxlog_json_tree *value))
{
	size_t n = mxlog_json_tree_count(value);
	int r = 0;

	if (mxlog_json_tree_kind(value) != MXLOG_JSON_KIND_ARRAY)
		return refuse(parse, key, "a list", value);
	for (size_t i = 0; i < n && r == 0; i++)
		r = add(parse, mxlog_json_tree_at(value, i));
	return r;
}

static int parse_levels(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	return read_list(parse, "levels", value, add_level);
}

static int parse_modules(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	return read_list(parse, "modules", value, add_module);
}

static int parse_tags(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	return read_list(parse, "tags", value, add_tag);
}

static int parse_trace_id(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	const char *text = plain_text(value);

	if (!text)
		return refuse(parse, "trace_id", "a ULID", value);
	return mxlog_query_set_trace_id(parse->query, text, parse->reterr);
}

static int parse_search_text(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	size_t len;
	const char *text = mxlog_json_tree_text(value, &len);

	if (!text)
		return refuse(parse, "search_text", "text", value);
	return mxlog_query_set_search_text(parse->query, text, len, 0,
	    parse->reterr);
}

static int parse_where(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	size_t len;
	const char *text = mxlog_json_tree_text(value, &len);

	if (!text)
		return refuse(parse, "where", "an expression", value);
	return mxlog_query_add_where(parse->query, text, len, false,
	    parse->reterr);
}

static int read_count(const struct parse *parse, const char *key,
    const struct mxlog_json_tree *value, uint64_t *ret)
{
	if (mxlog_json_tree_u64(value, ret) == 0)
		return 0;
	return refuse(parse, key, "a whole number of at least 0", value);
}

static int parse_limit(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	return read_count(parse, "limit", value, &parse->query->limit);
}

static int parse_offset(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	return read_count(parse, "offset", value, &parse->query->offset);
}

static int parse_order_by(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	const char *text = plain_text(value);

	if (text &&
	    mxlog_order_parse(text, strlen(text), &parse->query->order) == 0)
		return 0;
	return refuse(parse, "order_by",
	    "timestamp, level, module, trace_id, duration_ms or line_number",
	    value);
}

static int parse_order_dir(const struct parse *parse,
    const struct mxlog_json_tree *value)
{
	const char *text = plain_text(value);

	if (!text || (strcasecmp(text, "asc") && strcasecmp(text, "desc")))
		return refuse(parse, "order_dir", "asc or desc", value);
	parse->query->descending = strcasecmp(text, "desc") == 0;
	return 0;
}

static const struct {
	const char *key;
	int (*parse)(const struct parse *parse,
	    const struct mxlog_json_tree *value);
} keys[] = {
#define QUERY(key, type, help) { #key, parse_##key },
#include "tbl/query.def"
#undef QUERY
};

static int refuse_key(const struct parse *parse, const char *key)
{
	const char *names[ARRAY_LEN(keys)], *nearest;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		names[i] = keys[i].key;
	nearest = mxlog_error_nearest(key, strlen(key), names, ARRAY_LEN(keys));
	if (nearest)
		return mxlog_error_set(parse->reterr, -EINVAL,
		    "unknown key %.60s; did you mean %s?", key, nearest);
	return mxlog_error_set(parse->reterr, -EINVAL,
	    "unknown key %.60s; mxlog-query(7) lists the known ones", key);
}

static int parse_member(void *arg, const char *key,
    const struct mxlog_json_tree *value)
{
	const struct parse *parse = arg;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (strcmp(keys[i].key, key) != 0)
			continue;
		if (mxlog_json_tree_kind(value) == MXLOG_JSON_KIND_NULL)
			return 0;
		return keys[i].parse(parse, value);
	}
	return refuse_key(parse, key);
}

static int parse_root(const struct mxlog_json_tree *root,
    struct mxlog_query *query, struct mxlog_error *reterr)
{
	struct parse parse = { .query = query, .reterr = reterr };

	if (mxlog_json_tree_kind(root) != MXLOG_JSON_KIND_OBJECT)
		return mxlog_error_set(reterr, -EINVAL,
		    "expected an object, not %s",
		    mxlog_json_tree_kind_name(root));
	return mxlog_json_tree_each(root, parse_member, &parse);
}

int mxlog_query_parse(const char *json, size_t len, struct mxlog_query **ret,
    struct mxlog_error *reterr)
{
	if (!json && len > 0)
		return -EINVAL;

	struct mxlog_error error = { 0 };
	struct mxlog_json_tree *root = NULL;
	struct mxlog_query *query = NULL;
	int r;

	r = mxlog_json_tree_parse(json, len, &root, &error);
	if (r == 0)
		r = mxlog_query_new(&query);
	if (r == 0)
		r = parse_root(root, query, &error);
	mxlog_json_tree_free(root);
	if (r < 0) {
		mxlog_query_free(query);
		if (r == -ENOMEM)
			(void)mxlog_error_set(&error, r, "out of memory");
		if (reterr)
			*reterr = error;
		return r;
	}
	*ret = query;
	return 0;
}
