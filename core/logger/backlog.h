/* SPDX-License-Identifier: Apache-2.0 */
/* Backlog: lines that wait for a disk, the oldest first. While the disk refuses
 * them they are kept up to a limit; beyond it the mildest levels are given up
 * first: counted, and shown on stderr as far as its rate limit goes. When the
 * disk takes lines again, the count is said before anything else. */
#pragma once

#include "base/buf.h"
#include "logger/rate_limit.h"
#include "logger/shed.h"

/* Where a line goes: whatever its writer tells groups apart by. */
typedef uint64_t mxlog_backlog_group;

/* The rank of a line that itself says how many were shed: it stays to the last,
 * and goes to stderr when all else fails. */
enum {
	MXLOG_BACKLOG_COUNTS = MXLOG_QUEUE_RANKS,
};

struct mxlog_backlog_line {
	mxlog_backlog_group group;
	uint32_t len;
	uint32_t rank;
};

/* Who takes the lines. Both write all or nothing: 0 or a negative errno. */
struct mxlog_backlog_target {
	const char *name; /* for messages: the file or directory */
	int (*write)(void *ctx, mxlog_backlog_group group, const char *lines,
	    size_t len, size_t n);
	int (*say)(void *ctx, const struct mxlog_shed *shed);
	void *ctx;
};

struct mxlog_backlog {
	struct mxlog_backlog_target target;
	struct mxlog_buf text;
	size_t written; /* bytes of `text` that are gone */
	struct mxlog_backlog_line *lines;
	size_t first, n, capacity;
	size_t max_bytes;
	struct mxlog_shed shed; /* not said yet */
	int error;              /* why it could not be written; 0: it could */
	int64_t retry_msec;     /* CLOCK_MONOTONIC, then again */
	struct mxlog_line_limit shown;
	struct mxlog_rate_limit told;
};

void mxlog_backlog_done(struct mxlog_backlog *backlog);

/* Take a line in, its newline included; when there is no memory for it it is
 * given up, counted. */
void mxlog_backlog_add(struct mxlog_backlog *backlog, mxlog_backlog_group group,
    unsigned rank, const char *line, size_t len);

/* Write what waits; what can't be written stays, within the limit. Unless `now`
 * a disk that has just refused is left alone for a moment: then its error. */
int mxlog_backlog_write(struct mxlog_backlog *backlog, bool now);

/* Give up all that waits, count it, and say on stderr what has been given up
 * and was not said elsewhere. */
void mxlog_backlog_give_up(struct mxlog_backlog *backlog);

/* In a forked child: all of it is the parent's. */
void mxlog_backlog_forget(struct mxlog_backlog *backlog);

/* Take over another one's lines and count; it is empty then. */
void mxlog_backlog_inherit(struct mxlog_backlog *backlog,
    struct mxlog_backlog *from);

static inline size_t mxlog_backlog_bytes(const struct mxlog_backlog *backlog)
{
	return backlog->text.len - backlog->written;
}

/* True while something waits for a disk that has refused it. */
static inline bool mxlog_backlog_is_stuck(const struct mxlog_backlog *backlog)
{
	return backlog->error < 0;
}
