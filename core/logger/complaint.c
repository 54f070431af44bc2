/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/complaint.h"

#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/timestamp.h"

#define EVERY_USEC (5 * USEC_PER_SEC)

void mxlog_complain(struct mxlog_complaint *complaint, const char *format, ...)
{
	int64_t now = mxlog_timestamp_now();
	char text[400];
	va_list args;
	size_t len;
	int n;

	if (complaint->last_usec != 0 && now >= complaint->last_usec &&
	    now - complaint->last_usec < EVERY_USEC) {
		complaint->kept_back++;
		return;
	}
	complaint->last_usec = now;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text) - 64, format, args);
	va_end(args);
	if (n < 0)
		return;
	len = MIN((size_t)n, sizeof(text) - 65);
	if (complaint->kept_back > 0)
		n = snprintf(text + len, 63, " (%ju more)\n",
		    (uintmax_t)complaint->kept_back);
	else
		n = snprintf(text + len, 63, "\n");
	complaint->kept_back = 0;
	(void)mxlog_fs_write_all(STDERR_FILENO, text, len + (size_t)n);
}
