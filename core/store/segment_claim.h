/* SPDX-License-Identifier: Apache-2.0 */
/* Segment claim: one live segment, held by its one writer. */
#pragma once

#include "base/own_fd.h"
#include "store/segment.h"

struct mxlog_segment_claim {
	struct mxlog_segment_name name;
	int dir_fd; /* the segment's directory */
	int fd;
	struct mxlog_own_fd dir_own, own;
	uint64_t size;     /* where the next line goes */
	uint64_t mark;     /* what undo cuts back to */
	uint64_t reserved; /* blocks are allocated up to here; 0: none */
	uint64_t started;  /* the kernel was told to write up to here */
	bool name_durable;
};

/* Claim the day's lowest segment that has no writer, no seal, no archive, and
 * room for `need` bytes below `max`; else a new one, with a number above all
 * that were ever used. A torn tail is cut off. Nobody is waited for. */
int mxlog_segment_claim_take(int log_dir_fd, enum mxlog_kind kind, int32_t day,
    uint64_t need, uint64_t max, struct mxlog_segment_claim *ret);

/* Claim this one, however full, not to write it but to close it. -EROFS: it
 * has a seal or an archive; -EAGAIN: it has a writer; -ENOENT; and others. */
int mxlog_segment_claim_take_this(int log_dir_fd,
    const struct mxlog_segment_name *name, struct mxlog_segment_claim *ret);

/* Give the segment up. */
void mxlog_segment_claim_release(struct mxlog_segment_claim *claim);

/* In a forked child: let go of the parent's segment and leave it alone. */
void mxlog_segment_claim_forget(struct mxlog_segment_claim *claim);

/* Begin a batch: what undo goes back to. A segment that was removed is
 * -ESTALE, here and in _append, and so is one whose descriptor the program has
 * closed: another file that got its number is not touched. */
int mxlog_segment_claim_begin(struct mxlog_segment_claim *claim);

/* Append whole lines. */
int mxlog_segment_claim_append(struct mxlog_segment_claim *claim,
    const char *lines, size_t len);

/* Cut the segment back to where the batch began. */
int mxlog_segment_claim_undo(struct mxlog_segment_claim *claim);

/* Make the segment durable, with its name. */
int mxlog_segment_claim_sync(struct mxlog_segment_claim *claim);

/* Have the kernel begin to write what is there, so that a later _sync finds
 * little left to do. Promises nothing, waits for nothing. */
void mxlog_segment_claim_write_ahead(struct mxlog_segment_claim *claim);

/* Allocate blocks for `bytes` beyond size. Where the file system can't, at
 * least see that there are as many free ones. */
int mxlog_segment_claim_reserve(struct mxlog_segment_claim *claim,
    uint64_t bytes);
