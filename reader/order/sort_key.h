/* SPDX-License-Identifier: Apache-2.0 */
/* Sort key: the value by which a match is ordered, so that the smaller key
 * comes first in the order and direction of the query. */
#pragma once

#include "query/query_private.h"

struct mxlog_sort_key {
	uint64_t hi, lo;
	int64_t time_usec; /* of the entry */
	const char *extra; /* borrowed: what hi and lo don't hold of a text */
	size_t extra_len;
	bool missing; /* there is no such field: it comes last */
};

void mxlog_sort_key_of_entry(const struct mxlog_query *query,
    const struct mxlog_entry *entry, struct mxlog_sort_key *ret);
void mxlog_sort_key_of_metric(const struct mxlog_query *query,
    const struct mxlog_metric *metric, struct mxlog_sort_key *ret);

/* From one value; `descending` inverts. */
void mxlog_sort_key_from_int(struct mxlog_sort_key *key, int64_t value,
    bool descending);
void mxlog_sort_key_from_double(struct mxlog_sort_key *key, double value,
    bool descending);
void mxlog_sort_key_from_text(struct mxlog_sort_key *key, const char *text,
    size_t len, bool descending);
void mxlog_sort_key_from_ulid(struct mxlog_sort_key *key, const char *text,
    size_t len, bool descending);
