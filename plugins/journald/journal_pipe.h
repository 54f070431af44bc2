/* SPDX-License-Identifier: Apache-2.0 */
/* Pipe: hands records to a second thread, in order, so that reading a backlog
 * and making lines of it go on at the same time. Between a drain and the next
 * put nothing is under way: then what the consumer uses may be used. */
#pragma once

#include "journal_record.h"

struct mxlog_journal_identity;
struct mxlog_journal_pipe;

/* Called in the pipe's own thread. After a negative result no record is
 * consumed until the next drain. */
typedef int mxlog_journal_consume(void *arg,
    const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identity);

int mxlog_journal_pipe_new(struct mxlog_journal_index *index,
    mxlog_journal_consume *consume, void *arg, struct mxlog_journal_pipe **ret);
void mxlog_journal_pipe_free(struct mxlog_journal_pipe *pipe);

/* A record to fill; waits while all are under way. The same one until put. */
struct mxlog_journal_record *mxlog_journal_pipe_get(
    struct mxlog_journal_pipe *pipe);
void mxlog_journal_pipe_put(struct mxlog_journal_pipe *pipe,
    const struct mxlog_journal_identity *identity);

/* Wait until all that was put has been consumed: 0, or the first error since
 * the last drain. */
int mxlog_journal_pipe_drain(struct mxlog_journal_pipe *pipe);
