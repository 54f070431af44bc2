/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/retention.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/fs.h"
#include "base/number.h"
#include "base/timestamp.h"

/* The file: "mxlog retention 1", then the last reading "boot-id boot uptime",
 * then a sample "wall uptime" a line, the last one taken with the reading. */
static const char file_name[] = "retention";
static const char head[] = "mxlog retention 1\n";

enum {
	FILE_MAX_LEN = 1024 * 1024,
	SAMPLES_MAX = 8192, /* the oldest are dropped: over twenty years */
	BOOT_ID_LEN = 36,
};

/* Closer samples tell no more than the one before them. */
#define SAMPLE_STEP (USEC_PER_DAY / 2)

int mxlog_retention_read_clock(struct mxlog_retention_clock *ret)
{
	struct timespec boot;
	FILE *file;

	memset(ret, 0, sizeof(*ret));
	ret->wall_usec = mxlog_timestamp_now();
	if (clock_gettime(CLOCK_BOOTTIME, &boot) < 0)
		return -errno;
	ret->boot_usec = boot.tv_sec * USEC_PER_SEC + boot.tv_nsec / 1000;
	file = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (!file)
		return 0; /* as if it were started anew each time */
	if (fread(ret->boot_id, 1, BOOT_ID_LEN, file) != BOOT_ID_LEN)
		ret->boot_id[0] = '\0';
	(void)fclose(file);
	return 0;
}

void mxlog_retention_done(struct mxlog_retention *retention)
{
	free(retention->samples);
	*retention = (struct mxlog_retention){ 0 };
}

int64_t mxlog_retention_age(const struct mxlog_retention *retention,
    int64_t time_usec)
{
	const struct mxlog_retention_sample *samples = retention->samples;
	size_t low = 0, high = retention->n;

	if (retention->n == 0 || time_usec < samples[0].wall_usec) {
		int64_t until = retention->n == 0 ? retention->now_usec
						  : samples[0].wall_usec;

		if (time_usec >= until)
			return 0;
		return until - time_usec +
		    (retention->n == 0
			    ? 0
			    : retention->uptime_usec - samples[0].uptime_usec);
	}
	/* The first sample at or behind that time. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (samples[middle].wall_usec < time_usec)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == retention->n)
		return 0;
	return retention->uptime_usec - samples[low].uptime_usec;
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

struct reading {
	char boot_id[BOOT_ID_LEN + 1];
	int64_t boot_usec;
};

static int parse_reading(const char *text, size_t len, struct reading *ret,
    struct mxlog_retention *retention)
{
	if (len < BOOT_ID_LEN + 2 || text[BOOT_ID_LEN] != ' ')
		return -EBADMSG;
	memcpy(ret->boot_id, text, BOOT_ID_LEN);
	ret->boot_id[BOOT_ID_LEN] = '\0';
	return parse_pair(text + BOOT_ID_LEN + 1, len - BOOT_ID_LEN - 1,
	    &ret->boot_usec, &retention->uptime_usec);
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
		if (sample->uptime_usec > retention->uptime_usec)
			return -EBADMSG;
		retention->n++;
	}
	return p == end && retention->n > 0 ? 0 : -EBADMSG;
}

static int parse_file(const struct mxlog_buf *text, struct reading *reading,
    struct mxlog_retention *retention)
{
	const char *p = text->data, *end = p + text->len, *line;
	size_t len;

	if (text->len < sizeof(head) || memcmp(p, head, sizeof(head) - 1) != 0)
		return -EBADMSG;
	p += sizeof(head) - 1;
	if (!take_line(&p, end, &line, &len) ||
	    parse_reading(line, len, reading, retention) < 0)
		return -EBADMSG;
	return parse_samples(p, end, retention);
}

static int save_file(int state_fd, const struct mxlog_retention *retention,
    const struct mxlog_retention_clock *clock)
{
	struct mxlog_buf text = { 0 };
	int r;

	r = mxlog_buf_add(&text, head, sizeof(head) - 1);
	if (r == 0)
		r = mxlog_buf_printf(&text,
		    "%-36.36s %" PRId64 " %" PRId64 "\n", clock->boot_id,
		    clock->boot_usec, retention->uptime_usec);
	for (size_t i = 0; r == 0 && i < retention->n; i++)
		r = mxlog_buf_printf(&text, "%" PRId64 " %" PRId64 "\n",
		    retention->samples[i].wall_usec,
		    retention->samples[i].uptime_usec);
	if (r == 0)
		r = mxlog_fs_replace(state_fd, file_name, text.data, text.len);
	mxlog_buf_done(&text);
	return r;
}

/* ---- time passes ---- */

/* How long the machine ran since the last reading: what both clocks agree
 * on. */
static int64_t time_passed(const struct mxlog_retention *retention,
    const struct reading *reading, const struct mxlog_retention_clock *clock)
{
	const struct mxlog_retention_sample *last =
	    &retention->samples[retention->n - 1];
	int64_t wall = clock->wall_usec - last->wall_usec;
	int64_t boot = clock->boot_usec;

	if (clock->boot_id[0] != '\0' &&
	    strcmp(reading->boot_id, clock->boot_id) == 0)
		boot -= reading->boot_usec;
	return MAX(MIN(wall, boot), (int64_t)0);
}

/* The clock was ahead and was set right: what it showed did not happen. */
static void forget_future(struct mxlog_retention *retention, int64_t now)
{
	while (retention->n > 0 &&
	    retention->samples[retention->n - 1].wall_usec > now)
		retention->n--;
}

/* Add the sample of now; samples are thinned out, never the first. */
static void add_sample(struct mxlog_retention *retention, int64_t now)
{
	struct mxlog_retention_sample *samples = retention->samples;
	size_t n = retention->n;

	if (n > 2 && now - samples[n - 2].wall_usec < SAMPLE_STEP)
		n--;
	if (n == SAMPLES_MAX) {
		memmove(samples, samples + 1, (n - 1) * sizeof(*samples));
		n--;
	}
	samples[n] =
	    (struct mxlog_retention_sample){ now, retention->uptime_usec };
	retention->n = n + 1;
}

int mxlog_retention_load(int state_fd,
    const struct mxlog_retention_clock *clock, bool save,
    struct mxlog_retention *ret)
{
	struct mxlog_retention retention = { .now_usec = clock->wall_usec };
	struct reading reading = { 0 };
	struct mxlog_buf text = { 0 };
	int r;

	retention.samples = calloc(SAMPLES_MAX + 1, sizeof(*retention.samples));
	if (!retention.samples)
		return -ENOMEM;
	r = mxlog_fs_read_file(state_fd, file_name, FILE_MAX_LEN, &text);
	if (r == 0)
		r = parse_file(&text, &reading, &retention);
	mxlog_buf_done(&text);
	if (r == -ENOENT || r == -EBADMSG || r == -EFBIG) {
		retention.n = 0;
		retention.uptime_usec = 0;
		r = 0;
	}
	if (r == 0 && retention.n > 0)
		retention.uptime_usec +=
		    time_passed(&retention, &reading, clock);
	forget_future(&retention, clock->wall_usec);
	add_sample(&retention, clock->wall_usec);
	if (r == 0 && save)
		r = save_file(state_fd, &retention, clock);
	if (r < 0) {
		mxlog_retention_done(&retention);
		return r;
	}
	*ret = retention;
	return 0;
}
