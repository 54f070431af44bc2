/* SPDX-License-Identifier: Apache-2.0 */
/* Identity: which journal entry a line was made of: the first 8 hex digits of
 * the seqnum id, the number, and the time at which journald took it in (after a
 * power loss a journal may give out numbers again, never with the same time).
 *
 * In a line it is `context.journal_id` (of a metric: the tag):
 *
 *	<8 hex>-<number>[@<time>][,<number>+<time>|,<number>-<time>]...
 *
 * all in hex, the time in microseconds and only there if it is not the line's
 * own. A line that was joined of several entries lists the others as distances
 * from the one before. */
#pragma once

#include <mxlog/error.h>

struct mxlog_journal_identity {
	uint32_t id; /* the first 32 bits of the seqnum id */
	uint64_t seqnum;
	int64_t realtime_usec;
};

enum {
	MXLOG_JOURNAL_ID_LEN = 32, /* hex digits of a seqnum id */
	/* Bytes that one identity takes at most. */
	MXLOG_JOURNAL_IDENTITY_MAX = 48,
	MXLOG_JOURNAL_NUMBER_CURSOR_MAX = 80,
};

/* Read id and number out of a cursor of sd-journal: -EINVAL. */
int mxlog_journal_identity_of_cursor(const char *cursor,
    struct mxlog_journal_identity *ret);

/* A cursor that says nothing but a number of a stream: to read on behind it
 * without knowing the entry. */
void mxlog_journal_identity_format_cursor(char out
					      [MXLOG_JOURNAL_NUMBER_CURSOR_MAX],
    const char *stream, uint64_t seqnum);

/* Write the first identity of a line, or a further one; returns the length. */
size_t mxlog_journal_identity_format(char out[MXLOG_JOURNAL_IDENTITY_MAX],
    const struct mxlog_journal_identity *identity, int64_t line_time_usec);
size_t mxlog_journal_identity_format_next(char out[MXLOG_JOURNAL_IDENTITY_MAX],
    const struct mxlog_journal_identity *identity,
    const struct mxlog_journal_identity *previous);

/* Step through the identities of a line's text: zeroed but for text, len and
 * line_time_usec. 1 and the next one; 0 at the end; -EINVAL for what we would
 * not have written. */
struct mxlog_journal_identity_list {
	const char *text;
	size_t len;
	int64_t line_time_usec;
	size_t at;
	struct mxlog_journal_identity last;
};
int mxlog_journal_identity_next(struct mxlog_journal_identity_list *list,
    struct mxlog_journal_identity *ret);

/* ---- sets ---- */

struct mxlog_journal_identity_set {
	struct mxlog_journal_identity *slots; /* seqnum 0: empty */
	size_t n_slots, n;
};

void mxlog_journal_identity_set_done(struct mxlog_journal_identity_set *set);
/* -ENOMEM. One that is there already is left out; so is number 0, which
 * journald never gives. */
int mxlog_journal_identity_set_add(struct mxlog_journal_identity_set *set,
    const struct mxlog_journal_identity *identity);
/* Remove it: true if it was there. */
bool mxlog_journal_identity_set_take(struct mxlog_journal_identity_set *set,
    const struct mxlog_journal_identity *identity);
