/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/log_command.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/log_lines.h"

enum {
	LOOK_MSEC = 100,   /* whether the program has ended */
	GRACE_MSEC = 1000, /* for what its own children still print */
	NOT_FOUND = 127,
	NOT_RUNNABLE = 126,
	SIGNALLED = 128,
};

/* What is sent to us is meant for the program; what a terminal sends reaches it
 * by itself. */
static const int passed_on[] = { SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 };
static const int left_to_it[] = { SIGINT, SIGQUIT };

static _Atomic pid_t child;

static void pass_on(int signal_number)
{
	int saved = errno;
	pid_t pid = atomic_load(&child);

	if (pid > 0)
		(void)kill(pid, signal_number);
	errno = saved;
}

/* ---- starting ---- */

struct run {
	pid_t pid;
	int out[2], err[2], failed[2]; /* pipes; `failed` brings an errno */
	struct timespec begin, end;
};

static int open_pipes(struct run *run)
{
	if (pipe2(run->out, O_CLOEXEC) < 0 || pipe2(run->err, O_CLOEXEC) < 0 ||
	    pipe2(run->failed, O_CLOEXEC) < 0)
		return -errno;
	return 0;
}

static void close_pipe(int ends[2])
{
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
}

static void catch_signals(void (*handler)(int), void (*ignore)(int))
{
	struct sigaction action = { .sa_flags = SA_RESTART };

	action.sa_handler = handler;
	for (size_t i = 0; i < ARRAY_LEN(passed_on); i++)
		(void)sigaction(passed_on[i], &action, NULL);
	action.sa_handler = ignore;
	for (size_t i = 0; i < ARRAY_LEN(left_to_it); i++)
		(void)sigaction(left_to_it[i], &action, NULL);
}

static _Noreturn void become(const struct mxlog_log_command *command,
    const struct run *run)
{
	int error;

	catch_signals(SIG_DFL, SIG_DFL);
	if (dup2(run->out[1], STDOUT_FILENO) >= 0 &&
	    dup2(run->err[1], STDERR_FILENO) >= 0)
		(void)execvp(command->argv[0], command->argv);
	error = errno;
	if (write(run->failed[1], &error, sizeof(error)) < 0)
		_exit(NOT_RUNNABLE);
	_exit(error == ENOENT ? NOT_FOUND : NOT_RUNNABLE);
}

static int start(const struct mxlog_log_command *command, struct run *run)
{
	int r = open_pipes(run);

	if (r < 0)
		return r;
	(void)clock_gettime(CLOCK_MONOTONIC, &run->begin);
	catch_signals(pass_on, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL); /* whoever ignored it before */
	run->pid = fork();
	if (run->pid < 0)
		return -errno;
	if (run->pid == 0)
		become(command, run);
	atomic_store(&child, run->pid);
	close(run->out[1]);
	close(run->err[1]);
	close(run->failed[1]);
	run->out[1] = run->err[1] = run->failed[1] = -1;
	return 0;
}

/* ---- its end ---- */

static int command_line(char *const *argv, struct mxlog_buf *out)
{
	int r = 0;

	for (int i = 0; argv[i] && r == 0; i++)
		r = mxlog_buf_printf(out, "%s%s", i > 0 ? " " : "", argv[i]);
	return r;
}

static void describe(const char *name, int status, int error, char *out,
    size_t size)
{
	if (error != 0)
		(void)snprintf(out, size, "%s could not be run: %s", name,
		    strerror(error));
	else if (WIFSIGNALED(status))
		(void)snprintf(out, size, "%s was killed by SIG%s", name,
		    sigabbrev_np(WTERMSIG(status)));
	else
		(void)snprintf(out, size, "%s ended with status %d", name,
		    WEXITSTATUS(status));
}

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static double elapsed_ms(const struct run *run)
{
	return (double)(run->end.tv_sec - run->begin.tv_sec) * 1e3 +
	    (double)(run->end.tv_nsec - run->begin.tv_nsec) / 1e6;
}

static int log_end(const struct mxlog_log_command *command,
    struct mxlog_log_sink *sink, const struct run *run, int status, int error)
{
	enum mxlog_level level =
	    exit_status(status) == 0 && error == 0 ? MXLOG_INFO : MXLOG_ERROR;
	struct mxlog_buf line = { 0 };
	char text[512];
	int r;

	describe(command->argv[0], status, error, text, sizeof(text));
	r = mxlog_log_fill(sink, level, text, strlen(text));
	if (r == 0)
		r = mxlog_entry_set_duration_ms(sink->entry, elapsed_ms(run));
	if (r == 0)
		r = command_line(command->argv, &line);
	if (r == 0)
		r = mxlog_entry_add_context(sink->entry, LITERAL("command"),
		    line.data, line.len);
	mxlog_buf_done(&line);
	if (r == 0)
		r = mxlog_entry_add_context_int(sink->entry,
		    LITERAL("exit_status"), exit_status(status));
	if (r == 0 && WIFSIGNALED(status))
		r = mxlog_entry_add_context_int(sink->entry, LITERAL("signal"),
		    WTERMSIG(status));
	return r < 0 ? r : mxlog_writer_add(sink->writer, sink->entry);
}

/* ---- running ---- */

static bool has_ended(struct run *run, int *ret_status, int options)
{
	pid_t pid = waitpid(run->pid, ret_status, options);

	if (pid == 0 || (pid < 0 && errno == EINTR))
		return false;
	(void)clock_gettime(CLOCK_MONOTONIC, &run->end);
	return true;
}

/* Until both streams have ended, or the program has and nothing more comes: a
 * daemon that it left behind may keep them open for ever. */
static int read_all(struct mxlog_log_lines lines[2], struct run *run,
    int *ret_status)
{
	bool ended = false;
	int quiet = 0;
	int r = 1;

	while (r > 0 && quiet < GRACE_MSEC) {
		r = mxlog_log_lines_pump(lines, 2, LOOK_MSEC);
		if (!ended)
			ended = has_ended(run, ret_status, WNOHANG);
		quiet = ended ? quiet + LOOK_MSEC : 0;
	}
	for (int i = 0; i < 2 && r >= 0; i++)
		r = mxlog_log_lines_finish(&lines[i]);
	while (!ended)
		ended = has_ended(run, ret_status, 0);
	return r;
}

static int read_error(struct run *run)
{
	int error = 0;
	ssize_t n;

	do
		n = read(run->failed[0], &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	return n == sizeof(error) ? error : 0;
}

int mxlog_log_command_run(const struct mxlog_log_command *command,
    struct mxlog_log_fields *fields, struct mxlog_log_sink *sink,
    int *ret_status)
{
	struct run run = { .out = { -1, -1 },
		.err = { -1, -1 },
		.failed = { -1, -1 } };
	struct mxlog_log_lines lines[2];
	int status = 0, error = 0;
	int r = start(command, &run);

	*ret_status = NOT_RUNNABLE;
	fields->process_id = run.pid;
	mxlog_log_lines_init(&lines[0], run.out[0], sink, command->stdout_level,
	    "stdout");
	mxlog_log_lines_init(&lines[1], run.err[0], sink, command->stderr_level,
	    "stderr");
	run.out[0] = run.err[0] = -1; /* the lines' now */
	if (r == 0) {
		error = read_error(&run);
		r = read_all(lines, &run, &status);
		*ret_status = exit_status(status);
	}
	if (r >= 0)
		r = log_end(command, sink, &run, status, error);
	for (int i = 0; i < 2; i++)
		mxlog_log_lines_done(&lines[i]);
	close_pipe(run.out);
	close_pipe(run.err);
	close_pipe(run.failed);
	return r;
}
