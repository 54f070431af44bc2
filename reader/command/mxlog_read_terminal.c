/* SPDX-License-Identifier: Apache-2.0 */
#include "command/mxlog_read_terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	WIDTH = 80,
	PAGER_NOT_RUN = 126, /* the shell's status for it, and 127 */
};

#define PROGRESS_AFTER (1 * USEC_PER_SEC)
#define PROGRESS_EVERY (USEC_PER_SEC / 10)

static int64_t clock_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

/* Only what a signal handler may call. */
static void leave(int number)
{
	static const char reset[] = "\033[0m\r\033[K";

	if (isatty(STDOUT_FILENO))
		(void)!write(STDOUT_FILENO, reset, 4);
	if (isatty(STDERR_FILENO))
		(void)!write(STDERR_FILENO, reset, sizeof(reset) - 1);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

/* The pager ended: nobody wants to see more, also of what was not found yet. */
static void pager_ended(int number)
{
	static const char failed[] =
	    "mxlog-read: the pager could not be run; set PAGER to cat\n";
	int status, error = errno;

	(void)number;
	if (waitpid(-1, &status, WNOHANG) <= 0) {
		errno = error;
		return; /* it was stopped, or continued */
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) < PAGER_NOT_RUN)
		_exit(0);
	(void)!write(STDERR_FILENO, failed, sizeof(failed) - 1);
	_exit(1);
}

static void watch_pager(void)
{
	struct sigaction action = { .sa_handler = pager_ended,
		.sa_flags = SA_RESTART | SA_NOCLDSTOP };

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGCHLD, &action, NULL);
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = leave,
		.sa_flags = SA_RESETHAND };

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

static size_t width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long n = columns ? strtol(columns, NULL, 10) : 0;

	if (n > 0 && n < 100000)
		return (size_t)n;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return WIDTH;
}

static const char *pager_command(void)
{
	const char *pager = getenv("MXLOG_PAGER");

	if (!pager)
		pager = getenv("PAGER");
	if (!pager)
		pager = "less";
	return *pager && strcmp(pager, "cat") != 0 ? pager : NULL;
}

/* Whether PATH, or a path, leads to a program. */
static bool is_program(const char *name, size_t len)
{
	const char *path = memchr(name, '/', len) ? "" : getenv("PATH");
	char file[4096];

	if (!path)
		path = "/usr/bin:/bin";
	for (const char *end;; path = end + 1) {
		int n;

		end = strchrnul(path, ':');
		n = snprintf(file, sizeof(file), "%.*s%s%.*s",
		    (int)(end - path), path, end > path ? "/" : "", (int)len,
		    name);
		if (n > 0 && (size_t)n < sizeof(file) &&
		    access(file, X_OK) == 0)
			return true;
		if (!*end)
			return false;
	}
}

/* Whether the shell would find a pager's program; of what is more than plain
 * words only the shell knows. */
static bool is_there(const char *command)
{
	size_t len;

	command += strspn(command, " \t");
	len = strcspn(command, " \t");
	if (strcspn(command, "$`\"'\\=(){}[]*?;&|<>~#!\n") < len)
		return true;
	return is_program(command, len);
}

/* In the child: what is read is what the parent prints. */
static void run_pager(const char *command, int in)
{
	const char *less = getenv("MXLOG_LESS");

	(void)dup2(in, STDIN_FILENO);
	/* What somebody likes to read files with may show colours as escapes
	 * and keep a single line waiting for a key. */
	(void)setenv("LESS", less ? less : "FRSXMK", 1);
	(void)setenv("LESSSECURE", "1", 0);
	(void)setenv("LESSCHARSET", "utf-8", 0);
	(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static int start_pager(struct mxlog_read_terminal *terminal)
{
	const char *command = pager_command();
	int pipes[2];
	pid_t pid;

	if (!command)
		return 0;
	if (!is_there(command)) {
		/* A machine without less is no mistake, a wrong name is. */
		if (strcmp(command, "less") != 0)
			(void)fprintf(stderr,
			    "mxlog-read: there is no pager \"%s\"; set PAGER "
			    "or MXLOG_PAGER to one, or to cat\n",
			    command);
		return 0;
	}
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	watch_pager();
	pid = fork();
	if (pid < 0) {
		(void)close(pipes[0]);
		(void)close(pipes[1]);
		return -errno;
	}
	if (pid == 0)
		run_pager(command, pipes[0]);
	(void)close(pipes[0]);
	terminal->screen.fd = pipes[1];
	terminal->screen.width = 0; /* it cuts or scrolls */
	terminal->pager_pid = pid;
	/* Ctrl-C is the pager's; that it ended is seen by its pipe. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	return 0;
}

int mxlog_read_terminal_open(struct mxlog_read_terminal *terminal, bool pager)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	*terminal = (struct mxlog_read_terminal){ 0 };
	terminal->started = clock_usec();
	terminal->screen.fd = STDOUT_FILENO;
	terminal->screen.terminal = isatty(STDOUT_FILENO);
	terminal->progress = isatty(STDERR_FILENO);
	catch_signals();
	if (!terminal->screen.terminal)
		return 0;
	terminal->screen.colour =
	    !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
	terminal->screen.width = width();
	return pager ? start_pager(terminal) : 0;
}

void mxlog_read_terminal_progress(void *arg, uint64_t done, uint64_t total)
{
	struct mxlog_read_terminal *terminal = arg;
	int64_t now;

	if (!terminal->progress || total == 0)
		return;
	now = clock_usec();
	if (now - terminal->started < PROGRESS_AFTER ||
	    now - terminal->updated < PROGRESS_EVERY)
		return;
	terminal->updated = now;
	terminal->shown = true;
	(void)fprintf(stderr, "\r\033[K%3u %% of %.1f MB read",
	    (unsigned)(MIN(done, total) * 100 / total), (double)total / 1e6);
}

void mxlog_read_terminal_clear(struct mxlog_read_terminal *terminal)
{
	if (terminal->shown)
		(void)fputs("\r\033[K", stderr);
	terminal->shown = false;
}

void mxlog_read_terminal_warn(void *arg, const char *text)
{
	if (arg)
		mxlog_read_terminal_clear(arg);
	(void)fprintf(stderr, "mxlog-read: %s\n", text);
}

void mxlog_read_terminal_close(struct mxlog_read_terminal *terminal)
{
	mxlog_read_terminal_clear(terminal);
	if (terminal->pager_pid <= 0)
		return;
	/* From here on it ends when it was told all. */
	(void)signal(SIGCHLD, SIG_DFL);
	(void)close(terminal->screen.fd);
	while (waitpid(terminal->pager_pid, NULL, 0) < 0 && errno == EINTR)
		;
}
