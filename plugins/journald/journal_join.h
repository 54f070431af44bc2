/* SPDX-License-Identifier: Apache-2.0 */
/* Join: makes one record of the lines of a traceback that a service or a
 * container printed to a stream that journald reads line by line. */
#pragma once

#include "journal_identity.h"
#include "journal_record.h"

enum {
	/* What is longer stays in pieces. */
	MXLOG_JOURNAL_JOIN_LINES = 4000,
	MXLOG_JOURNAL_JOIN_IDENTITIES = 4200,
	MXLOG_JOURNAL_JOIN_BYTES = 1000 * 1024,
	/* Streams with a traceback under way; beyond, the oldest is done. */
	MXLOG_JOURNAL_JOIN_GROUPS = 64,
};

struct mxlog_journal_join;

/* Takes a record that nothing more will be joined to, made of `n` entries.
 * The record is the callee's until it returns. */
typedef int mxlog_journal_emit(void *arg,
    const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identities, size_t n);

int mxlog_journal_join_new(struct mxlog_journal_index *index,
    mxlog_journal_emit *emit, void *arg, struct mxlog_journal_join **ret);
void mxlog_journal_join_free(struct mxlog_journal_join *join);

/* Offer a record, made of `n` entries, at a CLOCK_MONOTONIC time: 1 if it was
 * kept, to be joined; 0
 * if it goes on alone. What it ends is emitted before. A negative result is
 * the callback's, or -ENOMEM. */
int mxlog_journal_join_offer(struct mxlog_journal_join *join,
    const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identities, size_t n,
    int64_t now_usec);

/* Emit what has been held for a second. */
int mxlog_journal_join_expire(struct mxlog_journal_join *join,
    int64_t now_usec);

/* Emit all that is held. */
int mxlog_journal_join_flush(struct mxlog_journal_join *join);

/* Records under way, and when the first must go: INT64_MAX if there is none. */
size_t mxlog_journal_join_held(const struct mxlog_journal_join *join);
int64_t mxlog_journal_join_deadline(const struct mxlog_journal_join *join);
