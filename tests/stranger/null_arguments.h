/* SPDX-License-Identifier: Apache-2.0 */
/* Null arguments: what the program made by tests/null_arguments.py runs with. */
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct null_call {
	const char *name;
	void (*call)(void);
};

/* Good arguments, and room for results. */
static struct mxlog_entry *entry;
static struct mxlog_metric *metric;
static struct mxlog_exception *exception;
static struct mxlog_config *config;
static struct mxlog_query *query;
static struct mxlog_reader *reader;
static struct mxlog_writer *writer;
static struct mxlog_logger *logger;
static const char *const texts[] = { "text", "text", "text", "text", NULL };
static _Alignas(64) char room[65536];

static void make_good(void)
{
	const struct mxlog_writer_options options = { .size = sizeof(options) };
	const char *dir = "null-arguments";
	struct mxlog_query *other;

	(void)mxlog_entry_new(&entry);
	(void)mxlog_metric_new(&metric);
	(void)mxlog_exception_new("T", 1, "m", 1, &exception);
	(void)mxlog_config_new(&config);
	(void)mxlog_config_set(config, "log_dir", dir, NULL);
	(void)mxlog_query_new(&query);
	(void)mxlog_query_new(&other);
	(void)mxlog_writer_open(config, &options, &writer, NULL);
	(void)mxlog_reader_open(&dir, 1, &other, &reader, NULL);
	logger = mxlog_get_logger();
}

static int remove_one(const char *path, const struct stat *st, int flag,
    struct FTW *where)
{
	(void)st;
	(void)flag;
	(void)where;
	return remove(path);
}

/* 0 if the call ends by itself. */
static int try_call(const struct null_call *call)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		const struct rlimit none = { 0, 0 };

		(void)setrlimit(RLIMIT_CORE, &none);
		(void)alarm(20);
		make_good();
		call->call();
		_exit(0);
	}
	if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0)
		return 0;
	fprintf(stderr, "%s ends with signal %d\n", call->name,
	    WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	return 1;
}

static int null_calls_run(const struct null_call *calls, size_t n)
{
	char dir[] = "/tmp/mxlog-null.XXXXXX";
	int failed = 0;

	/* What the calls write goes there, and with it. */
	if (!mkdtemp(dir) || chdir(dir) < 0)
		return 1;
	for (size_t i = 0; i < n; i++)
		failed += try_call(&calls[i]);
	if (chdir("/") < 0 ||
	    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0)
		failed++;
	printf("%zu calls, %d failed\n", n, failed);
	return failed > 0;
}
