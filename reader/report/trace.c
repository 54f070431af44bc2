/* SPDX-License-Identifier: Apache-2.0 */
#include "report/trace.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/reterr.h"
#include "entry/canonical_line.h"
#include "entry/entry_private.h"
#include "entry/field_path.h"
#include "entry/ndjson.h"
#include "entry/trace_id.h"
#include "report/trace_edges.h"

#define PARENT "context.parent_operation_id"

/* Which operation has an id. */
struct number {
	struct mxlog_ulid id;
	size_t operation;
};

struct mxlog_trace {
	const char *const *dirs; /* borrowed while it is made */
	size_t n_dirs;
	struct mxlog_error *reterr;
	struct mxlog_trace_operation *operations; /* level by level */
	size_t n_operations;
	struct number *numbers; /* of operations, in the order of ids */
	struct mxlog_trace_item *items;
	size_t n_items, capacity;
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	struct mxlog_trace_summary summary;
};

enum {
	/* So many operations are asked for one by one, which archives can skip
	 * by; more of them by reading all there is, once. */
	SINGLY = 16,
	ROUNDS = 64, /* of looking for edges again */
};

static void free_text(const char *text)
{
	char *own;

	memcpy(&own, &text, sizeof(own));
	free(own);
}

void mxlog_trace_free(struct mxlog_trace *trace)
{
	if (!trace)
		return;
	for (size_t i = 0; i < trace->n_items; i++)
		free_text(trace->items[i].line.text);
	free(trace->items);
	free(trace->operations);
	free(trace->numbers);
	mxlog_entry_free(trace->entry);
	mxlog_metric_free(trace->metric);
	free(trace);
}

/* ---- items ---- */

static int add_item(struct mxlog_trace *trace, const struct mxlog_line *line,
    size_t operation, bool metric)
{
	struct mxlog_trace_summary *summary = &trace->summary;
	struct mxlog_trace_item *item;
	char *text;

	summary->start_usec = MIN(summary->start_usec, line->time_usec);
	summary->end_usec = MAX(summary->end_usec, line->time_usec);
	if (trace->n_items == MXLOG_TRACE_LINES) {
		summary->left_out++;
		return 0;
	}
	if (trace->n_items == trace->capacity) {
		size_t capacity = trace->capacity * 2 + 64;
		struct mxlog_trace_item *items =
		    reallocarray(trace->items, capacity, sizeof(*items));

		if (!items)
			return -ENOMEM;
		trace->items = items;
		trace->capacity = capacity;
	}
	text = malloc(line->len + 1);
	if (!text)
		return -ENOMEM;
	memcpy(text, line->text, line->len);
	item = &trace->items[trace->n_items++];
	*item = (struct mxlog_trace_item){ .line = *line,
		.metric = metric,
		.depth = trace->operations[operation].depth,
		.operation = operation,
		.stored = trace->n_items };
	item->line.text = text;
	return 0;
}

/* Success is that nothing failed. The entry was decoded. */
static void judge(struct mxlog_trace *trace)
{
	if (trace->entry->level >= MXLOG_ERROR || trace->entry->exception)
		trace->summary.failures++;
}

/* ---- queries ---- */

/* What a query finds: called with each line until it returns < 0. */
typedef int take_line(struct mxlog_trace *trace, const struct mxlog_line *line,
    bool metrics, void *arg);

/* All that there is, of one trace id or with one predicate if they are not
 * NULL. */
static int make_query(bool metrics, const struct mxlog_ulid *id,
    const char *predicate, struct mxlog_query **ret)
{
	char text[MXLOG_ULID_LEN + 1] = { 0 };
	struct mxlog_query *query;
	int r = mxlog_query_new(&query);

	if (r < 0)
		return r;
	r = mxlog_query_set_metrics(query, metrics);
	if (r >= 0 && id) {
		mxlog_ulid_format(text, id);
		r = mxlog_query_set_trace_id(query, text, NULL);
	}
	if (r >= 0 && predicate)
		r = mxlog_query_add_predicate(query, predicate, NULL);
	if (r < 0)
		mxlog_query_free(query);
	else
		*ret = query;
	return r;
}

/* Takes the query, whatever happens. */
static int run_query(struct mxlog_trace *trace, struct mxlog_query *query,
    bool metrics, take_line *take, void *arg)
{
	struct mxlog_reader *reader;
	struct mxlog_line line;
	int r = mxlog_reader_open(trace->dirs, trace->n_dirs, &query, &reader,
	    trace->reterr);

	mxlog_query_free(query);
	if (r < 0)
		return r;
	while (r >= 0 && (r = mxlog_reader_next(reader, &line)) > 0)
		r = take(trace, &line, metrics, arg);
	mxlog_reader_close(reader);
	return r;
}

/* ---- operations ---- */

struct parents {
	struct mxlog_trace_edges *edges;
	struct mxlog_ulid child;
	int r;
};

static int add_parent(void *arg, const struct mxlog_field_value *value)
{
	struct parents *parents = arg;
	struct mxlog_ulid parent;

	if (!mxlog_ulid_is_canonical(value->text, value->len) ||
	    mxlog_ulid_parse(value->text, value->len, &parent) < 0)
		return 0;
	parents->r =
	    mxlog_trace_edges_add(parents->edges, &parents->child, &parent);
	return parents->r < 0;
}

static int take_edge(struct mxlog_trace *trace, const struct mxlog_line *line,
    bool metrics, void *arg)
{
	struct parents parents = { .edges = arg };
	struct mxlog_text_span id;
	int r = mxlog_ndjson_decode(line->text, line->len, trace->entry, NULL);

	(void)metrics;
	if (r < 0)
		return r == -EBADMSG ? 0 : r;
	id = trace->entry->text[MXLOG_FIELD_TRACE_ID];
	r = mxlog_ulid_parse(mxlog_entry_text(trace->entry, id), id.len,
	    &parents.child);
	if (r >= 0)
		r = mxlog_field_path_find(trace->entry, PARENT, add_parent,
		    &parents);
	return r < 0 ? r : parents.r;
}

static int ask_for_edges(struct mxlog_trace *trace,
    struct mxlog_trace_edges *edges, const char *predicate)
{
	struct mxlog_query *query;
	int r = make_query(false, NULL, predicate, &query);

	return r < 0 ? r : run_query(trace, query, false, take_edge, edges);
}

/* One by one: 1 if these are all, 0 if they are many. */
static int find_singly(struct mxlog_trace *trace,
    struct mxlog_trace_edges *edges)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i <= trace->n_operations; i++) {
		char text[MXLOG_ULID_LEN + 1] = { 0 };
		char predicate[sizeof(PARENT "=") + sizeof(text)];

		free(trace->operations);
		trace->operations = NULL;
		r = mxlog_trace_edges_operations(edges, &trace->operations,
		    &trace->n_operations);
		if (r < 0 || trace->n_operations > SINGLY)
			return r;
		if (i == trace->n_operations)
			return 1;
		mxlog_ulid_format(text, &trace->operations[i].id);
		(void)snprintf(predicate, sizeof(predicate), PARENT "=%s",
		    text);
		r = ask_for_edges(trace, edges, predicate);
	}
	return r;
}

/* From all entries that have a parent. */
static int find_at_once(struct mxlog_trace *trace,
    struct mxlog_trace_edges *edges)
{
	unsigned round = 0;
	int r;

	do
		r = ask_for_edges(trace, edges, PARENT);
	while (r >= 0 && mxlog_trace_edges_again(edges) && ++round < ROUNDS);
	if (round == ROUNDS)
		trace->summary.left_out++; /* who knows what */
	return r;
}

static int find_operations(struct mxlog_trace *trace,
    const struct mxlog_ulid *root)
{
	struct mxlog_trace_edges *edges;
	int r = mxlog_trace_edges_new(root, MXLOG_TRACE_EDGES, &edges);

	if (r < 0)
		return r;
	r = find_singly(trace, edges);
	if (r == 0) {
		mxlog_trace_edges_free(edges);
		edges = NULL;
		r = mxlog_trace_edges_new(root, MXLOG_TRACE_EDGES, &edges);
		if (r >= 0)
			r = find_at_once(trace, edges);
		free(trace->operations);
		trace->operations = NULL;
		if (r >= 0)
			r = mxlog_trace_edges_operations(edges,
			    &trace->operations, &trace->n_operations);
	}
	mxlog_trace_edges_free(edges);
	return r;
}

static int compare_numbers(const void *a, const void *b)
{
	const struct number *x = a, *y = b;

	return mxlog_ulid_compare(&x->id, &y->id);
}

static int number_operations(struct mxlog_trace *trace)
{
	size_t n = trace->n_operations;

	trace->numbers = calloc(n, sizeof(*trace->numbers));
	if (!trace->numbers)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		trace->numbers[i] =
		    (struct number){ trace->operations[i].id, i };
	qsort(trace->numbers, n, sizeof(*trace->numbers), compare_numbers);
	return 0;
}

/* ---- their lines ---- */

/* Where canonical lines have it; else they are decoded. */
static int find_id(struct mxlog_trace *trace, const struct mxlog_line *line,
    bool metrics, struct mxlog_ulid *ret)
{
	struct mxlog_text_span span;
	const char *base;
	int r;

	if (line->len > MXLOG_CANONICAL_MIN && !metrics &&
	    mxlog_canonical_line_has_prefix(line->text) &&
	    mxlog_ulid_parse(line->text + MXLOG_CANONICAL_TRACE_ID,
		MXLOG_ULID_LEN, ret) == 0)
		return 0;
	r = metrics
	    ? mxlog_ndjson_decode_metric(line->text, line->len, trace->metric,
		  NULL)
	    : mxlog_ndjson_decode(line->text, line->len, trace->entry, NULL);
	if (r < 0)
		return r;
	base = metrics ? trace->metric->bytes.data : trace->entry->bytes.data;
	span = metrics ? trace->metric->trace_id
		       : trace->entry->text[MXLOG_FIELD_TRACE_ID];
	return mxlog_ulid_parse(base + span.off, span.len, ret);
}

static int take_item(struct mxlog_trace *trace, const struct mxlog_line *line,
    bool metrics, void *arg)
{
	struct number key = { .operation = 0 }, *found;
	int r = find_id(trace, line, metrics, &key.id);

	(void)arg;
	if (r < 0)
		return r == -EBADMSG ? 0 : r;
	found = bsearch(&key, trace->numbers, trace->n_operations,
	    sizeof(*trace->numbers), compare_numbers);
	if (!found)
		return 0;
	if (!metrics) {
		r = mxlog_ndjson_decode(line->text, line->len, trace->entry,
		    NULL);
		if (r < 0)
			return r == -EBADMSG ? 0 : r;
		judge(trace);
	}
	return add_item(trace, line, found->operation, metrics);
}

static int read_lines(struct mxlog_trace *trace, bool metrics)
{
	bool singly = trace->n_operations <= SINGLY;
	size_t n = singly ? trace->n_operations : 1;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct mxlog_query *query;

		r = make_query(metrics,
		    singly ? &trace->operations[i].id : NULL, NULL, &query);
		if (r >= 0)
			r = run_query(trace, query, metrics, take_item, NULL);
	}
	return r;
}

static int compare(const void *a, const void *b)
{
	const struct mxlog_trace_item *x = a, *y = b;

	if (x->line.time_usec != y->line.time_usec)
		return x->line.time_usec < y->line.time_usec ? -1 : 1;
	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	if (x->operation != y->operation)
		return x->operation < y->operation ? -1 : 1;
	return x->stored < y->stored ? -1 : 1;
}

static void summarise(struct mxlog_trace *trace)
{
	struct mxlog_trace_summary *summary = &trace->summary;

	summary->operations = trace->n_operations;
	summary->items = trace->n_items;
	if (trace->n_items > 0)
		qsort(trace->items, trace->n_items, sizeof(*trace->items),
		    compare);
	else
		summary->start_usec = summary->end_usec = 0;
}

static int fill(struct mxlog_trace *trace, const struct mxlog_ulid *root)
{
	int r;

	trace->summary.start_usec = INT64_MAX;
	trace->summary.end_usec = INT64_MIN;
	r = mxlog_entry_new(&trace->entry);
	if (r >= 0)
		r = mxlog_metric_new(&trace->metric);
	if (r >= 0)
		r = find_operations(trace, root);
	if (r >= 0)
		r = number_operations(trace);
	if (r >= 0)
		r = read_lines(trace, false);
	if (r >= 0)
		r = read_lines(trace, true);
	return r;
}

int mxlog_trace_read(const char *const *dirs, size_t n_dirs, const char *id,
    struct mxlog_trace **ret, struct mxlog_error *reterr)
{
	if (!id)
		return -EINVAL;

	size_t len = strlen(id);
	struct mxlog_trace *trace;
	struct mxlog_ulid root;
	int form, r;

	form = mxlog_trace_id_read(id, len, &root);
	if (form < 0)
		return mxlog_error_set(reterr, form, "out of memory");
	if (form == MXLOG_TRACE_ID_NONE)
		return mxlog_error_set(reterr, -EINVAL,
		    "'%.80s' is no trace id: expected a ULID of 26 characters, "
		    "16 or 32 hex digits, or another id of 8 to 256 bytes",
		    id);
	trace = calloc(1, sizeof(*trace));
	if (!trace)
		return -ENOMEM;
	trace->dirs = dirs;
	trace->n_dirs = n_dirs;
	trace->reterr = reterr;
	r = fill(trace, &root);
	if (r < 0) {
		mxlog_trace_free(trace);
		return r;
	}
	trace->dirs = NULL;
	trace->reterr = NULL;
	summarise(trace);
	*ret = trace;
	return 0;
}

void mxlog_trace_get_summary(const struct mxlog_trace *trace,
    struct mxlog_trace_summary *ret)
{
	if (!trace || !ret)
		return;

	*ret = trace->summary;
}

const struct mxlog_trace_item *mxlog_trace_get_item(const struct mxlog_trace
							*trace,
    size_t index)
{
	if (!trace || index >= trace->n_items)
		return NULL;

	return &trace->items[index];
}
