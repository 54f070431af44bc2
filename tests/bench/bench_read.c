/* SPDX-License-Identifier: Apache-2.0 */
/* Make a log directory of a given size for bench_read.sh: canonical lines as a
 * control plane and some daemons write them, over several days, in order of
 * time with a few late ones.
 *
 * usage: bench_read DIR MEGABYTES DAYS */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fs.h"
#include "segment.h"
#include "timestamp.h"
#include "ulid.h"

#define FIRST_DAY INT64_C(20480) /* 2026-01-27 */

enum {
	FLUSH = 1024 * 1024,
	SEGMENT = 100 * 1000 * 1000,
};

static uint64_t seed = 42;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static const char *pick(const char *const *words, size_t n)
{
	return words[next_random() % n];
}

static void add_message(struct mxlog_buf *out)
{
	static const char *const words[] = { "task", "transitioned", "to",
		"Needs_Action", "session", "opened", "for", "user", "alice",
		"connection", "from", "10.0.0.17", "port", "52144", "queue",
		"flushed", "in", "batch", "of", "128", "entries", "disk",
		"usage", "at", "retry", "scheduled", "worker", "idle",
		"heartbeat", "received", "cache", "miss", "key", "lookup" };
	size_t n = 4 + next_random() % 10;

	for (size_t i = 0; i < n; i++)
		(void)mxlog_buf_printf(out, "%s%s", i ? " " : "",
		    pick(words, ARRAY_LEN(words)));
	if (next_random() % 50000 == 0)
		(void)mxlog_buf_printf(out, " checksum mismatch in block");
	if (next_random() % 20 == 0)
		(void)mxlog_buf_printf(out, " Timeout after 30 s");
}

static const char *level(void)
{
	uint64_t n = next_random() % 1000;

	return n < 250 ? "DEBUG"
	    : n < 900  ? "INFO"
	    : n < 970  ? "WARNING"
	    : n < 998  ? "ERROR"
		       : "CRITICAL";
}

static void add_line(struct mxlog_buf *out, int64_t time_usec, char *trace)
{
	static const char *const modules[] = {
		"src.control_plane.state_machine", "src.control_plane.queue",
		"src.mcp_servers.mail", "sshd", "kernel", "systemd",
		"nginx.access", "src.skills.report"
	};
	char time[MXLOG_TIMESTAMP_LEN];
	uint64_t n = next_random();

	if (n % 8 == 0) {
		struct mxlog_ulid id = {
			.hi = (uint64_t)(time_usec / 1000) << 16 | (n >> 48),
			.lo = next_random()
		};

		mxlog_ulid_format(trace, &id);
	}
	mxlog_timestamp_format(time, time_usec);
	(void)mxlog_buf_printf(out,
	    "{\"trace_id\":\"%.26s\",\"timestamp\":\"%.27s\",\"level\":\"%s\","
	    "\"module\":\"%s\",\"function\":\"transition\",\"line_number\":"
	    "%u,\"message\":\"",
	    trace, time, level(), pick(modules, ARRAY_LEN(modules)),
	    (unsigned)(n >> 8) % 900);
	add_message(out);
	(void)mxlog_buf_printf(out,
	    "\",\"context\":{\"task_id\":\"task-%05u\",\"from_state\":"
	    "\"Inbox\",\"actor\":\"system\",\"attempt\":%u}",
	    (unsigned)(n >> 20) % 100000, (unsigned)(n >> 40) % 5);
	if (n % 4 == 1)
		(void)mxlog_buf_printf(out, ",\"duration_ms\":%u.%u",
		    (unsigned)(n >> 30) % 5000, (unsigned)(n >> 50) % 100);
	if (n % 16 == 3)
		(void)mxlog_buf_printf(out, ",\"tags\":[\"%s\"]",
		    n % 256 == 3 ? "critical_path" : "state_transition");
	(void)mxlog_buf_printf(out, ",\"process_id\":\"%u\"}\n",
	    (unsigned)(n >> 44) % 4000);
}

static int open_segment(int dir, int64_t day, uint32_t number)
{
	struct mxlog_segment_name name = { .day = (int32_t)(FIRST_DAY + day),
		.number = number };
	char text[MXLOG_SEGMENT_NAME_MAX];

	mxlog_segment_format(text, &name);
	return openat(dir, text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);
}

static void fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void make_day(int dir, int64_t day, uint64_t bytes)
{
	int64_t start = (FIRST_DAY + day) * USEC_PER_DAY;
	char trace[MXLOG_ULID_LEN] = "01HQ8Z9X0ABCDEFGHJKMNPQRST";
	struct mxlog_buf out = { 0 };
	uint64_t done = 0, in_segment = 0;
	uint32_t number = 0;
	int fd = open_segment(dir, day, 0);

	while (fd >= 0 && done < bytes) {
		int64_t at = (int64_t)((double)done / (double)bytes *
		    (double)USEC_PER_DAY * 0.999);

		if (next_random() % 500 == 0)
			at = at / 2; /* late */
		add_line(&out, start + at, trace);
		if (out.len < FLUSH)
			continue;
		if (mxlog_fs_write_all(fd, out.data, out.len) < 0)
			fail("write");
		done += out.len;
		in_segment += out.len;
		out.len = 0;
		if (in_segment < SEGMENT)
			continue;
		(void)close(fd);
		fd = open_segment(dir, day, ++number);
		in_segment = 0;
	}
	if (fd < 0)
		fail("segment");
	(void)close(fd);
	mxlog_buf_done(&out);
}

int main(int argc, char **argv)
{
	uint64_t bytes;
	int64_t days;
	int dir;

	if (argc != 4) {
		(void)fprintf(stderr,
		    "usage: bench_read DIR MEGABYTES DAYS (see "
		    "bench_read.sh)\n");
		return EXIT_FAILURE;
	}
	bytes = strtoull(argv[2], NULL, 10) * 1000 * 1000;
	days = strtol(argv[3], NULL, 10);
	if (mxlog_fs_open_dir(argv[1], true, &dir) < 0 || days < 1)
		fail(argv[1]);
	for (int64_t day = 0; day < days; day++)
		make_day(dir, day, bytes / (uint64_t)days);
	return EXIT_SUCCESS;
}
