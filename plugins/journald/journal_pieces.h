/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces: makes one record of a line that a container engine
 * (CONTAINER_PARTIAL_…) or journald (_LINE_BREAK=line-max) cut, so that what
 * lies across a cut is seen whole: secrets above all. */
#pragma once

#include "journal_join.h"

enum {
	/* A longer line stays in pieces; so does the oldest one when all that
	 * is held would be more. */
	MXLOG_JOURNAL_PIECES_LINE = MXLOG_JOURNAL_MESSAGE_MAX,
	MXLOG_JOURNAL_PIECES_BYTES = 8 * 1024 * 1024,
	MXLOG_JOURNAL_PIECES_IDENTITIES = 1000,
	MXLOG_JOURNAL_PIECES_LINES = 64,
};

struct mxlog_journal_pieces;

/* `mask` stands for a token that a bound cuts; copied. */
int mxlog_journal_pieces_new(struct mxlog_journal_index *index,
    const char *mask, mxlog_journal_emit *emit, void *arg,
    struct mxlog_journal_pieces **ret);
void mxlog_journal_pieces_free(struct mxlog_journal_pieces *pieces);

/* Offer a record at a CLOCK_MONOTONIC time: 1 if it was taken, held or emitted
 * as the end of a line; 0 if it is no piece and goes on alone. A negative
 * result is the callback's, or -ENOMEM. */
int mxlog_journal_pieces_offer(struct mxlog_journal_pieces *pieces,
    const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identity, int64_t now_usec);

/* Emit what has been held for a second; all that is held. Tokens at the cut are
 * masked, and so are those at which the line goes on later. */
int mxlog_journal_pieces_expire(struct mxlog_journal_pieces *pieces,
    int64_t now_usec);
int mxlog_journal_pieces_flush(struct mxlog_journal_pieces *pieces);

/* Lines under way, and when the first must go: INT64_MAX if there is none. */
size_t mxlog_journal_pieces_held(const struct mxlog_journal_pieces *pieces);
int64_t mxlog_journal_pieces_deadline(
    const struct mxlog_journal_pieces *pieces);
