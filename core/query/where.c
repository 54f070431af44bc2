/* SPDX-License-Identifier: Apache-2.0 */
#include "query/where.h"

#include <stdlib.h>

#include "base/number.h"
#include "base/timestamp.h"

void mxlog_where_free(struct mxlog_where *where)
{
	if (!where)
		return;
	for (size_t i = 0; i < where->n; i++)
		mxlog_predicate_free(where->nodes[i].predicate);
	free(where->nodes);
	free(where);
}

static int reserve(struct mxlog_where *where, size_t more)
{
	struct mxlog_where_node *nodes;

	if (where->n + more <= where->capacity)
		return 0;
	nodes = reallocarray(where->nodes, where->n + more, sizeof(*nodes));
	if (!nodes)
		return -ENOMEM;
	where->nodes = nodes;
	where->capacity = where->n + more;
	return 0;
}

int mxlog_where_copy(const struct mxlog_where *where, struct mxlog_where **ret)
{
	struct mxlog_where *copy = calloc(1, sizeof(*copy));
	int r = copy ? reserve(copy, where->n) : -ENOMEM;

	for (size_t i = 0; r >= 0 && i < where->n; i++) {
		struct mxlog_where_node node = where->nodes[i];

		if (node.predicate)
			r = mxlog_predicate_copy(node.predicate,
			    &node.predicate);
		if (r >= 0)
			copy->nodes[copy->n++] = node;
	}
	if (r < 0) {
		mxlog_where_free(copy);
		return r;
	}
	copy->metrics = where->metrics;
	*ret = copy;
	return 0;
}

int mxlog_where_and(struct mxlog_where *where, struct mxlog_where *other)
{
	uint32_t left = (uint32_t)where->n - 1, base = (uint32_t)where->n;
	int r = reserve(where, other->n + 1);

	for (size_t i = 0; r >= 0 && i < other->n; i++) {
		struct mxlog_where_node node = other->nodes[i];

		node.left += base;
		node.right += base;
		where->nodes[where->n++] = node;
		other->nodes[i].predicate = NULL;
	}
	if (r >= 0) {
		uint32_t right = (uint32_t)where->n - 1;

		where->nodes[where->n++] =
		    (struct mxlog_where_node){ .kind = MXLOG_WHERE_AND,
			    .left = left,
			    .right = right };
	}
	mxlog_where_free(other);
	return r;
}

/* ---- does it hold? ---- */

bool mxlog_where_wants_time(const struct mxlog_where_node *leaf,
    int64_t time_usec)
{
	bool within =
	    time_usec >= leaf->since_usec && time_usec <= leaf->until_usec;

	switch (leaf->comparison) {
	case MXLOG_EQUAL:
		return within;
	case MXLOG_NOT_EQUAL:
		return !within;
	case MXLOG_LESS:
		return time_usec < leaf->since_usec;
	case MXLOG_LESS_EQUAL:
		return time_usec <= leaf->until_usec;
	case MXLOG_GREATER:
		return time_usec > leaf->until_usec;
	default:
		return time_usec >= leaf->since_usec;
	}
}

/* One side decides alone if it is what the node can't get rid of. */
static int evaluate(const struct mxlog_where *where, uint32_t index,
    mxlog_where_judge *judge, void *arg)
{
	const struct mxlog_where_node *node = &where->nodes[index];
	int decisive = node->kind == MXLOG_WHERE_OR, left, right;

	switch (node->kind) {
	case MXLOG_WHERE_LEAF:
	case MXLOG_WHERE_TIME:
		return judge(arg, node);
	case MXLOG_WHERE_NOT:
		left = evaluate(where, node->left, judge, arg);
		return left < 0 ? left : !left;
	case MXLOG_WHERE_AND:
	case MXLOG_WHERE_OR:
		break;
	}
	left = evaluate(where, node->left, judge, arg);
	if (left == decisive)
		return left;
	right = evaluate(where, node->right, judge, arg);
	return right == decisive || left >= 0 ? right : left;
}

int mxlog_where_evaluate(const struct mxlog_where *where,
    mxlog_where_judge *judge, void *arg)
{
	return evaluate(where, (uint32_t)where->n - 1, judge, arg);
}

static int judge_entry(void *arg, const struct mxlog_where_node *leaf)
{
	const struct mxlog_entry *entry = arg;

	return leaf->kind == MXLOG_WHERE_TIME
	    ? mxlog_where_wants_time(leaf, entry->time_usec)
	    : mxlog_predicate_holds(leaf->predicate, entry);
}

int mxlog_where_holds(struct mxlog_where *where,
    const struct mxlog_entry *entry)
{
	return mxlog_where_evaluate(where, judge_entry,
	    (struct mxlog_entry *)(uintptr_t)entry);
}

static int judge_metric(void *arg, const struct mxlog_where_node *leaf)
{
	const struct mxlog_metric *metric = arg;

	return leaf->kind == MXLOG_WHERE_TIME
	    ? mxlog_where_wants_time(leaf, metric->time_usec)
	    : mxlog_predicate_holds_metric(leaf->predicate, metric);
}

int mxlog_where_holds_metric(struct mxlog_where *where,
    const struct mxlog_metric *metric)
{
	return mxlog_where_evaluate(where, judge_metric,
	    (struct mxlog_metric *)(uintptr_t)metric);
}

/* ---- of many at once ---- */

unsigned mxlog_where_guess_time(const struct mxlog_where_node *leaf,
    int64_t min_usec, int64_t max_usec)
{
	bool outside =
	    max_usec < leaf->since_usec || min_usec > leaf->until_usec;
	bool inside =
	    min_usec >= leaf->since_usec && max_usec <= leaf->until_usec;
	bool low = mxlog_where_wants_time(leaf, min_usec);
	bool high = mxlog_where_wants_time(leaf, max_usec);

	if (leaf->comparison == MXLOG_EQUAL ||
	    leaf->comparison == MXLOG_NOT_EQUAL) {
		if (!outside && !inside)
			return MXLOG_CAN_BOTH;
		return inside == (leaf->comparison == MXLOG_EQUAL)
		    ? MXLOG_CAN_HOLD
		    : MXLOG_CAN_FAIL;
	}
	if (low != high)
		return MXLOG_CAN_BOTH;
	return low ? MXLOG_CAN_HOLD : MXLOG_CAN_FAIL;
}

static unsigned guess_node(const struct mxlog_where *where, uint32_t index,
    mxlog_where_guess *guess, void *arg)
{
	const struct mxlog_where_node *node = &where->nodes[index];
	unsigned all = MXLOG_CAN_HOLD, one = MXLOG_CAN_FAIL, left, right;

	if (node->kind == MXLOG_WHERE_LEAF || node->kind == MXLOG_WHERE_TIME)
		return guess(arg, index, node);
	left = guess_node(where, node->left, guess, arg);
	if (node->kind == MXLOG_WHERE_NOT)
		return (left & MXLOG_CAN_HOLD ? MXLOG_CAN_FAIL : 0U) |
		    (left & MXLOG_CAN_FAIL ? MXLOG_CAN_HOLD : 0U);
	right = guess_node(where, node->right, guess, arg);
	if (node->kind == MXLOG_WHERE_OR) {
		all = MXLOG_CAN_FAIL;
		one = MXLOG_CAN_HOLD;
	}
	return (left & right & all) | ((left | right) & one);
}

bool mxlog_where_may_hold(const struct mxlog_where *where,
    mxlog_where_guess *guess, void *arg)
{
	return guess_node(where, (uint32_t)where->n - 1, guess, arg) &
	    MXLOG_CAN_HOLD;
}

static int each_required(const struct mxlog_where *where, uint32_t index,
    mxlog_where_judge *call, void *arg)
{
	const struct mxlog_where_node *node = &where->nodes[index];
	int r;

	if (node->kind == MXLOG_WHERE_LEAF || node->kind == MXLOG_WHERE_TIME)
		return call(arg, node);
	if (node->kind != MXLOG_WHERE_AND)
		return 0;
	r = each_required(where, node->left, call, arg);
	return r < 0 ? r : each_required(where, node->right, call, arg);
}

int mxlog_where_each_required(const struct mxlog_where *where,
    mxlog_where_judge *call, void *arg)
{
	return each_required(where, (uint32_t)where->n - 1, call, arg);
}

/* ---- as text ---- */

static int add_time(struct mxlog_buf *out, const char *sign, int64_t usec)
{
	char text[MXLOG_TIMESTAMP_LEN];

	mxlog_timestamp_format(text, usec);
	return mxlog_buf_printf(out, "timestamp %s %.*s", sign,
	    (int)sizeof(text), text);
}

/* A time that covers a span is a comparison with one of its ends, or two of
 * them: `inside` such a chain they need no parentheses. */
static int format_time(const struct mxlog_where_node *node,
    enum mxlog_where_kind inside, struct mxlog_buf *out)
{
	bool equal = node->comparison == MXLOG_EQUAL;
	bool open = inside != (equal ? MXLOG_WHERE_AND : MXLOG_WHERE_OR);
	const char *sign = mxlog_comparison_sign(node->comparison);
	int r;

	if (node->comparison == MXLOG_LESS_EQUAL ||
	    node->comparison == MXLOG_GREATER)
		return add_time(out, sign, node->until_usec);
	if ((!equal && node->comparison != MXLOG_NOT_EQUAL) ||
	    node->since_usec == node->until_usec)
		return add_time(out, sign, node->since_usec);
	r = mxlog_buf_printf(out, open ? "(" : "");
	if (r >= 0)
		r = add_time(out, equal ? ">=" : "<", node->since_usec);
	if (r >= 0)
		r = mxlog_buf_printf(out, equal ? " and " : " or ");
	if (r >= 0)
		r = add_time(out, equal ? "<=" : ">", node->until_usec);
	return r < 0 ? r : mxlog_buf_printf(out, open ? ")" : "");
}

int mxlog_where_quote(struct mxlog_buf *out, const char *text, size_t len)
{
	static const char special[] = "\\\"\n\t\r", letters[] = "\\\"ntr";
	int r = mxlog_buf_add_char(out, '"');

	for (size_t i = 0; r >= 0 && i < len; i++) {
		const char *at = text[i] ? strchr(special, text[i]) : NULL;

		if (at)
			r = mxlog_buf_add_char(out, '\\');
		if (r >= 0)
			r = mxlog_buf_add_char(out,
			    at ? letters[at - special] : text[i]);
	}
	return r < 0 ? r : mxlog_buf_add_char(out, '"');
}

/* Of the words that are no strings. */
static bool is_bare(const struct mxlog_predicate_parts *parts)
{
	static const char *const words[] = { "true", "false", "null" };

	if (parts->kind != MXLOG_LITERAL_ANY)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(parts->value, words[i]) == 0)
			return true;
	return parts->len > 0 &&
	    mxlog_number_span(parts->value, parts->len) == parts->len;
}

static int format_leaf(const struct mxlog_where_node *node,
    struct mxlog_buf *out)
{
	struct mxlog_predicate_parts parts =
	    mxlog_predicate_parts(node->predicate);
	int r = mxlog_buf_printf(out, "%s", parts.path);

	if (r < 0 || parts.comparison == MXLOG_PRESENT)
		return r;
	r = mxlog_buf_printf(out, " %s ",
	    mxlog_comparison_sign(parts.comparison));
	if (r < 0)
		return r;
	return is_bare(&parts) ? mxlog_buf_add(out, parts.value, parts.len)
			       : mxlog_where_quote(out, parts.value, parts.len);
}

/* A chain of the same kind needs no parentheses. */
static int format_node(const struct mxlog_where *where, uint32_t index,
    enum mxlog_where_kind inside, struct mxlog_buf *out)
{
	const struct mxlog_where_node *node = &where->nodes[index];
	bool and = node->kind == MXLOG_WHERE_AND;
	bool open = node->kind != inside;
	int r;

	if (node->kind == MXLOG_WHERE_LEAF)
		return format_leaf(node, out);
	if (node->kind == MXLOG_WHERE_TIME)
		return format_time(node, inside, out);
	if (node->kind == MXLOG_WHERE_NOT) {
		r = mxlog_buf_printf(out, "not ");
		return r < 0 ? r
			     : format_node(where, node->left, node->kind, out);
	}
	r = mxlog_buf_printf(out, open ? "(" : "");
	if (r >= 0)
		r = format_node(where, node->left, node->kind, out);
	if (r >= 0)
		r = mxlog_buf_printf(out, and? " and " : " or ");
	if (r >= 0)
		r = format_node(where, node->right, node->kind, out);
	return r < 0 ? r : mxlog_buf_printf(out, open ? ")" : "");
}

int mxlog_where_format(const struct mxlog_where *where, struct mxlog_buf *out)
{
	const struct mxlog_where_node *root = &where->nodes[where->n - 1];
	enum mxlog_where_kind inside = root->kind;

	if (inside == MXLOG_WHERE_TIME)
		inside = root->comparison == MXLOG_EQUAL ? MXLOG_WHERE_AND
							 : MXLOG_WHERE_OR;
	return format_node(where, (uint32_t)where->n - 1, inside, out);
}
