/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/matcher.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/number.h"
#include "base/utf8.h"
#include "entry/canonical_line.h"
#include "entry/ndjson.h"
#include "order/sort_key.h"
#include "report/groups.h"
#include "report/patterns.h"
#include "scan/filter.h"
#include "scan/needle.h"

_Static_assert((int)MXLOG_CHUNK_SLACK >= (int)MXLOG_CANONICAL_SLACK,
    "views look behind their line");
_Static_assert((int)MXLOG_CHUNK_SLACK >= 2 * (int)MXLOG_NEEDLE_SPAN,
    "needles look behind the text");

enum {
	/* So many messages may take a pattern its whole time, … */
	UNDECIDED_FULL = 4,
	UNDECIDED_USEC = 20 * 1000, /* … all others as much. */
};

struct mxlog_matcher {
	struct mxlog_query *query;
	struct mxlog_filter filter;
	struct mxlog_needle needle; /* every match has it; may be empty */
	struct mxlog_canonical_line view;
	struct mxlog_canonical_line_cache cache;
	struct mxlog_buf text; /* a message, decoded */
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	unsigned n_undecided; /* lines left out so far */
	bool slow;            /* decode every line */
	bool by_view;         /* canonical lines need not be decoded */
	bool by_view_alone;   /* all that pass the filter match */
	bool by_head;         /* the beginning of a view is enough */
	/* NULL both: keep hits. */
	struct mxlog_groups *groups;
	struct mxlog_patterns *patterns;
};

/* The search's text, or what any match of its pattern holds. */
static int choose_text(struct mxlog_matcher *matcher)
{
	const struct mxlog_query *query = matcher->query;
	bool caseless = !(query->search_flags & MXLOG_SEARCH_CASE);
	const struct mxlog_pattern_literals *literals;

	if (!query->search || query->search_len == 0)
		return 0;
	if (!(query->search_flags & MXLOG_SEARCH_REGEX))
		return mxlog_needle_init(&matcher->needle, query->search_text,
		    query->search_len, caseless, false);
	literals = mxlog_pattern_literals(query->search);
	return literals->n > 0
	    ? mxlog_needle_init(&matcher->needle, literals->list[0].text,
		  literals->list[0].len, literals->caseless, false)
	    : 0;
}

/* Unless there is a needle already. */
static int choose_string(struct mxlog_matcher *matcher, const char *text,
    bool caseless, bool quoted)
{
	if (!text || matcher->query->metrics || matcher->needle.len > 0)
		return 0;
	return mxlog_needle_init(&matcher->needle, text, strlen(text), caseless,
	    quoted);
}

static int choose_key(struct mxlog_matcher *matcher,
    const struct mxlog_predicate *predicate)
{
	bool word;
	const char *key = mxlog_predicate_key(predicate, &word);

	return choose_string(matcher, key, word, !word);
}

/* What a part of the expression that must hold wants to see in the line. */
static int choose_leaf_text(void *arg, const struct mxlog_where_node *leaf)
{
	return leaf->predicate
	    ? choose_string(arg, mxlog_predicate_text(leaf->predicate), false,
		  false)
	    : 0;
}

static int choose_leaf_key(void *arg, const struct mxlog_where_node *leaf)
{
	return leaf->predicate ? choose_key(arg, leaf->predicate) : 0;
}

/* What makes a line worth looking at, the rarest first: a text, a tag, a
 * condition's value or its field. */
static int choose_needle(struct mxlog_matcher *matcher)
{
	const struct mxlog_query *query = matcher->query;
	int r = choose_text(matcher);

	for (size_t i = 0; r >= 0 && i < query->n_tags; i++)
		r = choose_string(matcher, query->tags[i], false, true);
	for (size_t i = 0; r >= 0 && i < query->n_predicates; i++)
		r = choose_string(matcher,
		    mxlog_predicate_text(query->predicates[i]), false, false);
	for (size_t i = 0; r >= 0 && i < query->n_predicates; i++)
		r = choose_key(matcher, query->predicates[i]);
	if (r >= 0 && query->where)
		r = mxlog_where_each_required(query->where, choose_leaf_text,
		    matcher);
	if (r >= 0 && query->where)
		r = mxlog_where_each_required(query->where, choose_leaf_key,
		    matcher);
	return r;
}

/* How much of a canonical line must be looked at. */
static void choose_ways(struct mxlog_matcher *matcher)
{
	const struct mxlog_query *query = matcher->query;
	bool plain = !query->search && query->n_tags == 0 &&
	    query->n_predicates == 0 && !query->where;

	mxlog_filter_init(&matcher->filter, query);
	matcher->by_view = !matcher->slow && !query->metrics;
	matcher->by_view_alone =
	    plain && !matcher->filter.has_since && !matcher->filter.has_until;
	matcher->by_head = plain && query->order != MXLOG_ORDER_DURATION_MS &&
	    query->order != MXLOG_ORDER_LINE_NUMBER;
}

int mxlog_matcher_new(const struct mxlog_query *query, bool slow,
    struct mxlog_matcher **ret)
{
	struct mxlog_matcher *matcher = calloc(1, sizeof(*matcher));
	int r;

	if (!matcher)
		return -ENOMEM;
	matcher->slow = slow;
	r = mxlog_query_copy(query, &matcher->query);
	if (r >= 0)
		r = mxlog_entry_new(&matcher->entry);
	if (r >= 0)
		r = mxlog_metric_new(&matcher->metric);
	if (r >= 0 && !slow)
		r = choose_needle(matcher);
	if (r < 0) {
		mxlog_matcher_free(matcher);
		return r;
	}
	choose_ways(matcher);
	*ret = matcher;
	return 0;
}

void mxlog_matcher_free(struct mxlog_matcher *matcher)
{
	if (!matcher)
		return;
	mxlog_query_free(matcher->query);
	mxlog_entry_free(matcher->entry);
	mxlog_metric_free(matcher->metric);
	mxlog_needle_done(&matcher->needle);
	mxlog_buf_done(&matcher->text);
	free(matcher);
}

void mxlog_matcher_set_groups(struct mxlog_matcher *matcher,
    struct mxlog_groups *groups)
{
	matcher->groups = groups;
}

void mxlog_matcher_set_patterns(struct mxlog_matcher *matcher,
    struct mxlog_patterns *patterns)
{
	assert(!matcher->query->metrics);
	matcher->patterns = patterns;
	matcher->by_head = false;
}

static int add_hit(struct mxlog_chunk *chunk, const char *line, size_t len,
    const struct mxlog_sort_key *key)
{
	size_t extra_off = chunk->side.len;
	struct mxlog_chunk_hit *hit;
	int r = mxlog_chunk_add_hit(chunk, &hit);

	if (r < 0)
		return r;
	*hit = (struct mxlog_chunk_hit){
		.off = (uint32_t)(line - chunk->text),
		.len = (uint32_t)len,
		.time_usec = key->time_usec,
		.hi = key->hi,
		.lo = key->lo,
		.extra_off = (uint32_t)extra_off,
		.extra_len = (uint32_t)key->extra_len,
		.missing = key->missing,
	};
	return mxlog_buf_add(&chunk->side, key->extra, key->extra_len);
}

/* ---- the slow path: decode the line and ask the query ---- */

static int match_entry(struct mxlog_matcher *matcher, const char *line,
    size_t len, struct mxlog_sort_key *key)
{
	int r = mxlog_ndjson_decode(line, len, matcher->entry, NULL);

	if (r < 0)
		return r;
	r = mxlog_query_matches(matcher->query, matcher->entry);
	if (r > 0)
		mxlog_sort_key_of_entry(matcher->query, matcher->entry, key);
	return r;
}

static int match_metric(struct mxlog_matcher *matcher, const char *line,
    size_t len, struct mxlog_sort_key *key)
{
	int r = mxlog_ndjson_decode_metric(line, len, matcher->metric, NULL);

	if (r < 0)
		return r;
	r = mxlog_query_matches_metric(matcher->query, matcher->metric);
	if (r > 0)
		mxlog_sort_key_of_metric(matcher->query, matcher->metric, key);
	return r;
}

static int add_entry_pattern(struct mxlog_matcher *matcher)
{
	const struct mxlog_entry *entry = matcher->entry;
	const char *message;
	size_t len;

	if (!mxlog_entry_get(entry, MXLOG_FIELD_MESSAGE, &message, &len))
		message = "";
	return mxlog_patterns_add(matcher->patterns, message, len,
	    mxlog_entry_get_time(entry), mxlog_entry_get_level(entry));
}

/* White space, or nothing: others put such lines between theirs. */
static bool is_blank(const char *line, size_t len)
{
	size_t n = 0;

	while (
	    n < len && (line[n] == ' ' || line[n] == '\t' || line[n] == '\r'))
		n++;
	return n == len;
}

/* `whole`: it ends with a newline; one that does not may be in the middle of
 * being written, and is not damaged. */
static int scan_slowly(struct mxlog_matcher *matcher, struct mxlog_chunk *chunk,
    const char *line, size_t len, bool whole)
{
	struct mxlog_sort_key key;
	int r;

	if (matcher->query->metrics)
		r = match_metric(matcher, line, len, &key);
	else
		r = match_entry(matcher, line, len, &key);
	if (r == -EBADMSG) {
		chunk->damaged += whole && !is_blank(line, len);
		return 0;
	}
	if (r <= 0)
		return r;
	chunk->matches++;
	if (matcher->patterns)
		return add_entry_pattern(matcher);
	if (!matcher->groups)
		return add_hit(chunk, line, len, &key);
	return matcher->query->metrics
	    ? mxlog_groups_add_metric(matcher->groups, matcher->metric)
	    : mxlog_groups_add(matcher->groups, matcher->entry);
}

/* ---- the fast path: canonical lines ---- */

static struct mxlog_json_token string_token(const struct mxlog_piece *piece)
{
	return (struct mxlog_json_token){ .type = MXLOG_JSON_STRING,
		.text = piece->text,
		.len = piece->len,
		.escaped = piece->escaped };
}

/* A message's text, borrowed until the next one. */
static int decode_message(struct mxlog_matcher *matcher,
    const struct mxlog_piece *message, struct mxlog_piece *ret)
{
	struct mxlog_json_token token = string_token(message);
	int r;

	*ret = *message;
	if (!message->escaped &&
	    mxlog_utf8_valid(message->text, message->len) == message->len)
		return 0;
	matcher->text.len = 0;
	r = mxlog_json_decode(&matcher->text, &token);
	*ret = (struct mxlog_piece){ .text = matcher->text.data,
		.len = (uint32_t)matcher->text.len };
	return r;
}

static int match_text(struct mxlog_matcher *matcher,
    const struct mxlog_piece *message)
{
	struct mxlog_piece text;
	int r;

	if (!matcher->query->search)
		return 1;
	r = decode_message(matcher, message, &text);
	return r < 0
	    ? r
	    : mxlog_query_wants_text(matcher->query, text.text, text.len);
}

static bool has_tag(const struct mxlog_piece *tags, const char *tag)
{
	struct mxlog_json_token token;
	size_t len = strlen(tag);
	struct mxlog_json json;

	if (!tags->text)
		return false;
	mxlog_json_init(&json, tags->text, tags->len);
	while (mxlog_json_next(&json, &token) > 0)
		if (token.type == MXLOG_JSON_STRING &&
		    mxlog_json_equals(&token, tag, len))
			return true;
	return false;
}

static bool is_valid(const struct mxlog_piece *piece)
{
	return !piece->escaped &&
	    (!piece->text ||
		mxlog_utf8_valid(piece->text, piece->len) == piece->len);
}

/* The field of a condition, if the view has it as one plain text. */
static bool view_value(const struct mxlog_canonical_line *view,
    const char *path, struct mxlog_field_value *ret)
{
	const struct {
		const char *path;
		const struct mxlog_piece *piece;
	} pieces[] = {
		{ "message", &view->message },
		{ "module", &view->module },
		{ "function", &view->function },
		{ "duration_ms", &view->duration },
		{ "thread_id", &view->thread_id },
		{ "process_id", &view->process_id },
	};

	if (strcmp(path, "level") == 0) {
		ret->text = mxlog_level_name(view->level);
		ret->len = strlen(ret->text);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		const struct mxlog_piece *piece = pieces[i].piece;

		if (strcmp(pieces[i].path, path) != 0)
			continue;
		*ret = (struct mxlog_field_value){ .text = piece->text,
			.len = piece->len,
			.json = piece == &view->duration };
		return is_valid(piece);
	}
	return false;
}

/* 1 or 0 if the view knows whether it holds; -EAGAIN: decode. */
static int match_predicate(const struct mxlog_canonical_line *view,
    struct mxlog_predicate *predicate)
{
	const char *path = mxlog_predicate_path(predicate);
	struct mxlog_field_value value = { 0 };
	int r;

	if (strncmp(path, LITERAL("context.")) == 0)
		return mxlog_predicate_holds_context(predicate,
		    view->context.text, view->context.len);
	if (!view_value(view, path, &value) ||
	    !mxlog_predicate_judge(predicate, value.text ? &value : NULL, &r))
		return -EAGAIN;
	return r;
}

static int judge_leaf(void *arg, const struct mxlog_where_node *leaf)
{
	const struct mxlog_canonical_line *view = arg;

	return leaf->kind == MXLOG_WHERE_TIME
	    ? mxlog_where_wants_time(leaf, view->time_usec)
	    : match_predicate(view, leaf->predicate);
}

static int match_predicates(struct mxlog_matcher *matcher)
{
	int r = 1;

	for (size_t i = 0; r > 0 && i < matcher->query->n_predicates; i++)
		r = match_predicate(&matcher->view,
		    matcher->query->predicates[i]);
	if (r > 0 && matcher->query->where)
		r = mxlog_where_evaluate(matcher->query->where, judge_leaf,
		    &matcher->view);
	return r;
}

/* What the filter could not say. 1, 0 or an error. */
static int match_view(struct mxlog_matcher *matcher)
{
	const struct mxlog_query *query = matcher->query;

	if (!mxlog_query_wants_time(query, matcher->view.time_usec))
		return 0;
	for (size_t i = 0; i < query->n_tags; i++)
		if (!has_tag(&matcher->view.tags, query->tags[i]))
			return 0;
	return match_text(matcher, &matcher->view.message);
}

static void key_of_view(const struct mxlog_query *query,
    const struct mxlog_canonical_line *view, struct mxlog_sort_key *key)
{
	bool descending = query->descending;
	double duration;

	*key = (struct mxlog_sort_key){ .time_usec = view->time_usec,
		.missing = true };
	switch (query->order) {
	case MXLOG_ORDER_TIMESTAMP:
		mxlog_sort_key_from_int(key, view->time_usec, descending);
		break;
	case MXLOG_ORDER_LEVEL:
		mxlog_sort_key_from_int(key, view->level, descending);
		break;
	case MXLOG_ORDER_MODULE:
		mxlog_sort_key_from_text(key, view->module.text,
		    view->module.len, descending);
		break;
	case MXLOG_ORDER_TRACE_ID:
		mxlog_sort_key_from_ulid(key, view->trace_id, 26, descending);
		break;
	case MXLOG_ORDER_DURATION_MS:
		if (view->duration.text &&
		    mxlog_number_parse_double(view->duration.text,
			view->duration.len, &duration) >= 0)
			mxlog_sort_key_from_double(key, duration, descending);
		break;
	case MXLOG_ORDER_LINE_NUMBER:
		if (view->line_number >= 0)
			mxlog_sort_key_from_int(key, view->line_number,
			    descending);
		break;
	case MXLOG_ORDER_COUNT:
		break;
	}
}

static int add_view_pattern(struct mxlog_matcher *matcher)
{
	const struct mxlog_canonical_line *view = &matcher->view;
	struct mxlog_piece text;
	int r = decode_message(matcher, &view->message, &text);

	return r < 0
	    ? r
	    : mxlog_patterns_add(matcher->patterns, text.text ? text.text : "",
		  text.len, view->time_usec, view->level);
}

/* A match, as the view shows it. */
static int take_view(struct mxlog_matcher *matcher, struct mxlog_chunk *chunk)
{
	const struct mxlog_canonical_line *view = &matcher->view;
	const char *line = view->trace_id - MXLOG_CANONICAL_TRACE_ID;
	struct mxlog_sort_key key;

	chunk->matches++;
	if (matcher->patterns)
		return add_view_pattern(matcher);
	if (matcher->groups)
		return mxlog_groups_add_view(matcher->groups, view);
	key_of_view(matcher->query, view, &key);
	return add_hit(chunk, line, (size_t)(view->end - line), &key);
}

/* What neither the filter nor the view could say. 1, 0, -EAGAIN: decode the
 * line; or an error. */
static int look_closer(struct mxlog_matcher *matcher)
{
	int r = matcher->by_view_alone ? 1 : match_view(matcher);

	if (r > 0 && !matcher->by_view_alone)
		r = match_predicates(matcher);
	if (r > 0 && matcher->groups &&
	    !mxlog_groups_takes_view(matcher->groups))
		return -EAGAIN;
	return r;
}

static bool parse(struct mxlog_matcher *matcher,
    const struct mxlog_chunk *chunk, const char *line, const char *end)
{
	struct mxlog_canonical_line *view = &matcher->view;

	return matcher->by_head && chunk->canonical
	    ? mxlog_canonical_line_parse_head(view, &matcher->cache, line, end)
	    : mxlog_canonical_line_parse(view, &matcher->cache, line, end);
}

/* 1 if the line that begins here is in canonical form and was dealt with, and
 * where it ends; 0: it is left to scan_slowly(). */
static int scan_view(struct mxlog_matcher *matcher, struct mxlog_chunk *chunk,
    const char *line, const char *end, const char **ret_newline)
{
	enum mxlog_verdict verdict = MXLOG_MAYBE;
	int r;

	if (!matcher->by_view || end - line < MXLOG_CANONICAL_MIN)
		return 0;
	if (matcher->filter.any)
		verdict = mxlog_filter_check(&matcher->filter, line, end);
	if (verdict == MXLOG_NO) {
		*ret_newline = memchr(line, '\n', (size_t)(end - line));
		return 1;
	}
	if (verdict == MXLOG_UNKNOWN || !parse(matcher, chunk, line, end))
		return 0;
	*ret_newline = matcher->view.end;
	r = look_closer(matcher);
	if (r > 0)
		r = take_view(matcher, chunk);
	if (r == -EAGAIN)
		return 0;
	return r < 0 ? r : 1;
}

/* A pattern took too long on a message: the line is left out and counted. Many
 * such lines get less and less time each. */
static int leave_undecided(struct mxlog_matcher *matcher,
    struct mxlog_chunk *chunk)
{
	matcher->query->search_usec =
	    matcher->n_undecided++ < UNDECIDED_FULL ? 0 : UNDECIDED_USEC;
	chunk->undecided++;
	return 0;
}

/* Deal with the line that begins here; a newline stands before `end`. */
static int scan_line(struct mxlog_matcher *matcher, struct mxlog_chunk *chunk,
    const char *line, const char *end, const char **ret_newline)
{
	int r;

	chunk->lines++;
	r = scan_view(matcher, chunk, line, end, ret_newline);
	if (r == 0) {
		*ret_newline = memchr(line, '\n', (size_t)(end - line));
		r = scan_slowly(matcher, chunk, line,
		    (size_t)(*ret_newline - line), true);
	}
	return r == -ETIMEDOUT ? leave_undecided(matcher, chunk) : r;
}

/* ---- over a chunk ---- */

/* Lines that hold the needle, or may, for all that their bytes say. */
static int scan_needle(struct mxlog_matcher *matcher, struct mxlog_chunk *chunk,
    const char *text, const char *end)
{
	const char *line = text;
	int r = 0;

	while (r >= 0 && line < end) {
		const char *hit =
		    mxlog_needle_find(&matcher->needle, line, end);
		const char *newline, *before;

		if (!hit)
			return 0;
		before = memrchr(line, '\n', (size_t)(hit - line));
		if (before)
			line = before + 1;
		r = scan_line(matcher, chunk, line, end, &newline);
		line = newline + 1;
	}
	return r;
}

static int scan_lines(struct mxlog_matcher *matcher, struct mxlog_chunk *chunk,
    const char *text, const char *end)
{
	const char *line = text, *newline;
	int r = 0;

	while (r >= 0 && line < end) {
		r = scan_line(matcher, chunk, line, end, &newline);
		line = newline + 1;
	}
	return r;
}

int mxlog_matcher_scan(struct mxlog_matcher *matcher, struct mxlog_chunk *chunk)
{
	const char *text = chunk->text, *end = text + chunk->len;
	const char *last = end;
	int r;

	if (chunk->offset == 0 && chunk->len >= 3 &&
	    memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3; /* a byte order mark */
	if (text == end)
		return 0;
	if (end[-1] != '\n') {
		last = memrchr(text, '\n', (size_t)(end - text));
		last = last ? last + 1 : text;
	}
	if (matcher->needle.len > 0)
		r = scan_needle(matcher, chunk, text, last);
	else
		r = scan_lines(matcher, chunk, text, last);
	if (r >= 0 && last < end)
		r = scan_slowly(matcher, chunk, last, (size_t)(end - last),
		    false);
	if (r == -ETIMEDOUT)
		r = leave_undecided(matcher, chunk);
	return r < 0 ? r : 0;
}
