/* SPDX-License-Identifier: Apache-2.0 */
/* The writer's inner half, for the logger, which prepares entries itself
 * (pipeline.h) and filters them by its own levels before. */
#pragma once

#include <mxlog/writer.h>

#include "entry/entry_private.h"
#include "entry/metric_private.h"

/* Add the line of a prepared entry to the batch, whatever its level.
 * mxlog_writer_add() is mxlog_pipeline_entry(), the level filter, then this.
 * -ENOMEM, -EMSGSIZE; the batch is as it was then. */
int mxlog_writer_put(struct mxlog_writer *writer,
    const struct mxlog_entry *entry);
int mxlog_writer_put_metric(struct mxlog_writer *writer,
    const struct mxlog_metric *metric);
