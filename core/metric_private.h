/* SPDX-License-Identifier: Apache-2.0 */
/* What a metric is made of. */
#pragma once

#include <mxlog/metric.h>

#include "buf.h"
#include "exception_private.h"

struct mxlog_metric_tag {
	struct mxlog_span key;
	struct mxlog_span value;
};

struct mxlog_metric {
	struct mxlog_buf bytes;
	struct mxlog_span trace_id, name, unit;
	int64_t time_usec;
	bool has_time;
	enum mxlog_metric_type type;
	double value;
	struct mxlog_metric_tag *tags;
	size_t n_tags, tags_capacity;
};

int mxlog_metric_store(struct mxlog_metric *metric, const char *text,
    size_t len, struct mxlog_span *ret);

/* As mxlog_entry_normalise(): names dotted, tags unique; -ENOENT without a
 * readable trace_id. */
int mxlog_metric_normalise(struct mxlog_metric *metric);
int mxlog_metric_validate(const struct mxlog_metric *metric,
    struct mxlog_error *reterr);
