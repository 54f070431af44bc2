/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/rate_limit.h"

#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/timestamp.h"

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
	(void)mxlog_fs_write_all(STDERR_FILENO, text, len + (size_t)n);
}
