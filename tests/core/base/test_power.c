/* SPDX-License-Identifier: Apache-2.0 */
/* The disk that forgets, and what must not be forgotten by it. */
#include "power.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "scratch.h"
#include "suite.h"

static char *dir;
static char *root, *image;

static void setup(void)
{
	dir = scratch_new_fast();
	ck_assert_int_gt(asprintf(&root, "%s/root", dir), 0);
	ck_assert_int_gt(asprintf(&image, "%s/image", dir), 0);
	ck_assert_int_eq(mkdir(root, 0700), 0);
}

static void teardown(void)
{
	free(root);
	free(image);
	scratch_done(dir);
}

static int open_root(void)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static int open_file(const char *name)
{
	int dir_fd = open_root();
	int fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	(void)close(dir_fd);
	return fd;
}

static void sync_root(void)
{
	int fd = open_root();

	ck_assert_int_eq(fsync(fd), 0);
	(void)close(fd);
}

START_TEST(what_was_not_synced_is_forgotten)
{
	int fd;

	setup();
	scratch_write(root, "old", "old");
	power_watch(root);
	fd = open_file("old");
	ck_assert_int_eq(pwrite(fd, "new", 3, 0), 3);
	(void)close(open_file("empty"));
	power_cut(image, POWER_SYNCED, 0);
	ck_assert(scratch_holds(image, "old", "old"));
	ck_assert(!scratch_exists(image, "empty"));
	(void)close(fd);
	teardown();
}
END_TEST

START_TEST(a_file_and_its_name_are_synced_apart)
{
	int fd;

	setup();
	power_watch(root);
	fd = open_file("a");
	ck_assert_int_eq(write(fd, "text", 4), 4);
	sync_root();
	power_cut(image, POWER_SYNCED, 0);
	ck_assert(scratch_holds(image, "a", ""));
	scratch_done(image);
	ck_assert_int_eq(fdatasync(fd), 0);
	ck_assert_int_eq(rename(scratch_path(root, "a"),
			     scratch_path(root, "b")),
	    0);
	ck_assert_int_gt(asprintf(&image, "%s/image", dir), 0);
	power_cut(image, POWER_SYNCED, 0);
	ck_assert(scratch_holds(image, "a", "text"));
	ck_assert(!scratch_exists(image, "b"));
	scratch_done(image);
	ck_assert_int_gt(asprintf(&image, "%s/image", dir), 0);
	power_cut(image, POWER_NAMES, 0);
	ck_assert(scratch_holds(image, "b", "text"));
	ck_assert(!scratch_exists(image, "a"));
	(void)close(fd);
	teardown();
}
END_TEST

/* Three pages: each way that they can reach the disk comes, and their end may
 * be there before they are. */
START_TEST(unsynced_pages_come_in_any_order)
{
	static char pages[3 * 4096];
	bool seen[8] = { false };
	bool sizes[2] = { false };
	int fd;

	setup();
	memset(pages, 'x', sizeof(pages));
	fd = open_file("a");
	sync_root();
	power_watch(root);
	ck_assert_int_eq(write(fd, pages, sizeof(pages)),
	    (ssize_t)sizeof(pages));
	for (unsigned seed = 0; seed < 200; seed++) {
		struct mxlog_buf buf = { 0 };
		unsigned which = 0;

		power_cut(image, POWER_PAGES, seed);
		ck_assert(scratch_read(image, "a", &buf));
		for (size_t i = 0; i < buf.len / 4096; i++)
			which |= (unsigned)(buf.data[i * 4096] == 'x') << i;
		seen[which] = true;
		sizes[buf.len > 0] = true;
		mxlog_buf_done(&buf);
		scratch_done(image);
		ck_assert_int_gt(asprintf(&image, "%s/image", dir), 0);
	}
	for (size_t i = 0; i < 8; i++)
		ck_assert_msg(seen[i], "pages %zu never came", i);
	ck_assert(sizes[0] && sizes[1]);
	(void)close(fd);
	teardown();
}
END_TEST

static void replace(void *arg)
{
	int fd = open_root();

	(void)arg;
	ck_assert_int_eq(mxlog_fs_replace(fd, "a", "new", 3), 0);
	(void)close(fd);
}

START_TEST(a_replaced_file_is_the_old_or_the_new_and_in_the_end_the_new)
{
	setup();
	for (unsigned kind = 0; kind < POWER_KINDS; kind++) {
		unsigned long n;

		for (n = 1;; n++) {
			bool cut;

			scratch_write(root, "a", "old");
			cut = power_try(root, image, kind, (unsigned)n, n,
			    replace, NULL);
			ck_assert_msg(scratch_holds(image, "a", "new") ||
				(cut && scratch_holds(image, "a", "old")),
			    "kind %u, call %lu", kind, n);
			if (!cut)
				break;
		}
		ck_assert_uint_gt(n, 4);
	}
	teardown();
}
END_TEST

SUITE("power", what_was_not_synced_is_forgotten,
    a_file_and_its_name_are_synced_apart, unsynced_pages_come_in_any_order,
    a_replaced_file_is_the_old_or_the_new_and_in_the_end_the_new)
