/* SPDX-License-Identifier: Apache-2.0 */
/* The writer's inner half, for the logger, which prepares entries itself
 * (pipeline.h) and filters them by its own levels before. */
#pragma once

#include <mxlog/writer.h>

#include "entry/entry_private.h"
#include "entry/metric_private.h"
#include "store/segment.h"

/* Add the line of a prepared entry to the batch, whatever its level.
 * mxlog_writer_add() is mxlog_pipeline_entry(), the level filter, then this.
 * -ENOMEM, -EMSGSIZE; the batch is as it was then. */
int mxlog_writer_put(struct mxlog_writer *writer,
    const struct mxlog_entry *entry);
int mxlog_writer_put_metric(struct mxlog_writer *writer,
    const struct mxlog_metric *metric);

/* Call `each` for the lines of the batch, in the order of their groups. */
void mxlog_writer_each_pending(const struct mxlog_writer *writer,
    void (*each)(void *arg, enum mxlog_kind kind, int32_t day,
	const char *lines, size_t len),
    void *arg);

/* Add `n` lines that were in a batch before. */
int mxlog_writer_put_lines(struct mxlog_writer *writer, enum mxlog_kind kind,
    int32_t day, const char *lines, size_t len, size_t n);
