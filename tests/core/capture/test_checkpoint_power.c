/* SPDX-License-Identifier: Apache-2.0 */
/* A forwarder on a disk that loses its power before any of its calls: what a
 * saved cursor has passed is in the log. */
#include <mxlog/checkpoint.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "power.h"
#include "scratch.h"
#include "suite.h"

#define SEGMENT "2026-01-28.log"

static const char LINE[] =
    "{\"trace_id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"timestamp\":"
    "\"2026-01-28T15:30:45.123456Z\",\"level\":\"INFO\",\"module\":\"m\","
    "\"message\":\"m\",\"context\":{\"journal_id\":\"abc-1\"}}\n";

static char *dir, *root, *image;

static struct mxlog_checkpoint *open_in(const char *path)
{
	struct mxlog_checkpoint *checkpoint;
	struct mxlog_error error = { 0 };
	int r = mxlog_checkpoint_open(path, "demo", "journal_id", &checkpoint,
	    &error);

	ck_assert_msg(r == 0, "%d %s", r, error.text);
	return checkpoint;
}

static int count_one(void *arg, const struct mxlog_identity *identity)
{
	ck_assert_uint_eq(identity->len, 5);
	++*(int *)arg;
	return 0;
}

/* The line of a forwarder that was killed before it synced, found by the next
 * one, which then reads on past its entry. */
static void find_and_save(void *arg)
{
	struct mxlog_checkpoint *checkpoint;
	int fd =
	    open(scratch_path(root, SEGMENT), O_WRONLY | O_APPEND | O_CLOEXEC);
	int n = 0;

	(void)arg;
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(mxlog_fs_write_all(fd, LINE, sizeof(LINE) - 1), 0);
	(void)close(fd);
	checkpoint = open_in(root);
	ck_assert_int_eq(mxlog_checkpoint_scan(checkpoint, false, count_one,
			     &n),
	    0);
	ck_assert_int_eq(n, 1);
	ck_assert_int_eq(mxlog_checkpoint_set_cursor(checkpoint, "abc", "1"),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_save(checkpoint), 0);
	mxlog_checkpoint_close(checkpoint);
}

static void start_over(void)
{
	struct mxlog_checkpoint *checkpoint;

	scratch_write(root, SEGMENT, "");
	checkpoint = open_in(root);
	ck_assert_int_eq(mxlog_checkpoint_set_cursor(checkpoint, "abc", "0"),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_save(checkpoint), 0);
	mxlog_checkpoint_close(checkpoint);
}

START_TEST(what_a_saved_cursor_has_passed_is_in_the_log)
{
	dir = scratch_new_fast();
	ck_assert_int_gt(asprintf(&root, "%s/root", dir), 0);
	ck_assert_int_gt(asprintf(&image, "%s/image", dir), 0);
	ck_assert_int_eq(mkdir(root, 0700), 0);
	for (unsigned kind = 0; kind < POWER_KINDS; kind++) {
		bool cut = true;
		unsigned long n;

		for (n = 1; cut; n++) {
			struct mxlog_checkpoint *checkpoint;
			bool passed;

			start_over();
			cut = power_try(root, image, kind, (unsigned)n, n,
			    find_and_save, NULL);
			checkpoint = open_in(image);
			passed = strcmp(mxlog_checkpoint_get_cursor(checkpoint,
					    "abc"),
				     "1") == 0;
			mxlog_checkpoint_close(checkpoint);
			ck_assert_msg(!passed ||
				scratch_holds(image, SEGMENT, LINE),
			    "kind %u, call %lu", kind, n);
			ck_assert(cut || passed);
		}
		ck_assert_uint_gt(n, 4);
	}
	free(root);
	free(image);
	scratch_done(dir);
}
END_TEST

SUITE("checkpoint_power", what_a_saved_cursor_has_passed_is_in_the_log)
