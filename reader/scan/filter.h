/* SPDX-License-Identifier: Apache-2.0 */
/* Filter: rejects canonical lines by what stands at fixed places, before
 * anything of them is read as JSON. */
#pragma once

#include "entry/canonical_line.h"
#include "query/query_private.h"

enum mxlog_verdict {
	MXLOG_NO,      /* whatever else is in it, it does not match */
	MXLOG_MAYBE,   /* nothing here speaks against it */
	MXLOG_UNKNOWN, /* not canonical: decode it */
};

/* What was found of a module. */
struct mxlog_filter_module {
	char text[MXLOG_MODULE_SLOT_BYTES]; /* zeros behind it */
	enum mxlog_verdict verdict;
};

struct mxlog_filter {
	const struct mxlog_query *query;
	bool by_trace_id, by_module;
	bool has_since, has_until;
	bool any; /* there is something to reject a line by */
	char since[27], until[27];
	struct mxlog_filter_module modules[MXLOG_MODULE_SLOTS];
};

/* The query is borrowed. */
void mxlog_filter_init(struct mxlog_filter *filter,
    const struct mxlog_query *query);

/* Entries behind this time are no longer wanted: narrow the range. */
void mxlog_filter_narrow(struct mxlog_filter *filter, int64_t since_usec,
    int64_t until_usec);

/* Of the line that begins here; at least MXLOG_CANONICAL_MIN bytes stand before
 * `end`, and a newline last of all. */
enum mxlog_verdict mxlog_filter_check(struct mxlog_filter *filter,
    const char *line, const char *end);
