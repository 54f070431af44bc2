/* SPDX-License-Identifier: Apache-2.0 */
/* MetricEntry: one measurement. */
#pragma once

#include <mxlog/text.h>

MXLOG_BEGIN_DECLS

enum mxlog_metric_type {
#define METRIC_TYPE(id, name, help) MXLOG_##id,
#include <mxlog/tbl/metric_types.def>
#undef METRIC_TYPE
	MXLOG_METRIC_TYPE_COUNT
};

struct mxlog_metric;

/* A new metric: no time, no name, a GAUGE of 0. Reusable, as an entry is. */
MXLOG_EXPORT int mxlog_metric_new(struct mxlog_metric **ret);
MXLOG_EXPORT void mxlog_metric_free(struct mxlog_metric *metric);
MXLOG_EXPORT void mxlog_metric_reset(struct mxlog_metric *metric);

/* Any name is taken; dotted identifiers and a ULID are made of it when the
 * metric is written, and a missing unit becomes "1". At most 255 bytes: what is
 * longer is cut and the metric gets the tag `truncated`. Invalid UTF-8 becomes
 * U+FFFD. -ENOMEM. */
MXLOG_EXPORT int mxlog_metric_set_name(struct mxlog_metric *metric,
    const char *name, size_t len);
MXLOG_EXPORT int mxlog_metric_set_trace_id(struct mxlog_metric *metric,
    const char *trace_id, size_t len);
MXLOG_EXPORT int mxlog_metric_set_unit(struct mxlog_metric *metric,
    const char *unit, size_t len);
MXLOG_EXPORT void mxlog_metric_set_time(struct mxlog_metric *metric,
    int64_t time_usec);
MXLOG_EXPORT int64_t mxlog_metric_get_time(const struct mxlog_metric *metric);
MXLOG_EXPORT void mxlog_metric_set_type(struct mxlog_metric *metric,
    enum mxlog_metric_type type);

/* -ERANGE if not finite. */
MXLOG_EXPORT int mxlog_metric_set_value(struct mxlog_metric *metric,
    double value);

/* Add a dimension; of two with one key the later one stays. Values are cut at
 * 1,024 bytes. -E2BIG past 256 tags: the metric is marked then. -ENOMEM. */
MXLOG_EXPORT int mxlog_metric_add_tag(struct mxlog_metric *metric,
    const char *key, size_t key_len, const char *value, size_t len);

/* As mxlog_entry_add_identity(). */
MXLOG_EXPORT int mxlog_metric_add_identity(struct mxlog_metric *metric,
    const char *key, size_t key_len, const char *value, size_t len);

/* "COUNTER", static; NULL for what is no type. */
MXLOG_EXPORT const char *mxlog_metric_type_name(enum mxlog_metric_type type);

/* In any case; -EINVAL. */
MXLOG_EXPORT int mxlog_metric_type_parse(const char *text, size_t len,
    enum mxlog_metric_type *ret);

/* ---- reading a metric, as an entry is read ---- */

MXLOG_EXPORT int mxlog_metric_get_name(const struct mxlog_metric *metric,
    struct mxlog_text *ret);
MXLOG_EXPORT int mxlog_metric_get_trace_id(const struct mxlog_metric *metric,
    struct mxlog_text *ret);
MXLOG_EXPORT int mxlog_metric_get_unit(const struct mxlog_metric *metric,
    struct mxlog_text *ret);
MXLOG_EXPORT bool mxlog_metric_has_time(const struct mxlog_metric *metric);
MXLOG_EXPORT enum mxlog_metric_type mxlog_metric_get_type(
    const struct mxlog_metric *metric);
MXLOG_EXPORT double mxlog_metric_get_value(const struct mxlog_metric *metric);

/* The tag at `index`; 0 past the last. */
MXLOG_EXPORT int mxlog_metric_get_tag(const struct mxlog_metric *metric,
    size_t index, struct mxlog_text *ret_key, struct mxlog_text *ret_value);

/* As mxlog_entry_complete(), _encode() and _decode(). */
MXLOG_EXPORT int mxlog_metric_complete(struct mxlog_metric *metric);
MXLOG_EXPORT int mxlog_metric_encode(const struct mxlog_metric *metric,
    char **ret, size_t *ret_len);
MXLOG_EXPORT int mxlog_metric_decode(struct mxlog_metric *metric,
    const char *line, size_t len, struct mxlog_error *reterr);

MXLOG_END_DECLS
