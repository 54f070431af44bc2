/* SPDX-License-Identifier: Apache-2.0 */
/* Archive lines: an archive opened for a query, as lines at offsets of the segment that
 * it was made of. */
#pragma once

#include "archive/archive_file.h"
#include "scan/chunk.h"

struct mxlog_archive_lines {
	struct mxlog_archive_file *file;
	uint64_t *starts; /* of each member's content in the segment, and the
	                   * end; NULL: foreign */
	size_t n_members;
};

int mxlog_archive_lines_open(struct mxlog_archive_lines *archive_lines,
    int log_dir_fd, const struct mxlog_archive_record *record,
    struct mxlog_error *reterr);
void mxlog_archive_lines_close(struct mxlog_archive_lines *archive_lines);

/* Read the whole lines of one member. */
int mxlog_archive_lines_read(const struct mxlog_archive_lines *archive_lines,
    size_t member, struct mxlog_archive_scratch *scratch,
    struct mxlog_chunk *chunk, struct mxlog_error *reterr);

/* The member that holds the byte at that offset. -ENOENT. */
int mxlog_archive_lines_find(const struct mxlog_archive_lines *archive_lines,
    uint64_t offset, size_t *ret_member);

/* Write a foreign archive's content to a temporary file without a name, which
 * is then read as a live segment is: *ret_fd and its size. */
int mxlog_archive_lines_spill(struct mxlog_archive_lines *archive_lines,
    int *ret_fd, uint64_t *ret_size, struct mxlog_error *reterr);
