/* SPDX-License-Identifier: Apache-2.0 */
#include "query/query_private.h"

enum {
	/* Processor time for one message: a pattern that needs more can't be
	 * answered. */
	SEARCH_USEC = 2 * 1000 * 1000,
};

bool mxlog_query_wants_time(const struct mxlog_query *query, int64_t time_usec)
{
	return time_usec >= query->since_usec && time_usec <= query->until_usec;
}

bool mxlog_query_wants_level(const struct mxlog_query *query,
    enum mxlog_level level)
{
	return query->levels == 0 ||
	    (query->levels >> ((unsigned)level / 10) & 1) != 0;
}

/* Itself or a dotted child. */
static bool is_below(const char *module, size_t len, const char *parent)
{
	size_t n = strlen(parent);

	return len >= n && memcmp(module, parent, n) == 0 &&
	    (len == n || module[n] == '.');
}

bool mxlog_query_wants_module(const struct mxlog_query *query,
    const char *module, size_t len)
{
	for (size_t i = 0; i < query->n_excluded; i++)
		if (is_below(module, len, query->excluded[i]))
			return false;
	for (size_t i = 0; i < query->n_modules; i++)
		if (is_below(module, len, query->modules[i]))
			return true;
	return query->n_modules == 0;
}

int mxlog_query_wants_text(struct mxlog_query *query, const char *text,
    size_t len)
{
	struct mxlog_budget budget = { .usec = query->search_usec > 0
		    ? query->search_usec
		    : SEARCH_USEC };
	struct mxlog_match match;

	if (!query->search)
		return 1;
	return mxlog_pattern_search(query->search, text, len, 0, &budget,
	    &match);
}

static bool wants_trace_id(const struct mxlog_query *query, const char *base,
    struct mxlog_text_span span)
{
	char id[MXLOG_ULID_LEN];
	struct mxlog_ulid ulid;

	if (!query->has_trace_id)
		return true;
	if (!MXLOG_IS_SET(span) ||
	    mxlog_ulid_parse(base + span.off, span.len, &ulid) < 0)
		return false;
	mxlog_ulid_format(id, &ulid);
	return memcmp(id, query->trace_id, sizeof(id)) == 0;
}

static bool is_text(const char *base, struct mxlog_text_span span,
    const char *text)
{
	size_t len = strlen(text);

	return MXLOG_IS_SET(span) && span.len == len &&
	    memcmp(base + span.off, text, len) == 0;
}

static bool has_tag(const struct mxlog_entry *entry, const char *tag)
{
	for (size_t i = 0; i < entry->n_tags; i++)
		if (is_text(entry->bytes.data, entry->tags[i], tag))
			return true;
	return false;
}

static struct mxlog_text_span module_of(const struct mxlog_entry *entry)
{
	return entry->text[MXLOG_FIELD_MODULE];
}

int mxlog_query_matches(struct mxlog_query *query,
    const struct mxlog_entry *entry)
{
	const char *base = entry->bytes.data;
	struct mxlog_text_span message = entry->text[MXLOG_FIELD_MESSAGE];
	struct mxlog_text_span module = module_of(entry);

	if (!mxlog_query_wants_time(query, entry->time_usec) ||
	    !mxlog_query_wants_level(query, entry->level) ||
	    !wants_trace_id(query, base, entry->text[MXLOG_FIELD_TRACE_ID]))
		return 0;
	if (query->n_modules + query->n_excluded > 0 &&
	    (!MXLOG_IS_SET(module) ||
		!mxlog_query_wants_module(query, base + module.off,
		    module.len)))
		return 0;
	for (size_t i = 0; i < query->n_tags; i++)
		if (!has_tag(entry, query->tags[i]))
			return 0;
	for (size_t i = 0; i < query->n_predicates; i++) {
		int r = mxlog_predicate_holds(query->predicates[i], entry);

		if (r <= 0)
			return r;
	}
	if (query->where) {
		int r = mxlog_where_holds(query->where, entry);

		if (r <= 0)
			return r;
	}
	if (!query->search)
		return 1;
	if (!MXLOG_IS_SET(message))
		return 0;
	return mxlog_query_wants_text(query, base + message.off, message.len);
}

/* `wanted` is "key=value". */
static bool has_dimension(const struct mxlog_metric *metric, const char *wanted)
{
	const char *base = metric->bytes.data;

	for (size_t i = 0; i < metric->n_tags; i++) {
		struct mxlog_text_span key = metric->tags[i].key;
		struct mxlog_text_span value = metric->tags[i].value;

		if (strlen(wanted) == (size_t)key.len + 1 + value.len &&
		    memcmp(wanted, base + key.off, key.len) == 0 &&
		    wanted[key.len] == '=' &&
		    memcmp(wanted + key.len + 1, base + value.off, value.len) ==
			0)
			return true;
	}
	return false;
}

int mxlog_query_matches_metric(struct mxlog_query *query,
    const struct mxlog_metric *metric)
{
	const char *base = metric->bytes.data;

	if (!mxlog_query_wants_time(query, metric->time_usec) ||
	    !wants_trace_id(query, base, metric->trace_id))
		return 0;
	for (size_t i = 0; i < query->n_tags; i++)
		if (!has_dimension(metric, query->tags[i]))
			return 0;
	for (size_t i = 0; i < query->n_predicates; i++) {
		int r =
		    mxlog_predicate_holds_metric(query->predicates[i], metric);

		if (r <= 0)
			return r;
	}
	if (query->where) {
		int r = mxlog_where_holds_metric(query->where, metric);

		if (r <= 0)
			return r;
	}
	if (!query->search)
		return 1;
	if (!MXLOG_IS_SET(metric->name))
		return 0;
	return mxlog_query_wants_text(query, base + metric->name.off,
	    metric->name.len);
}
