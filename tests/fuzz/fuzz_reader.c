/* SPDX-License-Identifier: Apache-2.0 */
/* The fast way to find and count matches and the slow one must agree. The input's first
 * line is a LogQuery, lines behind it that begin with # are conditions, all
 * others are a segment's lines. */
#include <stdlib.h>

#include "archive/archive_line.h"
#include "entry/name.h"
#include "report/groups.h"
#include "scan/matcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void scan(const struct mxlog_query *query, bool slow,
    struct mxlog_chunk *chunk)
{
	struct mxlog_matcher *matcher;
	int r;

	if (mxlog_matcher_new(query, slow, &matcher) < 0)
		abort();
	r = mxlog_matcher_scan(matcher, chunk);
	if (r < 0 && r != -ETIMEDOUT)
		abort();
	chunk->error = r;
	mxlog_matcher_free(matcher);
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void compare(const struct mxlog_chunk *fast,
    const struct mxlog_chunk *slow)
{
	if (fast->error < 0 || slow->error < 0)
		return;
	must(fast->n_hits == slow->n_hits);
	must(fast->damaged <= slow->damaged);
	for (size_t i = 0; i < fast->n_hits; i++) {
		const struct mxlog_chunk_hit *a = &fast->hits[i],
					     *b = &slow->hits[i];

		must(a->off == b->off && a->len == b->len);
		must(a->time_usec == b->time_usec && a->hi == b->hi);
		must(a->lo == b->lo && a->missing == b->missing);
		must(a->extra_len == b->extra_len);
		if (a->extra_len > 0)
			must(memcmp(fast->side.data + a->extra_off,
				 slow->side.data + b->extra_off,
				 a->extra_len) == 0);
	}
}

/* What is counted in the slow way or in the fast one. */
static struct mxlog_groups *count(const struct mxlog_query *query,
    const char *fields, bool slow, struct mxlog_chunk *chunk)
{
	struct mxlog_matcher *matcher;
	struct mxlog_groups *groups;

	if (mxlog_matcher_new(query, slow, &matcher) < 0 ||
	    mxlog_groups_new(fields, query->metrics, &groups, NULL) < 0)
		abort();
	mxlog_matcher_set_groups(matcher, groups);
	chunk->error = mxlog_matcher_scan(matcher, chunk);
	mxlog_matcher_free(matcher);
	mxlog_groups_sort(groups);
	return groups;
}

static void compare_group(const struct mxlog_groups *a,
    const struct mxlog_groups *b, size_t group)
{
	must(mxlog_groups_get_count(a, group) ==
	    mxlog_groups_get_count(b, group));
	for (size_t i = 0; i < mxlog_groups_get_fields(a); i++) {
		const char *x, *y;
		size_t n, m;

		mxlog_groups_get_value(a, group, i, &x, &n);
		mxlog_groups_get_value(b, group, i, &y, &m);
		must(n == m && memcmp(x, y, n) == 0);
	}
}

static void compare_counts(const struct mxlog_query *query, const char *fields,
    struct mxlog_chunk *fast, struct mxlog_chunk *slow)
{
	struct mxlog_groups *a = count(query, fields, false, fast);
	struct mxlog_groups *b = count(query, fields, true, slow);

	if (fast->error == 0 && slow->error == 0) {
		must(mxlog_groups_get_size(a) == mxlog_groups_get_size(b));
		must(mxlog_groups_get_total(a) == mxlog_groups_get_total(b));
		for (size_t i = 0; i < mxlog_groups_get_size(a); i++)
			compare_group(a, b, i);
	}
	mxlog_groups_free(a);
	mxlog_groups_free(b);
}

static void fill(struct mxlog_chunk *chunk, const char *text, size_t len)
{
	if (mxlog_buf_reserve(&chunk->bytes, len + MXLOG_CHUNK_SLACK) < 0)
		abort();
	if (len > 0)
		memcpy(chunk->bytes.data, text, len);
	memset(chunk->bytes.data + len, 0, MXLOG_CHUNK_SLACK);
	chunk->bytes.len = len;
	chunk->text = chunk->bytes.data;
	chunk->len = len;
}

/* Leave out what an archive would not vouch for. */
static void keep_canonical(struct mxlog_chunk *chunk)
{
	char *text = chunk->bytes.data, *to = text, *end = text + chunk->len;
	struct mxlog_archive_line line;

	for (char *at = text, *newline; at < end; at = newline + 1) {
		size_t len;

		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline)
			break;
		len = (size_t)(newline - at);
		if (!mxlog_archive_line_scan(at, len, &line) ||
		    !mxlog_module_is_valid(line.module, line.module_len))
			continue;
		memmove(to, at, len + 1);
		to += len + 1;
	}
	chunk->len = (size_t)(to - text);
	memset(to, 0, MXLOG_CHUNK_SLACK);
}

/* Take the conditions; how many bytes they are. */
static size_t add_predicates(struct mxlog_query *query, const char *text,
    size_t len)
{
	size_t at = 0;

	while (at < len && text[at] == '#') {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = (end ? (size_t)(end - text) : len) - at;
		char *predicate = strndup(text + at + 1, n - 1);

		if (!predicate)
			abort();
		(void)mxlog_query_add_predicate(query, predicate, NULL);
		free(predicate);
		at += n + (end != NULL);
	}
	return at;
}

static void check(const struct mxlog_query *query, const char *text, size_t len,
    bool canonical)
{
	struct mxlog_chunk fast = { 0 }, slow = { 0 };

	fill(&fast, text, len);
	fill(&slow, text, len);
	if (canonical) {
		keep_canonical(&fast);
		keep_canonical(&slow);
		fast.canonical = true;
	}
	scan(query, false, &fast);
	scan(query, true, &slow);
	compare(&fast, &slow);
	must(!canonical || slow.damaged == 0);
	if (!query->metrics) {
		compare_counts(query, "level,module", &fast, &slow);
		compare_counts(query, "module,time:5m", &fast, &slow);
		compare_counts(query, "trace_id", &fast, &slow);
	}
	mxlog_chunk_done(&fast);
	mxlog_chunk_done(&slow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = memchr(text, '\n', size);
	struct mxlog_query *query;
	size_t n;

	if (!end)
		return 0;
	n = (size_t)(end + 1 - text);
	if (mxlog_query_parse(text, n - 1, &query, NULL) < 0)
		return 0;
	n += add_predicates(query, text + n, size - n);
	check(query, text + n, size - n, false);
	if (!query->metrics)
		check(query, text + n, size - n, true);
	mxlog_query_free(query);
	return 0;
}
