/* SPDX-License-Identifier: Apache-2.0 */
/* What redaction costs an entry.
 *
 * usage: bench_redact [file of lines] [rounds]
 * The lines become messages of entries as a syslog converter makes them. To
 * count instructions:
 *   valgrind --tool=callgrind --toggle-collect=mxlog_redact_entry \
 *       build/release/tests/bench_redact FILE 1 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "redact/redact.h"

static const char *const samples[] = {
	"Accepted publickey for deploy from 10.1.2.3 port 52314 ssh2: RSA "
	"SHA256:3v1d6nP0kq2bJb7o1XyXr8c3m5ZxQ4b9c0d2e4f6g8h",
	"pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
	"GET /api/v1/orders/48213?expand=items,customer HTTP/1.1 200 5123 "
	"\"https://shop.example.com/orders\" \"Mozilla/5.0 (X11; Linux x86_64)\" "
	"rt=0.043 uct=0.001 uht=0.042 urt=0.042 upstream=10.0.3.17:8080",
	"Started Session 4211 of user deploy.",
	"kernel: [12345.678901] eth0: renamed from veth3f2a1c9, link becomes "
	"ready, 1000 Mbps full duplex, flow control rx/tx",
	"Task transitioned successfully: task-001 from Inbox to Needs_Action "
	"after 145.32 ms, 3 retries, queue depth 17, worker 4 of 8",
};

static void fill(struct mxlog_entry *entry, const char *line, size_t len)
{
	mxlog_entry_reset(entry);
	(void)mxlog_entry_set(entry, MXLOG_FIELD_MODULE,
	    LITERAL("systemd-logind"));
	(void)mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, line, len);
	(void)mxlog_entry_set(entry, MXLOG_FIELD_PROCESS_ID, LITERAL("2417"));
	(void)mxlog_entry_add_context(entry, LITERAL("hostname"),
	    LITERAL("web-03.example.com"));
	(void)mxlog_entry_add_context(entry, LITERAL("syslog_facility"),
	    LITERAL("authpriv"));
	(void)mxlog_entry_add_context_int(entry, LITERAL("syslog_severity"), 6);
	(void)mxlog_entry_add_context(entry, LITERAL("received_from"),
	    LITERAL("/run/systemd/journal/syslog"));
	(void)mxlog_entry_add_context_json(entry, LITERAL("structured_data"),
	    LITERAL("{\"origin\":{\"software\":\"rsyslogd\",\"swVersion\":"
		    "\"8.2302.0\"},\"meta\":{\"sequenceId\":\"48121\"}}"));
}

struct totals {
	uint64_t entries, bytes;
	int64_t nsec;
};

static int64_t now_nsec(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void run(struct mxlog_redactor *redactor, struct mxlog_entry *entry,
    const char *line, size_t len, struct totals *totals)
{
	int64_t before;

	fill(entry, line, len);
	before = now_nsec();
	if (mxlog_redact_entry(redactor, entry) < 0)
		abort();
	totals->nsec += now_nsec() - before;
	totals->entries++;
	totals->bytes += entry->bytes.len;
}

static void run_file(struct mxlog_redactor *redactor, struct mxlog_entry *entry,
    const char *path, struct totals *totals)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (!file) {
		perror(path);
		return;
	}
	while ((n = getline(&line, &size, file)) > 0)
		run(redactor, entry, line, (size_t)n - (line[n - 1] == '\n'),
		    totals);
	free(line);
	(void)fclose(file);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
	struct mxlog_redactor *redactor;
	struct mxlog_entry *entry;
	struct mxlog_redact_stats stats;
	struct totals totals = { 0 };

	if (mxlog_redactor_new(NULL, 0, "***REDACTED***", &redactor, NULL) <
		0 ||
	    mxlog_entry_new(&entry) < 0)
		abort();
	for (unsigned long i = 0; i < rounds; i++) {
		if (argc > 1)
			run_file(redactor, entry, argv[1], &totals);
		for (size_t j = 0; argc <= 1 && j < ARRAY_LEN(samples); j++)
			run(redactor, entry, samples[j], strlen(samples[j]),
			    &totals);
	}
	mxlog_redactor_get_stats(redactor, &stats);
	printf("%lu entries of %.0f bytes: %.0f ns each, %lu replacements\n",
	    (unsigned long)totals.entries,
	    (double)totals.bytes / (double)totals.entries,
	    (double)totals.nsec / (double)totals.entries,
	    (unsigned long)stats.redactions);
	mxlog_entry_free(entry);
	mxlog_redactor_free(redactor);
	return EXIT_SUCCESS;
}
