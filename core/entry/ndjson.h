/* SPDX-License-Identifier: Apache-2.0 */
/* NDJSON: the line that an entry or a metric is on disk. See FORMAT.md. */
#pragma once

#include "entry/entry_private.h"
#include "entry/metric_private.h"

/* Append one line with its '\n' to `out`. The entry must be normalised and have
 * a time. `out` is unchanged on failure: -ENOMEM; -EINVAL or -EMSGSIZE (longer
 * than MXLOG_LINE_MAX) for what was not normalised. */
int mxlog_ndjson_encode(const struct mxlog_entry *entry, struct mxlog_buf *out);
int mxlog_ndjson_encode_metric(const struct mxlog_metric *metric,
    struct mxlog_buf *out);

/* Append an exception as the JSON object that stands in a line. */
int mxlog_ndjson_encode_exception(const struct mxlog_exception *exception,
    struct mxlog_buf *out);

/* Read a line (any JSON: other key order, spaces, \u escapes, fewer digits)
 * into `entry`, which is reset first. -EBADMSG if the line is not a LogEntry
 * that passes mxlog_entry_validate(); reterr says where and why. Unknown
 * top-level keys are taken into context; a known one that is there twice is
 * damage; of equal context keys the later get a suffix. The entry can be encoded
 * as it is. What the entry holds after a failure is of no use. -ENOMEM. */
int mxlog_ndjson_decode(const char *line, size_t len, struct mxlog_entry *entry,
    struct mxlog_error *reterr);
int mxlog_ndjson_decode_metric(const char *line, size_t len,
    struct mxlog_metric *metric, struct mxlog_error *reterr);
int mxlog_ndjson_decode_exception(const char *json, size_t len,
    struct mxlog_exception **ret, struct mxlog_error *reterr);
