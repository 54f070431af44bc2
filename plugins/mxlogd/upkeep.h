/* SPDX-License-Identifier: Apache-2.0 */
/* Upkeep: the archive cycle, in a thread of its own, so that capture and the
 * watchdog go on. A run that is cut off by the process's end is finished by the
 * next one. */
#pragma once

#include <mxlog/archive.h>

struct mxlog_upkeep;

int mxlog_upkeep_new(const char *config_path, struct mxlog_upkeep **ret);

/* Waits for a run under way, a second or two at most. */
void mxlog_upkeep_free(struct mxlog_upkeep *upkeep);

/* Readable when a run has ended. */
int mxlog_upkeep_get_fd(const struct mxlog_upkeep *upkeep);

/* Start a run, unless one is under way. */
int mxlog_upkeep_start(struct mxlog_upkeep *upkeep);

/* The last run's result, once: 1, or 0 if none has ended since. */
int mxlog_upkeep_take_result(struct mxlog_upkeep *upkeep, int *ret_code,
    struct mxlog_archive_stats *ret, struct mxlog_error *ret_error);
