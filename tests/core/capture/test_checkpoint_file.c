/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/checkpoint_file.h"

#include <unistd.h>

#include "base/fs.h"
#include "capture/checkpoint_content.h"
#include "scratch.h"
#include "suite.h"

static int open_dir(const char *path)
{
	int fd = -1;

	ck_assert_int_eq(mxlog_fs_open_dir(path, false, &fd), 0);
	return fd;
}

static enum mxlog_checkpoint_state load(int dir_fd,
    struct mxlog_checkpoint_content *position)
{
	enum mxlog_checkpoint_state state = -1;

	mxlog_checkpoint_content_clear(position);
	ck_assert_int_eq(mxlog_checkpoint_file_load(dir_fd, "checkpoint.demo",
			     position, &state),
	    0);
	return state;
}

START_TEST(a_source_names_its_file)
{
	char name[MXLOG_CHECKPOINT_FILE_MAX];

	mxlog_checkpoint_file_name(name, "journald-0a.1_b");
	ck_assert_str_eq(name, "checkpoint.journald-0a.1_b");
	ck_assert(mxlog_checkpoint_file_is_named(name));
	mxlog_checkpoint_file_name(name,
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	ck_assert(mxlog_checkpoint_file_is_named(name));
}
END_TEST

START_TEST(locks_leftovers_and_strangers_are_no_checkpoints)
{
	static const char *const names[] = { "", "checkpoint", "checkpoint.",
		"checkpoint.journald.lock", "checkpoint.journald.new",
		"checkpoint.Journald", "checkpoint.a/b", "Checkpoint.a", "lock",
		"numbers",
		"checkpoint.0123456789abcdef0123456789abcdef0123456789abcdef"
		"0123456789abcdef0" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		ck_assert_msg(!mxlog_checkpoint_file_is_named(names[i]), "%s",
		    names[i]);
}
END_TEST

START_TEST(what_is_not_there_is_new_and_what_is_damaged_adds_nothing)
{
	struct mxlog_checkpoint_content position;
	char *dir = scratch_new();
	int dir_fd = open_dir(dir);

	ck_assert_int_eq(mxlog_checkpoint_content_init(&position, "demo", "id"),
	    0);
	ck_assert_int_eq(load(dir_fd, &position), MXLOG_CHECKPOINT_NEW);
	ck_assert_int_eq(mxlog_checkpoint_file_save(dir_fd, "checkpoint.demo",
			     &position),
	    0);
	ck_assert_int_eq(load(dir_fd, &position), MXLOG_CHECKPOINT_NEW);
	ck_assert_int_eq(mxlog_checkpoint_content_set_cursor(&position, "abc",
			     "c"),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_file_save(dir_fd, "checkpoint.demo",
			     &position),
	    0);
	ck_assert_int_eq(load(dir_fd, &position), MXLOG_CHECKPOINT_LOADED);
	ck_assert_uint_eq(position.n_cursors, 1);
	scratch_write(dir, "checkpoint.demo", "{\"version\":1}\n");
	ck_assert_int_eq(load(dir_fd, &position), MXLOG_CHECKPOINT_DAMAGED);
	ck_assert_uint_eq(position.n_cursors, 0);
	scratch_write(dir, "checkpoint.demo", "");
	ck_assert_int_eq(load(dir_fd, &position), MXLOG_CHECKPOINT_DAMAGED);
	mxlog_checkpoint_content_done(&position);
	close(dir_fd);
	scratch_done(dir);
}
END_TEST

SUITE("checkpoint_file", a_source_names_its_file,
    locks_leftovers_and_strangers_are_no_checkpoints,
    what_is_not_there_is_new_and_what_is_damaged_adds_nothing)
