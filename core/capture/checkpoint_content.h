/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint content: how far a source has been read: a cursor per stream, and for every
 * segment a size; what they promise says <mxlog/checkpoint.h>. In memory, and as
 * the text of a checkpoint's file, see FORMAT.md, State. */
#pragma once

#include "base/base.h"

struct mxlog_buf;

struct mxlog_checkpoint_content_cursor {
	char *stream;
	char *text;
};

struct mxlog_checkpoint_content_size {
	char *segment; /* within log_dir */
	uint64_t end;
};

/* Zeroed it is empty, and nobody's. */
struct mxlog_checkpoint_content {
	char *source;
	char *key; /* under which lines carry identities */
	struct mxlog_checkpoint_content_cursor *cursors;
	size_t n_cursors;
	struct mxlog_checkpoint_content_size *sizes;
	size_t n_sizes;
};

/* -ENOMEM; then _done, too, is due. */
int mxlog_checkpoint_content_init(struct mxlog_checkpoint_content *position,
    const char *source, const char *key);
void mxlog_checkpoint_content_done(struct mxlog_checkpoint_content *position);

/* Drop all cursors and sizes; it stays its source's. */
void mxlog_checkpoint_content_clear(struct mxlog_checkpoint_content *position);

/* NULL if there is none. */
struct mxlog_checkpoint_content_cursor *mxlog_checkpoint_content_find_cursor(
    const struct mxlog_checkpoint_content *position, const char *stream);
struct mxlog_checkpoint_content_size *mxlog_checkpoint_content_find_size(
    const struct mxlog_checkpoint_content *position, const char *segment);

/* Add or replace one: -ENOMEM. */
int mxlog_checkpoint_content_set_cursor(struct mxlog_checkpoint_content
					    *position,
    const char *stream, const char *cursor);
int mxlog_checkpoint_content_set_size(struct mxlog_checkpoint_content *position,
    const char *segment, uint64_t end);

/* One line, sealed by a digest of what stands before it. */
int mxlog_checkpoint_content_format(const struct mxlog_checkpoint_content
					*position,
    struct mxlog_buf *out);

/* Add what the text says. -EBADMSG, with any of it added, for what _format did
 * not write. */
int mxlog_checkpoint_content_parse(struct mxlog_checkpoint_content *position,
    const char *text, size_t len);
