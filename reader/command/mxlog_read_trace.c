/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_trace.h"

#include <inttypes.h>

#include "base/number.h"
#include "command/mxlog_read_short.h"
#include "command/screen.h"
#include "entry/ndjson.h"
#include "report/duration_text.h"

enum {
	SPAN_TEXT = 32,
	SPAN_WIDTH = 12,
	INDENT_MAX = 16, /* operations in operations that are indented */
	/* Of the whole duration: a longer silence is shown. */
	GAP_SHARE = 10,
};

#define GAP_MIN (10 * 1000) /* microseconds */

struct tree {
	const struct mxlog_trace *trace;
	struct mxlog_trace_summary summary;
	bool colour;
	struct mxlog_buf *out;
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
};

static int add_branch(const struct tree *tree, unsigned depth, bool last)
{
	int r = 0;

	for (unsigned i = 0; r >= 0 && i < MIN(depth, (unsigned)INDENT_MAX);
	     i++)
		r = mxlog_buf_add(tree->out, LITERAL("│  "));
	if (r >= 0 && depth > INDENT_MAX)
		r = mxlog_buf_printf(tree->out, "(%u deep) ", depth);
	return r < 0 ? r
		     : mxlog_buf_printf(tree->out, "%s", last ? "└─ " : "├─ ");
}

static int add_span(struct mxlog_buf *out, const char *base,
    struct mxlog_text_span span)
{
	return MXLOG_IS_SET(span)
	    ? mxlog_screen_text(out, base + span.off, span.len, -1)
	    : 0;
}

static int add_entry(const struct tree *tree)
{
	const struct mxlog_entry *entry = tree->entry;
	const char *base = entry->bytes.data;
	struct mxlog_buf *out = tree->out;
	char text[MXLOG_NUMBER_MAX];
	int r;

	r = mxlog_buf_printf(out, "%s%s%s ",
	    tree->colour ? mxlog_read_colour(entry->level) : "",
	    mxlog_level_name(entry->level), tree->colour ? "\033[0m" : "");
	if (r >= 0)
		r = add_span(out, base, entry->text[MXLOG_FIELD_MODULE]);
	if (r >= 0)
		r = mxlog_buf_add(out, LITERAL(": "));
	if (r >= 0)
		r = add_span(out, base, entry->text[MXLOG_FIELD_MESSAGE]);
	if (r >= 0 && entry->has_duration)
		r = mxlog_buf_printf(out, " (%.*s ms)",
		    (int)mxlog_number_format_double(text, entry->duration_ms),
		    text);
	if (r >= 0 && entry->exception) {
		const char *exception = entry->exception->bytes.data;

		r = mxlog_buf_add(out, LITERAL(" ! "));
		if (r >= 0)
			r = add_span(out, exception, entry->exception->type);
		if (r >= 0)
			r = mxlog_buf_add(out, LITERAL(": "));
		if (r >= 0)
			r = add_span(out, exception, entry->exception->message);
	}
	return r;
}

static int add_metric(const struct tree *tree)
{
	const struct mxlog_metric *metric = tree->metric;
	char text[MXLOG_NUMBER_MAX];
	size_t len = mxlog_number_format_double(text, metric->value);
	int r;

	r = mxlog_buf_printf(tree->out, "%s ",
	    mxlog_metric_type_name(metric->type));
	if (r >= 0)
		r = add_span(tree->out, metric->bytes.data, metric->name);
	if (r >= 0)
		r = mxlog_buf_printf(tree->out, " = %.*s ", (int)len, text);
	return r < 0 ? r
		     : add_span(tree->out, metric->bytes.data, metric->unit);
}

static int add_item(const struct tree *tree,
    const struct mxlog_trace_item *item, bool last)
{
	char span[SPAN_TEXT];
	int r;

	if (item->metric)
		r = mxlog_ndjson_decode_metric(item->line.text, item->line.len,
		    tree->metric, NULL);
	else
		r = mxlog_ndjson_decode(item->line.text, item->line.len,
		    tree->entry, NULL);
	if (r < 0)
		return r == -EBADMSG ? 0 : r;
	mxlog_duration_format(span, sizeof(span),
	    item->line.time_usec - tree->summary.start_usec);
	r = mxlog_buf_printf(tree->out, "%*s ", SPAN_WIDTH, span);
	if (r >= 0)
		r = add_branch(tree, item->depth, last);
	if (r >= 0)
		r = item->metric ? add_metric(tree) : add_entry(tree);
	return r < 0 ? r : mxlog_buf_add_char(tree->out, '\n');
}

/* A silence that is a notable part of the whole. */
static int add_gap(const struct tree *tree, int64_t gap_usec)
{
	int64_t whole = tree->summary.end_usec - tree->summary.start_usec;
	char span[SPAN_TEXT];

	if (gap_usec < GAP_MIN || gap_usec < whole / GAP_SHARE)
		return 0;
	mxlog_duration_format(span, sizeof(span), gap_usec);
	return mxlog_buf_printf(tree->out, "%*s %s·  %s without an entry%s\n",
	    SPAN_WIDTH, "", tree->colour ? "\033[2m" : "", span,
	    tree->colour ? "\033[0m" : "");
}

static int add_head(const struct tree *tree)
{
	const struct mxlog_trace_summary *summary = &tree->summary;
	bool failed = summary->failures > 0;
	char span[SPAN_TEXT];
	int r;

	mxlog_duration_format(span, sizeof(span),
	    summary->end_usec - summary->start_usec);
	r = mxlog_read_local_time(tree->out, summary->start_usec);
	if (r >= 0)
		r = mxlog_buf_printf(tree->out,
		    "  %s%s%s in %s, %" PRIu64 " item%s",
		    !tree->colour ? ""
			: failed  ? "\033[31m"
				  : "\033[32m",
		    failed ? "failed" : "succeeded",
		    tree->colour ? "\033[0m" : "", span, summary->items,
		    summary->items == 1 ? "" : "s");
	if (r >= 0 && summary->operations > 1)
		r = mxlog_buf_printf(tree->out, " of %" PRIu64 " operations",
		    summary->operations);
	if (r >= 0 && summary->left_out > 0)
		r = mxlog_buf_printf(tree->out, ", %" PRIu64 " left out",
		    summary->left_out);
	return r < 0 ? r : mxlog_buf_add_char(tree->out, '\n');
}

static int add_items(const struct tree *tree)
{
	int64_t before = tree->summary.start_usec;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < tree->summary.items; i++) {
		const struct mxlog_trace_item *item =
		    mxlog_trace_get_item(tree->trace, i);

		r = add_gap(tree, item->line.time_usec - before);
		if (r >= 0)
			r = add_item(tree, item, i + 1 == tree->summary.items);
		before = item->line.time_usec;
	}
	return r;
}

int mxlog_read_trace(const struct mxlog_trace *trace, bool colour,
    struct mxlog_buf *out)
{
	struct tree tree = { .trace = trace, .colour = colour, .out = out };
	int r;

	mxlog_trace_get_summary(trace, &tree.summary);
	if (tree.summary.items == 0)
		return mxlog_buf_add(out,
		    LITERAL("there is no entry of this trace\n"));
	r = mxlog_entry_new(&tree.entry);
	if (r >= 0)
		r = mxlog_metric_new(&tree.metric);
	if (r >= 0)
		r = add_head(&tree);
	if (r >= 0)
		r = add_items(&tree);
	mxlog_entry_free(tree.entry);
	mxlog_metric_free(tree.metric);
	return r;
}
