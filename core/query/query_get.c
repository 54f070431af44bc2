/* SPDX-License-Identifier: Apache-2.0 */
/* What a query asks for. */
#include "query/query_private.h"

int mxlog_query_get_range(const struct mxlog_query *query,
    int64_t *ret_since_usec, int64_t *ret_until_usec)
{
	if (!query || !ret_since_usec || !ret_until_usec)
		return -EINVAL;
	*ret_since_usec = query->since_usec;
	*ret_until_usec = query->until_usec;
	return 0;
}

int mxlog_query_get_level(const struct mxlog_query *query, size_t index,
    enum mxlog_level *ret)
{
	if (!query || !ret)
		return -EINVAL;
	for (unsigned level = MXLOG_DEBUG; level <= MXLOG_CRITICAL; level += 10)
		if (query->levels >> (level / 10) & 1 && index-- == 0) {
			*ret = (enum mxlog_level)level;
			return 1;
		}
	return 0;
}

static int get_text(char *const *texts, size_t n, size_t index,
    struct mxlog_text *ret)
{
	if (!ret)
		return -EINVAL;
	if (index >= n)
		return 0;
	*ret = (struct mxlog_text){ texts[index], strlen(texts[index]) };
	return 1;
}

int mxlog_query_get_module(const struct mxlog_query *query, size_t index,
    struct mxlog_text *ret)
{
	return query ? get_text(query->modules, query->n_modules, index, ret)
		     : -EINVAL;
}

int mxlog_query_get_excluded_module(const struct mxlog_query *query,
    size_t index, struct mxlog_text *ret)
{
	return query ? get_text(query->excluded, query->n_excluded, index, ret)
		     : -EINVAL;
}

int mxlog_query_get_tag(const struct mxlog_query *query, size_t index,
    struct mxlog_text *ret)
{
	return query ? get_text(query->tags, query->n_tags, index, ret)
		     : -EINVAL;
}

int mxlog_query_get_trace_id(const struct mxlog_query *query,
    struct mxlog_text *ret)
{
	if (!query || !ret)
		return -EINVAL;
	if (!query->has_trace_id)
		return 0;
	*ret = (struct mxlog_text){ query->trace_id, sizeof(query->trace_id) };
	return 1;
}

int mxlog_query_get_search(const struct mxlog_query *query,
    struct mxlog_text *ret, unsigned *ret_search_flags)
{
	if (!query || !ret || !ret_search_flags)
		return -EINVAL;
	if (!query->search_text)
		return 0;
	*ret = (struct mxlog_text){ query->search_text, query->search_len };
	*ret_search_flags = query->search_flags;
	return 1;
}

int mxlog_query_get_order(const struct mxlog_query *query,
    enum mxlog_order *ret, bool *ret_descending)
{
	if (!query || !ret || !ret_descending)
		return -EINVAL;
	*ret = query->order;
	*ret_descending = query->descending;
	return 0;
}

int mxlog_query_get_window(const struct mxlog_query *query, uint64_t *ret_limit,
    uint64_t *ret_offset)
{
	if (!query || !ret_limit || !ret_offset)
		return -EINVAL;
	*ret_limit = query->limit;
	*ret_offset = query->offset;
	return 0;
}

bool mxlog_query_get_metrics(const struct mxlog_query *query)
{
	return query && query->metrics;
}
