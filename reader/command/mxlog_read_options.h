/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of mxlog-read. */
#pragma once

#include "query/query_private.h"

enum mxlog_read_output {
	MXLOG_READ_SHORT,
	MXLOG_READ_TABLE,
	MXLOG_READ_JSON,
	MXLOG_READ_PRETTY,
	MXLOG_READ_CSV,
	MXLOG_READ_CAT,
	MXLOG_READ_OUTPUTS,
};

/* What is made of the matches, instead of showing each. */
enum mxlog_read_report {
	MXLOG_READ_LINES,
	MXLOG_READ_COUNT,
	MXLOG_READ_HISTOGRAM,
	MXLOG_READ_ERRORS,
	MXLOG_READ_TRACE,
	MXLOG_READ_SERIES,
};

struct mxlog_read_options {
	char **dirs;
	size_t n_dirs;
	struct mxlog_query *query;
	enum mxlog_read_output output;
	char **fields; /* to be shown */
	size_t n_fields;
	enum mxlog_read_report report;
	const char *subject;   /* of the report: fields or a trace id */
	const char *aggregate; /* of a series */
	int64_t bucket_usec;   /* 0: none was given */
	const char *cursor;    /* an argument's text, or NULL */
	bool after_cursor;     /* behind it, else with it */
	bool explain, follow, show_cursor, no_pager;
	bool help, version; /* asked for: nothing else counts */
};

/* Read the arguments. -EINVAL and one line that says what is wrong and how to
 * put it right; any other error too comes with a line. */
int mxlog_read_options_parse(struct mxlog_read_options *options, int argc,
    char **argv, struct mxlog_error *reterr);
void mxlog_read_options_done(struct mxlog_read_options *options);

/* Print --help. */
void mxlog_read_options_help(void);
