/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/upkeep.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "config/config_private.h"
#include "inject.h"
#include "logdir.h"
#include "old_seal.h"
#include "scratch.h"
#include "suite.h"

static int64_t day(int n)
{
	return LOGDIR_DAY + n * USEC_PER_DAY;
}

/* Where a run's audit entries go: their own time is the clock's. */
static const char *today(void)
{
	static char name[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_segment_name segment = {
		.day = mxlog_timestamp_day(mxlog_timestamp_now()),
	};

	mxlog_segment_format(name, &segment);
	return name;
}

START_TEST(a_day_is_archived_seven_days_later)
{
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-20.log", 300000);
	logdir_add(&dir, "2026-01-20.1.log", 1000);
	logdir_add(&dir, "metrics/2026-01-20.metrics.log", 1000);
	ck_assert_int_eq(logdir_run(&dir, day(7) - 1), 0);
	ck_assert(scratch_exists(dir.path, "2026-01-20.log"));
	ck_assert(!scratch_exists(dir.path, "archive/2026-01-20.log.gz"));
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	logdir_check_archived(&dir);
	ck_assert(scratch_exists(dir.path, "archive/2026-01-20.1.log.gz"));
	ck_assert(scratch_exists(dir.path,
	    "archive/metrics/2026-01-20.metrics.log.gz"));
	ck_assert_uint_eq(logdir_count(&dir, today(),
			      "Archived 2026-01-20.log"),
	    1);
	ck_assert_uint_eq(logdir_count(&dir, today(), "\"actor\":\"test\""), 3);
	/* Nothing is left to do. */
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	logdir_check_archived(&dir);
	logdir_done(&dir);
}
END_TEST

START_TEST(an_open_segment_is_left_alone)
{
	struct logdir dir;
	int fd;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-20.log", 1000);
	fd = open(scratch_path(dir.path, "2026-01-20.log"),
	    O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
	ck_assert_int_eq(logdir_run(&dir, day(9)), 0);
	ck_assert(scratch_exists(dir.path, "2026-01-20.log"));
	(void)close(fd);
	ck_assert_int_eq(logdir_run(&dir, day(9)), 0);
	logdir_check_archived(&dir);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_torn_tail_is_no_line_and_is_not_archived)
{
	static const char whole[] = "{\"a\":1}\n{\"b\":2}\n";
	struct mxlog_buf bytes = { 0 };
	struct logdir dir;

	logdir_init(&dir);
	logdir_add_text(&dir, "2026-01-20.log",
	    LITERAL("{\"a\":1}\n{\"b\":2}\n"
		    "{\"torn"));
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	ck_assert(logdir_read(&dir, "2026-01-20.log", &bytes));
	ck_assert_uint_eq(bytes.len, strlen(whole));
	ck_assert_mem_eq(bytes.data, whole, bytes.len);
	mxlog_buf_done(&bytes);
	logdir_done(&dir);
}
END_TEST

START_TEST(an_empty_segment_becomes_an_empty_archive)
{
	struct logdir dir;

	logdir_init(&dir);
	logdir_add_text(&dir, "2026-01-20.log", "", 0);
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	logdir_check_archived(&dir);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_dry_run_changes_nothing)
{
	struct mxlog_archive_options options = {
		.size = sizeof(options),
		.now_usec = day(90),
		.dry_run = true,
	};
	struct mxlog_archive_stats stats;
	struct mxlog_error error;
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-20.log", 1000);
	ck_assert_int_eq(mxlog_archive_run(dir.config, &options, &stats,
			     &error),
	    0);
	ck_assert(!scratch_exists(dir.path, "archive"));
	ck_assert(!scratch_exists(dir.path, ".mxlog"));
	logdir_check(&dir);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_directory_that_is_not_there_is_nothing_to_do)
{
	struct logdir dir;

	logdir_init(&dir);
	ck_assert_int_eq(mxlog_config_set(dir.config, "log_dir",
			     "/nonexistent/logs", NULL),
	    0);
	ck_assert_int_eq(logdir_run(&dir, day(0)), 0);
	logdir_done(&dir);
}
END_TEST

START_TEST(two_runs_at_once_exclude_each_other)
{
	struct mxlog_archive_options options = { .size = sizeof(options),
		.now_usec = day(9) };
	struct mxlog_error error = { 0 };
	struct mxlog_upkeep upkeep;
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-20.log", 1000);
	ck_assert_int_eq(mxlog_upkeep_open(&upkeep, dir.config, &options,
			     MXLOG_UPKEEP_WRITE, &error),
	    0);
	ck_assert_int_eq(logdir_run(&dir, day(9)), -EBUSY);
	ck_assert(scratch_exists(dir.path, "2026-01-20.log"));
	mxlog_upkeep_close(&upkeep);
	ck_assert_int_eq(logdir_run(&dir, day(9)), 0);
	logdir_check_archived(&dir);
	logdir_done(&dir);
}
END_TEST

/* ---- retention ---- */

START_TEST(an_archive_goes_after_its_retention_and_is_logged)
{
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-20.log", 1000);
	logdir_add(&dir, "2026-01-21.log", 1000);
	ck_assert_int_eq(logdir_run(&dir, day(31) - 1), 0);
	logdir_check_archived(&dir);
	ck_assert_int_eq(logdir_run(&dir, day(31)), 0);
	ck_assert(!scratch_exists(dir.path, "archive/2026-01-20.log.gz"));
	ck_assert(scratch_exists(dir.path, "archive/2026-01-21.log.gz"));
	ck_assert(!scratch_exists(dir.path, ".mxlog/pruning"));
	ck_assert_uint_eq(logdir_count(&dir, today(),
			      "\"Deleted archive: 2026-01-20.log.gz\""),
	    1);
	ck_assert_uint_eq(logdir_count(&dir, today(), "Deleted"), 1);
	logdir_done(&dir);
}
END_TEST

START_TEST(what_came_late_is_kept_its_full_time)
{
	struct timespec times[2] = { { .tv_sec = day(400) / USEC_PER_SEC },
		{ .tv_sec = day(400) / USEC_PER_SEC } };
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-20.log", 1000);
	ck_assert_int_eq(utimensat(AT_FDCWD,
			     scratch_path(dir.path, "2026-01-20.log"), times,
			     0),
	    0);
	ck_assert_int_eq(logdir_run(&dir, day(430) - 1), 0);
	logdir_check_archived(&dir);
	ck_assert_int_eq(logdir_run(&dir, day(430)), 0);
	ck_assert(!scratch_exists(dir.path, "archive/2026-01-20.log.gz"));
	logdir_done(&dir);
}
END_TEST

START_TEST(a_young_entry_keeps_an_old_file)
{
	static const char line[] =
	    "{\"trace_id\":\"01KG0YCQ0FKB8E829XZ11JN2Z5\",\"timestamp\":"
	    "\"2026-02-10T00:00:00.000000Z\",\"level\":\"INFO\",\"module\":"
	    "\"a\",\"message\":\"b\"}\n";
	struct logdir dir;

	logdir_init(&dir);
	logdir_add_text(&dir, "2026-01-20.log", LITERAL(line));
	ck_assert_int_eq(logdir_run(&dir, day(51) - 1), 0);
	logdir_check_archived(&dir);
	ck_assert_int_eq(logdir_run(&dir, day(51)), 0);
	ck_assert(!scratch_exists(dir.path, "archive/2026-01-20.log.gz"));
	logdir_done(&dir);
}
END_TEST

START_TEST(a_short_retention_archives_first_and_zero_keeps_all)
{
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-20.log", 1000);
	dir.config->retention_days = 3;
	ck_assert_int_eq(logdir_run(&dir, day(3)), 0);
	logdir_check_archived(&dir);
	dir.config->retention_days = 0;
	ck_assert_int_eq(logdir_run(&dir, day(4000)), 0);
	logdir_check_archived(&dir);
	dir.config->retention_days = 3;
	ck_assert_int_eq(logdir_run(&dir, day(4)), 0);
	ck_assert(!scratch_exists(dir.path, "archive/2026-01-20.log.gz"));
	logdir_done(&dir);
}
END_TEST

START_TEST(without_compression_live_files_stay_until_retention)
{
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-20.log", 1000);
	logdir_add(&dir, "2026-01-21.log", 1000);
	dir.config->compression_enabled = false;
	ck_assert_int_eq(logdir_run(&dir, day(31) - 1), 0);
	ck_assert(scratch_exists(dir.path, "2026-01-20.log"));
	ck_assert_int_eq(logdir_run(&dir, day(31)), 0);
	ck_assert(!scratch_exists(dir.path, "2026-01-20.log"));
	ck_assert(scratch_exists(dir.path, "2026-01-21.log"));
	ck_assert(!scratch_exists(dir.path, "archive"));
	ck_assert_uint_eq(logdir_count(&dir, today(), "Deleted log: "), 1);
	logdir_done(&dir);
}
END_TEST

START_TEST(files_with_other_names_are_never_touched)
{
	static const char *const others[] = { "archive/2026-01-20.log.gz.bak",
		"archive/notes.txt", "2026-01-20.log.orig", "app.log",
		"archive/02026-01-01.log.gz", "archive/2026-01-20.00.log.gz",
		"archive/2026-13-20.log.gz", "archive/index.json.new.gz" };
	struct logdir dir;

	logdir_init(&dir);
	ck_assert_int_eq(mkdir(scratch_path(dir.path, "archive"), 0700), 0);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		scratch_write(dir.path, others[i], "mine");
	logdir_add(&dir, "2026-01-20.log", 1000);
	ck_assert_int_eq(logdir_run(&dir, day(20)), 0);
	ck_assert_int_eq(logdir_run(&dir, day(4000)), 0);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ck_assert(scratch_holds(dir.path, others[i], "mine"));
	logdir_done(&dir);
}
END_TEST

/* ---- what was interrupted ---- */

/* Every call of a run is a test of its own; where each costs five times as
 * much, every fifth one. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 5
#else
#define STRIDE 1
#endif

/* A small directory. */
static void fill(struct logdir *dir)
{
	logdir_init(dir);
	logdir_add(dir, "2026-01-20.log", 3000);
	logdir_add(dir, "metrics/2026-01-20.metrics.log", 500);
}

static bool run_and_die(struct logdir *dir, unsigned long n, int64_t now)
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		inject(INJECT_KILL, INJECT_ALL, n, 0);
		(void)logdir_run(dir, now);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status);
}

START_TEST(a_run_killed_at_any_call_is_finished_by_the_next)
{
	struct logdir dir;
	unsigned long n;

	fill(&dir);
	for (n = 1; run_and_die(&dir, n, day(7)); n += STRIDE) {
		logdir_check(&dir);
		ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
		logdir_check_archived(&dir);
		logdir_reset(&dir);
	}
	ck_assert_uint_gt(n, 100);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_deletion_killed_at_any_call_is_finished_by_the_next)
{
	struct logdir dir;
	unsigned long n;
	bool killed;

	fill(&dir);
	logdir_add(&dir, "2026-02-20.log", 500);
	for (n = 1, killed = true; killed; n += STRIDE) {
		logdir_reset(&dir);
		ck_assert_int_eq(logdir_run(&dir, day(28)), 0);
		killed = run_and_die(&dir, n, day(31));
		ck_assert_int_eq(logdir_run(&dir, day(31)), 0);
		ck_assert(
		    !scratch_exists(dir.path, "archive/2026-01-20.log.gz"));
		ck_assert(!scratch_exists(dir.path,
		    "archive/metrics/2026-01-20.metrics.log.gz"));
		ck_assert(scratch_exists(dir.path, "2026-02-20.log"));
		ck_assert(!scratch_exists(dir.path, ".mxlog/pruning"));
		ck_assert_uint_ge(logdir_count(&dir, today(),
				      "Deleted archive: 2026-01-20.log.gz"),
		    1);
	}
	ck_assert_uint_gt(n, 50);
	logdir_done(&dir);
}
END_TEST

static void fail_in_turn(enum inject_mode mode, unsigned calls, int error,
    unsigned long stride)
{
	struct logdir dir;
	bool hit = true;
	unsigned long n;

	fill(&dir);
	for (n = 1; hit; n += stride * STRIDE) {
		inject(mode, calls, n, error);
		(void)logdir_run(&dir, day(7));
		hit = inject_done();
		logdir_check(&dir);
		ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
		logdir_check_archived(&dir);
		logdir_reset(&dir);
	}
	ck_assert_uint_gt(n, 10);
	logdir_done(&dir);
}

START_TEST(every_call_may_fail_and_nothing_is_lost)
{
	fail_in_turn(INJECT_FAIL, INJECT_ALL, EIO, 1);
}
END_TEST

START_TEST(a_full_disk_loses_nothing)
{
	fail_in_turn(INJECT_BREAK, INJECT_ALL, ENOSPC, 3);
}
END_TEST

START_TEST(a_torn_write_loses_nothing)
{
	fail_in_turn(INJECT_TEAR, INJECT_WRITE | INJECT_PWRITE, ENOSPC, 1);
}
END_TEST

START_TEST(a_corrupt_archive_beside_its_segment_is_made_again)
{
	struct mxlog_buf index = { 0 };
	struct logdir dir;

	fill(&dir);
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	ck_assert(scratch_read(dir.path, "archive/index.json", &index));
	/* As if killed before the segment was removed, and damaged then. */
	scratch_write(dir.path, "archive/2026-01-20.log.gz", "nonsense");
	logdir_add_text(&dir, "2026-01-20.log", dir.segments[0].bytes.data,
	    dir.segments[0].bytes.len);
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	logdir_check_archived(&dir);
	mxlog_buf_done(&index);
	logdir_done(&dir);
}
END_TEST

/* The one file of that name below quarantine/. */
static bool is_set_aside(struct logdir *dir, const char *name,
    const char *content)
{
	char path[64];

	for (int seq = 1; seq < 100; seq++) {
		(void)snprintf(path, sizeof(path), "quarantine/%d/%s", seq,
		    name);
		if (scratch_exists(dir->path, path))
			return scratch_holds(dir->path, path, content);
	}
	return false;
}

START_TEST(another_segment_of_an_archives_name_is_set_aside_and_told)
{
	struct logdir dir;

	fill(&dir);
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	scratch_write(dir.path, "2026-01-20.log", "{\"other\":1}\n");
	ck_assert_int_eq(logdir_run(&dir, day(7)), -EEXIST);
	ck_assert(!scratch_exists(dir.path, "2026-01-20.log"));
	ck_assert(is_set_aside(&dir, "2026-01-20.log", "{\"other\":1}\n"));
	ck_assert_uint_eq(logdir_count(&dir, today(), "is set aside"), 1);
	logdir_check_archived(&dir);
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_forged_segment_does_not_take_a_missing_archives_place)
{
	struct logdir dir;

	for (int i = 0; i < 2; i++) {
		fill(&dir);
		ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
		if (i == 0)
			ck_assert_int_eq(unlink(scratch_path(dir.path,
					     "archive/2026-01-20.log.gz")),
			    0);
		else
			scratch_write(dir.path, "archive/2026-01-20.log.gz",
			    "damaged");
		scratch_write(dir.path, "2026-01-20.log", "{\"other\":1}\n");
		ck_assert_int_eq(logdir_run(&dir, day(7)), -EEXIST);
		ck_assert(
		    is_set_aside(&dir, "2026-01-20.log", "{\"other\":1}\n"));
		logdir_done(&dir);
	}
}
END_TEST

START_TEST(the_true_segment_heals_a_missing_archive)
{
	struct logdir dir;

	fill(&dir);
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	ck_assert_int_eq(unlink(scratch_path(dir.path,
			     "archive/2026-01-20.log.gz")),
	    0);
	logdir_add_text(&dir, "2026-01-20.log", dir.segments[0].bytes.data,
	    dir.segments[0].bytes.len);
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	logdir_check_archived(&dir);
	ck_assert_uint_eq(logdir_count(&dir, ".mxlog/ledger", "\"replaces\":"),
	    1);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_rewritten_day_is_not_sealed_again)
{
	struct logdir dir;

	fill(&dir);
	ck_assert_int_eq(logdir_run(&dir, day(1)), 0);
	ck_assert(scratch_exists(dir.path, ".mxlog/seals/2026-01-20.log"));
	ck_assert_int_eq(unlink(scratch_path(dir.path,
			     ".mxlog/seals/2026-01-20.log")),
	    0);
	scratch_write(dir.path, "2026-01-20.log", "{\"other\":1}\n");
	ck_assert_int_eq(logdir_run(&dir, day(2)), 0);
	/* The marker is put again, for writers; the ledger is not moved. */
	ck_assert(scratch_exists(dir.path, ".mxlog/seals/2026-01-20.log"));
	ck_assert_int_eq(logdir_run(&dir, day(7)), -EBADMSG);
	ck_assert(is_set_aside(&dir, "2026-01-20.log", "{\"other\":1}\n"));
	ck_assert(!scratch_exists(dir.path, "archive/2026-01-20.log.gz"));
	logdir_done(&dir);
}
END_TEST

START_TEST(numbers_are_noted_again_when_the_note_is_lost)
{
	struct logdir dir;

	fill(&dir);
	logdir_add(&dir, "2026-01-20.3.log", 500);
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	(void)unlink(scratch_path(dir.path, ".mxlog/numbers"));
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	ck_assert_uint_eq(logdir_count(&dir, ".mxlog/numbers",
			      "2026-01-20.3.log"),
	    1);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_segment_without_a_lines_end_does_not_block)
{
	size_t len = MXLOG_LINE_MAX + 65536;
	char *text = malloc(len);
	struct logdir dir;

	memset(text, 'x', len);
	memcpy(text, LITERAL("{\"a\":1}\n"));
	fill(&dir);
	logdir_add_text(&dir, "2026-01-19.log", text, len);
	free(text);
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	logdir_check_archived(&dir);
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	logdir_done(&dir);
}
END_TEST

START_TEST(many_segments_write_the_index_in_batches)
{
	struct mxlog_segment_name name = { .day = 20400 };
	char text[MXLOG_SEGMENT_NAME_MAX];
	struct logdir dir;

	logdir_init(&dir);
	for (name.number = 0; name.number < 600; name.number++) {
		mxlog_segment_format(text, &name);
		scratch_write(dir.path, text, "{\"a\":1}\n");
	}
	inject(INJECT_FAIL, INJECT_RENAMEAT, 1000000, EIO);
	ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
	/* An archive each, the ledger, and the index once a batch. */
	ck_assert_uint_le(inject_count(), 600 + 1 + 3);
	(void)inject_done();
	ck_assert_uint_eq(logdir_count(&dir, ".mxlog/ledger",
			      "\"event\":\"tick\""),
	    1 + 1 + 3);
	logdir_check_archived(&dir);
	logdir_done(&dir);
}
END_TEST

/* ---- clocks ---- */

/* As the daemon does: at the clock's time. */
static int run_now(struct logdir *dir)
{
	return logdir_run(dir, 0);
}

START_TEST(no_clock_deletes_at_first_runs)
{
	static const char *const states[] = { "", "nonsense",
		"mxlog retention 1\naaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa 1 "
		"9\n5 9\n" };

	for (size_t i = 0; i < 2 * ARRAY_LEN(states); i++) {
		struct logdir dir;

		fill(&dir);
		dir.config->compression_enabled = i % 2 == 0;
		ck_assert_int_eq(mkdir(scratch_path(dir.path, ".mxlog"), 0700),
		    0);
		scratch_write(dir.path, ".mxlog/retention", states[i / 2]);
		inject_clock(10 * 365 * 86400L, 0);
		for (int run = 0; run < 3; run++)
			ck_assert_int_eq(run_now(&dir), 0);
		inject_clock(0, 0);
		logdir_check(&dir);
		ck_assert(!scratch_exists(dir.path, ".mxlog/retention"));
		logdir_done(&dir);
	}
}
END_TEST

START_TEST(what_was_witnessed_is_deleted)
{
	struct logdir dir;

	fill(&dir);
	ck_assert_int_eq(run_now(&dir), 0);
	logdir_check_archived(&dir);
	/* The same boot, and all clocks a month later. */
	inject_clock(29 * 86400L, 29 * 86400L);
	ck_assert_int_eq(run_now(&dir), 0);
	logdir_check_archived(&dir);
	inject_clock(31 * 86400L, 31 * 86400L);
	ck_assert_int_eq(run_now(&dir), 0);
	inject_clock(0, 0);
	ck_assert(!scratch_exists(dir.path, "archive/2026-01-20.log.gz"));
	logdir_done(&dir);
}
END_TEST

/* ---- a directory of a version without a ledger ---- */

static void make_old(struct logdir *dir, const char *key)
{
	struct mxlog_archive_chain chain = { .key = key,
		.key_len = key ? strlen(key) : 0 };
	struct mxlog_archive_index index;
	int fd;

	ck_assert_int_eq(logdir_run(dir, day(7)), 0);
	(void)unlink(scratch_path(dir->path, ".mxlog/ledger"));
	(void)unlink(scratch_path(dir->path, ".mxlog/seals/2026-01-25.log"));
	fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(mxlog_archive_index_load(fd, &index, NULL), 0);
	ck_assert_int_eq(mxlog_archive_index_save(&index, fd, &chain), 0);
	mxlog_archive_index_done(&index);
	(void)close(fd);
	old_seal_write(dir->path, "2026-01-25.log", key);
	scratch_write(dir->path, ".mxlog/retention",
	    "mxlog retention 1\naaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa 9 "
	    "864000000000\n1768003200000000 0\n1769472000000000 "
	    "864000000000\n");
	scratch_write(dir->path, ".mxlog/pruning", "2026-01-02.log.gz\n");
	scratch_write(dir->path, "archive/2026-01-02.log.gz", "going");
}

START_TEST(a_directory_without_a_ledger_goes_on)
{
	static const char key[] = "a key of thirty-two bytes, say..";

	for (int keyed = 0; keyed < 2; keyed++) {
		struct logdir dir;

		fill(&dir);
		logdir_add(&dir, "2026-01-25.log", 500);
		if (keyed)
			logdir_use_key(&dir, key);
		make_old(&dir, keyed ? key : NULL);
		ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
		logdir_check(&dir);
		ck_assert(
		    scratch_holds(dir.path, ".mxlog/seals/2026-01-25.log", ""));
		ck_assert(!scratch_exists(dir.path, ".mxlog/retention"));
		ck_assert(
		    !scratch_exists(dir.path, "archive/2026-01-02.log.gz"));
		ck_assert_uint_eq(logdir_count(&dir, ".mxlog/ledger",
				      "\"adopted\""),
		    2);
		/* Nothing is archived, or told, twice. */
		ck_assert_uint_eq(logdir_count(&dir, today(), "Archived "), 2);
		ck_assert_uint_eq(logdir_count(&dir, today(), "ERROR"), 0);
		ck_assert_int_eq(logdir_run(&dir, day(12)), 0);
		logdir_check_archived(&dir);
		logdir_done(&dir);
	}
}
END_TEST

START_TEST(an_upgrade_killed_at_any_call_goes_on)
{
	bool killed = true;

	for (unsigned long n = 1; killed; n += STRIDE) {
		struct logdir dir;

		fill(&dir);
		logdir_add(&dir, "2026-01-25.log", 500);
		logdir_use_key(&dir, "a key of thirty-two bytes, say..");
		make_old(&dir, "a key of thirty-two bytes, say..");
		killed = run_and_die(&dir, n, day(7));
		logdir_check(&dir);
		ck_assert_int_eq(logdir_run(&dir, day(7)), 0);
		logdir_check(&dir);
		ck_assert_uint_eq(logdir_count(&dir, today(), "ERROR"), 0);
		logdir_done(&dir);
	}
}
END_TEST

SUITE("cycle", a_day_is_archived_seven_days_later,
    an_open_segment_is_left_alone, a_torn_tail_is_no_line_and_is_not_archived,
    an_empty_segment_becomes_an_empty_archive, a_dry_run_changes_nothing,
    a_directory_that_is_not_there_is_nothing_to_do,
    two_runs_at_once_exclude_each_other,
    an_archive_goes_after_its_retention_and_is_logged,
    what_came_late_is_kept_its_full_time, a_young_entry_keeps_an_old_file,
    a_short_retention_archives_first_and_zero_keeps_all,
    without_compression_live_files_stay_until_retention,
    files_with_other_names_are_never_touched,
    a_run_killed_at_any_call_is_finished_by_the_next,
    a_deletion_killed_at_any_call_is_finished_by_the_next,
    every_call_may_fail_and_nothing_is_lost, a_full_disk_loses_nothing,
    a_torn_write_loses_nothing,
    a_corrupt_archive_beside_its_segment_is_made_again,
    another_segment_of_an_archives_name_is_set_aside_and_told,
    a_forged_segment_does_not_take_a_missing_archives_place,
    the_true_segment_heals_a_missing_archive,
    a_rewritten_day_is_not_sealed_again,
    numbers_are_noted_again_when_the_note_is_lost,
    a_segment_without_a_lines_end_does_not_block,
    many_segments_write_the_index_in_batches, no_clock_deletes_at_first_runs,
    what_was_witnessed_is_deleted, a_directory_without_a_ledger_goes_on,
    an_upgrade_killed_at_any_call_goes_on)
