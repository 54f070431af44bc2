/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/async.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	BATCH = 64, /* items delivered with the lock held */
};

struct mxlog_async {
	struct mxlog_async_options options;
	struct mxlog_queue *queue;
	uint32_t half;
	pthread_t thread;
	_Atomic uint32_t asleep; /* futex: 1 while the thread waits */
	_Atomic bool stopping;
	_Atomic uint32_t wanted;  /* flushes to disk asked for */
	_Atomic uint32_t flushed; /* futex: and done */
	_Atomic uint64_t stored;  /* tickets below are with the handlers */
	_Atomic int flush_result;
};

static void futex_wait(_Atomic uint32_t *word, uint32_t value,
    const struct timespec *timeout)
{
	(void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, timeout, NULL,
	    0);
}

static void futex_wake(_Atomic uint32_t *word)
{
	(void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL,
	    NULL, 0);
}

static struct timespec timespec_of(double seconds)
{
	struct timespec ts = { .tv_sec = (time_t)seconds };

	ts.tv_nsec = (long)((seconds - (double)ts.tv_sec) * 1e9);
	return ts;
}

static int64_t monotonic_msec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void wake(struct mxlog_async *async)
{
	if (atomic_exchange(&async->asleep, 0) == 1)
		futex_wake(&async->asleep);
}

/* ---- the writer thread ---- */

/* Deliver some; *last is the youngest ticket among them. */
static size_t deliver_batch(struct mxlog_async *async, uint64_t *last)
{
	struct mxlog_queue_item *items[BATCH];
	size_t n = mxlog_queue_take(async->queue, items, BATCH);

	if (n == 0)
		return 0;
	*last = items[n - 1]->ticket;
	mxlog_turn_lock(async->options.delivering);
	for (size_t i = 0; i < n; i++) {
		mxlog_delivery_handle(async->options.delivery,
		    (struct mxlog_item *)items[i]);
		mxlog_item_trim((struct mxlog_item *)items[i]);
		mxlog_queue_give_back(async->queue, items[i]);
	}
	mxlog_turn_unlock(async->options.delivering);
	return n;
}

/* Say what was shed and flush. All tickets below `before` are delivered, and
 * that is what those who had asked for `wanted` flushes wait for. */
static void finish(struct mxlog_async *async, uint64_t before, uint32_t wanted)
{
	bool sync = wanted != atomic_load(&async->flushed);
	uint64_t shed[MXLOG_QUEUE_RANKS];
	int r;

	mxlog_turn_lock(async->options.delivering);
	mxlog_queue_take_shed(async->queue, shed);
	mxlog_delivery_report_shed(async->options.delivery, shed);
	r = mxlog_delivery_flush(async->options.delivery, sync);
	mxlog_turn_unlock(async->options.delivering);

	atomic_store(&async->stored, before);
	if (sync) {
		atomic_store(&async->flush_result, r);
		atomic_store(&async->flushed, wanted);
		futex_wake(&async->flushed);
	}
}

static bool is_wanted(struct mxlog_async *async)
{
	return atomic_load(&async->stopping) ||
	    atomic_load(&async->wanted) != atomic_load(&async->flushed) ||
	    mxlog_queue_idle(async->queue) <= async->half;
}

/* Until half full, asked for, or the flush interval is over. */
static void sleep_until_wanted(struct mxlog_async *async)
{
	struct timespec interval = timespec_of(async->options.flush_interval_s);

	atomic_store(&async->asleep, 1);
	if (!is_wanted(async))
		futex_wait(&async->asleep, 1, &interval);
	atomic_store(&async->asleep, 0);
}

/* Until nothing is left, or somebody waits for a flush of what came before
 * `before`, or a flush is due: a flood must not put those off. */
static void deliver_until(struct mxlog_async *async, uint64_t before)
{
	int64_t due = monotonic_msec() +
	    (int64_t)(async->options.flush_interval_s * 1000);
	uint64_t last;

	while (deliver_batch(async, &last) > 0) {
		bool asked =
		    atomic_load(&async->wanted) != atomic_load(&async->flushed);

		if (last + 1 >= before && (asked || monotonic_msec() >= due))
			return;
	}
}

static void *writer_main(void *arg)
{
	struct mxlog_async *async = arg;

	async->options.begin();
	for (;;) {
		bool stopping = atomic_load(&async->stopping);
		/* First who asks, then what was there: who asks later may have
		 * put in more. */
		uint32_t wanted = atomic_load(&async->wanted);
		uint64_t before = mxlog_queue_next_ticket(async->queue);

		deliver_until(async, before);
		finish(async, before, wanted);
		if (stopping && mxlog_queue_length(async->queue) == 0)
			return NULL;
		if (!stopping)
			sleep_until_wanted(async);
	}
}

/* ---- starting and stopping ---- */

static void free_items(struct mxlog_queue_item **items, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		mxlog_item_free((struct mxlog_item *)items[i]);
	free(items);
}

static int make_queue(uint32_t capacity, struct mxlog_queue **ret)
{
	struct mxlog_queue_item **items =
	    calloc(capacity, sizeof(struct mxlog_queue_item *));
	uint32_t n = 0;
	int r = items ? 0 : -ENOMEM;

	for (; n < capacity && r == 0; n++) {
		struct mxlog_item *item;

		r = mxlog_item_new(&item);
		if (r < 0)
			break;
		items[n] = &item->queued;
	}
	if (r == 0)
		r = mxlog_queue_new(capacity, items, ret);
	if (r < 0)
		free_items(items, n);
	else
		free(items);
	return r;
}

/* The writer thread takes no signals: they are the application's. */
static int start_thread(struct mxlog_async *async)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGSEGV);
	(void)sigdelset(&all, SIGBUS);
	(void)sigdelset(&all, SIGFPE);
	(void)sigdelset(&all, SIGILL);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(&async->thread, NULL, writer_main, async);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r == 0)
		(void)pthread_setname_np(async->thread, "mxlog");
	return r;
}

static void drain_and_free(struct mxlog_async *async)
{
	struct mxlog_queue_item *item;

	while (mxlog_queue_take(async->queue, &item, 1) == 1)
		mxlog_item_free((struct mxlog_item *)item);
	while ((item = mxlog_queue_take_idle(async->queue)))
		mxlog_item_free((struct mxlog_item *)item);
	mxlog_queue_free(async->queue);
	free(async);
}

int mxlog_async_start(const struct mxlog_async_options *options,
    struct mxlog_async **ret)
{
	struct mxlog_async *async = calloc(1, sizeof(*async));
	int r;

	if (!async)
		return -ENOMEM;
	async->options = *options;
	async->half = options->buffer_size / 2;
	r = make_queue(options->buffer_size, &async->queue);
	if (r < 0) {
		free(async);
		return r;
	}
	r = start_thread(async);
	if (r < 0) {
		drain_and_free(async);
		return r;
	}
	*ret = async;
	return 0;
}

void mxlog_async_stop(struct mxlog_async *async)
{
	if (!async)
		return;
	atomic_store(&async->stopping, true);
	wake(async);
	(void)pthread_join(async->thread, NULL);
	drain_and_free(async);
}

/* Another thread may have been in the middle of anything: what the rings hold
 * can't be trusted, so that the items stay where they are. */
void mxlog_async_abandon(struct mxlog_async *async)
{
	if (async)
		mxlog_queue_free(async->queue);
	free(async);
}

/* ---- for those who log ---- */

void mxlog_async_put(struct mxlog_async *async, struct mxlog_item **item)
{
	struct mxlog_queue_item *queued = &(*item)->queued;

	(void)mxlog_queue_swap(async->queue, &queued);
	*item = (struct mxlog_item *)queued;
	if (atomic_load_explicit(&async->asleep, memory_order_relaxed) == 1 &&
	    mxlog_queue_idle(async->queue) <= async->half)
		wake(async);
}

int mxlog_async_flush(struct mxlog_async *async, int timeout_msec)
{
	uint32_t mine = atomic_fetch_add(&async->wanted, 1) + 1;
	int64_t deadline = monotonic_msec() + timeout_msec;

	wake(async);
	for (;;) {
		uint32_t flushed = atomic_load(&async->flushed);
		int64_t left = deadline - monotonic_msec();
		struct timespec wait = timespec_of(1);

		if ((int32_t)(flushed - mine) >= 0)
			return atomic_load(&async->flush_result);
		if (timeout_msec >= 0 && left <= 0)
			return -ETIMEDOUT;
		if (timeout_msec >= 0)
			wait = timespec_of((double)left / 1000);
		futex_wait(&async->flushed, flushed, &wait);
	}
}

uint64_t mxlog_async_rescue(struct mxlog_async *async, int timeout_msec)
{
	uint64_t wanted = mxlog_queue_next_ticket(async->queue);
	const struct timespec tick = { .tv_nsec = 1000000 };
	uint64_t stored;

	if (pthread_equal(pthread_self(), async->thread))
		timeout_msec = 0; /* nobody is left to do it */
	atomic_fetch_add(&async->wanted, 1);
	wake(async);
	for (int i = 0; i < timeout_msec; i++) {
		if (atomic_load(&async->stored) >= wanted)
			break;
		(void)nanosleep(&tick, NULL);
	}
	stored = atomic_load(&async->stored);
	return stored < wanted ? wanted - stored : 0;
}
