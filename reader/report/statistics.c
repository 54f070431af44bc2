/* SPDX-License-Identifier: Apache-2.0 */
#include "report/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/reterr.h"
#include "entry/field_path.h"
#include "entry/ndjson.h"
#include "order/sort_key.h"
#include "order/sorter.h"
#include "report/groups.h"

/* Of one group, as its values come. */
struct totals {
	uint64_t count;
	double sum, min, max;
	int64_t first_usec, last_usec;
	double results[MXLOG_STATISTICS_MAX];
};

struct mxlog_statistics {
	struct mxlog_statistic wanted[MXLOG_STATISTICS_MAX];
	size_t n_wanted;
	bool has_percentiles;
	const char *of;    /* while values are read */
	int64_t span_usec; /* of a rate; 0: from the first to the last */
	struct mxlog_groups *groups; /* NULL: all is one */
	struct totals *totals;
	size_t n_totals, capacity;
	size_t *order; /* of the groups, as they are shown */
	struct mxlog_sorter *sorter;
	uint64_t n_values;
	/* Of the line at hand. */
	size_t group;
	bool grouped;
	int64_t time_usec;
	struct mxlog_entry *entry;
	struct mxlog_metric *metric; /* the one that is not read is NULL */
};

/* ---- what is wanted ---- */

/* p0 to p100, p99.9 */
static bool parse_percentile(const char *text, double *ret)
{
	double number;

	if (*text != 'p' ||
	    mxlog_number_parse_double(text + 1, strlen(text + 1), &number) <
		0 ||
	    number < 0 || number > 100)
		return false;
	*ret = number / 100;
	return true;
}

static bool parse_one(const char *text, struct mxlog_statistic *ret)
{
	static const char *const names[] = {
		[MXLOG_STATISTIC_COUNT] = "count",
		[MXLOG_STATISTIC_SUM] = "sum",
		[MXLOG_STATISTIC_AVG] = "avg",
		[MXLOG_STATISTIC_MIN] = "min",
		[MXLOG_STATISTIC_MAX] = "max",
		[MXLOG_STATISTIC_RATE] = "rate",
	};

	if (strlen(text) >= sizeof(ret->name))
		return false;
	(void)snprintf(ret->name, sizeof(ret->name), "%s", text);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		ret->kind = (enum mxlog_statistic_kind)i;
		if (strcmp(names[i], text) == 0)
			return true;
	}
	ret->kind = MXLOG_STATISTIC_PERCENTILE;
	return parse_percentile(text, &ret->share);
}

int mxlog_statistics_parse(const char *text,
    struct mxlog_statistic out[MXLOG_STATISTICS_MAX],
    struct mxlog_error *reterr)
{
	char *copy = strdup(text), *rest = copy;
	int n = 0, r = copy ? 0 : -ENOMEM;

	while (r >= 0 && rest) {
		const char *part = strsep(&rest, ",");

		if (n == MXLOG_STATISTICS_MAX)
			r = mxlog_error_set(reterr, -EINVAL,
			    "at most %d of them at once", MXLOG_STATISTICS_MAX);
		else if (!parse_one(part, &out[n++]))
			r = mxlog_error_set(reterr, -EINVAL,
			    "'%.40s': expected avg, sum, min, max, count, rate, "
			    "or a percentile such as p50 or p99.9",
			    part);
	}
	free(copy);
	return r < 0 ? r : n;
}

void mxlog_statistics_free(struct mxlog_statistics *statistics)
{
	if (!statistics)
		return;
	mxlog_groups_free(statistics->groups);
	mxlog_sorter_free(statistics->sorter);
	mxlog_entry_free(statistics->entry);
	mxlog_metric_free(statistics->metric);
	free(statistics->totals);
	free(statistics->order);
	free(statistics);
}

/* ---- reading values ---- */

static int grow_totals(struct mxlog_statistics *statistics, size_t group)
{
	size_t capacity = MAX(group + 1, statistics->capacity * 2);
	struct totals *totals;

	if (group < statistics->capacity)
		return 0;
	totals = reallocarray(statistics->totals, capacity, sizeof(*totals));
	if (!totals)
		return -ENOMEM;
	memset(totals + statistics->capacity, 0,
	    (capacity - statistics->capacity) * sizeof(*totals));
	statistics->totals = totals;
	statistics->capacity = capacity;
	return 0;
}

/* The group of the line at hand, found when it has its first value. */
static int choose_group(struct mxlog_statistics *statistics)
{
	int r = 0;

	if (statistics->grouped)
		return 0;
	statistics->grouped = true;
	statistics->group = 0;
	if (statistics->groups) {
		r = statistics->metric
		    ? mxlog_groups_add_metric(statistics->groups,
			  statistics->metric)
		    : mxlog_groups_add(statistics->groups, statistics->entry);
		if (r < 0)
			return r;
		statistics->group = mxlog_groups_get_last(statistics->groups);
	}
	r = grow_totals(statistics, statistics->group);
	statistics->n_totals = MAX(statistics->n_totals, statistics->group + 1);
	return r;
}

static int sort_value(struct mxlog_statistics *statistics, double value)
{
	struct mxlog_sort_key key;
	struct mxlog_sort_record record = { .hi = statistics->group,
		.offset = statistics->n_values++ };

	mxlog_sort_key_from_double(&key, value, false);
	record.lo = key.hi;
	memcpy(&record.time_usec, &value, sizeof(value));
	return mxlog_sorter_add(statistics->sorter, &record);
}

static int add_value(struct mxlog_statistics *statistics, double value)
{
	struct totals *totals;
	int r = choose_group(statistics);

	if (r < 0)
		return r;
	totals = &statistics->totals[statistics->group];
	if (totals->count++ == 0) {
		totals->min = totals->max = value;
		totals->first_usec = statistics->time_usec;
	}
	totals->min = MIN(totals->min, value);
	totals->max = MAX(totals->max, value);
	totals->sum += value;
	totals->last_usec = statistics->time_usec;
	return statistics->has_percentiles ? sort_value(statistics, value) : 0;
}

static int take_value(void *arg, const struct mxlog_field_value *value)
{
	double number;

	if (!value->json ||
	    mxlog_number_parse_double(value->text, value->len, &number) < 0)
		return 0;
	return add_value(arg, number);
}

static int add_line(struct mxlog_statistics *statistics,
    const struct mxlog_line *line)
{
	int r;

	statistics->grouped = false;
	statistics->time_usec = line->time_usec;
	r = statistics->metric ? mxlog_ndjson_decode_metric(line->text,
				     line->len, statistics->metric, NULL)
			       : mxlog_ndjson_decode(line->text, line->len,
				     statistics->entry, NULL);
	if (r < 0)
		return r == -EBADMSG ? 0 : r;
	return statistics->metric ? mxlog_field_path_metric(statistics->metric,
					statistics->of, take_value, statistics)
				  : mxlog_field_path_find(statistics->entry,
					statistics->of, take_value, statistics);
}

/* ---- what they come to ---- */

static double rate_of(const struct mxlog_statistics *statistics,
    const struct totals *totals)
{
	int64_t span = statistics->span_usec
	    ? statistics->span_usec
	    : totals->last_usec - totals->first_usec;

	return (double)totals->count * 1e6 /
	    (double)MAX(span, (int64_t)USEC_PER_SEC);
}

static void conclude(const struct mxlog_statistics *statistics,
    struct totals *totals)
{
	for (size_t i = 0; i < statistics->n_wanted; i++) {
		double *result = &totals->results[i];

		switch (statistics->wanted[i].kind) {
		case MXLOG_STATISTIC_COUNT:
			*result = (double)totals->count;
			break;
		case MXLOG_STATISTIC_SUM:
			*result = totals->sum;
			break;
		case MXLOG_STATISTIC_AVG:
			*result = totals->sum / (double)totals->count;
			break;
		case MXLOG_STATISTIC_MIN:
			*result = totals->min;
			break;
		case MXLOG_STATISTIC_MAX:
			*result = totals->max;
			break;
		case MXLOG_STATISTIC_RATE:
			*result = rate_of(statistics, totals);
			break;
		case MXLOG_STATISTIC_PERCENTILE:
			break;
		}
	}
}

/* The nearest rank: the smallest value that as many are not above. */
static uint64_t rank_of(double share, uint64_t count)
{
	double rank = ceil(share * (double)count);

	return rank < 1 ? 1 : (uint64_t)rank;
}

/* The value that is the at-th of its group, from 1 on. */
static void take_ranked(struct mxlog_statistics *statistics,
    struct totals *totals, uint64_t at, double value)
{
	for (size_t i = 0; i < statistics->n_wanted; i++)
		if (statistics->wanted[i].kind == MXLOG_STATISTIC_PERCENTILE &&
		    rank_of(statistics->wanted[i].share, totals->count) == at)
			totals->results[i] = value;
}

/* Group by group, each in order. */
static int take_percentiles(struct mxlog_statistics *statistics)
{
	struct mxlog_sort_record record;
	uint64_t at = 0, group = UINT64_MAX;
	int r;

	while ((r = mxlog_sorter_first(statistics->sorter, &record)) > 0) {
		double value;

		memcpy(&value, &record.time_usec, sizeof(value));
		at = record.hi == group ? at + 1 : 1;
		group = record.hi;
		take_ranked(statistics, &statistics->totals[group], at, value);
		r = mxlog_sorter_drop(statistics->sorter);
		if (r < 0)
			break;
	}
	return r;
}

/* ---- in which order ---- */

static int compare_keys(const struct mxlog_groups *groups, size_t a, size_t b)
{
	for (size_t i = 0; i < mxlog_groups_get_fields(groups); i++) {
		const char *x, *y;
		size_t x_len, y_len;
		int c;

		mxlog_groups_get_value(groups, a, i, &x, &x_len);
		mxlog_groups_get_value(groups, b, i, &y, &y_len);
		c = memcmp(x, y, MIN(x_len, y_len));
		if (c == 0)
			c = (x_len > y_len) - (x_len < y_len);
		if (c != 0)
			return c;
	}
	return 0;
}

/* By time, if that is asked for, else the largest first. */
static int compare(const void *a, const void *b, void *arg)
{
	const struct mxlog_statistics *statistics = arg;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	double p = statistics->totals[x].results[0];
	double q = statistics->totals[y].results[0];
	bool by_time =
	    strcmp(mxlog_groups_get_field(statistics->groups, 0), "time") == 0;

	if (!by_time && p != q)
		return p > q ? -1 : 1;
	return compare_keys(statistics->groups, x, y);
}

static int put_in_order(struct mxlog_statistics *statistics)
{
	statistics->order =
	    calloc(statistics->n_totals + 1, sizeof(*statistics->order));
	if (!statistics->order)
		return -ENOMEM;
	for (size_t i = 0; i < statistics->n_totals; i++)
		statistics->order[i] = i;
	if (statistics->groups && statistics->n_totals > 0)
		qsort_r(statistics->order, statistics->n_totals,
		    sizeof(*statistics->order), compare, statistics);
	return 0;
}

/* ---- the public face ---- */

static int prepare(struct mxlog_statistics *statistics, bool metrics,
    const char *by, struct mxlog_error *reterr)
{
	int r = mxlog_field_path_check(statistics->of, metrics, reterr);

	for (size_t i = 0; i < statistics->n_wanted; i++)
		statistics->has_percentiles |=
		    statistics->wanted[i].kind == MXLOG_STATISTIC_PERCENTILE;
	if (r >= 0 && by)
		r = mxlog_groups_new(by, metrics, &statistics->groups, reterr);
	if (r >= 0 && by)
		mxlog_groups_keep(statistics->groups);
	if (r >= 0 && statistics->has_percentiles)
		r = mxlog_sorter_new(UINT64_MAX, false, &statistics->sorter);
	if (r >= 0)
		r = metrics ? mxlog_metric_new(&statistics->metric)
			    : mxlog_entry_new(&statistics->entry);
	return r;
}

static int read_all(struct mxlog_statistics *statistics,
    struct mxlog_reader *reader)
{
	struct mxlog_line line;
	int r;

	while ((r = mxlog_reader_next(reader, &line)) > 0) {
		r = add_line(statistics, &line);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < statistics->n_totals; i++)
		conclude(statistics, &statistics->totals[i]);
	if (r >= 0 && statistics->has_percentiles)
		r = take_percentiles(statistics);
	return r < 0 ? r : put_in_order(statistics);
}

int mxlog_reader_statistics(struct mxlog_reader *reader, bool metrics,
    const char *wanted, const char *of, const char *by, int64_t span_usec,
    struct mxlog_statistics **ret, struct mxlog_error *reterr)
{
	struct mxlog_statistics *statistics;
	int r;

	if (!reader || !wanted || !ret)
		return -EINVAL;
	statistics = calloc(1, sizeof(*statistics));
	r = statistics ? 0 : -ENOMEM;
	if (r >= 0)
		r = mxlog_statistics_parse(wanted, statistics->wanted, reterr);
	if (r >= 0) {
		statistics->n_wanted = (size_t)r;
		statistics->of = of;
		statistics->span_usec = span_usec;
		r = prepare(statistics, metrics, by, reterr);
	}
	if (r >= 0)
		r = read_all(statistics, reader);
	if (r == -E2BIG)
		r = mxlog_error_set(reterr, r,
		    "%.100s has too many different values", by);
	if (r < 0)
		mxlog_statistics_free(statistics);
	else
		*ret = statistics;
	return r;
}

size_t mxlog_statistics_get_size(const struct mxlog_statistics *statistics)
{
	return statistics ? statistics->n_totals : 0;
}

size_t mxlog_statistics_get_wanted(const struct mxlog_statistics *statistics)
{
	return statistics ? statistics->n_wanted : 0;
}

const char *mxlog_statistics_get_name(const struct mxlog_statistics *statistics,
    size_t index)
{
	return index < mxlog_statistics_get_wanted(statistics)
	    ? statistics->wanted[index].name
	    : NULL;
}

static bool has_row(const struct mxlog_statistics *statistics, size_t row)
{
	return row < mxlog_statistics_get_size(statistics);
}

const struct mxlog_groups *mxlog_statistics_get_groups(
    const struct mxlog_statistics *statistics, size_t row, size_t *ret_group)
{
	if (!has_row(statistics, row) || !ret_group)
		return NULL;
	*ret_group = statistics->order[row];
	return statistics->groups;
}

double mxlog_statistics_get_value(const struct mxlog_statistics *statistics,
    size_t row, size_t index)
{
	if (!has_row(statistics, row) || index >= statistics->n_wanted)
		return 0;
	return statistics->totals[statistics->order[row]].results[index];
}

uint64_t mxlog_statistics_get_count(const struct mxlog_statistics *statistics,
    size_t row)
{
	if (!has_row(statistics, row))
		return 0;
	return statistics->totals[statistics->order[row]].count;
}

int64_t mxlog_statistics_get_first(const struct mxlog_statistics *statistics,
    size_t row)
{
	if (!has_row(statistics, row))
		return 0;
	return statistics->totals[statistics->order[row]].first_usec;
}
