/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/backlog.h"

#include <stdio.h>

#include "starve.h"
#include "suite.h"

/* A disk of `room` bytes. */
static struct {
	struct mxlog_buf text;
	size_t room;
	size_t largest; /* 0: no limit for what is written at once */
	struct mxlog_shed said;
	size_t said_at;
} disk;

static int write_lines(void *ctx, mxlog_backlog_group group, const char *lines,
    size_t len, size_t n)
{
	(void)ctx;
	(void)group;
	(void)n;
	if (disk.largest > 0 && len > disk.largest)
		return -EFBIG;
	if (disk.text.len + len > disk.room)
		return -ENOSPC;
	return mxlog_buf_add(&disk.text, lines, len);
}

static int say(void *ctx, const struct mxlog_shed *shed)
{
	struct mxlog_shed copy = *shed;

	(void)ctx;
	if (disk.text.len + 1 > disk.room)
		return -ENOSPC;
	disk.said_at = disk.text.len;
	mxlog_shed_move(&disk.said, &copy);
	return 0;
}

static struct mxlog_backlog backlog = {
	.max_bytes = 64 * 1024,
	.target = { .name = "disk", .write = write_lines, .say = say },
};

static void add(unsigned rank, unsigned number, size_t len)
{
	char line[4096];
	int n = snprintf(line, sizeof(line), "%u %u ", rank, number);

	memset(line + n, 'x', len - (size_t)n - 1);
	line[len - 1] = '\n';
	mxlog_backlog_add(&backlog, 0, rank, line, len);
}

/* Lines of a rank on the disk, which stand in order. */
static unsigned long stored(unsigned rank)
{
	const char *at = disk.text.data, *end = at + disk.text.len;
	long last = -1;
	unsigned long n = 0;

	for (; at < end; at = (const char *)memchr(at, '\n', 4096) + 1) {
		unsigned of, number;

		ck_assert_int_eq(sscanf(at, "%u %u ", &of, &number), 2);
		if (of != rank)
			continue;
		ck_assert_int_gt((long)number, last);
		last = (long)number;
		n++;
	}
	return n;
}

/* However much room there is, and whatever comes of it later. */
START_TEST(what_is_offered_is_stored_or_counted_by_level)
{
	for (size_t room = 0; room < 200 * 1000; room += 7777) {
		const unsigned long each = 400;

		disk.room = room;
		for (unsigned i = 0; i < each * 5; i++) {
			add(i % 5, i, 60 + i % 100);
			if (i % 50 == 0)
				(void)mxlog_backlog_write(&backlog, true);
		}
		disk.room = SIZE_MAX;
		ck_assert_int_eq(mxlog_backlog_write(&backlog, true), 0);
		for (unsigned rank = 0; rank < 5; rank++)
			ck_assert_uint_eq(stored(rank) + disk.said.n[rank],
			    each);
		ck_assert_uint_eq(disk.said.n[4], 0); /* they fit */
		mxlog_buf_done(&disk.text);
		memset(&disk.said, 0, sizeof(disk.said));
	}
	mxlog_backlog_done(&backlog);
}
END_TEST

START_TEST(the_count_is_said_before_what_was_kept)
{
	disk.room = 0;
	for (unsigned i = 0; i < 2000; i++) {
		add(1, i, 100);
		(void)mxlog_backlog_write(&backlog, true);
	}
	ck_assert(mxlog_backlog_is_stuck(&backlog));
	disk.room = 1000; /* enough for the count and some */
	ck_assert_int_eq(mxlog_backlog_write(&backlog, true), -ENOSPC);
	ck_assert_uint_eq(disk.said_at, 0);
	ck_assert_uint_gt(disk.said.n[1], 0);
	ck_assert_uint_eq(stored(1), 10);
	disk.room = SIZE_MAX;
	ck_assert_int_eq(mxlog_backlog_write(&backlog, true), 0);
	ck_assert_uint_eq(stored(1) + disk.said.n[1], 2000);
	mxlog_buf_done(&disk.text);
	mxlog_backlog_done(&backlog);
}
END_TEST

START_TEST(a_line_that_is_too_large_for_any_file_holds_up_no_other)
{
	disk.room = SIZE_MAX;
	disk.largest = 1000;
	for (unsigned i = 0; i < 100; i++)
		add(i == 50 ? 3 : 1, i, i == 50 ? 1001 : 100);
	ck_assert_int_eq(mxlog_backlog_write(&backlog, true), 0);
	ck_assert_uint_eq(stored(1), 99);
	ck_assert_uint_eq(stored(3), 0);
	ck_assert_uint_eq(disk.said.n[3], 1);
	mxlog_buf_done(&disk.text);
	mxlog_backlog_done(&backlog);
}
END_TEST

START_TEST(a_disk_that_refused_is_left_alone_for_a_moment)
{
	disk.room = 0;
	add(1, 0, 100);
	ck_assert_int_eq(mxlog_backlog_write(&backlog, false), -ENOSPC);
	disk.room = SIZE_MAX;
	ck_assert_int_eq(mxlog_backlog_write(&backlog, false), -ENOSPC);
	ck_assert_int_eq(mxlog_backlog_write(&backlog, true), 0);
	mxlog_buf_done(&disk.text);
	mxlog_backlog_done(&backlog);
}
END_TEST

START_TEST(without_memory_a_line_is_counted)
{
	bool hungry = true;
	unsigned n = 0;

	disk.room = SIZE_MAX;
	for (unsigned long i = 1; hungry; i++, n++) {
		starve(i);
		add(2, n, 100);
		hungry = starve_done();
		if (n == 0)
			ck_assert(hungry);
	}
	ck_assert_int_eq(mxlog_backlog_write(&backlog, true), 0);
	ck_assert_uint_eq(stored(2) + disk.said.n[2], n);
	ck_assert_uint_gt(disk.said.n[2], 0);
	mxlog_buf_done(&disk.text);
	mxlog_backlog_done(&backlog);
}
END_TEST

START_TEST(another_backlogs_lines_and_count_are_taken_over)
{
	struct mxlog_backlog next = {
		.max_bytes = 64 * 1024,
		.target = { .name = "disk", .write = write_lines, .say = say },
	};

	disk.room = 0;
	for (unsigned i = 0; i < 2000; i++) {
		add(1, i, 100);
		(void)mxlog_backlog_write(&backlog, true);
	}
	mxlog_backlog_inherit(&next, &backlog);
	ck_assert(!mxlog_backlog_is_stuck(&backlog));
	disk.room = SIZE_MAX;
	ck_assert_int_eq(mxlog_backlog_write(&next, true), 0);
	ck_assert_uint_eq(stored(1) + disk.said.n[1], 2000);
	mxlog_buf_done(&disk.text);
	mxlog_backlog_done(&backlog);
	mxlog_backlog_done(&next);
}
END_TEST

SUITE("backlog", what_is_offered_is_stored_or_counted_by_level,
    the_count_is_said_before_what_was_kept,
    a_line_that_is_too_large_for_any_file_holds_up_no_other,
    a_disk_that_refused_is_left_alone_for_a_moment,
    without_memory_a_line_is_counted,
    another_backlogs_lines_and_count_are_taken_over)
