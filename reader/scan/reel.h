/* SPDX-License-Identifier: Apache-2.0 */
/* Reel: an archive opened for a query, as lines at offsets of the segment that
 * it was made of. */
#pragma once

#include "archive/archive_file.h"
#include "scan/chunk.h"

struct mxlog_reel {
	struct mxlog_archive_file *file;
	uint64_t *starts; /* of each member's content in the segment, and the
	                   * end; NULL: foreign */
	size_t n_members;
};

int mxlog_reel_open(struct mxlog_reel *reel, int log_dir_fd,
    const struct mxlog_archive_record *record, struct mxlog_error *reterr);
void mxlog_reel_close(struct mxlog_reel *reel);

/* Read the whole lines of one member. */
int mxlog_reel_read(const struct mxlog_reel *reel, size_t member,
    struct mxlog_archive_scratch *scratch, struct mxlog_chunk *chunk,
    struct mxlog_error *reterr);

/* The member that holds the byte at that offset. -ENOENT. */
int mxlog_reel_find(const struct mxlog_reel *reel, uint64_t offset,
    size_t *ret_member);

/* Write a foreign archive's content to a temporary file without a name, which
 * is then read as a live segment is: *ret_fd and its size. */
int mxlog_reel_unroll(struct mxlog_reel *reel, int *ret_fd, uint64_t *ret_size,
    struct mxlog_error *reterr);
