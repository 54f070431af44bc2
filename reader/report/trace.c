/* SPDX-License-Identifier: Apache-2.0 */
#include "report/trace.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/reterr.h"
#include "base/ulid.h"
#include "entry/entry_private.h"
#include "entry/ndjson.h"

struct operation {
	char id[MXLOG_ULID_LEN];
	unsigned depth;
	size_t parent; /* index of its operation; its own: the root */
};

struct mxlog_trace {
	const char *const *dirs; /* borrowed while it is made */
	size_t n_dirs;
	struct operation *operations;
	size_t n_operations;
	struct mxlog_trace_item *items;
	size_t n_items, capacity;
	struct mxlog_entry *entry;
	struct mxlog_trace_summary summary;
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
	mxlog_entry_free(trace->entry);
	free(trace);
}

static int add_operation(struct mxlog_trace *trace, const char *id,
    size_t parent, unsigned depth)
{
	struct operation *operations;

	for (size_t i = 0; i < trace->n_operations; i++)
		if (memcmp(trace->operations[i].id, id, MXLOG_ULID_LEN) == 0)
			return 0;
	if (depth > MXLOG_TRACE_DEPTH)
		return 0;
	operations = reallocarray(trace->operations, trace->n_operations + 1,
	    sizeof(*operations));
	if (!operations)
		return -ENOMEM;
	trace->operations = operations;
	operations[trace->n_operations] =
	    (struct operation){ .depth = depth, .parent = parent };
	memcpy(operations[trace->n_operations].id, id, MXLOG_ULID_LEN);
	trace->n_operations++;
	return 0;
}

static int add_item(struct mxlog_trace *trace, const struct mxlog_line *line,
    size_t operation, bool metric)
{
	struct mxlog_trace_item *item;
	char *text;

	if (trace->n_items == MXLOG_TRACE_LINES) {
		trace->summary.left_out++;
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

/* Success is that nothing failed. */
static int judge(struct mxlog_trace *trace, const struct mxlog_line *line)
{
	int r = mxlog_ndjson_decode(line->text, line->len, trace->entry, NULL);

	if (r == -EBADMSG)
		return 0;
	if (r < 0)
		return r;
	if (trace->entry->level >= MXLOG_ERROR || trace->entry->exception)
		trace->summary.failures++;
	return 0;
}

static int take_query(struct mxlog_trace *trace, struct mxlog_query **query,
    struct mxlog_reader **ret, struct mxlog_error *reterr)
{
	int r =
	    mxlog_reader_open(trace->dirs, trace->n_dirs, query, ret, reterr);

	mxlog_query_free(*query);
	return r;
}

/* The entries, or metrics, of one operation. */
static int read_lines(struct mxlog_trace *trace, size_t operation, bool metrics,
    struct mxlog_error *reterr)
{
	struct mxlog_reader *reader = NULL;
	struct mxlog_query *query;
	struct mxlog_line line;
	char id[MXLOG_ULID_LEN + 1];
	int r;

	(void)snprintf(id, sizeof(id), "%.*s", MXLOG_ULID_LEN,
	    trace->operations[operation].id);
	r = mxlog_query_new(&query);
	if (r < 0)
		return r;
	r = mxlog_query_set_metrics(query, metrics);
	if (r >= 0)
		r = mxlog_query_set_trace_id(query, id, reterr);
	if (r < 0)
		mxlog_query_free(query);
	else
		r = take_query(trace, &query, &reader, reterr);
	while (r >= 0 && (r = mxlog_reader_next(reader, &line)) > 0) {
		r = add_item(trace, &line, operation, metrics);
		if (r >= 0 && !metrics)
			r = judge(trace, &line);
	}
	mxlog_reader_close(reader);
	return r;
}

/* Operations whose entries name this one as their parent. */
static int find_children(struct mxlog_trace *trace, size_t operation,
    struct mxlog_error *reterr)
{
	struct mxlog_reader *reader = NULL;
	struct mxlog_query *query;
	struct mxlog_line line;
	char predicate[80];
	int r;

	(void)snprintf(predicate, sizeof(predicate),
	    "context.parent_operation_id=%.*s", MXLOG_ULID_LEN,
	    trace->operations[operation].id);
	r = mxlog_query_new(&query);
	if (r < 0)
		return r;
	r = mxlog_query_add_predicate(query, predicate, reterr);
	if (r < 0)
		mxlog_query_free(query);
	else
		r = take_query(trace, &query, &reader, reterr);
	while (r >= 0 && (r = mxlog_reader_next(reader, &line)) > 0) {
		struct mxlog_text_span id;

		r = mxlog_ndjson_decode(line.text, line.len, trace->entry,
		    NULL);
		if (r < 0)
			continue;
		id = trace->entry->text[MXLOG_FIELD_TRACE_ID];
		r = add_operation(trace, mxlog_entry_text(trace->entry, id),
		    operation, trace->operations[operation].depth + 1);
	}
	mxlog_reader_close(reader);
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
	if (trace->n_items == 0)
		return;
	qsort(trace->items, trace->n_items, sizeof(*trace->items), compare);
	summary->start_usec = trace->items[0].line.time_usec;
	summary->end_usec = trace->items[trace->n_items - 1].line.time_usec;
}

int mxlog_trace_read(const char *const *dirs, size_t n_dirs, const char *id,
    struct mxlog_trace **ret, struct mxlog_error *reterr)
{
	struct mxlog_trace *trace;
	struct mxlog_ulid ulid;
	char canonical[MXLOG_ULID_LEN];
	int r;

	if (mxlog_ulid_parse(id, strlen(id), &ulid) < 0)
		return mxlog_error_set(reterr, -EINVAL,
		    "'%.80s' is no trace id: expected 26 characters of "
		    "Crockford's base32",
		    id);
	trace = calloc(1, sizeof(*trace));
	if (!trace)
		return -ENOMEM;
	trace->dirs = dirs;
	trace->n_dirs = n_dirs;
	mxlog_ulid_format(canonical, &ulid);
	r = mxlog_entry_new(&trace->entry);
	if (r >= 0)
		r = add_operation(trace, canonical, 0, 0);
	for (size_t i = 0; r >= 0 && i < trace->n_operations; i++) {
		r = read_lines(trace, i, false, reterr);
		if (r >= 0)
			r = read_lines(trace, i, true, reterr);
		if (r >= 0)
			r = find_children(trace, i, reterr);
	}
	if (r < 0) {
		mxlog_trace_free(trace);
		return r;
	}
	trace->dirs = NULL;
	summarise(trace);
	*ret = trace;
	return 0;
}

void mxlog_trace_get_summary(const struct mxlog_trace *trace,
    struct mxlog_trace_summary *ret)
{
	*ret = trace->summary;
}

const struct mxlog_trace_item *mxlog_trace_get_item(const struct mxlog_trace
							*trace,
    size_t index)
{
	return &trace->items[index];
}
