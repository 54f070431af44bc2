/* SPDX-License-Identifier: Apache-2.0 */
#include "store/seal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "inject.h"
#include "old_seal.h"
#include "scratch.h"
#include "store/store.h"
#include "suite.h"

#define LOG  "2026-01-28.log"
#define SEAL ".mxlog/seals/" LOG

enum {
	DAY_NUMBER = 20481, /* 2026-01-28 */
};
static const int32_t DAY = DAY_NUMBER;
static const char KEY[] = "a key";

static int open_dir(const char *dir)
{
	int fd = -1;

	ck_assert_int_eq(mxlog_fs_open_dir(dir, false, &fd), 0);
	return fd;
}

/* Close the segments of DAY that there are; how many it were. */
static uint64_t run(const char *dir)
{
	static const struct mxlog_segment_name names[] = {
		{ .day = DAY_NUMBER },
		{ .day = DAY_NUMBER, .number = 1 },
		{ .kind = MXLOG_METRICS, .day = DAY_NUMBER },
	};
	int dir_fd = open_dir(dir);
	struct mxlog_seal seal;
	uint64_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		int r = mxlog_seal_take(dir_fd, &names[i], &seal);

		ck_assert(r == 0 || r == -ENOENT || r == -EAGAIN);
		n += r == 0;
	}
	ck_assert_int_eq(mxlog_seal_sync(dir_fd), 0);
	close(dir_fd);
	return n;
}

static struct mxlog_seal take(const char *dir)
{
	const struct mxlog_segment_name name = { .day = DAY };
	struct mxlog_seal seal = { 0 };
	int dir_fd = open_dir(dir);

	ck_assert_int_eq(mxlog_seal_take(dir_fd, &name, &seal), 0);
	close(dir_fd);
	return seal;
}

static struct mxlog_seal check(const char *dir, const char *key)
{
	const struct mxlog_segment_name name = { .day = DAY };
	struct mxlog_seal seal = { 0 };
	int dir_fd = open_dir(dir), fd = -1;

	ck_assert_int_eq(mxlog_fs_open_file(dir_fd, LOG, O_RDONLY, &fd), 0);
	ck_assert_int_eq(mxlog_seal_check(dir_fd, &name, fd, key,
			     key ? strlen(key) : 0, &seal),
	    0);
	close(fd);
	close(dir_fd);
	return seal;
}

START_TEST(a_segment_is_closed_and_measured)
{
	char *dir = scratch_new();
	struct mxlog_seal seal, again;

	scratch_write(dir, LOG, "one\ntwo\ntorn");
	scratch_write(dir, "2026-01-28.1.log", "");
	ck_assert_int_eq(mkdir(scratch_path(dir, "metrics"), 0700), 0);
	scratch_write(dir, "metrics/2026-01-28.metrics.log", "m\n");
	scratch_write(dir, "2026-01-29.log", "today\n");
	ck_assert_uint_eq(run(dir), 3);
	ck_assert(!scratch_exists(dir, ".mxlog/seals/2026-01-29.log"));
	ck_assert(scratch_holds(dir, SEAL, ""));
	ck_assert(scratch_holds(dir, LOG, "one\ntwo\n"));

	/* What has a marker already is measured as it is. */
	seal = take(dir);
	ck_assert_uint_eq(seal.size_bytes, 8);
	ck_assert_uint_eq(seal.entry_count, 2);
	again = take(dir);
	ck_assert_mem_eq(again.checksum, seal.checksum, MXLOG_DIGEST_LEN);
	ck_assert_int_eq(check(dir, NULL).state, MXLOG_SEAL_NONE);
	scratch_done(dir);
}
END_TEST

START_TEST(what_is_archived_is_not_sealed)
{
	const struct mxlog_segment_name name = { .day = DAY };
	char *dir = scratch_new();
	struct mxlog_seal seal;
	int dir_fd = open_dir(dir);

	scratch_write(dir, LOG, "one\n");
	ck_assert_int_eq(mkdir(scratch_path(dir, "archive"), 0700), 0);
	scratch_write(dir, "archive/" LOG ".gz", "x");
	ck_assert_int_eq(mxlog_seal_take(dir_fd, &name, &seal), -EROFS);
	ck_assert(!scratch_exists(dir, SEAL));
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

START_TEST(the_beginning_can_be_measured)
{
	struct mxlog_seal part, whole;
	char *dir = scratch_new();
	int fd;

	scratch_write(dir, LOG, "one\ntwo\n");
	fd = open(scratch_path(dir, LOG), O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(mxlog_seal_measure(fd, 4, &part), 0);
	ck_assert_uint_eq(part.size_bytes, 4);
	ck_assert_uint_eq(part.entry_count, 1);
	ck_assert_int_eq(mxlog_seal_measure(fd, UINT64_MAX, &whole), 0);
	ck_assert_uint_eq(whole.size_bytes, 8);
	close(fd);
	scratch_write(dir, LOG, "one\n");
	fd = open(scratch_path(dir, LOG), O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(mxlog_seal_measure(fd, UINT64_MAX, &whole), 0);
	ck_assert_mem_eq(whole.checksum, part.checksum, MXLOG_DIGEST_LEN);
	close(fd);
	scratch_done(dir);
}
END_TEST

START_TEST(a_segment_with_a_writer_is_left_for_later)
{
	const struct mxlog_store_options options = { 1 << 20, UINT32_MAX,
		UINT32_MAX, false };
	char *dir = scratch_new();
	struct mxlog_store *store = NULL;

	ck_assert_int_eq(mxlog_store_open(dir, &options, &store, NULL), 0);
	ck_assert_int_eq(mxlog_store_add(store, MXLOG_ENTRIES,
			     DAY * USEC_PER_DAY, "a\n", 2),
	    0);
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	ck_assert_uint_eq(run(dir), 0);
	mxlog_store_release(store);
	ck_assert_uint_eq(run(dir), 1);

	/* What comes after the seal goes to the next number. */
	ck_assert_int_eq(mxlog_store_add(store, MXLOG_ENTRIES,
			     DAY * USEC_PER_DAY, "b\n", 2),
	    0);
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	ck_assert(scratch_holds(dir, LOG, "a\n"));
	ck_assert(scratch_holds(dir, "2026-01-28.1.log", "b\n"));
	mxlog_store_close(store);
	scratch_done(dir);
}
END_TEST

/* Flip every bit of a file in turn: no change goes unseen. */
static void flip_all(const char *dir, const char *name, const char *key)
{
	struct mxlog_buf buf = { 0 };

	ck_assert(scratch_read(dir, name, &buf));
	for (size_t i = 0; i < buf.len * 8; i++) {
		int fd = open(scratch_path(dir, name), O_WRONLY);

		buf.data[i / 8] ^= (char)(1 << i % 8);
		ck_assert_int_eq(mxlog_fs_pwrite_all(fd, buf.data, buf.len, 0),
		    0);
		ck_assert_msg(check(dir, key).state == MXLOG_SEAL_BROKEN,
		    "%s: bit %zu", name, i);
		buf.data[i / 8] ^= (char)(1 << i % 8);
		ck_assert_int_eq(mxlog_fs_pwrite_all(fd, buf.data, buf.len, 0),
		    0);
		close(fd);
	}
	ck_assert_int_eq(check(dir, key).state, MXLOG_SEAL_HELD);
	mxlog_buf_done(&buf);
}

/* ---- what versions without a ledger wrote ---- */

START_TEST(every_bit_of_segment_and_seal_counts)
{
	char *dir = scratch_new_fast();

	scratch_write(dir, LOG, "one\ntwo\n");
	old_seal_write(dir, LOG, NULL);
	flip_all(dir, LOG, NULL);
	flip_all(dir, SEAL, NULL);
	scratch_write(dir, LOG, "one\ntwo\nmore\n");
	ck_assert_int_eq(check(dir, NULL).state, MXLOG_SEAL_BROKEN);
	scratch_write(dir, LOG, "one\n");
	ck_assert_int_eq(check(dir, NULL).state, MXLOG_SEAL_BROKEN);
	scratch_done(dir);
}
END_TEST

START_TEST(a_key_catches_who_seals_anew)
{
	char *dir = scratch_new_fast();

	scratch_write(dir, LOG, "one\ntwo\n");
	old_seal_write(dir, LOG, KEY);
	flip_all(dir, SEAL, KEY);
	ck_assert_int_eq(check(dir, KEY).state, MXLOG_SEAL_HELD);
	ck_assert_int_eq(check(dir, "another").state, MXLOG_SEAL_BROKEN);
	ck_assert_int_eq(check(dir, NULL).state, MXLOG_SEAL_WEAK);

	/* Changed, and sealed again by one who has not the key. */
	scratch_write(dir, LOG, "one\n");
	ck_assert_int_eq(unlink(scratch_path(dir, SEAL)), 0);
	old_seal_write(dir, LOG, NULL);
	ck_assert_int_eq(check(dir, KEY).state, MXLOG_SEAL_WEAK);
	ck_assert_int_eq(unlink(scratch_path(dir, SEAL)), 0);
	old_seal_write(dir, LOG, "guess");
	ck_assert_int_eq(check(dir, KEY).state, MXLOG_SEAL_BROKEN);
	ck_assert_int_eq(check(dir, NULL).state, MXLOG_SEAL_WEAK);
	scratch_done(dir);
}
END_TEST

START_TEST(anothers_seal_does_not_fit)
{
	char *dir = scratch_new();

	scratch_write(dir, LOG, "one\n");
	scratch_write(dir, "2026-01-28.1.log", "one\n");
	old_seal_write(dir, "2026-01-28.1.log", NULL);
	ck_assert_int_eq(rename(scratch_path(dir,
				    ".mxlog/seals/2026-01-28.1.log"),
			     scratch_path(dir, SEAL)),
	    0);
	ck_assert_int_eq(check(dir, NULL).state, MXLOG_SEAL_BROKEN);
	scratch_done(dir);
}
END_TEST

START_TEST(seals_are_listed_and_removed)
{
	char *dir = scratch_new();
	struct mxlog_segment_name *names = NULL;
	size_t n = 1;
	int dir_fd = open_dir(dir);

	ck_assert_int_eq(mxlog_seal_list(dir_fd, &names, &n), 0);
	ck_assert_uint_eq(n, 0);
	scratch_write(dir, LOG, "one\n");
	ck_assert_int_eq(mkdir(scratch_path(dir, ".mxlog"), 0700), 0);
	ck_assert_int_eq(mkdir(scratch_path(dir, ".mxlog/seals"), 0700), 0);
	scratch_write(dir, ".mxlog/seals/2026-01-27.1.log", "");
	run(dir);
	ck_assert_int_eq(mxlog_seal_list(dir_fd, &names, &n), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(names[0].day, DAY - 1);
	ck_assert_int_eq(mxlog_seal_remove(dir_fd, &names[1]), 0);
	ck_assert_int_eq(mxlog_seal_remove(dir_fd, &names[1]), 0);
	ck_assert(!mxlog_seal_is_marked(dir_fd, &names[1]));
	ck_assert(mxlog_seal_is_marked(dir_fd, &names[0]));
	free(names);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

START_TEST(whatever_fails_a_segment_that_was_measured_is_closed)
{
	const struct mxlog_segment_name name = { .day = DAY };
	bool came = true;

	for (unsigned long n = 1; came; n++) {
		char *dir = scratch_new_fast();
		int dir_fd = open_dir(dir), r;
		struct mxlog_seal seal;

		scratch_write(dir, LOG, "one\ntorn");
		inject(INJECT_FAIL, INJECT_ALL, n, EIO);
		r = mxlog_seal_take(dir_fd, &name, &seal);
		came = inject_done();
		ck_assert_msg(r < 0 || mxlog_seal_is_marked(dir_fd, &name),
		    "%s", inject_name());
		ck_assert_uint_eq(take(dir).size_bytes, 4);
		ck_assert(mxlog_seal_is_marked(dir_fd, &name));
		close(dir_fd);
		scratch_done(dir);
	}
}
END_TEST

START_TEST(what_is_closed_is_on_disk)
{
	const struct mxlog_segment_name name = { .day = DAY };
	char *dir = scratch_new();
	int dir_fd = open_dir(dir);
	struct mxlog_seal seal;

	scratch_write(dir, LOG, "one\n");
	inject(INJECT_FAIL, INJECT_FDATASYNC, 1, EIO);
	ck_assert_int_eq(mxlog_seal_take(dir_fd, &name, &seal), -EIO);
	ck_assert(inject_done());
	ck_assert(!mxlog_seal_is_marked(dir_fd, &name));
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

SUITE("seal", what_is_closed_is_on_disk, a_segment_is_closed_and_measured,
    what_is_archived_is_not_sealed, the_beginning_can_be_measured,
    a_segment_with_a_writer_is_left_for_later,
    every_bit_of_segment_and_seal_counts, a_key_catches_who_seals_anew,
    anothers_seal_does_not_fit, seals_are_listed_and_removed,
    whatever_fails_a_segment_that_was_measured_is_closed)
