/* SPDX-License-Identifier: Apache-2.0 */
/* What a query is made of, and the one definition of what matches. */
#pragma once

#include <mxlog/query.h>

#include "base/ulid.h"
#include "entry/entry_private.h"
#include "entry/metric_private.h"
#include "extern/pattern.h"
#include "query/predicate.h"
#include "query/where.h"

struct mxlog_query {
	int64_t since_usec, until_usec; /* inclusive */
	unsigned levels;                /* 1 << (level / 10); 0: all */
	char **modules;                 /* normalised */
	size_t n_modules;
	char trace_id[26]; /* canonical */
	bool has_trace_id;
	char *search_text; /* NULL: none */
	size_t search_len;
	unsigned search_flags;
	struct mxlog_pattern *search; /* compiled; NULL: none */
	int64_t search_usec; /* processor time for one message; 0: default */
	char **tags;
	size_t n_tags;
	uint64_t limit, offset;
	enum mxlog_order order;
	bool descending;
	bool last; /* the last `limit` in order, not the first */
	bool metrics;
	/* Beyond the model. */
	char **excluded; /* modules, normalised */
	size_t n_excluded;
	struct mxlog_predicate **predicates; /* all must hold */
	size_t n_predicates;
	struct mxlog_where *where; /* must hold, too; NULL: none */
};

/* One predicate each, for faster ways to ask the same. */
bool mxlog_query_wants_time(const struct mxlog_query *query, int64_t time_usec);
bool mxlog_query_wants_level(const struct mxlog_query *query,
    enum mxlog_level level);
bool mxlog_query_wants_module(const struct mxlog_query *query,
    const char *module, size_t len);

/* Search a message, valid UTF-8: 1, 0, -ETIMEDOUT, -ENOMEM. */
int mxlog_query_wants_text(struct mxlog_query *query, const char *text,
    size_t len);

/* The slow path that all faster ones must agree with. Not const: the
 * pattern's scratch space lives in the query. A search that can't be finished
 * in time is -ETIMEDOUT. 1 or 0 else. Of metrics the name is searched, and tags
 * are "key=value". */
int mxlog_query_matches(struct mxlog_query *query,
    const struct mxlog_entry *entry);
int mxlog_query_matches_metric(struct mxlog_query *query,
    const struct mxlog_metric *metric);

/* Let the query's own filters have what its expression implies: no match is
 * gained or lost, but much can be skipped by them. -ENOMEM. */
int mxlog_query_narrow(struct mxlog_query *query);

/* A copy of its own, pattern and all, for another thread. */
int mxlog_query_copy(const struct mxlog_query *query, struct mxlog_query **ret);
