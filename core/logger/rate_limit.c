/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/rate_limit.h"

#include <stdio.h>

#include "base/timestamp.h"
#include "logger/stderr_guard.h"

enum {
	LINES_MAX = 20, /* shown in that time */
};

#define EVERY_USEC (5 * USEC_PER_SEC)

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
	(void)mxlog_stderr_write(text, len + (size_t)n);
}

void mxlog_stderr_say(const char *format, ...)
{
	char text[640];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text) - 1, format, args);
	va_end(args);
	if (n < 0)
		return;
	n = MIN(n, (int)sizeof(text) - 2);
	text[n] = '\n';
	(void)mxlog_stderr_write(text, (size_t)n + 1);
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
