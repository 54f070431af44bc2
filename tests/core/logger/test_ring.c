/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/ring.h"

#include <pthread.h>

#include "suite.h"

START_TEST(items_come_out_in_order_over_many_rounds)
{
	struct mxlog_ring ring;
	int items[5];
	void *out;

	ck_assert_int_eq(mxlog_ring_init(&ring, 5), 0);
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 5; i++)
			ck_assert(mxlog_ring_push(&ring, &items[i]));
		ck_assert_uint_eq(mxlog_ring_count(&ring), 5);
		for (int i = 0; i < 5; i++) {
			ck_assert(mxlog_ring_pop(&ring, &out));
			ck_assert_ptr_eq(out, &items[i]);
		}
		ck_assert(!mxlog_ring_pop(&ring, &out));
		ck_assert_uint_eq(mxlog_ring_count(&ring), 0);
	}
	mxlog_ring_done(&ring);
}
END_TEST

START_TEST(a_full_ring_refuses_and_an_emptied_one_takes_again)
{
	struct mxlog_ring ring;
	unsigned n = 0;
	void *out;
	int item;

	ck_assert_int_eq(mxlog_ring_init(&ring, 1000), 0);
	while (mxlog_ring_push(&ring, &item))
		n++;
	ck_assert_uint_eq(n, 1024);
	ck_assert(mxlog_ring_pop(&ring, &out));
	ck_assert(mxlog_ring_push(&ring, &item));
	ck_assert(!mxlog_ring_push(&ring, &item));
	mxlog_ring_reset(&ring);
	ck_assert_uint_eq(mxlog_ring_count(&ring), 0);
	ck_assert(!mxlog_ring_pop(&ring, &out));
	mxlog_ring_done(&ring);
}
END_TEST

enum {
	PAIRS = 4,
	PER_THREAD = 50000,
};

static struct mxlog_ring shared;
static _Atomic uint64_t sum;
static _Atomic unsigned popped;

static void *push_all(void *arg)
{
	uintptr_t first = (uintptr_t)arg * PER_THREAD + 1;

	for (uintptr_t i = 0; i < PER_THREAD; i++)
		while (!mxlog_ring_push(&shared, (void *)(first + i)))
			(void)sched_yield();
	return NULL;
}

static void *pop_all(void *arg)
{
	uintptr_t last[PAIRS] = { 0 };
	void *item;

	(void)arg;
	while (atomic_load(&popped) < PAIRS * PER_THREAD) {
		uintptr_t value, thread;

		if (!mxlog_ring_pop(&shared, &item)) {
			(void)sched_yield();
			continue;
		}
		value = (uintptr_t)item;
		thread = (value - 1) / PER_THREAD;
		ck_assert_uint_gt(value, last[thread]); /* in its order */
		last[thread] = value;
		atomic_fetch_add(&sum, value);
		atomic_fetch_add(&popped, 1);
	}
	return NULL;
}

START_TEST(between_many_threads_each_item_passes_once)
{
	uint64_t n = PAIRS * PER_THREAD;
	pthread_t threads[2 * PAIRS];

	ck_assert_int_eq(mxlog_ring_init(&shared, 16), 0);
	for (uintptr_t i = 0; i < PAIRS; i++) {
		(void)pthread_create(&threads[i], NULL, push_all, (void *)i);
		(void)pthread_create(&threads[PAIRS + i], NULL, pop_all, NULL);
	}
	for (int i = 0; i < 2 * PAIRS; i++)
		(void)pthread_join(threads[i], NULL);
	ck_assert_uint_eq(atomic_load(&sum), n * (n + 1) / 2);
	mxlog_ring_done(&shared);
}
END_TEST

SUITE("ring", items_come_out_in_order_over_many_rounds,
    a_full_ring_refuses_and_an_emptied_one_takes_again,
    between_many_threads_each_item_passes_once)
