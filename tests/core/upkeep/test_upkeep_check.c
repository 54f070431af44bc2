/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/archive.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "config/config_private.h"
#include "extern/gzip_block.h"
#include "logdir.h"
#include "scratch.h"
#include "store/segment.h"
#include "suite.h"

#define WEEK (LOGDIR_DAY + 7 * USEC_PER_DAY)

static const struct mxlog_archive_options options = {
	.size = sizeof(options),
	.now_usec = WEEK,
	.actor = "test",
};

static const char *today(void)
{
	static char name[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_segment_name segment = {
		.day = mxlog_timestamp_day(mxlog_timestamp_now()),
	};

	mxlog_segment_format(name, &segment);
	return name;
}

static void setup(struct logdir *dir)
{
	logdir_init(dir);
	logdir_add(dir, "2026-01-19.log", 2000);
	logdir_add(dir, "2026-01-20.log", 2000);
	logdir_add(dir, "metrics/2026-01-20.metrics.log", 2000);
	ck_assert_int_eq(logdir_run(dir, WEEK), 0);
}

static int verify(struct logdir *dir, struct mxlog_archive_stats *stats,
    struct mxlog_error *error)
{
	return mxlog_archive_verify(dir->config, &options, stats, error);
}

static int rebuild(struct logdir *dir, struct mxlog_archive_stats *stats)
{
	struct mxlog_error error = { 0 };

	return mxlog_archive_rebuild_index(dir->config, &options, stats,
	    &error);
}

static void flip(struct logdir *dir, const char *name, off_t at)
{
	int fd = open(scratch_path(dir->path, name), O_RDWR | O_CLOEXEC);
	char c;

	ck_assert_int_eq(pread(fd, &c, 1, at), 1);
	c ^= 1;
	ck_assert_int_eq(pwrite(fd, &c, 1, at), 1);
	(void)close(fd);
}

static void remove_file(struct logdir *dir, const char *name)
{
	ck_assert_int_eq(unlink(scratch_path(dir->path, name)), 0);
}

START_TEST(a_corrupt_archive_is_told_once_and_the_others_are_right)
{
	struct mxlog_archive_options recording = options;
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct logdir dir;

	setup(&dir);
	ck_assert_int_eq(verify(&dir, &stats, &error), 0);
	ck_assert_uint_eq(stats.verified, 3);
	flip(&dir, "archive/2026-01-20.log.gz", 100);
	/* Looking changes nothing. */
	ck_assert_int_eq(verify(&dir, &stats, &error), -EBADMSG);
	ck_assert_uint_eq(logdir_count(&dir, today(), "Corrupt archive: "), 0);
	recording.record = true;
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(mxlog_archive_verify(dir.config, &recording,
				     &stats, &error),
		    -EBADMSG);
		ck_assert_uint_eq(stats.verified, 2);
		ck_assert_uint_eq(stats.failed, 1);
		ck_assert_ptr_nonnull(strstr(error.text, "2026-01-20.log.gz"));
	}
	ck_assert_uint_eq(logdir_count(&dir, today(), "Corrupt archive: "), 1);
	ck_assert_uint_eq(logdir_count(&dir, today(), "\"ERROR\""), 1);
	ck_assert_int_eq(mxlog_archive_report_corrupt(dir.config, "test",
			     "2026-01-20.log.gz", "again"),
	    0);
	ck_assert_int_eq(mxlog_archive_report_corrupt(dir.config, "test",
			     "2026-01-19.log.gz", "new"),
	    1);
	ck_assert_int_eq(mxlog_archive_report_corrupt(dir.config, "test",
			     "../evil.gz", "new"),
	    -EINVAL);
	logdir_done(&dir);
}
END_TEST

START_TEST(an_archive_that_is_gone_is_told)
{
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct logdir dir;

	setup(&dir);
	remove_file(&dir, "archive/2026-01-20.log.gz");
	ck_assert_int_eq(verify(&dir, &stats, &error), -ENOENT);
	ck_assert_uint_eq(stats.verified, 2);
	/* And forgotten only when asked. */
	ck_assert_int_eq(rebuild(&dir, &stats), 0);
	ck_assert_uint_eq(stats.deleted, 1);
	ck_assert_int_eq(verify(&dir, &stats, &error), 0);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_lost_index_is_rebuilt_from_the_archives)
{
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct mxlog_buf before = { 0 }, after = { 0 };
	struct logdir dir;

	setup(&dir);
	ck_assert(scratch_read(dir.path, "archive/index.json", &before));
	remove_file(&dir, "archive/index.json");
	ck_assert_int_eq(verify(&dir, &stats, &error), -EBADMSG);
	ck_assert_uint_eq(stats.failed, 3);
	ck_assert_int_eq(rebuild(&dir, &stats), 0);
	ck_assert_uint_eq(stats.archived, 3);
	ck_assert_int_eq(verify(&dir, &stats, &error), 0);
	logdir_check_archived(&dir);
	ck_assert(scratch_read(dir.path, "archive/index.json", &after));
	/* But for the mark and what vouches for it all is as it was. */
	ck_assert_uint_eq(after.len,
	    before.len + 3 * strlen(",\"rebuilt\":true"));
	mxlog_buf_done(&before);
	mxlog_buf_done(&after);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_damaged_index_stops_the_cycle_until_it_is_rebuilt)
{
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct logdir dir;

	setup(&dir);
	logdir_add(&dir, "2026-01-18.log", 500);
	flip(&dir, "archive/index.json", 40);
	ck_assert_int_eq(logdir_run(&dir, WEEK), -EBADMSG);
	ck_assert(scratch_exists(dir.path, "2026-01-18.log"));
	ck_assert_int_eq(verify(&dir, &stats, &error), -EBADMSG);
	ck_assert_int_eq(rebuild(&dir, &stats), 0);
	ck_assert_uint_eq(stats.archived, 1);
	ck_assert_int_eq(logdir_run(&dir, WEEK), 0);
	logdir_check_archived(&dir);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_damaged_archive_is_not_rebuilt)
{
	struct mxlog_archive_stats stats;
	struct logdir dir;

	setup(&dir);
	remove_file(&dir, "archive/index.json");
	flip(&dir, "archive/2026-01-20.log.gz", 100);
	ck_assert_int_eq(rebuild(&dir, &stats), -EBADMSG);
	ck_assert_uint_eq(stats.archived, 2);
	ck_assert_uint_eq(stats.failed, 1);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_foreign_archive_can_be_taken_in)
{
	static const char text[] = "{\"a\":1}\n{\"b\":2}\n";
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct mxlog_gzip_writer *writer;
	struct mxlog_buf gz = { 0 };
	struct logdir dir;
	int fd;

	setup(&dir);
	ck_assert_int_eq(mxlog_gzip_writer_new(6, &writer), 0);
	ck_assert_int_eq(mxlog_gzip_write_member(writer, LITERAL(text), "", 0,
			     &gz),
	    0);
	mxlog_gzip_writer_free(writer);
	fd = open(scratch_path(dir.path, "archive/2026-01-15.log.gz"),
	    O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(write(fd, gz.data, gz.len), (ssize_t)gz.len);
	(void)close(fd);
	ck_assert_int_eq(verify(&dir, &stats, &error), -EBADMSG);
	ck_assert_int_eq(rebuild(&dir, &stats), 0);
	ck_assert_uint_eq(stats.archived, 1);
	ck_assert_int_eq(verify(&dir, &stats, &error), 0);
	ck_assert_uint_eq(stats.verified, 4);
	mxlog_buf_done(&gz);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_changed_live_segment_breaks_its_seal)
{
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-20.log", 2000);
	logdir_add(&dir, "2026-01-19.log", 2000);
	ck_assert_int_eq(logdir_run(&dir, LOGDIR_DAY + USEC_PER_DAY), 0);
	ck_assert_int_eq(verify(&dir, &stats, &error), 0);
	ck_assert_uint_eq(stats.verified, 2);
	flip(&dir, "2026-01-20.log", 1000);
	ck_assert_int_eq(verify(&dir, &stats, &error), -EBADMSG);
	/* Set aside, never archived; an entry says so, and verify says it on. */
	ck_assert_int_eq(logdir_run(&dir, WEEK), -EBADMSG);
	ck_assert_uint_eq(logdir_count(&dir, "archive/index.json",
			      "\"seal\":\"held\""),
	    1);
	ck_assert_uint_eq(logdir_count(&dir, today(), "is set aside"), 1);
	ck_assert(!scratch_exists(dir.path, "2026-01-20.log"));
	ck_assert(!scratch_exists(dir.path, "archive/2026-01-20.log.gz"));
	ck_assert_int_eq(verify(&dir, &stats, &error), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(error.text, "set aside"));
	/* Until somebody says that it is known. */
	ck_assert_int_eq(rebuild(&dir, &stats), 0);
	ck_assert_int_eq(verify(&dir, &stats, &error), 0);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_sealed_segment_that_was_removed_is_told)
{
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-20.log", 2000);
	ck_assert_int_eq(logdir_run(&dir, LOGDIR_DAY + USEC_PER_DAY), 0);
	remove_file(&dir, "2026-01-20.log");
	ck_assert_int_eq(verify(&dir, &stats, &error), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(error.text, "is gone"));
	logdir_done(&dir);
}
END_TEST

/* ---- with a key ---- */

START_TEST(with_a_key_who_rewrites_archive_and_index_is_caught)
{
	char *key;
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-19.log", 2000);
	logdir_add(&dir, "2026-01-20.log", 2000);
	logdir_use_key(&dir, "a key of thirty-two bytes, say..");
	ck_assert_int_eq(logdir_run(&dir, WEEK), 0);
	ck_assert_int_eq(verify(&dir, &stats, &error), 0);
	/* Somebody removes a day, and makes the index fit: without the key. */
	remove_file(&dir, "archive/2026-01-19.log.gz");
	key = dir.config->archive_key_file;
	dir.config->archive_key_file = NULL;
	ck_assert_int_eq(rebuild(&dir, &stats), 0);
	ck_assert_int_eq(verify(&dir, &stats, &error), 0);
	dir.config->archive_key_file = key;
	ck_assert_int_eq(verify(&dir, &stats, &error), -ENOKEY);
	/* The cycle does not put its own seal on that. */
	logdir_add(&dir, "2026-01-18.log", 500);
	ck_assert_int_eq(logdir_run(&dir, WEEK), -ENOKEY);
	ck_assert(scratch_exists(dir.path, "2026-01-18.log"));
	ck_assert_int_eq(rebuild(&dir, &stats), 0);
	ck_assert_int_eq(verify(&dir, &stats, &error), 0);
	logdir_done(&dir);
}
END_TEST

START_TEST(with_a_key_a_ledger_or_an_index_that_is_gone_is_told)
{
	static const char *const gone[] = { ".mxlog/ledger",
		"archive/index.json" };

	for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
		struct mxlog_archive_stats stats;
		struct mxlog_error error = { 0 };
		struct logdir dir;

		logdir_init(&dir);
		logdir_add(&dir, "2026-01-19.log", 2000);
		logdir_add(&dir, "2026-01-25.log", 2000);
		logdir_use_key(&dir, "a key of thirty-two bytes, say..");
		ck_assert_int_eq(logdir_run(&dir, WEEK), 0);
		ck_assert_int_eq(verify(&dir, &stats, &error), 0);
		remove_file(&dir, gone[i]);
		ck_assert_int_eq(verify(&dir, &stats, &error), -EBADMSG);
		ck_assert_int_eq(logdir_run(&dir, WEEK), -EBADMSG);
		ck_assert(!scratch_exists(dir.path, gone[i]));
		ck_assert_int_eq(rebuild(&dir, &stats), 0);
		ck_assert_int_eq(verify(&dir, &stats, &error), 0);
		logdir_done(&dir);
	}
}
END_TEST

START_TEST(a_ledger_that_is_gone_is_told_without_archives)
{
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-25.log", 2000);
	logdir_use_key(&dir, "a key of thirty-two bytes, say..");
	ck_assert_int_eq(logdir_run(&dir, WEEK), 0);
	remove_file(&dir, ".mxlog/ledger");
	ck_assert_int_eq(logdir_run(&dir, WEEK), -EBADMSG);
	ck_assert_int_eq(verify(&dir, &stats, &error), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(error.text, "ledger is gone"));
	logdir_done(&dir);
}
END_TEST

START_TEST(damage_in_the_ledger_stops_the_cycle_until_it_is_rebuilt)
{
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct logdir dir;

	setup(&dir);
	logdir_add(&dir, "2026-01-18.log", 500);
	flip(&dir, ".mxlog/ledger", 300);
	ck_assert_int_eq(logdir_run(&dir, WEEK), -EBADMSG);
	ck_assert(scratch_exists(dir.path, "2026-01-18.log"));
	ck_assert_int_eq(verify(&dir, &stats, &error), -EBADMSG);
	ck_assert_int_eq(rebuild(&dir, &stats), 0);
	ck_assert_int_eq(verify(&dir, &stats, &error), 0);
	ck_assert_int_eq(logdir_run(&dir, WEEK), 0);
	logdir_check_archived(&dir);
	logdir_done(&dir);
}
END_TEST

START_TEST(another_archive_does_not_take_a_recorded_ones_place)
{
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct mxlog_buf index = { 0 };
	struct logdir dir, other;

	setup(&dir);
	/* The same day, archived elsewhere, of other lines; its record too. */
	logdir_init(&other);
	logdir_add_text(&other, "2026-01-20.log", LITERAL("{\"forged\":1}\n"));
	ck_assert_int_eq(logdir_run(&other, WEEK), 0);
	remove_file(&dir, "archive/2026-01-20.log.gz");
	ck_assert_int_eq(rename(scratch_path(other.path,
				    "archive/2026-01-20.log.gz"),
			     scratch_path(dir.path,
				 "archive/2026-01-20.log.gz")),
	    0);
	ck_assert(scratch_read(other.path, "archive/index.json", &index));
	ck_assert_int_eq(mxlog_buf_add_char(&index, '\0'), 0);
	ck_assert_int_eq(verify(&dir, &stats, &error), -EBADMSG);
	remove_file(&dir, "archive/index.json");
	ck_assert_int_eq(rebuild(&dir, &stats), -EBADMSG);
	ck_assert_uint_eq(stats.archived, 2);
	scratch_write(dir.path, "archive/index.json", index.data);
	ck_assert_int_eq(verify(&dir, &stats, &error), -EBADMSG);
	ck_assert_int_eq(logdir_run(&dir, WEEK), -EBADMSG);
	mxlog_buf_done(&index);
	logdir_done(&other);
	logdir_done(&dir);
}
END_TEST

START_TEST(the_runs_verify_each_archive_in_turn_and_tell_once)
{
	struct mxlog_archive_stats stats = { 0 };
	struct mxlog_error error = { 0 };
	struct mxlog_archive_options at = options;
	struct logdir dir;
	uint64_t verified = 0;
	int failed = 0;

	setup(&dir);
	flip(&dir, "archive/2026-01-20.log.gz", 100);
	for (int i = 1; i <= 2 * 7 * 24; i++) {
		at.now_usec = WEEK + i * USEC_PER_DAY / 24;
		failed += mxlog_archive_run(dir.config, &at, &stats, &error) ==
		    -EBADMSG;
		verified += stats.verified;
	}
	ck_assert_int_ge(failed, 2);
	ck_assert_uint_ge(verified, 2 * 2);
	ck_assert_uint_eq(logdir_count(&dir, today(), "Corrupt archive: "), 1);
	/* Not asked for. */
	dir.config->verify_days = 0;
	at.now_usec = WEEK + 30 * USEC_PER_DAY - 1;
	dir.config->retention_days = 0;
	ck_assert_int_eq(mxlog_archive_run(dir.config, &at, &stats, &error), 0);
	ck_assert_uint_eq(stats.verified, 0);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_head_shows_that_the_directory_was_put_back)
{
	char head[MXLOG_ARCHIVE_HEAD_LEN + 1], early[sizeof(head)];
	struct mxlog_archive_options pinned = options;
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	char command[512];
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-19.log", 2000);
	logdir_use_key(&dir, "a key of thirty-two bytes, say..");
	ck_assert_int_eq(mxlog_archive_head(dir.config, early, &error),
	    -ENOENT);
	ck_assert_int_eq(logdir_run(&dir, WEEK), 0);
	ck_assert_int_eq(mxlog_archive_head(dir.config, early, &error), 0);
	(void)snprintf(command, sizeof(command), "cp -a '%s' '%s.old'",
	    dir.path, dir.path);
	ck_assert_int_eq(system(command), 0);
	logdir_add(&dir, "2026-01-20.log", 2000);
	ck_assert_int_eq(logdir_run(&dir, WEEK), 0);
	ck_assert_int_eq(mxlog_archive_head(dir.config, head, &error), 0);
	pinned.head = early;
	ck_assert_int_eq(mxlog_archive_verify(dir.config, &pinned, &stats,
			     &error),
	    0);
	/* All of it, as it was: nothing in it is wrong. */
	(void)snprintf(command, sizeof(command),
	    "rm -r '%s' && mv '%s.old' '%s'", dir.path, dir.path, dir.path);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(verify(&dir, &stats, &error), 0);
	pinned.head = head;
	ck_assert_int_eq(mxlog_archive_verify(dir.config, &pinned, &stats,
			     &error),
	    -EBADMSG);
	ck_assert_ptr_nonnull(strstr(error.text, "older state"));
	logdir_done(&dir);
}
END_TEST

/* What a run finds in today's segment. */
static void run_twice(struct logdir *dir, const char *second)
{
	static const int64_t noon = LOGDIR_DAY + USEC_PER_DAY / 2;

	scratch_write(dir->path, "2026-01-20.log", "{\"a\":1}\n{\"b\":2}\n");
	ck_assert_int_eq(logdir_run(dir, noon), 0);
	scratch_write(dir->path, "2026-01-20.log",
	    "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
	ck_assert_int_eq(logdir_run(dir, noon + 900 * USEC_PER_SEC), 0);
	scratch_write(dir->path, "2026-01-20.log", second);
	ck_assert_int_eq(logdir_run(dir, noon + 1800 * USEC_PER_SEC), 0);
}

START_TEST(rewriting_today_shows)
{
	static const struct {
		const char *content;
		bool shows;
	} cases[] = {
		{ "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n{\"d\":4}\n", false },
		/* What was seen once may be cut back. */
		{ "{\"a\":1}\n{\"b\":2}\n", false },
		{ "{\"a\":1}\n{\"b\":2}\n{\"x\":3}\n", false },
		{ "{\"a\":1}\n{\"x\":2}\n{\"c\":3}\n", true },
		{ "{\"a\":1}\n", true },
		{ "", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_archive_stats stats;
		struct mxlog_error error = { 0 };
		struct logdir dir;

		logdir_init(&dir);
		run_twice(&dir, cases[i].content);
		ck_assert_int_eq(verify(&dir, &stats, &error),
		    cases[i].shows ? -EBADMSG : 0);
		ck_assert_uint_eq(logdir_count(&dir, today(),
				      "does not begin any more"),
		    cases[i].shows);
		ck_assert_int_eq(logdir_run(&dir,
				     LOGDIR_DAY + USEC_PER_DAY - 1),
		    0);
		ck_assert_uint_eq(logdir_count(&dir, today(),
				      "does not begin any more"),
		    cases[i].shows);
		logdir_done(&dir);
	}
}
END_TEST

START_TEST(pruning_and_archiving_keep_the_chain)
{
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct logdir dir;

	logdir_init(&dir);
	logdir_add(&dir, "2026-01-19.log", 2000);
	logdir_add(&dir, "2026-01-20.log", 2000);
	logdir_use_key(&dir, "a key of thirty-two bytes, say..");
	ck_assert_int_eq(logdir_run(&dir, WEEK), 0);
	ck_assert_int_eq(logdir_run(&dir, LOGDIR_DAY + 30 * USEC_PER_DAY), 0);
	ck_assert(!scratch_exists(dir.path, "archive/2026-01-19.log.gz"));
	ck_assert_int_eq(verify(&dir, &stats, &error), 0);
	logdir_done(&dir);
}
END_TEST

START_TEST(a_key_that_others_can_read_is_refused)
{
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };
	struct logdir dir;

	setup(&dir);
	logdir_use_key(&dir, "a key of thirty-two bytes, say..");
	(void)chmod(scratch_path(dir.path, ".mxlog/key"), 0644);
	ck_assert_int_eq(verify(&dir, &stats, &error), -EPERM);
	logdir_use_key(&dir, "too short");
	ck_assert_int_eq(verify(&dir, &stats, &error), -EINVAL);
	logdir_done(&dir);
}
END_TEST

SUITE("cycle_check", a_corrupt_archive_is_told_once_and_the_others_are_right,
    an_archive_that_is_gone_is_told, a_lost_index_is_rebuilt_from_the_archives,
    a_damaged_index_stops_the_cycle_until_it_is_rebuilt,
    a_damaged_archive_is_not_rebuilt, a_foreign_archive_can_be_taken_in,
    a_changed_live_segment_breaks_its_seal,
    a_sealed_segment_that_was_removed_is_told,
    with_a_key_who_rewrites_archive_and_index_is_caught,
    with_a_key_a_ledger_or_an_index_that_is_gone_is_told,
    a_ledger_that_is_gone_is_told_without_archives,
    damage_in_the_ledger_stops_the_cycle_until_it_is_rebuilt,
    another_archive_does_not_take_a_recorded_ones_place,
    the_runs_verify_each_archive_in_turn_and_tell_once,
    a_head_shows_that_the_directory_was_put_back, rewriting_today_shows,
    pruning_and_archiving_keep_the_chain, a_key_that_others_can_read_is_refused)
