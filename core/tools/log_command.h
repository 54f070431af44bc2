/* SPDX-License-Identifier: Apache-2.0 */
/* Command: runs a program and logs what it prints, and how it ended. */
#pragma once

#include "tools/log_fields.h"

struct mxlog_log_command {
	char **argv;
	enum mxlog_level stdout_level, stderr_level;
};

/* Run it with both its output streams logged line by line, then log one entry
 * with its status and duration; signals that are sent to this program meanwhile
 * are passed on. *ret_status is its exit status, 128 and the signal's number if
 * one has killed it, 127 or 126 if it could not be run. Negative: it ran, but
 * not everything is stored. */
int mxlog_log_command_run(const struct mxlog_log_command *command,
    struct mxlog_log_fields *fields, struct mxlog_log_sink *sink,
    int *ret_status);
