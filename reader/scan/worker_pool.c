/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/worker_pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum {
	/* Chunks a worker may be ahead of who takes them. */
	AHEAD = 4,
	/* Bytes that are held or being made may be as many, if they have to be
	 * more than one chunk's: lines may be long. */
	HELD_MAX = 12 * 1024 * 1024,
	/* What a long line needed is given back. */
	CAPACITY_MAX = 4 * MXLOG_CHUNK_BYTES,
};

struct slot {
	struct mxlog_chunk chunk;
	struct mxlog_worker_pool_task task;
	bool ready;
};

struct worker {
	struct mxlog_worker_pool *pool;
	unsigned number;
	pthread_t thread;
	struct mxlog_buf bytes; /* for a chunk's, see work() */
};

struct mxlog_worker_pool {
	struct mxlog_worker_pool_job job;
	unsigned n_workers, started;
	struct worker *workers;
	struct slot *slots; /* task t is made in slot t % n_slots */
	size_t n_slots;

	pthread_mutex_t lock; /* guards what follows and slots' ready */
	pthread_cond_t room;  /* to workers: a slot was given back */
	pthread_cond_t made;  /* to the taker: a chunk is ready */
	uint64_t begun;       /* tasks handed out, counted */
	uint64_t taken;       /* tasks before this one are done with */
	size_t n_ready;       /* slots */
	size_t n_wanted;      /* of them, with what the taker waits for */
	size_t held;          /* bytes of those */
	size_t in_work;       /* chunks */
	unsigned waiting;     /* workers, for room */
	size_t usual;         /* bytes of the last one that was made */
	bool holding;         /* the taker still uses task `taken` */
	bool none_left;       /* all tasks were begun */
	bool stop;
};

/* Under the lock: begin the next task, if there is one. */
static struct slot *begin(struct mxlog_worker_pool *pool)
{
	struct slot *slot = &pool->slots[pool->begun % pool->n_slots];

	if (pool->none_left)
		return NULL;
	if (pool->job.next(pool->job.arg, &slot->task) <= 0) {
		pool->none_left = true;
		pthread_cond_signal(&pool->made);
		return NULL;
	}
	pool->begun++;
	pool->in_work++;
	return slot;
}

/* Under the lock: is there room for one more chunk? For the one that is taken
 * next there always is. */
static bool has_room(const struct mxlog_worker_pool *pool)
{
	size_t bytes = pool->held + (pool->in_work + 1) * pool->usual;

	return pool->begun == pool->taken ||
	    (pool->begun < pool->taken + pool->n_slots && bytes <= HELD_MAX);
}

/* Under the lock: who began one calls the next. */
static void call_worker(struct mxlog_worker_pool *pool)
{
	if (pool->waiting > 0 && has_room(pool))
		pthread_cond_signal(&pool->room);
}

/* The next task's slot, once there is room for its chunk; NULL: no more. */
static struct slot *wait_for_task(struct mxlog_worker_pool *pool)
{
	struct slot *slot = NULL;

	pthread_mutex_lock(&pool->lock);
	pool->waiting++;
	while (!pool->stop && !pool->none_left && !has_room(pool))
		pthread_cond_wait(&pool->room, &pool->lock);
	pool->waiting--;
	if (!pool->stop)
		slot = begin(pool);
	call_worker(pool);
	pthread_mutex_unlock(&pool->lock);
	return slot;
}

/* Has it more to say than how much was looked at? */
static bool is_wanted(const struct mxlog_chunk *chunk)
{
	return chunk->n_hits > 0 || chunk->error < 0;
}

/* Under the lock: is waking the taker worth it? Chunks in which nothing was
 * found are left until there are some of them. */
static bool has_enough(const struct mxlog_worker_pool *pool)
{
	return pool->slots[pool->taken % pool->n_slots].ready &&
	    (pool->n_wanted > 0 || pool->none_left ||
		pool->n_ready >= pool->n_slots / 2);
}

/* Under the lock: how many slots are ready, and what they hold. */
static void add_ready(struct mxlog_worker_pool *pool, const struct slot *slot)
{
	pool->n_ready++;
	if (!is_wanted(&slot->chunk))
		return;
	pool->n_wanted++;
	pool->held += slot->chunk.bytes.len;
}

static void drop_ready(struct mxlog_worker_pool *pool, const struct slot *slot)
{
	pool->n_ready--;
	if (!is_wanted(&slot->chunk))
		return;
	pool->n_wanted--;
	pool->held -= slot->chunk.bytes.len;
}

/* Under the lock: the slot's chunk is made. */
static void finish(struct mxlog_worker_pool *pool, struct slot *slot)
{
	slot->ready = true;
	pool->in_work--;
	pool->usual = slot->chunk.len;
	add_ready(pool, slot);
	call_worker(pool);
	if (has_enough(pool))
		pthread_cond_signal(&pool->made);
}

static void trim(struct mxlog_buf *bytes)
{
	if (bytes->capacity > CAPACITY_MAX)
		mxlog_buf_done(bytes);
}

static void swap_bytes(struct mxlog_buf *a, struct mxlog_buf *b)
{
	struct mxlog_buf t = *a;

	*a = *b;
	*b = t;
}

/* A hand keeps its buffer until there are hits in it: so it stays in the
 * processor's cache. */
static void work(struct mxlog_worker_pool *pool, unsigned worker,
    struct slot *slot)
{
	struct mxlog_buf *bytes = &pool->workers[worker].bytes;
	struct mxlog_chunk *chunk = &slot->chunk;

	swap_bytes(&chunk->bytes, bytes);
	mxlog_chunk_reset(chunk);
	pool->job.work(pool->job.arg, worker, &slot->task, chunk);
	if (chunk->n_hits == 0)
		swap_bytes(&chunk->bytes, bytes);
	trim(bytes);
}

static void *run(void *arg)
{
	struct worker *worker = arg;
	struct slot *slot;

	while ((slot = wait_for_task(worker->pool))) {
		work(worker->pool, worker->number, slot);
		pthread_mutex_lock(&worker->pool->lock);
		finish(worker->pool, slot);
		pthread_mutex_unlock(&worker->pool->lock);
	}
	return NULL;
}

/* With every signal blocked, so that the caller's threads get them. */
static int start(struct mxlog_worker_pool *pool)
{
	sigset_t all, old;
	int r = 0;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	for (; pool->started < pool->n_workers; pool->started++) {
		struct worker *worker = &pool->workers[pool->started];

		worker->pool = pool;
		worker->number = pool->started;
		r = -pthread_create(&worker->thread, NULL, run, worker);
		if (r < 0)
			break;
	}
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pool->started > 0 ? 0 : r;
}

int mxlog_worker_pool_new(unsigned n_workers,
    const struct mxlog_worker_pool_job *job, struct mxlog_worker_pool **ret)
{
	struct mxlog_worker_pool *pool = calloc(1, sizeof(*pool));
	int r = -ENOMEM;

	if (!pool)
		return -ENOMEM;
	pool->job = *job;
	pool->n_workers = n_workers;
	pool->n_slots = MAX(n_workers * AHEAD, 1U);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->room, NULL);
	pthread_cond_init(&pool->made, NULL);
	pool->slots = calloc(pool->n_slots, sizeof(*pool->slots));
	pool->workers = calloc(MAX(n_workers, 1U), sizeof(*pool->workers));
	if (!pool->slots || !pool->workers)
		goto out;
	r = n_workers > 0 ? start(pool) : 0;
out:
	if (r < 0)
		mxlog_worker_pool_free(pool);
	else
		*ret = pool;
	return r;
}

void mxlog_worker_pool_free(struct mxlog_worker_pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stop = true;
	pthread_cond_broadcast(&pool->room);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->started; i++)
		pthread_join(pool->workers[i].thread, NULL);

	for (size_t i = 0; pool->slots && i < pool->n_slots; i++)
		mxlog_chunk_done(&pool->slots[i].chunk);
	for (size_t i = 0; pool->workers && i < MAX(pool->n_workers, 1U); i++)
		mxlog_buf_done(&pool->workers[i].bytes);
	pthread_cond_destroy(&pool->made);
	pthread_cond_destroy(&pool->room);
	pthread_mutex_destroy(&pool->lock);
	free(pool->slots);
	free(pool->workers);
	free(pool);
}

/* Under the lock: what was taken before is no longer in use. */
static void give_back(struct mxlog_worker_pool *pool)
{
	struct slot *slot = &pool->slots[pool->taken % pool->n_slots];

	if (!pool->holding)
		return;
	slot->ready = false;
	drop_ready(pool, slot);
	trim(&slot->chunk.bytes);
	pool->taken++;
	pool->holding = false;
	call_worker(pool);
}

/* Without threads: make it here and now. */
static void make(struct mxlog_worker_pool *pool)
{
	struct slot *slot = begin(pool);

	if (!slot)
		return;
	work(pool, 0, slot);
	finish(pool, slot);
}

int mxlog_worker_pool_take(struct mxlog_worker_pool *pool,
    struct mxlog_chunk **ret)
{
	struct slot *slot;

	pthread_mutex_lock(&pool->lock);
	give_back(pool);
	if (pool->n_workers == 0)
		make(pool);
	slot = &pool->slots[pool->taken % pool->n_slots];
	while (!slot->ready && !(pool->none_left && pool->taken == pool->begun))
		pthread_cond_wait(&pool->made, &pool->lock);
	if (slot->ready) {
		pool->holding = true;
		*ret = &slot->chunk;
	}
	pthread_mutex_unlock(&pool->lock);
	return pool->holding ? 1 : 0;
}
