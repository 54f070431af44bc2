/* SPDX-License-Identifier: Apache-2.0 */
/* Commands: the options of programs that hold secrets (tbl/commands.def), in
 * command lines, lists of arguments and audit records. */
#pragma once

#include "redact/redact_value.h"

/* What options of the table begin with: each is a keyword where it follows a
 * blank or a quote. */
extern const char *const mxlog_command_options[];
extern const size_t mxlog_command_options_n;

enum {
	MXLOG_COMMAND_OPTION_MAX = 32, /* bytes of these */
};

struct mxlog_command;

/* Where a command line was read to. */
struct mxlog_command_walk {
	const char *text;
	size_t len;
	size_t start, end; /* of the line that holds the option */
	size_t at;         /* private */
	unsigned number;   /* private */
	size_t next;       /* private */
};

void mxlog_command_begin(struct mxlog_command_walk *walk, const char *text,
    size_t len, size_t option);

/* 1 and the next secret of the line; 0 if there are no more. All calls together
 * are linear in the length of the line, of which 2 KiB are looked at. */
bool mxlog_command_next(struct mxlog_command_walk *walk,
    struct mxlog_range *ret);
