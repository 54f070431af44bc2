/* SPDX-License-Identifier: Apache-2.0 */
/* Console handler: entries as text on stderr or stdout. */
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/own_fd.h"
#include "config/formatter.h"
#include "logger/handler.h"
#include "logger/stderr_guard.h"

struct console {
	int fd;                  /* borrowed: the process's own */
	struct mxlog_own_fd own; /* what stdout was */
	struct mxlog_formatter *formatter;
	struct mxlog_buf text;
};

static int console_flush(void *ctx, bool sync)
{
	struct console *console = ctx;
	int r;

	(void)sync;
	if (console->fd == STDERR_FILENO)
		r = mxlog_stderr_write(console->text.data, console->text.len);
	else if (!mxlog_own_fd_is(&console->own, console->fd))
		r = -EBADF;
	else
		r = mxlog_fs_write_all(console->fd, console->text.data,
		    console->text.len);
	mxlog_buf_clear(&console->text);
	return r;
}

static int console_handle(void *ctx, const struct mxlog_entry *entry)
{
	struct console *console = ctx;
	int r;

	r = mxlog_formatter_append(console->formatter, entry, &console->text);
	if (r < 0)
		return r;
	return console->text.len > 4096 ? console_flush(ctx, false) : 0;
}

static void console_close(void *ctx)
{
	struct console *console = ctx;

	mxlog_formatter_free(console->formatter);
	mxlog_buf_done(&console->text);
	free(console);
}

static const struct mxlog_handler_ops console_ops = {
	.size = sizeof(console_ops),
	.name = "console",
	.handle = console_handle,
	.flush = console_flush,
	.close = console_close,
};

static bool want_colour(int fd)
{
	const char *no_colour = secure_getenv("NO_COLOR");

	return isatty(fd) && (!no_colour || !*no_colour);
}

int mxlog_console_handler_open(const char *format, const char *destination,
    struct mxlog_handler *ret, struct mxlog_error *reterr)
{
	struct console *console;
	int fd = STDERR_FILENO;
	int r;

	if (destination && strstr(destination, "stdout"))
		fd = STDOUT_FILENO;
	else if (destination && !strstr(destination, "stderr"))
		return mxlog_error_set(reterr, -EINVAL,
		    "console handler: \"stderr\" or \"stdout\" was expected "
		    "as destination, not \"%s\"",
		    destination);

	console = calloc(1, sizeof(*console));
	if (!console)
		return -ENOMEM;
	console->fd = fd;
	mxlog_own_fd_note(&console->own, fd);
	r = mxlog_formatter_new(format ? format : "console", want_colour(fd),
	    &console->formatter, reterr);
	if (r < 0) {
		free(console);
		return r;
	}
	*ret = (struct mxlog_handler){ .ops = &console_ops, .ctx = console };
	return 0;
}
