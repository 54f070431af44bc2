/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: finds secrets in one text: by their names, by their looks
 * (tbl/secrets.def) and by the user's own patterns. */
#pragma once

#include "extern/pattern.h"
#include "redact/redact_keywords.h"
#include "redact/redact_pairs.h"

struct mxlog_rules;

/* In the order of tbl/secrets.def; the user's patterns follow. */
enum mxlog_rule_id {
#define RULE(rule, name, help) MXLOG_RULE_##rule,
#include "tbl/secrets.def"
	MXLOG_RULES_BUILT_IN,
};

/* What users see of a rule, and what it finds: as mxlog_sample_expand() takes
 * it; NULL: the sample of one of its tokens. */
struct mxlog_rule_info {
	const char *name, *help;
};
extern const struct mxlog_rule_info mxlog_rule_infos[MXLOG_RULES_BUILT_IN];

/* The built-in rules, then `patterns`; the error names the one that does not
 * compile. */
int mxlog_rules_new(const char *const *patterns, size_t n_patterns,
    struct mxlog_rules **ret, struct mxlog_error *reterr);
void mxlog_rules_free(struct mxlog_rules *rules);

/* A place that a rule wants to see. */
struct mxlog_rule_hit {
	uint32_t start, len;
	unsigned matcher; /* private: a part of a rule */
};

/* Is it one of the `len` bytes at `offset`? Of a run of letters and digits, which
 * may go on in the next text, enough of it is. */
static inline bool mxlog_rule_hit_is_in(const struct mxlog_rule_hit *hit,
    size_t offset, size_t len)
{
	size_t start = hit->start, end = start + hit->len;

	if (UNLIKELY(hit->matcher == MXLOG_KEYWORD_RUN))
		return MIN(end, offset + len) >=
		    MAX(start, offset) + MXLOG_KEYWORD_RUN_MIN;
	return start >= offset && end <= offset + len;
}

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

/* Did the pattern of this rule, which has one, see a keyword, or may it have? */
static inline bool mxlog_rules_hit(const struct mxlog_hits *hits, unsigned rule)
{
	for (size_t i = 0; i < hits->n; i++)
		if (hits->list[i].matcher == rule)
			return true;
	return hits->more;
}

/* What texts begin with that are worth mxlog_rules_scan_first(). */
const struct mxlog_keyword_starts *mxlog_rules_starts(
    const struct mxlog_rules *rules);

/* Look at the beginning of one of the texts that were scanned together, where
 * the byte before belongs to another. */
void mxlog_rules_scan_first(const struct mxlog_rules *rules, const char *text,
    size_t offset, size_t len, struct mxlog_hits *hits);

/* True if a pattern of the user has no known literal: every text must be
 * searched, whether there are hits or not. */
bool mxlog_rules_search_all(const struct mxlog_rules *rules);

/* True if there are patterns of the user, which may also find numbers. */
bool mxlog_rules_have_patterns(const struct mxlog_rules *rules);

struct mxlog_ranges {
	struct mxlog_range *list;
	size_t n, capacity;
};
int mxlog_ranges_add(struct mxlog_ranges *ranges, size_t start, size_t end,
    unsigned rule);

/* Append to `ranges` (unsorted, they may overlap) what in the text is secret.
 * With `hits`, which are relative to `offset` bytes before the text and cover
 * it, the text is not looked through again. -ETIMEDOUT: the budget is spent or
 * a rule gave up; -ENOMEM. */
int mxlog_rules_find(struct mxlog_rules *rules, const char *text, size_t len,
    const struct mxlog_hits *hits, size_t offset, struct mxlog_budget *budget,
    struct mxlog_ranges *ranges);
