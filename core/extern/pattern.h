/* SPDX-License-Identifier: Apache-2.0 */
/* Pattern: PCRE2, in UTF and UCP mode, so that \w and \d mean what they mean
 * in Python, compiled for speed and bounded in time. pattern.c is the only
 * file that sees PCRE2. */
#pragma once

#include "base/buf.h"
#include "base/reterr.h"

struct mxlog_pattern;

enum mxlog_pattern_flags {
	MXLOG_PATTERN_CASELESS = 1 << 0,
	MXLOG_PATTERN_LITERAL = 1 << 1,   /* no metacharacters */
	MXLOG_PATTERN_NOTEMPTY = 1 << 2,  /* empty matches are none */
	MXLOG_PATTERN_ANCHORED = 1 << 3,  /* a match starts at `from` */
	MXLOG_PATTERN_INTERPRET = 1 << 4, /* as where code can't be made */
};

enum {
	MXLOG_PATTERN_MAX = 32768, /* bytes of a pattern's text */
};

/* -EINVAL with reterr (offset: where in `text`) if it does not compile. Where
 * the system denies executable memory it is interpreted. */
int mxlog_pattern_new(const char *text, size_t len, unsigned flags,
    struct mxlog_pattern **ret, struct mxlog_error *reterr);
void mxlog_pattern_free(struct mxlog_pattern *pattern);

struct mxlog_match {
	size_t start, end; /* of the whole match */
	/* Of the group `secret` if it took part, else the same. A group inside
	 * a look-around may lie outside of the match. */
	size_t secret_start, secret_end;
};

/* How much processor time of the calling thread a piece of work may take:
 * unlike a deadline it does not run while the machine does something else. It
 * begins to count when it is first looked at. */
struct mxlog_budget {
	int64_t usec;
	int64_t spent_at; /* private: on the thread's clock, 0 before */
};

/* True if nothing is left of it. One system call. */
bool mxlog_budget_spent(struct mxlog_budget *budget);

/* Search valid UTF-8 from byte `from`, the start of a character, on
 * (look-behind sees what stands before it): 1 and a match, 0 for none,
 * -ETIMEDOUT when the budget is spent or the engine gave up, -ENOMEM. Without
 * a budget (NULL) only the engine's own limits hold.
 *
 * PCRE2's match limit does not bound time: it holds for one starting position,
 * and one step of it may pass over the whole text. So a search is done in
 * calls that may try few starting positions and few steps each, with a look at
 * the clock between them; where that is not enough, the same positions are
 * tried by a second form of the pattern that looks at the clock inside the
 * match. Every call sees the whole text: a match can't be lost at a window's
 * border, however long it is. */
int mxlog_pattern_search(struct mxlog_pattern *pattern, const char *text,
    size_t len, size_t from, struct mxlog_budget *budget,
    struct mxlog_match *ret);

enum {
	MXLOG_PATTERN_LITERALS = 8,
	MXLOG_PATTERN_LITERAL_BYTES = 64, /* a part of a longer one does, too */
};

/* Texts that every text with a match contains, the longest first; none where
 * the syntax leaves a doubt. */
struct mxlog_pattern_literals {
	struct mxlog_pattern_literal {
		char text[MXLOG_PATTERN_LITERAL_BYTES];
		size_t len; /* never 0 */
	} list[MXLOG_PATTERN_LITERALS];
	size_t n;
	/* They are in lower case, and the text may have its ASCII letters in
	 * either case. */
	bool caseless;
};

/* Owned by the pattern. */
const struct mxlog_pattern_literals *mxlog_pattern_literals(
    const struct mxlog_pattern *pattern);

/* What they are made by: read a pattern's text. */
void mxlog_pattern_required(const char *text, size_t len, unsigned flags,
    struct mxlog_pattern_literals *ret);
