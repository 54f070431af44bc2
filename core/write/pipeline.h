/* SPDX-License-Identifier: Apache-2.0 */
/* Pipeline: what stands between a converter and a line. Redacts an entry,
 * completes it (time, trace_id, order within its trace) and normalises its
 * names. Used by the writer, and by the logger before its handlers. */
#pragma once

#include <mxlog/config.h>

#include "entry/entry_private.h"
#include "entry/metric_private.h"
#include "redact/redact.h"

struct mxlog_pipeline;

/* Compile the config's rules; the config may be freed afterwards. */
int mxlog_pipeline_new(const struct mxlog_config *config,
    struct mxlog_pipeline **ret, struct mxlog_error *reterr);
void mxlog_pipeline_free(struct mxlog_pipeline *pipeline);

/* In place. What has no time gets now. What is dated over a day ahead gets now
 * and the tag `future`, what comes late in its trace the tag `late`, and a time
 * that was changed stands in context.original_timestamp (of a metric: in its
 * tags). -ENOMEM, -EIO: the entry must not be handed on. */
int mxlog_pipeline_entry(struct mxlog_pipeline *pipeline,
    struct mxlog_entry *entry);
int mxlog_pipeline_metric(struct mxlog_pipeline *pipeline,
    struct mxlog_metric *metric);

/* What was prepared and then not stored must not count for the order of what
 * comes again: take back all since `mark`. _settle: what was prepared so far
 * counts, marks begin at 0 again. */
size_t mxlog_pipeline_mark(const struct mxlog_pipeline *pipeline);
void mxlog_pipeline_undo(struct mxlog_pipeline *pipeline, size_t mark);
void mxlog_pipeline_settle(struct mxlog_pipeline *pipeline);

/* Take over what another one prepared and has not settled. */
void mxlog_pipeline_take_steps(struct mxlog_pipeline *pipeline,
    struct mxlog_pipeline *from);

void mxlog_pipeline_get_stats(const struct mxlog_pipeline *pipeline,
    struct mxlog_redact_stats *ret);
