/* SPDX-License-Identifier: Apache-2.0 */
/* Seal: what a live segment held when its day was over, until it is archived.
 * A sealed segment is never written again: what comes late for its day goes to
 * the next number. See FORMAT.md, State, for what a seal proves and what not. */
#pragma once

#include "extern/digest.h"
#include "store/segment.h"

/* Seal all live segments of days before `before_day` that have no seal, no
 * archive and no writer, each with a torn tail cut off and made durable first. With a key (NULL: none) the seal is an HMAC. The first error; the
 * rest was tried. *ret_sealed is how many were sealed, in any case. */
int mxlog_seal_run(int log_dir_fd, int32_t before_day, const void *key,
    size_t key_len, uint64_t *ret_sealed);

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

/* Compare a live segment, open for reading, with its seal. */
int mxlog_seal_check(int log_dir_fd, const struct mxlog_segment_name *name,
    int segment_fd, const void *key, size_t key_len, struct mxlog_seal *ret);

/* All segments that have a seal, in stored order; the caller frees the array.
 * One of them that is neither live nor archived was removed by hand. */
int mxlog_seal_list(int log_dir_fd, struct mxlog_segment_name **ret,
    size_t *ret_n);

/* The segment was archived, or deleted for its age. No seal is fine. */
int mxlog_seal_remove(int log_dir_fd, const struct mxlog_segment_name *name);
