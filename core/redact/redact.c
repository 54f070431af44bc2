/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact_private.h"

#include <stdlib.h>

enum {
	FIELD_USEC = 5 * 1000,  /* a field may take this long … */
	ENTRY_USEC = 25 * 1000, /* … and an entry this, … */
	USEC_PER_64K = 3000,    /* … and so much more for long ones */
};

int mxlog_redactor_new(const char *const *patterns, size_t n_patterns,
    const char *text, struct mxlog_redactor **ret, struct mxlog_error *reterr)
{
	struct mxlog_redactor *redactor = calloc(1, sizeof(*redactor));
	int r;

	assert(text);

	if (!redactor)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	redactor->text = strdup(text);
	redactor->text_len = strlen(text);
	if (!redactor->text)
		r = mxlog_error_set(reterr, -ENOMEM, "out of memory");
	else
		r = mxlog_rules_new(patterns, n_patterns, &redactor->rules,
		    reterr);
	if (r < 0) {
		mxlog_redactor_free(redactor);
		return r;
	}
	redactor->search_all = mxlog_rules_search_all(redactor->rules);
	redactor->starts = mxlog_rules_starts(redactor->rules);
	*ret = redactor;
	return 0;
}

void mxlog_redactor_free(struct mxlog_redactor *redactor)
{
	if (!redactor)
		return;
	mxlog_rules_free(redactor->rules);
	free(redactor->text);
	free(redactor->ranges.list);
	mxlog_buf_done(&redactor->found.text);
	mxlog_buf_done(&redactor->out);
	mxlog_buf_done(&redactor->value);
	mxlog_buf_done(&redactor->decoded);
	free(redactor);
}

void mxlog_redactor_get_stats(const struct mxlog_redactor *redactor,
    struct mxlog_redact_stats *ret)
{
	*ret = redactor->stats;
}

static int64_t allowance(int64_t base, size_t len)
{
	return base + (int64_t)(len >> 16) * USEC_PER_64K;
}

void mxlog_redact_begin(struct mxlog_redactor *redactor, size_t len)
{
	redactor->left = (struct mxlog_budget){
		.usec = allowance(ENTRY_USEC, len),
	};
	redactor->failed = redactor->truncated = false;
	redactor->found.n = redactor->found.text.len = 0;
}

/* ---- one text ---- */

static int compare_ranges(const void *a, const void *b)
{
	const struct mxlog_range *one = a, *other = b;

	return (one->start > other->start) - (one->start < other->start);
}

/* Sort them and join those that overlap or touch. */
static void join_ranges(struct mxlog_ranges *ranges)
{
	struct mxlog_range *list = ranges->list;
	size_t n = 0;

	if (ranges->n > 1)
		qsort(list, ranges->n, sizeof(*list), compare_ranges);
	for (size_t i = 0; i < ranges->n; i++) {
		if (n > 0 && list[i].start <= list[n - 1].end)
			list[n - 1].end = MAX(list[n - 1].end, list[i].end);
		else
			list[n++] = list[i];
	}
	ranges->n = n;
}

static bool is_redacted(const struct mxlog_redactor *redactor, const char *text,
    size_t len)
{
	return redactor->text_len > 0 && len >= redactor->text_len &&
	    memcmp(text, redactor->text, redactor->text_len) == 0;
}

/* What was redacted before is no secret: a second time changes nothing. */
static void trim_ranges(const struct mxlog_redactor *redactor,
    struct mxlog_ranges *ranges, const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < ranges->n; i++) {
		struct mxlog_range range = ranges->list[i];

		while (is_redacted(redactor, text + range.start,
		    len - range.start))
			range.start += redactor->text_len;
		while (range.end > range.start &&
		    range.end - range.start >= redactor->text_len &&
		    is_redacted(redactor, text + range.end - redactor->text_len,
			redactor->text_len))
			range.end -= redactor->text_len;
		if (range.start < range.end)
			ranges->list[n++] = range;
	}
	ranges->n = n;
}

int mxlog_redact_replace(struct mxlog_redactor *redactor, const char *text,
    size_t len, struct mxlog_buf *out)
{
	const struct mxlog_ranges *ranges = &redactor->ranges;
	size_t at = 0;
	int r = 0;

	for (size_t i = 0; i < ranges->n && r >= 0; i++) {
		r = mxlog_buf_add(out, text + at, ranges->list[i].start - at);
		if (r >= 0)
			r = mxlog_buf_add(out, redactor->text,
			    redactor->text_len);
		at = ranges->list[i].end;
	}
	if (r >= 0)
		r = mxlog_buf_add(out, text + at, len - at);
	redactor->stats.redactions += ranges->n;
	return r;
}

/* Note what was found, and where else in this text it stands. */
static int find_again(struct mxlog_redactor *redactor, const char *text,
    size_t len)
{
	struct mxlog_ranges *ranges = &redactor->ranges;
	size_t n = ranges->n;
	int r = 0;

	for (size_t i = 0; i < n && r >= 0; i++)
		r = mxlog_found_add(&redactor->found,
		    text + ranges->list[i].start,
		    ranges->list[i].end - ranges->list[i].start);
	if (r >= 0 && redactor->found.n > 0)
		r = mxlog_found_search(&redactor->found, text, len, ranges);
	if (r >= 0 && ranges->n > n)
		join_ranges(ranges);
	return r;
}

int mxlog_redact_find(struct mxlog_redactor *redactor, const char *text,
    size_t len, const struct mxlog_hits *hits, size_t offset)
{
	struct mxlog_budget budget = { .usec = allowance(FIELD_USEC, len) };
	bool begun = redactor->left.spent_at != 0;
	int r = -ETIMEDOUT;

	redactor->ranges.n = 0;
	if (!begun || !mxlog_budget_spent(&redactor->left))
		r = mxlog_rules_find(redactor->rules, text, len, hits, offset,
		    &budget, &redactor->ranges);
	/* A text that took long enough for a look at the clock starts the
	 * entry's budget. */
	if (!begun && budget.spent_at != 0)
		(void)mxlog_budget_spent(&redactor->left);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		redactor->failed = true;
		redactor->stats.failures++;
		redactor->ranges.n = 0;
		return mxlog_ranges_add(&redactor->ranges, 0, len,
		    MXLOG_RULES_BUILT_IN);
	}
	join_ranges(&redactor->ranges);
	trim_ranges(redactor, &redactor->ranges, text, len);
	return redactor->ranges.n > 0 ? find_again(redactor, text, len) : 0;
}

int mxlog_redact_string(struct mxlog_redactor *redactor, const char *text,
    size_t len, const struct mxlog_hits *hits, size_t offset,
    struct mxlog_buf *out)
{
	int r;

	if (len == 0)
		return 0;
	r = mxlog_redact_find(redactor, text, len, hits, offset);
	if (r < 0 || redactor->ranges.n == 0)
		return r;
	out->len = 0;
	r = mxlog_redact_replace(redactor, text, len, out);
	return r < 0 ? r : 1;
}

int mxlog_redact_text(struct mxlog_redactor *redactor, const char *text,
    size_t len, struct mxlog_buf *out)
{
	int r;

	if (len == 0)
		return 0;
	mxlog_redact_begin(redactor, len);
	r = mxlog_redact_find(redactor, text, len, NULL, 0);
	return r < 0 ? r : mxlog_redact_replace(redactor, text, len, out);
}

int mxlog_redact_again(struct mxlog_redactor *redactor, const char *text,
    size_t len, struct mxlog_buf *out)
{
	int r;

	redactor->ranges.n = 0;
	r = mxlog_found_search(&redactor->found, text, len, &redactor->ranges);
	if (r < 0 || redactor->ranges.n == 0)
		return r;
	join_ranges(&redactor->ranges);
	out->len = 0;
	r = mxlog_redact_replace(redactor, text, len, out);
	return r < 0 ? r : 1;
}
