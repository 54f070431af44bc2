/* SPDX-License-Identifier: Apache-2.0 */
/* Crash: when the process dies of a signal, what it had logged is stored. */
#pragma once

#include "logger/writer_thread.h"

/* From now on, when SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGABRT ends the
 * process, wait up to a second for this queue's writer thread, say on stderr
 * what was lost, and go on dying as before. NULL: no queue. Signals that the
 * application handles itself are chained to. */
void mxlog_crash_watch(struct mxlog_writer_thread *writer_thread);
