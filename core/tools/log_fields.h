/* SPDX-License-Identifier: Apache-2.0 */
/* Fields: what every entry of one call of mxlog-log carries. */
#pragma once

#include <mxlog/writer.h>

#include "base/base.h"

enum {
	MXLOG_LOG_TAGS = 64,
	MXLOG_LOG_PAIRS = 256,
};

struct mxlog_log_fields {
	const char *module;
	const char *trace_id; /* NULL: one for each entry */
	const char *function;
	const char *tags[MXLOG_LOG_TAGS];
	size_t n_tags;
	const char *pairs[MXLOG_LOG_PAIRS]; /* "key=value" */
	size_t n_pairs;
	enum mxlog_level level;
	bool has_level; /* said, not the default */
	double duration_ms;
	bool has_duration;
	long process_id;
};

/* Where entries go; the entry is used again and again. */
struct mxlog_log_sink {
	const struct mxlog_log_fields *fields;
	struct mxlog_writer *writer;
	struct mxlog_entry *entry;
};

/* Reset the sink's entry and set all of it. -ENOMEM. */
int mxlog_log_fill(const struct mxlog_log_sink *sink, enum mxlog_level level,
    const char *message, size_t len);

/* The same for a metric, whose tags the pairs are. */
int mxlog_log_fill_metric(const struct mxlog_log_fields *fields,
    struct mxlog_metric *metric);
