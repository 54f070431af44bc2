/* SPDX-License-Identifier: Apache-2.0 */
/* Commands: the options of programs that hold secrets (tbl/commands.def), in
 * command lines, lists of arguments and audit records. */
#pragma once

#include "redact/redact_value.h"

struct mxlog_command {
	const char *keyword;
	size_t keyword_len;
	const char *program, *subcommand, *options;
	unsigned form;
};

extern const struct mxlog_command mxlog_commands[];
extern const size_t mxlog_commands_n;

/* A secret of this command, whose keyword stands at `at`; *next is the byte to
 * look from (first `at`) and is moved behind what was looked at. Linear. */
bool mxlog_command_find(const struct mxlog_command *command, const char *text,
    size_t len, size_t at, size_t *next, struct mxlog_range *ret);
