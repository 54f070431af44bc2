/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/backtrace.h"

#include <stdlib.h>

void mxlog_backtrace_done(struct mxlog_backtrace *backtrace)
{
	for (uint32_t i = 0; i < backtrace->capacity; i++)
		mxlog_item_free(backtrace->items[i]);
	free(backtrace->items);
	*backtrace = (struct mxlog_backtrace){ 0 };
}

/* A configuration that wants another size forgets what there is. */
static bool make_room(struct mxlog_backtrace *backtrace, uint32_t capacity)
{
	if (backtrace->capacity == capacity)
		return true;
	mxlog_backtrace_done(backtrace);
	backtrace->items = calloc(capacity, sizeof(struct mxlog_item *));
	if (!backtrace->items)
		return false;
	backtrace->capacity = capacity;
	return true;
}

void mxlog_backtrace_keep(struct mxlog_backtrace *backtrace, uint32_t capacity,
    struct mxlog_item **item)
{
	struct mxlog_item **slot, *kept;

	if (!make_room(backtrace, capacity))
		return;
	slot = &backtrace->items[backtrace->next];
	if (!*slot && mxlog_item_new(slot) < 0)
		return;
	kept = *item;
	*item = *slot;
	*slot = kept;
	mxlog_item_trim(*item);
	backtrace->next = (backtrace->next + 1) % capacity;
	backtrace->n = MIN(backtrace->n + 1, capacity);
}

struct mxlog_item **mxlog_backtrace_take(struct mxlog_backtrace *backtrace)
{
	uint32_t first;

	if (backtrace->n == 0)
		return NULL;
	first = (backtrace->next + backtrace->capacity - backtrace->n) %
	    backtrace->capacity;
	backtrace->n--;
	return &backtrace->items[first];
}
