/* SPDX-License-Identifier: Apache-2.0 */
/* mxlogd: the host of capture modules; options and exit codes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "tools/program.h"

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2, /* options, or the configuration */
};

enum {
#define GROUP(title)
#define OPTION(id, letter, name, argument, help) OPTION_##id,
#include "mxlogd_options.def"
#undef GROUP
#undef OPTION
};

static const struct mxlog_program_row rows[] = {
#define GROUP MXLOG_PROGRAM_ROW_GROUP
#define OPTION(id, letter, name, argument, help) \
	MXLOG_PROGRAM_ROW_OPTION(OPTION_##id, letter, name, argument, help)
#include "mxlogd_options.def"
#undef GROUP
#undef OPTION
};

static const struct mxlog_program program = {
	.name = "mxlogd",
	.usage = "[--config FILE] [--module-path DIR] [--check | --drain]",
	.summary = "Capture logs through modules (the systemd journal) into "
		   "the log directory of the\nconfiguration, and run the "
		   "archive cycle.\n",
	.footer = "SIGHUP reloads the configuration, SIGTERM flushes and ends."
		  "\nSee mxlogd(8), mxlog-journald(8).\n",
	.rows = rows,
	.n_rows = sizeof(rows) / sizeof(rows[0]),
};

struct arguments {
	struct mxlog_host_options host;
	bool check;
};

static int take_option(void *arg, int id, const char *text)
{
	struct arguments *arguments = arg;

	switch (id) {
	case OPTION_CONFIG:
		arguments->host.config_path = text;
		break;
	case OPTION_MODULE_PATH:
		arguments->host.module_path = text;
		break;
	case OPTION_CHECK:
		arguments->check = true;
		break;
	case OPTION_DRAIN:
		arguments->host.drain = true;
		break;
	default:
		break;
	}
	return 0;
}

/* As mxlog_program_read(); a daemon wants a file, be it there or not. */
static int read_arguments(int argc, char **argv, struct arguments *ret)
{
	const char *found;
	int words, r;

	r = mxlog_program_read(&program, argc, argv, take_option, ret, &words,
	    NULL);
	if (r <= 0)
		return r;
	if (words < argc)
		return mxlog_program_fail(&program,
		    "unexpected argument '%.100s'; see mxlogd --help",
		    argv[words]);
	if (ret->check && ret->host.drain)
		return mxlog_program_fail(&program,
		    "expected one of --check and --drain");
	found = mxlog_config_find(ret->host.config_path);
	ret->host.config_path = found ? found : MXLOG_CONFIG_DEFAULT;
	return 1;
}

static void complain(int code, const struct mxlog_error *error)
{
	(void)fprintf(stderr, "mxlogd: %s\n",
	    error->text[0] ? error->text : strerror(-code));
}

int main(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	struct mxlog_error error = { 0 };
	struct mxlog_host *host;
	int r;

	r = read_arguments(argc, argv, &arguments);
	if (r <= 0)
		return r < 0 ? EXIT_USAGE : EXIT_OK;
	r = mxlog_host_new(&arguments.host, &host, &error);
	if (r < 0) {
		complain(r, &error);
		return EXIT_USAGE;
	}
	if (!arguments.check)
		r = mxlog_host_run(host, &error);
	mxlog_host_free(host);
	if (r < 0) {
		complain(r, &error);
		return EXIT_FAILED;
	}
	return EXIT_OK;
}
