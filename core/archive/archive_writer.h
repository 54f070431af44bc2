/* SPDX-License-Identifier: Apache-2.0 */
/* Archive writer: turns a segment into an archive. */
#pragma once

#include "archive/archive_record.h"
#include "base/reterr.h"

/* What is archived. */
struct mxlog_archive_source {
	struct mxlog_segment_name segment; /* its live name */
	int fd;                            /* read with pread, from 0 */
	uint64_t size; /* how much of it: up to the end of a line */
	struct mxlog_ulid archive_id;
	int64_t archived_usec;
	int64_t arrived_usec;
	enum mxlog_archive_seal seal;
};

/* Told after each member how many bytes of the segment are done; a negative
 * errno ends the writing with it. */
typedef int mxlog_archive_step(void *arg, uint64_t done, uint64_t total);

/* Write the archive to out_fd, which is empty, at its position; nothing is
 * synced. Every member is inflated again and compared with what it was made
 * of, before this returns 0 and the archive's record (without a body). -EBUSY:
 * the segment is shorter than `size`; -EIO and others; `progress` may be NULL. */
int mxlog_archive_write(const struct mxlog_archive_source *source, int out_fd,
    mxlog_archive_step *progress, void *arg, struct mxlog_archive_record *ret);

/* Read the segment as _write does and write nothing: the entries there are and
 * their bounds, in *ret. */
int mxlog_archive_survey(const struct mxlog_archive_source *source,
    struct mxlog_archive_record *ret);
