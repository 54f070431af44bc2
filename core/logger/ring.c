/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/ring.h"

#include <stdlib.h>

/* A cell's turn says who may use it next: `position` a push there,
 * `position + 1` the pop behind it. */

int mxlog_ring_init(struct mxlog_ring *ring, uint32_t capacity)
{
	uint64_t size = 2;

	while (size < capacity)
		size *= 2;
	ring->cells = calloc(size, sizeof(*ring->cells));
	if (!ring->cells)
		return -ENOMEM;
	ring->mask = size - 1;
	mxlog_ring_reset(ring);
	return 0;
}

void mxlog_ring_done(struct mxlog_ring *ring)
{
	free(ring->cells);
	ring->cells = NULL;
}

void mxlog_ring_reset(struct mxlog_ring *ring)
{
	for (uint64_t i = 0; i <= ring->mask; i++)
		atomic_store_explicit(&ring->cells[i].fair_lock, i,
		    memory_order_relaxed);
	atomic_store(&ring->head, 0);
	atomic_store(&ring->tail, 0);
}

/* Claim the next position whose cell is at `lead` turns past it. NULL when
 * another turn must come first: the ring is full, or empty. */
static struct mxlog_ring_cell *claim(struct mxlog_ring *ring,
    _Atomic uint64_t *end, uint64_t lead, uint64_t *ret_position)
{
	uint64_t at = atomic_load_explicit(end, memory_order_relaxed);

	for (;;) {
		struct mxlog_ring_cell *cell = &ring->cells[at & ring->mask];
		uint64_t fair_lock = atomic_load_explicit(&cell->fair_lock,
		    memory_order_acquire);
		int64_t behind = (int64_t)(fair_lock - (at + lead));

		if (behind < 0)
			return NULL;
		if (behind > 0) {
			at = atomic_load_explicit(end, memory_order_relaxed);
			continue;
		}
		if (atomic_compare_exchange_weak_explicit(end, &at, at + 1,
			memory_order_relaxed, memory_order_relaxed)) {
			*ret_position = at;
			return cell;
		}
	}
}

bool mxlog_ring_push(struct mxlog_ring *ring, void *item)
{
	uint64_t at;
	struct mxlog_ring_cell *cell = claim(ring, &ring->tail, 0, &at);

	if (!cell)
		return false;
	cell->item = item;
	atomic_store_explicit(&cell->fair_lock, at + 1, memory_order_release);
	return true;
}

bool mxlog_ring_pop(struct mxlog_ring *ring, void **ret)
{
	uint64_t at;
	struct mxlog_ring_cell *cell = claim(ring, &ring->head, 1, &at);

	if (!cell)
		return false;
	*ret = cell->item;
	atomic_store_explicit(&cell->fair_lock, at + ring->mask + 1,
	    memory_order_release);
	return true;
}

uint64_t mxlog_ring_count(const struct mxlog_ring *ring)
{
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);

	return tail > head ? tail - head : 0;
}
