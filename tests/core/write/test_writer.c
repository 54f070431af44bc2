/* SPDX-License-Identifier: Apache-2.0 */
#include "write/writer_private.h"

#include <mxlog/archive.h>
#include <mxlog/reader.h>

#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "config/config_private.h"
#include "config_of.h"
#include "inject.h"
#include "scratch.h"
#include "starve.h"
#include "suite.h"

#define LOG       "2024-01-28.log"
#define SEGMENT_1 "2024-01-28.1.log"

static const char ID[] = "01HQ8Z9X0ABCDEFGHJKMNPQRST";
static const int64_t TIME = 19750 * USEC_PER_DAY;

static struct mxlog_writer *open_writer(const char *dir, const char *yaml)
{
	static const struct mxlog_writer_options options = {
		.size = sizeof(options),
		.actor = "tester",
	};
	struct mxlog_config *config = config_of(dir, yaml);
	struct mxlog_writer *writer = NULL;
	struct mxlog_error error = { 0 };

	ck_assert_msg(mxlog_writer_open(config, &options, &writer, &error) == 0,
	    "%s", error.text);
	mxlog_config_free(config);
	return writer;
}

static struct mxlog_entry *new_entry(const char *module, const char *message)
{
	struct mxlog_entry *entry = NULL;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	mxlog_entry_set_time(entry, TIME);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MODULE, module,
			     strlen(module)),
	    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message,
			     strlen(message)),
	    0);
	return entry;
}

static void add(struct mxlog_writer *writer, const char *module,
    enum mxlog_level level, const char *message)
{
	struct mxlog_entry *entry = new_entry(module, message);

	mxlog_entry_set_level(entry, level);
	ck_assert_int_eq(mxlog_writer_add(writer, entry), 0);
	mxlog_entry_free(entry);
}

static void add_in_trace(struct mxlog_writer *writer, int64_t time)
{
	struct mxlog_entry *entry = new_entry("m", "x");

	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID, ID,
			     strlen(ID)),
	    0);
	mxlog_entry_set_time(entry, time);
	ck_assert_int_eq(mxlog_writer_add(writer, entry), 0);
	mxlog_entry_free(entry);
}

/* How often `part` stands in the file. */
static size_t count(const char *dir, const char *name, const char *part)
{
	struct mxlog_buf buf = { 0 };
	size_t n = 0;

	if (!scratch_read(dir, name, &buf))
		return 0;
	ck_assert_int_eq(mxlog_buf_add_char(&buf, '\0'), 0);
	for (const char *at = buf.data; (at = strstr(at, part)); at++)
		n++;
	mxlog_buf_done(&buf);
	return n;
}

START_TEST(an_entry_becomes_a_line_when_the_batch_is_committed)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir, "");
	struct mxlog_writer_stats stats;
	const char *name = NULL;
	uint64_t size = 0;

	add(writer, "systemd-logind", MXLOG_INFO, "hello");
	ck_assert_uint_gt(mxlog_writer_pending(writer), 0);
	ck_assert(!scratch_exists(dir, LOG));
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "\n"), 1);
	ck_assert_uint_eq(count(dir, LOG, "\"module\":\"systemd_logind\""), 1);

	mxlog_writer_get_stats(writer, &stats);
	ck_assert_uint_eq(stats.entries, 1);
	ck_assert_int_eq(mxlog_writer_get_segment(writer, 0, &name, &size), 1);
	ck_assert_str_eq(name, LOG);
	ck_assert_uint_eq(size, stats.bytes);
	ck_assert_int_eq(mxlog_writer_get_segment(writer, 1, &name, &size), 0);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	scratch_done(dir);
}
END_TEST

START_TEST(a_metric_goes_to_its_own_file)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir, "level: CRITICAL\n");
	struct mxlog_metric *metric = NULL;
	const char *name = NULL;
	uint64_t size = 0;

	ck_assert_int_eq(mxlog_metric_new(&metric), 0);
	ck_assert_int_eq(mxlog_metric_set_name(metric, "queue.depth", 11), 0);
	mxlog_metric_set_time(metric, TIME);
	ck_assert_int_eq(mxlog_writer_add_metric(writer, metric), 0);
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_uint_eq(count(dir, "metrics/2024-01-28.metrics.log",
			      "\"metric_name\":\"queue.depth\""),
	    1);
	ck_assert_int_eq(mxlog_writer_get_segment(writer, 0, &name, &size), 1);
	ck_assert_str_eq(name, "metrics/2024-01-28.metrics.log");
	mxlog_metric_free(metric);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	scratch_done(dir);
}
END_TEST

START_TEST(each_module_is_filtered_by_its_longest_prefix)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir,
	    "level: WARNING\n"
	    "module_levels:\n"
	    "  app: ERROR\n"
	    "  app.db: INFO\n");
	struct mxlog_writer_stats stats;

	add(writer, "app", MXLOG_WARNING, "no");
	add(writer, "app.db", MXLOG_INFO, "yes");
	add(writer, "app.db.pool", MXLOG_INFO, "yes");
	add(writer, "app.dbx", MXLOG_WARNING, "no");
	add(writer, "other", MXLOG_WARNING, "yes");
	add(writer, "other", MXLOG_INFO, "no");
	add(writer, "app.db", MXLOG_DEBUG, "no");
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "\"yes\""), 3);
	ck_assert_uint_eq(count(dir, LOG, "\"no\""), 0);
	mxlog_writer_get_stats(writer, &stats);
	ck_assert_uint_eq(stats.entries, 3);
	ck_assert_uint_eq(stats.dropped[0], 1);
	ck_assert_uint_eq(stats.dropped[1], 1);
	ck_assert_uint_eq(stats.dropped[2], 2);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	scratch_done(dir);
}
END_TEST

static char *todays_log(void)
{
	static char name[32];
	time_t now = time(NULL);
	struct tm tm;

	(void)strftime(name, sizeof(name), "%Y-%m-%d.log", gmtime_r(&now, &tm));
	return name;
}

/* An exception whose level is the transport's, or named. */
static void add_exception(struct mxlog_writer *writer, bool named)
{
	struct mxlog_entry *entry = new_entry("m", "failed");
	struct mxlog_exception *exception = NULL;

	ck_assert_int_eq(mxlog_exception_new(LITERAL("OSError"), LITERAL("no"),
			     &exception),
	    0);
	ck_assert_int_eq(mxlog_entry_take_exception(entry, &exception), 0);
	mxlog_entry_set_default_level(entry, MXLOG_INFO);
	if (named)
		mxlog_entry_set_level(entry, MXLOG_INFO);
	ck_assert_int_eq(mxlog_writer_add(writer, entry), 0);
	mxlog_entry_free(entry);
}

START_TEST(an_exception_without_a_level_of_its_own_is_an_error)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir, "level: WARNING\n");

	add_exception(writer, false);
	add_exception(writer, true);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "\n"), 1);
	ck_assert_uint_eq(count(dir, LOG, "\"level\":\"ERROR\""), 1);
	ck_assert_uint_eq(count(dir, LOG, "\"original_level\":\"INFO\""), 1);
	scratch_done(dir);

	dir = scratch_new();
	writer = open_writer(dir, "exception_level: DEBUG\n");
	add_exception(writer, false);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "\"level\":\"INFO\""), 1);
	ck_assert_uint_eq(count(dir, LOG, "original_level"), 0);
	scratch_done(dir);
}
END_TEST

START_TEST(an_audit_entry_passes_every_filter)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir, "level: CRITICAL\n");

	ck_assert_int_eq(mxlog_writer_add_audit(writer, MXLOG_INFO, "deleted",
			     "success", "Deleted archive: 2026-01-01.log.gz"),
	    0);
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_uint_eq(
	    count(dir, todays_log(),
		"\"context\":{\"action\":\"deleted\",\"actor\":"
		"\"tester\",\"result\":\"success\",\"mxlog_own\":true}"),
	    1);
	ck_assert_uint_eq(count(dir, todays_log(), "\"level\":\"INFO\""), 1);
	ck_assert_int_eq(mxlog_writer_add_audit_with(writer, MXLOG_WARNING,
			     "journal_gap", "lost", "m", "journal_id",
			     "0a1219c7-1..2"),
	    0);
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_uint_eq(
	    count(dir, todays_log(),
		"\"result\":\"lost\","
		"\"journal_id\":\"0a1219c7-1..2\",\"mxlog_own\":true}"),
	    1);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	scratch_done(dir);
}
END_TEST

START_TEST(no_secret_reaches_the_disk)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer =
	    open_writer(dir, "secret_patterns: ['hunter[0-9]+']\n");
	struct mxlog_writer_stats stats;

	add(writer, "m", MXLOG_INFO, "the word is hunter2");
	add(writer, "hunter22", MXLOG_INFO, "x");
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "\n"), 2);
	ck_assert_uint_eq(count(dir, LOG, "hunter2"), 0);
	mxlog_writer_get_stats(writer, &stats);
	ck_assert_uint_ge(stats.redactions, 2);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	scratch_done(dir);
}
END_TEST

START_TEST(a_failed_batch_is_kept_and_stored_once)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir, "");
	struct mxlog_writer_stats stats;
	size_t pending;

	add_in_trace(writer, TIME);
	add_in_trace(writer, TIME + 1);
	pending = mxlog_writer_pending(writer);
	inject(INJECT_FAIL, INJECT_WRITE, 1, ENOSPC);
	ck_assert_int_eq(mxlog_writer_commit(writer), -ENOSPC);
	ck_assert(inject_done());
	ck_assert_uint_eq(mxlog_writer_pending(writer), pending);
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "\n"), 2);
	mxlog_writer_get_stats(writer, &stats);
	ck_assert_uint_eq(stats.entries, 2);
	ck_assert_uint_eq(stats.bytes, pending);
	ck_assert_uint_eq(stats.failures, 1);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	scratch_done(dir);
}
END_TEST

START_TEST(what_is_rolled_back_and_comes_again_is_not_moved)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir, "");

	add_in_trace(writer, TIME);
	add_in_trace(writer, TIME + 1);
	mxlog_writer_rollback(writer);
	ck_assert_uint_eq(mxlog_writer_pending(writer), 0);
	add_in_trace(writer, TIME);
	add_in_trace(writer, TIME + 1);
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "\n"), 2);
	ck_assert_uint_eq(count(dir, LOG, "original_timestamp"), 0);
	/* And what was stored counts. */
	mxlog_writer_rollback(writer);
	add_in_trace(writer, TIME + 1);
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "original_timestamp"), 1);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	scratch_done(dir);
}
END_TEST

START_TEST(a_filtered_entry_moves_nobody)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir,
	    "level: INFO\nmodule_levels: {n: DEBUG, m: WARNING}\n");

	add_in_trace(writer, TIME + 10); /* m, INFO */
	ck_assert_uint_eq(mxlog_writer_pending(writer), 0);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	writer = open_writer(dir, "");
	add_in_trace(writer, TIME);
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "original_timestamp"), 0);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	scratch_done(dir);
}
END_TEST

START_TEST(a_reload_takes_new_rules_whole_or_not_at_all)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir, "level: ERROR\n");
	struct mxlog_config *config;
	struct mxlog_error error = { 0 };
	char *good, bad[] = "(";
	struct mxlog_writer_stats stats;

	add(writer, "m", MXLOG_INFO, "before");
	add(writer, "m", MXLOG_ERROR, "pending");

	config = config_of("/elsewhere", "level: DEBUG\n");
	ck_assert_int_eq(mxlog_writer_reload(writer, config, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "/elsewhere"));
	mxlog_config_free(config);

	config = config_of(dir, "level: DEBUG\nsecret_patterns: [abc]\n");
	/* As if it did not compile here. */
	good = config->secret_patterns[0];
	config->secret_patterns[0] = bad;
	ck_assert_int_eq(mxlog_writer_reload(writer, config, &error), -EINVAL);
	config->secret_patterns[0] = good;
	add(writer, "m", MXLOG_INFO, "still before");
	ck_assert_int_eq(mxlog_writer_reload(writer, config, &error), 0);
	mxlog_config_free(config);
	add(writer, "m", MXLOG_DEBUG, "after abc");
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "before"), 0);
	ck_assert_uint_eq(count(dir, LOG, "pending"), 1);
	ck_assert_uint_eq(count(dir, LOG, "\"after "), 1);
	ck_assert_uint_eq(count(dir, LOG, "abc"), 0);
	mxlog_writer_get_stats(writer, &stats);
	ck_assert_uint_eq(stats.entries, 2);
	ck_assert_uint_eq(stats.dropped[1], 2);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	scratch_done(dir);
}
END_TEST

static void reload(struct mxlog_writer *writer, const char *dir,
    const char *yaml)
{
	struct mxlog_config *config = config_of(dir, yaml);

	ck_assert_int_eq(mxlog_writer_reload(writer, config, NULL), 0);
	mxlog_config_free(config);
}

START_TEST(a_reload_lets_go_of_segments_and_takes_the_new_size)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir, "max_file_size_mb: 2\n");
	struct mxlog_writer *other = open_writer(dir, "");
	struct mxlog_writer_stats stats;
	static char text[100000];

	memset(text, 'x', sizeof(text) - 1);
	add(writer, "m", MXLOG_INFO, "mine");
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	reload(writer, dir, "max_file_size_mb: 1\n");
	add(other, "m", MXLOG_INFO, "theirs");
	ck_assert_int_eq(mxlog_writer_close(other), 0);
	ck_assert_uint_eq(count(dir, LOG, "\n"), 2);

	for (int i = 0; i < 15; i++)
		add(writer, "m", MXLOG_INFO, text);
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	mxlog_writer_get_stats(writer, &stats);
	ck_assert_uint_eq(stats.rotations, 1);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	scratch_done(dir);
}
END_TEST

START_TEST(what_was_added_before_a_reload_can_be_taken_back_after_it)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir, "");

	add_in_trace(writer, TIME);
	reload(writer, dir, "");
	mxlog_writer_rollback(writer);
	add_in_trace(writer, TIME);
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "original_timestamp"), 0);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	scratch_done(dir);
}
END_TEST

START_TEST(files_are_made_for_the_owner_that_is_named)
{
	char *dir = scratch_new();
	struct mxlog_writer_options options = { .size = sizeof(options) };
	struct mxlog_config *config = config_of(scratch_path(dir, "l"), "");
	struct mxlog_writer *writer = NULL;
	struct mxlog_error error = { 0 };
	struct stat st;

	options.owner = "no-such-user";
	ck_assert_int_eq(mxlog_writer_open(config, &options, &writer, &error),
	    -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "no-such-user"));
	options.owner = "0:no-such-group";
	ck_assert_int_eq(mxlog_writer_open(config, &options, &writer, &error),
	    -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "no-such-group"));
	if (geteuid() == 0) {
		options.owner = "12345:54321";
		ck_assert_int_eq(mxlog_writer_open(config, &options, &writer,
				     &error),
		    0);
		add(writer, "m", MXLOG_INFO, "x");
		ck_assert_int_eq(mxlog_writer_commit(writer), 0);
		ck_assert_int_eq(stat(scratch_path(dir, "l/" LOG), &st), 0);
		ck_assert_uint_eq(st.st_uid, 12345);
		ck_assert_uint_eq(st.st_gid, 54321);
		ck_assert_int_eq(mxlog_writer_close(writer), 0);
	}
	mxlog_config_free(config);
	scratch_done(dir);
}
END_TEST

START_TEST(an_older_callers_options_are_understood)
{
	char *dir = scratch_new();
	struct mxlog_config *config = config_of(dir, "");
	struct mxlog_writer_options options = {
		.size = offsetof(struct mxlog_writer_options, owner),
		.owner = "no-such-user",
	};
	struct mxlog_writer *writer = NULL;

	ck_assert_int_eq(mxlog_writer_open(config, &options, &writer, NULL), 0);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	ck_assert_int_eq(mxlog_writer_open(config, NULL, &writer, NULL), 0);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	ck_assert_int_eq(mxlog_writer_close(NULL), 0);
	mxlog_config_free(config);
	scratch_done(dir);
}
END_TEST

/* Open, add, commit with the n-th allocation failing: the number of lines that
 * were accepted. */
static size_t write_hungry(const struct mxlog_config *config, unsigned long n,
    struct mxlog_entry *entry, bool *hungry)
{
	struct mxlog_writer *writer = NULL;
	struct mxlog_error error = { 0 };
	size_t accepted = 0;
	int r;

	starve(n);
	r = mxlog_writer_open(config, NULL, &writer, &error);
	if (r == 0 && mxlog_writer_add(writer, entry) == 0)
		accepted++;
	if (r == 0 &&
	    mxlog_writer_add_audit(writer, MXLOG_INFO, "started", "success",
		"x") == 0)
		accepted++;
	*hungry = starve_done();
	ck_assert_msg(r == 0 || (r == -ENOMEM && error.text[0] != '\0'),
	    "%lu: %d %s", n, r, error.text);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	return accepted;
}

START_TEST(without_memory_an_entry_is_refused_or_stored)
{
	bool hungry = true;

	for (unsigned long n = 1; hungry; n++) {
		char *dir = scratch_new_fast();
		struct mxlog_config *config = config_of(dir, "");
		struct mxlog_entry *entry = new_entry("m-1", "x");
		size_t accepted = write_hungry(config, n, entry, &hungry);

		ck_assert_uint_eq(count(dir, LOG, "\n") +
			count(dir, todays_log(), "\n"),
		    accepted);
		mxlog_entry_free(entry);
		mxlog_config_free(config);
		scratch_done(dir);
	}
}
END_TEST

START_TEST(closing_stores_what_is_pending)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir, "");

	add(writer, "m", MXLOG_INFO, "x");
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "\n"), 1);

	writer = open_writer(dir, "");
	add(writer, "m", MXLOG_INFO, "x");
	inject(INJECT_BREAK, INJECT_WRITE, 1, EIO);
	ck_assert_int_eq(mxlog_writer_close(writer), -EIO);
	ck_assert(inject_done());
	ck_assert_uint_eq(count(dir, LOG, "\n"), 1);
	scratch_done(dir);
}
END_TEST

START_TEST(a_forked_child_does_not_store_its_parents_batch)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir, "");
	struct mxlog_writer_stats stats;
	int status = 1;

	add(writer, "m", MXLOG_INFO, "parents");
	if (fork() == 0) {
		struct mxlog_entry *entry = NULL;
		int r = mxlog_entry_new(&entry);

		if (r == 0) {
			mxlog_entry_set_time(entry, TIME);
			r = mxlog_writer_add(writer, entry);
		}
		if (r == 0)
			r = mxlog_writer_commit(writer);
		mxlog_writer_get_stats(writer, &stats);
		if (r == 0 && stats.entries != 1)
			r = -EINVAL;
		(void)mxlog_writer_close(writer);
		_exit(r == 0 ? 0 : 1);
	}
	ck_assert_int_gt(wait(&status), 0);
	ck_assert_int_eq(status, 0);
	ck_assert_uint_eq(count(dir, LOG, "parents"), 0);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	ck_assert_uint_eq(count(dir, LOG, "parents") +
		count(dir, SEGMENT_1, "parents"),
	    1);
	ck_assert_uint_eq(count(dir, LOG, "\n") + count(dir, SEGMENT_1, "\n"),
	    2);
	scratch_done(dir);
}
END_TEST

START_TEST(what_is_too_long_for_a_line_is_cut_and_marked)
{
	char *dir = scratch_new();
	struct mxlog_writer *writer = open_writer(dir, "");
	struct mxlog_entry *entry = new_entry("m", "x");
	struct mxlog_buf huge = { 0 };
	struct stat st;

	ck_assert_int_eq(mxlog_buf_reserve(&huge, 1024 * 1024), 0);
	memset(huge.data, 1, 1024 * 1024); /* six bytes each in a line */
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(mxlog_entry_add_context(entry, "k", 1,
				     huge.data, 1024 * 1024),
		    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, huge.data,
			     1024 * 1024),
	    0);
	mxlog_entry_set_time(entry, INT64_MAX);
	ck_assert_int_eq(mxlog_writer_add(writer, entry), 0);
	ck_assert_int_eq(mxlog_writer_commit(writer), 0);
	ck_assert_int_eq(stat(scratch_path(dir, todays_log()), &st), 0);
	ck_assert_int_gt(st.st_size, 1024 * 1024);
	ck_assert_int_le(st.st_size, MXLOG_LINE_MAX);
	ck_assert_uint_eq(count(dir, todays_log(), "\"truncated\""), 1);
	ck_assert_uint_eq(count(dir, todays_log(), "\"future\""), 1);
	mxlog_buf_done(&huge);
	mxlog_entry_free(entry);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	scratch_done(dir);
}
END_TEST

/* ---- a late day's writers beside the archive cycle ---- */

enum {
	LATE_WRITERS = 3,
	LATE_BATCHES = 120,
	LATE_LINES = 5, /* a batch */
};

/* In a child: exit status 0, or 1. */
static int write_late(const struct mxlog_config *config, int who, int64_t time)
{
	struct mxlog_writer *writer = NULL;
	struct mxlog_entry *entry = NULL;
	int r;

	r = mxlog_writer_open(config, NULL, &writer, NULL);
	if (r == 0)
		r = mxlog_entry_new(&entry);
	for (int i = 0; i < LATE_BATCHES * LATE_LINES && r == 0; i++) {
		char text[32];
		int len = snprintf(text, sizeof(text), "<%d:%04d>", who, i);

		mxlog_entry_reset(entry);
		mxlog_entry_set_time(entry, time);
		r = mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, text,
		    (size_t)len);
		if (r == 0)
			r = mxlog_writer_add(writer, entry);
		if (r == 0 && i % LATE_LINES == LATE_LINES - 1)
			r = mxlog_writer_commit(writer);
		if (r < 0 || i % (4 * LATE_LINES) != 0)
			continue;
		r = mxlog_writer_reload(writer, config, NULL);
		(void)usleep(3000); /* the cycle's turn */
	}
	if (mxlog_writer_close(writer) < 0)
		r = -EIO;
	mxlog_entry_free(entry);
	return r < 0;
}

static int archive(const struct mxlog_config *config)
{
	const struct mxlog_archive_options options = {
		.size = sizeof(options),
		.actor = "tester",
	};
	struct mxlog_archive_stats stats;

	return mxlog_archive_run(config, &options, &stats, NULL);
}

/* How often each line is answered. */
static void read_late(const char *dir, unsigned char *seen, size_t n)
{
	struct mxlog_query *query = NULL;
	struct mxlog_reader *reader = NULL;
	struct mxlog_line line;
	int r;

	ck_assert_int_eq(mxlog_query_new(&query), 0);
	ck_assert_int_eq(mxlog_reader_open(&dir, 1, &query, &reader, NULL), 0);
	while ((r = mxlog_reader_next(reader, &line)) == 1) {
		const char *at = memmem(line.text, line.len, "\"<", 2);
		int who = -1, i = -1;

		if (!at || sscanf(at, "\"<%d:%d>", &who, &i) != 2)
			continue; /* of the cycle's */
		ck_assert(who >= 0 && who < LATE_WRITERS && i >= 0);
		i += who * LATE_BATCHES * LATE_LINES;
		ck_assert_uint_lt((size_t)i, n);
		seen[i]++;
	}
	ck_assert_int_eq(r, 0);
	mxlog_reader_close(reader);
}

START_TEST(late_lines_are_there_once_however_often_their_day_is_archived)
{
	char *dir = scratch_new();
	struct mxlog_config *config = config_of(dir, "retention_days: 0\n");
	int64_t late = mxlog_timestamp_now() - 10 * USEC_PER_DAY;
	static unsigned char seen[LATE_WRITERS * LATE_BATCHES * LATE_LINES];
	int left = LATE_WRITERS, status = 0, archives = 0;

	for (int i = 0; i < LATE_WRITERS; i++)
		if (fork() == 0)
			_exit(write_late(config, i, late));
	while (left > 0) {
		ck_assert_int_eq(archive(config), 0);
		archives++;
		while (left > 0 && waitpid(-1, &status, WNOHANG) > 0) {
			ck_assert_int_eq(status, 0);
			left--;
		}
	}
	ck_assert_int_gt(archives, 1);
	for (int i = 0; i < 2; i++) {
		memset(seen, 0, sizeof(seen));
		read_late(dir, seen, sizeof(seen));
		for (size_t k = 0; k < sizeof(seen); k++)
			ck_assert_msg(seen[k] == 1, "line %zu: %d", k, seen[k]);
		ck_assert_int_eq(archive(config), 0);
	}
	mxlog_config_free(config);
	scratch_done(dir);
}
END_TEST

SUITE("writer", an_exception_without_a_level_of_its_own_is_an_error,
    late_lines_are_there_once_however_often_their_day_is_archived,
    an_entry_becomes_a_line_when_the_batch_is_committed,
    a_metric_goes_to_its_own_file,
    each_module_is_filtered_by_its_longest_prefix,
    an_audit_entry_passes_every_filter, no_secret_reaches_the_disk,
    a_failed_batch_is_kept_and_stored_once,
    what_is_rolled_back_and_comes_again_is_not_moved,
    a_filtered_entry_moves_nobody, a_reload_takes_new_rules_whole_or_not_at_all,
    a_reload_lets_go_of_segments_and_takes_the_new_size,
    what_was_added_before_a_reload_can_be_taken_back_after_it,
    files_are_made_for_the_owner_that_is_named,
    an_older_callers_options_are_understood, closing_stores_what_is_pending,
    without_memory_an_entry_is_refused_or_stored,
    a_forked_child_does_not_store_its_parents_batch,
    what_is_too_long_for_a_line_is_cut_and_marked)
