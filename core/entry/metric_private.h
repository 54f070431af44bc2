/* SPDX-License-Identifier: Apache-2.0 */
/* What a metric is made of. */
#pragma once

#include <mxlog/metric.h>

#include "base/text_span.h"
#include "entry/name.h"

enum {
	MXLOG_METRIC_TEXT = 1024, /* bytes of a tag's value or a unit */
	MXLOG_METRIC_TAGS = 256,
};

struct mxlog_metric_tag {
	struct mxlog_text_span key;
	struct mxlog_text_span value;
	bool own; /* mxlog itself says so: a reserved name is right */
};

struct mxlog_metric {
	struct mxlog_buf bytes;
	struct mxlog_text_span trace_id, name, unit;
	int64_t time_usec;
	bool has_time;
	bool truncated; /* something was cut: tags.truncated is "true" */
	bool id_redacted, id_hashed, captured; /* as of an entry */
	enum mxlog_metric_type type;
	double value;
	struct mxlog_metric_tag *tags;
	size_t n_tags, tags_capacity;
};

static inline const char *mxlog_metric_text(const struct mxlog_metric *metric,
    struct mxlog_text_span span)
{
	return metric->bytes.data + span.off;
}

/* As mxlog_entry_store(), at most MXLOG_METRIC_TEXT bytes. */
int mxlog_metric_store(struct mxlog_metric *metric, const char *text,
    size_t len, struct mxlog_text_span *ret);

/* Add a tag whatever the limit is, its spans the metric's; of two with one key
 * the later one stays. */
int mxlog_metric_push_tag(struct mxlog_metric *metric,
    const struct mxlog_metric_tag *tag);

/* As mxlog_entry_normalise(): a dotted name (a changed one stays raw in
 * tags.original_metric_name; none: "unknown"), a unit (none: "1"), unique tags,
 * a canonical trace_id (what was another form stays in tags.original_trace_id);
 * -ENOENT, all else done, without a readable one. */
int mxlog_metric_normalise(struct mxlog_metric *metric);

/* As mxlog_entry_validate(). */
int mxlog_metric_validate(const struct mxlog_metric *metric,
    struct mxlog_error *reterr);

/* As mxlog_entry_size(). */
size_t mxlog_metric_size(const struct mxlog_metric *metric);
