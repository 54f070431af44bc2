/* SPDX-License-Identifier: Apache-2.0 */
/* Ledger: what happened to every file of a log directory, as lines that are
 * only appended, each with the digest of the one before. It decides what may be
 * sealed, archived and deleted. See FORMAT.md, section 5.
 *
 * Lines are appended in batches, each closed by a tick; what follows the last
 * tick was never closed and does not count. Who writes holds the cycle's lock. */
#pragma once

#include <sys/types.h>

#include "base/reterr.h"
#include "upkeep/ledger_state.h"

enum {
	MXLOG_LEDGER_PART_MAX = 8 * 1024 * 1024, /* then the next one begins */
	/* Kept allocated behind the end, for a run on a full disk. */
	MXLOG_LEDGER_RESERVE = 1024 * 1024,
};

struct mxlog_ledger_key {
	const void *data; /* NULL: none */
	size_t len;
};

struct mxlog_ledger {
	int state_fd;
	int fd;        /* the last part; -1: there is none, or not to write */
	uint32_t part; /* its number */
	uint64_t size; /* of it, up to its last tick */
	uint64_t part_max;
	bool missing; /* there is no ledger at all */
	bool damaged; /* it can't be believed: nothing may be added */
	bool torn;    /* what followed the last tick was cut off */
	bool unkeyed; /* it is there, and its last tick has no mac */
	bool fresh;   /* this part is not on disk yet */
	int failed;   /* of an append: what is in memory is not on disk */
	uint64_t seq; /* of the last line */
	unsigned char head[MXLOG_DIGEST_LEN];    /* its digest */
	unsigned char genesis[MXLOG_DIGEST_LEN]; /* the very first line's */
	struct mxlog_ledger_event tick;          /* the last one */
	struct mxlog_ledger_state state;
	struct mxlog_ledger_key key;
	struct mxlog_buf pending; /* added, not flushed */
	int64_t now_usec;         /* the time of what is added */
};

enum mxlog_ledger_mode {
	MXLOG_LEDGER_READ,
	MXLOG_LEDGER_APPEND, /* a torn tail is cut off */
};

/* Read the last part. A ledger that is missing, damaged, or not closed under
 * the key is said by its members, and the latter two by reterr, while 0 is
 * returned; negative only when it can't be read. The caller closes in every
 * case. */
int mxlog_ledger_open(struct mxlog_ledger *ledger, int state_fd,
    const struct mxlog_ledger_key *key, enum mxlog_ledger_mode mode,
    struct mxlog_error *reterr);
void mxlog_ledger_close(struct mxlog_ledger *ledger);

/* Begin the first part; after damage the next one, which says `why` (NULL: there
 * is none) and knows what could be read. Durable with the first flush. */
int mxlog_ledger_begin(struct mxlog_ledger *ledger, const char *why);

/* Add an event (its seq, prev and time are filled in) to the batch, and to the
 * state. -EBADMSG: it is not whole; what an earlier append failed with. */
int mxlog_ledger_add(struct mxlog_ledger *ledger,
    struct mxlog_ledger_event *event);

/* Close the batch with this tick and make it durable. On failure nothing of the
 * batch is on disk, and nothing can be added any more. */
int mxlog_ledger_flush(struct mxlog_ledger *ledger,
    struct mxlog_ledger_event *tick);

/* Begin the next part, with all that is known, if this one is full. Nothing is
 * pending. */
int mxlog_ledger_rotate(struct mxlog_ledger *ledger);

/* ---- the whole of it ---- */

/* Told of each closed line in turn, and of its digest. Negative ends it. */
typedef int mxlog_ledger_visit(void *arg,
    const struct mxlog_ledger_event *event,
    const unsigned char digest[MXLOG_DIGEST_LEN]);

/* Read all parts that there are, check that each line continues the one before,
 * and call `visit` (may be NULL). -EBADMSG and which line of which part does
 * not; -ENOENT: there is none. */
int mxlog_ledger_walk(int state_fd, mxlog_ledger_visit *visit, void *arg,
    struct mxlog_error *reterr);

/* "ledger", "ledger.1" … */
enum {
	MXLOG_LEDGER_NAME_MAX = 32,
};
void mxlog_ledger_part_name(char out[MXLOG_LEDGER_NAME_MAX], uint32_t part);
