/* SPDX-License-Identifier: Apache-2.0 */
/* Sort record: a match on its way through the sorter. */
#pragma once

#include "base/reterr.h"

/* A match and what it is ordered by: what lacks the field comes last, then
 * (hi, lo, extra), then stored order. */
struct mxlog_sort_record {
	uint64_t hi, lo;   /* the smaller comes first: invert to descend */
	uint64_t offset;   /* of the line in its segment */
	int64_t time_usec; /* carried along */
	const char *text;  /* the line, or NULL: it must be read again */
	const char *extra; /* of a text key what comes after hi and lo */
	uint32_t len;
	uint32_t extra_len;
	uint32_t segment; /* in stored order */
	bool missing;
};
