/* SPDX-License-Identifier: Apache-2.0 */
/* Preparer: what stands between a converter and a line. Redacts an entry,
 * completes it (time, trace_id, order within its trace) and normalises its
 * names. Used by the writer, and by the logger before its handlers. */
#pragma once

#include <mxlog/config.h>

#include "entry_private.h"
#include "metric_private.h"
#include "redact.h"

struct mxlog_preparer;

/* Compile the config's rules; the config may be freed afterwards. */
int mxlog_preparer_new(const struct mxlog_config *config,
    struct mxlog_preparer **ret, struct mxlog_error *reterr);
void mxlog_preparer_free(struct mxlog_preparer *preparer);

/* In place. -ENOMEM, -EIO: the entry must not be handed on. */
int mxlog_preparer_entry(struct mxlog_preparer *preparer,
    struct mxlog_entry *entry);
int mxlog_preparer_metric(struct mxlog_preparer *preparer,
    struct mxlog_metric *metric);

void mxlog_preparer_get_stats(const struct mxlog_preparer *preparer,
    struct mxlog_redact_stats *ret);
