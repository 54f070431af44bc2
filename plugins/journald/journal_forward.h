/* SPDX-License-Identifier: Apache-2.0 */
/* Forward: takes entries from the source to the writer, exactly once.
 *
 * Each line carries its entry's identity. The checkpoint is as of a commit at
 * which no line of a traceback was held back; it is saved after a sync, and not
 * while an identity that a restart found on disk may still come. Whatever goes
 * wrong between, the remedy is one: begin again from the checkpoint on disk. */
#pragma once

#include <mxlog/module.h>

struct mxlog_journal_forward;

int mxlog_journal_forward_open(const struct mxlog_module_host *host,
    struct mxlog_journal_forward **ret, struct mxlog_error *reterr);
void mxlog_journal_forward_close(struct mxlog_journal_forward *forward);

/* As struct mxlog_module says. */
int mxlog_journal_forward_run(struct mxlog_journal_forward *forward,
    struct mxlog_error *reterr);
void mxlog_journal_forward_wait(struct mxlog_journal_forward *forward,
    struct mxlog_module_wait *ret);
int mxlog_journal_forward_flush(struct mxlog_journal_forward *forward,
    struct mxlog_error *reterr);
