/* SPDX-License-Identifier: Apache-2.0 */
/* Writer: one writer of a log directory. Redacts, normalises, filters and
 * encodes entries and metrics, and stores them in batches: after a commit all
 * of a batch is in the live segments, after a failed one none of it.
 * Several writers, of one process or of many, may share a directory. */
#pragma once

#include <mxlog/config.h>
#include <mxlog/entry.h>
#include <mxlog/metric.h>

MXLOG_BEGIN_DECLS

struct mxlog_writer;

enum mxlog_sync {
	MXLOG_SYNC_NONE,  /* committed: in the page cache */
	MXLOG_SYNC_BATCH, /* committed: on disk, fdatasync has returned */
	MXLOG_SYNC_AHEAD, /* as none, for who calls mxlog_writer_sync() before
	                   * long: the kernel begins to write at once */
};

struct mxlog_writer_options {
	size_t size;       /* sizeof(struct mxlog_writer_options) */
	const char *actor; /* who writes, for audit entries: "ommxlog" */
	enum mxlog_sync sync;
	const char *owner; /* "user" or "user:group" for new files; NULL: the
	                     * directory's owner when root writes */
};

/* Counted since the writer was opened. */
struct mxlog_writer_stats {
	uint64_t entries;            /* committed, metrics included */
	uint64_t bytes;              /* of committed lines */
	uint64_t redactions;         /* values replaced */
	uint64_t redaction_failures; /* fields replaced because a rule failed */
	uint64_t dropped[5]; /* below the level, by level, DEBUG first */
	uint64_t rotations;  /* segments left because they were full */
	uint64_t failures;   /* commits that failed */
};

/* Open the config's log directory, making it if need be. The config may be
 * freed afterwards. */
MXLOG_EXPORT int mxlog_writer_open(const struct mxlog_config *config,
    const struct mxlog_writer_options *options, struct mxlog_writer **ret,
    struct mxlog_error *reterr);

/* Make sure of room on disk for `bytes` more bytes of lines. -ENOSPC, -EIO. */
MXLOG_EXPORT int mxlog_writer_reserve(struct mxlog_writer *writer,
    size_t bytes);

/* Redact the entry in place, complete and normalise it, and add its line to
 * the batch, unless its level is filtered (counted). The entry's content is
 * spent: reset it before its next use. An entry without a time gets now; one
 * that is dated over a day ahead gets now and the tag `future`; one that is not
 * younger than the last of its trace is moved behind it, or, when more than 5 s
 * behind, tagged `late`. A time that was changed stays in
 * context.original_timestamp.
 * -ENOMEM; the batch is as it was then. */
MXLOG_EXPORT int mxlog_writer_add(struct mxlog_writer *writer,
    struct mxlog_entry *entry);
MXLOG_EXPORT int mxlog_writer_add_metric(struct mxlog_writer *writer,
    struct mxlog_metric *metric);

/* Add an audit entry (`context.action`, `.actor`, `.result`), which passes
 * every level filter. */
MXLOG_EXPORT int mxlog_writer_add_audit(struct mxlog_writer *writer,
    enum mxlog_level level, const char *action, const char *result,
    const char *message);

/* The same with one more text of context. */
MXLOG_EXPORT int mxlog_writer_add_audit_with(struct mxlog_writer *writer,
    enum mxlog_level level, const char *action, const char *result,
    const char *message, const char *key, const char *value);

/* Store the batch. On failure none of it is stored, the batch is kept, and
 * the call can be repeated; -ENOSPC, -EIO and others. Also lets go of other
 * days' segments that were not written for a minute, so that they can be sealed
 * and archived: who may be idle at midnight calls it without a batch, too. */
MXLOG_EXPORT int mxlog_writer_commit(struct mxlog_writer *writer);

/* Forget the batch. */
MXLOG_EXPORT void mxlog_writer_rollback(struct mxlog_writer *writer);

/* How the configuration says that payloads are read; borrowed until the next
 * _reload. */
struct mxlog_payload_rules;
MXLOG_EXPORT const struct mxlog_payload_rules *mxlog_writer_get_payload(
    const struct mxlog_writer *writer);

/* Bytes of the batch so far. */
MXLOG_EXPORT size_t mxlog_writer_pending(const struct mxlog_writer *writer);

/* fdatasync every segment written since the last sync, whatever `sync` is. */
MXLOG_EXPORT int mxlog_writer_sync(struct mxlog_writer *writer);

/* Use the rules of another config, which must have the same log_dir; close
 * the segments, so that the next commit claims anew. On failure nothing has
 * changed. */
MXLOG_EXPORT int mxlog_writer_reload(struct mxlog_writer *writer,
    const struct mxlog_config *config, struct mxlog_error *reterr);

/* The segments this writer has committed lines to since it was opened, left
 * ones too: 1 and the name within log_dir ("metrics/2026-01-28.metrics.log")
 * with the end of the writer's last committed line in it, or 0 past the last
 * `index`. All of it is durable after mxlog_writer_sync(). The name is borrowed
 * until the next call on the writer. */
MXLOG_EXPORT int mxlog_writer_get_segment(const struct mxlog_writer *writer,
    size_t index, const char **ret_name, uint64_t *ret_size);

MXLOG_EXPORT void mxlog_writer_get_stats(const struct mxlog_writer *writer,
    struct mxlog_writer_stats *ret);

/* Commit what is pending, release the segments; returns commit's result. The
 * handle is gone in any case. NULL is fine. */
MXLOG_EXPORT int mxlog_writer_close(struct mxlog_writer *writer);

MXLOG_END_DECLS
