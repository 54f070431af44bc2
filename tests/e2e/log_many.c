/* SPDX-License-Identifier: Apache-2.0 */
/* Log so many numbered entries into a directory that others use, too.
 * usage: log_many DIRECTORY NUMBER ENTRIES */
#include <stdio.h>
#include <stdlib.h>

#include <mxlog/logger.h>

int main(int argc, char **argv)
{
	struct mxlog_config *config;
	struct mxlog_error error = { 0 };
	struct mxlog_logger *logger;
	unsigned long n;

	if (argc != 4)
		return EXIT_FAILURE;
	n = strtoul(argv[3], NULL, 10);
	if (mxlog_config_new(&config) < 0 ||
	    mxlog_config_set(config, "log_dir", argv[1], &error) < 0 ||
	    mxlog_config_set(config, "oldest_days", "0", &error) < 0 ||
	    mxlog_setup(config, &error) < 0) {
		fprintf(stderr, "%s\n", error.text);
		return EXIT_FAILURE;
	}
	mxlog_config_free(config);
	logger = mxlog_logger_get("many");
	for (unsigned long i = 0; i < n; i++) {
		MXLOG_INFO(logger, "%s %lu", argv[2], i);
		if (i % 400 == 399 && mxlog_flush() < 0) /* none is shed */
			return EXIT_FAILURE;
	}
	return mxlog_shutdown() < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
