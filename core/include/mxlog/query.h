/* SPDX-License-Identifier: Apache-2.0 */
/* LogQuery: which entries are wanted, in which order. */
#pragma once

#include <mxlog/level.h>

MXLOG_BEGIN_DECLS

struct mxlog_query;

enum mxlog_order {
#define ORDER(id, name, help) MXLOG_ORDER_##id,
#include <mxlog/tbl/orders.def>
#undef ORDER
	MXLOG_ORDER_COUNT
};

/* All entries, by timestamp, ascending. */
MXLOG_EXPORT int mxlog_query_new(struct mxlog_query **ret);
MXLOG_EXPORT void mxlog_query_free(struct mxlog_query *query);

/* Read a LogQuery from its JSON; null and [] mean no filter. Times without a
 * zone are UTC. Unknown keys and wrong values are -EINVAL, no JSON -EBADMSG;
 * reterr says what was expected. */
MXLOG_EXPORT int mxlog_query_parse(const char *json, size_t len,
    struct mxlog_query **ret, struct mxlog_error *reterr);

/* The query as JSON that reads back as the same; what does not filter is left
 * out. free() *ret. -ENOTSUP for what a LogQuery can't say: metrics, exact case,
 * a pattern, modules left out, conditions, the last ones. */
MXLOG_EXPORT int mxlog_query_encode(const struct mxlog_query *query,
    char **ret);

/* Narrow to [since, until], both inclusive; INT64_MIN and INT64_MAX leave an
 * end open. */
MXLOG_EXPORT int mxlog_query_set_range(struct mxlog_query *query,
    int64_t since_usec, int64_t until_usec);

/* Add to the sets; an empty set is no filter. A module is normalised as those
 * of entries are and means what is below it, too; tags must all be there. A
 * trace_id may also be the 32 hex digits or the UUID it was made of. -EINVAL
 * with reterr for what can't be a level, module, ULID or tag. */
MXLOG_EXPORT int mxlog_query_add_level(struct mxlog_query *query,
    enum mxlog_level level);
MXLOG_EXPORT int mxlog_query_add_module(struct mxlog_query *query,
    const char *module, struct mxlog_error *reterr);
MXLOG_EXPORT int mxlog_query_add_tag(struct mxlog_query *query, const char *tag,
    struct mxlog_error *reterr);
MXLOG_EXPORT int mxlog_query_set_trace_id(struct mxlog_query *query,
    const char *trace_id, struct mxlog_error *reterr);

/* Beyond the model: what must not, and what else must hold. A module left out
 * means what is below it, too. A condition is FIELD, or FIELD, one of = != < <=
 * > >= ~ !~, and a value; see mxlog-query(7). Ask for metrics first. */
MXLOG_EXPORT int mxlog_query_exclude_module(struct mxlog_query *query,
    const char *module, struct mxlog_error *reterr);
MXLOG_EXPORT int mxlog_query_add_predicate(struct mxlog_query *query,
    const char *text, struct mxlog_error *reterr);

/* An expression that must hold, beside those that were added before:
 * "level >= ERROR and not module = sshd", see mxlog-query(7). `typed`: its times
 * are what people type, in the process's time zone; else ISO 8601, exact, and
 * UTC where they name no zone. -EINVAL with reterr. */
MXLOG_EXPORT int mxlog_query_add_where(struct mxlog_query *query,
    const char *text, size_t len, bool typed, struct mxlog_error *reterr);

enum mxlog_search {
	MXLOG_SEARCH_CASE = 1 << 0,  /* case matters */
	MXLOG_SEARCH_REGEX = 1 << 1, /* the text is a PCRE2 pattern */
};
/* Search messages; "" and NULL search for nothing. A pattern that does not
 * compile is -EINVAL. */
MXLOG_EXPORT int mxlog_query_set_search(struct mxlog_query *query,
    const char *text, unsigned search_flags, struct mxlog_error *reterr);

MXLOG_EXPORT int mxlog_query_set_order(struct mxlog_query *query,
    enum mxlog_order order, bool descending);

/* Of the ordered entries leave out `offset`, then return `limit`; UINT64_MAX: no
 * limit. */
MXLOG_EXPORT int mxlog_query_set_window(struct mxlog_query *query,
    uint64_t limit, uint64_t offset);

/* Return the last `limit` of the ordered entries, in order, instead of the
 * first; `offset` still counts from the first one on. */
MXLOG_EXPORT int mxlog_query_set_last(struct mxlog_query *query, bool last);

/* Ask the metric files instead: -EINVAL if the query has levels, modules, a tag
 * that is not "key=value", or an order that metrics do not have. */
MXLOG_EXPORT int mxlog_query_set_metrics(struct mxlog_query *query,
    bool metrics);

MXLOG_END_DECLS
