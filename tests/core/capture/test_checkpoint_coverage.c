/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/checkpoint_coverage.h"

#include <fcntl.h>
#include <mxlog/checkpoint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "scratch.h"
#include "suite.h"

#define LINE(id)                                                       \
	"{\"timestamp\":\"2026-01-28T15:30:45.123456Z\",\"context\":{" \
	"\"journal_id\":\"" id "\"}}\n"

static struct mxlog_checkpoint *open_checkpoint(const char *dir,
    const char *source)
{
	struct mxlog_checkpoint *checkpoint;
	struct mxlog_error error = { 0 };
	int r = mxlog_checkpoint_open(dir, source, "journal_id", &checkpoint,
	    &error);

	ck_assert_msg(r == 0, "%d %s", r, error.text);
	return checkpoint;
}

/* Save that so much of a segment is behind the stream's cursor. */
static void save(struct mxlog_checkpoint *checkpoint, const char *stream,
    const char *segment, size_t end)
{
	ck_assert_int_eq(mxlog_checkpoint_set_cursor(checkpoint, stream, "c"),
	    0);
	if (segment)
		ck_assert_int_eq(mxlog_checkpoint_set_size(checkpoint, segment,
				     end),
		    0);
	ck_assert_int_eq(mxlog_checkpoint_save(checkpoint), 0);
}

static bool covers(const char *dir, const char *name)
{
	struct mxlog_segment_name segment;
	int dir_fd = -1, fd = -1;
	bool covered = false;

	ck_assert_int_eq(mxlog_segment_parse(name, &segment), 0);
	ck_assert_int_eq(mxlog_fs_open_dir(dir, false, &dir_fd), 0);
	ck_assert_int_eq(mxlog_fs_open_file(dir_fd, name, O_RDONLY, &fd), 0);
	ck_assert_int_eq(mxlog_checkpoint_covers(dir_fd, &segment, fd,
			     &covered),
	    0);
	close(fd);
	close(dir_fd);
	return covered;
}

START_TEST(only_what_a_restart_need_not_see_may_be_archived)
{
	struct mxlog_checkpoint *checkpoint;
	char *dir = scratch_new();

	scratch_write(dir, "2026-01-28.log", LINE("aabbccdd-1"));
	scratch_write(dir, "2026-01-29.log", "{\"message\":\"others'\"}\n");
	scratch_write(dir, "2026-01-30.log", LINE("deadbeef-1"));
	ck_assert(covers(dir, "2026-01-28.log")); /* nobody has a checkpoint */
	checkpoint = open_checkpoint(dir, "demo");
	save(checkpoint, "aabbccdd00112233", NULL, 0);
	ck_assert(!covers(dir, "2026-01-28.log"));
	ck_assert(covers(dir, "2026-01-29.log"));
	ck_assert(!covers(dir, "2026-01-30.log")); /* a stream nobody knows */
	save(checkpoint, "aabbccdd00112233", "2026-01-28.log",
	    sizeof(LINE("aabbccdd-1")) - 1);
	ck_assert(covers(dir, "2026-01-28.log"));
	scratch_write(dir, "2026-01-28.log",
	    LINE("aabbccdd-1") LINE("aabbccdd-2"));
	ck_assert(!covers(dir, "2026-01-28.log"));
	mxlog_checkpoint_close(checkpoint);
	scratch_done(dir);
}
END_TEST

START_TEST(every_source_has_a_say)
{
	const size_t line = sizeof(LINE("aabbccdd-1")) - 1;
	struct mxlog_checkpoint *first, *second;
	char *dir = scratch_new();

	scratch_write(dir, "2026-01-28.log",
	    LINE("aabbccdd-1") LINE("deadbeef-1"));
	first = open_checkpoint(dir, "first");
	save(first, "aabbccdd00112233", "2026-01-28.log", 2 * line);
	second = open_checkpoint(dir, "second");
	save(second, "deadbeef00112233", "2026-01-28.log", line);
	ck_assert(!covers(dir, "2026-01-28.log"));
	save(second, "deadbeef00112233", "2026-01-28.log", 2 * line);
	ck_assert(covers(dir, "2026-01-28.log"));
	mxlog_checkpoint_close(second);
	mxlog_checkpoint_close(first);
	scratch_done(dir);
}
END_TEST

START_TEST(beside_a_damaged_checkpoint_nothing_goes)
{
	char *dir = scratch_new();

	scratch_write(dir, "2026-01-28.log", LINE("aabbccdd-1"));
	mxlog_checkpoint_close(open_checkpoint(dir, "demo"));
	scratch_write(dir, "2026-01-29.log", "{\"message\":\"others'\"}\n");
	ck_assert(covers(dir, "2026-01-29.log"));
	scratch_write(dir, ".mxlog/checkpoint.demo.new", "torn");
	ck_assert(covers(dir, "2026-01-29.log"));
	scratch_write(dir, ".mxlog/checkpoint.demo", "torn");
	ck_assert(!covers(dir, "2026-01-29.log"));
	scratch_done(dir);
}
END_TEST

SUITE("checkpoint_coverage", only_what_a_restart_need_not_see_may_be_archived,
    every_source_has_a_say, beside_a_damaged_checkpoint_nothing_goes)
