/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/rate_limit.h"

#include <mxlog/logger.h>

#include <stdatomic.h>
#include <stdio.h>

#include "base/timestamp.h"
#include "logger/stderr_guard.h"

enum {
	LINES_MAX = 20, /* shown in that time */
};

#define EVERY_USEC (5 * USEC_PER_SEC)

typedef void error_callback(void *arg, const char *text);

static _Atomic(error_callback *) callback;
static _Atomic(void *) callback_arg;

void mxlog_set_error_callback(error_callback *call, void *arg)
{
	atomic_store(&callback, NULL);
	atomic_store(&callback_arg, arg);
	atomic_store(&callback, call);
}

/* A line with its newline, which a callback does not get. */
static void tell(char *line, size_t len)
{
	error_callback *call = atomic_load(&callback);

	if (!call) {
		(void)mxlog_stderr_write(line, len);
		return;
	}
	line[len - 1] = '\0';
	call(atomic_load(&callback_arg), line);
}

void mxlog_stderr_limited(struct mxlog_rate_limit *rate_limit,
    const char *format, ...)
{
	int64_t now = mxlog_timestamp_now();
	char text[400];
	va_list args;
	size_t len;
	int n;

	if (rate_limit->last_usec != 0 && now >= rate_limit->last_usec &&
	    now - rate_limit->last_usec < EVERY_USEC) {
		rate_limit->kept_back++;
		return;
	}
	rate_limit->last_usec = now;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text) - 64, format, args);
	va_end(args);
	if (n < 0)
		return;
	len = MIN((size_t)n, sizeof(text) - 65);
	if (rate_limit->kept_back > 0)
		n = snprintf(text + len, 63, " (%ju more)\n",
		    (uintmax_t)rate_limit->kept_back);
	else
		n = snprintf(text + len, 63, "\n");
	rate_limit->kept_back = 0;
	tell(text, len + (size_t)n);
}

void mxlog_stderr_say(const char *format, ...)
{
	char text[641];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text) - 2, format, args);
	va_end(args);
	if (n < 0)
		return;
	n = MIN(n, (int)sizeof(text) - 3);
	text[n] = '\n';
	text[n + 1] = '\0';
	tell(text, (size_t)n + 1);
}

void mxlog_stderr_line(struct mxlog_line_limit *limit, const char *line,
    size_t len)
{
	int64_t now = mxlog_timestamp_now();

	if (now < limit->begin_usec || now - limit->begin_usec >= EVERY_USEC) {
		if (limit->kept_back > 0)
			mxlog_stderr_say("mxlog: %ju more lines are not shown",
			    (uintmax_t)limit->kept_back);
		*limit = (struct mxlog_line_limit){ .begin_usec = now };
	}
	if (limit->shown >= LINES_MAX) {
		limit->kept_back++;
		return;
	}
	limit->shown++;
	(void)mxlog_stderr_write(line, len);
}
