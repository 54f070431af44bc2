/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/program.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mxlog/version.h>

enum {
	HELP_COLUMN = 28,
	HELP_WIDTH = 78,
	ROWS_MAX = 96,
	LONG = 256, /* codes of rows begin here */
};

/* ---- complaints ---- */

int mxlog_program_fail(const struct mxlog_program *program, const char *format,
    ...)
{
	va_list args;

	(void)fprintf(stderr, "%s: ", program->name);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	return -EINVAL;
}

/* The nearest name among the rows of a kind, or NULL. */
static const char *nearest(const struct mxlog_program *program,
    enum mxlog_program_kind kind, const char *text, size_t len)
{
	const char *names[ROWS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < program->n_rows && n < ROWS_MAX; i++)
		if (program->rows[i].kind == kind)
			names[n++] = program->rows[i].name;
	return mxlog_error_nearest(text, len, names, n);
}

static int fail_option(const struct mxlog_program *program, const char *word,
    struct mxlog_error *reterr)
{
	const char *hint = program->hint ? program->hint(word) : NULL;
	const char *name = NULL;

	if (hint)
		return mxlog_error_set(reterr, -EINVAL,
		    "unknown option '%.40s'; %.160s", word, hint);
	if (strncmp(word, "--", 2) == 0)
		name = nearest(program, MXLOG_PROGRAM_OPTION, word + 2,
		    strcspn(word + 2, "="));
	if (name)
		return mxlog_error_set(reterr, -EINVAL,
		    "unknown option '%.100s'; did you mean --%s?", word, name);
	return mxlog_error_set(reterr, -EINVAL,
	    "unknown option '%.100s'; see %s --help", word, program->name);
}

int mxlog_program_fail_command(const struct mxlog_program *program,
    const char *word)
{
	const char *name =
	    nearest(program, MXLOG_PROGRAM_COMMAND, word, strlen(word));

	if (name)
		return mxlog_program_fail(program,
		    "unknown command '%.100s'; did you mean %s?", word, name);
	return mxlog_program_fail(program,
	    "unknown command '%.100s'; see %s --help", word, program->name);
}

/* ---- getopt's tables, made of ours ---- */

static int has_argument(const struct mxlog_program_row *row)
{
	if (!row->argument)
		return no_argument;
	return row->argument[0] == '[' ? optional_argument : required_argument;
}

static void fill_tables(const struct mxlog_program *program, char *letters,
    struct option *longs)
{
	if (program->options_first)
		*letters++ = '+';
	*letters++ = ':';
	for (size_t i = 0; i < program->n_rows && i < ROWS_MAX; i++) {
		const struct mxlog_program_row *row = &program->rows[i];

		if (row->kind != MXLOG_PROGRAM_OPTION)
			continue;
		*longs++ = (struct option){ .name = row->name,
			.has_arg = has_argument(row),
			.val = LONG + (int)i };
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		for (int n = has_argument(row); n > 0; n--)
			*letters++ = ':';
	}
	*letters = '\0';
	*longs = (struct option){ 0 };
}

static const struct mxlog_program_row *row_of(const struct mxlog_program
						  *program,
    int code)
{
	if (code >= LONG)
		return &program->rows[code - LONG];
	for (size_t i = 0; i < program->n_rows; i++)
		if (program->rows[i].kind == MXLOG_PROGRAM_OPTION &&
		    program->rows[i].letter == code)
			return &program->rows[i];
	return NULL;
}

/* ---- reading ---- */

/* 1, 2 if no option follows, 0 if that was all, or -EINVAL. */
static int take_option(const struct mxlog_program *program, int code,
    const char *word, mxlog_program_take *take, void *arg,
    struct mxlog_error *reterr)
{
	const struct mxlog_program_row *row;
	int r;

	if (code == ':')
		return mxlog_error_set(reterr, -EINVAL,
		    "option '%.100s' needs an argument", word);
	row = code == '?' ? NULL : row_of(program, code);
	if (!row)
		return fail_option(program, word, reterr);
	if (strcmp(row->name, "help") == 0)
		return mxlog_program_help(program);
	if (strcmp(row->name, "version") == 0) {
		(void)printf("%s %s\n", program->name, mxlog_version());
		return fflush(stdout) == 0 ? 0 : -errno;
	}
	r = take(arg, row->id, optarg ? optarg : "");
	return r < 0 ? r : 1 + (r > 0);
}

int mxlog_program_read(const struct mxlog_program *program, int argc,
    char **argv, mxlog_program_take *take, void *arg, int *ret_words,
    struct mxlog_error *reterr)
{
	struct mxlog_error error = { 0 };
	struct option longs[ROWS_MAX + 1];
	char letters[3 * ROWS_MAX + 3];
	int code, r = 1;

	fill_tables(program, letters, longs);
	opterr = 0; /* one line is enough */
	while (r == 1) {
		int before = optind;

		code = getopt_long(argc, argv, letters, longs, NULL);
		if (code == -1)
			break;
		r = take_option(program, code,
		    argv[optind > before ? optind - 1 : optind], take, arg,
		    &error);
	}
	*ret_words = optind;
	if (r < 0 && reterr)
		*reterr = error;
	else if (r < 0 && error.text[0])
		(void)mxlog_program_fail(program, "%s", error.text);
	return r > 0 ? 1 : r;
}

/* ---- help ---- */

static void print_wrapped(const char *text)
{
	int column = HELP_COLUMN;

	while (*text) {
		int word = (int)strcspn(text, " ");

		if (column + 1 + word > HELP_WIDTH) {
			(void)printf("\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		}
		column += printf(" %.*s", word, text);
		text += word;
		text += strspn(text, " ");
	}
	(void)printf("\n");
}

static void print_row(const struct mxlog_program_row *row)
{
	char dashes[8] = "      ", left[64];
	int n;

	if (row->kind == MXLOG_PROGRAM_GROUP) {
		(void)printf("\n%s:\n", row->help);
		return;
	}
	if (row->kind == MXLOG_PROGRAM_COMMAND)
		dashes[2] = '\0';
	else if (row->letter)
		(void)snprintf(dashes, sizeof(dashes), "  -%c, ", row->letter);
	n = snprintf(left, sizeof(left), "%s%s%s%s%s", dashes,
	    row->kind == MXLOG_PROGRAM_COMMAND ? "" : "--", row->name,
	    row->argument ? " " : "", row->argument ? row->argument : "");
	if (n >= HELP_COLUMN)
		(void)printf("%s\n%*s", left, HELP_COLUMN, "");
	else
		(void)printf("%-*s", HELP_COLUMN, left);
	print_wrapped(row->help);
}

int mxlog_program_help(const struct mxlog_program *program)
{
	(void)printf("usage: %s %s\n%s", program->name, program->usage,
	    program->summary);
	for (size_t i = 0; i < program->n_rows; i++)
		print_row(&program->rows[i]);
	if (program->footer)
		(void)printf("\n%s", program->footer);
	return fflush(stdout) == 0 ? 0 : -errno;
}
