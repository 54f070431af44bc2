/* SPDX-License-Identifier: Apache-2.0 */
/* Upkeep: the archive cycle, in a thread of its own, so that capture and the
 * watchdog go on. A run that is cut off by the process's end is finished by the
 * next one. */
#pragma once

#include <mxlog/archive.h>

struct mxlog_upkeep_thread;

int mxlog_upkeep_thread_new(const char *config_path,
    struct mxlog_upkeep_thread **ret);

/* Waits for a run under way, a second or two at most. */
void mxlog_upkeep_thread_free(struct mxlog_upkeep_thread *upkeep);

/* Readable when a run has ended. */
int mxlog_upkeep_thread_get_fd(const struct mxlog_upkeep_thread *upkeep);

/* Start a run, unless one is under way. */
int mxlog_upkeep_thread_start(struct mxlog_upkeep_thread *upkeep);

/* The last run's result, once: 1, or 0 if none has ended since. */
int mxlog_upkeep_thread_take_result(struct mxlog_upkeep_thread *upkeep,
    int *ret_code, struct mxlog_archive_stats *ret,
    struct mxlog_error *ret_error);
