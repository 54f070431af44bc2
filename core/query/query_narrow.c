/* SPDX-License-Identifier: Apache-2.0 */
/* Narrow: what an expression implies of the query's own filters, so that these
 * skip for it. */
#include <stdlib.h>

#include "query/query_private.h"

static unsigned bit_of(int level)
{
	return 1U << ((unsigned)level / 10);
}

/* The levels for which the comparison holds. */
static void narrow_levels(struct mxlog_query *query,
    struct mxlog_predicate *predicate)
{
	unsigned mask = 0;

	for (int level = MXLOG_DEBUG; level <= MXLOG_CRITICAL; level += 10) {
		const char *name = mxlog_level_name((enum mxlog_level)level);
		struct mxlog_field_value value = { .text = name,
			.len = strlen(name) };
		int r;

		if (!mxlog_predicate_judge(predicate, &value, &r) || r != 0)
			mask |= bit_of(level);
	}
	/* No level at all can't be said: nothing is lost by leaving it. */
	if (query->levels)
		mask &= query->levels;
	if (mask)
		query->levels = mask;
}

static void narrow_times(struct mxlog_query *query,
    const struct mxlog_where_node *leaf)
{
	switch (leaf->comparison) {
	case MXLOG_EQUAL:
		query->since_usec = MAX(query->since_usec, leaf->since_usec);
		query->until_usec = MIN(query->until_usec, leaf->until_usec);
		break;
	case MXLOG_LESS:
		query->until_usec =
		    MIN(query->until_usec, leaf->since_usec - 1);
		break;
	case MXLOG_LESS_EQUAL:
		query->until_usec = MIN(query->until_usec, leaf->until_usec);
		break;
	case MXLOG_GREATER:
		query->since_usec =
		    MAX(query->since_usec, leaf->until_usec + 1);
		break;
	case MXLOG_GREATER_EQUAL:
		query->since_usec = MAX(query->since_usec, leaf->since_usec);
		break;
	default:
		break;
	}
}

static bool is_about(const struct mxlog_predicate_parts *parts,
    const char *path, enum mxlog_comparison comparison)
{
	return parts->comparison == comparison &&
	    strcmp(parts->path, path) == 0;
}

static int narrow_leaf(void *arg, const struct mxlog_where_node *leaf)
{
	struct mxlog_query *query = arg;
	struct mxlog_predicate_parts parts;

	if (leaf->kind == MXLOG_WHERE_TIME) {
		narrow_times(query, leaf);
		return 0;
	}
	parts = mxlog_predicate_parts(leaf->predicate);
	if (query->metrics)
		return 0;
	if (strcmp(parts.path, "level") == 0)
		narrow_levels(query, leaf->predicate);
	else if (is_about(&parts, "module", MXLOG_EQUAL) &&
	    query->n_modules == 0)
		return mxlog_query_add_module(query, parts.value, NULL);
	else if (is_about(&parts, "trace_id", MXLOG_EQUAL) &&
	    !query->has_trace_id)
		/* What is no id matches nothing: the expression says so. */
		(void)mxlog_query_set_trace_id(query, parts.value, NULL);
	else if ((is_about(&parts, "tags", MXLOG_HAS) ||
		     is_about(&parts, "tags", MXLOG_EQUAL)) &&
	    parts.len > 0)
		return mxlog_query_add_tag(query, parts.value, NULL);
	else if (is_about(&parts, "message", MXLOG_HAS) && !query->search)
		return mxlog_query_set_search_text(query, parts.value,
		    parts.len, 0, NULL);
	return 0;
}

int mxlog_query_narrow(struct mxlog_query *query)
{
	return query->where
	    ? mxlog_where_each_required(query->where, narrow_leaf, query)
	    : 0;
}
