/* SPDX-License-Identifier: Apache-2.0 */
/* Matcher: finds the lines of a chunk that a query wants. One per thread. */
#pragma once

#include "query/query_private.h"
#include "scan/chunk.h"

struct mxlog_matcher;

/* The query is copied. `slow`: decode every line, for tests: the result must be
 * the same. */
int mxlog_matcher_new(const struct mxlog_query *query, bool slow,
    struct mxlog_matcher **ret);
void mxlog_matcher_free(struct mxlog_matcher *matcher);

/* From now on count matches in a groups instead of keeping them as hits. The
 * groups is borrowed. */
struct mxlog_groups;
void mxlog_matcher_set_groups(struct mxlog_matcher *matcher,
    struct mxlog_groups *groups);

/* The same, of their messages; the query is of entries. */
struct mxlog_patterns;
void mxlog_matcher_set_patterns(struct mxlog_matcher *matcher,
    struct mxlog_patterns *patterns);

/* Fill the chunk's hits, in the order of its lines, and count its lines and
 * the damaged ones. Lines that can't match need not be looked at closely:
 * whether one of them is damaged may go unnoticed. MXLOG_CHUNK_SLACK bytes
 * behind the chunk's text must be readable. Lines
 * on which a pattern could not be tried to its end in time are left out and
 * counted as undecided. 0; -ENOMEM. */
int mxlog_matcher_scan(struct mxlog_matcher *matcher,
    struct mxlog_chunk *chunk);
