/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/signal_ring.h"

#include <stdatomic.h>

enum slot_state {
	SLOT_FREE,
	SLOT_TAKEN,
	SLOT_READY,
};

struct slot {
	_Atomic int state;
	struct mxlog_signal_entry entry; /* the taker's, then the drainer's */
};

static struct {
	struct slot slots[MXLOG_SIGNAL_SLOTS];
	_Atomic uint64_t number;
	_Atomic bool some;
} ring;

static_assert(ATOMIC_INT_LOCK_FREE == 2 && ATOMIC_LLONG_LOCK_FREE == 2,
    "a signal handler must not wait for a lock");

struct mxlog_signal_entry *mxlog_signal_ring_take(void)
{
	uint64_t number = atomic_fetch_add(&ring.number, 1);

	for (size_t i = 0; i < MXLOG_SIGNAL_SLOTS; i++) {
		struct slot *slot =
		    &ring.slots[(number + i) % MXLOG_SIGNAL_SLOTS];
		int state = SLOT_FREE;

		if (!atomic_compare_exchange_strong(&slot->state, &state,
			SLOT_TAKEN))
			continue;
		slot->entry.number = number;
		slot->entry.len = 0;
		slot->entry.cut = false;
		return &slot->entry;
	}
	return NULL;
}

void mxlog_signal_ring_keep(struct mxlog_signal_entry *entry)
{
	struct slot *slot =
	    (struct slot *)((char *)entry - offsetof(struct slot, entry));

	atomic_store(&slot->state, SLOT_READY);
	atomic_store(&ring.some, true);
}

bool mxlog_signal_ring_has_some(void)
{
	return atomic_load_explicit(&ring.some, memory_order_relaxed);
}

static struct slot *find_first(void)
{
	struct slot *first = NULL;

	for (size_t i = 0; i < MXLOG_SIGNAL_SLOTS; i++) {
		struct slot *slot = &ring.slots[i];

		if (atomic_load(&slot->state) == SLOT_READY &&
		    (!first || slot->entry.number < first->entry.number))
			first = slot;
	}
	return first;
}

void mxlog_signal_ring_drain(void (*each)(void *arg,
				 const struct mxlog_signal_entry *entry),
    void *arg)
{
	struct slot *slot;

	if (LIKELY(!mxlog_signal_ring_has_some()))
		return;
	atomic_store(&ring.some, false);
	while ((slot = find_first())) {
		each(arg, &slot->entry);
		atomic_store(&slot->state, SLOT_FREE);
	}
}

void mxlog_signal_ring_forget(void)
{
	for (size_t i = 0; i < MXLOG_SIGNAL_SLOTS; i++) {
		int state = SLOT_READY;

		(void)atomic_compare_exchange_strong(&ring.slots[i].state,
		    &state, SLOT_FREE);
	}
	atomic_store(&ring.some, false);
}
