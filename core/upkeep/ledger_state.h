/* SPDX-License-Identifier: Apache-2.0 */
/* Ledger state: what the ledger's lines, one after the other, say of each
 * segment. */
#pragma once

#include "upkeep/ledger_event.h"

enum mxlog_ledger_flags {
	MXLOG_LEDGER_IS_SEALED = 1 << 0,      /* its content is fixed */
	MXLOG_LEDGER_IS_ARCHIVED = 1 << 1,    /* its archive is recorded */
	MXLOG_LEDGER_IS_DELETED = 1 << 2,     /* for its age: it may go */
	MXLOG_LEDGER_IS_LOST = 1 << 3,        /* gone, and that was accepted */
	MXLOG_LEDGER_IS_CORRUPT = 1 << 4,     /* its archive is, and was told */
	MXLOG_LEDGER_IS_QUARANTINED = 1 << 5, /* what had its name was */
	MXLOG_LEDGER_IS_REWRITTEN = 1 << 6,   /* its prefix changed, told */
};

struct mxlog_ledger_segment {
	struct mxlog_segment_name name; /* live */
	unsigned flags;
	bool gone;      /* private to a run: of a deleted one nothing is left */
	uint64_t since; /* seq of the line that named it first */
	/* When its content was fixed, in witnessed time. */
	uint64_t witnessed_usec;
	/* Its content, once sealed or archived. Of a foreign archive has_content
	 * is false: nobody saw it live. */
	bool has_content;
	uint64_t size, entries;
	unsigned char sha256[MXLOG_DIGEST_LEN];
	int64_t first, last; /* last < first: no entry */
	/* Its archive, and what SHA-256 its record has. */
	uint64_t archive_size;
	unsigned char archive_sha256[MXLOG_DIGEST_LEN];
	unsigned char record[MXLOG_DIGEST_LEN];
	/* Live: its sealed beginning, and what the last look saw. */
	uint64_t prefix_size, seen_size;
	unsigned char prefix_sha256[MXLOG_DIGEST_LEN];
	unsigned char seen_sha256[MXLOG_DIGEST_LEN];
	int64_t seen_usec; /* when that look was */
};

/* A zeroed struct is an empty one. */
struct mxlog_ledger_state {
	struct mxlog_ledger_segment *segments; /* in stored order */
	size_t n, capacity;
};

void mxlog_ledger_state_done(struct mxlog_ledger_state *state);

/* What is known of that segment (whatever name->archived says), or NULL;
 * borrowed until the next _apply. */
struct mxlog_ledger_segment *
mxlog_ledger_state_find(const struct mxlog_ledger_state *state,
    const struct mxlog_segment_name *name);

/* Take in what an event says. -EBADMSG: it lacks what an event of its kind must
 * say; -ENOMEM. */
int mxlog_ledger_state_apply(struct mxlog_ledger_state *state,
    const struct mxlog_ledger_event *event);

/* Call `add` with events that say again all that is known of that segment. */
int mxlog_ledger_state_restate(const struct mxlog_ledger_segment *segment,
    int (*add)(void *arg, struct mxlog_ledger_event *event), void *arg);
