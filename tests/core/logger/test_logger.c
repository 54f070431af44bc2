/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/logger.h>

#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "base/fs.h"
#include "config_of.h"
#include "inject.h"
#include "serve.h"
#include "suite.h"
#include "tempdir.h"

static struct mxlog_error error;

/* ThreadSanitizer knows no threads in a forked child and keeps the signal of a
 * segmentation fault for itself. */
static const bool address_sanitized =
#ifdef __SANITIZE_ADDRESS__
    true;
#else
    false;
#endif
static const bool thread_sanitized =
#ifdef __SANITIZE_THREAD__
    true;
#else
    false;
#endif

static void set_up(const char *dir, const char *yaml)
{
	struct mxlog_config *config;
	char log_dir[512];

	(void)snprintf(log_dir, sizeof(log_dir), "%s/Logs", dir);
	config = config_of(log_dir, yaml);
	ck_assert_msg(mxlog_setup(config, &error) == 0, "%s", error.text);
	mxlog_config_free(config);
}

/* Everything in the live entry segments, ended by a NUL. */
static char *stored(const char *dir)
{
	return mxlog_tempdir_read_glob(dir, "Logs/*.log");
}

static size_t count(const char *text, const char *what)
{
	const char *end = text + strlen(text);
	size_t n = 0;

	while (
	    (text = memmem(text, (size_t)(end - text), what, strlen(what)))) {
		text += strlen(what);
		n++;
	}
	return n;
}

START_TEST(an_entry_carries_all_that_was_said)
{
	char *dir = mxlog_tempdir_new();
	struct mxlog_logger *logger;
	char *text;

	set_up(dir, "");
	logger = mxlog_logger_get("src.queue");
	MXLOG_INFO_WITH(logger,
	    MXLOG_WITH(.context = MXLOG_CONTEXT(MXLOG_STR("path", "a\"b"),
			   MXLOG_INT("size", -7), MXLOG_BOOL("ok", true),
			   MXLOG_DOUBLE("ratio", 0.5),
			   MXLOG_JSON("list", "[1, 2]")),
		.tags = MXLOG_TAGS("disk", "slow"), .has_duration = true,
		.duration_ms = 12.5),
	    "moved %s to %d", "x", 3);
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	ck_assert_ptr_nonnull(strstr(text,
	    "\"level\":\"INFO\",\"module\":"
	    "\"src.queue\",\"function\":"));
	ck_assert_ptr_nonnull(strstr(text, "\"message\":\"moved x to 3\""));
	ck_assert_ptr_nonnull(strstr(text,
	    "\"context\":{\"path\":\"a\\\"b\",\"size\":-7,\"ok\":true,"
	    "\"ratio\":0.5,\"list\":[1,2]}"));
	ck_assert_ptr_nonnull(
	    strstr(text, "\"duration_ms\":12.5,\"tags\":[\"disk\",\"slow\"]"));
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

static int evaluations;

static const char *evaluated(void)
{
	evaluations++;
	return "x";
}

START_TEST(below_the_level_nothing_is_evaluated)
{
	char *dir = mxlog_tempdir_new();
	struct mxlog_logger *logger;

	set_up(dir, "level: WARNING\nmodule_levels:\n  a.b: DEBUG\n");
	logger = mxlog_logger_get("a");
	MXLOG_INFO(logger, "%s", evaluated());
	ck_assert_int_eq(evaluations, 0);
	MXLOG_DEBUG(mxlog_logger_get("a.b.c"), "%s", evaluated());
	ck_assert_int_eq(evaluations, 1);
	mxlog_logger_set_level(logger, MXLOG_DEBUG);
	MXLOG_DEBUG(mxlog_logger_get("a.x.y"), "%s", evaluated());
	ck_assert_int_eq(evaluations, 2);
	ck_assert(!mxlog_logger_enabled(mxlog_logger_get("ab"), MXLOG_INFO));
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(operations_share_a_trace_and_name_their_parent)
{
	char *dir = mxlog_tempdir_new();
	struct mxlog_logger *logger = mxlog_logger_get("op");
	struct mxlog_operation outer, inner;
	char wanted[64];
	char *text;

	set_up(dir, "");
	mxlog_operation_begin(&outer, "outer", NULL);
	mxlog_bind(MXLOG_STR("task", "t-1"));
	MXLOG_INFO(logger, "one");
	mxlog_operation_begin(&inner, "inner", NULL);
	MXLOG_INFO(logger, "two");
	mxlog_operation_end(&inner, logger, MXLOG_INFO);
	mxlog_operation_end(&outer, logger, MXLOG_INFO);
	MXLOG_INFO(logger, "three");
	ck_assert_int_eq(mxlog_flush(), 0);

	text = stored(dir);
	(void)snprintf(wanted, sizeof(wanted), "{\"trace_id\":\"%s\"",
	    outer.trace_id);
	ck_assert_uint_eq(count(text, wanted), 2);
	(void)snprintf(wanted, sizeof(wanted), "{\"trace_id\":\"%s\"",
	    inner.trace_id);
	ck_assert_uint_eq(count(text, wanted), 2);
	(void)snprintf(wanted, sizeof(wanted), "\"parent_operation_id\":\"%s\"",
	    outer.trace_id);
	ck_assert_uint_eq(count(text, wanted), 2);
	ck_assert_uint_eq(count(text, "\"task\":\"t-1\""), 4);
	ck_assert_uint_eq(count(text, "\"duration_ms\":"), 2);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(an_exception_has_this_test_among_its_frames)
{
	char *dir = mxlog_tempdir_new();
	struct mxlog_exception *exception, *cause;
	char *text;

	set_up(dir, "");
	ck_assert_int_eq(mxlog_exception_capture("IOError", 0, &exception,
			     "no %s", "space"),
	    0);
	ck_assert_int_eq(mxlog_exception_capture("OSError", 0, &cause,
			     "errno %d", 28),
	    0);
	ck_assert_int_eq(mxlog_exception_take_cause(exception, &cause), 0);
	MXLOG_ERROR_WITH(mxlog_logger_get("x"),
	    MXLOG_WITH(.exception = &exception), "failed");
	ck_assert_ptr_null(exception);
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	ck_assert_ptr_nonnull(strstr(text,
	    "\"exception\":{\"type\":\"IOError\",\"message\":\"no space\","
	    "\"stack_trace\":["));
	ck_assert_ptr_nonnull(strstr(text, "test_logger.c"));
	ck_assert_ptr_nonnull(strstr(text, "\"cause\":{\"type\":\"OSError\""));
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(secrets_do_not_reach_the_store)
{
	char *dir = mxlog_tempdir_new();
	char *text;

	set_up(dir, "");
	MXLOG_INFO(mxlog_logger_get("x"), "login password=hunter2 ok");
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	ck_assert_ptr_null(strstr(text, "hunter2"));
	ck_assert_ptr_nonnull(strstr(text, "***REDACTED***"));
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

struct heard {
	unsigned entries, flushes, closes;
};

static int hear(void *ctx, const struct mxlog_entry *entry)
{
	struct heard *heard = ctx;

	(void)entry;
	heard->entries++;
	return 0;
}

static int hear_flush(void *ctx, bool sync)
{
	struct heard *heard = ctx;

	(void)sync;
	heard->flushes++;
	return 0;
}

static void hear_close(void *ctx)
{
	struct heard *heard = ctx;

	heard->closes++;
}

static const struct mxlog_handler_ops hearing = {
	.size = sizeof(hearing),
	.name = "hearing",
	.handle = hear,
	.flush = hear_flush,
	.close = hear_close,
};

START_TEST(entries_propagate_to_the_handlers_above_unless_told_not_to)
{
	char *dir = mxlog_tempdir_new();
	struct heard above = { 0 }, here = { 0 };
	struct mxlog_logger *logger;

	set_up(dir, "");
	logger = mxlog_logger_get("p.q");
	ck_assert_int_eq(mxlog_logger_add_handler(mxlog_logger_get("p"),
			     &hearing, &above, MXLOG_WARNING),
	    0);
	ck_assert_int_eq(mxlog_logger_add_handler(logger, &hearing, &here,
			     MXLOG_DEBUG),
	    0);
	MXLOG_INFO(logger, "1");
	MXLOG_ERROR(logger, "2");
	ck_assert_int_eq(mxlog_flush(), 0);
	ck_assert_uint_eq(here.entries, 2);
	ck_assert_uint_eq(above.entries, 1);
	mxlog_logger_set_propagate(logger, false);
	MXLOG_ERROR(logger, "3");
	ck_assert_int_eq(mxlog_flush(), 0);
	ck_assert_uint_eq(here.entries, 3);
	ck_assert_uint_eq(above.entries, 1);
	ck_assert_int_eq(mxlog_shutdown(), 0);
	ck_assert_uint_eq(here.closes, 1);
	ck_assert_uint_eq(above.closes, 1);
	mxlog_tempdir_free(dir);
}
END_TEST

enum {
	THREADS = 32,
	PER_THREAD = 1000,
};

static void *chatter(void *arg)
{
	struct mxlog_logger *logger = mxlog_logger_get("chatter");

	for (int i = 0; i < PER_THREAD; i++)
		MXLOG_INFO(logger, "thread %d entry %d", *(int *)arg, i);
	return NULL;
}

/* What many threads log is stored or said to be shed: none vanishes. */
START_TEST(a_flood_is_stored_or_counted)
{
	char *dir = mxlog_tempdir_new();
	pthread_t threads[THREADS];
	int numbers[THREADS];
	unsigned long shed = 0;
	const char *at;
	char *text;

	set_up(dir, "buffer_size: 100\n");
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		pthread_create(&threads[i], NULL, chatter, &numbers[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	for (at = text; (at = strstr(at, "\"shed_info\":")); at++)
		shed += strtoul(at + 12, NULL, 10);
	ck_assert_uint_eq(count(text, "\"module\":\"chatter\"") + shed,
	    THREADS * PER_THREAD);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(setting_up_again_while_threads_log_loses_nothing_unsaid)
{
	char *dir = mxlog_tempdir_new();
	pthread_t threads[THREADS];
	int numbers[THREADS];
	unsigned long shed = 0;
	const char *at;
	char *text;

	set_up(dir, "");
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		pthread_create(&threads[i], NULL, chatter, &numbers[i]);
	}
	for (int i = 0; i < 5; i++)
		set_up(dir,
		    i % 2 ? "buffer_size: 50\n" : "async_enabled: false\n");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	for (at = text; (at = strstr(at, "\"shed_info\":")); at++)
		shed += strtoul(at + 12, NULL, 10);
	ck_assert_uint_eq(count(text, "\"module\":\"chatter\"") + shed,
	    THREADS * PER_THREAD);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

/* AddressSanitizer's allocator, unlike glibc's, stays locked in a child that was
 * forked while another thread was in it: let the writer come to rest. */
static void rest_before_fork(void)
{
	const struct timespec rest = { .tv_nsec = 200 * 1000 * 1000 };

	if (!address_sanitized)
		return;
	ck_assert_int_eq(mxlog_flush(), 0);
	(void)nanosleep(&rest, NULL);
}

START_TEST(a_forked_child_logs_on_its_own)
{
	char *dir = mxlog_tempdir_new();
	struct mxlog_logger *logger = mxlog_logger_get("forked");
	int status;
	char *text;
	pid_t pid;

	if (thread_sanitized)
		return;
	set_up(dir, "");
	for (int i = 0; i < 100; i++)
		MXLOG_INFO(logger, "before");
	rest_before_fork();
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 100; i++)
			MXLOG_INFO(logger, "child");
		(void)mxlog_shutdown();
		_exit(0);
	}
	for (int i = 0; i < 100; i++)
		MXLOG_INFO(logger, "parent");
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	ck_assert_uint_eq(count(text, "\"message\":\"before\""), 100);
	ck_assert_uint_eq(count(text, "\"message\":\"child\""), 100);
	ck_assert_uint_eq(count(text, "\"message\":\"parent\""), 100);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

/* AddressSanitizer would exit instead. */
static void die_of_faults(void)
{
	(void)signal(SIGSEGV, SIG_DFL);
}

/* In a child that dies of it: the entries queued before are stored. */
static void check_crash(int signal_number)
{
	char *dir = mxlog_tempdir_new();
	int status;
	char *text;
	pid_t pid = fork();

	if (pid == 0) {
		die_of_faults();
		set_up(dir, "flush_interval_s: 60\n");
		for (int i = 0; i < 50; i++)
			MXLOG_INFO(mxlog_logger_get("dying"), "last %d", i);
		(void)raise(signal_number);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), signal_number);
	text = stored(dir);
	ck_assert_uint_eq(count(text, "\"module\":\"dying\""), 50);
	free(text);
	mxlog_tempdir_free(dir);
}

START_TEST(what_was_queued_survives_a_segmentation_fault)
{
	if (!thread_sanitized)
		check_crash(SIGSEGV);
}
END_TEST

START_TEST(what_was_queued_survives_an_abort)
{
	check_crash(SIGABRT);
}
END_TEST

START_TEST(what_was_queued_is_stored_at_exit)
{
	char *dir = mxlog_tempdir_new();
	int status;
	char *text;
	pid_t pid = fork();

	if (pid == 0) {
		set_up(dir, "flush_interval_s: 60\n");
		MXLOG_INFO(mxlog_logger_get("leaving"), "bye");
		exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	text = stored(dir);
	ck_assert_uint_eq(count(text, "\"message\":\"bye\""), 1);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

/* True once nobody holds the only live segment. */
static bool is_released(const char *dir)
{
	char command[256];

	(void)snprintf(command, sizeof(command), "flock -n %s/Logs/*.log true",
	    dir);
	return system(command) == 0;
}

START_TEST(yesterdays_segment_is_let_go_while_nothing_is_logged)
{
	const struct timespec tick = { .tv_nsec = 20000000 };
	char *dir = mxlog_tempdir_new();
	bool released = false;

	set_up(dir, "flush_interval_s: 0.02\n");
	MXLOG_INFO(mxlog_logger_get("x"), "before midnight");
	ck_assert_int_eq(mxlog_flush(), 0);
	ck_assert(!is_released(dir));
	inject_clock(86400, 86400);
	for (int i = 0; i < 250 && !released; i++) {
		(void)nanosleep(&tick, NULL);
		released = is_released(dir);
	}
	ck_assert(released);
	inject_clock(0, 0);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(metrics_go_to_their_own_files)
{
	char *dir = mxlog_tempdir_new();
	char *text;

	set_up(dir, "");
	mxlog_logger_measure(mxlog_logger_get("m"), MXLOG_DURATION,
	    "file_operation.duration", 145.32, "milliseconds",
	    MXLOG_CONTEXT(MXLOG_STR("result", "success")));
	ck_assert_int_eq(mxlog_flush(), 0);
	text = mxlog_tempdir_read_glob(dir, "Logs/metrics/*.metrics.log");
	ck_assert_ptr_nonnull(strstr(text,
	    "\"metric_name\":\"file_operation.duration\",\"metric_type\":"
	    "\"DURATION\",\"value\":145.32,\"unit\":\"milliseconds\","
	    "\"tags\":{\"result\":\"success\"}}"));
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(a_file_handler_rotates_by_size_and_keeps_so_many_backups)
{
	char *dir = mxlog_tempdir_new();
	struct mxlog_buf yaml = { 0 };
	char *text;

	ck_assert_int_eq(mxlog_buf_printf(&yaml,
			     "max_file_size: 1000\nbackup_count: 2\n"
			     "handlers:\n  app:\n    type: file\n"
			     "    format: \"%%(levelname)s %%(message)s\"\n"
			     "    destination: %s/app.txt\n%c",
			     dir, 0),
	    0);
	set_up(dir, yaml.data);
	for (int i = 0; i < 1000; i++) {
		MXLOG_INFO(mxlog_logger_get("f"), "entry number %d", i);
		if (i % 100 == 0)
			ck_assert_int_eq(mxlog_flush(), 0);
	}
	ck_assert_int_eq(mxlog_flush(), 0);
	text = mxlog_tempdir_read_glob(dir, "app.txt*");
	ck_assert_ptr_nonnull(strstr(text, "INFO entry number 999\n"));
	ck_assert_ptr_null(strstr(text, "INFO entry number 800\n"));
	ck_assert_uint_le(strlen(text), 3000);
	ck_assert_uint_ge(strlen(text), 2000);
	free(text);
	mxlog_buf_done(&yaml);
	mxlog_tempdir_free(dir);
}
END_TEST

/* Run in a child whose stderr is a file; its exit status. */
static int in_child(const char *dir, void (*run)(const char *dir))
{
	char path[512];
	int status, fd;
	pid_t pid = fork();

	if (pid == 0) {
		(void)snprintf(path, sizeof(path), "%s/stderr", dir);
		fd = open(path, O_CREAT | O_WRONLY | O_APPEND, 0600);
		if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
			_exit(99);
		(void)alarm(60); /* a deadlock is a failure */
		run(dir);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void log_without_setup(const char *dir)
{
	(void)dir;
	MXLOG_ERROR(mxlog_get_logger(), "early password=hunter2 %s", "\xff.");
	if (mxlog_flush() < 0 || mxlog_shutdown() < 0)
		_exit(1);
	MXLOG_ERROR(mxlog_logger_get("x"), "late password=hunter2");
}

START_TEST(without_a_setup_entries_go_redacted_to_stderr)
{
	char *dir = mxlog_tempdir_new();
	char *text;

	ck_assert_int_eq(in_child(dir, log_without_setup), 0);
	text = mxlog_tempdir_read_glob(dir, "stderr");
	ck_assert_ptr_nonnull(strstr(text, "early password="));
	ck_assert_ptr_nonnull(strstr(text, "late password="));
	ck_assert_ptr_nonnull(strstr(text, "\xef\xbf\xbd."));
	ck_assert_ptr_null(strstr(text, "hunter2"));
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

static int log_back(void *ctx, const struct mxlog_entry *entry)
{
	int *results = ctx;

	(void)entry;
	MXLOG_INFO(mxlog_logger_get("back"), "an entry for an entry");
	results[0] = mxlog_flush();
	results[1] = mxlog_shutdown();
	results[2] = mxlog_setup(NULL, NULL);
	return 0;
}

static void handle_with_logging(const char *dir, const char *yaml)
{
	static const struct mxlog_handler_ops back = {
		.size = sizeof(back),
		.name = "back",
		.handle = log_back,
	};
	int results[3] = { 0 };

	set_up(dir, yaml);
	(void)mxlog_logger_add_handler(mxlog_get_logger(), &back, results,
	    MXLOG_DEBUG);
	MXLOG_INFO(mxlog_logger_get("once"), "only this");
	if (mxlog_flush() < 0 || mxlog_shutdown() < 0)
		_exit(1);
	for (int i = 0; i < 3; i++)
		if (results[i] != -EDEADLK)
			_exit(2 + i);
}

static void handle_with_logging_twice(const char *dir)
{
	handle_with_logging(dir, "");
	handle_with_logging(dir, "async_enabled: false\n");
}

START_TEST(a_handler_that_logs_or_flushes_neither_loops_nor_hangs)
{
	char *dir = mxlog_tempdir_new();
	char *text;

	ck_assert_int_eq(in_child(dir, handle_with_logging_twice), 0);
	text = stored(dir);
	ck_assert_uint_eq(count(text, "\n"), 2);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

static _Atomic bool enough;

static void *chatter_on(void *arg)
{
	const struct timespec pause = { .tv_nsec = 20000 };
	struct mxlog_logger *logger = mxlog_logger_get("chatter");

	(void)arg;
	while (!atomic_load(&enough)) {
		MXLOG_DEBUG(logger, "on and on");
		(void)nanosleep(&pause, NULL);
	}
	return NULL;
}

/* Threads of a child begin its writer thread; others set up meanwhile. */
static void log_and_set_up(const char *dir)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		(void)pthread_create(&threads[i], NULL, chatter_on, NULL);
	for (int i = 0; i < 5; i++)
		set_up(dir, "level: DEBUG\n");
	atomic_store(&enough, true);
	for (int i = 0; i < 4; i++)
		(void)pthread_join(threads[i], NULL);
	(void)mxlog_shutdown();
}

START_TEST(forking_while_threads_log_leaves_a_child_that_can_log)
{
	pthread_t threads[4];
	char *dir;

	/* Their allocators may be locked in a child by a thread it lacks. */
	if (thread_sanitized || address_sanitized)
		return;
	dir = mxlog_tempdir_new();
	set_up(dir, "level: DEBUG\n");
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, chatter_on,
				     NULL),
		    0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(in_child(dir, log_and_set_up), 0);
	atomic_store(&enough, true);
	for (int i = 0; i < 4; i++)
		(void)pthread_join(threads[i], NULL);
	ck_assert_int_eq(mxlog_flush(), 0);
	mxlog_tempdir_free(dir);
}
END_TEST

static void crash_before_logging(const char *dir)
{
	(void)dir;
	(void)raise(SIGSEGV);
}

START_TEST(a_child_that_crashes_does_not_wait_for_its_parents_queue)
{
	char *dir = mxlog_tempdir_new();
	char *text;
	int status;

	if (thread_sanitized)
		return;
	die_of_faults();
	set_up(dir, "flush_interval_s: 60\n");
	MXLOG_INFO(mxlog_logger_get("parent"), "queued");
	status = in_child(dir, crash_before_logging);
	ck_assert(WIFSIGNALED(status));
	text = mxlog_tempdir_read_glob(dir, "stderr");
	ck_assert_ptr_null(strstr(text, "lost"));
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

static int handle_slowly(void *ctx, const struct mxlog_entry *entry)
{
	const struct timespec some = { .tv_nsec = 2000000 };

	(void)ctx;
	(void)entry;
	(void)nanosleep(&some, NULL);
	return 0;
}

static void *fault(void *arg)
{
	volatile int *closed =
	    mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	*closed = 1;
	return NULL;
}

/* Several threads fault at once: the first is rescuing while others come. */
static void crash_in_threads(const char *dir)
{
	static const struct mxlog_handler_ops slow = {
		.size = sizeof(slow),
		.name = "slow",
		.handle = handle_slowly,
	};
	pthread_t threads[8];

	die_of_faults();
	set_up(dir, "flush_interval_s: 60\n");
	(void)mxlog_logger_add_handler(mxlog_get_logger(), &slow, NULL,
	    MXLOG_DEBUG);
	for (int i = 0; i < 100; i++)
		MXLOG_INFO(mxlog_logger_get("dying"), "last %d", i);
	for (int i = 0; i < 4; i++)
		(void)pthread_create(&threads[i], NULL, chatter_on, NULL);
	for (int i = 4; i < 8; i++)
		(void)pthread_create(&threads[i], NULL, fault, NULL);
	for (int i = 4; i < 8; i++)
		(void)pthread_join(threads[i], NULL);
}

START_TEST(several_crashing_threads_wait_for_one_rescue)
{
	int status;
	char *dir, *text;

	if (thread_sanitized)
		return;
	dir = mxlog_tempdir_new();
	status = in_child(dir, crash_in_threads);
	text = stored(dir);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGSEGV);
	ck_assert_uint_eq(count(text, "\"module\":\"dying\""), 100);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

/* Not to be turned into a loop: every frame is used after the call. */
static __attribute__((noinline)) int recurse(volatile char *before,
    unsigned left)
{
	volatile char frame[512];

	frame[0] = before ? *before : 0;
	return left == 0 ? 0 : recurse(frame, left - 1) + frame[0];
}

static void *log_and_recurse(void *arg)
{
	for (int i = 0; i < 50; i++)
		MXLOG_INFO(mxlog_logger_get("dying"), "last %d", i);
	(void)recurse(arg, UINT_MAX);
	return NULL;
}

static void overflow_a_stack(const char *dir)
{
	pthread_t thread;

	die_of_faults();
	set_up(dir, "flush_interval_s: 60\n");
	(void)pthread_create(&thread, NULL, log_and_recurse, NULL);
	(void)pthread_join(thread, NULL);
}

START_TEST(what_was_queued_survives_the_end_of_a_threads_stack)
{
	int status;
	char *dir, *text;

	if (thread_sanitized)
		return;
	dir = mxlog_tempdir_new();
	status = in_child(dir, overflow_a_stack);
	text = stored(dir);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGSEGV);
	ck_assert_uint_eq(count(text, "\"module\":\"dying\""), 50);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

static const enum mxlog_level levels[] = { MXLOG_DEBUG, MXLOG_INFO,
	MXLOG_WARNING, MXLOG_ERROR, MXLOG_CRITICAL };

static atomic_ulong called;
static atomic_bool flooded;

static void *flood(void *arg)
{
	struct mxlog_logger *logger = mxlog_logger_get("flood");

	(void)arg;
	for (int i = 0; i < PER_THREAD; i++) {
		MXLOG_LOG(logger, levels[i % 5], "entry %d", i);
		atomic_fetch_add(&called, 1);
	}
	return NULL;
}

/* What the entries about shedding say of one level. */
static unsigned long shed_of(const char *text, const char *key)
{
	unsigned long n = 0;

	while ((text = strstr(text, key))) {
		text += strlen(key);
		n += strtoul(text, NULL, 10);
	}
	return n;
}

/* However busy the machine is: twelve are called for each one handled. */
static int handle_late(void *ctx, const struct mxlog_entry *entry)
{
	const struct timespec some = { .tv_nsec = 100000 };
	unsigned long *handled = ctx;

	(void)entry;
	++*handled;
	while (!atomic_load(&flooded) && atomic_load(&called) < 12 * *handled)
		(void)nanosleep(&some, NULL);
	return 0;
}

START_TEST(of_a_tenfold_flood_each_level_is_stored_or_counted)
{
	static const char *const keys[] = { "\"shed_debug\":", "\"shed_info\":",
		"\"shed_warning\":", "\"shed_error\":", "\"shed_critical\":" };
	static const struct mxlog_handler_ops late = {
		.size = sizeof(late),
		.name = "late",
		.handle = handle_late,
	};
	char *dir = mxlog_tempdir_new();
	unsigned long logged = THREADS * PER_THREAD / 5, all = 0, handled = 0;
	pthread_t threads[THREADS];
	char *text;

	set_up(dir, "level: DEBUG\nbuffer_size: 64\n");
	ck_assert_int_eq(mxlog_logger_add_handler(mxlog_get_logger(), &late,
			     &handled, MXLOG_DEBUG),
	    0);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, flood, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	atomic_store(&flooded, true);
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	for (int i = 4; i >= 0; i--) {
		char level[64];
		unsigned long shed = shed_of(text, keys[i]);

		(void)snprintf(level, sizeof(level),
		    "\"level\":\"%s\",\"module\":\"flood\"",
		    mxlog_level_name(levels[i]));
		ck_assert_uint_eq(count(text, level) + shed, logged);
		all += shed;
	}
	ck_assert_uint_gt(all, 9 * logged / 2); /* nine of ten: tenfold */
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(frames_below_a_source_root_become_relative)
{
	char *dir = mxlog_tempdir_new();
	struct mxlog_exception *exception;
	char *text;

	set_up(dir, "source_roots: [/srv, /srv/app/]\n");
	ck_assert_int_eq(mxlog_exception_new(LITERAL("E"), LITERAL("m"),
			     &exception),
	    0);
	ck_assert_int_eq(mxlog_exception_add_frame(exception,
			     LITERAL("/srv/app/src/x.c"), 7, LITERAL("f"), NULL,
			     0),
	    0);
	ck_assert_int_eq(mxlog_exception_add_frame(exception,
			     LITERAL("/srvother/y.c"), 8, LITERAL("g"), NULL,
			     0),
	    0);
	MXLOG_ERROR_WITH(mxlog_logger_get("x"),
	    MXLOG_WITH(.exception = &exception), "failed");
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	ck_assert_ptr_nonnull(strstr(text, "\"file\":\"src/x.c\""));
	ck_assert_ptr_nonnull(strstr(text, "\"file\":\"/srvother/y.c\""));
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(a_setup_that_fails_leaves_the_old_configuration_working)
{
	char *dir = mxlog_tempdir_new();
	struct mxlog_config *config;
	char *text;

	set_up(dir, "level: WARNING\nmodule_levels:\n  a: DEBUG\n");
	config = config_of(dir,
	    "level: DEBUG\nhandlers:\n  f:\n    type: file\n"
	    "    destination: /proc/no/such/place.txt\n");
	ck_assert_int_lt(mxlog_setup(config, &error), 0);
	ck_assert_ptr_nonnull(strstr(error.text, "/proc/no/such/place.txt"));
	mxlog_config_free(config);
	MXLOG_INFO(mxlog_logger_get("b"), "not wanted");
	MXLOG_DEBUG(mxlog_logger_get("a.c"), "still stored");
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	ck_assert_uint_eq(count(text, "\n"), 1);
	ck_assert_ptr_nonnull(strstr(text, "still stored"));
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(messages_of_every_size_and_kind_are_whole)
{
	char *dir = mxlog_tempdir_new();
	size_t len = 100000;
	char *large = malloc(len + 1);
	char *text;

	ck_assert_ptr_nonnull(large);
	memset(large, 'x', len);
	large[len] = '\0';
	set_up(dir, "");
	for (size_t n = 1000; n < 1050; n++)
		MXLOG_INFO(mxlog_logger_get("m"), "%.*s|", (int)n, large);
	for (size_t n = 0; n < 300; n++)
		MXLOG_INFO(mxlog_logger_get("m"), "[%s]", large + len - n);
	MXLOG_INFO(mxlog_logger_get("m"), "<%s>", large);
	MXLOG_INFO(mxlog_logger_get("m"), "%s", "valid \xc3\xa9");
	MXLOG_INFO(mxlog_logger_get("m"), "%s", "invalid \xe9.");
	errno = ENOSPC;
	MXLOG_INFO(mxlog_logger_get("m"), "%m %5.1f%% %s", 2.25, "\xe2\x82");
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	ck_assert_uint_eq(count(text, "x|\","), 50);
	for (size_t n = 0; n < 300; n++) {
		char message[400];

		(void)snprintf(message, sizeof(message), "\"message\":\"[%s]\"",
		    large + len - n);
		ck_assert_uint_eq(count(text, message), 1);
	}
	ck_assert_ptr_nonnull(strstr(text, "\"valid \xc3\xa9\""));
	ck_assert_ptr_nonnull(strstr(text, "\"invalid \xef\xbf\xbd.\""));
	ck_assert_ptr_nonnull(
	    strstr(text, "\"No space left on device   2.2% \xef\xbf\xbd\""));
	ck_assert_uint_gt(strlen(text), 150000);
	free(text);
	free(large);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(what_is_no_logger_or_no_level_is_refused_and_logs_nothing)
{
	static const struct mxlog_with with = { 0 };
	char *dir = mxlog_tempdir_new();
	struct mxlog_logger *logger, *none = NULL;
	enum mxlog_level odd = (enum mxlog_level)25;
	struct heard heard = { 0 };
	char *text;

	set_up(dir, "level: DEBUG\n");
	logger = mxlog_logger_get("l");
	ck_assert_int_eq(mxlog_logger_write(none, MXLOG_INFO, NULL, &with, "x"),
	    -EINVAL);
	ck_assert_int_eq(mxlog_logger_write(logger, odd, NULL, &with, "x"),
	    -EINVAL);
	ck_assert_int_eq(mxlog_logger_measure(none, MXLOG_GAUGE, "x", 1, "",
			     NULL),
	    -EINVAL);
	ck_assert_int_eq(mxlog_logger_set_level(none, MXLOG_INFO), -EINVAL);
	ck_assert_int_eq(mxlog_logger_set_level(logger, odd), -EINVAL);
	ck_assert_int_eq(mxlog_logger_set_propagate(none, true), -EINVAL);
	ck_assert_int_eq(mxlog_logger_add_handler(none, &hearing, &heard,
			     MXLOG_DEBUG),
	    -EINVAL);
	ck_assert(!mxlog_logger_enabled(none, MXLOG_CRITICAL));
	ck_assert(!mxlog_logger_enabled(logger, odd));
	ck_assert_str_eq(mxlog_logger_name(none), "");
	MXLOG_CRITICAL(none, "x");
	MXLOG_LOG(logger, odd, "x");
	ck_assert_int_eq(mxlog_logger_write(logger, MXLOG_INFO, NULL, &with,
			     "taken"),
	    0);
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	ck_assert_uint_eq(count(text, "\n"), 1);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

/* As dlclose(3) does it to a plugin's literals. */
START_TEST(where_an_entry_comes_from_may_be_unloaded_before_it_is_stored)
{
	char *dir = mxlog_tempdir_new();
	struct mxlog_source *source = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *name = (char *)source + 512;
	char *text;

	ck_assert_ptr_ne(source, MAP_FAILED);
	set_up(dir, "flush_interval_s: 60\n");
	for (int i = 0; i < 2; i++) { /* a short name, and a long one */
		memset(name, 'f', i == 0 ? 3 : 100);
		*source = (struct mxlog_source){ name, name, 7 };
		ck_assert_int_eq(mxlog_logger_write(mxlog_logger_get("plugin"),
				     MXLOG_INFO, source, NULL, "logged"),
		    0);
	}
	ck_assert_int_eq(munmap(source, 4096), 0);
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	ck_assert_uint_eq(count(text, "\"function\":\"fff"), 2);
	ck_assert_uint_eq(count(text, "\"line_number\":7,"), 2);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

/* Opens a file at the lowest free number, as any program does. */
static int open_own(const char *dir, const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return open(path, O_CREAT | O_RDWR, 0600);
}

static void close_all_and_log(const char *dir)
{
	int fds[8], open_before = 0;

	set_up(dir, "async_enabled: false\n");
	MXLOG_INFO(mxlog_logger_get("d"), "before");
	(void)close_range(3, 1000, 0);
	for (int i = 0; i < 8; i++) {
		fds[i] = open_own(dir, "data");
		open_before += fds[i] >= 3 && fds[i] < 11;
	}
	MXLOG_INFO(mxlog_logger_get("d"), "after");
	if (mxlog_flush() < 0 || open_before != 8)
		_exit(1);
	(void)mxlog_shutdown();
	for (int i = 0; i < 8; i++)
		if (fcntl(fds[i], F_GETFD) < 0)
			_exit(2);
}

static void fork_close_all_and_log(const char *dir)
{
	int status;
	pid_t pid;

	set_up(dir, "");
	MXLOG_INFO(mxlog_logger_get("d"), "parent");
	pid = fork();
	if (pid == 0) {
		close_all_and_log(dir);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		_exit(3);
	MXLOG_INFO(mxlog_logger_get("d"), "parent");
	(void)mxlog_shutdown();
}

START_TEST(descriptors_that_the_program_closed_are_opened_again_and_no_others)
{
	char *dir = mxlog_tempdir_new();
	char *text;

	if (thread_sanitized)
		return;
	ck_assert_int_eq(in_child(dir, fork_close_all_and_log), 0);
	text = stored(dir);
	ck_assert_uint_eq(count(text, "\"message\":\"parent\""), 2);
	ck_assert_uint_eq(count(text, "\"message\":\"before\""), 1);
	ck_assert_uint_eq(count(text, "\"message\":\"after\""), 1);
	free(text);
	text = mxlog_tempdir_read_glob(dir, "data");
	ck_assert_str_eq(text, "");
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

static void log_without_stdio(const char *dir)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	set_up(dir, "");
	MXLOG_INFO(mxlog_logger_get("d"), "one");
	(void)mxlog_flush();
	if (write(STDOUT_FILENO, "raw text\n", 9) >= 0 ||
	    write(STDERR_FILENO, "raw text\n", 9) >= 0)
		_exit(1);
	if (open_own(dir, "data") != 0 || open_own(dir, "data") != 1 ||
	    open_own(dir, "data") != 2)
		_exit(2);
	MXLOG_INFO(mxlog_logger_get("d"), "two");
	(void)mxlog_shutdown();
	MXLOG_ERROR(mxlog_logger_get("d"), "three");
}

START_TEST(a_program_without_stdio_prints_into_no_segment_and_has_its_files)
{
	char *dir = mxlog_tempdir_new();
	char *text;

	ck_assert_int_eq(in_child(dir, log_without_stdio), 0);
	text = stored(dir);
	ck_assert_uint_eq(count(text, "\n"), 2);
	ck_assert_ptr_null(strstr(text, "raw"));
	free(text);
	text = mxlog_tempdir_read_glob(dir, "data");
	ck_assert_str_eq(text, "");
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

static void *log_a_little(void *arg)
{
	const struct timespec some = { .tv_nsec = 300 * 1000 * 1000 };

	(void)nanosleep(&some, NULL);
	MXLOG_INFO(mxlog_logger_get("d"), "%s", (const char *)arg);
	return NULL;
}

static void leave_main(const char *dir)
{
	static char text[] = "after main";
	pthread_t thread;

	set_up(dir, "");
	MXLOG_INFO(mxlog_logger_get("d"), "main");
	if (pthread_create(&thread, NULL, log_a_little, text) != 0)
		_exit(1);
	pthread_exit(NULL);
}

START_TEST(a_main_thread_that_ends_lets_the_process_end)
{
	char *dir = mxlog_tempdir_new();
	char *text;

	if (thread_sanitized)
		return;
	/* A sanitizer has its own word about what a forked test leaves. */
	ck_assert(WIFEXITED(in_child(dir, leave_main)));
	text = stored(dir);
	ck_assert_uint_eq(count(text, "\"message\":\"main\""), 1);
	ck_assert_uint_eq(count(text, "\"message\":\"after main\""), 1);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

static void log_within_limit(const char *dir, const char *yaml)
{
	const struct rlimit limit = { 20000, 20000 }, none = { 0, 0 };

	set_up(dir, yaml);
	MXLOG_INFO(mxlog_logger_get("d"), "first");
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		_exit(1);
	for (int i = 0; i < 300; i++)
		MXLOG_INFO(mxlog_logger_get("d"), "entry %d", i);
	if (mxlog_flush() < 0)
		_exit(2);
	(void)setrlimit(RLIMIT_FSIZE, &none);
	for (int i = 0; i < 300; i++)
		MXLOG_INFO(mxlog_logger_get("d"), "never %d", i);
	(void)mxlog_shutdown();
}

static void log_within_limits(const char *dir)
{
	log_within_limit(dir, "async_enabled: false\n");
}

static void log_within_limits_async(const char *dir)
{
	log_within_limit(dir, "buffer_size: 10000\n");
}

START_TEST(a_limit_for_files_kills_nobody)
{
	void (*const runs[])(
	    const char *dir) = { log_within_limits, log_within_limits_async };

	for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
		char *dir = mxlog_tempdir_new();
		char *text;

		ck_assert_int_eq(in_child(dir, runs[i]), 0);
		text = stored(dir);
		ck_assert_uint_eq(count(text, "\"message\":\"entry "), 300);
		free(text);
		mxlog_tempdir_free(dir);
	}
}
END_TEST

static void flush_and_die(int signal_number)
{
	(void)mxlog_crash_flush();
	(void)signal(signal_number, SIG_DFL);
	(void)raise(signal_number);
}

static void end_by_sigterm(const char *dir)
{
	(void)signal(SIGTERM, flush_and_die);
	set_up(dir, "flush_interval_s: 60\n");
	for (int i = 0; i < 50; i++)
		MXLOG_INFO(mxlog_logger_get("d"), "last %d", i);
	(void)raise(SIGTERM);
}

START_TEST(a_handler_of_the_applications_own_can_have_all_stored)
{
	char *dir = mxlog_tempdir_new();
	int status = in_child(dir, end_by_sigterm);
	char *text = stored(dir);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGTERM);
	ck_assert_uint_eq(count(text, "\"message\":\"last "), 50);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

/* Within some seconds; the interval is a minute. */
static bool comes_to_be_stored(const char *dir, const char *what)
{
	const struct timespec tick = { .tv_nsec = 10000000 };
	bool found = false;

	for (int i = 0; i < 1000 && !found; i++) {
		char *text = stored(dir);

		found = strstr(text, what) != NULL;
		free(text);
		(void)nanosleep(&tick, NULL);
	}
	return found;
}

START_TEST(from_its_level_on_an_entry_is_written_at_once_with_all_before)
{
	char *dir = mxlog_tempdir_new();
	char *text;

	set_up(dir, "flush_interval_s: 60\nflush_level: WARNING\n");
	MXLOG_INFO(mxlog_logger_get("d"), "before");
	MXLOG_WARNING(mxlog_logger_get("d"), "at once");
	ck_assert(comes_to_be_stored(dir, "\"at once\""));
	text = stored(dir);
	ck_assert_ptr_nonnull(strstr(text, "\"before\""));
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

static void log_by_ring(int signal_number)
{
	(void)signal_number;
	(void)mxlog_log_async_signal(mxlog_get_logger(), MXLOG_WARNING,
	    "caught password=hunter2");
}

START_TEST(a_signal_handler_can_log)
{
	static const char *const yamls[] = { "flush_interval_s: 60\n",
		"async_enabled: false\n" };
	char large[600], wanted[64];

	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(yamls); i++) {
		char *dir = mxlog_tempdir_new();
		char *text;

		set_up(dir, yamls[i]);
		(void)signal(SIGUSR1, log_by_ring);
		for (int j = 0; j < 3; j++)
			(void)raise(SIGUSR1);
		ck_assert_int_eq(mxlog_log_async_signal(mxlog_get_logger(),
				     MXLOG_ERROR, large),
		    0);
		ck_assert_int_eq(mxlog_log_async_signal(NULL, MXLOG_ERROR, "x"),
		    -EINVAL);
		ck_assert_int_eq(mxlog_log_async_signal(mxlog_get_logger(),
				     MXLOG_DEBUG, "not wanted"),
		    0);
		ck_assert_int_eq(mxlog_flush(), 0);
		text = stored(dir);
		ck_assert_uint_eq(count(text, "\"message\":\"caught "), 3);
		ck_assert_ptr_null(strstr(text, "hunter2"));
		ck_assert_uint_eq(count(text, "\n"), 4);
		(void)snprintf(wanted, sizeof(wanted),
		    "\"tags\":[\"truncated\"],\"thread_id\":\"%d\"", gettid());
		ck_assert_ptr_nonnull(strstr(text, wanted));
		free(text);
		ck_assert_int_eq(mxlog_shutdown(), 0);
		mxlog_tempdir_free(dir);
	}
}
END_TEST

static volatile sig_atomic_t interruptions;

static void log_in_between(int signal_number)
{
	(void)signal_number;
	MXLOG_INFO(mxlog_logger_get("d"), "in between %d",
	    (int)interruptions++);
}

/* Signals fall into calls at any place: each entry is stored or counted. */
START_TEST(an_interrupted_call_drops_nothing_uncounted)
{
	static const char *const yamls[] = { "buffer_size: 100000\n",
		"async_enabled: false\n" };
	const struct itimerval often = { { 0, 50 }, { 0, 50 } }, never = { 0 };

	if (thread_sanitized) /* it asks for what nobody should do */
		return;
	(void)mxlog_logger_get("d"); /* takes a lock when it is new */
	for (size_t i = 0; i < ARRAY_LEN(yamls); i++) {
		char *dir = mxlog_tempdir_new();
		size_t n = 0;
		char *text;

		interruptions = 0;
		set_up(dir, yamls[i]);
		(void)signal(SIGALRM, log_in_between);
		(void)setitimer(ITIMER_REAL, &often, NULL);
		for (; n < 20000; n++)
			(void)mxlog_logger_write(mxlog_get_logger(), MXLOG_INFO,
			    NULL, NULL, "outside %zu", n);
		(void)setitimer(ITIMER_REAL, &never, NULL);
		(void)signal(SIGALRM, SIG_IGN);
		ck_assert_int_eq(mxlog_flush(), 0);
		text = stored(dir);
		n += (size_t)interruptions;
		ck_assert_uint_eq(count(text, "\"message\":\"in between ") +
			count(text, "\"message\":\"outside ") +
			shed_of(text, "\"shed_info\":"),
		    n);
		free(text);
		ck_assert_int_eq(mxlog_shutdown(), 0);
		mxlog_tempdir_free(dir);
	}
}
END_TEST

START_TEST(handlers_that_no_logger_names_are_the_roots_only_if_none_is_named)
{
	static const char *const parts[] = { "",
		"loggers:\n  my-app:\n"
		"    handlers: [named]\n" };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		char *dir = mxlog_tempdir_new();
		char yaml[1024];
		char *named, *other;

		(void)snprintf(yaml, sizeof(yaml),
		    "handlers:\n  named:\n    type: file\n"
		    "    destination: %s/named.txt\n"
		    "  other:\n    type: file\n"
		    "    destination: %s/other.txt\n%s",
		    dir, dir, parts[i]);
		set_up(dir, yaml);
		MXLOG_INFO(mxlog_logger_get("my-app"), "one");
		MXLOG_INFO(mxlog_logger_get("my-app.x"), "two");
		MXLOG_INFO(mxlog_logger_get("else"), "three");
		ck_assert_int_eq(mxlog_flush(), 0);
		named = mxlog_tempdir_read_glob(dir, "named.txt");
		other = mxlog_tempdir_read_glob(dir, "other.txt");
		ck_assert_uint_eq(count(named, "\n"), i == 0 ? 3 : 2);
		ck_assert_uint_eq(count(other, "\n"), i == 0 ? 3 : 0);
		free(named);
		free(other);
		named = stored(dir); /* the store has all of it */
		ck_assert_uint_eq(count(named, "\n"), 3);
		free(named);
		mxlog_tempdir_free(dir);
	}
}
END_TEST

START_TEST(some_calls_are_not_logged_every_time_and_say_so)
{
	char *dir = mxlog_tempdir_new();
	struct mxlog_logger *logger;
	char *text;

	set_up(dir, "");
	logger = mxlog_logger_get("t");
	for (int i = 0; i < 100; i++) {
		MXLOG_LOG_EVERY_N(logger, MXLOG_INFO, 10, "every %d", i);
		MXLOG_LOG_FIRST_N(logger, MXLOG_INFO, 3, "first %d", i);
		MXLOG_LOG_ONCE_A_SECOND(logger, MXLOG_INFO, "second %d", i);
		if (i == 49)
			inject_clock(2, 2);
		MXLOG_LOG_EVERY_N(logger, MXLOG_DEBUG, 1, "%s", evaluated());
	}
	inject_clock(0, 0);
	ck_assert_int_eq(evaluations, 0);
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	ck_assert_uint_eq(count(text, "\"message\":\"every "), 10);
	ck_assert_uint_eq(count(text, "\"left_out\":9}"), 9);
	ck_assert_uint_eq(count(text, "\"message\":\"first "), 3);
	ck_assert_uint_ge(count(text, "\"message\":\"second "), 2);
	ck_assert_ptr_nonnull(strstr(text,
	    "\"message\":\"second 50\",\"context\":{\"left_out\":49}"));
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

START_TEST(a_handler_can_be_taken_away_and_has_all_before)
{
	char *dir = mxlog_tempdir_new();
	struct heard heard = { 0 }, other = { 0 };
	struct mxlog_logger *logger;

	set_up(dir, "flush_interval_s: 60\n");
	logger = mxlog_logger_get("my-app");
	ck_assert_int_eq(mxlog_logger_add_handler(logger, &hearing, &heard,
			     MXLOG_DEBUG),
	    0);
	MXLOG_INFO(logger, "1");
	ck_assert_int_eq(mxlog_logger_remove_handler(logger, &hearing, &other),
	    -ENOENT);
	ck_assert_int_eq(mxlog_logger_remove_handler(mxlog_get_logger(),
			     &hearing, &heard),
	    -ENOENT);
	ck_assert_int_eq(mxlog_logger_remove_handler(logger, &hearing, &heard),
	    0);
	ck_assert_uint_eq(heard.entries, 1);
	ck_assert_uint_eq(heard.closes, 1);
	MXLOG_INFO(logger, "2");
	ck_assert_int_eq(mxlog_shutdown(), 0);
	ck_assert_uint_eq(heard.entries, 1);
	ck_assert_uint_eq(heard.closes, 1);
	mxlog_tempdir_free(dir);
}
END_TEST

static char told[200];

static void be_told(void *arg, const char *text)
{
	*(int *)arg += 1;
	(void)snprintf(told, sizeof(told), "%s", text);
}

static int fail_always(void *ctx, const struct mxlog_entry *entry)
{
	(void)ctx;
	(void)entry;
	return -EPIPE;
}

START_TEST(what_goes_wrong_can_be_told_to_the_application)
{
	static const struct mxlog_handler_ops failing = {
		.size = sizeof(failing),
		.name = "failing",
		.handle = fail_always,
	};
	char *dir = mxlog_tempdir_new();
	int calls = 0;

	set_up(dir, "async_enabled: false\n");
	mxlog_set_error_callback(be_told, &calls);
	ck_assert_int_eq(mxlog_logger_add_handler(mxlog_get_logger(), &failing,
			     NULL, MXLOG_DEBUG),
	    0);
	for (int i = 0; i < 100; i++)
		MXLOG_INFO(mxlog_get_logger(), "x");
	ck_assert_int_eq(calls, 1); /* in five seconds */
	ck_assert_str_eq(told, "mxlog: handler failing failed: Broken pipe");
	mxlog_set_error_callback(NULL, NULL);
	mxlog_tempdir_free(dir);
}
END_TEST

static void *log_elsewhere(void *arg)
{
	MXLOG_DEBUG(mxlog_logger_get("other"), "elsewhere");
	return arg;
}

START_TEST(what_a_thread_remembers_is_written_before_its_error)
{
	static const char *const modes[] = { "true", "false" };

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		char *dir = mxlog_tempdir_new();
		struct mxlog_logger *logger = mxlog_logger_get("b");
		const char *at, *error_at;
		pthread_t thread;
		char yaml[128];
		char *text;

		(void)snprintf(yaml, sizeof(yaml),
		    "backtrace: 3\nasync_enabled: %s\nlevel: WARNING\n",
		    modes[i]);
		set_up(dir, yaml);
		ck_assert_int_eq(mxlog_logger_get_level(logger), MXLOG_WARNING);
		ck_assert_int_eq(pthread_create(&thread, NULL, log_elsewhere,
				     NULL),
		    0);
		ck_assert_int_eq(pthread_join(thread, NULL), 0);
		for (int j = 0; j < 10; j++)
			MXLOG_DEBUG(logger, "step %d", j);
		MXLOG_WARNING(logger, "no error yet");
		MXLOG_ERROR(logger, "first");
		MXLOG_INFO(logger, "step 10");
		MXLOG_ERROR(logger, "second");
		MXLOG_ERROR(logger, "third");
		ck_assert_int_eq(mxlog_flush(), 0);
		text = stored(dir);
		ck_assert_uint_eq(count(text, "\n"), 8);
		ck_assert_uint_eq(count(text, "\"tags\":[\"backtrace\"]"), 4);
		ck_assert_ptr_null(strstr(text, "elsewhere"));
		ck_assert_ptr_null(strstr(text, "step 6"));
		at = strstr(text, "\"step 7\"");
		error_at = strstr(text, "\"first\"");
		ck_assert_ptr_nonnull(at);
		ck_assert_ptr_nonnull(error_at);
		ck_assert(at < strstr(text, "\"step 9\""));
		ck_assert(strstr(text, "\"step 9\"") < error_at);
		ck_assert(strstr(text, "\"step 10\"") > error_at);
		free(text);
		set_up(dir, "level: WARNING\n");
		ck_assert(!mxlog_logger_enabled(logger, MXLOG_DEBUG));
		ck_assert_int_eq(mxlog_shutdown(), 0);
		mxlog_tempdir_free(dir);
	}
}
END_TEST

START_TEST(bytes_are_shown_as_hexdump_shows_them)
{
	static const unsigned char bytes[5000] = { 0x7f, 'E', 'L', 'F', 2, 1,
		1 };
	char *dir = mxlog_tempdir_new();
	char *text;

	set_up(dir, "");
	MXLOG_HEXDUMP(mxlog_logger_get("h"), MXLOG_INFO, bytes, 20, "got %d",
	    20);
	MXLOG_HEXDUMP(mxlog_logger_get("h"), MXLOG_INFO, bytes, sizeof(bytes),
	    "all");
	MXLOG_HEXDUMP(mxlog_logger_get("h"), MXLOG_INFO, bytes, 0, "nothing");
	ck_assert_int_eq(mxlog_flush(), 0);
	text = stored(dir);
	ck_assert_ptr_nonnull(strstr(text,
	    "\"message\":\"got 20\",\"context\":{\"hexdump\":\"00000000  7f "
	    "45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  "
	    "|.ELF............|\\n00000010  00 00 00 00           "
	    "                            |....|\",\"hexdump_bytes\":20}"));
	ck_assert_ptr_nonnull(
	    strstr(text, "\"hexdump_bytes\":5000},\"tags\":[\"truncated\"]"));
	ck_assert_uint_eq(count(text, "\n"), 3);
	free(text);
	mxlog_tempdir_free(dir);
}
END_TEST

/* Log a text and see that printf(3) makes the same of it. */
#define CHECK_TEXT(...)                                                        \
	do {                                                                   \
		char said[512], wanted_[600];                                  \
		errno = EPERM;                                                 \
		(void)snprintf(said, sizeof(said), __VA_ARGS__);               \
		errno = EPERM;                                                 \
		MXLOG_INFO(mxlog_logger_get("printf"), __VA_ARGS__);           \
		ck_assert_int_eq(mxlog_flush(), 0);                            \
		(void)snprintf(wanted_, sizeof(wanted_), "\"message\":\"%s\"", \
		    said);                                                     \
		text = stored(dir);                                            \
		ck_assert_msg(strstr(text, wanted_) != NULL, "%s in %s",       \
		    wanted_, text);                                            \
		free(text);                                                    \
	} while (0)

START_TEST(texts_are_made_as_printf_makes_them)
{
	char *dir = mxlog_tempdir_new();
	char *text;

	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	set_up(dir, "");
	CHECK_TEXT("100%% of %d%%", 7);
	CHECK_TEXT("%%d %%s %%%%");
	CHECK_TEXT("%m, %s, %m", "x");
	CHECK_TEXT("%5d|%-5d|%05d|%+d|% d", 1, 2, 3, 4, 5);
	CHECK_TEXT("%hhd %hd %ld %lld %zu %jd %td", 300, 70000, -1L, -2LL,
	    (size_t)3, (intmax_t)4, (ptrdiff_t)5);
	CHECK_TEXT("%hhu %hu %x %lX %#x %o", 300, 70000, 255U, 255UL, 255U, 8U);
	CHECK_TEXT("%c%c %s %.2s %5s %-5s|", 'a', 'b', "text", "text", "ab",
	    "cd");
	CHECK_TEXT("%ls %lc", L"caf\u00e9 \u20ac", (wint_t)L'\u00e9');
	CHECK_TEXT("%.3f %g %e %a", 1.5, 2.5, 3.5, 4.5);
	CHECK_TEXT("%*d|%.*s", 5, 1, 2, "abc");
	CHECK_TEXT("%2$s %1$d", 1, "second");
	CHECK_TEXT("%p", (void *)dir);
	mxlog_tempdir_free(dir);
}
END_TEST

/* The next datagram, as a string. */
static void receive(int fd, char *out, size_t size)
{
	ssize_t n = recv(fd, out, size - 1, MSG_DONTWAIT);

	ck_assert_int_gt(n, 0);
	out[n] = '\0';
}

START_TEST(a_daemon_that_was_away_is_told_first_what_it_has_missed)
{
	char *dir = mxlog_tempdir_new();
	char path[512], yaml[700], text[4096];
	struct mxlog_logger *logger;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/log", dir);
	(void)snprintf(yaml, sizeof(yaml),
	    "async_enabled: false\nlevel: DEBUG\nhandlers:\n  s:\n"
	    "    type: syslog\n    level: ERROR\n    destination: %s\n",
	    path);
	set_up(dir, yaml);
	logger = mxlog_logger_get("d");
	for (int i = 0; i < 5; i++)
		MXLOG_ERROR(logger, "missed %d", i);
	MXLOG_CRITICAL(logger, "missed, too");
	MXLOG_DEBUG(logger, "not for it");
	fd = serve_unix(path);
	ck_assert_int_ge(fd, 0);
	MXLOG_ERROR(logger, "here again");
	receive(fd, text, sizeof(text));
	ck_assert_ptr_nonnull(
	    strstr(text, "\"message\":\"Shed 6 entries: handler syslog"));
	ck_assert_ptr_nonnull(strstr(text, "\"shed_error\":5,"));
	ck_assert_ptr_nonnull(strstr(text, "\"shed_critical\":1,"));
	receive(fd, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "here again"));
	MXLOG_ERROR(logger, "and on");
	receive(fd, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "and on"));
	close(fd);
	mxlog_tempdir_free(dir);
}
END_TEST

SUITE("logger", a_daemon_that_was_away_is_told_first_what_it_has_missed,
    texts_are_made_as_printf_makes_them,
    what_a_thread_remembers_is_written_before_its_error,
    bytes_are_shown_as_hexdump_shows_them,
    handlers_that_no_logger_names_are_the_roots_only_if_none_is_named,
    some_calls_are_not_logged_every_time_and_say_so,
    a_handler_can_be_taken_away_and_has_all_before,
    what_goes_wrong_can_be_told_to_the_application,
    a_main_thread_that_ends_lets_the_process_end,
    a_limit_for_files_kills_nobody,
    a_handler_of_the_applications_own_can_have_all_stored,
    from_its_level_on_an_entry_is_written_at_once_with_all_before,
    a_signal_handler_can_log, an_interrupted_call_drops_nothing_uncounted,
    what_is_no_logger_or_no_level_is_refused_and_logs_nothing,
    where_an_entry_comes_from_may_be_unloaded_before_it_is_stored,
    descriptors_that_the_program_closed_are_opened_again_and_no_others,
    a_program_without_stdio_prints_into_no_segment_and_has_its_files,
    without_a_setup_entries_go_redacted_to_stderr,
    a_handler_that_logs_or_flushes_neither_loops_nor_hangs,
    forking_while_threads_log_leaves_a_child_that_can_log,
    a_child_that_crashes_does_not_wait_for_its_parents_queue,
    several_crashing_threads_wait_for_one_rescue,
    what_was_queued_survives_the_end_of_a_threads_stack,
    of_a_tenfold_flood_each_level_is_stored_or_counted,
    frames_below_a_source_root_become_relative,
    a_setup_that_fails_leaves_the_old_configuration_working,
    messages_of_every_size_and_kind_are_whole,
    an_entry_carries_all_that_was_said, below_the_level_nothing_is_evaluated,
    operations_share_a_trace_and_name_their_parent,
    an_exception_has_this_test_among_its_frames, secrets_do_not_reach_the_store,
    entries_propagate_to_the_handlers_above_unless_told_not_to,
    a_flood_is_stored_or_counted,
    setting_up_again_while_threads_log_loses_nothing_unsaid,
    a_forked_child_logs_on_its_own,
    what_was_queued_survives_a_segmentation_fault,
    what_was_queued_survives_an_abort, what_was_queued_is_stored_at_exit,
    metrics_go_to_their_own_files,
    yesterdays_segment_is_let_go_while_nothing_is_logged,
    a_file_handler_rotates_by_size_and_keeps_so_many_backups)
