/* SPDX-License-Identifier: Apache-2.0 */
/* Queue: what threads have logged and the writer thread has not yet stored.
 * Bounded; when it is full the mildest rank is shed first: when an item of
 * some rank is shed, none of a milder rank is queued at that moment.
 *
 * A queue owns `capacity` items that its user made; each is free, queued or in
 * somebody's hands. To put one in is to swap it for a free one, so that
 * between the two nobody waits for a caller's formatting. */
#pragma once

#include "logger/ring.h"

enum {
	MXLOG_QUEUE_RANKS = 5, /* DEBUG is 0, CRITICAL is 4 */
};

struct mxlog_queue;

/* The first member of what is queued. */
struct mxlog_queue_item {
	uint64_t ticket; /* order of arrival */
	unsigned rank;
};

/* `items` are `capacity` of the caller's, all free at first. -ENOMEM. */
int mxlog_queue_new(uint32_t capacity, struct mxlog_queue_item *const *items,
    struct mxlog_queue **ret);
void mxlog_queue_free(struct mxlog_queue *queue);

/* Queue *item with its rank set and get a free one in exchange: true; or
 * false: it was shed, *item is still the caller's. Making room may have shed
 * items of milder ranks. Without waiting unless the queue is full: then the
 * caller gives up its turn on the processor once before anything is shed, as
 * many callers on few processors would leave the consumer none. */
bool mxlog_queue_swap(struct mxlog_queue *queue,
    struct mxlog_queue_item **item);

/* One consumer: take up to `max` items in the order of arrival (of one thread
 * exactly, of several as their tickets say). Give each back when done. */
size_t mxlog_queue_take(struct mxlog_queue *queue,
    struct mxlog_queue_item **items, size_t max);
void mxlog_queue_give_back(struct mxlog_queue *queue,
    struct mxlog_queue_item *item);

/* Items queued and items free, roughly while others work; the ticket that the
 * next one will get. The first is for the consumer alone. */
uint64_t mxlog_queue_length(const struct mxlog_queue *queue);
uint64_t mxlog_queue_idle(const struct mxlog_queue *queue);
uint64_t mxlog_queue_next_ticket(const struct mxlog_queue *queue);

/* Read and zero the counts of items shed, by rank. */
void mxlog_queue_take_shed(struct mxlog_queue *queue,
    uint64_t ret[MXLOG_QUEUE_RANKS]);

/* A free item, to be freed by the caller before the queue is; NULL: no more. */
struct mxlog_queue_item *mxlog_queue_take_idle(struct mxlog_queue *queue);
