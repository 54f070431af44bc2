/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/segment_bounds.h"

#include "base/fs.h"
#include "base/timestamp.h"

#define ZONE_SLACK (14 * 3600 * USEC_PER_SEC)

enum {
	LOOK_BYTES = 16 * 1024, /* a longer first or last line says nothing */
};

static const char *skip_space(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == ':'))
		at++;
	return at;
}

/* The time that stands in a line, however it is written. */
static bool find_time(const char *line, size_t len, int64_t *ret)
{
	const char *end = line + len;
	const char *at = memmem(line, len, LITERAL("\"timestamp\""));
	const char *quote;

	if (!at)
		return false;
	at = skip_space(at + strlen("\"timestamp\""), end);
	if (at == end || *at++ != '"')
		return false;
	quote = memchr(at, '"', (size_t)(end - at));
	return quote &&
	    mxlog_timestamp_parse(at, (size_t)(quote - at), 0, ret) == 0;
}

static bool is_within(const char *line, size_t len, int64_t since,
    int64_t until)
{
	int64_t time_usec;

	return find_time(line, len, &time_usec) && time_usec >= since &&
	    time_usec <= until;
}

/* The first whole line, and the last one, are of these times. */
static bool holds(int fd, uint64_t size, int64_t since, int64_t until)
{
	char bytes[LOOK_BYTES];
	size_t len = (size_t)MIN(size, (uint64_t)sizeof(bytes)), n;
	const char *end, *line;

	if (mxlog_fs_pread_full(fd, bytes, len, 0, &n) < 0)
		return true; /* that will be told when it is read */
	end = memchr(bytes, '\n', n);
	if (!end || !is_within(bytes, (size_t)(end - bytes), since, until))
		return false;
	if (mxlog_fs_pread_full(fd, bytes, len, (off_t)(size - len), &n) < 0)
		return true;
	end = memrchr(bytes, '\n', n);
	if (!end)
		return false;
	line = memrchr(bytes, '\n', (size_t)(end - bytes));
	if (!line && len < size)
		return false; /* it begins before what was read */
	line = line ? line + 1 : bytes;
	return is_within(line, (size_t)(end - line), since, until);
}

void mxlog_segment_bounds(const struct mxlog_segment_name *name, int fd,
    uint64_t size, int64_t *ret_since_usec, int64_t *ret_until_usec)
{
	int64_t start = name->day * USEC_PER_DAY;
	int64_t since = start - ZONE_SLACK;
	int64_t until = start + USEC_PER_DAY - 1 + ZONE_SLACK;

	if (fd >= 0 && size > 0 && !holds(fd, size, since, until)) {
		since = INT64_MIN;
		until = INT64_MAX;
	}
	*ret_since_usec = since;
	*ret_until_usec = until;
}
