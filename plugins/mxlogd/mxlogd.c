/* SPDX-License-Identifier: Apache-2.0 */
/* mxlogd: the host of capture modules; options and exit codes. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mxlog/version.h>

#include "host.h"

#define DEFAULT_CONFIG "/etc/mxlog/mxlog.yaml"

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2, /* options, or the configuration */
};

static const char usage[] =
    "usage: mxlogd [--config FILE] [--module-path DIR] [--check | --drain]\n"
    "\n"
    "Captures logs through modules (the systemd journal) into the log\n"
    "directory of the configuration, and runs the archive cycle.\n"
    "\n"
    "  -c, --config FILE      configuration (" DEFAULT_CONFIG ")\n"
    "  -m, --module-path DIR  where modules are found, instead of module_path\n"
    "      --check            check the configuration and its modules, exit\n"
    "      --drain            forward all there is, flush, exit\n"
    "  -h, --help             this text\n"
    "      --version          the version\n"
    "\n"
    "SIGHUP reloads the configuration, SIGTERM flushes and ends.\n"
    "See mxlogd(8), mxlog-journald(8).\n";

enum option_value {
	OPTION_CHECK = 256,
	OPTION_DRAIN,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "module-path", required_argument, NULL, 'm' },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "drain", no_argument, NULL, OPTION_DRAIN },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

struct arguments {
	struct mxlog_host_options host;
	bool check;
	bool done; /* help or version was all that was asked for */
};

static int read_arguments(int argc, char **argv, struct arguments *ret)
{
	int option;

	while ((option = getopt_long(argc, argv, "c:m:h", long_options,
		    NULL)) != -1) {
		switch (option) {
		case 'c':
			ret->host.config_path = optarg;
			break;
		case 'm':
			ret->host.module_path = optarg;
			break;
		case OPTION_CHECK:
			ret->check = true;
			break;
		case OPTION_DRAIN:
			ret->host.drain = true;
			break;
		case 'h':
			(void)fputs(usage, stdout);
			ret->done = true;
			return 0;
		case OPTION_VERSION:
			(void)puts("mxlogd " MXLOG_VERSION);
			ret->done = true;
			return 0;
		default:
			return -EINVAL;
		}
	}
	return optind == argc && !(ret->check && ret->host.drain) ? 0 : -EINVAL;
}

static void complain(int code, const struct mxlog_error *error)
{
	(void)fprintf(stderr, "mxlogd: %s\n",
	    error->text[0] ? error->text : strerror(-code));
}

int main(int argc, char **argv)
{
	struct arguments arguments = {
		.host = { .config_path = DEFAULT_CONFIG },
	};
	struct mxlog_error error = { 0 };
	struct mxlog_host *host;
	int r;

	if (read_arguments(argc, argv, &arguments) < 0) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (arguments.done)
		return EXIT_OK;
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
