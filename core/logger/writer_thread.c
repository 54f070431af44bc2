/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/writer_thread.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	BATCH = 64,       /* items delivered with the lock held */
	LOOK_MSEC = 1000, /* whether other threads are left */
};

struct mxlog_writer_thread {
	struct mxlog_writer_thread_options options;
	struct mxlog_queue *queue;
	uint32_t half;
	pthread_t thread;
	_Atomic uint32_t asleep; /* futex: 1 while the thread waits */
	_Atomic bool stopping;
	_Atomic bool hurry;       /* deliver what is there, then flush */
	int64_t looked_msec;      /* for other threads */
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

static void wake(struct mxlog_writer_thread *writer_thread)
{
	if (atomic_exchange(&writer_thread->asleep, 0) == 1)
		futex_wake(&writer_thread->asleep);
}

/* ---- the writer thread ---- */

/* Deliver some; *last is the youngest ticket among them. */
static size_t deliver_batch(struct mxlog_writer_thread *writer_thread,
    uint64_t *last)
{
	struct mxlog_queue_item *items[BATCH];
	size_t n = mxlog_queue_take(writer_thread->queue, items, BATCH);

	if (n == 0)
		return 0;
	*last = items[n - 1]->ticket;
	mxlog_fair_lock_lock(writer_thread->options.delivering);
	for (size_t i = 0; i < n; i++) {
		mxlog_dispatch_handle(writer_thread->options.dispatch,
		    (struct mxlog_item *)items[i]);
		mxlog_item_trim((struct mxlog_item *)items[i]);
		mxlog_queue_give_back(writer_thread->queue, items[i]);
	}
	mxlog_fair_lock_unlock(writer_thread->options.delivering);
	return n;
}

/* Say what was shed and flush. All tickets below `before` are delivered, and
 * that is what those who had asked for `wanted` flushes wait for. */
static void finish(struct mxlog_writer_thread *writer_thread, uint64_t before,
    uint32_t wanted)
{
	bool sync = wanted != atomic_load(&writer_thread->flushed);
	struct mxlog_shed shed;
	int r;

	mxlog_fair_lock_lock(writer_thread->options.delivering);
	mxlog_queue_take_shed(writer_thread->queue, shed.n);
	mxlog_dispatch_add_shed(writer_thread->options.dispatch, &shed);
	r = mxlog_dispatch_flush(writer_thread->options.dispatch, sync);
	mxlog_fair_lock_unlock(writer_thread->options.delivering);

	atomic_store(&writer_thread->stored, before);
	if (sync) {
		atomic_store(&writer_thread->flush_result, r);
		atomic_store(&writer_thread->flushed, wanted);
		futex_wake(&writer_thread->flushed);
	}
}

static bool is_wanted(struct mxlog_writer_thread *writer_thread)
{
	return atomic_load(&writer_thread->stopping) ||
	    atomic_load(&writer_thread->hurry) ||
	    atomic_load(&writer_thread->wanted) !=
	    atomic_load(&writer_thread->flushed) ||
	    mxlog_queue_idle(writer_thread->queue) <= writer_thread->half;
}

/* Until half full, asked for, or the flush interval is over. */
static void sleep_until_wanted(struct mxlog_writer_thread *writer_thread)
{
	struct timespec interval =
	    timespec_of(writer_thread->options.flush_interval_s);

	atomic_store(&writer_thread->asleep, 1);
	if (!is_wanted(writer_thread))
		futex_wait(&writer_thread->asleep, 1, &interval);
	atomic_store(&writer_thread->asleep, 0);
}

/* Until nothing is left, or somebody waits for a flush of what came before
 * `before`, or a flush is due: a flood must not put those off. */
static void deliver_until(struct mxlog_writer_thread *writer_thread,
    uint64_t before)
{
	int64_t due = monotonic_msec() +
	    (int64_t)(writer_thread->options.flush_interval_s * 1000);
	uint64_t last;

	while (deliver_batch(writer_thread, &last) > 0) {
		bool asked = atomic_load(&writer_thread->hurry) ||
		    atomic_load(&writer_thread->wanted) !=
			atomic_load(&writer_thread->flushed);

		if (last + 1 >= before && (asked || monotonic_msec() >= due))
			return;
	}
}

static void drain_and_free(struct mxlog_writer_thread *writer_thread)
{
	struct mxlog_queue_item *item;

	while (mxlog_queue_take(writer_thread->queue, &item, 1) == 1)
		mxlog_item_free((struct mxlog_item *)item);
	while ((item = mxlog_queue_take_idle(writer_thread->queue)))
		mxlog_item_free((struct mxlog_item *)item);
	mxlog_queue_free(writer_thread->queue);
	free(writer_thread);
}

/* /proc/self is main()'s thread, and a zombie has no program any more. No file
 * is opened: the number might be wanted by the program. */
static bool is_main_gone(void)
{
	char target[1];

	return readlink("/proc/self/exe", target, sizeof(target)) < 0 &&
	    errno == ENOENT;
}

/* main() has left by pthread_exit(3) and is the one other thread that is
 * counted: a zombie. Looked at once a second. */
static bool is_last_thread(struct mxlog_writer_thread *writer_thread)
{
	int64_t now = monotonic_msec();
	struct stat st;

	if (now - writer_thread->looked_msec < LOOK_MSEC)
		return false;
	writer_thread->looked_msec = now;
	return stat("/proc/self/task", &st) == 0 && st.st_nlink == 2 + 2 &&
	    is_main_gone();
}

/* The last thread that ends has the C library call exit(3). */
static void *end_process(struct mxlog_writer_thread *writer_thread)
{
	uint64_t before = mxlog_queue_next_ticket(writer_thread->queue);

	deliver_until(writer_thread, before);
	finish(writer_thread, before, atomic_load(&writer_thread->wanted));
	(void)pthread_detach(writer_thread->thread);
	writer_thread->options.end();
	drain_and_free(writer_thread);
	return NULL;
}

static void *writer_main(void *arg)
{
	struct mxlog_writer_thread *writer_thread = arg;

	writer_thread->options.begin();
	for (;;) {
		bool stopping = atomic_load(&writer_thread->stopping);
		/* First who asks, then what was there: who asks later may have
		 * put in more. */
		uint32_t wanted = atomic_load(&writer_thread->wanted);
		uint64_t before = mxlog_queue_next_ticket(writer_thread->queue);

		atomic_store(&writer_thread->hurry, false);
		deliver_until(writer_thread, before);
		finish(writer_thread, before, wanted);
		if (stopping && mxlog_queue_length(writer_thread->queue) == 0)
			return NULL;
		if (!stopping && is_last_thread(writer_thread))
			return end_process(writer_thread);
		if (!stopping)
			sleep_until_wanted(writer_thread);
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
static int start_thread(struct mxlog_writer_thread *writer_thread)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGSEGV);
	(void)sigdelset(&all, SIGBUS);
	(void)sigdelset(&all, SIGFPE);
	(void)sigdelset(&all, SIGILL);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(&writer_thread->thread, NULL, writer_main,
	    writer_thread);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r == 0)
		(void)pthread_setname_np(writer_thread->thread, "mxlog");
	return r;
}

int mxlog_writer_thread_start(const struct mxlog_writer_thread_options *options,
    struct mxlog_writer_thread **ret)
{
	struct mxlog_writer_thread *writer_thread =
	    calloc(1, sizeof(*writer_thread));
	int r;

	if (!writer_thread)
		return -ENOMEM;
	writer_thread->options = *options;
	writer_thread->half = options->buffer_size / 2;
	r = make_queue(options->buffer_size, &writer_thread->queue);
	if (r < 0) {
		free(writer_thread);
		return r;
	}
	r = start_thread(writer_thread);
	if (r < 0) {
		drain_and_free(writer_thread);
		return r;
	}
	*ret = writer_thread;
	return 0;
}

void mxlog_writer_thread_stop(struct mxlog_writer_thread *writer_thread)
{
	if (!writer_thread)
		return;
	atomic_store(&writer_thread->stopping, true);
	wake(writer_thread);
	(void)pthread_join(writer_thread->thread, NULL);
	drain_and_free(writer_thread);
}

/* Another thread may have been in the middle of anything: what the rings hold
 * can't be trusted, so that the items stay where they are. */
void mxlog_writer_thread_abandon(struct mxlog_writer_thread *writer_thread)
{
	if (writer_thread)
		mxlog_queue_free(writer_thread->queue);
	free(writer_thread);
}

/* ---- for those who log ---- */

void mxlog_writer_thread_put(struct mxlog_writer_thread *writer_thread,
    struct mxlog_item **item)
{
	struct mxlog_queue_item *queued = &(*item)->queued;

	(void)mxlog_queue_swap(writer_thread->queue, &queued);
	*item = (struct mxlog_item *)queued;
	if (atomic_load_explicit(&writer_thread->asleep,
		memory_order_relaxed) == 1 &&
	    mxlog_queue_idle(writer_thread->queue) <= writer_thread->half)
		wake(writer_thread);
}

void mxlog_writer_thread_hurry(struct mxlog_writer_thread *writer_thread)
{
	atomic_store(&writer_thread->hurry, true);
	wake(writer_thread);
}

int mxlog_writer_thread_flush(struct mxlog_writer_thread *writer_thread,
    int timeout_msec)
{
	uint32_t mine = atomic_fetch_add(&writer_thread->wanted, 1) + 1;
	int64_t deadline = monotonic_msec() + timeout_msec;

	wake(writer_thread);
	for (;;) {
		uint32_t flushed = atomic_load(&writer_thread->flushed);
		int64_t left = deadline - monotonic_msec();
		struct timespec wait = timespec_of(1);

		if ((int32_t)(flushed - mine) >= 0)
			return atomic_load(&writer_thread->flush_result);
		if (timeout_msec >= 0 && left <= 0)
			return -ETIMEDOUT;
		if (timeout_msec >= 0)
			wait = timespec_of((double)left / 1000);
		futex_wait(&writer_thread->flushed, flushed, &wait);
	}
}

uint64_t mxlog_writer_thread_rescue(struct mxlog_writer_thread *writer_thread,
    int timeout_msec)
{
	uint64_t wanted = mxlog_queue_next_ticket(writer_thread->queue);
	const struct timespec tick = { .tv_nsec = 1000000 };
	uint64_t stored;

	if (pthread_equal(pthread_self(), writer_thread->thread))
		timeout_msec = 0; /* nobody is left to do it */
	atomic_fetch_add(&writer_thread->wanted, 1);
	wake(writer_thread);
	for (int i = 0; i < timeout_msec; i++) {
		if (atomic_load(&writer_thread->stored) >= wanted)
			break;
		(void)nanosleep(&tick, NULL);
	}
	stored = atomic_load(&writer_thread->stored);
	return stored < wanted ? wanted - stored : 0;
}
