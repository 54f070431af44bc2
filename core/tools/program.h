/* SPDX-License-Identifier: Apache-2.0 */
/* Program: what all of mxlog's commands have in common: options that a table
 * lists, --help and --version, and the way in which they complain. */
#pragma once

#include <mxlog/error.h>

enum mxlog_program_kind {
	MXLOG_PROGRAM_GROUP,  /* a title: `help` */
	MXLOG_PROGRAM_OPTION, /* `argument` NULL: none; "[X]": an optional one */
	MXLOG_PROGRAM_COMMAND, /* a word such as "check"; `argument` may follow */
};

/* A row of a program's .def file, from which its manual and the shells'
 * completions are made, too. Options of the names help and version are answered
 * here. */
struct mxlog_program_row {
	enum mxlog_program_kind kind;
	int id;      /* of an option: what `take` is told */
	char letter; /* or 0 */
	const char *name, *argument, *help;
};

/* To include a .def file between { and }; the ids are PREFIX_ID. */
#define MXLOG_PROGRAM_ROW_GROUP(title) \
	{ MXLOG_PROGRAM_GROUP, 0, 0, NULL, NULL, title },
#define MXLOG_PROGRAM_ROW_COMMAND(name, argument, help) \
	{ MXLOG_PROGRAM_COMMAND, 0, 0, name, argument, help },
#define MXLOG_PROGRAM_ROW_OPTION(id, letter, name, argument, help) \
	{ MXLOG_PROGRAM_OPTION, id, letter, name, argument, help },

struct mxlog_program {
	const char *name; /* "mxlog-log" */
	const char
	    *usage; /* what follows the name: "[option]... [message]..." */
	const char *summary; /* what it does, lines that end with \n */
	const char *footer;  /* what follows the options, or NULL */
	const struct mxlog_program_row *rows;
	size_t n_rows;
	/* What to say of an unknown option after "unknown option …; ", or NULL;
	 * may be NULL. */
	const char *(*hint)(const char *word);
	bool options_first; /* options end at the first word that is none */
};

/* An option was given; text is "" without an argument. 0; 1 where no option
 * follows; or a negative errno, what is wrong having been said by
 * mxlog_program_fail(). */
typedef int mxlog_program_take(void *arg, int id, const char *text);

/* Read the options, from getopt's optind on: 1, and *ret_words is the index of the first word that is
 * none; 0: --help or --version was answered, and nothing is left to do; -EINVAL
 * with reterr or, if that is NULL, a line on standard error. */
int mxlog_program_read(const struct mxlog_program *program, int argc,
    char **argv, mxlog_program_take *take, void *arg, int *ret_words,
    struct mxlog_error *reterr);

/* "mxlog-log: TEXT" on standard error; -EINVAL. */
int mxlog_program_fail(const struct mxlog_program *program, const char *format,
    ...) MXLOG_PRINTF(2, 3);

/* The same of a word where a command of the table was expected. */
int mxlog_program_fail_command(const struct mxlog_program *program,
    const char *word);

/* Print --help; a negative errno if it can't be written. */
int mxlog_program_help(const struct mxlog_program *program);
