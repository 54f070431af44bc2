/* SPDX-License-Identifier: Apache-2.0 */
/* Thread context: what a thread has bound, and the operation it is in. */
#pragma once

#include <mxlog/scope.h>

#include "entry/entry_private.h"
#include "entry/metric_private.h"

/* Add the thread's bound pairs, trace_id and parent to an entry. */
int mxlog_thread_context_apply(struct mxlog_entry *entry, bool want_trace);

/* Of the calling thread, cached; and of the process, as text. */
pid_t mxlog_thread_context_thread_number(void);
size_t mxlog_thread_context_process_id(const char **ret);

/* Add one pair to an entry. */
int mxlog_thread_context_add_pair(struct mxlog_entry *entry,
    const struct mxlog_kv *pair);

/* Make the operation the thread's innermost one, inner ones that were
 * forgotten are left: false if the thread is not in it; and how long it has
 * taken. */
bool mxlog_thread_context_find(struct mxlog_operation *operation,
    double *ret_duration_ms);

/* Leave the innermost operation, and what was bound in it. */
void mxlog_thread_context_leave(struct mxlog_operation *operation);
