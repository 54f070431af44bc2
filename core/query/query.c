/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/reterr.h"
#include "entry/trace_id.h"
#include "query/query_private.h"

static const char *const order_names[] = {
#define ORDER(id, name, help) [MXLOG_ORDER_##id] = name,
#include "tbl/orders.def"
#undef ORDER
};

const char *mxlog_order_name(enum mxlog_order order)
{
	return order < MXLOG_ORDER_COUNT ? order_names[order] : NULL;
}

int mxlog_order_parse(const char *text, size_t len, enum mxlog_order *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(order_names); i++) {
		if (strlen(order_names[i]) != len ||
		    memcmp(order_names[i], text, len) != 0)
			continue;
		*ret = (enum mxlog_order)i;
		return 0;
	}
	return -EINVAL;
}

int mxlog_query_new(struct mxlog_query **ret)
{
	if (!ret)
		return -EINVAL;

	struct mxlog_query *query = calloc(1, sizeof(*query));

	if (!query)
		return -ENOMEM;
	query->since_usec = INT64_MIN;
	query->until_usec = INT64_MAX;
	query->limit = UINT64_MAX;
	*ret = query;
	return 0;
}

static void free_texts(char **texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(texts[i]);
	free(texts);
}

void mxlog_query_free(struct mxlog_query *query)
{
	if (!query)
		return;
	free_texts(query->modules, query->n_modules);
	free_texts(query->tags, query->n_tags);
	free_texts(query->excluded, query->n_excluded);
	for (size_t i = 0; i < query->n_predicates; i++)
		mxlog_predicate_free(query->predicates[i]);
	free(query->predicates);
	mxlog_where_free(query->where);
	free(query->search_text);
	mxlog_pattern_free(query->search);
	free(query);
}

/* Add a text, which the set then owns, also on failure. */
static int add_text(char ***texts, size_t *n, char *text)
{
	char **grown;

	if (!text)
		return -ENOMEM;
	grown = reallocarray(*texts, *n + 1, sizeof(**texts));
	if (!grown) {
		free(text);
		return -ENOMEM;
	}
	grown[(*n)++] = text;
	*texts = grown;
	return 0;
}

int mxlog_query_set_range(struct mxlog_query *query, int64_t since_usec,
    int64_t until_usec)
{
	if (!query)
		return -EINVAL;

	query->since_usec = since_usec;
	query->until_usec = until_usec;
	return 0;
}

int mxlog_query_add_level(struct mxlog_query *query, enum mxlog_level level)
{
	if (!query)
		return -EINVAL;

	if (query->metrics || !mxlog_level_name(level))
		return -EINVAL;
	query->levels |= 1U << ((unsigned)level / 10);
	return 0;
}

/* Add the form that modules of entries have. */
static int add_module(const struct mxlog_query *query, char ***modules,
    size_t *n, const char *module, struct mxlog_error *reterr)
{
	size_t len = strlen(module);
	struct mxlog_buf buf = { 0 };
	bool changed;
	int r;

	if (query->metrics)
		return mxlog_error_set(reterr, -EINVAL,
		    "modules: expected none: metrics have no module");
	if (len == 0)
		return mxlog_error_set(reterr, -EINVAL,
		    "modules: expected the name of a module, not \"\"");
	r = mxlog_module_normalise(&buf, module, len, &changed);
	if (r == 0)
		r = mxlog_buf_add_char(&buf, '\0');
	if (r < 0) {
		mxlog_buf_done(&buf);
		return r;
	}
	return add_text(modules, n, buf.data);
}

int mxlog_query_add_module(struct mxlog_query *query, const char *module,
    struct mxlog_error *reterr)
{
	if (!query || !module)
		return -EINVAL;

	return add_module(query, &query->modules, &query->n_modules, module,
	    reterr);
}

int mxlog_query_exclude_module(struct mxlog_query *query, const char *module,
    struct mxlog_error *reterr)
{
	if (!query || !module)
		return -EINVAL;

	return add_module(query, &query->excluded, &query->n_excluded, module,
	    reterr);
}

/* On success the query owns the condition. */
static int take_predicate(struct mxlog_query *query,
    struct mxlog_predicate *predicate)
{
	struct mxlog_predicate **predicates = reallocarray(query->predicates,
	    query->n_predicates + 1, sizeof(struct mxlog_predicate *));

	if (!predicates)
		return -ENOMEM;
	query->predicates = predicates;
	predicates[query->n_predicates++] = predicate;
	return 0;
}

int mxlog_query_add_predicate(struct mxlog_query *query, const char *text,
    struct mxlog_error *reterr)
{
	if (!query || !text)
		return -EINVAL;

	struct mxlog_predicate *predicate;
	int r;

	r = mxlog_predicate_new(text, query->metrics, &predicate, reterr);
	if (r < 0)
		return r;
	r = take_predicate(query, predicate);
	if (r < 0)
		mxlog_predicate_free(predicate);
	return r;
}

int mxlog_query_add_where(struct mxlog_query *query, const char *text,
    size_t len, bool typed, struct mxlog_error *reterr)
{
	if (!query || (!text && len > 0))
		return -EINVAL;

	struct mxlog_where *where;
	int r;

	r = mxlog_where_parse(text, len, query->metrics, typed, &where, reterr);
	if (r < 0)
		return r;
	if (query->where)
		return mxlog_where_and(query->where, where);
	query->where = where;
	return 0;
}

static bool is_dimension(const char *tag)
{
	const char *equals = strchr(tag, '=');

	return equals && equals != tag;
}

int mxlog_query_add_tag(struct mxlog_query *query, const char *tag,
    struct mxlog_error *reterr)
{
	if (!query || !tag)
		return -EINVAL;

	if (tag[0] == '\0')
		return mxlog_error_set(reterr, -EINVAL,
		    "tags: expected a tag, not \"\"");
	if (query->metrics && !is_dimension(tag))
		return mxlog_error_set(reterr, -EINVAL,
		    "tags: expected key=value of metrics, not %.80s", tag);
	return add_text(&query->tags, &query->n_tags, strdup(tag));
}

int mxlog_query_set_trace_id(struct mxlog_query *query, const char *trace_id,
    struct mxlog_error *reterr)
{
	if (!trace_id)
		return -EINVAL;

	size_t len = strlen(trace_id);
	struct mxlog_ulid id;
	int form;

	form = mxlog_trace_id_read(trace_id, len, &id);
	if (form < 0)
		return mxlog_error_set(reterr, form, "out of memory");
	if (form == MXLOG_TRACE_ID_NONE)
		return mxlog_error_set(reterr, -EINVAL,
		    "trace_id: expected a ULID of 26 characters, 16 or 32 hex "
		    "digits, or another id of 8 to 256 bytes, not \"%.60s\"",
		    trace_id);
	mxlog_ulid_format(query->trace_id, &id);
	query->has_trace_id = true;
	return 0;
}

static unsigned pattern_flags(unsigned search_flags)
{
	return (search_flags & MXLOG_SEARCH_CASE ? 0 : MXLOG_PATTERN_CASELESS) |
	    (search_flags & MXLOG_SEARCH_REGEX ? 0 : MXLOG_PATTERN_LITERAL);
}

int mxlog_query_set_search_text(struct mxlog_query *query, const char *text,
    size_t len, unsigned search_flags, struct mxlog_error *reterr)
{
	if (!query || (!text && len > 0))
		return -EINVAL;

	struct mxlog_pattern *search = NULL;
	struct mxlog_error error;
	char *copy = NULL;
	int r;

	if (len > 0) {
		r = mxlog_pattern_new(text, len, pattern_flags(search_flags),
		    &search, &error);
		if (r == -EINVAL)
			return mxlog_error_set(reterr, r, "search_text: %s",
			    error.text);
		if (r < 0)
			return r;
		copy = calloc(1, len + 1);
		if (!copy) {
			mxlog_pattern_free(search);
			return -ENOMEM;
		}
		memcpy(copy, text, len);
	}
	free(query->search_text);
	mxlog_pattern_free(query->search);
	query->search_text = copy;
	query->search_len = len;
	query->search_flags = search_flags;
	query->search = search;
	return 0;
}

int mxlog_query_set_search(struct mxlog_query *query, const char *text,
    unsigned search_flags, struct mxlog_error *reterr)
{
	if (!query)
		return -EINVAL;

	return mxlog_query_set_search_text(query, text, text ? strlen(text) : 0,
	    search_flags, reterr);
}

/* Metrics have neither of the other fields. */
static bool is_order_of_metrics(enum mxlog_order order)
{
	return order == MXLOG_ORDER_TIMESTAMP || order == MXLOG_ORDER_TRACE_ID;
}

int mxlog_query_set_order(struct mxlog_query *query, enum mxlog_order order,
    bool descending)
{
	if (!query)
		return -EINVAL;

	if (!mxlog_order_name(order) ||
	    (query->metrics && !is_order_of_metrics(order)))
		return -EINVAL;
	query->order = order;
	query->descending = descending;
	return 0;
}

int mxlog_query_set_window(struct mxlog_query *query, uint64_t limit,
    uint64_t offset)
{
	if (!query)
		return -EINVAL;

	query->limit = limit;
	query->offset = offset;
	return 0;
}

int mxlog_query_set_last(struct mxlog_query *query, bool last)
{
	if (!query)
		return -EINVAL;

	query->last = last;
	return 0;
}

int mxlog_query_set_metrics(struct mxlog_query *query, bool metrics)
{
	if (!query)
		return -EINVAL;

	if (metrics &&
	    (query->levels || query->n_modules + query->n_excluded > 0 ||
		query->n_predicates > 0 || query->where ||
		!is_order_of_metrics(query->order)))
		return -EINVAL;
	for (size_t i = 0; metrics && i < query->n_tags; i++)
		if (!is_dimension(query->tags[i]))
			return -EINVAL;
	query->metrics = metrics;
	return 0;
}

/* ---- copying ---- */

static int copy_texts(char **from, size_t n, char ***ret, size_t *ret_n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = add_text(ret, ret_n, strdup(from[i]));
	return r;
}

static int copy_predicates(const struct mxlog_query *query,
    struct mxlog_query *copy)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < query->n_predicates; i++) {
		struct mxlog_predicate *predicate;

		r = mxlog_predicate_copy(query->predicates[i], &predicate);
		if (r < 0)
			break;
		r = take_predicate(copy, predicate);
		if (r < 0)
			mxlog_predicate_free(predicate);
	}
	return r;
}

int mxlog_query_copy(const struct mxlog_query *query, struct mxlog_query **ret)
{
	struct mxlog_query *copy = malloc(sizeof(*copy));
	int r;

	if (!copy)
		return -ENOMEM;
	*copy = *query;
	copy->modules = NULL;
	copy->n_modules = 0;
	copy->tags = NULL;
	copy->n_tags = 0;
	copy->excluded = NULL;
	copy->n_excluded = 0;
	copy->predicates = NULL;
	copy->n_predicates = 0;
	copy->where = NULL;
	copy->search_text = NULL;
	copy->search = NULL;
	r = copy_texts(query->modules, query->n_modules, &copy->modules,
	    &copy->n_modules);
	if (r == 0)
		r = copy_texts(query->tags, query->n_tags, &copy->tags,
		    &copy->n_tags);
	if (r == 0)
		r = copy_texts(query->excluded, query->n_excluded,
		    &copy->excluded, &copy->n_excluded);
	if (r == 0)
		r = copy_predicates(query, copy);
	if (r == 0 && query->where)
		r = mxlog_where_copy(query->where, &copy->where);
	if (r == 0)
		r = mxlog_query_set_search_text(copy, query->search_text,
		    query->search_len, query->search_flags, NULL);
	if (r < 0) {
		mxlog_query_free(copy);
		return r;
	}
	*ret = copy;
	return 0;
}
