/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/queue.h"

#include <pthread.h>

#include "suite.h"

struct item {
	struct mxlog_queue_item queued; /* first */
	unsigned thread;
	uint64_t number;
};

static struct mxlog_queue *make(uint32_t capacity)
{
	struct mxlog_queue_item *items[1024];
	struct mxlog_queue *queue;

	for (uint32_t i = 0; i < capacity; i++) {
		struct item *item = calloc(1, sizeof(*item));

		ck_assert_ptr_nonnull(item);
		items[i] = &item->queued;
	}
	ck_assert_int_eq(mxlog_queue_new(capacity, items, &queue), 0);
	return queue;
}

static void destroy(struct mxlog_queue *queue)
{
	struct mxlog_queue_item *item;

	while (mxlog_queue_take(queue, &item, 1) == 1)
		free(item);
	while ((item = mxlog_queue_take_idle(queue)))
		free(item);
	mxlog_queue_free(queue);
}

static bool put(struct mxlog_queue *queue, struct item **item, unsigned rank,
    uint64_t number)
{
	struct mxlog_queue_item *queued = &(*item)->queued;
	bool ok;

	queued->rank = rank;
	(*item)->number = number;
	ok = mxlog_queue_swap(queue, &queued);
	*item = (struct item *)queued;
	return ok;
}

START_TEST(items_come_out_in_the_order_of_arrival_whatever_their_rank)
{
	struct mxlog_queue *queue = make(100);
	struct item *mine = calloc(1, sizeof(*mine));
	struct mxlog_queue_item *out[100];

	for (unsigned i = 0; i < 100; i++)
		ck_assert(put(queue, &mine, (i * 7) % 5, i));
	ck_assert_uint_eq(mxlog_queue_length(queue), 100);
	ck_assert_uint_eq(mxlog_queue_take(queue, out, 60), 60);
	ck_assert_uint_eq(mxlog_queue_take(queue, out + 60, 60), 40);
	for (unsigned i = 0; i < 100; i++) {
		ck_assert_uint_eq(((struct item *)out[i])->number, i);
		mxlog_queue_give_back(queue, out[i]);
	}
	free(mine);
	destroy(queue);
}
END_TEST

START_TEST(a_full_queue_sheds_the_mildest_first_and_counts_it)
{
	struct mxlog_queue *queue = make(10);
	struct item *mine = calloc(1, sizeof(*mine));
	uint64_t shed[MXLOG_QUEUE_RANKS];

	for (unsigned i = 0; i < 10; i++)
		ck_assert(put(queue, &mine, i < 5 ? 0 : 1, i));
	for (unsigned i = 0; i < 5; i++) /* five DEBUG make room */
		ck_assert(put(queue, &mine, 3, i));
	ck_assert(put(queue, &mine, 3, 0)); /* then INFO does */
	ck_assert(!put(queue, &mine, 0, 0));
	mxlog_queue_take_shed(queue, shed);
	ck_assert_uint_eq(shed[0], 6);
	ck_assert_uint_eq(shed[1], 1);
	ck_assert_uint_eq(shed[3], 0);
	mxlog_queue_take_shed(queue, shed);
	ck_assert_uint_eq(shed[0], 0);
	free(mine);
	destroy(queue);
}
END_TEST

START_TEST(among_equals_the_newcomer_is_shed)
{
	struct mxlog_queue *queue = make(2);
	struct item *mine = calloc(1, sizeof(*mine));
	struct mxlog_queue_item *out[2];

	ck_assert(put(queue, &mine, 4, 1));
	ck_assert(put(queue, &mine, 4, 2));
	ck_assert(!put(queue, &mine, 4, 3));
	ck_assert_uint_eq(mxlog_queue_take(queue, out, 2), 2);
	ck_assert_uint_eq(((struct item *)out[0])->number, 1);
	for (int i = 0; i < 2; i++)
		mxlog_queue_give_back(queue, out[i]);
	free(mine);
	destroy(queue);
}
END_TEST

enum {
	THREADS = 32,
	PER_THREAD = 10000,
};

static _Atomic size_t finished;

struct flood {
	struct mxlog_queue *queue;
	unsigned thread;
};

static void *flood(void *arg)
{
	struct flood *flood = arg;
	struct item *mine = calloc(1, sizeof(*mine));

	for (uint64_t i = 0; i < PER_THREAD; i++) {
		mine->thread = flood->thread;
		(void)put(flood->queue, &mine, (unsigned)(i % 5), i);
	}
	free(mine);
	atomic_fetch_add(&finished, 1);
	return NULL;
}

START_TEST(what_goes_in_from_many_threads_comes_out_or_is_counted)
{
	struct mxlog_queue *queue = make(64);
	struct flood floods[THREADS];
	pthread_t threads[THREADS];
	uint64_t next[THREADS] = { 0 };
	uint64_t shed[MXLOG_QUEUE_RANKS], seen = 0, lost = 0;
	struct mxlog_queue_item *out[16];
	size_t n, running = THREADS;

	for (unsigned i = 0; i < THREADS; i++) {
		floods[i] = (struct flood){ queue, i };
		pthread_create(&threads[i], NULL, flood, &floods[i]);
	}
	do {
		bool last = atomic_load(&finished) == running;

		n = mxlog_queue_take(queue, out, 16);
		for (size_t i = 0; i < n; i++) {
			struct item *item = (struct item *)out[i];

			ck_assert_uint_ge(item->number, next[item->thread]);
			next[item->thread] = item->number + 1;
			seen++;
			mxlog_queue_give_back(queue, out[i]);
		}
		if (last && n == 0)
			running = 0;
	} while (running > 0);
	for (unsigned i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	mxlog_queue_take_shed(queue, shed);
	for (int i = 0; i < MXLOG_QUEUE_RANKS; i++)
		lost += shed[i];
	ck_assert_uint_eq(seen + lost, (uint64_t)THREADS * PER_THREAD);
	destroy(queue);
}
END_TEST

START_TEST(when_an_error_was_shed_nothing_milder_is_queued)
{
	struct mxlog_queue *queue = make(64);
	struct flood floods[THREADS];
	pthread_t threads[THREADS];
	struct mxlog_queue_item *out[64];
	uint64_t shed[MXLOG_QUEUE_RANKS];
	size_t n;

	/* Nobody takes: what was shed once can't be queued later. */
	for (unsigned i = 0; i < THREADS; i++) {
		floods[i] = (struct flood){ queue, i };
		pthread_create(&threads[i], NULL, flood, &floods[i]);
	}
	for (unsigned i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	mxlog_queue_take_shed(queue, shed);
	ck_assert_uint_gt(shed[3], 0);
	n = mxlog_queue_take(queue, out, 64);
	ck_assert_uint_eq(n, 64);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_ge(out[i]->rank, 3);
		mxlog_queue_give_back(queue, out[i]);
	}
	destroy(queue);
}
END_TEST

SUITE("queue", when_an_error_was_shed_nothing_milder_is_queued,
    items_come_out_in_the_order_of_arrival_whatever_their_rank,
    a_full_queue_sheds_the_mildest_first_and_counts_it,
    among_equals_the_newcomer_is_shed,
    what_goes_in_from_many_threads_comes_out_or_is_counted)
