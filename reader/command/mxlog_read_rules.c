/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_rules.h"

#define OPT(id) MXLOG_OPT_##id
#define LIST(...)                            \
	(const enum mxlog_read_option[])     \
	{                                    \
		__VA_ARGS__, MXLOG_OPT_COUNT \
	}

/* Options that say which entries are meant, */
#define FILTERS                                                           \
	OPT(SINCE), OPT(UNTIL), OPT(LEVEL), OPT(MIN_LEVEL), OPT(MODULE),  \
	    OPT(EXCLUDE_MODULE), OPT(TRACE_ID), OPT(SEARCH), OPT(TAG),    \
	    OPT(FIELD), OPT(WHERE), OPT(EXCEPTION), OPT(UNIT), OPT(HOST), \
	    OPT(BOOT), OPT(DMESG), OPT(SEARCH_IN), OPT(QUERY)
/* that are of entries alone, */
#define OF_ENTRIES                                                    \
	OPT(LEVEL), OPT(MIN_LEVEL), OPT(MODULE), OPT(EXCLUDE_MODULE), \
	    OPT(EXCEPTION), OPT(UNIT), OPT(HOST), OPT(BOOT), OPT(DMESG)
/* that say which of them in which order, */
#define ORDERS  OPT(ORDER_BY), OPT(ORDER_DIR), OPT(REVERSE)
#define CURSORS OPT(CURSOR), OPT(AFTER_CURSOR), OPT(CURSOR_FILE)
#define WINDOWS OPT(LIMIT), OPT(LINES), OPT(OFFSET)
/* and what is made of them. */
#define REPORTS                                                                \
	OPT(COUNT_BY), OPT(PATTERNS), OPT(HISTOGRAM), OPT(ERRORS), OPT(TRACE), \
	    OPT(METRIC), OPT(OF), OPT(DISTINCT), OPT(LIST_BOOTS),              \
	    OPT(DISK_USAGE)
/* Lines around a match. */
#define AROUND OPT(BEFORE), OPT(AFTER), OPT(CONTEXT)

/* Any of these beside any of those. */
static const struct refusal {
	const enum mxlog_read_option *these, *those;
	const char *why;
} refusals[] = {
	{ LIST(OPT(TRACE)), LIST(FILTERS, OPT(METRICS)),
	    "an operation is shown whole; leave one of both out" },
	{ LIST(OPT(DISK_USAGE)), LIST(FILTERS, OPT(METRICS), OPT(EXPLAIN)),
	    "it is of all files; leave one of both out" },
	{ LIST(REPORTS, OPT(FOLLOW), OPT(QUIET), OPT(SLOWEST)), LIST(AROUND),
	    "lines are shown around matches as they stand; leave one of both "
	    "out" },
	{ LIST(REPORTS),
	    LIST(ORDERS, CURSORS, OPT(OFFSET), OPT(SHOW_CURSOR), OPT(FIELDS),
		OPT(FOLLOW), OPT(SLOWEST)),
	    "a report has an order and columns of its own; leave one of both "
	    "out" },
	{ LIST(OPT(HISTOGRAM), OPT(TRACE), OPT(LIST_BOOTS), OPT(DISK_USAGE)),
	    LIST(WINDOWS, OPT(PAGER_END)),
	    "it shows all; leave one of both out" },
	{ LIST(OPT(TRACE)), LIST(OPT(EXPLAIN)),
	    "an operation is several queries; leave one of both out" },
	{ LIST(REPORTS, OPT(SLOWEST)), LIST(OPT(QUIET)),
	    "--quiet prints nothing; leave one of both out" },
	{ LIST(OPT(QUIET)), LIST(OPT(SHOW_CURSOR), OPT(FOLLOW)),
	    "--quiet prints nothing; leave one of both out" },
	{ LIST(OPT(SLOWEST)), LIST(WINDOWS, ORDERS, CURSORS, OPT(FOLLOW)),
	    "--slowest says which ones and in which order; leave one of both "
	    "out" },
	{ LIST(OPT(LIMIT)), LIST(OPT(LINES)),
	    "both say how many, --limit the first and --lines the newest; "
	    "leave one of both out" },
	{ LIST(OPT(LINES)), LIST(OPT(OFFSET)),
	    "--lines counts from the end and --offset from the beginning; use "
	    "--limit and --offset" },
	{ LIST(AROUND), LIST(OPT(SHOW_CURSOR)),
	    "the line shown last need not match; leave one of both out" },
	{ LIST(OPT(ORDER_DIR)), LIST(OPT(REVERSE)),
	    "both say in which direction; leave one of both out" },
	{ LIST(OPT(CURSOR_FILE)),
	    LIST(OPT(CURSOR), OPT(AFTER_CURSOR), OPT(LIMIT), OPT(OFFSET),
		OPT(FOLLOW), OPT(QUIET)),
	    "what came since is shown once and whole; leave one of both out" },
	{ LIST(OPT(CURSOR)), LIST(OPT(AFTER_CURSOR)),
	    "begin at one place; leave one of both out" },
	{ LIST(OPT(METRICS), OPT(METRIC)),
	    LIST(OF_ENTRIES, OPT(ERRORS), OPT(SLOWEST), OPT(PATTERNS),
		OPT(LIST_BOOTS), OPT(CONTEXT_OF)),
	    "metrics have no level, module, exception, unit, host or boot; "
	    "leave one of both out" },
	{ LIST(OPT(FOLLOW)),
	    LIST(OPT(LIMIT), OPT(OFFSET), ORDERS, OPT(PAGER_END)),
	    "what comes is shown as it comes, after the last -n of what there "
	    "is; leave one of both out" },
};

/* One of these needs one of those. */
static const struct need {
	const enum mxlog_read_option *these, *those;
	const char *why;
} needs[] = {
	{ LIST(OPT(REGEX), OPT(CASE), OPT(SEARCH_IN)), LIST(OPT(SEARCH)),
	    "says how to search; add -g TEXT" },
	{ LIST(AROUND), LIST(FILTERS),
	    "shows what stands around matches; say what matches, as with "
	    "-g TEXT" },
	{ LIST(OPT(CONTEXT_OF)), LIST(AROUND),
	    "says which lines; add -C N, -B N or -A N" },
	{ LIST(OPT(UNTIL_MATCH)), LIST(OPT(FOLLOW)),
	    "says when to stop following; add -f" },
	{ LIST(OPT(AGG), OPT(BUCKET), OPT(BY)), LIST(OPT(METRIC), OPT(OF)),
	    "says what numbers come to; add --of FIELD or --metric NAME" },
};

/* Given more than once they add up, or the last one counts because they say
 * only how to show what was found. */
static const enum mxlog_read_option *const repeated = LIST(
    /* These add up: */
    OPT(LOG_DIR), OPT(LEVEL), OPT(MODULE), OPT(EXCLUDE_MODULE), OPT(TRACE_ID),
    OPT(SEARCH), OPT(TAG), OPT(FIELD), OPT(WHERE), OPT(EXCEPTION), OPT(UNIT),
    OPT(HOST), OPT(FIELDS),
    /* these say the same twice: */
    OPT(REGEX), OPT(CASE), OPT(DMESG), OPT(METRICS), OPT(REVERSE), OPT(FOLLOW),
    OPT(UNTIL_MATCH), OPT(ERRORS), OPT(PATTERNS), OPT(LIST_BOOTS),
    OPT(DISK_USAGE), OPT(SHOW_CURSOR), OPT(QUIET), OPT(UTC), OPT(PAGER_END),
    OPT(NO_PAGER), OPT(EXPLAIN), OPT(HELP), OPT(VERSION),
    /* and of these the last one counts. */
    OPT(OUTPUT), OPT(LINES));

static bool lists(const enum mxlog_read_option *list,
    enum mxlog_read_option option)
{
	while (*list != MXLOG_OPT_COUNT && *list != option)
		list++;
	return *list == option;
}

/* The first of a list that was given, or MXLOG_OPT_COUNT. */
static enum mxlog_read_option given_of(const struct mxlog_read_arguments
					   *arguments,
    const enum mxlog_read_option *list)
{
	while (*list != MXLOG_OPT_COUNT &&
	    !mxlog_read_arguments_get(arguments, *list))
		list++;
	return *list;
}

static int check_repeated(const struct mxlog_read_arguments *arguments,
    struct mxlog_error *reterr)
{
	bool seen[MXLOG_OPT_COUNT] = { false };

	for (size_t i = 0; i < arguments->n; i++) {
		enum mxlog_read_option option = arguments->items[i].option;

		if (seen[option] && !lists(repeated, option))
			return mxlog_error_set(reterr, -EINVAL,
			    "--%s was given twice; leave one out",
			    mxlog_read_option_name(option));
		seen[option] = true;
	}
	return 0;
}

int mxlog_read_rules_check(const struct mxlog_read_arguments *arguments,
    struct mxlog_error *reterr)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		enum mxlog_read_option a, b;

		a = given_of(arguments, refusals[i].these);
		b = given_of(arguments, refusals[i].those);
		if (a != MXLOG_OPT_COUNT && b != MXLOG_OPT_COUNT)
			return mxlog_error_set(reterr, -EINVAL,
			    "--%s and --%s: %s", mxlog_read_option_name(a),
			    mxlog_read_option_name(b), refusals[i].why);
	}
	for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
		enum mxlog_read_option a;

		a = given_of(arguments, needs[i].these);
		if (a != MXLOG_OPT_COUNT &&
		    given_of(arguments, needs[i].those) == MXLOG_OPT_COUNT)
			return mxlog_error_set(reterr, -EINVAL, "--%s %s",
			    mxlog_read_option_name(a), needs[i].why);
	}
	return check_repeated(arguments, reterr);
}
