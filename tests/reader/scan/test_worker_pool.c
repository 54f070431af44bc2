/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/worker_pool.h"

#include <semaphore.h>
#include <stdlib.h>

#include "suite.h"

enum {
	TASKS = 5000,
	EVERY = 7, /* one in that many has a hit */
	FAILS = 4321,
};

struct job {
	uint32_t next, tasks;
	sem_t *taken; /* NULL, or task 1 is made after task 0 was taken */
};

static int next_task(void *arg, struct mxlog_worker_pool_task *ret)
{
	struct job *job = arg;

	if (job->next == job->tasks)
		return 0;
	*ret = (struct mxlog_worker_pool_task){ .piece = job->next++ };
	return 1;
}

/* The chunk's text is its number, over and over, and the hit is all of it. */
static void make_chunk(void *arg, unsigned worker,
    const struct mxlog_worker_pool_task *task, struct mxlog_chunk *chunk)
{
	const struct job *job = arg;
	struct mxlog_chunk_hit *hit;

	(void)worker;
	/* Not asserted: Check is for one thread, and writes at each step. */
	if (job->taken && task->piece == 1 && sem_wait(job->taken) < 0)
		abort();
	for (uint32_t i = 0; i < 64 + task->piece % 100; i++)
		if (mxlog_buf_add(&chunk->bytes, &task->piece,
			sizeof(task->piece)) < 0)
			abort();
	chunk->text = chunk->bytes.data;
	chunk->len = chunk->bytes.len;
	chunk->offset = task->piece;
	chunk->lines = 1;
	chunk->error = task->piece == FAILS ? -EIO : 0;
	if (task->piece % EVERY)
		return;
	if (mxlog_chunk_add_hit(chunk, &hit) < 0)
		abort();
	hit->len = (uint32_t)chunk->len;
}

static struct mxlog_worker_pool *start(struct job *job, unsigned workers)
{
	struct mxlog_worker_pool_job pool_job = {
		.next = next_task,
		.work = make_chunk,
		.arg = job,
	};
	struct mxlog_worker_pool *pool;

	ck_assert_int_eq(mxlog_worker_pool_new(workers, &pool_job, &pool), 0);
	return pool;
}

static bool holds(const struct mxlog_chunk *chunk, uint32_t number)
{
	for (size_t i = 0; i < chunk->len; i += sizeof(number))
		if (memcmp(chunk->text + i, &number, sizeof(number)) != 0)
			return false;
	return true;
}

static void check_chunk(const struct mxlog_chunk *chunk, uint32_t number)
{
	ck_assert_msg(chunk->offset == number && chunk->lines == 1 &&
		chunk->error == (number == FAILS ? -EIO : 0) &&
		chunk->n_hits == (number % EVERY ? 0 : 1),
	    "chunk %u is another, or not as it was made", number);
	if (chunk->n_hits == 0)
		return;
	ck_assert_uint_eq(chunk->hits[0].len, (64 + number % 100) * 4);
	ck_assert_msg(holds(chunk, number), "chunk %u lost its text", number);
}

START_TEST(chunks_come_in_order_with_what_was_found)
{
	static const unsigned workers[] = { 0, 1, 2, 3, 8 };

	for (size_t i = 0; i < ARRAY_LEN(workers); i++) {
		struct job job = { .tasks = TASKS };
		struct mxlog_worker_pool *pool = start(&job, workers[i]);
		struct mxlog_chunk *chunk;
		uint32_t n = 0;

		while (mxlog_worker_pool_take(pool, &chunk) > 0)
			check_chunk(chunk, n++);
		ck_assert_uint_eq(n, TASKS);
		ck_assert_int_eq(mxlog_worker_pool_take(pool, &chunk), 0);
		mxlog_worker_pool_free(pool);
	}
}
END_TEST

START_TEST(a_pool_may_be_sent_home_at_any_time)
{
	for (uint32_t taken = 0; taken < 40; taken++) {
		struct job job = { .tasks = TASKS };
		struct mxlog_worker_pool *pool = start(&job, 3);
		struct mxlog_chunk *chunk;

		for (uint32_t n = 0; n < taken; n++) {
			ck_assert_int_eq(mxlog_worker_pool_take(pool, &chunk),
			    1);
			check_chunk(chunk, n);
		}
		mxlog_worker_pool_free(pool);
	}
}
END_TEST

/* Were it kept back until there are more, this would not end. */
START_TEST(what_was_found_is_handed_over_at_once)
{
	struct job job = { .tasks = 2 };
	struct mxlog_worker_pool *pool;
	struct mxlog_chunk *chunk;
	sem_t taken;

	ck_assert_int_eq(sem_init(&taken, 0, 0), 0);
	job.taken = &taken;
	pool = start(&job, 1);
	ck_assert_int_eq(mxlog_worker_pool_take(pool, &chunk), 1);
	check_chunk(chunk, 0);
	ck_assert_int_eq(sem_post(&taken), 0);
	ck_assert_int_eq(mxlog_worker_pool_take(pool, &chunk), 1);
	check_chunk(chunk, 1);
	ck_assert_int_eq(mxlog_worker_pool_take(pool, &chunk), 0);
	mxlog_worker_pool_free(pool);
	(void)sem_destroy(&taken);
}
END_TEST

SUITE("crew", chunks_come_in_order_with_what_was_found,
    a_pool_may_be_sent_home_at_any_time, what_was_found_is_handed_over_at_once)
