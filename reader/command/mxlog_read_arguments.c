/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "tools/program.h"

static const struct mxlog_program_row rows[] = {
#define GROUP MXLOG_PROGRAM_ROW_GROUP
#define OPTION(id, letter, name, argument, help) \
	MXLOG_PROGRAM_ROW_OPTION(MXLOG_OPT_##id, letter, name, argument, help)
#include "command/read_options.def"
#undef GROUP
#undef OPTION
};

/* What journalctl's option of that name is here, or NULL. */
static const char *find_habit(const char *argument)
{
	static const struct {
		const char *names, *here;
	} habits[] = {
#define HABIT(names, here) { names, "journalctl's is here " here },
#include "command/habits.def"
#undef HABIT
	};
	size_t len = strcspn(argument, "=");

	for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++) {
		const char *at = habits[i].names;

		for (; *at; at += strspn(at, ", ")) {
			size_t n = strcspn(at, ",");

			if (n == len && memcmp(at, argument, len) == 0)
				return habits[i].here;
			at += n;
		}
	}
	return NULL;
}

static const struct mxlog_program program = {
	.name = "mxlog-read",
	.usage = "[options] [FILE...]",
	.summary = "Show log entries, live and archived, that match all that "
		   "is asked for.\n",
	.footer = "Exit status: 0, 1 if something could not be read, 2 for a "
		  "wrong option; with\n--quiet 3 if nothing matched.\n",
	.rows = rows,
	.n_rows = sizeof(rows) / sizeof(rows[0]),
	.hint = find_habit,
};

static const struct mxlog_program_row *row_of(enum mxlog_read_option option)
{
	const struct mxlog_program_row *row = rows;

	while (row->kind != MXLOG_PROGRAM_OPTION || row->id != (int)option)
		row++;
	return row;
}

const char *mxlog_read_option_name(enum mxlog_read_option option)
{
	return row_of(option)->name;
}

static bool is_optional(const struct mxlog_program_row *row)
{
	return row->argument && row->argument[0] == '[';
}

/* ---- reading ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* journalctl's habit: "-n 5" and "-b -1" though the argument is optional. */
static bool is_meant(enum mxlog_read_option option, const char *next)
{
	size_t hex = strspn(next, "0123456789abcdefABCDEF");

	if (option == MXLOG_OPT_LINES)
		return is_digit(next[next[0] == '+']) ||
		    strcmp(next, "all") == 0;
	if (option != MXLOG_OPT_BOOT)
		return false;
	return hex == 32 || strcmp(next, "all") == 0 ||
	    (is_digit(next[next[0] == '-' || next[0] == '+']) &&
		next[strspn(next, "+-0123456789")] == '\0');
}

/* What getopt has left to read, and what was read. */
struct reading {
	struct mxlog_read_arguments *arguments;
	int argc;
	char **argv;
};

static const char *argument_of(const struct mxlog_program_row *row,
    const char *text, const struct reading *reading)
{
	enum mxlog_read_option option = (enum mxlog_read_option)row->id;

	if (!is_optional(row))
		return text;
	if (*text)
		return text + (row->letter && *text == '='); /* -b=ID */
	if (optind < reading->argc && is_meant(option, reading->argv[optind]))
		return reading->argv[optind++];
	return text;
}

static int take_option(void *arg, int id, const char *text)
{
	struct reading *reading = arg;
	struct mxlog_read_arguments *arguments = reading->arguments;
	enum mxlog_read_option option = (enum mxlog_read_option)id;
	struct mxlog_read_argument *items =
	    reallocarray(arguments->items, arguments->n + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	arguments->items = items;
	items[arguments->n++] = (struct mxlog_read_argument){
		.option = option,
		.text = argument_of(row_of(option), text, reading),
	};
	return 0;
}

int mxlog_read_arguments_parse(struct mxlog_read_arguments *arguments, int argc,
    char **argv, struct mxlog_error *reterr)
{
	struct reading reading = { arguments, argc, argv };
	int words, r;

	*arguments = (struct mxlog_read_arguments){ 0 };
	r = mxlog_program_read(&program, argc, argv, take_option, &reading,
	    &words, reterr);
	arguments->files = argv + words;
	arguments->n_files = (size_t)(argc - words);
	return r;
}

void mxlog_read_arguments_done(struct mxlog_read_arguments *arguments)
{
	free(arguments->items);
	*arguments = (struct mxlog_read_arguments){ 0 };
}

const char *mxlog_read_arguments_get(const struct mxlog_read_arguments
					 *arguments,
    enum mxlog_read_option option)
{
	for (size_t i = arguments->n; i-- > 0;)
		if (arguments->items[i].option == option)
			return arguments->items[i].text;
	return NULL;
}
