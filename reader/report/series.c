/* SPDX-License-Identifier: Apache-2.0 */
#include "report/series.h"

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

int mxlog_series_new(enum mxlog_aggregate aggregate, int64_t bucket_usec,
    struct mxlog_series **ret)
{
	struct mxlog_series *series = calloc(1, sizeof(*series));

	if (!series)
		return -ENOMEM;
	series->aggregate = aggregate;
	series->bucket_usec = bucket_usec;
	*ret = series;
	return 0;
}

void mxlog_series_free(struct mxlog_series *series)
{
	if (!series)
		return;
	free(series->points);
	free(series->values);
	free(series);
}

static int keep_value(struct mxlog_series *series, double value)
{
	if (series->n_values == VALUES_MAX)
		return -E2BIG;
	if (series->n_values == series->values_capacity) {
		size_t capacity = series->values_capacity * 2 + 1024;
		double *values =
		    reallocarray(series->values, capacity, sizeof(*values));

		if (!values)
			return -ENOMEM;
		series->values = values;
		series->values_capacity = capacity;
	}
	series->values[series->n_values++] = value;
	return 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The nearest rank: the smallest value that as many are not above. */
static double percentile(struct mxlog_series *series, double share)
{
	size_t n = series->n_values;
	size_t rank = (size_t)ceil(share * (double)n);

	qsort(series->values, n, sizeof(double), compare);
	return series->values[MAX(rank, (size_t)1) - 1];
}

static double conclude(struct mxlog_series *series,
    const struct mxlog_point *point)
{
	switch (series->aggregate) {
	case MXLOG_AGGREGATE_AVG:
		return series->sum / (double)point->count;
	case MXLOG_AGGREGATE_SUM:
		return series->sum;
	case MXLOG_AGGREGATE_MIN:
		return series->min;
	case MXLOG_AGGREGATE_MAX:
		return series->max;
	case MXLOG_AGGREGATE_COUNT:
		return (double)point->count;
	case MXLOG_AGGREGATE_P50:
		return percentile(series, 0.50);
	case MXLOG_AGGREGATE_P95:
		return percentile(series, 0.95);
	case MXLOG_AGGREGATE_P99:
		return percentile(series, 0.99);
	}
	return 0;
}

/* The current bucket is complete. */
static void close_point(struct mxlog_series *series)
{
	struct mxlog_point *point;

	if (series->n_points == 0)
		return;
	point = &series->points[series->n_points - 1];
	point->value = conclude(series, point);
	series->n_values = 0;
}

static int open_point(struct mxlog_series *series, int64_t start_usec)
{
	struct mxlog_point *points;

	close_point(series);
	points =
	    reallocarray(series->points, series->n_points + 1, sizeof(*points));
	if (!points)
		return -ENOMEM;
	series->points = points;
	points[series->n_points++] =
	    (struct mxlog_point){ .start_usec = start_usec };
	series->sum = 0;
	series->min = INFINITY;
	series->max = -INFINITY;
	return 0;
}

static int64_t start_of(const struct mxlog_series *series, int64_t time_usec)
{
	int64_t bucket = series->bucket_usec;
	int64_t rest;

	if (bucket == 0)
		return INT64_MIN;
	rest = time_usec % bucket;
	return time_usec - (rest < 0 ? rest + bucket : rest);
}

int mxlog_series_add(struct mxlog_series *series, int64_t time_usec,
    double value)
{
	int64_t start = start_of(series, time_usec);
	struct mxlog_point *point;
	int r = 0;

	if (series->n_points == 0 ||
	    series->points[series->n_points - 1].start_usec != start)
		r = open_point(series, start);
	if (r < 0)
		return r;
	point = &series->points[series->n_points - 1];
	if (point->count++ == 0)
		point->first_usec = time_usec;
	series->sum += value;
	series->min = MIN(series->min, value);
	series->max = MAX(series->max, value);
	return is_percentile(series->aggregate) ? keep_value(series, value) : 0;
}

void mxlog_series_finish(struct mxlog_series *series)
{
	close_point(series);
}

/* ---- from metric files ---- */

static int add_line(struct mxlog_series *series, struct mxlog_metric *metric,
    const struct mxlog_line *line)
{
	int r = mxlog_ndjson_decode_metric(line->text, line->len, metric, NULL);

	if (r == -EBADMSG)
		return 0;
	return r < 0
	    ? r
	    : mxlog_series_add(series, metric->time_usec, metric->value);
}

int mxlog_series_read(struct mxlog_series *series, struct mxlog_reader *reader)
{
	struct mxlog_metric *metric;
	struct mxlog_line line;
	int r;

	r = mxlog_metric_new(&metric);
	if (r < 0)
		return r;
	while ((r = mxlog_reader_next(reader, &line)) > 0) {
		r = add_line(series, metric, &line);
		if (r < 0)
			break;
	}
	mxlog_metric_free(metric);
	mxlog_series_finish(series);
	return r;
}

/* ---- the public face ---- */

int mxlog_reader_series(struct mxlog_reader *reader, const char *aggregate,
    int64_t bucket_usec, struct mxlog_series **ret, struct mxlog_error *reterr)
{
	enum mxlog_aggregate which;
	struct mxlog_series *series;
	int r;

	if (mxlog_aggregate_parse(aggregate, &which) < 0 || bucket_usec < 0)
		return mxlog_error_set(reterr, -EINVAL,
		    "'%.40s': expected avg, sum, min, max, count, p50, p95 or "
		    "p99",
		    aggregate);
	r = mxlog_series_new(which, bucket_usec, &series);
	if (r < 0)
		return r;
	r = mxlog_series_read(series, reader);
	if (r == -E2BIG)
		(void)mxlog_error_set(reterr, r,
		    "more than %d values in one span of time: choose a "
		    "smaller one",
		    VALUES_MAX);
	if (r < 0)
		mxlog_series_free(series);
	else
		*ret = series;
	return r;
}

size_t mxlog_series_get_size(const struct mxlog_series *series)
{
	return series->n_points;
}

const struct mxlog_point *mxlog_series_get_point(const struct mxlog_series
						     *series,
    size_t index)
{
	return &series->points[index];
}
