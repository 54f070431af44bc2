/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/timestamp.h"
#include "base/ulid.h"

uint64_t lines_random(struct lines *lines)
{
	uint64_t x = lines->seed ? lines->seed : 88172645463325252;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	lines->seed = x;
	return x;
}

static const char *const modules[] = { "sshd", "systemd", "kernel",
	"nginx.access", "src.control_plane.queue", "src.control_plane.state",
	"cron", "postfix.smtpd", "app.worker", "app.api.http" };

static const char *const levels[] = { "DEBUG", "INFO", "INFO", "INFO", "INFO",
	"INFO", "INFO", "WARNING", "ERROR", "CRITICAL" };

static void add_message(struct lines *lines, struct mxlog_buf *out)
{
	uint64_t a = lines_random(lines), b = lines_random(lines);

	switch (a % 7) {
	case 0:
		(void)mxlog_buf_printf(out,
		    "Failed password for invalid user admin%" PRIu64
		    " from 10.%" PRIu64 ".%" PRIu64 ".%" PRIu64 " port %" PRIu64
		    " ssh2",
		    b % 100, b % 4, b / 7 % 256, b / 11 % 256,
		    1024 + b % 60000);
		break;
	case 1:
		(void)mxlog_buf_printf(out,
		    "GET /api/v1/items/%" PRIx64 " 200 %" PRIu64 " bytes", b,
		    b % 5000);
		break;
	case 2:
		(void)mxlog_buf_printf(out,
		    "Started Session %" PRIu64 " of user root.", a % 100000);
		break;
	case 3:
		(void)mxlog_buf_printf(out,
		    "task-%05" PRIu64
		    " moved from Inbox to \\\"Needs Action\\\"",
		    b % 100000);
		break;
	case 4:
		(void)mxlog_buf_printf(out,
		    "connection to db%" PRIu64 " timed out after %" PRIu64
		    " ms, retrying",
		    b % 5, b % 30000);
		break;
	case 5:
		(void)mxlog_buf_printf(out,
		    "Größe überschritten: %" PRIu64 " MB\\nzweite Zeile",
		    b % 900);
		break;
	default:
		(void)mxlog_buf_printf(out,
		    "EXT4-fs (sda%" PRIu64
		    "): mounted filesystem with ordered data mode",
		    b % 4);
		break;
	}
}

static void add_head(struct lines *lines, struct mxlog_buf *out)
{
	char id[MXLOG_ULID_LEN], time[MXLOG_TIMESTAMP_LEN];
	struct mxlog_ulid ulid;

	lines->time_usec += (int64_t)(lines_random(lines) % 40000) + 1;
	ulid.hi = (uint64_t)(lines->time_usec / 1000) << 16 |
	    (lines_random(lines) & 0xffff);
	ulid.lo = lines_random(lines);
	mxlog_ulid_format(id, &ulid);
	mxlog_timestamp_format(time, lines->time_usec);
	(void)mxlog_buf_printf(out,
	    "{\"trace_id\":\"%.26s\",\"timestamp\":\"%.27s\",", id, time);
}

void lines_add(struct lines *lines, struct mxlog_buf *out)
{
	uint64_t x = lines_random(lines);
	const char *module = modules[x % ARRAY_LEN(modules)];

	add_head(lines, out);
	(void)mxlog_buf_printf(out, "\"level\":\"%s\",\"module\":\"%s\"",
	    levels[x / 16 % ARRAY_LEN(levels)], module);
	if (x / 256 % 4 == 0)
		(void)mxlog_buf_printf(out,
		    ",\"function\":\"transition\",\"line_number\":%" PRIu64,
		    x / 1024 % 1000);
	(void)mxlog_buf_printf(out, ",\"message\":\"");
	add_message(lines, out);
	(void)mxlog_buf_printf(out,
	    "\",\"context\":{\"host\":\"web%" PRIu64
	    "\",\"facility\":\"daemon\""
	    ",\"syslog_severity\":6,\"pid\":%" PRIu64 "}",
	    x / 4096 % 3, x / 4096 % 32768);
	if (x / 512 % 8 == 0)
		(void)mxlog_buf_printf(out,
		    ",\"duration_ms\":%" PRIu64 ".%" PRIu64
		    ",\"tags\":[\"performance\",\"t%" PRIu64 "\"]",
		    x / 64 % 1000, x % 10, x / 64 % 20);
	(void)mxlog_buf_printf(out, ",\"process_id\":\"%" PRIu64 "\"}\n",
	    x / 4096 % 32768);
	if (!out->data)
		abort();
	lines->n++;
}

void lines_add_metric(struct lines *lines, struct mxlog_buf *out)
{
	uint64_t x = lines_random(lines);

	add_head(lines, out);
	(void)mxlog_buf_printf(out,
	    "\"metric_name\":\"queue.depth%" PRIu64
	    "\",\"metric_type\":\"GAUGE\",\"value\":%" PRIu64
	    ".5,\"unit\":\"items\",\"tags\":{\"host\":\"web%" PRIu64 "\"}}\n",
	    x % 5, x / 8 % 1000, x / 8192 % 3);
	lines->n++;
}

void lines_fill(struct lines *lines, size_t len, struct mxlog_buf *out)
{
	while (out->len < len)
		lines_add(lines, out);
}
