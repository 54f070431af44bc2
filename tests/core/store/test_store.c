/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/timestamp.h"
#include "inject.h"
#include "scratch.h"
#include "starve.h"
#include "suite.h"

#define DAY_0 "2026-01-28"
static const int64_t TIME_0 = 20481 * USEC_PER_DAY; /* DAY_0 */

static const struct mxlog_store_options plain = {
	.max_segment_bytes = 100 * 1024 * 1024,
	.uid = UINT32_MAX,
	.gid = UINT32_MAX,
};

/* In children: Check's own pipe is not for several processes at once. */
static void must(bool is_true)
{
	if (!is_true)
		_exit(1);
}

static void child_put(struct mxlog_store *store, const char *line)
{
	must(mxlog_store_add(store, MXLOG_ENTRIES, TIME_0, line,
		 strlen(line)) == 0);
	must(mxlog_store_commit(store, false) == 0);
}

static struct mxlog_store *child_open(const char *dir, uint64_t max)
{
	struct mxlog_store_options options = plain;
	struct mxlog_store *store = NULL;

	options.max_segment_bytes = max;
	must(mxlog_store_open(dir, &options, &store, NULL) == 0);
	return store;
}

static struct mxlog_store *open_limited(const char *dir, uint64_t max)
{
	struct mxlog_store_options options = plain;
	struct mxlog_store *store = NULL;
	struct mxlog_error error = { 0 };

	options.max_segment_bytes = max;
	ck_assert_msg(mxlog_store_open(dir, &options, &store, &error) == 0,
	    "%s", error.text);
	return store;
}

static struct mxlog_store *open_store(const char *dir)
{
	return open_limited(dir, plain.max_segment_bytes);
}

static void add_at(struct mxlog_store *store, int64_t time, const char *line)
{
	ck_assert_int_eq(mxlog_store_add(store, MXLOG_ENTRIES, time, line,
			     strlen(line)),
	    0);
}

static void add(struct mxlog_store *store, const char *line)
{
	add_at(store, TIME_0, line);
}

static void put(struct mxlog_store *store, const char *line)
{
	add(store, line);
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
}

/* ---- what is where ---- */

START_TEST(lines_go_to_the_segment_of_their_day_and_kind)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_store(dir);
	struct mxlog_segment_name name;
	uint64_t size = 0;

	add(store, "a\n");
	add_at(store, TIME_0 + USEC_PER_DAY - 1, "b\n");
	add_at(store, TIME_0 + USEC_PER_DAY, "c\n");
	add_at(store, TIME_0 - 1, "d\n");
	ck_assert_int_eq(mxlog_store_add(store, MXLOG_METRICS, TIME_0, "m\n",
			     2),
	    0);
	ck_assert_uint_eq(mxlog_store_pending(store), 10);
	ck_assert(!scratch_exists(dir, DAY_0 ".log"));
	ck_assert_int_eq(mxlog_store_commit(store, true), 0);
	ck_assert_uint_eq(mxlog_store_pending(store), 0);
	ck_assert(scratch_holds(dir, DAY_0 ".log", "a\nb\n"));
	ck_assert(scratch_holds(dir, "2026-01-29.log", "c\n"));
	ck_assert(scratch_holds(dir, "2026-01-27.log", "d\n"));
	ck_assert(scratch_holds(dir, "metrics/" DAY_0 ".metrics.log", "m\n"));

	ck_assert_int_eq(mxlog_store_get_end(store, 0, &name, &size), 1);
	ck_assert_uint_eq(size, 4);
	ck_assert_int_eq(name.day, 20481);
	ck_assert_int_eq(mxlog_store_get_end(store, 4, &name, &size), 0);
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(directories_and_files_are_for_one_account)
{
	char *dir = scratch_new();
	static const char *const dirs[] = { "logs", "logs/.mxlog",
		"logs/metrics" };
	static const char *const files[] = { "logs/" DAY_0 ".log",
		"logs/metrics/" DAY_0 ".metrics.log", "logs/.mxlog/numbers" };
	struct mxlog_store *store = open_store(scratch_path(dir, "logs"));
	struct stat st;

	add(store, "a\n");
	ck_assert_int_eq(mxlog_store_add(store, MXLOG_METRICS, TIME_0, "m\n",
			     2),
	    0);
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		ck_assert_int_eq(stat(scratch_path(dir, dirs[i]), &st), 0);
		ck_assert_uint_eq(st.st_mode & 07777, 0700);
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		ck_assert_int_eq(stat(scratch_path(dir, files[i]), &st), 0);
		ck_assert_uint_eq(st.st_mode & 07777, 0600);
	}
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(a_full_segment_is_left_for_the_next_number_between_lines)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_limited(dir, 10);

	add(store, "1234\n");
	add(store, "56\n");
	add(store, "7890\n");
	add(store, "this is longer than a segment\n");
	add(store, "a\n");
	ck_assert_int_eq(mxlog_store_commit(store, true), 0);
	ck_assert(scratch_holds(dir, DAY_0 ".log", "1234\n56\n"));
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", "7890\n"));
	ck_assert(scratch_holds(dir, DAY_0 ".2.log",
	    "this is longer than a segment\n"));
	ck_assert(scratch_holds(dir, DAY_0 ".3.log", "a\n"));
	ck_assert_uint_eq(mxlog_store_rotations(store), 3);
	put(store, "12345678\n");
	/* "a\n" leaves no room for nine bytes, .log has none for three. */
	ck_assert(scratch_holds(dir, DAY_0 ".4.log", "12345678\n"));
	mxlog_store_close(store);

	/* The lowest that has room for the line is taken up again. */
	store = open_limited(dir, 10);
	put(store, "bcde\n");
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", "7890\nbcde\n"));
	put(store, "b\n");
	ck_assert(scratch_holds(dir, DAY_0 ".log", "1234\n56\nb\n"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(each_writer_has_a_segment_of_its_own)
{
	char *dir = scratch_new();
	struct mxlog_store *a = open_store(dir), *b = open_store(dir);

	put(a, "a\n");
	put(b, "b\n");
	put(a, "A\n");
	ck_assert(scratch_holds(dir, DAY_0 ".log", "a\nA\n"));
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", "b\n"));
	mxlog_store_close(a);
	mxlog_store_release(b);
	put(b, "B\n");
	ck_assert(scratch_holds(dir, DAY_0 ".log", "a\nA\nB\n"));
	mxlog_store_close(b);
	scratch_done(dir);
}
END_TEST

START_TEST(a_torn_tail_is_cut_by_who_claims_the_segment)
{
	char *dir = scratch_new();
	struct mxlog_store *store;

	scratch_write(dir, DAY_0 ".log", "whole\ntorn");
	scratch_write(dir, "2026-01-29.log", "torn from the first byte");
	store = open_store(dir);
	add(store, "next\n");
	add_at(store, TIME_0 + USEC_PER_DAY, "first\n");
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	ck_assert(scratch_holds(dir, DAY_0 ".log", "whole\nnext\n"));
	ck_assert(scratch_holds(dir, "2026-01-29.log", "first\n"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(a_tail_too_long_to_be_a_torn_line_is_left_alone)
{
	char *dir = scratch_new();
	struct mxlog_store *store;
	struct stat st;

	scratch_write(dir, DAY_0 ".log", "whole\n");
	ck_assert_int_eq(truncate(scratch_path(dir, DAY_0 ".log"),
			     MXLOG_LINE_MAX + 100000),
	    0);
	store = open_store(dir);
	put(store, "next\n");
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", "next\n"));
	ck_assert_int_eq(stat(scratch_path(dir, DAY_0 ".log"), &st), 0);
	ck_assert_int_eq(st.st_size, MXLOG_LINE_MAX + 100000);
	mxlog_store_close(store);

	/* Just short of it, it is. */
	ck_assert_int_eq(truncate(scratch_path(dir, DAY_0 ".log"),
			     MXLOG_LINE_MAX),
	    0);
	store = open_store(dir);
	put(store, "next\n");
	ck_assert(scratch_holds(dir, DAY_0 ".log", "whole\nnext\n"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(what_is_sealed_or_archived_is_not_written_again)
{
	char *dir = scratch_new();
	struct mxlog_store *store;

	ck_assert_int_eq(mkdir(scratch_path(dir, ".mxlog"), 0700), 0);
	ck_assert_int_eq(mkdir(scratch_path(dir, ".mxlog/seals"), 0700), 0);
	ck_assert_int_eq(mkdir(scratch_path(dir, "archive"), 0700), 0);
	scratch_write(dir, DAY_0 ".log", "sealed\n");
	scratch_write(dir, ".mxlog/seals/" DAY_0 ".log", "{}");
	scratch_write(dir, DAY_0 ".1.log", "archived\n");
	scratch_write(dir, "archive/" DAY_0 ".1.log.gz", "");
	scratch_write(dir, "archive/" DAY_0 ".2.log.gz", "");

	store = open_store(dir);
	put(store, "late\n");
	ck_assert(scratch_holds(dir, DAY_0 ".log", "sealed\n"));
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", "archived\n"));
	ck_assert(scratch_holds(dir, DAY_0 ".3.log", "late\n"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

/* ---- who may be trusted ---- */

START_TEST(hostile_names_are_passed_over_and_their_targets_left_alone)
{
	char *dir = scratch_new();
	struct mxlog_store *store = NULL;

	scratch_write(dir, "victim", "precious");
	ck_assert_int_eq(symlink("victim", scratch_path(dir, DAY_0 ".log")), 0);
	ck_assert_int_eq(link(scratch_path(dir, "victim"),
			     scratch_path(dir, DAY_0 ".1.log")),
	    0);
	ck_assert_int_eq(mkfifo(scratch_path(dir, DAY_0 ".2.log"), 0600), 0);
	ck_assert_int_eq(mkdir(scratch_path(dir, DAY_0 ".3.log"), 0700), 0);
	ck_assert_int_eq(symlink("nowhere", scratch_path(dir, DAY_0 ".4.log")),
	    0);
	scratch_write(dir, DAY_0 ".5.log", "foreign\n");
	if (geteuid() == 0)
		ck_assert_int_eq(chown(scratch_path(dir, DAY_0 ".5.log"), 4321,
				     0),
		    0);

	store = open_store(dir);
	put(store, "x\n");
	ck_assert(scratch_holds(dir, "victim", "precious"));
	ck_assert(!scratch_exists(dir, "nowhere"));
	if (geteuid() == 0)
		ck_assert(scratch_holds(dir, DAY_0 ".6.log", "x\n"));
	mxlog_store_close(store);

	/* Links where directories belong are an error that says so. */
	ck_assert_int_eq(symlink("/tmp", scratch_path(dir, "metrics")), 0);
	store = open_store(dir);
	ck_assert_int_eq(mxlog_store_add(store, MXLOG_METRICS, TIME_0, "m\n",
			     2),
	    0);
	ck_assert_int_eq(mxlog_store_commit(store, false), -ELOOP);
	ck_assert_uint_eq(mxlog_store_pending(store), 2);
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(a_directory_of_another_account_is_refused)
{
	char *dir = scratch_new();
	struct mxlog_store_options options = plain;
	struct mxlog_store *store = NULL;
	struct mxlog_error error = { 0 };
	struct stat st;

	ck_assert_int_eq(symlink(dir, scratch_path(dir, "link")), 0);
	ck_assert_int_eq(mxlog_store_open(scratch_path(dir, "link"), &options,
			     &store, &error),
	    -ELOOP);
	ck_assert_ptr_nonnull(strstr(error.text, "symbolic link"));
	if (geteuid() != 0) {
		printf("skipped: not root\n");
		scratch_done(dir);
		return;
	}
	options.uid = 1234;
	options.gid = 2345;
	ck_assert_int_eq(mxlog_store_open(dir, &options, &store, &error),
	    -EPERM);
	ck_assert_ptr_nonnull(strstr(error.text, "1234"));

	/* A new one is made for the owner, and so is all in it. */
	ck_assert_int_eq(mxlog_store_open(scratch_path(dir, "new"), &options,
			     &store, &error),
	    0);
	put(store, "x\n");
	ck_assert_int_eq(stat(scratch_path(dir, "new/" DAY_0 ".log"), &st), 0);
	ck_assert_uint_eq(st.st_uid, 1234);
	ck_assert_uint_eq(st.st_gid, 2345);
	ck_assert_int_eq(stat(scratch_path(dir, "new/.mxlog"), &st), 0);
	ck_assert_uint_eq(st.st_uid, 1234);
	mxlog_store_close(store);

	ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_assert_int_eq(chmod(scratch_path(dir, "new"), 0777), 0);
	ck_assert_int_eq(seteuid(4321), 0);
	ck_assert_int_eq(mxlog_store_open(scratch_path(dir, "new"), &plain,
			     &store, &error),
	    -EPERM);
	ck_assert_int_eq(seteuid(0), 0);
	scratch_done(dir);
}
END_TEST

START_TEST(a_segment_that_was_removed_is_not_written_into_nowhere)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_store(dir);

	put(store, "1\n");
	ck_assert_int_eq(unlink(scratch_path(dir, DAY_0 ".log")), 0);
	put(store, "2\n");
	/* Its number is not given again. */
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", "2\n"));

	ck_assert_int_eq(rename(scratch_path(dir, DAY_0 ".1.log"),
			     scratch_path(dir, "moved")),
	    0);
	scratch_write(dir, DAY_0 ".1.log", "another\n");
	put(store, "3\n");
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", "another\n3\n"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(a_directory_that_was_removed_is_made_again)
{
	char *dir = scratch_new(), *inner = NULL;
	struct mxlog_store *store;

	ck_assert_int_gt(asprintf(&inner, "%s/logs", dir), 0);
	store = open_store(inner);
	put(store, "1\n");
	scratch_done(inner);
	put(store, "2\n");
	ck_assert(scratch_holds(dir, "logs/" DAY_0 ".log", "2\n"));
	put(store, "3\n");
	ck_assert(scratch_holds(dir, "logs/" DAY_0 ".log", "2\n3\n"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(a_relative_directory_stays_where_it_was)
{
	char *dir = scratch_new();
	struct mxlog_store *store;

	ck_assert_int_eq(chdir(dir), 0);
	store = open_store("./logs");
	ck_assert_int_eq(chdir("/"), 0);
	put(store, "1\n");
	ck_assert(scratch_holds(dir, "logs/" DAY_0 ".log", "1\n"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(what_others_did_to_a_segment_costs_no_line_of_ours)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_store(dir);

	put(store, "1\n");
	ck_assert_int_eq(truncate(scratch_path(dir, DAY_0 ".log"), 0), 0);
	put(store, "2\n");
	ck_assert(scratch_holds(dir, DAY_0 ".log", "2\n"));
	scratch_write(dir, DAY_0 ".log", "2\nhalf a li");
	put(store, "3\n");
	ck_assert(scratch_holds(dir, DAY_0 ".log", "2\n3\n"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

/* ---- failures ---- */

START_TEST(a_batch_that_fails_is_cut_back_whole_and_kept)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_limited(dir, 12);

	put(store, "before\n");
	add(store, "1234\n");
	add(store, "next segment\n");
	add_at(store, TIME_0 + USEC_PER_DAY, "next day\n");
	inject(INJECT_TEAR, INJECT_WRITE, 5, ENOSPC);
	ck_assert_int_eq(mxlog_store_commit(store, true), -ENOSPC);
	ck_assert(inject_done());
	ck_assert(scratch_holds(dir, DAY_0 ".log", "before\n"));
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", ""));
	ck_assert(scratch_holds(dir, "2026-01-29.log", ""));
	ck_assert_uint_eq(mxlog_store_pending(store), 27);
	ck_assert_int_eq(mxlog_store_commit(store, true), 0);
	ck_assert(scratch_holds(dir, DAY_0 ".log", "before\n1234\n"));
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", "next segment\n"));
	ck_assert(scratch_holds(dir, "2026-01-29.log", "next day\n"));
	ck_assert_uint_eq(mxlog_store_rotations(store), 1);
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(a_rolled_back_batch_leaves_nothing)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_store(dir);

	add(store, "1\n");
	mxlog_store_rollback(store);
	ck_assert_uint_eq(mxlog_store_pending(store), 0);
	ck_assert_int_eq(mxlog_store_commit(store, true), 0);
	ck_assert(!scratch_exists(dir, DAY_0 ".log"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(after_a_failed_fsync_the_batch_goes_to_a_new_segment)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_store(dir);

	add(store, "1\n");
	ck_assert_int_eq(mxlog_store_commit(store, true), 0);
	add(store, "2\n");
	inject(INJECT_BREAK, INJECT_FDATASYNC, 1, EIO);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(mxlog_store_commit(store, true), -EIO);
	ck_assert(inject_done());
	ck_assert(scratch_holds(dir, DAY_0 ".log", "1\n"));
	ck_assert_int_eq(mxlog_store_commit(store, true), 0);
	ck_assert(scratch_holds(dir, DAY_0 ".log", "1\n"));
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", "2\n"));
	ck_assert(!scratch_exists(dir, DAY_0 ".2.log"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(nothing_is_written_before_an_owed_cut_is_made)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_store(dir);

	put(store, "1\n");
	add(store, "2\n");
	inject(INJECT_BREAK, INJECT_FDATASYNC | INJECT_FTRUNCATE, 1, EIO);
	ck_assert_int_eq(mxlog_store_commit(store, true), -EIO);
	ck_assert_int_eq(mxlog_store_commit(store, true), -EIO);
	mxlog_store_release(store);
	ck_assert_int_eq(mxlog_store_commit(store, true), -EIO);
	ck_assert(inject_done());
	ck_assert_int_eq(mxlog_store_commit(store, true), 0);
	ck_assert(scratch_holds(dir, DAY_0 ".log", "1\n"));
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", "2\n"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

/* What follows the last newline is no line: a segment that nobody has claimed
 * since its writer died may end so. */
static void cut_torn(struct mxlog_buf *buf, size_t start)
{
	while (buf->len > start && buf->data[buf->len - 1] != '\n')
		buf->len--;
}

/* All segments, in stored order; with `lines` only what is a line. */
static void gather_some(const char *dir, bool lines, struct mxlog_buf *buf)
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int dir_fd = -1;

	ck_assert_int_eq(mxlog_fs_open_dir(dir, false, &dir_fd), 0);
	ck_assert_int_eq(mxlog_segment_list(dir_fd, MXLOG_ENTRIES, false,
			     &names, &n),
	    0);
	for (size_t i = 0; i < n; i++) {
		char text[MXLOG_SEGMENT_NAME_MAX];
		size_t start = buf->len;

		mxlog_segment_format(text, &names[i]);
		ck_assert(scratch_read(dir, text, buf));
		if (lines)
			cut_torn(buf, start);
	}
	ck_assert_int_eq(mxlog_buf_add_char(buf, '\0'), 0);
	free(names);
	close(dir_fd);
}

static void gather(const char *dir, struct mxlog_buf *buf)
{
	gather_some(dir, false, buf);
}

static size_t count(const char *text, const char *line)
{
	size_t n = 0;

	for (; (text = strstr(text, line)); text++)
		n++;
	return n;
}

/* Two days, a rotation, one commit that may fail and is repeated. */
static void fail_at(enum inject_mode mode, unsigned long n, bool *came)
{
	char *dir = scratch_new_fast();
	struct mxlog_store *store = open_limited(dir, 12);
	struct mxlog_buf all = { 0 };
	int r;

	put(store, "first\n");
	add(store, "second\n");
	add(store, "third\n");
	add_at(store, TIME_0 + USEC_PER_DAY, "fourth\n");
	inject(mode, INJECT_ALL, n, EIO);
	r = mxlog_store_commit(store, true);
	*came = inject_done();

	gather(dir, &all);
	if (r < 0 && strcmp(inject_name(), "ftruncate") != 0 &&
	    mode == INJECT_FAIL) {
		ck_assert_msg(strcmp(all.data, "first\n") == 0, "%lu %s: %s", n,
		    inject_name(), all.data);
	}
	ck_assert(*came || r == 0);
	if (r < 0)
		ck_assert_int_eq(mxlog_store_commit(store, true), 0);
	mxlog_buf_done(&all);
	gather(dir, &all);
	ck_assert_uint_eq(all.len - 1, 6 + 7 + 6 + 7);
	ck_assert_uint_eq(count(all.data, "first\n"), 1);
	ck_assert_uint_eq(count(all.data, "second\n"), 1);
	ck_assert_uint_eq(count(all.data, "third\n"), 1);
	ck_assert_uint_eq(count(all.data, "fourth\n"), 1);
	mxlog_buf_done(&all);
	mxlog_store_close(store);
	scratch_done(dir);
}

START_TEST(whichever_call_fails_each_line_is_there_once_in_the_end)
{
	unsigned long n = 0;
	bool came = true;

	while (came)
		fail_at(INJECT_FAIL, ++n, &came);
	ck_assert_uint_ge(n, 40);
	for (n = 1, came = true; came; n++)
		fail_at(INJECT_BREAK, n, &came);
	for (n = 1, came = true; came; n++)
		fail_at(INJECT_TEAR, n, &came);
}
END_TEST

START_TEST(opening_fails_cleanly_whichever_call_fails)
{
	unsigned long n = 0;
	bool came = true;

	while (came) {
		char *dir = scratch_new_fast();
		struct mxlog_store *store = NULL;
		struct mxlog_error error = { 0 };
		int r;

		inject(INJECT_FAIL, INJECT_ALL, ++n, EIO);
		r = mxlog_store_open(scratch_path(dir, "a/b"), &plain, &store,
		    &error);
		came = inject_done();
		ck_assert(r == 0 || error.text[0] != '\0');
		ck_assert(came || r == 0);
		if (r == 0)
			put(store, "x\n");
		mxlog_store_close(store);
		scratch_done(dir);
	}
}
END_TEST

START_TEST(without_memory_nothing_is_lost)
{
	bool hungry = true;

	for (unsigned long n = 1; hungry; n++) {
		char *dir = scratch_new_fast();
		struct mxlog_store *store = open_limited(dir, 10);
		struct mxlog_buf all = { 0 };
		int first, second, r;

		starve(n);
		first = mxlog_store_add(store, MXLOG_ENTRIES, TIME_0,
		    "1234567\n", 8);
		second = mxlog_store_add(store, MXLOG_ENTRIES, TIME_0,
		    "7654321\n", 8);
		r = mxlog_store_commit(store, true);
		hungry = starve_done();
		ck_assert(r == 0 || r == -ENOMEM);
		if (r < 0)
			ck_assert_int_eq(mxlog_store_commit(store, true), 0);
		gather(dir, &all);
		ck_assert_uint_eq(count(all.data, "1234567\n"), first == 0);
		ck_assert_uint_eq(count(all.data, "7654321\n"), second == 0);
		mxlog_buf_done(&all);
		mxlog_store_close(store);
		scratch_done(dir);
	}
}
END_TEST

START_TEST(an_unsynced_segment_is_synced_before_it_is_let_go)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_limited(dir, 10);

	inject(INJECT_FAIL, INJECT_FDATASYNC, 1, EIO);
	for (int i = 0; i < 10; i++)
		put(store, "123456789\n");
	/* Four full ones wait for a sync; those before were synced. */
	ck_assert_uint_ge(inject_count(), 5);
	ck_assert(inject_done());
	ck_assert_int_eq(mxlog_store_sync(store), -EIO);
	ck_assert_int_eq(mxlog_store_sync(store), 0);

	put(store, "123456789\n");
	inject(INJECT_FAIL, INJECT_FDATASYNC, 1, EIO);
	mxlog_store_release(store);
	ck_assert(inject_done());
	ck_assert_int_eq(mxlog_store_sync(store), -EIO);
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

/* ---- room ---- */

static int64_t blocks_of(const char *dir, const char *name)
{
	struct stat st;

	ck_assert_int_eq(stat(scratch_path(dir, name), &st), 0);
	return (int64_t)st.st_blocks * 512 - (st.st_size + 4095) / 4096 * 4096;
}

static void reserve_in(char *dir)
{
	struct mxlog_store *store = open_store(dir);
	char today[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_segment_name name = {
		.day = mxlog_timestamp_day(mxlog_timestamp_now()),
	};
	static char line[3 * 1024 * 1024];

	memset(line, '\n', sizeof(line));
	mxlog_segment_format(today, &name);
	ck_assert_int_eq(mxlog_store_reserve(store, 100000), 0);
	ck_assert_int_ge(blocks_of(dir, today), 100000);
	ck_assert(scratch_holds(dir, today, ""));
	ck_assert_int_eq(mxlog_store_add(store, MXLOG_ENTRIES,
			     mxlog_timestamp_now(), line, sizeof(line)),
	    0);
	ck_assert_int_eq(mxlog_store_reserve(store, 100000), 0);
	ck_assert_int_ge(blocks_of(dir, today), (int64_t)sizeof(line) + 100000);
	mxlog_store_rollback(store);
	add_at(store, mxlog_timestamp_now(), "x\n");
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	ck_assert(scratch_holds(dir, today, "x\n"));
	/* What was not used is given back. */
	mxlog_store_close(store);
	ck_assert_int_le(blocks_of(dir, today), 4096);
}

START_TEST(reserved_room_is_held_and_given_back)
{
	char *dir = scratch_new();

	reserve_in(dir);
	scratch_done(dir);
	dir = scratch_new_fast(); /* tmpfs can do it, too */
	reserve_in(dir);
	scratch_done(dir);
}
END_TEST

START_TEST(room_that_is_not_there_is_refused_and_a_dead_writers_is_freed)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_store(dir);
	pid_t pid;

	inject(INJECT_BREAK, INJECT_FALLOCATE, 1, ENOSPC);
	ck_assert_int_eq(mxlog_store_reserve(store, 1000), -ENOSPC);
	inject(INJECT_BREAK, INJECT_FALLOCATE, 1, EOPNOTSUPP);
	ck_assert_int_eq(mxlog_store_reserve(store, 1000), 0);
	ck_assert_int_eq(mxlog_store_reserve(store, (size_t)1 << 50), -ENOSPC);
	ck_assert(inject_done());
	mxlog_store_close(store);

	pid = fork();
	if (pid == 0) {
		store = child_open(dir, 1 << 30);
		if (mxlog_store_reserve(store, 10000000) == 0)
			(void)raise(SIGKILL);
		_exit(1);
	}
	(void)waitpid(pid, NULL, 0);
	store = open_store(dir);
	add_at(store, mxlog_timestamp_now(), "x\n");
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	{
		char today[MXLOG_SEGMENT_NAME_MAX];
		struct mxlog_segment_name name = {
			.day = mxlog_timestamp_day(mxlog_timestamp_now()),
		};

		mxlog_segment_format(today, &name);
		ck_assert_int_le(blocks_of(dir, today), 65536);
	}
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

static bool mount_small(const char *dir)
{
	return unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("tmpfs", dir, "tmpfs", 0, "size=256k") == 0;
}

START_TEST(a_full_disk_loses_and_repeats_nothing)
{
	char *dir = scratch_new();
	struct mxlog_store *store;
	struct mxlog_buf all = { 0 };
	char line[200];
	int sent = 0, failures = 0;

	if (!mount_small(dir)) {
		printf("skipped: no mounts here\n");
		scratch_done(dir);
		return;
	}
	store = open_limited(dir, 65536);
	scratch_write(dir, "ballast", "");
	ck_assert_int_eq(truncate(scratch_path(dir, "ballast"), 0), 0);
	while (failures == 0) {
		for (int i = 0; i < 50; i++)
			add(store,
			    (snprintf(line, sizeof(line), "line %06d %150s\n",
				 sent++, ""),
				line));
		if (mxlog_store_commit(store, false) < 0)
			failures++;
	}
	ck_assert_int_eq(mxlog_store_commit(store, false), -ENOSPC);
	ck_assert_uint_gt(mxlog_store_pending(store), 0);
	/* The disk grows. */
	ck_assert_int_eq(mount("tmpfs", dir, "tmpfs", MS_REMOUNT, "size=2m"),
	    0);
	ck_assert_int_eq(mxlog_store_commit(store, true), 0);
	gather(dir, &all);
	for (int i = 0; i < sent; i++) {
		(void)snprintf(line, sizeof(line), "line %06d ", i);
		ck_assert_uint_eq(count(all.data, line), 1);
	}
	ck_assert_uint_eq(all.len - 1, (size_t)sent * 163);
	mxlog_buf_done(&all);
	mxlog_store_close(store);
	(void)umount2(dir, MNT_DETACH);
	scratch_done(dir);
}
END_TEST

static void write_below_limit(const char *dir)
{
	struct rlimit limit = { .rlim_cur = 4096, .rlim_max = 4096 };
	struct mxlog_store *store;
	char line[101];

	memset(line, 'x', sizeof(line));
	line[99] = '\n';
	line[100] = '\0';
	must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	store = child_open(dir, 1 << 30);
	for (int i = 0; i < 100; i++)
		child_put(store, line);
	must(mxlog_store_rotations(store) == 2);
	mxlog_store_close(store);
}

START_TEST(what_was_reserved_can_be_written_on_a_full_disk)
{
	char *dir = scratch_new();
	struct mxlog_store *store;
	static char line[60000];
	int fd;

	if (!mount_small(dir)) {
		printf("skipped: no mounts here\n");
		scratch_done(dir);
		return;
	}
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	store = open_store(dir);
	ck_assert_int_eq(mxlog_store_reserve(store, sizeof(line)), 0);
	ck_assert_int_eq(mxlog_store_reserve(store, 10 << 20), -ENOSPC);
	fd = open(scratch_path(dir, "ballast"), O_WRONLY | O_CREAT, 0600);
	ck_assert_int_eq(mxlog_fs_write_all(fd, line, sizeof(line)), 0);
	while (mxlog_fs_write_all(fd, line, 4096) == 0)
		;
	ck_assert_int_eq(mxlog_fs_write_all(fd, line, 1), -ENOSPC);
	ck_assert_int_eq(mxlog_store_add(store, MXLOG_ENTRIES,
			     mxlog_timestamp_now(), line, sizeof(line)),
	    0);
	ck_assert_int_eq(mxlog_store_commit(store, true), 0);
	close(fd);
	mxlog_store_close(store);
	(void)umount2(dir, MNT_DETACH);
	scratch_done(dir);
}
END_TEST

START_TEST(a_file_size_limit_rotates_instead_of_killing)
{
	char *dir = scratch_new();
	int status = 0;

	if (fork() == 0) {
		write_below_limit(dir);
		_exit(0);
	}
	ck_assert_int_gt(wait(&status), 0);
	ck_assert_int_eq(status, 0);
	scratch_done(dir);
}
END_TEST

/* ---- processes ---- */

START_TEST(a_forked_child_drops_the_batch_and_claims_its_own_segment)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_store(dir);
	int status = 0;
	pid_t pid;

	put(store, "1\n");
	add(store, "pending\n");
	pid = fork();
	if (pid == 0) {
		child_put(store, "child\n");
		mxlog_store_close(store);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	/* The parent's lock has survived its child's end. */
	put(store, "2\n");
	ck_assert(scratch_holds(dir, DAY_0 ".log", "1\npending\n2\n"));
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", "child\n"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

START_TEST(a_stopped_writer_stops_nobody)
{
	char *dir = scratch_new();
	struct mxlog_store *store;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		store = child_open(dir, 1 << 20);
		child_put(store, "stopped\n");
		(void)raise(SIGSTOP);
		child_put(store, "goes on\n");
		mxlog_store_close(store);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
	ck_assert(WIFSTOPPED(status));
	store = open_store(dir);
	put(store, "mine\n");
	ck_assert(scratch_holds(dir, DAY_0 ".1.log", "mine\n"));
	ck_assert_int_eq(kill(pid, SIGCONT), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert(scratch_holds(dir, DAY_0 ".log", "stopped\ngoes on\n"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

enum {
	PROCESSES = 6,
	LINES = 3000,
};

static void write_many(const char *dir, int process)
{
	struct mxlog_store *store = child_open(dir, 100000);
	char line[64];

	for (int i = 0; i < LINES; i++) {
		(void)snprintf(line, sizeof(line), "<%d:%05d>\n", process, i);
		must(mxlog_store_add(store, MXLOG_ENTRIES, TIME_0, line,
			 strlen(line)) == 0);
		if (i % 7 == 0)
			must(mxlog_store_commit(store, false) == 0);
		if (i % 1000 == 500)
			mxlog_store_release(store);
	}
	must(mxlog_store_commit(store, false) == 0);
	mxlog_store_close(store);
}

START_TEST(many_processes_lose_and_mingle_nothing)
{
	char *dir = scratch_new();
	struct mxlog_buf all = { 0 };
	static unsigned char seen[PROCESSES][LINES];
	size_t lines = 0;

	for (int i = 0; i < PROCESSES; i++) {
		if (fork() == 0) {
			write_many(dir, i);
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status = 0;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	gather(dir, &all);
	for (const char *at = all.data; *at != '\0'; at += 10, lines++) {
		int process = -1, i = -1, end = 0;

		ck_assert_int_eq(sscanf(at, "<%d:%05d>\n%n", &process, &i,
				     &end),
		    2);
		ck_assert_int_ge(end, 10);
		ck_assert(process >= 0 && process < PROCESSES && i < LINES);
		ck_assert_uint_eq(seen[process][i]++, 0);
	}
	ck_assert_uint_eq(lines, PROCESSES * LINES);
	mxlog_buf_done(&all);
	scratch_done(dir);
}
END_TEST

/* Write numbered lines; each commit that returns is told through the pipe. */
static void write_until_killed(const char *dir, int told, int start)
{
	struct mxlog_store *store = child_open(dir, 50000);
	static char line[4096];

	for (int i = start;; i++) {
		int len = snprintf(line, sizeof(line), "<%07d>%*s\n", i,
		    1 + i * 37 % 3000, "");

		if (mxlog_store_add(store, MXLOG_ENTRIES, TIME_0, line,
			(size_t)len) < 0)
			_exit(1);
		if (i % 5 == 4) {
			if (mxlog_store_commit(store, false) < 0)
				_exit(1);
			(void)mxlog_fs_write_all(told, &i, sizeof(i));
		}
	}
}

static int last_told(int fd, int last)
{
	int i = 0;

	while (read(fd, &i, sizeof(i)) == (ssize_t)sizeof(i))
		last = i;
	return last;
}

static void check_told(const char *dir, const int *told, int rounds)
{
	struct mxlog_buf all = { 0 };
	char line[32];

	gather_some(dir, true, &all);
	for (int round = 0; round < rounds; round++) {
		for (int i = round * 1000000; i <= told[round]; i++) {
			(void)snprintf(line, sizeof(line), "<%07d>", i);
			ck_assert_msg(count(all.data, line) == 1, "%s", line);
		}
	}
	for (const char *at = all.data; *at != '\0';
	     at = strchr(at, '\n') + 1) {
		ck_assert_int_eq(at[0], '<');
		ck_assert_ptr_nonnull(strchr(at, '\n'));
		ck_assert_ptr_eq(memchr(at + 1, '<',
				     (size_t)(strchr(at, '\n') - at - 1)),
		    NULL);
	}
	mxlog_buf_done(&all);
}

START_TEST(what_was_acknowledged_survives_a_kill_and_no_torn_line_stays)
{
	enum {
		ROUNDS = 40,
	};
	char *dir = scratch_new();
	int told[ROUNDS];
	struct mxlog_store *store;

	for (int round = 0; round < ROUNDS; round++) {
		int pipes[2];
		pid_t pid;

		ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
		pid = fork();
		if (pid == 0) {
			/* Half of them die inside a torn write. */
			if (round % 2)
				inject(INJECT_TEAR, INJECT_WRITE,
				    10 + (unsigned long)round * 3, EIO);
			write_until_killed(dir, pipes[1], round * 1000000);
		}
		close(pipes[1]);
		(void)usleep(2000 + (unsigned)round * 200);
		(void)kill(pid, SIGKILL);
		told[round] = last_told(pipes[0], round * 1000000 - 1);
		close(pipes[0]);
		(void)waitpid(pid, NULL, 0);
	}
	store = open_store(dir);
	put(store, "<last>\n");
	mxlog_store_close(store);
	check_told(dir, told, ROUNDS);
	scratch_done(dir);
}
END_TEST

START_TEST(killed_at_any_call_whole_lines_stay_and_the_next_goes_on)
{
	unsigned long n = 0;
	bool killed = true;

	while (killed) {
		char *dir = scratch_new_fast();
		struct mxlog_buf all = { 0 };
		struct mxlog_store *store;
		int status = 0;
		pid_t pid;

		n++;
		pid = fork();
		if (pid == 0) {
			store = child_open(dir, 12);
			child_put(store, "first\n");
			inject(INJECT_KILL, INJECT_ALL, n, 0);
			(void)mxlog_store_add(store, MXLOG_ENTRIES, TIME_0,
			    "second\nthird\n", 13);
			(void)mxlog_store_commit(store, true);
			mxlog_store_close(store);
			_exit(0);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		killed = WIFSIGNALED(status);
		store = open_limited(dir, 12);
		put(store, "fourth\n");
		mxlog_store_close(store);
		gather(dir, &all);
		ck_assert_uint_eq(count(all.data, "first\n"), 1);
		ck_assert_uint_le(count(all.data, "second\n"), 1);
		ck_assert_uint_eq(count(all.data, "fourth\n"), 1);
		mxlog_buf_done(&all);
		scratch_done(dir);
	}
	ck_assert_uint_ge(n, 20);
}
END_TEST

/* ---- letting go ---- */

START_TEST(few_segments_are_held_however_many_days_a_batch_has)
{
	char *dir = scratch_new();
	struct rlimit limit;
	struct mxlog_store *store;
	struct mxlog_segment_name name = { 0 };
	int free_ones = 0;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 256;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	store = open_store(dir);
	for (int i = 0; i < 90; i++)
		add_at(store, TIME_0 + i * USEC_PER_DAY, "x\n");
	ck_assert_int_eq(mxlog_store_commit(store, true), 0);
	for (int i = 0; i < 90; i++) {
		int fd = -1;

		name.day = 20481 + i;
		if (mxlog_segment_lock(mxlog_store_dir_fd(store), &name, &fd) ==
		    0) {
			free_ones++;
			close(fd);
		}
	}
	ck_assert_int_eq(free_ones, 90 - 256 / 8);
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

static bool is_locked(struct mxlog_store *store, int64_t time)
{
	const struct mxlog_segment_name name = {
		.day = mxlog_timestamp_day(time),
	};
	int fd = -1, r;

	r = mxlog_segment_lock(mxlog_store_dir_fd(store), &name, &fd);
	if (r == 0)
		close(fd);
	return r == -EWOULDBLOCK;
}

START_TEST(another_days_segment_is_let_go_after_a_minute_without_lines)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_store(dir);
	int64_t today = mxlog_timestamp_now();
	int64_t yesterday = today - USEC_PER_DAY;

	add_at(store, today, "x\n");
	add_at(store, yesterday, "x\n");
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	inject_clock(0, 59);
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	ck_assert(is_locked(store, yesterday));
	add_at(store, yesterday, "y\n");
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	inject_clock(0, 118);
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	ck_assert(is_locked(store, yesterday));
	inject_clock(0, 120);
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	ck_assert(!is_locked(store, yesterday));
	ck_assert(is_locked(store, today));

	/* At midnight today becomes another day; the wall clock may jump. */
	inject_clock(86400, 240);
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	ck_assert(!is_locked(store, today));
	inject_clock(-864000, 241);
	add_at(store, today, "z\n");
	ck_assert_int_eq(mxlog_store_commit(store, true), 0);
	ck_assert(is_locked(store, today));
	inject_clock(0, 0);
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

static size_t count_ends(const struct mxlog_store *store)
{
	struct mxlog_segment_name name;
	uint64_t size;
	size_t n = 0;

	while (mxlog_store_get_end(store, n, &name, &size))
		n++;
	return n;
}

START_TEST(ends_of_segments_that_are_gone_are_forgotten)
{
	char *dir = scratch_new();
	struct mxlog_store *store = open_store(dir);

	for (int i = 0; i < 200; i++)
		add_at(store, TIME_0 - i * USEC_PER_DAY, "x\n");
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	ck_assert_uint_eq(count_ends(store), 200);
	for (int i = 0; i < 200; i++) {
		const struct mxlog_segment_name name = { .day = 20481 - i };
		char text[MXLOG_SEGMENT_NAME_MAX];

		mxlog_segment_format(text, &name);
		ck_assert_int_eq(unlink(scratch_path(dir, text)), 0);
	}
	for (int i = 1; i <= 100; i++)
		add_at(store, TIME_0 + i * USEC_PER_DAY, "x\n");
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	ck_assert_uint_eq(count_ends(store), 100);
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

SUITE("store", ends_of_segments_that_are_gone_are_forgotten,
    another_days_segment_is_let_go_after_a_minute_without_lines,
    lines_go_to_the_segment_of_their_day_and_kind,
    directories_and_files_are_for_one_account,
    a_full_segment_is_left_for_the_next_number_between_lines,
    each_writer_has_a_segment_of_its_own,
    a_torn_tail_is_cut_by_who_claims_the_segment,
    a_tail_too_long_to_be_a_torn_line_is_left_alone,
    what_is_sealed_or_archived_is_not_written_again,
    hostile_names_are_passed_over_and_their_targets_left_alone,
    a_directory_of_another_account_is_refused,
    a_segment_that_was_removed_is_not_written_into_nowhere,
    a_directory_that_was_removed_is_made_again,
    a_relative_directory_stays_where_it_was,
    what_others_did_to_a_segment_costs_no_line_of_ours,
    a_batch_that_fails_is_cut_back_whole_and_kept,
    a_rolled_back_batch_leaves_nothing,
    after_a_failed_fsync_the_batch_goes_to_a_new_segment,
    nothing_is_written_before_an_owed_cut_is_made,
    whichever_call_fails_each_line_is_there_once_in_the_end,
    opening_fails_cleanly_whichever_call_fails, without_memory_nothing_is_lost,
    an_unsynced_segment_is_synced_before_it_is_let_go,
    reserved_room_is_held_and_given_back,
    room_that_is_not_there_is_refused_and_a_dead_writers_is_freed,
    a_full_disk_loses_and_repeats_nothing,
    what_was_reserved_can_be_written_on_a_full_disk,
    a_file_size_limit_rotates_instead_of_killing,
    a_forked_child_drops_the_batch_and_claims_its_own_segment,
    a_stopped_writer_stops_nobody, many_processes_lose_and_mingle_nothing,
    what_was_acknowledged_survives_a_kill_and_no_torn_line_stays,
    killed_at_any_call_whole_lines_stay_and_the_next_goes_on,
    few_segments_are_held_however_many_days_a_batch_has)
