/* SPDX-License-Identifier: Apache-2.0 */
/* The short forms, which differ in how they show times. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/timestamp.h"
#include "command/mxlog_read_format.h"
#include "command/mxlog_read_short.h"

static int print_line(struct mxlog_read_printer *printer,
    const struct mxlog_line *line)
{
	struct mxlog_read_row row = mxlog_read_row_of(printer);

	(void)line;
	return mxlog_read_short(&row, &printer->out);
}

/* In the process's time zone; the microseconds apart. False: no calendar has
 * it. */
static bool split_time(int64_t time_usec, struct tm *ret, unsigned *ret_usec)
{
	int64_t rest = time_usec % USEC_PER_SEC;
	time_t seconds;

	rest += rest < 0 ? USEC_PER_SEC : 0;
	seconds = (time_t)((time_usec - rest) / USEC_PER_SEC);
	*ret_usec = (unsigned)rest;
	return localtime_r(&seconds, ret) != NULL;
}

static int add_precise(struct mxlog_buf *out, int64_t time_usec)
{
	unsigned usec;
	char text[64];
	struct tm tm;

	if (!split_time(time_usec, &tm, &usec) ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return mxlog_buf_add(out, LITERAL("?"));
	return mxlog_buf_printf(out, "%s.%06u", text, usec);
}

static int add_iso(struct mxlog_buf *out, int64_t time_usec)
{
	unsigned usec;
	char text[64];
	struct tm tm;
	long minutes;

	if (!split_time(time_usec, &tm, &usec) ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return mxlog_buf_add(out, LITERAL("?"));
	minutes = labs(tm.tm_gmtoff) / 60;
	return mxlog_buf_printf(out, "%s.%06u%c%02ld:%02ld", text, usec,
	    tm.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static int add_full(struct mxlog_buf *out, int64_t time_usec)
{
	unsigned usec;
	char text[64];
	struct tm tm;

	if (!split_time(time_usec, &tm, &usec) ||
	    strftime(text, sizeof(text), "%a %Y-%m-%d %H:%M:%S", &tm) == 0)
		return mxlog_buf_add(out, LITERAL("?"));
	return mxlog_buf_printf(out, "%s.%06u %s", text, usec, tm.tm_zone);
}

static int add_unix(struct mxlog_buf *out, int64_t time_usec)
{
	bool before = time_usec < 0;
	uint64_t usec =
	    before ? UINT64_C(0) - (uint64_t)time_usec : (uint64_t)time_usec;

	return mxlog_buf_printf(out, "%s%" PRIu64 ".%06" PRIu64,
	    before ? "-" : "", usec / (uint64_t)USEC_PER_SEC,
	    usec % (uint64_t)USEC_PER_SEC);
}

#define SHORT(id, text, function)                                           \
	const struct mxlog_read_format mxlog_read_format_##id = { .name =   \
								      text, \
		.decoded = true,                                            \
		.line = print_line,                                         \
		.time = function }

SHORT(short, "short", mxlog_read_local_time);
SHORT(short_precise, "short-precise", add_precise);
SHORT(short_iso, "short-iso", add_iso);
SHORT(short_full, "short-full", add_full);
SHORT(short_unix, "short-unix", add_unix);
