/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint: how far a source has been read, for exactly-once capture.
 *
 * A source (the journal) and the log directory can't commit together, so each
 * line carries the identity of what it was made from, and a checkpoint says
 * two things: a cursor per stream of the source, up to which all is on disk,
 * and for every segment the size up to which it holds nothing from behind
 * those cursors. A restart reads on from the cursors and leaves out what it
 * finds, by identity, in whole lines past those sizes.
 *
 * The rules, without which this loses or repeats entries after a crash:
 * - sync the writer before every save;
 * - save only when no identity that mxlog_checkpoint_scan() found can still
 *   come: each has come, or reading has passed the source's end at start;
 * - at the moment whose sizes are saved nothing that was read is held back. */
#pragma once

#include <mxlog/error.h>

MXLOG_BEGIN_DECLS

struct mxlog_checkpoint;

/* Take the source's lock, which is held until close, and read what was saved.
 * `source` is a name of [a-z0-9_.-], `key` the context key (of a metric: the
 * tag) that carries identities. -EBUSY with reterr: another process has the
 * source. */
MXLOG_EXPORT int mxlog_checkpoint_open(const char *log_dir, const char *source,
    const char *key, struct mxlog_checkpoint **ret, struct mxlog_error *reterr);
MXLOG_EXPORT void mxlog_checkpoint_close(struct mxlog_checkpoint *checkpoint);

enum mxlog_checkpoint_state {
	MXLOG_CHECKPOINT_NEW, /* there was none, or one without cursors */
	MXLOG_CHECKPOINT_LOADED,
	MXLOG_CHECKPOINT_DAMAGED, /* there was one that can't be trusted: all
	                           * is as if there were none */
};
MXLOG_EXPORT enum mxlog_checkpoint_state mxlog_checkpoint_get_state(
    const struct mxlog_checkpoint *checkpoint);

/* The cursor of a stream, NULL for one that has none; and the name of the
 * stream at `index`, NULL past the last. Identities begin with (a prefix of)
 * their stream's name, up to a '-'. */
MXLOG_EXPORT const char *mxlog_checkpoint_get_cursor(
    const struct mxlog_checkpoint *checkpoint, const char *stream);
MXLOG_EXPORT const char *mxlog_checkpoint_get_stream(
    const struct mxlog_checkpoint *checkpoint, size_t index);
MXLOG_EXPORT int mxlog_checkpoint_set_cursor(struct mxlog_checkpoint
						 *checkpoint,
    const char *stream, const char *cursor);

/* Of a segment ("metrics/2026-01-28.metrics.log") the end of the last line that
 * the source's writer has committed, as mxlog_writer_get_segment() says after a
 * commit. The writer must be synced before the save. */
MXLOG_EXPORT int mxlog_checkpoint_set_size(struct mxlog_checkpoint *checkpoint,
    const char *segment, uint64_t end);

/* Replace the file, durably. On failure the old one stands. */
MXLOG_EXPORT int mxlog_checkpoint_save(struct mxlog_checkpoint *checkpoint);

struct mxlog_identity {
	const char *text; /* as it stands in the line, borrowed */
	size_t len;
	int64_t time_usec; /* of the line, before a writer moved it */
};
typedef int mxlog_identity_found(void *arg,
    const struct mxlog_identity *identity);

/* Call back for each identity in the whole, undamaged lines past the sizes
 * (`all`: in all lines) of the live segments, and make those lines durable.
 * The callback's negative errno ends it. */
MXLOG_EXPORT int mxlog_checkpoint_scan(struct mxlog_checkpoint *checkpoint,
    bool all, mxlog_identity_found *found, void *arg);

/* The identity in one line: 1, or 0 if it has none or is damaged. */
MXLOG_EXPORT int mxlog_checkpoint_read_line(const struct mxlog_checkpoint
						*checkpoint,
    const char *line, size_t len, struct mxlog_identity *ret);

MXLOG_END_DECLS
