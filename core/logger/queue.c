/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/queue.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

/* One ring of free items and one a rank. `queued[rank]` is raised before a
 * free item is sought and lowered when the item has left its ring, so that it
 * is never less than what the ring holds. The consumer lowers it once for all
 * that it takes: producers and it share that cache line.
 *
 * Who finds no free item takes the lock and sets `full`. Others look at `full`
 * after raising their count and before seeking: either they see it and queue
 * up at the lock, or the one who set it sees their count and waits for the few
 * instructions until their item is in its ring. So at the moment of shedding
 * no milder item is queued and none can come. What the consumer has taken is
 * no longer queued. */
struct mxlog_queue {
	struct mxlog_ring idle;
	struct mxlog_ring ranks[MXLOG_QUEUE_RANKS];
	_Alignas(64) _Atomic uint64_t ticket;
	_Alignas(64) _Atomic uint64_t queued[MXLOG_QUEUE_RANKS];
	_Alignas(64) _Atomic bool full;
	_Atomic uint64_t shed[MXLOG_QUEUE_RANKS];
	pthread_mutex_t lock; /* held by whoever finds the queue full */
	/* The consumer's: popped, but younger than something still coming. */
	struct mxlog_queue_item *carried[MXLOG_QUEUE_RANKS];
	uint64_t popped[MXLOG_QUEUE_RANKS]; /* and not yet off the count */
};

int mxlog_queue_new(uint32_t capacity, struct mxlog_queue_item *const *items,
    struct mxlog_queue **ret)
{
	struct mxlog_queue *queue;
	int r;

	assert(capacity > 0);

	queue = aligned_alloc(64, sizeof(*queue));
	if (!queue)
		return -ENOMEM;
	memset(queue, 0, sizeof(*queue));
	(void)pthread_mutex_init(&queue->lock, NULL);

	r = mxlog_ring_init(&queue->idle, capacity);
	for (int i = 0; i < MXLOG_QUEUE_RANKS && r == 0; i++)
		r = mxlog_ring_init(&queue->ranks[i], capacity);
	if (r < 0) {
		mxlog_queue_free(queue);
		return r;
	}

	for (uint32_t i = 0; i < capacity; i++)
		(void)mxlog_ring_push(&queue->idle, items[i]);
	*ret = queue;
	return 0;
}

void mxlog_queue_free(struct mxlog_queue *queue)
{
	if (!queue)
		return;
	mxlog_ring_done(&queue->idle);
	for (int i = 0; i < MXLOG_QUEUE_RANKS; i++)
		mxlog_ring_done(&queue->ranks[i]);
	(void)pthread_mutex_destroy(&queue->lock);
	free(queue);
}

static bool pop(struct mxlog_ring *ring, struct mxlog_queue_item **ret)
{
	void *item;

	if (!mxlog_ring_pop(ring, &item))
		return false;
	*ret = item;
	return true;
}

/* Put an item in, for which room was found and which was counted. */
static void enqueue(struct mxlog_queue *queue, struct mxlog_queue_item *item)
{
	item->ticket = atomic_fetch_add(&queue->ticket, 1);
	while (!mxlog_ring_push(&queue->ranks[item->rank], item))
		sched_yield(); /* its cell is just being emptied */
}

/* With the lock held and `full` set: take away a queued item milder than
 * `rank`, the mildest first. */
static bool shed_milder(struct mxlog_queue *queue, unsigned rank,
    struct mxlog_queue_item **ret)
{
	for (unsigned i = 0; i < rank; i++) {
		while (atomic_load(&queue->queued[i]) > 0) {
			if (pop(&queue->ranks[i], ret)) {
				atomic_fetch_sub(&queue->queued[i], 1);
				atomic_fetch_add(&queue->shed[i], 1);
				return true;
			}
			sched_yield(); /* one is on its way in or out */
		}
	}
	return false;
}

static bool swap_when_full(struct mxlog_queue *queue,
    struct mxlog_queue_item **item)
{
	unsigned rank = (*item)->rank;
	struct mxlog_queue_item *idle;
	bool found;

	(void)pthread_mutex_lock(&queue->lock);
	atomic_store(&queue->full, true);
	found = pop(&queue->idle, &idle) || shed_milder(queue, rank, &idle) ||
	    pop(&queue->idle, &idle);
	if (found) {
		atomic_fetch_add(&queue->queued[rank], 1);
		enqueue(queue, *item);
		*item = idle;
	} else {
		atomic_fetch_add(&queue->shed[rank], 1);
	}
	atomic_store(&queue->full, false);
	(void)pthread_mutex_unlock(&queue->lock);
	return found;
}

bool mxlog_queue_swap(struct mxlog_queue *queue, struct mxlog_queue_item **item)
{
	unsigned rank = (*item)->rank;
	struct mxlog_queue_item *idle;

	assert(rank < MXLOG_QUEUE_RANKS);

	atomic_fetch_add(&queue->queued[rank], 1);
	if (UNLIKELY(atomic_load(&queue->full)) || !pop(&queue->idle, &idle)) {
		atomic_fetch_sub(&queue->queued[rank], 1);
		sched_yield(); /* the consumer may only lack a processor */
		return swap_when_full(queue, item);
	}
	enqueue(queue, *item);
	*item = idle;
	return true;
}

/* The oldest item of a rank, left in `carried`; NULL if there is none. A ring
 * that holds something and gives nothing has a push under way in front: what
 * stands behind that may be older than what other ranks show. */
static struct mxlog_queue_item *front(struct mxlog_queue *queue, unsigned rank)
{
	struct mxlog_ring *ring = &queue->ranks[rank];

	while (!queue->carried[rank]) {
		if (mxlog_ring_count(ring) == 0)
			return NULL;
		if (pop(ring, &queue->carried[rank]))
			queue->popped[rank]++;
		else
			sched_yield();
	}
	return queue->carried[rank];
}

/* The oldest item of all ranks but those in *empty, which only grows: a rank
 * that once has shown nothing gets nothing that must come before a ticket that
 * was given out earlier. */
static struct mxlog_queue_item *find_oldest(struct mxlog_queue *queue,
    unsigned *empty)
{
	struct mxlog_queue_item *oldest = NULL;

	for (unsigned i = 0; i < MXLOG_QUEUE_RANKS; i++) {
		struct mxlog_queue_item *item;

		if (*empty & 1U << i)
			continue;
		item = front(queue, i);
		if (!item)
			*empty |= 1U << i;
		else if (!oldest || item->ticket < oldest->ticket)
			oldest = item;
	}
	return oldest;
}

static void count_popped(struct mxlog_queue *queue)
{
	for (unsigned i = 0; i < MXLOG_QUEUE_RANKS; i++) {
		if (queue->popped[i] > 0)
			atomic_fetch_sub(&queue->queued[i], queue->popped[i]);
		queue->popped[i] = 0;
	}
}

size_t mxlog_queue_take(struct mxlog_queue *queue,
    struct mxlog_queue_item **items, size_t max)
{
	/* A thread's items up to here are in their rings; of later ones an
	 * older one of another rank may still be missing. */
	uint64_t limit = atomic_load(&queue->ticket);
	unsigned empty = 0;
	size_t n = 0;

	while (n < max) {
		struct mxlog_queue_item *oldest = find_oldest(queue, &empty);

		if (!oldest || oldest->ticket >= limit)
			break;
		queue->carried[oldest->rank] = NULL;
		items[n++] = oldest;
	}
	count_popped(queue);
	return n;
}

void mxlog_queue_give_back(struct mxlog_queue *queue,
    struct mxlog_queue_item *item)
{
	while (!mxlog_ring_push(&queue->idle, item))
		sched_yield(); /* its cell is just being emptied */
}

struct mxlog_queue_item *mxlog_queue_take_idle(struct mxlog_queue *queue)
{
	struct mxlog_queue_item *item;

	return pop(&queue->idle, &item) ? item : NULL;
}

uint64_t mxlog_queue_length(const struct mxlog_queue *queue)
{
	uint64_t n = 0;

	for (int i = 0; i < MXLOG_QUEUE_RANKS; i++)
		n += mxlog_ring_count(&queue->ranks[i]) +
		    (queue->carried[i] != NULL);
	return n;
}

uint64_t mxlog_queue_idle(const struct mxlog_queue *queue)
{
	return mxlog_ring_count(&queue->idle);
}

uint64_t mxlog_queue_next_ticket(const struct mxlog_queue *queue)
{
	return atomic_load(&queue->ticket);
}

void mxlog_queue_take_shed(struct mxlog_queue *queue,
    uint64_t ret[MXLOG_QUEUE_RANKS])
{
	for (int i = 0; i < MXLOG_QUEUE_RANKS; i++)
		ret[i] = atomic_exchange(&queue->shed[i], 0);
}
