/* SPDX-License-Identifier: Apache-2.0 */
/* Run the archive cycle over a log directory as of a given moment.
 *
 * usage: read_archive DIR TIME */
#include <stdio.h>
#include <stdlib.h>

#include <mxlog/archive.h>

#include "base/timestamp.h"

static int fail(const char *what, int code, const char *why)
{
	(void)fprintf(stderr, "%s: %s: %s\n", what, strerror(-code), why);
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct mxlog_archive_options options = { .size = sizeof(options),
		.actor = "read_archive" };
	struct mxlog_archive_stats stats = { 0 };
	struct mxlog_error error = { 0 };
	struct mxlog_config *config;
	int r;

	if (argc != 3 ||
	    mxlog_timestamp_parse(argv[2], strlen(argv[2]), 0,
		&options.now_usec) < 0)
		return EXIT_FAILURE;
	r = mxlog_config_new(&config);
	if (r >= 0)
		r = mxlog_config_set(config, "log_dir", argv[1], &error);
	if (r == 0)
		r = mxlog_config_set(config, "oldest_days", "0", &error);
	if (r >= 0)
		r = mxlog_archive_run(config, &options, &stats, &error);
	if (r < 0)
		return fail("mxlog_archive_run", r, error.text);
	(void)printf("%llu archived\n", (unsigned long long)stats.archived);
	mxlog_config_free(config);
	return EXIT_SUCCESS;
}
