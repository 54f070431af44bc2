/* SPDX-License-Identifier: Apache-2.0 */
/* The logger under load, redaction on, at the default queue or that of
 * MXLOG_BENCH_BUFFER. bench_logger.sh runs it beside others. */
#include <stdio.h>
#include <stdlib.h>

#include <mxlog/logger.h>

#include "logger_load.h"
#include "tempdir.h"

static struct mxlog_logger *logger;
static char *dir;

static void call(unsigned thread, uint64_t i)
{
	MXLOG_INFO(logger, "thread %u moved task %ju from inbox to done",
	    thread, (uintmax_t)i);
}

static void finish(void)
{
	if (mxlog_flush() < 0)
		abort();
}

static uint64_t stored(void)
{
	return logger_load_count(dir);
}

int main(int argc, char **argv)
{
	static const struct logger_under_load mxlog = { "mxlog", call, finish,
		stored };
	const char *buffer = getenv("MXLOG_BENCH_BUFFER");
	struct mxlog_config *config;
	struct mxlog_error error;
	char log_dir[256];

	dir = mxlog_tempdir_new();
	(void)snprintf(log_dir, sizeof(log_dir), "%s/Logs", dir);
	if (mxlog_config_new(&config) < 0 ||
	    mxlog_config_set(config, "log_dir", log_dir, &error) < 0 ||
	    (buffer &&
		mxlog_config_set(config, "buffer_size", buffer, &error) < 0) ||
	    mxlog_setup(config, &error) < 0) {
		fprintf(stderr, "%s\n", error.text);
		return EXIT_FAILURE;
	}
	mxlog_config_free(config);
	logger = mxlog_logger_get("bench.queue");
	(void)logger_load_main(argc, argv, &mxlog);
	(void)mxlog_shutdown();
	mxlog_tempdir_free(dir);
	return EXIT_SUCCESS;
}
