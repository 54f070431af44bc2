/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/retention.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/number.h"
#include "base/timestamp.h"

/* The file: "mxlog retention 1", then the last reading "boot-id boot uptime",
 * then a sample "wall uptime" a line, the last one taken with the reading. */
static const char file_name[] = "retention";
static const char head[] = "mxlog retention 1\n";

enum {
	FILE_MAX_LEN = 1024 * 1024,
	SAMPLES_MAX = 8192,
	BOOT_ID_LEN = 36,
};

void mxlog_retention_done(struct mxlog_retention *retention)
{
	free(retention->samples);
	*retention = (struct mxlog_retention){ 0 };
}

uint64_t mxlog_retention_at(const struct mxlog_retention *retention,
    int64_t time_usec)
{
	for (size_t i = 0; i < retention->n; i++)
		if (retention->samples[i].wall_usec >= time_usec)
			return (uint64_t)retention->samples[i].uptime_usec;
	return (uint64_t)retention->uptime_usec;
}

int mxlog_retention_remove(int state_fd)
{
	if (unlinkat(state_fd, file_name, 0) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

/* ---- the file ---- */

static bool take_line(const char **p, const char *end, const char **ret,
    size_t *ret_len)
{
	const char *newline = memchr(*p, '\n', (size_t)(end - *p));

	if (!newline)
		return false;
	*ret = *p;
	*ret_len = (size_t)(newline - *p);
	*p = newline + 1;
	return true;
}

/* Two numbers and a blank between them. */
static int parse_pair(const char *text, size_t len, int64_t *ret_a,
    int64_t *ret_b)
{
	const char *blank = memchr(text, ' ', len);
	size_t at;

	if (!blank)
		return -EBADMSG;
	at = (size_t)(blank - text);
	if (mxlog_number_parse_i64(text, at, ret_a) < 0 ||
	    mxlog_number_parse_i64(blank + 1, len - at - 1, ret_b) < 0)
		return -EBADMSG;
	return 0;
}

static int parse_reading(const char *text, size_t len,
    struct mxlog_retention *retention)
{
	int64_t boot_usec;

	if (len < BOOT_ID_LEN + 2 || text[BOOT_ID_LEN] != ' ')
		return -EBADMSG;
	return parse_pair(text + BOOT_ID_LEN + 1, len - BOOT_ID_LEN - 1,
	    &boot_usec, &retention->uptime_usec);
}

static int parse_samples(const char *p, const char *end,
    struct mxlog_retention *retention)
{
	const char *line;
	size_t len;

	while (take_line(&p, end, &line, &len)) {
		struct mxlog_retention_sample *sample =
		    &retention->samples[retention->n];

		if (retention->n == SAMPLES_MAX ||
		    parse_pair(line, len, &sample->wall_usec,
			&sample->uptime_usec) < 0)
			return -EBADMSG;
		if (retention->n > 0 &&
		    (sample->wall_usec < sample[-1].wall_usec ||
			sample->uptime_usec < sample[-1].uptime_usec))
			return -EBADMSG;
		if (sample->uptime_usec > retention->uptime_usec ||
		    sample->uptime_usec < 0)
			return -EBADMSG;
		retention->n++;
	}
	return p == end && retention->n > 0 ? 0 : -EBADMSG;
}

static int parse_file(const struct mxlog_buf *text,
    struct mxlog_retention *retention)
{
	const char *p = text->data, *end = p + text->len, *line;
	size_t len;

	if (text->len < sizeof(head) || memcmp(p, head, sizeof(head) - 1) != 0)
		return -EBADMSG;
	p += sizeof(head) - 1;
	if (!take_line(&p, end, &line, &len) ||
	    parse_reading(line, len, retention) < 0 ||
	    retention->uptime_usec < 0)
		return -EBADMSG;
	return parse_samples(p, end, retention);
}

int mxlog_retention_load(int state_fd, struct mxlog_retention *ret)
{
	struct mxlog_retention retention = { 0 };
	struct mxlog_buf text = { 0 };
	int r;

	retention.samples = calloc(SAMPLES_MAX, sizeof(*retention.samples));
	if (!retention.samples)
		return -ENOMEM;
	r = mxlog_fs_read_file(state_fd, file_name, FILE_MAX_LEN, &text);
	if (r == 0)
		r = parse_file(&text, &retention);
	mxlog_buf_done(&text);
	if (r == -ENOENT || r == -EBADMSG || r == -EFBIG) {
		retention.n = 0;
		retention.uptime_usec = 0;
		r = 0;
	}
	if (r < 0) {
		mxlog_retention_done(&retention);
		return r;
	}
	*ret = retention;
	return 0;
}
