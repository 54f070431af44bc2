/* SPDX-License-Identifier: Apache-2.0 */
/* Seal: a live segment is closed when its day is over. A marker of its name in
 * .mxlog/seals/ tells its writers: it is never written again, what comes late
 * for its day goes to the next number. What it held then is the ledger's to
 * know. Versions without a ledger wrote that into the marker; it can be read.
 * See FORMAT.md, State. */
#pragma once

#include "extern/digest.h"
#include "store/segment.h"

enum mxlog_seal_state {
	MXLOG_SEAL_NONE,
	MXLOG_SEAL_HELD,   /* the segment is what it was */
	MXLOG_SEAL_WEAK,   /* it is as far as SHA256 can tell: the seal was made
	                    * with a key and none is given, or the reverse */
	MXLOG_SEAL_BROKEN, /* the segment, or the seal, has been changed */
};

struct mxlog_seal {
	enum mxlog_seal_state state;
	uint64_t size_bytes, entry_count; /* as sealed; not of NONE, BROKEN */
	int64_t sealed_usec;
	unsigned char checksum[MXLOG_DIGEST_LEN]; /* SHA256 of the segment */
};

/* What the first `size` bytes of a segment hold, all of it at the most: size,
 * lines (as entry_count) and checksum. */
int mxlog_seal_measure(int segment_fd, uint64_t size, struct mxlog_seal *ret);

/* Close this live segment: cut a torn tail off, make it durable, measure it and
 * put its marker (durable after mxlog_seal_sync()). -EAGAIN: it has a writer;
 * -EROFS: it has an archive; -ENOENT: it is gone; and others. One that has a
 * marker already is measured. */
int mxlog_seal_take(int log_dir_fd, const struct mxlog_segment_name *name,
    struct mxlog_seal *ret);

/* Put a marker, or empty the one there is. */
int mxlog_seal_mark(int log_dir_fd, const struct mxlog_segment_name *name);
bool mxlog_seal_is_marked(int log_dir_fd,
    const struct mxlog_segment_name *name);
int mxlog_seal_sync(int log_dir_fd);

/* Compare a live segment, open for reading (-1: it is gone), with what a version without a
 * ledger wrote into its marker. An empty one is NONE. */
int mxlog_seal_check(int log_dir_fd, const struct mxlog_segment_name *name,
    int segment_fd, const void *key, size_t key_len, struct mxlog_seal *ret);

/* All segments that have a seal, in stored order; the caller frees the array.
 * One of them that is neither live nor archived was removed by hand. */
int mxlog_seal_list(int log_dir_fd, struct mxlog_segment_name **ret,
    size_t *ret_n);

/* The segment was archived, or deleted for its age. No seal is fine. */
int mxlog_seal_remove(int log_dir_fd, const struct mxlog_segment_name *name);
