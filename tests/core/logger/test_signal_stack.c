/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/signal_stack.h"

#include <signal.h>

#include "suite.h"

static stack_t current(void)
{
	stack_t now;

	ck_assert_int_eq(sigaltstack(NULL, &now), 0);
	return now;
}

/* As a sanitizer may have given the thread one. */
static void take_away(void)
{
	const stack_t none = { .ss_flags = SS_DISABLE };

	ck_assert_int_eq(sigaltstack(&none, NULL), 0);
}

START_TEST(a_thread_without_one_has_it_until_it_is_done)
{
	struct mxlog_signal_stack stack;

	take_away();
	mxlog_signal_stack_init(&stack);
	ck_assert_ptr_nonnull(stack.memory);
	ck_assert_ptr_eq(current().ss_sp, stack.memory);
	mxlog_signal_stack_done(&stack);
	ck_assert(current().ss_flags & SS_DISABLE);
	mxlog_signal_stack_done(&stack); /* twice is fine */
}
END_TEST

START_TEST(a_stack_of_the_applications_own_stays)
{
	static char own[65536];
	const stack_t theirs = { .ss_sp = own, .ss_size = sizeof(own) };
	struct mxlog_signal_stack stack;

	take_away();
	ck_assert_int_eq(sigaltstack(&theirs, NULL), 0);
	mxlog_signal_stack_init(&stack);
	ck_assert_ptr_null(stack.memory);
	ck_assert_ptr_eq(current().ss_sp, own);

	take_away();
	mxlog_signal_stack_init(&stack);
	ck_assert_int_eq(sigaltstack(&theirs, NULL), 0); /* later than ours */
	mxlog_signal_stack_done(&stack);
	ck_assert_ptr_eq(current().ss_sp, own);
	take_away();
}
END_TEST

SUITE("signal_stack", a_thread_without_one_has_it_until_it_is_done,
    a_stack_of_the_applications_own_stays)
