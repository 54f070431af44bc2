/* SPDX-License-Identifier: Apache-2.0 */
/* Ledger lines: the text of one part, each line held against the one before. */
#pragma once

#include "upkeep/ledger.h"

enum {
	MXLOG_LEDGER_READ_MAX = 1024 * 1024 * 1024,
};

/* Where reading is. A zeroed struct has read nothing: the first line may then
 * continue one that is not there any more. */
struct mxlog_ledger_lines {
	const char *name; /* of the part, for messages; NULL: the ledger's */
	uint64_t seq;     /* of the last line; 0: none */
	unsigned char head[MXLOG_DIGEST_LEN];
	uint64_t closed; /* bytes of the part up to its last tick */
	uint64_t line;   /* in the part, from 1 */
};

/* Read a part's lines up to its last tick. -EBADMSG: one of them is none, or
 * does not continue the one before; those before it were visited. */
int mxlog_ledger_lines_read(struct mxlog_ledger_lines *lines,
    const struct mxlog_buf *text, mxlog_ledger_visit *visit, void *arg,
    struct mxlog_error *reterr);

/* HMAC-SHA256, or without a key SHA-256, of a tick's line up to where its check
 * or mac stands: no line follows the last tick yet that would vouch for it. */
int mxlog_ledger_make_mac(const struct mxlog_ledger_event *tick,
    const struct mxlog_ledger_key *key, unsigned char ret[MXLOG_DIGEST_LEN]);
