/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/handler.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "entry/entry_private.h"
#include "inject.h"
#include "suite.h"
#include "tempdir.h"

static struct mxlog_error error;
static struct mxlog_handler handler;
static char *dir;
static char path[256];

static const struct mxlog_file_sizes none = { .backlog = 1024 * 1024 };

static void begin(uint64_t max_size, uint32_t backups)
{
	const struct mxlog_file_sizes sizes = { max_size, backups,
		1024 * 1024 };

	dir = mxlog_tempdir_new();
	(void)snprintf(path, sizeof(path), "%s/app.txt", dir);
	ck_assert_msg(mxlog_file_handler_open("%(message)s", path, &sizes,
			  &handler, &error) == 0,
	    "%s", error.text);
}

static void end(void)
{
	mxlog_handler_close(&handler);
	mxlog_tempdir_free(dir);
}

/* A line of ten bytes. */
static int handle(unsigned number)
{
	struct mxlog_entry *entry;
	char message[16];
	int n = snprintf(message, sizeof(message), "line %04u", number);
	int r;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	(void)mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message, (size_t)n);
	r = handler.ops->handle(handler.ctx, entry);
	mxlog_entry_free(entry);
	return r;
}

static int flush(void)
{
	return handler.ops->flush(handler.ctx, true);
}

static void check_file(const char *name, const char *wanted)
{
	char *text = mxlog_tempdir_read_glob(dir, name);

	ck_assert_str_eq(text, wanted);
	free(text);
}

START_TEST(backups_move_up_and_the_last_goes)
{
	begin(20, 2);
	for (unsigned i = 0; i < 8; i++)
		ck_assert_int_eq(handle(i), 0);
	ck_assert_int_eq(flush(), 0);
	check_file("app.txt", "line 0006\nline 0007\n");
	check_file("app.txt.1", "line 0004\nline 0005\n");
	check_file("app.txt.2", "line 0002\nline 0003\n");
	check_file("app.txt.3", "");
	end();
}
END_TEST

START_TEST(without_backups_the_file_is_never_rotated)
{
	begin(20, 0);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_int_eq(handle(i), 0);
	ck_assert_int_eq(flush(), 0);
	check_file("app.txt*", "line 0000\nline 0001\nline 0002\nline 0003\n");
	end();
}
END_TEST

START_TEST(a_full_disk_leaves_no_half_line_and_loses_nothing)
{
	begin(0, 0);
	ck_assert_int_eq(handle(0), 0);
	ck_assert_int_eq(flush(), 0);
	ck_assert_int_eq(handle(1), 0);
	ck_assert_int_eq(handle(2), 0);
	inject(INJECT_TEAR, INJECT_WRITE, 1, ENOSPC);
	ck_assert_int_eq(flush(), -ENOSPC);
	ck_assert(inject_done());
	check_file("app.txt", "line 0000\n");
	ck_assert_int_eq(handle(3), 0);
	ck_assert_int_eq(flush(), 0);
	check_file("app.txt", "line 0000\nline 0001\nline 0002\nline 0003\n");
	end();
}
END_TEST

/* Every call that a rotation makes fails in turn; then the disk is well. */
START_TEST(whatever_fails_while_rotating_no_line_is_lost_or_cut)
{
	bool came = true;

	for (unsigned long n = 1; came; n++) {
		char *text;

		begin(30, 3);
		for (unsigned i = 0; i < 3; i++)
			ck_assert_int_eq(handle(i), 0);
		inject(INJECT_FAIL, INJECT_ALL, n, ENOSPC);
		(void)handle(3);
		(void)flush();
		came = inject_done();
		ck_assert_int_eq(handle(4), 0);
		ck_assert_int_eq(flush(), 0);
		text = mxlog_tempdir_read_glob(dir, "app.txt*");
		ck_assert_uint_eq(strlen(text), 50);
		for (unsigned i = 0; i < 5; i++) {
			char line[16];

			(void)snprintf(line, sizeof(line), "line %04u\n", i);
			ck_assert_msg(strstr(text, line) != NULL,
			    "call %lu: %s is missing in %s", n, line, text);
		}
		free(text);
		end();
	}
}
END_TEST

START_TEST(a_disk_that_stays_full_costs_bounded_memory)
{
	unsigned long shed = 0;
	char *text, *rest;

	begin(0, 0);
	inject(INJECT_BREAK, INJECT_WRITE, 1, ENOSPC);
	for (unsigned i = 0; i < 300000; i++)
		(void)handle(i % 10000);
	ck_assert(inject_done());
	ck_assert_int_eq(flush(), 0);
	text = mxlog_tempdir_read_glob(dir, "app.txt");
	ck_assert_uint_lt(strlen(text), 1200000);
	ck_assert_int_eq(sscanf(text, "Shed %lu entries", &shed), 1);
	rest = strchr(text, '\n') + 1;
	ck_assert_uint_eq(strlen(rest) / 10 + shed, 300000);
	ck_assert_uint_eq(strlen(rest) % 10, 0);
	free(text);
	end();
}
END_TEST

START_TEST(links_and_what_is_no_file_are_refused)
{
	char other[300];

	begin(0, 0);
	(void)snprintf(other, sizeof(other), "%s/link", dir);
	ck_assert_int_eq(symlink(path, other), 0);
	end();
	dir = mxlog_tempdir_new();
	(void)snprintf(path, sizeof(path), "%s/real", dir);
	(void)snprintf(other, sizeof(other), "%s/link", dir);
	ck_assert_int_eq(symlink(path, other), 0);
	ck_assert_int_lt(mxlog_file_handler_open(NULL, other, &none, &handler,
			     &error),
	    0);
	ck_assert_ptr_nonnull(strstr(error.text, other));
	ck_assert_int_lt(mxlog_file_handler_open(NULL, dir, &none, &handler,
			     &error),
	    0);
	ck_assert_int_eq(mxlog_file_handler_open(NULL, "", &none, &handler,
			     &error),
	    -EINVAL);
	mxlog_tempdir_free(dir);
}
END_TEST

SUITE("handler_file", backups_move_up_and_the_last_goes,
    without_backups_the_file_is_never_rotated,
    a_full_disk_leaves_no_half_line_and_loses_nothing,
    whatever_fails_while_rotating_no_line_is_lost_or_cut,
    a_disk_that_stays_full_costs_bounded_memory,
    links_and_what_is_no_file_are_refused)
