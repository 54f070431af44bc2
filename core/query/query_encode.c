/* SPDX-License-Identifier: Apache-2.0 */
/* Encode: a query as the JSON that mxlog_query_parse() reads. */
#include "base/json_build.h"
#include "base/timestamp.h"
#include "query/query_private.h"

static void add_time(struct mxlog_json_build *build, const char *key,
    int64_t time_usec)
{
	char text[MXLOG_TIMESTAMP_LEN];

	if (time_usec == INT64_MIN || time_usec == INT64_MAX)
		return;
	mxlog_timestamp_format(text, time_usec);
	mxlog_json_add_key(build, key);
	mxlog_json_add_text_len(build, text, sizeof(text));
}

static void add_levels(struct mxlog_json_build *build, unsigned levels)
{
	if (levels == 0)
		return;
	mxlog_json_add_key(build, "levels");
	mxlog_json_open(build, '[');
#define LEVEL(id, name, number, help)        \
	if (levels >> (MXLOG_##id / 10) & 1) \
		mxlog_json_add_text(build, name);
#include "tbl/levels.def"
#undef LEVEL
	mxlog_json_close(build, ']');
}

static void add_texts(struct mxlog_json_build *build, const char *key,
    char *const *texts, size_t n)
{
	if (n == 0)
		return;
	mxlog_json_add_key(build, key);
	mxlog_json_open(build, '[');
	for (size_t i = 0; i < n; i++)
		mxlog_json_add_text(build, texts[i]);
	mxlog_json_close(build, ']');
}

static void add_filters(struct mxlog_json_build *build,
    const struct mxlog_query *query)
{
	add_time(build, "start_time", query->since_usec);
	add_time(build, "end_time", query->until_usec);
	add_levels(build, query->levels);
	add_texts(build, "modules", query->modules, query->n_modules);
	if (query->has_trace_id) {
		mxlog_json_add_key(build, "trace_id");
		mxlog_json_add_text_len(build, query->trace_id,
		    sizeof(query->trace_id));
	}
	if (query->search_text) {
		mxlog_json_add_key(build, "search_text");
		mxlog_json_add_text_len(build, query->search_text,
		    query->search_len);
	}
	add_texts(build, "tags", query->tags, query->n_tags);
}

static int add_where(struct mxlog_json_build *build,
    const struct mxlog_where *where)
{
	struct mxlog_buf text = { 0 };
	int r;

	if (!where)
		return 0;
	r = mxlog_where_format(where, &text);
	if (r >= 0) {
		mxlog_json_add_key(build, "where");
		mxlog_json_add_text_len(build, text.data, text.len);
	}
	mxlog_buf_done(&text);
	return r < 0 ? r : 0;
}

static void add_window(struct mxlog_json_build *build,
    const struct mxlog_query *query)
{
	if (query->limit != UINT64_MAX) {
		mxlog_json_add_key(build, "limit");
		mxlog_json_add_u64(build, query->limit);
	}
	if (query->offset > 0) {
		mxlog_json_add_key(build, "offset");
		mxlog_json_add_u64(build, query->offset);
	}
	mxlog_json_add_key(build, "order_by");
	mxlog_json_add_text(build, mxlog_order_name(query->order));
	mxlog_json_add_key(build, "order_dir");
	mxlog_json_add_text(build, query->descending ? "desc" : "asc");
}

int mxlog_query_encode(const struct mxlog_query *query, char **ret)
{
	if (!query || !ret)
		return -EINVAL;

	struct mxlog_buf out = { 0 };
	struct mxlog_json_build build = { .out = &out };
	int r;

	if (query->metrics || query->search_flags || query->n_excluded > 0 ||
	    query->n_predicates > 0 || query->last)
		return -ENOTSUP;
	mxlog_json_open(&build, '{');
	add_filters(&build, query);
	r = add_where(&build, query->where);
	add_window(&build, query);
	mxlog_json_close(&build, '}');
	if (r < 0) {
		mxlog_buf_done(&out);
		return r;
	}
	return mxlog_json_finish(&build, ret);
}
