/* SPDX-License-Identifier: Apache-2.0 */
#include "write/trace_order.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

static int64_t place(uint64_t id, int64_t time_usec, int verdict)
{
	const struct mxlog_ulid ulid = { .hi = 1, .lo = id };
	struct mxlog_trace_step step;

	ck_assert_int_eq(mxlog_trace_order_place(&ulid, &time_usec, &step),
	    verdict);
	return time_usec;
}

START_TEST(times_of_one_trace_rise_by_at_least_a_microsecond)
{
	ck_assert_int_eq(place(1, 1000, MXLOG_TRACE_IN_ORDER), 1000);
	ck_assert_int_eq(place(1, 1000, MXLOG_TRACE_MOVED), 1001);
	ck_assert_int_eq(place(1, 1000, MXLOG_TRACE_MOVED), 1002);
	ck_assert_int_eq(place(1, 10, MXLOG_TRACE_MOVED), 1003);
	ck_assert_int_eq(place(1, 1004, MXLOG_TRACE_IN_ORDER), 1004);
	ck_assert_int_eq(place(2, 10, MXLOG_TRACE_IN_ORDER), 10);
}
END_TEST

START_TEST(what_is_more_than_five_seconds_late_keeps_its_time)
{
	const int64_t t = 100 * USEC_PER_SEC;

	place(1, t, MXLOG_TRACE_IN_ORDER);
	ck_assert_int_eq(place(1, t - 5 * USEC_PER_SEC - 1, MXLOG_TRACE_LATE),
	    t - 5 * USEC_PER_SEC - 1);
	ck_assert_int_eq(place(1, t - 5 * USEC_PER_SEC, MXLOG_TRACE_MOVED),
	    t + 1);
	/* It has not moved the others' mark. */
	ck_assert_int_eq(place(1, t + 2, MXLOG_TRACE_IN_ORDER), t + 2);
}
END_TEST

START_TEST(what_was_undone_is_in_order_when_it_comes_again)
{
	const struct mxlog_ulid id = { .hi = 1, .lo = 1 };
	struct mxlog_trace_step steps[3];
	int64_t time;

	place(1, 1000, MXLOG_TRACE_IN_ORDER);
	for (int i = 0; i < 3; i++) {
		time = 2000;
		ck_assert_int_eq(mxlog_trace_order_place(&id, &time, &steps[i]),
		    i == 0 ? MXLOG_TRACE_IN_ORDER : MXLOG_TRACE_MOVED);
	}
	mxlog_trace_order_undo(steps, 3);
	ck_assert_int_eq(place(1, 2000, MXLOG_TRACE_IN_ORDER), 2000);
	/* What came after a step keeps it. */
	mxlog_trace_order_undo(steps, 1);
	ck_assert_int_eq(place(1, 1500, MXLOG_TRACE_IN_ORDER), 1500);
	place(1, 1600, MXLOG_TRACE_IN_ORDER);
	mxlog_trace_order_undo(steps, 1);
	ck_assert_int_eq(place(1, 1600, MXLOG_TRACE_MOVED), 1601);
	mxlog_trace_order_undo(NULL, 0);
}
END_TEST

START_TEST(a_trace_in_use_is_remembered_among_many_others)
{
	place(0, 1000, MXLOG_TRACE_IN_ORDER);
	for (uint64_t i = 1; i < 100000; i++) {
		place(i, 1000, MXLOG_TRACE_IN_ORDER);
		if (i % 1000 == 0)
			place(0, 1000, MXLOG_TRACE_MOVED);
	}
	ck_assert_int_eq(place(0, 1000, MXLOG_TRACE_MOVED), 1100);
}
END_TEST

START_TEST(a_forked_child_starts_anew)
{
	int status = 1;

	place(1, 1000, MXLOG_TRACE_IN_ORDER);
	if (fork() == 0) {
		const struct mxlog_ulid id = { .hi = 1, .lo = 1 };
		struct mxlog_trace_step step;
		int64_t time = 1000;

		_exit(mxlog_trace_order_place(&id, &time, &step));
	}
	ck_assert_int_gt(wait(&status), 0);
	ck_assert_int_eq(status, 0);
	place(1, 1000, MXLOG_TRACE_MOVED);
}
END_TEST

enum {
	THREADS = 4,
	PLACES = 20000,
};

static void *place_many(void *arg)
{
	const struct mxlog_ulid id = { .hi = 1, .lo = 1 };
	int64_t last = 0;
	intptr_t wrong = 0;

	(void)arg;
	for (int i = 0; i < PLACES; i++) {
		struct mxlog_trace_step step;
		int64_t time = 1000;

		(void)mxlog_trace_order_place(&id, &time, &step);
		wrong += time <= last;
		last = time;
	}
	return (void *)wrong;
}

START_TEST(threads_get_times_of_their_own)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, place_many,
				     NULL),
		    0);
	for (int i = 0; i < THREADS; i++) {
		void *wrong = NULL;

		ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
		ck_assert_ptr_null(wrong);
	}
	ck_assert_int_eq(place(1, 1000, MXLOG_TRACE_MOVED),
	    1000 + THREADS * PLACES);
}
END_TEST

SUITE("trace_order", times_of_one_trace_rise_by_at_least_a_microsecond,
    what_is_more_than_five_seconds_late_keeps_its_time,
    what_was_undone_is_in_order_when_it_comes_again,
    a_trace_in_use_is_remembered_among_many_others, a_forked_child_starts_anew,
    threads_get_times_of_their_own)
