/* SPDX-License-Identifier: Apache-2.0 */
/* Sink: what one worker of an action writes through: configuration, converter
 * and writer. Knows nothing of rsyslog. */
#pragma once

#include <mxlog/writer.h>

/* What an action's parameters say; NULL: the configuration's. Borrowed for as
 * long as a sink made with it lives. */
struct mxlog_sink_options {
	const char *config; /* NULL: as mxlog_config_search() */
	const char *log_dir;
	const char *level;
	const char *owner;
	enum mxlog_sync sync;
	bool plain; /* batches hold texts of an operator's template, not frames
	             */
};

struct mxlog_sink;

/* Load the configuration and put the options over it. The log directory must
 * be absolute: a daemon's working directory is nobody's choice. */
int mxlog_sink_load(const struct mxlog_sink_options *options,
    struct mxlog_config **ret, struct mxlog_error *reterr);

/* Touches no disk. */
int mxlog_sink_new(const struct mxlog_sink_options *options,
    struct mxlog_sink **ret);

/* Be ready for a batch: open the log directory, unless that was done, and make
 * sure of room for as much as batches took so far. To be repeated while it
 * fails; nothing is held then. */
int mxlog_sink_prepare(struct mxlog_sink *sink, struct mxlog_error *reterr);

/* Ask for _reload; from any thread, at any time. */
void mxlog_sink_request_reload(struct mxlog_sink *sink);

/* If that was asked for: read the configuration again, claim segments anew.
 * On failure the old rules stay in force. */
int mxlog_sink_reload(struct mxlog_sink *sink, struct mxlog_error *reterr);

/* Convert a message into the batch. An empty one is what is left of a message
 * that there was no memory to copy: it is counted. */
int mxlog_sink_add(struct mxlog_sink *sink, const char *data, size_t len);

/* Store the batch. On failure nothing of it is stored, and it is forgotten:
 * rsyslogd brings it again. */
int mxlog_sink_commit(struct mxlog_sink *sink);
void mxlog_sink_rollback(struct mxlog_sink *sink);

/* Counted since the sink was made; *ret_lost is how many came empty. */
void mxlog_sink_get_stats(const struct mxlog_sink *sink,
    struct mxlog_writer_stats *ret, uint64_t *ret_lost);

void mxlog_sink_free(struct mxlog_sink *sink);
