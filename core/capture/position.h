/* SPDX-License-Identifier: Apache-2.0 */
/* Position: how far a source has been read: a cursor per stream, and for every
 * segment a size; what they promise says <mxlog/checkpoint.h>. In memory, and as
 * the text of a checkpoint's file, see FORMAT.md, State. */
#pragma once

#include "base/base.h"

struct mxlog_buf;

struct mxlog_position_cursor {
	char *stream;
	char *text;
};

struct mxlog_position_size {
	char *segment; /* within log_dir */
	uint64_t end;
};

/* Zeroed it is empty, and nobody's. */
struct mxlog_position {
	char *source;
	char *key; /* under which lines carry identities */
	struct mxlog_position_cursor *cursors;
	size_t n_cursors;
	struct mxlog_position_size *sizes;
	size_t n_sizes;
};

/* -ENOMEM; then _done, too, is due. */
int mxlog_position_init(struct mxlog_position *position, const char *source,
    const char *key);
void mxlog_position_done(struct mxlog_position *position);

/* Drop all cursors and sizes; it stays its source's. */
void mxlog_position_clear(struct mxlog_position *position);

/* NULL if there is none. */
struct mxlog_position_cursor *mxlog_position_find_cursor(
    const struct mxlog_position *position, const char *stream);
struct mxlog_position_size *mxlog_position_find_size(const struct mxlog_position
							 *position,
    const char *segment);

/* Add or replace one: -ENOMEM. */
int mxlog_position_set_cursor(struct mxlog_position *position,
    const char *stream, const char *cursor);
int mxlog_position_set_size(struct mxlog_position *position,
    const char *segment, uint64_t end);

/* One line, sealed by a digest of what stands before it. */
int mxlog_position_format(const struct mxlog_position *position,
    struct mxlog_buf *out);

/* Add what the text says. -EBADMSG, with any of it added, for what _format did
 * not write. */
int mxlog_position_parse(struct mxlog_position *position, const char *text,
    size_t len);
