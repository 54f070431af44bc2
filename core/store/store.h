/* SPDX-License-Identifier: Apache-2.0 */
/* Store: the live segments of a log directory, as one writer sees them.
 *
 * A segment has one writer: whoever holds flock on it, taken without waiting
 * and kept until rotation or exit. Who claims a segment cuts a torn tail back
 * to the last newline. A batch is stored whole or not at all. A forked child
 * starts with an empty batch and claims anew. */
#pragma once

#include "base/buf.h"
#include "base/reterr.h"
#include "store/segment.h"

struct mxlog_store;

struct mxlog_store_options {
	uint64_t max_segment_bytes;
	uint32_t uid, gid; /* of new files; UINT32_MAX: the directory's owner
	                    * when root writes, else the kernel's choice */
	bool lazy; /* nobody waits for the disk: a segment that is let go is
	            * synced only by a later mxlog_store_sync() */
};

/* Open a log directory, making it (for `uid`, if given) when missing. -EPERM
 * if it belongs to another account than `uid`, or to one that is neither the
 * caller nor root. */
int mxlog_store_open(const char *log_dir,
    const struct mxlog_store_options *options, struct mxlog_store **ret,
    struct mxlog_error *reterr);

/* Make sure of room for `bytes` more than what is pending, in today's segment
 * (fallocate, keeping the size) or, past its end, on the file system. -ENOSPC
 * and others; what was reserved before stays. */
int mxlog_store_reserve(struct mxlog_store *store, size_t bytes);

/* Add one line, its '\n' included, to the batch. -ENOMEM. */
int mxlog_store_add(struct mxlog_store *store, enum mxlog_kind kind,
    int64_t time_usec, const char *line, size_t len);

/* The same without a copy: append a line to *ret, which is borrowed until the
 * next call, then say how long it was. */
int mxlog_store_get_lines(struct mxlog_store *store, enum mxlog_kind kind,
    int64_t time_usec, struct mxlog_buf **ret);
void mxlog_store_added(struct mxlog_store *store, size_t len);

/* Call `each` for the lines of every group of the batch. */
void mxlog_store_each_pending(const struct mxlog_store *store,
    void (*each)(void *arg, enum mxlog_kind kind, int32_t day,
	const char *lines, size_t len),
    void *arg);

/* Bytes of the batch. */
size_t mxlog_store_pending(const struct mxlog_store *store);

/* Write the batch, each line to a segment of its day; with `sync` it is on disk
 * when 0 is returned. On failure every touched segment is cut back to what it
 * was, the batch is kept, and after a failed sync the next commit goes to a new
 * segment. A batch larger than a segment is split between lines. Also lets go
 * of other days' segments that were not written for a minute: call it now and
 * then without a batch, too. */
int mxlog_store_commit(struct mxlog_store *store, bool sync);
void mxlog_store_rollback(struct mxlog_store *store);

/* What was committed will be synced before long: begin to write it. */
void mxlog_store_write_ahead(struct mxlog_store *store);

/* fdatasync all that was written since the last sync. After a failure what was
 * written since the last success may be lost. */
int mxlog_store_sync(struct mxlog_store *store);

/* Release all claims; the next commit claims anew. What is pending stays so.
 * A segment that could not be cut back after a failed batch stays claimed until
 * it can be. */
void mxlog_store_release(struct mxlog_store *store);

/* The segments that lines were committed to: 1 and the name with the end of
 * the last committed line, 0 past the last. Those that are long archived are
 * forgotten. */
int mxlog_store_get_end(const struct mxlog_store *store, size_t index,
    struct mxlog_segment_name *ret_name, uint64_t *ret_size);

/* Segments that are claimed from now on are left at this size. */
void mxlog_store_set_max(struct mxlog_store *store, uint64_t max_segment_bytes);

uint64_t mxlog_store_rotations(const struct mxlog_store *store);
int mxlog_store_dir_fd(const struct mxlog_store *store);

/* What is pending is forgotten. */
void mxlog_store_close(struct mxlog_store *store);
