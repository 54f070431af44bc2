/* SPDX-License-Identifier: Apache-2.0 */
#include "write/trace_order.h"

#include <pthread.h>
#include <sys/mman.h>

enum {
	SETS = 2048, /* a power of two */
	WAYS = 8,
};

struct slot {
	struct mxlog_ulid id;
	int64_t last_usec;
	uint32_t used; /* the set's clock when it was used; 0: free */
};

struct set {
	struct slot slots[WAYS];
	uint32_t clock;
};

/* Zeroed memory is an empty table and an unlocked mutex: that is what the
 * kernel makes of it in a forked child, even if another thread held it. */
struct table {
	pthread_mutex_t lock;
	struct set sets[SETS];
};

static struct table *the_table; /* the process's; set once, never freed */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void map_table(void)
{
	void *map = mmap(NULL, sizeof(struct table), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return;
	(void)madvise(map, sizeof(struct table), MADV_WIPEONFORK);
	the_table = map;
}

static struct table *get_table(void)
{
	(void)pthread_once(&once, map_table);
	return the_table;
}

static struct set *find_set(struct table *table, const struct mxlog_ulid *id)
{
	uint64_t hash = (id->hi ^ id->lo) * 0x9e3779b97f4a7c15;

	return &table->sets[hash >> 32 & (SETS - 1)];
}

static struct slot *find_slot(struct set *set, const struct mxlog_ulid *id)
{
	for (size_t i = 0; i < WAYS; i++) {
		struct slot *slot = &set->slots[i];

		if (slot->used != 0 && slot->id.hi == id->hi &&
		    slot->id.lo == id->lo)
			return slot;
	}
	return NULL;
}

/* Free ones have used 0 and come first. */
static struct slot *find_oldest(struct set *set)
{
	struct slot *oldest = &set->slots[0];

	for (size_t i = 1; i < WAYS; i++)
		if (set->slots[i].used < oldest->used)
			oldest = &set->slots[i];
	return oldest;
}

/* Before its clock turns over a set forgets: once in four billion uses. */
static void tick(struct set *set)
{
	if (set->clock == UINT32_MAX)
		*set = (struct set){ 0 };
	set->clock++;
}

static int place(struct set *set, const struct mxlog_ulid *id,
    int64_t *time_usec, struct mxlog_trace_step *ret_step)
{
	struct slot *slot;
	int64_t last = INT64_MIN;
	int verdict = MXLOG_TRACE_IN_ORDER;

	tick(set);
	slot = find_slot(set, id);
	if (slot) {
		last = slot->last_usec;
	} else {
		slot = find_oldest(set);
		slot->id = *id;
	}
	slot->used = set->clock;

	if (last != INT64_MIN && *time_usec <= last) {
		if (last - *time_usec > MXLOG_TRACE_LATE_USEC) {
			*ret_step =
			    (struct mxlog_trace_step){ *id, last, last };
			return MXLOG_TRACE_LATE;
		}
		*time_usec = last + 1;
		verdict = MXLOG_TRACE_MOVED;
	}
	slot->last_usec = *time_usec;
	*ret_step = (struct mxlog_trace_step){ *id, last, *time_usec };
	return verdict;
}

int mxlog_trace_order_place(const struct mxlog_ulid *id, int64_t *time_usec,
    struct mxlog_trace_step *ret_step)
{
	struct table *table = get_table();
	int r;

	if (!table)
		return -ENOMEM;
	(void)pthread_mutex_lock(&table->lock);
	r = place(find_set(table, id), id, time_usec, ret_step);
	(void)pthread_mutex_unlock(&table->lock);
	return r;
}

static void undo(struct table *table, const struct mxlog_trace_step *step)
{
	struct slot *slot = find_slot(find_set(table, &step->id), &step->id);

	if (!slot || slot->last_usec != step->after)
		return;
	slot->last_usec = step->before;
	if (step->before == INT64_MIN)
		slot->used = 0;
}

void mxlog_trace_order_undo(const struct mxlog_trace_step *steps, size_t n)
{
	struct table *table = n > 0 ? get_table() : NULL;

	if (!table)
		return;
	(void)pthread_mutex_lock(&table->lock);
	while (n > 0)
		undo(table, &steps[--n]);
	(void)pthread_mutex_unlock(&table->lock);
}
