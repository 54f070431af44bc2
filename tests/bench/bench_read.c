/* SPDX-License-Identifier: Apache-2.0 */
/* Make a log directory of a given size for bench_read.sh: canonical lines as a
 * machine writes them, over several days, in order of time with a few late ones.
 *
 * A few programs write most of it, by day more than at night. Some fifty others
 * hardly ever write, and then a burst of lines within minutes, as a nightly
 * backup or a failing disk does. Errors are rare, and most of them belong to
 * incidents: minutes in which one program fails again and again.
 *
 * usage: bench_read DIR MEGABYTES DAYS */
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/timestamp.h"
#include "base/ulid.h"
#include "store/segment.h"

#define FIRST_DAY INT64_C(20480) /* 2026-01-27 */

enum {
	FLUSH = 1024 * 1024,
	SEGMENT = 100 * 1000 * 1000,
	OPERATIONS = 8, /* of one program that run at once */
	RARE = 52,      /* programs that hardly ever write */
};

static uint64_t seed = 42;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static unsigned below(unsigned n)
{
	return (unsigned)(next_random() % n);
}

/* ---- who writes, and what ---- */

/* In a text %u is a small number, %x a hash, %i an address, %p a port, %w a
 * name, %t a task. */
struct program {
	const char *module, *function;
	unsigned share; /* of 1000 lines */
	const char *texts[5];
	const char *failure;
};

static const struct program programs[] = {
	{ "nginx.access", NULL, 340,
	    { "GET /api/v1/tasks/%t 200 %u", "GET /static/%x.js 304 0",
		"POST /api/v1/tasks 201 %u", "GET /health 200 2",
		"GET /users/%w/inbox?page=%u 200 %u" },
	    "upstream timed out while reading from %i" },
	{ "src.control_plane.queue", "transition", 190,
	    { "task %t moved from Inbox to Needs_Action",
		"task %t moved from Needs_Action to Done",
		"queue flushed in batch of %u entries",
		"heartbeat received from worker %u",
		"task %t claimed by worker %u" },
	    "task %t could not be moved: lease was lost" },
	{ "src.control_plane.state_machine", "apply", 130,
	    { "state of %t is now RUNNING", "state of %t is now DONE",
		"guard passed for %t in %u us", "snapshot %x written",
		"replayed %u events" },
	    "illegal transition of %t: DONE to RUNNING" },
	{ "sshd", NULL, 95,
	    { "Connection closed by invalid user %w %i port %p [preauth]",
		"Failed password for root from %i port %p ssh2",
		"Accepted publickey for %w from %i port %p ssh2",
		"Received disconnect from %i port %p:11: Bye Bye [preauth]",
		"pam_unix(sshd:session): session opened for user %w" },
	    "fatal: Timeout before authentication for %i port %p" },
	{ "systemd", NULL, 80,
	    { "Started session-%u.scope - Session %u of User %w.",
		"session-%u.scope: Deactivated successfully.",
		"Starting logrotate.service - Rotate log files...",
		"run-user-%u.mount: Deactivated successfully.",
		"Finished apt-daily.service - Daily apt activities." },
	    "worker@%u.service: Main process exited, code=killed" },
	{ "src.mcp_servers.mail", "poll", 70,
	    { "polled %u mailboxes in %u ms", "mail %x stored for %w",
		"attachment %x of %u bytes scanned",
		"connection to %i:993 reused", "no new mail for %w" },
	    "IMAP connection to %i lost" },
	{ "kernel", NULL, 45,
	    { "[UFW BLOCK] IN=eth0 SRC=%i DPT=%p PROTO=TCP",
		"eth0: link becomes ready",
		"audit: type=1400 profile=\"%w\" pid=%u",
		"perf: interrupt took too long (%u > 2500)",
		"nf_conntrack: table is %u entries" },
	    "blk_update_request: I/O error, dev sda, sector %u" },
	{ "cron", NULL, 30,
	    { "(root) CMD (run-parts /etc/cron.hourly)",
		"(%w) CMD (/usr/local/bin/sync-%u)",
		"pam_unix(cron:session): session opened for user %w",
		"pam_unix(cron:session): session closed for user %w",
		"(CRON) INFO (Running @reboot jobs)" },
	    "(%w) FAILED (exit status %u)" },
};

/* The long tail: one of these, with a number behind it. */
static const struct program rare_program = { NULL, "run", 0,
	{ "step %u of %u finished", "copied %u files to %i", "checked block %x",
	    "waiting for lock of %w", "%u objects left, %u done" },
	"step %u failed: no space left on device" };
static const char *const rare_modules[] = { "backup.nightly", "certbot.renew",
	"smartd", "src.skills.report", "postgres.vacuum", "apt.upgrade",
	"mdadm", "fstrim", "docker.prune", "src.migrations", "fwupd", "ntpd",
	"lvm" };

/* A program as it is at this moment. */
struct writer {
	const struct program *program;
	char module[48];
	char traces[OPERATIONS][MXLOG_ULID_LEN];
	unsigned left[OPERATIONS]; /* lines of the operation */
};

static struct writer writers[ARRAY_LEN(programs) + RARE];

/* What goes on besides the usual. */
static struct writer *bursting, *failing;
static unsigned burst_left, incident_left;

static void init_writers(void)
{
	for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
		struct writer *writer = &writers[i];
		size_t tail = i - ARRAY_LEN(programs);
		size_t names = ARRAY_LEN(rare_modules);

		if (i < ARRAY_LEN(programs)) {
			writer->program = &programs[i];
			(void)snprintf(writer->module, sizeof(writer->module),
			    "%s", programs[i].module);
			continue;
		}
		writer->program = &rare_program;
		(void)snprintf(writer->module, sizeof(writer->module),
		    tail < names ? "%s" : "%s.job%zu",
		    rare_modules[tail % names], tail / names);
	}
}

static struct writer *usual_writer(void)
{
	unsigned n = below(980);

	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		if (n < programs[i].share)
			return &writers[i];
		n -= programs[i].share;
	}
	return &writers[0];
}

/* Two lines in a hundred belong to bursts, one in a thousand to incidents. */
static struct writer *pick_writer(void)
{
	if (burst_left == 0 && below(20000) == 0) {
		bursting = &writers[ARRAY_LEN(programs) + below(RARE)];
		burst_left = 100 + below(600);
	}
	if (incident_left == 0 && below(200000) == 0) {
		failing = usual_writer();
		incident_left = 50 + below(300);
	}
	if (burst_left > 0 && below(2) == 0) {
		burst_left--;
		return bursting;
	}
	return usual_writer();
}

/* ---- a line ---- */

static void add_word(struct mxlog_buf *out, char kind)
{
	static const char *const names[] = { "alice", "bob", "carol", "deploy",
		"admin", "git", "oracle", "test", "ubuntu", "backup" };
	uint64_t n = next_random();

	switch (kind) {
	case 'i':
		(void)mxlog_buf_printf(out, "%u.%u.%u.%u",
		    45 + (unsigned)(n & 3), (unsigned)(n >> 8) % 256,
		    (unsigned)(n >> 16) % 256, (unsigned)(n >> 24) % 256);
		break;
	case 'p':
		(void)mxlog_buf_printf(out, "%u", 1024 + (unsigned)n % 60000);
		break;
	case 't':
		(void)mxlog_buf_printf(out, "task-%05u", (unsigned)n % 100000);
		break;
	case 'w':
		(void)mxlog_buf_printf(out, "%s", names[n % ARRAY_LEN(names)]);
		break;
	case 'x':
		(void)mxlog_buf_printf(out, "%012" PRIx64, n >> 16);
		break;
	default:
		(void)mxlog_buf_printf(out, "%u", (unsigned)n % 5000);
	}
}

static void add_text(struct mxlog_buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '%')
			add_word(out, *++text);
		else if (*text == '"')
			(void)mxlog_buf_add(out, LITERAL("\\\""));
		else
			(void)mxlog_buf_add_char(out, *text);
	}
}

static void add_message(struct mxlog_buf *out, const struct writer *writer,
    bool failed)
{
	/* The first texts of a program are its commonest. */
	unsigned which = MIN(below(5), below(5));

	add_text(out,
	    failed ? writer->program->failure : writer->program->texts[which]);
	if (below(50000) == 0)
		(void)mxlog_buf_printf(out, " checksum mismatch in block");
	if (below(20) == 0)
		(void)mxlog_buf_printf(out, " Timeout after 30 s");
}

static const char *pick_level(bool failed)
{
	unsigned n = below(1000);

	if (failed)
		return n < 60 ? "CRITICAL" : "ERROR";
	return n < 150 ? "DEBUG"
	    : n < 970  ? "INFO"
	    : n < 999  ? "WARNING"
		       : "ERROR";
}

/* The trace of one of the program's operations, which has some lines. */
static const char *pick_trace(struct writer *writer, int64_t time_usec)
{
	unsigned which = below(OPERATIONS);
	struct mxlog_ulid id;

	if (writer->left[which]-- == 0) {
		id.hi =
		    (uint64_t)(time_usec / 1000) << 16 | (next_random() >> 48);
		id.lo = next_random();
		mxlog_ulid_format(writer->traces[which], &id);
		writer->left[which] = below(12);
	}
	return writer->traces[which];
}

static void add_rest(struct mxlog_buf *out, const struct writer *writer,
    bool failed)
{
	if (writer->program->function)
		(void)mxlog_buf_printf(out,
		    ",\"context\":{\"task_id\":\"task-%05u\",\"from_state\":"
		    "\"Inbox\",\"actor\":\"system\",\"attempt\":%u}",
		    below(100000), below(5));
	else
		(void)mxlog_buf_printf(out,
		    ",\"context\":{\"hostname\":\"web1\",\"facility\":"
		    "\"daemon\",\"unit\":\"%s.service\"}",
		    writer->module);
	if (below(4) == 0)
		(void)mxlog_buf_printf(out, ",\"duration_ms\":%u.%u",
		    below(failed ? 30000 : 900), 1 + below(9));
	if (failed)
		(void)mxlog_buf_printf(out, ",\"tags\":[\"critical_path\"]");
	else if (writer->program == &programs[1] && below(3) == 0)
		(void)mxlog_buf_printf(out, ",\"tags\":[\"state_transition\"]");
	(void)mxlog_buf_printf(out, ",\"process_id\":\"%u\"}\n",
	    700 + (unsigned)(writer - writers) * 13);
}

static void add_line(struct mxlog_buf *out, int64_t time_usec)
{
	struct writer *writer = pick_writer();
	char time[MXLOG_TIMESTAMP_LEN];
	bool failed = false;

	if (incident_left > 0 && below(4) == 0) {
		incident_left--;
		writer = failing;
		failed = true;
	}
	mxlog_timestamp_format(time, time_usec);
	(void)mxlog_buf_printf(out,
	    "{\"trace_id\":\"%.26s\",\"timestamp\":\"%.27s\",\"level\":\"%s\","
	    "\"module\":\"%s\",",
	    pick_trace(writer, time_usec), time, pick_level(failed),
	    writer->module);
	if (writer->program->function)
		(void)mxlog_buf_printf(out,
		    "\"function\":\"%s\",\"line_number\":%u,",
		    writer->program->function, 40 + below(30) * 11);
	(void)mxlog_buf_printf(out, "\"message\":\"");
	add_message(out, writer, failed);
	(void)mxlog_buf_add_char(out, '"');
	add_rest(out, writer, failed);
}

/* ---- files ---- */

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

/* When the given share of a day's lines is written: at noon four times as
 * often as at midnight. */
static int64_t time_of(double share)
{
	double at = share;

	/* share = at - 0.6 sin(2 pi at) / 2 pi, by Newton. */
	for (int i = 0; i < 8; i++)
		at -= (at - 0.6 * sin(2 * M_PI * at) / (2 * M_PI) - share) /
		    (1 - 0.6 * cos(2 * M_PI * at));
	return (int64_t)(at * 0.999 * (double)USEC_PER_DAY);
}

static void make_day(int dir, int64_t day, uint64_t bytes)
{
	int64_t start = (FIRST_DAY + day) * USEC_PER_DAY;
	struct mxlog_buf out = { 0 };
	uint64_t done = 0, in_segment = 0;
	uint32_t number = 0;
	int fd = open_segment(dir, day, 0);

	while (fd >= 0 && done < bytes) {
		int64_t at =
		    time_of(MIN((double)(done + out.len) / (double)bytes, 1.0));

		if (below(500) == 0)
			at = MAX(at - below(1000) * USEC_PER_SEC,
			    INT64_C(0)); /* late */
		add_line(&out, start + at);
		if (out.len < FLUSH && done + out.len < bytes)
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
	init_writers();
	for (int64_t day = 0; day < days; day++)
		make_day(dir, day, bytes / (uint64_t)days);
	return EXIT_SUCCESS;
}
