/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/handler.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "entry/entry_private.h"
#include "logger/stderr_guard.h"
#include "suite.h"
#include "tempdir.h"

static struct mxlog_error error;

/* What a console handler writes to `fd` meanwhile. */
static char *written(int fd, const char *destination, const char *format)
{
	char *dir = mxlog_tempdir_new();
	struct mxlog_handler handler = { 0 };
	struct mxlog_entry *entry;
	char path[256];
	char *text;
	int saved = dup(fd);
	int file;

	(void)snprintf(path, sizeof(path), "%s/out", dir);
	file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_ge(file, 0);
	ck_assert_int_ge(dup2(file, fd), 0);
	mxlog_stderr_note();
	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	mxlog_entry_set_level(entry, MXLOG_ERROR);
	(void)mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, LITERAL("said"));
	ck_assert_int_eq(mxlog_console_handler_open(format, destination,
			     &handler, &error),
	    0);
	ck_assert_int_eq(handler.ops->handle(handler.ctx, entry), 0);
	ck_assert_int_eq(handler.ops->flush(handler.ctx, true), 0);
	ck_assert_int_eq(handler.ops->flush(handler.ctx, true), 0);
	mxlog_handler_close(&handler);
	ck_assert_int_ge(dup2(saved, fd), 0);
	text = mxlog_tempdir_read_glob(dir, "out");
	mxlog_entry_free(entry);
	close(saved);
	close(file);
	mxlog_tempdir_free(dir);
	return text;
}

static void check(int fd, const char *destination, const char *format,
    const char *wanted)
{
	char *text = written(fd, destination, format);

	ck_assert_str_eq(text, wanted);
	free(text);
}

START_TEST(entries_go_to_stderr_unless_stdout_is_named)
{
	check(STDERR_FILENO, NULL, "%(level)s %(message)s", "ERROR said\n");
	check(STDERR_FILENO, "stderr", "%(message)s", "said\n");
	check(STDOUT_FILENO, "stdout", "%(message)s", "said\n");
	check(STDOUT_FILENO, "ext://sys.stdout", "%(message)s", "said\n");
	check(STDOUT_FILENO, "stderr", "%(message)s", "");
}
END_TEST

START_TEST(what_is_no_terminal_gets_no_colours)
{
	char *text = written(STDERR_FILENO, NULL, NULL);

	ck_assert_ptr_nonnull(strstr(text, "said\n"));
	ck_assert_ptr_null(strchr(text, '\033'));
	free(text);
}
END_TEST

START_TEST(another_destination_is_refused_in_words)
{
	struct mxlog_handler handler;

	ck_assert_int_eq(mxlog_console_handler_open(NULL, "/dev/tty", &handler,
			     &error),
	    -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "/dev/tty"));
}
END_TEST

SUITE("handler_console", entries_go_to_stderr_unless_stdout_is_named,
    what_is_no_terminal_gets_no_colours,
    another_destination_is_refused_in_words)
