/* SPDX-License-Identifier: Apache-2.0 */
/* Copies: `journalctl --flush` copies the runtime journal into the persistent
 * one under another seqnum id. Boot, monotonic time, realtime and hash stay, so
 * that what was read there can be told from what is new here. */
#pragma once

#include "journal_identity.h"

/* The place of an entry that a copy keeps. */
struct mxlog_journal_place {
	char boot[MXLOG_JOURNAL_ID_LEN];
	uint64_t monotonic, realtime, hash;
};

/* Read it out of a cursor: -EINVAL. */
int mxlog_journal_place_of_cursor(const char *cursor,
    struct mxlog_journal_place *ret);

/* The head of a runtime stream is saved as a stream of this name behind the
 * other's. */
#define MXLOG_JOURNAL_HEAD_SUFFIX "/head"

/* A runtime stream: from where to where it was read. */
struct mxlog_journal_mark {
	char id[MXLOG_JOURNAL_ID_LEN + 1];
	struct mxlog_journal_place head, last;
};

enum mxlog_journal_copied {
	MXLOG_JOURNAL_COPY,    /* was read where it was written first */
	MXLOG_JOURNAL_NEWER,   /* of the mark's boot, but past it */
	MXLOG_JOURNAL_FOREIGN, /* has nothing to do with the mark */
};

/* What an entry at `place`, that follows the one at `before` (NULL: none) in
 * its own stream, is to a mark. */
enum mxlog_journal_copied
mxlog_journal_mark_compare(const struct mxlog_journal_mark *mark,
    const struct mxlog_journal_place *place,
    const struct mxlog_journal_place *before);
