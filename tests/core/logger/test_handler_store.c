/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/handler_store.h"

#include <mxlog/logger.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config_of.h"
#include "inject.h"
#include "suite.h"
#include "tempdir.h"

static char *dir;
static struct mxlog_error error;

static const struct {
	enum mxlog_level level;
	const char *line, *shed;
} levels[] = {
	{ MXLOG_DEBUG, "\"level\":\"DEBUG\",\"module\":\"disk\"",
	    "\"shed_debug\":" },
	{ MXLOG_INFO, "\"level\":\"INFO\",\"module\":\"disk\"",
	    "\"shed_info\":" },
	{ MXLOG_WARNING, "\"level\":\"WARNING\",\"module\":\"disk\"",
	    "\"shed_warning\":" },
	{ MXLOG_ERROR, "\"level\":\"ERROR\",\"module\":\"disk\"",
	    "\"shed_error\":" },
	{ MXLOG_CRITICAL, "\"level\":\"CRITICAL\",\"module\":\"disk\"",
	    "\"shed_critical\":" },
};

static void set_up(const char *yaml)
{
	struct mxlog_config *config;
	char log_dir[512];

	(void)snprintf(log_dir, sizeof(log_dir), "%s/Logs", dir);
	config = config_of(log_dir, yaml);
	ck_assert_msg(mxlog_setup(config, &error) == 0, "%s", error.text);
	mxlog_config_free(config);
}

/* What is given up is shown on stderr: not on the test's. */
static void redirect_stderr(void)
{
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/stderr", dir);
	fd = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
	close(fd);
}

static void begin(void)
{
	dir = mxlog_tempdir_new();
	redirect_stderr();
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static unsigned long add_up(const char *text, const char *key)
{
	unsigned long n = 0;

	while ((text = strstr(text, key))) {
		text += strlen(key);
		n += strtoul(text, NULL, 10);
	}
	return n;
}

static void offer(unsigned n)
{
	struct mxlog_logger *logger = mxlog_logger_get("disk");
	struct mxlog_with with = { 0 };

	for (unsigned i = 0; i < n; i++)
		(void)mxlog_logger_write(logger,
		    levels[i % ARRAY_LEN(levels)].level, NULL, &with,
		    "entry %u of password=hunter2", i);
}

static void fill_disk_and_mend(unsigned n)
{
	offer(n / 4);
	inject(INJECT_BREAK, INJECT_WRITE, 1, ENOSPC);
	offer(n / 2);
	(void)mxlog_flush();
	inject_done();
	offer(n / 4);
	ck_assert_int_eq(mxlog_flush(), 0);
}

static void check_accounts(unsigned n)
{
	char *text = mxlog_tempdir_read_glob(dir, "Logs/*.log");

	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		size_t stored = count(text, levels[i].line);
		size_t shed = add_up(text, levels[i].shed);

		ck_assert_msg(stored + shed == n / ARRAY_LEN(levels),
		    "%s %zu stored, %zu shed of %zu", levels[i].line, stored,
		    shed, n / ARRAY_LEN(levels));
	}
	free(text);
}

START_TEST(a_full_disk_loses_nothing_uncounted_whoever_writes)
{
	static const char *const yamls[] = {
		"level: DEBUG\nbacklog_size: 65536\nasync_enabled: false\n",
		"level: DEBUG\nbacklog_size: 65536\nbuffer_size: 100\n",
		"level: DEBUG\nbacklog_size: 65536\nbuffer_size: 100000\n",
		"level: DEBUG\nbacklog_size: 1000000\nbuffer_size: 1000\n"
		"flush_interval_s: 0.001\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(yamls); i++) {
		begin();
		set_up(yamls[i]);
		fill_disk_and_mend(10000);
		check_accounts(10000);
		ck_assert_int_eq(mxlog_shutdown(), 0);
		mxlog_tempdir_free(dir);
	}
}
END_TEST

START_TEST(the_count_comes_first_and_what_was_given_up_went_to_stderr)
{
	char *text, *line;

	begin();
	set_up("level: DEBUG\nbacklog_size: 65536\nasync_enabled: false\n");
	inject(INJECT_BREAK, INJECT_FSTATAT, 1, ENOSPC); /* stderr works */
	offer(6000);
	inject_done();
	ck_assert_int_eq(mxlog_flush(), 0);
	text = mxlog_tempdir_read_glob(dir, "Logs/*.log");
	line = strstr(text, "\"message\":\"Shed ");
	ck_assert_ptr_nonnull(line);
	ck_assert_ptr_null(memchr(text, '\n', (size_t)(line - text)));
	free(text);
	check_accounts(6000);
	text = mxlog_tempdir_read_glob(dir, "stderr");
	ck_assert_ptr_nonnull(strstr(text, "mxlog: cannot write to "));
	ck_assert_ptr_nonnull(strstr(text, "\"module\":\"disk\""));
	ck_assert_ptr_null(strstr(text, "hunter2"));
	ck_assert_uint_lt(count(text, "\n"), 50);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(what_a_full_disk_kept_goes_to_the_next_configuration)
{
	begin();
	set_up("level: DEBUG\nbacklog_size: 65536\n");
	inject(INJECT_BREAK, INJECT_FSTATAT, 1, ENOSPC);
	offer(5000);
	(void)mxlog_flush();
	/* The new store finds its place, and the disk still full. */
	inject_done();
	inject(INJECT_BREAK, INJECT_WRITE, 1, ENOSPC);
	set_up("level: DEBUG\nasync_enabled: false\n");
	inject_done();
	offer(5000);
	ck_assert_int_eq(mxlog_flush(), 0);
	check_accounts(10000);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(what_can_never_be_stored_is_counted_on_stderr)
{
	unsigned long shed = 0;
	char *text;

	begin();
	set_up("level: DEBUG\nbacklog_size: 65536\n");
	inject(INJECT_BREAK, INJECT_FSTATAT, 1, ENOSPC);
	offer(5000);
	(void)mxlog_shutdown();
	inject_done();
	text = mxlog_tempdir_read_glob(dir, "stderr");
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		char key[32];

		(void)snprintf(key, sizeof(key),
		    "shed_%.*s=", (int)strlen(levels[i].shed) - 8,
		    levels[i].shed + 6);
		shed += add_up(text, key);
		/* An entry that says what the queue shed is shown itself. */
		shed += add_up(text, levels[i].shed);
	}
	free(text);
	text = mxlog_tempdir_read_glob(dir, "Logs/*.log");
	ck_assert_uint_eq(count(text, "\"module\":\"disk\"") + shed, 5000);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(a_child_has_nothing_of_what_its_parents_disk_refused)
{
	int status;
	pid_t pid;

	begin();
	set_up("level: DEBUG\nasync_enabled: false\n");
	inject(INJECT_BREAK, INJECT_WRITE, 1, ENOSPC);
	offer(5000);
	pid = fork();
	if (pid == 0) {
		inject_done();
		offer(1000);
		_exit(mxlog_shutdown() < 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	inject_done();
	ck_assert_int_eq(mxlog_flush(), 0);
	check_accounts(6000);
	mxlog_tempdir_free(dir);
}
END_TEST

SUITE("handler_store", a_full_disk_loses_nothing_uncounted_whoever_writes,
    the_count_comes_first_and_what_was_given_up_went_to_stderr,
    what_a_full_disk_kept_goes_to_the_next_configuration,
    what_can_never_be_stored_is_counted_on_stderr,
    a_child_has_nothing_of_what_its_parents_disk_refused)
