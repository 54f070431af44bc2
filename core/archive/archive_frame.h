/* SPDX-License-Identifier: Apache-2.0 */
/* Archive frame: how the pieces of an archive are wrapped into gzip members.
 * See FORMAT.md, section 3. */
#pragma once

#include "extern/digest.h"
#include "extern/gzip_block.h"

enum {
	/* Above 32 KiB of extra field a widely used gzip reader breaks. */
	MXLOG_FRAME_EXTRA_MAX = 16 * 1024,
	MXLOG_FRAME_END_LEN = MXLOG_GZIP_EMPTY_LEN + 4 + 64,
};

/* Which part of the directory a member holds a piece of. */
enum mxlog_frame_part {
	MXLOG_FRAME_BOUNDS = 'B',
	MXLOG_FRAME_SKETCHES = 'S',
};

/* Append a data member: `content` compressed, its own sizes in the extra
 * field. */
int mxlog_frame_write_data(struct mxlog_gzip_writer *writer,
    const void *content, size_t len, struct mxlog_buf *out);

/* Check what a data member's extra field says of it. -EBADMSG. */
int mxlog_frame_check_data(const void *member, size_t len, size_t content);

/* Append a part as a run of empty members; an empty part is no member. */
int mxlog_frame_write_part(enum mxlog_frame_part part, const void *data,
    size_t len, struct mxlog_buf *out);

/* Append the part that this run of members holds, whole. -EBADMSG for a single
 * byte that _write_part would not have written. */
int mxlog_frame_read_part(enum mxlog_frame_part part, const void *data,
    size_t len, struct mxlog_buf *out);

/* What the last member says. The members of the bounds begin at `bounds_at`,
 * those of the n-gram filters follow, and it itself stands behind them. */
struct mxlog_frame_end {
	uint64_t bounds_at;
	uint64_t bounds_len;
	uint64_t ngram_filters_len;
	unsigned char bounds_sha256[MXLOG_DIGEST_LEN];
};

/* Append the last member: MXLOG_FRAME_END_LEN bytes. */
int mxlog_frame_write_end(const struct mxlog_frame_end *end,
    struct mxlog_buf *out);

/* -EBADMSG for a single byte that _write_end would not have written, or parts
 * that do not fill a file of that size. */
int mxlog_frame_read_end(const void *member, uint64_t file_size,
    struct mxlog_frame_end *ret);
