/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	HELP_COLUMN = 28,
	HELP_WIDTH = 78,
	LONG = 256, /* codes of long options begin here */
};

struct row {
	const char *group; /* a title, or NULL for an option */
	enum mxlog_read_option option;
	char letter;
	const char *name, *argument, *help;
};

static const struct row rows[] = {
#define GROUP(title) { .group = title },
#define OPTION(i, l, n, a, h)      \
	{ .option = MXLOG_OPT_##i, \
		.letter = l,       \
		.name = n,         \
		.argument = a,     \
		.help = h },
#include "command/read_options.def"
#undef GROUP
#undef OPTION
};

static const struct row *row_of(enum mxlog_read_option option)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!rows[i].group && rows[i].option == option)
			return &rows[i];
	return NULL;
}

const char *mxlog_read_option_name(enum mxlog_read_option option)
{
	return row_of(option)->name;
}

static bool is_optional(const struct row *row)
{
	return row->argument && row->argument[0] == '[';
}

/* ---- getopt's tables, made of ours ---- */

static int has_argument(const struct row *row)
{
	if (!row->argument)
		return no_argument;
	return is_optional(row) ? optional_argument : required_argument;
}

static void fill_tables(char *letters, struct option *longs)
{
	*letters++ = ':';
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];

		if (row->group)
			continue;
		*longs++ = (struct option){ .name = row->name,
			.has_arg = has_argument(row),
			.val = LONG + (int)row->option };
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		if (row->argument)
			*letters++ = ':';
		if (is_optional(row))
			*letters++ = ':';
	}
	*letters = '\0';
	*longs = (struct option){ 0 };
}

static const struct row *row_of_code(int code)
{
	if (code >= LONG)
		return row_of((enum mxlog_read_option)(code - LONG));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].letter == code)
			return &rows[i];
	return NULL;
}

/* What journalctl's option of that name is here, or NULL. */
static const char *find_habit(const char *argument)
{
	static const struct {
		const char *names, *here;
	} habits[] = {
#define HABIT(names, here) { names, here },
#include "command/habits.def"
#undef HABIT
	};
	size_t len = strcspn(argument, "=");

	for (size_t i = 0; i < ARRAY_LEN(habits); i++) {
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

static int unknown(const char *argument, struct mxlog_error *reterr)
{
	const char *here = find_habit(argument);

	const char *names[ARRAY_LEN(rows)], *nearest = NULL;
	size_t n = 0;

	if (here)
		return mxlog_error_set(reterr, -EINVAL,
		    "unknown option '%.40s'; journalctl's is here %.140s",
		    argument, here);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].name)
			names[n++] = rows[i].name;
	if (strncmp(argument, "--", 2) == 0)
		nearest = mxlog_error_nearest(argument + 2,
		    strcspn(argument + 2, "="), names, n);
	if (nearest)
		return mxlog_error_set(reterr, -EINVAL,
		    "unknown option '%.100s'; did you mean --%s?", argument,
		    nearest);
	return mxlog_error_set(reterr, -EINVAL,
	    "unknown option '%.100s'; see mxlog-read --help", argument);
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

static const char *argument_of(const struct row *row, int argc, char **argv)
{
	const char *text = optarg;

	if (text && is_optional(row) && row->letter && *text == '=')
		return text + 1; /* -b=ID */
	if (text || !is_optional(row) || optind >= argc ||
	    !is_meant(row->option, argv[optind]))
		return text ? text : "";
	return argv[optind++];
}

static int add(struct mxlog_read_arguments *arguments, const struct row *row,
    int argc, char **argv)
{
	struct mxlog_read_argument *items =
	    reallocarray(arguments->items, arguments->n + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	arguments->items = items;
	items[arguments->n++] = (struct mxlog_read_argument){
		.option = row->option,
		.text = argument_of(row, argc, argv),
	};
	return 0;
}

int mxlog_read_arguments_parse(struct mxlog_read_arguments *arguments, int argc,
    char **argv, struct mxlog_error *reterr)
{
	char letters[3 * ARRAY_LEN(rows) + 2];
	struct option longs[ARRAY_LEN(rows) + 1];
	int r = 0;

	*arguments = (struct mxlog_read_arguments){ 0 };
	fill_tables(letters, longs);
	opterr = 0;
	while (r >= 0) {
		int code = getopt_long(argc, argv, letters, longs, NULL);
		const char *last = argv[optind - 1];

		if (code == -1)
			break;
		if (code == ':')
			r = mxlog_error_set(reterr, -EINVAL,
			    "option '%.100s' needs an argument", last);
		else if (code == '?')
			r = unknown(last, reterr);
		else
			r = add(arguments, row_of_code(code), argc, argv);
	}
	arguments->files = argv + optind;
	arguments->n_files = (size_t)(argc - optind);
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

static void print_row(const struct row *row)
{
	char left[64];
	int n;

	if (row->group) {
		(void)printf("\n%s:\n", row->group);
		return;
	}
	n = snprintf(left, sizeof(left), "  %c%c%s--%s%s%s",
	    row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
	    row->letter ? ", " : "  ", row->name, row->argument ? " " : "",
	    row->argument ? row->argument : "");
	if (n >= HELP_COLUMN)
		(void)printf("%s\n%*s", left, HELP_COLUMN, "");
	else
		(void)printf("%-*s", HELP_COLUMN, left);
	print_wrapped(row->help);
}

int mxlog_read_options_help(void)
{
	(void)printf("usage: mxlog-read [options]\n"
		     "Show log entries, live and archived, that match all that "
		     "is asked for.\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		print_row(&rows[i]);
	(void)printf(
	    "\nExit status: 0, 1 if something could not be read, 2 "
	    "for a wrong option; with --quiet 3 if nothing matched.\n");
	return fflush(stdout) == 0 ? 0 : -errno;
}
