/* SPDX-License-Identifier: Apache-2.0 */
/* bench_writer [ENTRIES [BATCH [sync]]]: how fast one writer stores entries as
 * a syslog message gives them. Instructions per entry:
 *
 *	valgrind --tool=callgrind --toggle-collect=write_entries \
 *	    bench_writer 20000 100
 */
#include <mxlog/writer.h>

#include <stdio.h>
#include <time.h>

#include "base/number.h"
#include "base/timestamp.h"
#include "config/config_private.h"
#include "scratch.h"

static double now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int set(struct mxlog_entry *entry, enum mxlog_field field,
    const char *text)
{
	return mxlog_entry_set(entry, field, text, strlen(text));
}

enum {
	MESSAGES = 64,
};

struct messages {
	char text[MESSAGES][96];
	size_t len[MESSAGES];
};

static void make_messages(struct messages *messages)
{
	for (int i = 0; i < MESSAGES; i++) {
		int len = snprintf(messages->text[i], sizeof(messages->text[i]),
		    "Accepted publickey for alice from 203.0.113.%d port %d ssh2",
		    i, 40000 + 97 * i);

		messages->len[i] = len > 0 ? (size_t)len : 0;
	}
}

static int add(struct mxlog_writer *writer, struct mxlog_entry *entry,
    const char *message, size_t len)
{
	mxlog_entry_reset(entry);
	mxlog_entry_set_time(entry, mxlog_timestamp_now());
	(void)set(entry, MXLOG_FIELD_MODULE, "sshd");
	(void)set(entry, MXLOG_FIELD_PROCESS_ID, "4711");
	(void)mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message, len);
	(void)mxlog_entry_add_context(entry, LITERAL("hostname"),
	    LITERAL("web-1"));
	(void)mxlog_entry_add_context(entry, LITERAL("syslog_facility"),
	    LITERAL("authpriv"));
	(void)mxlog_entry_add_context_int(entry, LITERAL("syslog_severity"), 6);
	return mxlog_writer_add(writer, entry);
}

int write_entries(struct mxlog_writer *writer, struct mxlog_entry *entry,
    int entries, int batch);

/* Not static: callgrind is told its name. */
int write_entries(struct mxlog_writer *writer, struct mxlog_entry *entry,
    int entries, int batch)
{
	struct messages messages;
	int r = 0;

	make_messages(&messages);
	for (int i = 1; i <= entries && r == 0; i++) {
		r = add(writer, entry, messages.text[i % MESSAGES],
		    messages.len[i % MESSAGES]);
		if (r == 0 && (i % batch == 0 || i == entries))
			r = mxlog_writer_commit(writer);
	}
	return r;
}

static int run(const char *dir, int entries, int batch, enum mxlog_sync sync)
{
	struct mxlog_writer_options options = { .size = sizeof(options) };
	struct mxlog_config *config = NULL;
	struct mxlog_writer *writer = NULL;
	struct mxlog_entry *entry = NULL;
	struct mxlog_writer_stats stats;
	struct mxlog_error error = { 0 };
	double start;
	int r;

	options.sync = sync;
	r = mxlog_config_new(&config);
	if (r == 0)
		r = mxlog_config_set(config, "log_dir", dir, &error);
	if (r == 0)
		r = mxlog_config_set(config, "oldest_days", "0", &error);
	if (r == 0)
		r = mxlog_writer_open(config, &options, &writer, &error);
	if (r == 0)
		r = mxlog_entry_new(&entry);
	if (r == 0) {
		start = now();
		r = write_entries(writer, entry, entries, batch);
		mxlog_writer_get_stats(writer, &stats);
		printf("%d entries in batches of %d: %.0f entries/s, "
		       "%.0f ns and %.0f bytes each\n",
		    entries, batch, entries / (now() - start),
		    (now() - start) / entries * 1e9,
		    (double)stats.bytes / entries);
	}
	if (r < 0)
		fprintf(stderr, "bench_writer: %s %s\n", strerror(-r),
		    error.text);
	(void)mxlog_writer_close(writer);
	mxlog_entry_free(entry);
	mxlog_config_free(config);
	return r;
}

int main(int argc, char **argv)
{
	uint64_t numbers[2] = { 1000000, 100 };
	char *dir;
	int r;

	for (int i = 0; i < 2 && i + 1 < argc; i++) {
		r = mxlog_number_parse_u64(argv[i + 1], strlen(argv[i + 1]),
		    &numbers[i]);
		if (r < 0 || numbers[i] == 0 || numbers[i] > INT32_MAX) {
			fprintf(stderr,
			    "usage: bench_writer [ENTRIES [BATCH [sync]]]\n");
			return 2;
		}
	}
	dir = scratch_new();
	r = run(dir, (int)numbers[0], (int)numbers[1],
	    argc > 3 ? MXLOG_SYNC_BATCH : MXLOG_SYNC_NONE);
	scratch_done(dir);
	return r < 0 ? 1 : 0;
}
