/* SPDX-License-Identifier: Apache-2.0 */
#include "claim.h"

#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
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
	struct place place = { .dir = scratch_new(), .fd = -1 };

	ck_assert_int_eq(mxlog_fs_open_dir(place.dir, false, &place.fd), 0);
	return place;
}

static void place_done(struct place *place)
{
	close(place->fd);
	scratch_done(place->dir);
}

static struct mxlog_claim take(const struct place *place, uint64_t need)
{
	struct mxlog_claim claim = { 0 };

	ck_assert_int_eq(mxlog_claim_take(place->fd, MXLOG_ENTRIES, DAY, need,
			     MAX_BYTES, &claim),
	    0);
	return claim;
}

START_TEST(the_lowest_with_room_is_taken)
{
	struct place place = new_place();
	struct mxlog_claim claim;
	char full[97];

	memset(full, 'x', 96);
	full[95] = '\n';
	full[96] = '\0';
	scratch_write(place.dir, LOG, full);
	claim = take(&place, 4);
	ck_assert_uint_eq(claim.name.number, 0);
	ck_assert_uint_eq(claim.size, 96);
	mxlog_claim_release(&claim);
	claim = take(&place, 5);
	ck_assert_uint_eq(claim.name.number, 1);
	mxlog_claim_release(&claim);
	/* An empty one takes any line. */
	claim = take(&place, 1000);
	ck_assert_uint_eq(claim.name.number, 1);
	mxlog_claim_release(&claim);
	place_done(&place);
}
END_TEST

START_TEST(undo_goes_back_to_where_the_batch_began)
{
	struct place place = new_place();
	struct mxlog_claim claim = take(&place, 1);

	ck_assert_int_eq(mxlog_claim_begin(&claim), 0);
	ck_assert_int_eq(mxlog_claim_append(&claim, "1\n", 2), 0);
	ck_assert_int_eq(mxlog_claim_begin(&claim), 0);
	ck_assert_int_eq(mxlog_claim_append(&claim, "2\n", 2), 0);
	ck_assert_int_eq(mxlog_claim_append(&claim, "3\n", 2), 0);
	ck_assert_int_eq(mxlog_claim_undo(&claim), 0);
	ck_assert(scratch_holds(place.dir, LOG, "1\n"));
	ck_assert_uint_eq(claim.size, 2);
	ck_assert_int_eq(mxlog_claim_undo(&claim), 0);
	ck_assert(scratch_holds(place.dir, LOG, "1\n"));
	/* It never makes a file longer that somebody else cut. */
	ck_assert_int_eq(truncate(scratch_path(place.dir, LOG), 0), 0);
	ck_assert_int_eq(mxlog_claim_undo(&claim), 0);
	ck_assert(scratch_holds(place.dir, LOG, ""));
	mxlog_claim_release(&claim);
	place_done(&place);
}
END_TEST

START_TEST(a_new_name_is_synced_once)
{
	struct place place = new_place();
	struct mxlog_claim claim = take(&place, 1);

	inject(INJECT_FAIL, INJECT_FSYNC, 1, EIO);
	ck_assert_int_eq(mxlog_claim_sync(&claim), -EIO);
	ck_assert(inject_done());
	inject(INJECT_FAIL, INJECT_FSYNC, 2, EIO);
	ck_assert_int_eq(mxlog_claim_sync(&claim), 0);
	ck_assert_int_eq(mxlog_claim_sync(&claim), 0);
	ck_assert_uint_eq(inject_count(), 1);
	ck_assert(!inject_done());
	mxlog_claim_release(&claim);
	place_done(&place);
}
END_TEST

START_TEST(one_segment_is_taken_by_its_name_to_be_closed)
{
	const struct mxlog_segment_name name = { .day = DAY };
	struct place place = new_place();
	struct mxlog_claim claim, other;
	struct stat st;

	ck_assert_int_eq(mxlog_claim_take_this(place.fd, &name, &claim),
	    -ENOENT);
	scratch_write(place.dir, LOG, "1\ntorn");
	ck_assert_int_eq(mxlog_claim_take_this(place.fd, &name, &claim), 0);
	ck_assert(scratch_holds(place.dir, LOG, "1\n"));
	ck_assert_int_eq(mxlog_claim_take_this(place.fd, &name, &other),
	    -EAGAIN);
	mxlog_claim_release(&claim);

	ck_assert_int_eq(truncate(scratch_path(place.dir, LOG),
			     MXLOG_LINE_MAX * 2),
	    0);
	ck_assert_int_eq(mxlog_claim_take_this(place.fd, &name, &claim), 0);
	ck_assert_int_eq(stat(scratch_path(place.dir, LOG), &st), 0);
	ck_assert_int_eq(st.st_size, MXLOG_LINE_MAX * 2);
	mxlog_claim_release(&claim);

	ck_assert_int_eq(mkdir(scratch_path(place.dir, "archive"), 0700), 0);
	scratch_write(place.dir, "archive/" LOG ".gz", "");
	ck_assert_int_eq(mxlog_claim_take_this(place.fd, &name, &claim),
	    -EROFS);
	place_done(&place);
}
END_TEST

START_TEST(a_state_that_can_not_be_asked_is_taken_for_closed)
{
	struct place place = new_place();
	struct mxlog_claim claim;

	scratch_write(place.dir, LOG, "1\n");
	/* The first is the name's check, the second looks for a seal. */
	inject(INJECT_FAIL, INJECT_FSTATAT, 2, EIO);
	claim = take(&place, 1);
	ck_assert(inject_done());
	ck_assert_uint_eq(claim.name.number, 1);
	mxlog_claim_release(&claim);
	place_done(&place);
}
END_TEST

SUITE("claim", the_lowest_with_room_is_taken,
    undo_goes_back_to_where_the_batch_began, a_new_name_is_synced_once,
    one_segment_is_taken_by_its_name_to_be_closed,
    a_state_that_can_not_be_asked_is_taken_for_closed)
