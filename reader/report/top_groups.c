/* SPDX-License-Identifier: Apache-2.0 */
#include "report/top_groups.h"

#include <stdlib.h>

#include "report/group_runs.h"

enum {
	BYTES_MAX = 16 * 1024 * 1024, /* of keys */
};

/* Of equal counts the later key is smaller: it is shown last. */
static bool is_smaller(const struct mxlog_top_group *a,
    const struct mxlog_top_group *b)
{
	if (a->count != b->count)
		return a->count < b->count;
	return mxlog_group_runs_compare(a->key, a->len, b->key, b->len) > 0;
}

static void swap(struct mxlog_top_groups *top, size_t a, size_t b)
{
	struct mxlog_top_group kept = top->items[a];

	top->items[a] = top->items[b];
	top->items[b] = kept;
}

static void sift_up(struct mxlog_top_groups *top)
{
	size_t at = top->n - 1;

	while (
	    at > 0 && is_smaller(&top->items[at], &top->items[(at - 1) / 2])) {
		swap(top, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static void sift_down(struct mxlog_top_groups *top)
{
	for (size_t at = 0, child;; at = child) {
		child = 2 * at + 1;
		if (child >= top->n)
			return;
		if (child + 1 < top->n &&
		    is_smaller(&top->items[child + 1], &top->items[child]))
			child++;
		if (!is_smaller(&top->items[child], &top->items[at]))
			return;
		swap(top, at, child);
	}
}

static void drop_smallest(struct mxlog_top_groups *top)
{
	top->n_left_out++;
	top->left_out += top->items[0].count;
	top->bytes -= top->items[0].len;
	free(top->items[0].key);
	top->items[0] = top->items[--top->n];
	sift_down(top);
}

static int grow(struct mxlog_top_groups *top)
{
	size_t capacity = top->capacity * 2 + 64;
	struct mxlog_top_group *items;

	if (top->n < top->capacity)
		return 0;
	items = reallocarray(top->items, capacity, sizeof(*items));
	if (!items)
		return -ENOMEM;
	top->items = items;
	top->capacity = capacity;
	return 0;
}

int mxlog_top_groups_add(struct mxlog_top_groups *top, const char *key,
    size_t len, uint64_t count)
{
	struct mxlog_top_group group = { .count = count, .len = len };

	if (grow(top) < 0)
		return -ENOMEM;
	group.key = malloc(len + 1);
	if (!group.key)
		return -ENOMEM;
	memcpy(group.key, key, len);
	top->items[top->n++] = group;
	top->bytes += len;
	sift_up(top);
	while (top->n > MXLOG_TOP_GROUPS_MAX || top->bytes > BYTES_MAX)
		drop_smallest(top);
	return 0;
}

void mxlog_top_groups_done(struct mxlog_top_groups *top)
{
	for (size_t i = 0; i < top->n; i++)
		free(top->items[i].key);
	free(top->items);
	*top = (struct mxlog_top_groups){ 0 };
}
