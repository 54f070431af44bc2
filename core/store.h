/* SPDX-License-Identifier: Apache-2.0 */
/* Store: the live segments of a log directory, as one writer sees them.
 *
 * A segment has one writer: whoever holds flock on it, taken without waiting
 * and kept until rotation or exit. Who claims a segment cuts a torn tail back
 * to the last newline. A batch is stored whole or not at all. */
#pragma once

#include "reterr.h"
#include "segment.h"

struct mxlog_store;

struct mxlog_store_options {
	uint64_t max_segment_bytes;
	uint32_t uid, gid; /* of new files; UINT32_MAX: leave to the kernel */
};

int mxlog_store_open(const char *log_dir,
    const struct mxlog_store_options *options, struct mxlog_store **ret,
    struct mxlog_error *reterr);

/* Make sure of room for `bytes` more (fallocate, keeping the size) in today's
 * segment. -ENOSPC and others; nothing is held then. */
int mxlog_store_reserve(struct mxlog_store *store, size_t bytes);

/* Add one line, its '\n' included, to the batch. -ENOMEM. */
int mxlog_store_add(struct mxlog_store *store, enum mxlog_kind kind,
    int64_t time_usec, const char *line, size_t len);
size_t mxlog_store_pending(const struct mxlog_store *store);

/* Write the batch, each line to a segment of its day; with `sync` it is on disk
 * when 0 is returned. On failure every touched segment is cut back to what it
 * was, the batch is kept, and after a failed sync the next commit goes to a new
 * segment. A batch larger than a segment is split between lines. */
int mxlog_store_commit(struct mxlog_store *store, bool sync);
void mxlog_store_rollback(struct mxlog_store *store);

/* fdatasync all that was written since the last sync. */
int mxlog_store_sync(struct mxlog_store *store);

/* Release all claims; the next commit claims anew. */
void mxlog_store_release(struct mxlog_store *store);

uint64_t mxlog_store_rotations(const struct mxlog_store *store);
int mxlog_store_dir_fd(const struct mxlog_store *store);
void mxlog_store_close(struct mxlog_store *store);
