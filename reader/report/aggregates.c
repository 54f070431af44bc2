/* SPDX-License-Identifier: Apache-2.0 */
#include "report/aggregates.h"

#include <math.h>
#include <stdlib.h>

#include "base/reterr.h"
#include "entry/ndjson.h"

enum {
	/* Values kept for percentiles: 16 MiB, sorted in place. */
	VALUES_MAX = 2 * 1024 * 1024,
};

static const char *const names[] = { "avg", "sum", "min", "max", "count", "p50",
	"p95", "p99" };

int mxlog_aggregate_parse(const char *text, enum mxlog_aggregate *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], text) != 0)
			continue;
		*ret = (enum mxlog_aggregate)i;
		return 0;
	}
	return -EINVAL;
}

static bool is_percentile(enum mxlog_aggregate aggregate)
{
	return aggregate >= MXLOG_AGGREGATE_P50;
}

int mxlog_aggregates_new(enum mxlog_aggregate aggregate, int64_t bucket_usec,
    struct mxlog_aggregates **ret)
{
	struct mxlog_aggregates *aggregates = calloc(1, sizeof(*aggregates));

	if (!aggregates)
		return -ENOMEM;
	aggregates->aggregate = aggregate;
	aggregates->bucket_usec = bucket_usec;
	*ret = aggregates;
	return 0;
}

void mxlog_aggregates_free(struct mxlog_aggregates *aggregates)
{
	if (!aggregates)
		return;
	free(aggregates->points);
	free(aggregates->values);
	free(aggregates);
}

static int keep_value(struct mxlog_aggregates *aggregates, double value)
{
	if (aggregates->n_values == VALUES_MAX)
		return -E2BIG;
	if (aggregates->n_values == aggregates->values_capacity) {
		size_t capacity = aggregates->values_capacity * 2 + 1024;
		double *values =
		    reallocarray(aggregates->values, capacity, sizeof(*values));

		if (!values)
			return -ENOMEM;
		aggregates->values = values;
		aggregates->values_capacity = capacity;
	}
	aggregates->values[aggregates->n_values++] = value;
	return 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The nearest rank: the smallest value that as many are not above. */
static double percentile(struct mxlog_aggregates *aggregates, double share)
{
	size_t n = aggregates->n_values;
	size_t rank = (size_t)ceil(share * (double)n);

	qsort(aggregates->values, n, sizeof(double), compare);
	return aggregates->values[MAX(rank, (size_t)1) - 1];
}

static double conclude(struct mxlog_aggregates *aggregates,
    const struct mxlog_point *point)
{
	switch (aggregates->aggregate) {
	case MXLOG_AGGREGATE_AVG:
		return aggregates->sum / (double)point->count;
	case MXLOG_AGGREGATE_SUM:
		return aggregates->sum;
	case MXLOG_AGGREGATE_MIN:
		return aggregates->min;
	case MXLOG_AGGREGATE_MAX:
		return aggregates->max;
	case MXLOG_AGGREGATE_COUNT:
		return (double)point->count;
	case MXLOG_AGGREGATE_P50:
		return percentile(aggregates, 0.50);
	case MXLOG_AGGREGATE_P95:
		return percentile(aggregates, 0.95);
	case MXLOG_AGGREGATE_P99:
		return percentile(aggregates, 0.99);
	}
	return 0;
}

/* The current bucket is complete. */
static void close_point(struct mxlog_aggregates *aggregates)
{
	struct mxlog_point *point;

	if (aggregates->n_points == 0)
		return;
	point = &aggregates->points[aggregates->n_points - 1];
	point->value = conclude(aggregates, point);
	aggregates->n_values = 0;
}

static int open_point(struct mxlog_aggregates *aggregates, int64_t start_usec)
{
	struct mxlog_point *points;

	close_point(aggregates);
	points = reallocarray(aggregates->points, aggregates->n_points + 1,
	    sizeof(*points));
	if (!points)
		return -ENOMEM;
	aggregates->points = points;
	points[aggregates->n_points++] =
	    (struct mxlog_point){ .start_usec = start_usec };
	aggregates->sum = 0;
	aggregates->min = INFINITY;
	aggregates->max = -INFINITY;
	return 0;
}

static int64_t start_of(const struct mxlog_aggregates *aggregates,
    int64_t time_usec)
{
	int64_t bucket = aggregates->bucket_usec;
	int64_t rest;

	if (bucket == 0)
		return INT64_MIN;
	rest = time_usec % bucket;
	return time_usec - (rest < 0 ? rest + bucket : rest);
}

int mxlog_aggregates_add(struct mxlog_aggregates *aggregates, int64_t time_usec,
    double value)
{
	int64_t start = start_of(aggregates, time_usec);
	struct mxlog_point *point;
	int r = 0;

	if (aggregates->n_points == 0 ||
	    aggregates->points[aggregates->n_points - 1].start_usec != start)
		r = open_point(aggregates, start);
	if (r < 0)
		return r;
	point = &aggregates->points[aggregates->n_points - 1];
	if (point->count++ == 0)
		point->first_usec = time_usec;
	aggregates->sum += value;
	aggregates->min = MIN(aggregates->min, value);
	aggregates->max = MAX(aggregates->max, value);
	return is_percentile(aggregates->aggregate)
	    ? keep_value(aggregates, value)
	    : 0;
}

void mxlog_aggregates_finish(struct mxlog_aggregates *aggregates)
{
	close_point(aggregates);
}

/* ---- from metric files ---- */

static int add_line(struct mxlog_aggregates *aggregates,
    struct mxlog_metric *metric, const struct mxlog_line *line)
{
	int r = mxlog_ndjson_decode_metric(line->text, line->len, metric, NULL);

	if (r == -EBADMSG)
		return 0;
	return r < 0 ? r
		     : mxlog_aggregates_add(aggregates, metric->time_usec,
			   metric->value);
}

int mxlog_aggregates_read(struct mxlog_aggregates *aggregates,
    struct mxlog_reader *reader)
{
	struct mxlog_metric *metric;
	struct mxlog_line line;
	int r;

	r = mxlog_metric_new(&metric);
	if (r < 0)
		return r;
	while ((r = mxlog_reader_next(reader, &line)) > 0) {
		r = add_line(aggregates, metric, &line);
		if (r < 0)
			break;
	}
	mxlog_metric_free(metric);
	mxlog_aggregates_finish(aggregates);
	return r;
}

/* ---- the public face ---- */

int mxlog_reader_aggregates(struct mxlog_reader *reader, const char *aggregate,
    int64_t bucket_usec, struct mxlog_aggregates **ret,
    struct mxlog_error *reterr)
{
	if (!aggregate)
		return -EINVAL;

	enum mxlog_aggregate which;
	struct mxlog_aggregates *aggregates;
	int r;

	if (mxlog_aggregate_parse(aggregate, &which) < 0 || bucket_usec < 0)
		return mxlog_error_set(reterr, -EINVAL,
		    "'%.40s': expected avg, sum, min, max, count, p50, p95 or "
		    "p99",
		    aggregate);
	r = mxlog_aggregates_new(which, bucket_usec, &aggregates);
	if (r < 0)
		return r;
	r = mxlog_aggregates_read(aggregates, reader);
	if (r == -E2BIG)
		(void)mxlog_error_set(reterr, r,
		    "more than %d values in one span of time: choose a "
		    "smaller one",
		    VALUES_MAX);
	if (r < 0)
		mxlog_aggregates_free(aggregates);
	else
		*ret = aggregates;
	return r;
}

size_t mxlog_aggregates_get_size(const struct mxlog_aggregates *aggregates)
{
	if (!aggregates)
		return 0;

	return aggregates->n_points;
}

const struct mxlog_point *mxlog_aggregates_get_point(
    const struct mxlog_aggregates *aggregates, size_t index)
{
	if (!aggregates || index >= aggregates->n_points)
		return NULL;

	return &aggregates->points[index];
}
