/* SPDX-License-Identifier: Apache-2.0 */
/* Reserved: the names by which mxlog speaks for itself, and what becomes of
 * what comes from outside under them. tbl/reserved.def has them all. */
#pragma once

#include "entry/entry_private.h"
#include "entry/metric_private.h"

/* Put before a name that is taken from its sender. */
#define MXLOG_RESERVED_PREFIX "payload_"

/* The key of the mark that mxlog's own entries have. */
#define MXLOG_RESERVED_MARK "mxlog_own"

/* Rename what nobody but mxlog may say: pairs that have, or will have when
 * their keys are normalised, a reserved name and were not added as mxlog's own;
 * the module `mxlog` and what is below it. An entry that is mxlog's own stays,
 * and gets the mark. -ENOMEM. */
int mxlog_entry_rename_reserved(struct mxlog_entry *entry);

/* The same for tags; a metric is never mxlog's own as a whole. */
int mxlog_metric_rename_reserved(struct mxlog_metric *metric);
