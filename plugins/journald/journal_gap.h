/* SPDX-License-Identifier: Apache-2.0 */
/* Gap: numbers of a stream that were gone before they could be read. Its entry
 * names them in `context.journal_id`,
 *
 *	<8 hex>-<first>..[<last>]
 *
 * in hex, the last one absent if it is not known, so that a restart tells
 * nothing twice. */
#pragma once

#include "journal_identity.h"

struct mxlog_journal_gap {
	const char *stream; /* its seqnum id */
	uint64_t first;
	uint64_t last; /* inclusive; UINT64_MAX: not known */
};

/* Write it; returns the length. */
size_t mxlog_journal_gap_format(char out[MXLOG_JOURNAL_IDENTITY_MAX],
    const struct mxlog_journal_gap *gap);

/* Gaps that entries on disk tell of. */
struct mxlog_journal_told {
	struct mxlog_journal_range {
		uint32_t id; /* the first 32 bits of the stream's */
		uint64_t first, last;
	} * ranges;
	size_t n;
};

void mxlog_journal_told_done(struct mxlog_journal_told *told);

/* Add the gap of which an identity's text tells: 1; 0 if it is no gap's;
 * -ENOMEM. */
int mxlog_journal_told_add(struct mxlog_journal_told *told, const char *text,
    size_t len);

/* Leave out what lines were made of and what was told: narrows the gap and
 * says how many numbers are left in it, of one without end UINT64_MAX. Holes in
 * the numbers are normal, so that this is an upper bound. -ENOMEM. */
int mxlog_journal_gap_narrow(struct mxlog_journal_gap *gap,
    const struct mxlog_journal_identity_set *known,
    const struct mxlog_journal_told *told, uint64_t *ret_left);
