/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregates: what the values of a metric come to, span of time by span of time. */
#pragma once

#include <mxlog/reader.h>

#include "base/base.h"

enum mxlog_aggregate {
	MXLOG_AGGREGATE_AVG,
	MXLOG_AGGREGATE_SUM,
	MXLOG_AGGREGATE_MIN,
	MXLOG_AGGREGATE_MAX,
	MXLOG_AGGREGATE_COUNT,
	MXLOG_AGGREGATE_P50,
	MXLOG_AGGREGATE_P95,
	MXLOG_AGGREGATE_P99,
};

struct mxlog_aggregates {
	enum mxlog_aggregate aggregate;
	int64_t bucket_usec; /* 0: all is one */
	struct mxlog_point *points;
	size_t n_points;
	/* Of the point that is being made. */
	double sum, min, max;
	double *values; /* for percentiles */
	size_t n_values, values_capacity;
};

/* "avg" … */
int mxlog_aggregate_parse(const char *text, enum mxlog_aggregate *ret);

int mxlog_aggregates_new(enum mxlog_aggregate aggregate, int64_t bucket_usec,
    struct mxlog_aggregates **ret);

/* Values come in the order of time. -E2BIG: too many in one bucket for a
 * percentile. */
int mxlog_aggregates_add(struct mxlog_aggregates *aggregates, int64_t time_usec,
    double value);
void mxlog_aggregates_finish(struct mxlog_aggregates *aggregates);

/* All that the reader, of metrics, finds. */
int mxlog_aggregates_read(struct mxlog_aggregates *aggregates,
    struct mxlog_reader *reader);
