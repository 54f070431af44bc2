/* SPDX-License-Identifier: Apache-2.0 */
/* Log numbered entries of all levels while something happens to the program.
 * usage: log_faults CONFIG SCENARIO ENTRIES [ARGUMENT] */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <mxlog/logger.h>

static const enum mxlog_level levels[] = { MXLOG_DEBUG, MXLOG_INFO,
	MXLOG_WARNING, MXLOG_ERROR, MXLOG_CRITICAL };

static void offer(unsigned long from, unsigned long to)
{
	struct mxlog_logger *logger = mxlog_logger_get("faults");

	for (unsigned long i = from; i < to; i++)
		MXLOG_LOG(logger, levels[i % 5], "entry %lu password=hunter2",
		    i);
}

static void wait_for(const char *path)
{
	const struct timespec tick = { .tv_nsec = 10 * 1000 * 1000 };

	while (access(path, F_OK) < 0)
		(void)nanosleep(&tick, NULL);
}

/* The disk fills up; there is room again when the file stands there, and the
 * last ten are offered. */
static void fill(unsigned long n, const char *path)
{
	offer(0, n - 10);
	(void)mxlog_flush();
	printf("full\n");
	(void)fflush(stdout);
	wait_for(path);
	offer(n - 10, n);
}

/* Rights are given up; other segments can't be made any more. */
static void drop_rights(unsigned long n)
{
	offer(0, n / 2);
	(void)mxlog_flush();
	if (setgid(65534) < 0 || setuid(65534) < 0)
		exit(3);
	offer(n / 2, n);
}

static void change_root(unsigned long n, const char *path)
{
	offer(0, n / 2);
	(void)mxlog_flush();
	if (chroot(path) < 0 || chdir("/") < 0)
		exit(3);
	offer(n / 2, n);
}

static unsigned long thread_entries;

static void *offer_all(void *arg)
{
	offer(0, thread_entries);
	return arg;
}

static void leave_main(unsigned long n)
{
	pthread_t thread;

	thread_entries = n;
	if (pthread_create(&thread, NULL, offer_all, NULL) != 0)
		exit(3);
	pthread_exit(NULL);
}

int main(int argc, char **argv)
{
	const char *argument = argc > 4 ? argv[4] : "";
	struct mxlog_config *config;
	struct mxlog_error error = { 0 };
	unsigned long n;

	if (argc < 4)
		return EXIT_FAILURE;
	n = strtoul(argv[3], NULL, 10);
	if (mxlog_config_load(argv[1], &config, &error) < 0 ||
	    mxlog_setup(config, &error) < 0) {
		fprintf(stderr, "%s\n", error.text);
		return EXIT_FAILURE;
	}
	mxlog_config_free(config);
	if (strcmp(argv[2], "fill") == 0)
		fill(n, argument);
	else if (strcmp(argv[2], "setuid") == 0)
		drop_rights(n);
	else if (strcmp(argv[2], "chroot") == 0)
		change_root(n, argument);
	else if (strcmp(argv[2], "leave") == 0)
		leave_main(n);
	else
		offer(0, n);
	(void)mxlog_shutdown();
	return EXIT_SUCCESS;
}
