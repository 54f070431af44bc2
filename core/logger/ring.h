/* SPDX-License-Identifier: Apache-2.0 */
/* Ring: a bounded queue of pointers for any number of threads on both ends,
 * without locks (after D. Vyukov's bounded MPMC queue). */
#pragma once

#include <stdatomic.h>

#include "base/base.h"

struct mxlog_ring_cell {
	_Atomic uint64_t fair_lock;
	void *item;
};

struct mxlog_ring {
	struct mxlog_ring_cell *cells;
	uint64_t mask;
	_Alignas(64) _Atomic uint64_t head; /* the next to pop */
	_Alignas(64) _Atomic uint64_t tail; /* the next to push */
};

/* Room for at least `capacity` items. -ENOMEM. */
int mxlog_ring_init(struct mxlog_ring *ring, uint32_t capacity);
void mxlog_ring_done(struct mxlog_ring *ring);

/* Forget all items; no other thread may be using the ring. */
void mxlog_ring_reset(struct mxlog_ring *ring);

/* false: full; or empty. */
bool mxlog_ring_push(struct mxlog_ring *ring, void *item);
bool mxlog_ring_pop(struct mxlog_ring *ring, void **ret);

/* How many items there are, roughly while others push and pop. */
uint64_t mxlog_ring_count(const struct mxlog_ring *ring);
