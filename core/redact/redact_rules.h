/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: finds secrets in one text: by their names, by their looks
 * (tbl/secrets.def) and by the user's own patterns. */
#pragma once

#include "extern/pattern.h"
#include "redact/redact_keywords.h"
#include "redact/redact_pairs.h"

struct mxlog_rules;

/* The built-in rules, then `patterns`; the error names the one that does not
 * compile. */
int mxlog_rules_new(const char *const *patterns, size_t n_patterns,
    struct mxlog_rules **ret, struct mxlog_error *reterr);
void mxlog_rules_free(struct mxlog_rules *rules);

/* A place that a rule wants to see. */
struct mxlog_rule_hit {
	uint32_t start, len;
	unsigned rule;
};

enum {
	MXLOG_HITS_MAX = 64,
};

struct mxlog_hits {
	struct mxlog_rule_hit list[MXLOG_HITS_MAX];
	size_t n;
	uint32_t first, end; /* all of them lie in between */
	bool more; /* there were more: look again, in smaller pieces */
};

/* Look for places in any bytes, several texts at once. */
void mxlog_rules_scan(const struct mxlog_rules *rules, const char *text,
    size_t len, struct mxlog_hits *ret);

/* True if a pattern of the user has no known literal: every text must be
 * searched, whether there are hits or not. */
bool mxlog_rules_search_all(const struct mxlog_rules *rules);

/* True if there are patterns of the user, which may also find numbers. */
bool mxlog_rules_have_patterns(const struct mxlog_rules *rules);

struct mxlog_ranges {
	struct mxlog_range *list;
	size_t n, capacity;
};
int mxlog_ranges_add(struct mxlog_ranges *ranges, size_t start, size_t end);

/* Append to `ranges` (unsorted, they may overlap) what in the text is secret.
 * With `hits`, which are relative to `offset` bytes before the text and cover
 * it, the text is not looked through again. -ETIMEDOUT: the budget is spent or
 * a rule gave up; -ENOMEM. */
int mxlog_rules_find(struct mxlog_rules *rules, const char *text, size_t len,
    const struct mxlog_hits *hits, size_t offset, struct mxlog_budget *budget,
    struct mxlog_ranges *ranges);
