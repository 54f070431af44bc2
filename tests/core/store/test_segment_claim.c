/* SPDX-License-Identifier: Apache-2.0 */
#include "store/segment_claim.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "inject.h"
#include "scratch.h"
#include "suite.h"

#define LOG "2026-01-28.log"

static const int32_t DAY = 20481;
static const uint64_t MAX_BYTES = 100;

struct place {
	char *dir;
	int fd;
};

static struct place new_place(void)
{
	struct place place = { .dir = scratch_new_fast(), .fd = -1 };

	ck_assert_int_eq(mxlog_fs_open_dir(place.dir, false, &place.fd), 0);
	return place;
}

static void place_done(struct place *place)
{
	close(place->fd);
	scratch_done(place->dir);
}

static struct mxlog_segment_claim take(const struct place *place, uint64_t need)
{
	struct mxlog_segment_claim claim = { 0 };

	ck_assert_int_eq(mxlog_segment_claim_take(place->fd, MXLOG_ENTRIES, DAY,
			     need, MAX_BYTES, &claim),
	    0);
	return claim;
}

START_TEST(the_lowest_with_room_is_taken)
{
	struct place place = new_place();
	struct mxlog_segment_claim claim;
	char full[97];

	memset(full, 'x', 96);
	full[95] = '\n';
	full[96] = '\0';
	scratch_write(place.dir, LOG, full);
	claim = take(&place, 4);
	ck_assert_uint_eq(claim.name.number, 0);
	ck_assert_uint_eq(claim.size, 96);
	mxlog_segment_claim_release(&claim);
	claim = take(&place, 5);
	ck_assert_uint_eq(claim.name.number, 1);
	mxlog_segment_claim_release(&claim);
	/* An empty one takes any line. */
	claim = take(&place, 1000);
	ck_assert_uint_eq(claim.name.number, 1);
	mxlog_segment_claim_release(&claim);
	place_done(&place);
}
END_TEST

START_TEST(writing_ahead_changes_nothing_that_is_read)
{
	static char lines[1024 * 1024];
	struct place place = new_place();
	struct mxlog_segment_claim claim = take(&place, 1);
	uint64_t started = 0;

	memset(lines, 'x', sizeof(lines) - 1);
	lines[sizeof(lines) - 1] = '\n';
	ck_assert_int_eq(mxlog_segment_claim_begin(&claim), 0);
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(mxlog_segment_claim_append(&claim, lines,
				     sizeof(lines)),
		    0);
		mxlog_segment_claim_write_ahead(&claim);
		ck_assert_uint_ge(claim.started, started);
		started = claim.started;
	}
	ck_assert_uint_gt(started, 0);
	ck_assert_uint_le(started, claim.size);
	/* What is undone was begun to be written, and is gone all the same. */
	ck_assert_int_eq(mxlog_segment_claim_undo(&claim), 0);
	ck_assert_uint_eq(claim.size, 0);
	mxlog_segment_claim_write_ahead(&claim);
	ck_assert_int_eq(mxlog_segment_claim_append(&claim, "1\n", 2), 0);
	ck_assert_int_eq(mxlog_segment_claim_sync(&claim), 0);
	ck_assert(scratch_holds(place.dir, LOG, "1\n"));
	mxlog_segment_claim_release(&claim);
	place_done(&place);
}
END_TEST

START_TEST(undo_goes_back_to_where_the_batch_began)
{
	struct place place = new_place();
	struct mxlog_segment_claim claim = take(&place, 1);

	ck_assert_int_eq(mxlog_segment_claim_begin(&claim), 0);
	ck_assert_int_eq(mxlog_segment_claim_append(&claim, "1\n", 2), 0);
	ck_assert_int_eq(mxlog_segment_claim_begin(&claim), 0);
	ck_assert_int_eq(mxlog_segment_claim_append(&claim, "2\n", 2), 0);
	ck_assert_int_eq(mxlog_segment_claim_append(&claim, "3\n", 2), 0);
	ck_assert_int_eq(mxlog_segment_claim_undo(&claim), 0);
	ck_assert(scratch_holds(place.dir, LOG, "1\n"));
	ck_assert_uint_eq(claim.size, 2);
	ck_assert_int_eq(mxlog_segment_claim_undo(&claim), 0);
	ck_assert(scratch_holds(place.dir, LOG, "1\n"));
	/* It never makes a file longer that somebody else cut. */
	ck_assert_int_eq(truncate(scratch_path(place.dir, LOG), 0), 0);
	ck_assert_int_eq(mxlog_segment_claim_undo(&claim), 0);
	ck_assert(scratch_holds(place.dir, LOG, ""));
	mxlog_segment_claim_release(&claim);
	place_done(&place);
}
END_TEST

START_TEST(a_new_name_is_synced_once)
{
	struct place place = new_place();
	struct mxlog_segment_claim claim = take(&place, 1);

	inject(INJECT_FAIL, INJECT_FSYNC, 1, EIO);
	ck_assert_int_eq(mxlog_segment_claim_sync(&claim), -EIO);
	ck_assert(inject_done());
	inject(INJECT_FAIL, INJECT_FSYNC, 2, EIO);
	ck_assert_int_eq(mxlog_segment_claim_sync(&claim), 0);
	ck_assert_int_eq(mxlog_segment_claim_sync(&claim), 0);
	ck_assert_uint_eq(inject_count(), 1);
	ck_assert(!inject_done());
	mxlog_segment_claim_release(&claim);
	place_done(&place);
}
END_TEST

START_TEST(one_segment_is_taken_by_its_name_to_be_closed)
{
	const struct mxlog_segment_name name = { .day = DAY };
	struct place place = new_place();
	struct mxlog_segment_claim claim, other;
	struct stat st;

	ck_assert_int_eq(mxlog_segment_claim_take_this(place.fd, &name, &claim),
	    -ENOENT);
	scratch_write(place.dir, LOG, "1\ntorn");
	ck_assert_int_eq(mxlog_segment_claim_take_this(place.fd, &name, &claim),
	    0);
	ck_assert(scratch_holds(place.dir, LOG, "1\n"));
	ck_assert_int_eq(mxlog_segment_claim_take_this(place.fd, &name, &other),
	    -EAGAIN);
	mxlog_segment_claim_release(&claim);

	ck_assert_int_eq(truncate(scratch_path(place.dir, LOG),
			     MXLOG_LINE_MAX * 2),
	    0);
	ck_assert_int_eq(mxlog_segment_claim_take_this(place.fd, &name, &claim),
	    0);
	ck_assert_int_eq(stat(scratch_path(place.dir, LOG), &st), 0);
	ck_assert_int_eq(st.st_size, MXLOG_LINE_MAX * 2);
	mxlog_segment_claim_release(&claim);

	ck_assert_int_eq(mkdir(scratch_path(place.dir, "archive"), 0700), 0);
	scratch_write(place.dir, "archive/" LOG ".gz", "");
	ck_assert_int_eq(mxlog_segment_claim_take_this(place.fd, &name, &claim),
	    -EROFS);
	place_done(&place);
}
END_TEST

START_TEST(a_state_that_can_not_be_asked_is_taken_for_closed)
{
	struct place place = new_place();
	struct mxlog_segment_claim claim;

	scratch_write(place.dir, LOG, "1\n");
	/* The first is the name's check, the second looks for a seal. */
	inject(INJECT_FAIL, INJECT_FSTATAT, 2, EIO);
	claim = take(&place, 1);
	ck_assert(inject_done());
	ck_assert_uint_eq(claim.name.number, 1);
	mxlog_segment_claim_release(&claim);
	place_done(&place);
}
END_TEST

START_TEST(a_segment_that_is_gone_is_noticed_before_and_after_a_write)
{
	struct place place = new_place();
	struct mxlog_segment_claim claim = take(&place, 1);

	ck_assert_int_eq(mxlog_segment_claim_begin(&claim), 0);
	ck_assert_int_eq(unlink(scratch_path(place.dir, LOG)), 0);
	ck_assert_int_eq(mxlog_segment_claim_append(&claim, "1\n", 2), -ESTALE);
	ck_assert_int_eq(mxlog_segment_claim_begin(&claim), -ESTALE);
	mxlog_segment_claim_release(&claim);
	place_done(&place);
}
END_TEST

/* ---- what others do just then ---- */

static void archive_it(void *arg)
{
	const struct place *place = arg;

	(void)mkdir(scratch_path(place->dir, "archive"), 0700);
	scratch_write(place->dir, "archive/" LOG ".gz", "");
	ck_assert_int_eq(unlink(scratch_path(place->dir, LOG)), 0);
}

START_TEST(a_segment_that_was_archived_before_it_was_locked_is_left)
{
	struct place place = new_place();
	struct mxlog_segment_claim claim;

	scratch_write(place.dir, LOG, "1\n");
	inject_hook(INJECT_FLOCK, 1, archive_it, &place);
	claim = take(&place, 1);
	ck_assert(inject_done());
	ck_assert_uint_eq(claim.name.number, 1);
	ck_assert(!scratch_exists(place.dir, LOG));
	mxlog_segment_claim_release(&claim);
	place_done(&place);
}
END_TEST

static void replace_it(void *arg)
{
	const struct place *place = arg;

	ck_assert_int_eq(rename(scratch_path(place->dir, LOG),
			     scratch_path(place->dir, "moved")),
	    0);
	scratch_write(place->dir, LOG, "another\n");
}

START_TEST(a_lock_on_what_is_not_the_name_any_more_is_no_claim)
{
	struct place place = new_place();
	struct mxlog_segment_claim claim;

	scratch_write(place.dir, LOG, "1\n");
	inject_hook(INJECT_FLOCK, 1, replace_it, &place);
	claim = take(&place, 1);
	ck_assert(inject_done());
	ck_assert_int_eq(mxlog_segment_claim_begin(&claim), 0);
	ck_assert_int_eq(mxlog_segment_claim_append(&claim, "2\n", 2), 0);
	ck_assert(scratch_holds(place.dir, "moved", "1\n"));
	mxlog_segment_claim_release(&claim);
	place_done(&place);
}
END_TEST

static void make_next(void *arg)
{
	const struct place *place = arg;

	scratch_write(place->dir, LOG, "");
}

START_TEST(a_number_that_another_made_first_is_not_ours)
{
	struct place place = new_place();
	struct mxlog_segment_claim claim, other = { 0 };

	/* Opened: the directory, the listing's, numbers' …; the last one
	 * before the segment itself is numbers' file. */
	for (unsigned long n = 1;; n++) {
		inject_hook(INJECT_OPENAT, n, make_next, &place);
		claim = take(&place, 1);
		if (!inject_done())
			break;
		ck_assert_int_ne(mxlog_segment_claim_take_this(place.fd,
				     &claim.name, &other),
		    0);
		mxlog_segment_claim_release(&claim);
		place_done(&place);
		place = new_place();
	}
	mxlog_segment_claim_release(&claim);
	place_done(&place);
}
END_TEST

SUITE("claim", a_segment_that_is_gone_is_noticed_before_and_after_a_write,
    a_segment_that_was_archived_before_it_was_locked_is_left,
    a_lock_on_what_is_not_the_name_any_more_is_no_claim,
    a_number_that_another_made_first_is_not_ours, the_lowest_with_room_is_taken,
    writing_ahead_changes_nothing_that_is_read,
    undo_goes_back_to_where_the_batch_began, a_new_name_is_synced_once,
    one_segment_is_taken_by_its_name_to_be_closed,
    a_state_that_can_not_be_asked_is_taken_for_closed)
