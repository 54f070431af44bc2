/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments: what the command line of mxlog-read says, option by option. */
#pragma once

#include "base/reterr.h"

enum mxlog_read_option {
#define GROUP(title)
#define OPTION(id, letter, name, argument, help) MXLOG_OPT_##id,
#include "command/read_options.def"
#undef GROUP
#undef OPTION
	MXLOG_OPT_COUNT
};

struct mxlog_read_argument {
	enum mxlog_read_option option;
	const char *text; /* "" if none was given */
};

struct mxlog_read_arguments {
	struct mxlog_read_argument *items; /* in the order given */
	size_t n;
	char **files; /* what is no option */
	size_t n_files;
};

/* The texts are argv's. 1; 0: --help or --version was answered, and nothing is
 * left to do; -EINVAL with one line that says what is wrong, -ENOMEM. */
int mxlog_read_arguments_parse(struct mxlog_read_arguments *arguments, int argc,
    char **argv, struct mxlog_error *reterr);
void mxlog_read_arguments_done(struct mxlog_read_arguments *arguments);

/* The option's last argument; NULL if it was not given. */
const char *mxlog_read_arguments_get(const struct mxlog_read_arguments
					 *arguments,
    enum mxlog_read_option option);

/* "since" */
const char *mxlog_read_option_name(enum mxlog_read_option option);
