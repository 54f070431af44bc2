/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of mxlog-read. */
#pragma once

#include "query/query_private.h"

struct mxlog_read_format;
struct mxlog_read_report_type;

struct mxlog_read_options {
	char **dirs;
	size_t n_dirs;
	struct mxlog_query *query;
	const struct mxlog_read_format *format;
	char **fields; /* to be shown */
	size_t n_fields;
	const struct mxlog_read_report_type *report; /* NULL: each match */
	const char *subject; /* of the report: fields or a trace id */
	const char *aggregate, *of, *by; /* what numbers come to */
	const char *bucket;              /* as it was given, or NULL */
	int64_t bucket_usec;             /* 0: none was given */
	const char *cursor;              /* an argument's text, or NULL */
	const char *cursor_file;         /* the same */
	bool after_cursor;               /* behind it, else with it */
	bool explain, follow, show_cursor, no_pager;
	size_t before, after;   /* lines around each match, */
	bool context_of_module; /* of its module alone; */
	bool descending;        /* the direction in which they are shown */
	bool pager_end;         /* begin at the end of the output */
	bool until_match;       /* the first one shown ends it */
	bool quiet; /* print nothing: the exit status says if there are any */
	bool answered; /* --help or --version: nothing is left to do */
};

/* Read the arguments. -EINVAL and one line that says what is wrong and how to
 * put it right; any other error too comes with a line. */
int mxlog_read_options_parse(struct mxlog_read_options *options, int argc,
    char **argv, struct mxlog_error *reterr);
void mxlog_read_options_done(struct mxlog_read_options *options);
