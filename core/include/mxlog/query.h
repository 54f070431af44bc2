/* SPDX-License-Identifier: Apache-2.0 */
/* LogQuery: which entries are wanted, in which order. */
#pragma once

#include <mxlog/level.h>
#include <mxlog/text.h>

MXLOG_BEGIN_DECLS

struct mxlog_query;

/* "timestamp" and its like, static, NULL for what is no order; and back, in that
 * spelling, else -EINVAL. */
enum mxlog_order {
#define ORDER(id, name, help) MXLOG_ORDER_##id,
#include <mxlog/tbl/orders.def>
#undef ORDER
	MXLOG_ORDER_COUNT
};
MXLOG_EXPORT const char *mxlog_order_name(enum mxlog_order order);
MXLOG_EXPORT int mxlog_order_parse(const char *text, size_t len,
    enum mxlog_order *ret);

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

/* The same of a text with its length, which may have a NUL in it. */
MXLOG_EXPORT int mxlog_query_set_search_text(struct mxlog_query *query,
    const char *text, size_t len, unsigned search_flags,
    struct mxlog_error *reterr);

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

/* ---- reading a query ----
 *
 * What a function returns is the query's and valid until its next change. The
 * sets are asked by index: 1, or 0 past the last. -EINVAL for NULL. */

MXLOG_EXPORT int mxlog_query_get_range(const struct mxlog_query *query,
    int64_t *ret_since_usec, int64_t *ret_until_usec);
MXLOG_EXPORT int mxlog_query_get_level(const struct mxlog_query *query,
    size_t index, enum mxlog_level *ret);
MXLOG_EXPORT int mxlog_query_get_module(const struct mxlog_query *query,
    size_t index, struct mxlog_text *ret);
MXLOG_EXPORT int mxlog_query_get_excluded_module(const struct mxlog_query
						     *query,
    size_t index, struct mxlog_text *ret);
MXLOG_EXPORT int mxlog_query_get_tag(const struct mxlog_query *query,
    size_t index, struct mxlog_text *ret);

/* 1, or 0 if the query has none. */
MXLOG_EXPORT int mxlog_query_get_trace_id(const struct mxlog_query *query,
    struct mxlog_text *ret);
MXLOG_EXPORT int mxlog_query_get_search(const struct mxlog_query *query,
    struct mxlog_text *ret, unsigned *ret_search_flags);

MXLOG_EXPORT int mxlog_query_get_order(const struct mxlog_query *query,
    enum mxlog_order *ret, bool *ret_descending);
MXLOG_EXPORT int mxlog_query_get_window(const struct mxlog_query *query,
    uint64_t *ret_limit, uint64_t *ret_offset);
MXLOG_EXPORT bool mxlog_query_get_metrics(const struct mxlog_query *query);

MXLOG_END_DECLS
