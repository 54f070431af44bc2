/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fork_guard.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

/* What a child and its child see: 1 a new child, then 0 after a reset. */
static void check_children(struct mxlog_fork_guard *guard)
{
	int status = 1;

	ck_assert(!mxlog_fork_guard_is_child(guard));
	if (fork() == 0) {
		bool before = mxlog_fork_guard_is_child(guard);

		mxlog_fork_guard_reset(guard);
		_exit(before && !mxlog_fork_guard_is_child(guard) ? 0 : 1);
	}
	ck_assert_int_gt(wait(&status), 0);
	ck_assert_int_eq(status, 0);
	ck_assert(!mxlog_fork_guard_is_child(guard));
}

START_TEST(a_forked_child_is_told_until_it_resets)
{
	struct mxlog_fork_guard guard = { 0 };

	ck_assert_int_eq(mxlog_fork_guard_init(&guard), 0);
	check_children(&guard);
	check_children(&guard);
	mxlog_fork_guard_done(&guard);
	mxlog_fork_guard_done(&guard);
}
END_TEST

START_TEST(without_the_kernels_help_process_ids_do)
{
	struct mxlog_fork_guard guard = { .pid = getpid() };

	check_children(&guard);
	mxlog_fork_guard_done(&guard);
}
END_TEST

SUITE("fork_guard", a_forked_child_is_told_until_it_resets,
    without_the_kernels_help_process_ids_do)
