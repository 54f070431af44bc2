/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics: what the numbers in a field come to, group by group. Memory is
 * fixed but for the groups: values for percentiles are put in order as matches
 * are, on disk if there are many. */
#pragma once

#include <mxlog/reader.h>

#include "base/base.h"

enum {
	MXLOG_STATISTICS_MAX = 8, /* at once */
};

enum mxlog_statistic_kind {
	MXLOG_STATISTIC_COUNT,
	MXLOG_STATISTIC_SUM,
	MXLOG_STATISTIC_AVG,
	MXLOG_STATISTIC_MIN,
	MXLOG_STATISTIC_MAX,
	MXLOG_STATISTIC_RATE, /* how many a second */
	MXLOG_STATISTIC_PERCENTILE,
};

struct mxlog_statistic {
	enum mxlog_statistic_kind kind;
	double share; /* of a percentile: 0.99 */
	char name[16];
};

/* "p50,p99,avg": how many, or -EINVAL with reterr. */
int mxlog_statistics_parse(const char *text,
    struct mxlog_statistic out[MXLOG_STATISTICS_MAX],
    struct mxlog_error *reterr);
