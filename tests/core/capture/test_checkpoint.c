/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/checkpoint.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "inject.h"
#include "suite.h"

static char dir[64];

static void make_dir(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/mxlog-checkpoint-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void drop_dir(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -r '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}

static void append(const char *name, const char *text, size_t len)
{
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/metrics", dir);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(mxlog_fs_write_all(fd, text, len), 0);
	close(fd);
}

static size_t append_line(const char *name, const char *id, const char *more)
{
	char line[512];
	int n = snprintf(line, sizeof(line),
	    "{\"trace_id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"timestamp\":"
	    "\"2026-01-28T15:30:45.123456Z\",\"message\":\"m\",\"context\":"
	    "{\"a\":1,\"journal_id\":\"%s\"%s}}\n",
	    id, more);

	append(name, line, (size_t)n);
	return (size_t)n;
}

static struct mxlog_checkpoint *open_it(void)
{
	struct mxlog_checkpoint *checkpoint;
	struct mxlog_error error = { 0 };
	int r = mxlog_checkpoint_open(dir, "demo", "journal_id", &checkpoint,
	    &error);

	ck_assert_msg(r == 0, "%d %s", r, error.text);
	return checkpoint;
}

struct seen {
	char text[1024];
	int64_t last_time;
	int n;
};

static int see(void *arg, const struct mxlog_identity *identity)
{
	struct seen *seen = arg;

	strncat(seen->text, identity->text, identity->len);
	strncat(seen->text, " ", 2);
	seen->last_time = identity->time_usec;
	seen->n++;
	return 0;
}

static struct seen scan(struct mxlog_checkpoint *checkpoint, bool all)
{
	struct seen seen = { 0 };

	ck_assert_int_eq(mxlog_checkpoint_scan(checkpoint, all, see, &seen), 0);
	return seen;
}

START_TEST(what_was_saved_is_there_after_a_restart)
{
	struct mxlog_checkpoint *checkpoint;

	make_dir();
	append("2026-01-28.log", "0123456789", 10);
	checkpoint = open_it();
	ck_assert_int_eq(mxlog_checkpoint_get_state(checkpoint),
	    MXLOG_CHECKPOINT_NEW);
	ck_assert_int_eq(mxlog_checkpoint_set_cursor(checkpoint, "abc",
			     "s=1;\"\\"),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_set_cursor(checkpoint, "abd", "x"),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_set_cursor(checkpoint, "abd", "y"),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_set_size(checkpoint, "2026-01-28.log",
			     10),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_save(checkpoint), 0);
	mxlog_checkpoint_close(checkpoint);

	checkpoint = open_it();
	ck_assert_int_eq(mxlog_checkpoint_get_state(checkpoint),
	    MXLOG_CHECKPOINT_LOADED);
	ck_assert_str_eq(mxlog_checkpoint_get_cursor(checkpoint, "abc"),
	    "s=1;\"\\");
	ck_assert_str_eq(mxlog_checkpoint_get_cursor(checkpoint, "abd"), "y");
	ck_assert_ptr_null(mxlog_checkpoint_get_cursor(checkpoint, "x"));
	ck_assert_str_eq(mxlog_checkpoint_get_stream(checkpoint, 1), "abd");
	ck_assert_ptr_null(mxlog_checkpoint_get_stream(checkpoint, 2));
	mxlog_checkpoint_close(checkpoint);
	drop_dir();
}
END_TEST

START_TEST(a_second_process_is_told_that_the_source_is_taken)
{
	struct mxlog_checkpoint *checkpoint, *second;
	struct mxlog_error error;

	make_dir();
	checkpoint = open_it();
	ck_assert_int_eq(mxlog_checkpoint_open(dir, "demo", "journal_id",
			     &second, &error),
	    -EBUSY);
	ck_assert_ptr_nonnull(strstr(error.text, "already captures 'demo'"));
	ck_assert_int_eq(mxlog_checkpoint_open(dir, "other", "journal_id",
			     &second, &error),
	    0);
	mxlog_checkpoint_close(second);
	mxlog_checkpoint_close(checkpoint);
	mxlog_checkpoint_close(open_it());
	drop_dir();
}
END_TEST

START_TEST(any_changed_byte_of_the_file_is_noticed)
{
	struct mxlog_checkpoint *checkpoint;
	struct mxlog_buf text = { 0 };
	char path[128];
	int dir_fd;

	make_dir();
	checkpoint = open_it();
	ck_assert_int_eq(mxlog_checkpoint_set_cursor(checkpoint, "abc", "s=1"),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_save(checkpoint), 0);
	mxlog_checkpoint_close(checkpoint);
	(void)snprintf(path, sizeof(path), "%s/.mxlog", dir);
	ck_assert_int_eq(mxlog_fs_open_dir(path, false, &dir_fd), 0);
	ck_assert_int_eq(mxlog_fs_read_file(dir_fd, "checkpoint.demo", 10000,
			     &text),
	    0);
	ck_assert_uint_gt(text.len, 100);

	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		ck_assert_int_eq(mxlog_fs_replace(dir_fd, "checkpoint.demo",
				     text.data, text.len),
		    0);
		checkpoint = open_it();
		ck_assert_int_eq(mxlog_checkpoint_get_state(checkpoint),
		    MXLOG_CHECKPOINT_DAMAGED);
		ck_assert_ptr_null(mxlog_checkpoint_get_stream(checkpoint, 0));
		mxlog_checkpoint_close(checkpoint);
		text.data[i] ^= 1;
	}
	for (size_t n = 0; n < text.len; n++) {
		ck_assert_int_eq(mxlog_fs_replace(dir_fd, "checkpoint.demo",
				     text.data, n),
		    0);
		checkpoint = open_it();
		ck_assert_int_eq(mxlog_checkpoint_get_state(checkpoint),
		    MXLOG_CHECKPOINT_DAMAGED);
		mxlog_checkpoint_close(checkpoint);
	}
	close(dir_fd);
	mxlog_buf_done(&text);
	drop_dir();
}
END_TEST

START_TEST(a_scan_finds_identities_past_the_sizes_in_whole_lines)
{
	struct mxlog_checkpoint *checkpoint;
	struct seen seen;
	size_t first;

	make_dir();
	first = append_line("2026-01-28.log", "aa-1", "");
	(void)append_line("2026-01-28.log", "aa-2",
	    ",\"original_timestamp\":\"2026-01-28T15:30:45.000001Z\"");
	append("2026-01-28.log",
	    LITERAL("{\"message\":\"\\\"journal_id\\\":\\\"no\\\"\"}\n"
		    "{\"context\":{\"b\":{\"journal_id\":\"nested\"}},"
		    "\"timestamp\":\"2026-01-28T15:30:45Z\"}\n"
		    "\0\0\0,\"context\":{\"journal_id\":\"hole\"}}\n"
		    "{\"timestamp\":\"2026-01-28T15:30:45Z\","
		    "\"context\":{\"journal_id\":\"torn\"}}"));
	append("metrics/2026-01-28.metrics.log",
	    LITERAL("{\"timestamp\":\"2026-01-28T15:30:45.5Z\",\"tags\":"
		    "{\"journal_id\":\"aa-3\"}}\n"));
	checkpoint = open_it();
	ck_assert_int_eq(mxlog_checkpoint_set_size(checkpoint, "2026-01-28.log",
			     first),
	    0);
	seen = scan(checkpoint, false);
	ck_assert_str_eq(seen.text, "aa-2 aa-3 ");
	ck_assert_int_eq(seen.last_time, 1769614245500000);
	/* What was found once counts as covered from then on. */
	ck_assert_int_eq(scan(checkpoint, false).n, 0);
	ck_assert_str_eq(scan(checkpoint, true).text, "aa-1 aa-2 aa-3 ");
	mxlog_checkpoint_close(checkpoint);
	drop_dir();
}
END_TEST

START_TEST(a_segment_that_shrank_is_looked_through_whole_ever_after)
{
	struct mxlog_checkpoint *checkpoint;
	size_t n;

	make_dir();
	n = append_line("2026-01-28.log", "aa-1", "");
	checkpoint = open_it();
	ck_assert_int_eq(mxlog_checkpoint_set_size(checkpoint, "2026-01-28.log",
			     n + 1),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_save(checkpoint), 0);
	mxlog_checkpoint_close(checkpoint);
	mxlog_checkpoint_close(open_it());
	/* Now it is longer than the checkpoint once said. */
	(void)append_line("2026-01-28.log", "aa-2", "");
	checkpoint = open_it();
	ck_assert_str_eq(scan(checkpoint, false).text, "aa-1 aa-2 ");
	mxlog_checkpoint_close(checkpoint);
	drop_dir();
}
END_TEST

/* Whatever call fails, it fails whole, and the next open has all of it. */
START_TEST(an_open_that_fails_leaves_the_checkpoint_as_it_was)
{
	struct mxlog_checkpoint *checkpoint;
	bool done = false;

	make_dir();
	append("2026-01-29.log", LITERAL("{}\n"));
	append("2026-01-30.log", LITERAL("{}\n"));
	checkpoint = open_it();
	ck_assert_int_eq(mxlog_checkpoint_set_cursor(checkpoint, "abc", "c"),
	    0);
	/* The first one does not exist any more. */
	for (int day = 28; day <= 30; day++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "2026-01-%d.log", day);
		ck_assert_int_eq(mxlog_checkpoint_set_size(checkpoint, name, 3),
		    0);
	}
	ck_assert_int_eq(mxlog_checkpoint_save(checkpoint), 0);
	mxlog_checkpoint_close(checkpoint);
	for (unsigned long n = 1; !done; n++) {
		int r;

		checkpoint = NULL;
		inject(INJECT_FAIL, INJECT_ALL, n, EIO);
		r = mxlog_checkpoint_open(dir, "demo", "journal_id",
		    &checkpoint, NULL);
		done = !inject_done();
		ck_assert_int_eq(r, done ? 0 : -EIO);
		mxlog_checkpoint_close(checkpoint);
	}
	checkpoint = open_it();
	ck_assert_str_eq(mxlog_checkpoint_get_cursor(checkpoint, "abc"), "c");
	mxlog_checkpoint_close(checkpoint);
	drop_dir();
}
END_TEST

SUITE("checkpoint", what_was_saved_is_there_after_a_restart,
    a_second_process_is_told_that_the_source_is_taken,
    any_changed_byte_of_the_file_is_noticed,
    a_scan_finds_identities_past_the_sizes_in_whole_lines,
    a_segment_that_shrank_is_looked_through_whole_ever_after,
    an_open_that_fails_leaves_the_checkpoint_as_it_was)
