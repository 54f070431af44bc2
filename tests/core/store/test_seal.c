/* SPDX-License-Identifier: Apache-2.0 */
#include "store/seal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "inject.h"
#include "scratch.h"
#include "store/store.h"
#include "suite.h"

#define LOG  "2026-01-28.log"
#define SEAL ".mxlog/seals/" LOG

static const int32_t DAY = 20481; /* 2026-01-28 */
static const char KEY[] = "a key";

static int open_dir(const char *dir)
{
	int fd = -1;

	ck_assert_int_eq(mxlog_fs_open_dir(dir, false, &fd), 0);
	return fd;
}

static uint64_t run(const char *dir, int32_t before_day, const char *key)
{
	int dir_fd = open_dir(dir);
	uint64_t n = 0;

	ck_assert_int_eq(mxlog_seal_run(dir_fd, before_day, key,
			     key ? strlen(key) : 0, &n),
	    0);
	close(dir_fd);
	return n;
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

START_TEST(a_past_days_segments_are_sealed_once_and_hold)
{
	char *dir = scratch_new();
	struct mxlog_seal seal;

	scratch_write(dir, LOG, "one\ntwo\ntorn");
	scratch_write(dir, "2026-01-28.1.log", "");
	ck_assert_int_eq(mkdir(scratch_path(dir, "metrics"), 0700), 0);
	scratch_write(dir, "metrics/2026-01-28.metrics.log", "m\n");
	scratch_write(dir, "2026-01-29.log", "today\n");
	ck_assert_int_eq(check(dir, NULL).state, MXLOG_SEAL_NONE);
	ck_assert_uint_eq(run(dir, DAY + 1, NULL), 3);
	ck_assert_uint_eq(run(dir, DAY + 1, NULL), 0);
	ck_assert(!scratch_exists(dir, ".mxlog/seals/2026-01-29.log"));

	seal = check(dir, NULL);
	ck_assert_int_eq(seal.state, MXLOG_SEAL_HELD);
	ck_assert_uint_eq(seal.size_bytes, 8);
	ck_assert_uint_eq(seal.entry_count, 2);
	ck_assert(scratch_holds(dir, LOG, "one\ntwo\n"));
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
	ck_assert_uint_eq(run(dir, DAY + 1, NULL), 0);
	mxlog_store_release(store);
	ck_assert_uint_eq(run(dir, DAY + 1, NULL), 1);

	/* What comes after the seal goes to the next number. */
	ck_assert_int_eq(mxlog_store_add(store, MXLOG_ENTRIES,
			     DAY * USEC_PER_DAY, "b\n", 2),
	    0);
	ck_assert_int_eq(mxlog_store_commit(store, false), 0);
	ck_assert(scratch_holds(dir, LOG, "a\n"));
	ck_assert(scratch_holds(dir, "2026-01-28.1.log", "b\n"));
	ck_assert_int_eq(check(dir, NULL).state, MXLOG_SEAL_HELD);
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

START_TEST(every_bit_of_segment_and_seal_counts)
{
	char *dir = scratch_new_fast();

	scratch_write(dir, LOG, "one\ntwo\n");
	run(dir, DAY + 1, NULL);
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
	run(dir, DAY + 1, KEY);
	flip_all(dir, SEAL, KEY);
	ck_assert_int_eq(check(dir, KEY).state, MXLOG_SEAL_HELD);
	ck_assert_int_eq(check(dir, "another").state, MXLOG_SEAL_BROKEN);
	ck_assert_int_eq(check(dir, NULL).state, MXLOG_SEAL_WEAK);

	/* Changed, and sealed again by one who has not the key. */
	scratch_write(dir, LOG, "one\n");
	ck_assert_int_eq(unlink(scratch_path(dir, SEAL)), 0);
	run(dir, DAY + 1, NULL);
	ck_assert_int_eq(check(dir, KEY).state, MXLOG_SEAL_WEAK);
	ck_assert_int_eq(unlink(scratch_path(dir, SEAL)), 0);
	run(dir, DAY + 1, "guess");
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
	run(dir, DAY + 1, NULL);
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
	scratch_write(dir, "2026-01-27.1.log", "one\n");
	run(dir, DAY + 1, NULL);
	ck_assert_int_eq(mxlog_seal_list(dir_fd, &names, &n), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(names[0].day, DAY - 1);
	ck_assert_int_eq(mxlog_seal_remove(dir_fd, &names[1]), 0);
	ck_assert_int_eq(mxlog_seal_remove(dir_fd, &names[1]), 0);
	ck_assert_int_eq(check(dir, NULL).state, MXLOG_SEAL_NONE);
	free(names);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

START_TEST(whatever_fails_there_is_a_whole_seal_or_none)
{
	bool came = true;

	for (unsigned long n = 1; came; n++) {
		char *dir = scratch_new_fast();
		int dir_fd = open_dir(dir), r;
		uint64_t sealed = 0;
		struct mxlog_seal seal;

		scratch_write(dir, LOG, "one\ntorn");
		inject(INJECT_FAIL, INJECT_ALL, n, EIO);
		r = mxlog_seal_run(dir_fd, DAY + 1, NULL, 0, &sealed);
		came = inject_done();
		seal = check(dir, NULL);
		ck_assert_msg(seal.state == MXLOG_SEAL_NONE ||
			seal.state == MXLOG_SEAL_HELD,
		    "%s", inject_name());
		ck_assert(r < 0 || seal.state == MXLOG_SEAL_HELD);
		ck_assert_uint_eq(run(dir, DAY + 1, NULL),
		    seal.state == MXLOG_SEAL_NONE);
		ck_assert_int_eq(check(dir, NULL).state, MXLOG_SEAL_HELD);
		close(dir_fd);
		scratch_done(dir);
	}
}
END_TEST

START_TEST(what_is_sealed_is_on_disk)
{
	char *dir = scratch_new();
	int dir_fd = open_dir(dir);
	uint64_t sealed = 0;

	scratch_write(dir, LOG, "one\n");
	inject(INJECT_FAIL, INJECT_FDATASYNC, 1, EIO);
	ck_assert_int_eq(mxlog_seal_run(dir_fd, DAY + 1, NULL, 0, &sealed),
	    -EIO);
	ck_assert(inject_done());
	ck_assert_uint_eq(sealed, 0);
	ck_assert_int_eq(check(dir, NULL).state, MXLOG_SEAL_NONE);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

SUITE("seal", what_is_sealed_is_on_disk,
    a_past_days_segments_are_sealed_once_and_hold,
    a_segment_with_a_writer_is_left_for_later,
    every_bit_of_segment_and_seal_counts, a_key_catches_who_seals_anew,
    anothers_seal_does_not_fit, seals_are_listed_and_removed,
    whatever_fails_there_is_a_whole_seal_or_none)
