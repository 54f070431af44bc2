/* SPDX-License-Identifier: Apache-2.0 */
#include "order/sorter.h"

#include <stdlib.h>

#include "base/buf.h"
#include "order/sort_run.h"

enum {
	ITEMS_MAX = 128 * 1024, /* in memory; more become a run on disk */
	ITEMS_FIRST = 1024,
	ARENA_MAX = 12 * 1024 * 1024,   /* texts kept, beyond: read again */
	ARENA_LATE = 1024 * 1024,       /* of it: for those of late items */
	ARENA_LIMIT = 16 * 1024 * 1024, /* with keys, which must be kept */
	LATE_TEXT = 16 * 1024,          /* longer ones are read again */
	FEW = 8,                        /* one in so many */
	NO_TEXT = -1,
};

/* A record in memory, its bytes in the arena. */
struct item {
	uint64_t hi, lo;
	uint64_t offset;
	int64_t time_usec;
	uint32_t text_at;  /* behind the extra bytes; NO_TEXT: none */
	uint32_t extra_at; /* set also if there are none */
	uint32_t len;
	uint32_t extra_len;
	uint32_t segment;
	bool missing;
	bool late;  /* it came behind one that it belongs before */
	bool loose; /* and was not put in its place yet */
};

struct mxlog_sorter {
	uint64_t keep;
	bool descending;
	struct item *items; /* head to n_items are wanted */
	size_t head, n_items, capacity;
	size_t top;        /* the last of all, if there are items */
	size_t n_loose;    /* items */
	size_t late_bytes; /* of late items' texts in memory, at least */
	struct mxlog_buf arena;
	struct mxlog_sort_record bound; /* what comes behind it is not wanted */
	bool has_bound;
	struct mxlog_sort_runs *runs; /* NULL: none yet */
	bool first_is_run;
};

int mxlog_sorter_new(uint64_t keep, bool descending, struct mxlog_sorter **ret)
{
	struct mxlog_sorter *sorter = calloc(1, sizeof(*sorter));

	if (!sorter)
		return -ENOMEM;
	sorter->keep = keep;
	sorter->descending = descending;
	*ret = sorter;
	return 0;
}

void mxlog_sorter_free(struct mxlog_sorter *sorter)
{
	if (!sorter)
		return;
	mxlog_sort_runs_free(sorter->runs);
	mxlog_buf_done(&sorter->arena);
	free(sorter->items);
	free(sorter);
}

static struct mxlog_sort_record view(const struct mxlog_sorter *sorter,
    const struct item *item)
{
	const char *base = sorter->arena.data;

	return (struct mxlog_sort_record){
		.hi = item->hi,
		.lo = item->lo,
		.offset = item->offset,
		.time_usec = item->time_usec,
		.text = item->text_at == (uint32_t)NO_TEXT
		    ? NULL
		    : base + item->text_at,
		.extra = item->extra_len > 0 ? base + item->extra_at : NULL,
		.len = item->len,
		.extra_len = item->extra_len,
		.segment = item->segment,
		.missing = item->missing,
	};
}

static int compare_items(const void *a, const void *b, void *arg)
{
	const struct mxlog_sorter *sorter = arg;
	const struct item *x = a, *y = b;
	struct mxlog_sort_record p, q;

	if (x->missing != y->missing)
		return x->missing ? 1 : -1;
	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	p = view(sorter, x);
	q = view(sorter, y);
	return mxlog_sort_compare(&p, &q, sorter->descending);
}

/* Take the loose items out; the others close up. */
static void take_loose(struct item *items, size_t n, struct item *loose)
{
	size_t n_loose = 0, to = 0;

	for (size_t i = 0; i < n; i++) {
		if (items[i].loose)
			loose[n_loose++] = items[i];
		else
			items[to++] = items[i];
	}
}

/* Put them back, in order themselves; from the end on. */
static void put_back(struct mxlog_sorter *sorter, struct item *items, size_t n,
    const struct item *loose, size_t n_loose)
{
	size_t left = n - n_loose;

	while (n_loose > 0) {
		bool behind = left > 0 &&
		    compare_items(&items[left - 1], &loose[n_loose - 1],
			sorter) > 0;

		items[--n] = behind ? items[--left] : loose[--n_loose];
		items[n].loose = false;
	}
}

/* -ENOMEM: nothing was done. */
static int sort_loose(struct mxlog_sorter *sorter, struct item *items, size_t n)
{
	size_t n_loose = sorter->n_loose;
	struct item *loose = calloc(n_loose, sizeof(*loose));

	if (!loose)
		return -ENOMEM;
	take_loose(items, n, loose);
	qsort_r(loose, n_loose, sizeof(*loose), compare_items, sorter);
	put_back(sorter, items, n, loose, n_loose);
	free(loose);
	return 0;
}

/* Matches of one segment are mostly in order already. */
static void sort(struct mxlog_sorter *sorter)
{
	struct item *items = sorter->items + sorter->head;
	size_t n = sorter->n_items - sorter->head;

	if (sorter->n_loose == 0)
		return;
	if (sorter->n_loose > n / FEW || sort_loose(sorter, items, n) < 0) {
		qsort_r(items, n, sizeof(*items), compare_items, sorter);
		for (size_t i = 0; i < n; i++)
			items[i].loose = false;
	}
	sorter->top = sorter->n_items - 1;
	sorter->n_loose = 0;
}

/* In the order in which they came: so their bytes stand in the arena. */
static int compare_places(const void *a, const void *b, void *arg)
{
	const struct item *items = arg;
	const uint32_t *x = a, *y = b;
	uint32_t at = items[*x].extra_at, other = items[*y].extra_at;

	return (at > other) - (at < other);
}

static void move_down(struct mxlog_buf *arena, uint32_t from, uint32_t len)
{
	if (len > 0)
		memmove(arena->data + arena->len, arena->data + from, len);
	arena->len += len;
}

/* Close the gaps between the bytes that are still wanted. A second arena would
 * take as much memory once more. */
static int rebuild(struct mxlog_sorter *sorter)
{
	struct mxlog_buf *arena = &sorter->arena;
	uint32_t *order = calloc(sorter->n_items + 1, sizeof(*order));

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < sorter->n_items; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, sorter->n_items, sizeof(*order), compare_places,
	    sorter->items);
	arena->len = 0;
	for (size_t i = 0; i < sorter->n_items; i++) {
		struct item *item = &sorter->items[order[i]];
		uint32_t from = item->extra_at;

		item->extra_at = (uint32_t)arena->len;
		move_down(arena, from, item->extra_len);
		if (item->text_at == (uint32_t)NO_TEXT)
			continue;
		from = item->text_at;
		item->text_at = (uint32_t)arena->len;
		move_down(arena, from, item->len);
	}
	free(order);
	return 0;
}

/* Forget what was dropped from the front. */
static int compact(struct mxlog_sorter *sorter)
{
	size_t n = sorter->n_items - sorter->head;

	if (sorter->head == 0)
		return 0;
	if (n > 0)
		memmove(sorter->items, sorter->items + sorter->head,
		    n * sizeof(*sorter->items));
	sorter->top -= MIN(sorter->head, sorter->top);
	sorter->head = 0;
	sorter->n_items = n;
	if (n == 0) {
		sorter->arena.len = 0;
		sorter->late_bytes = 0;
		return 0;
	}
	return sorter->arena.len > ARENA_MAX / 2 ? rebuild(sorter) : 0;
}

/* Only the first `keep` are wanted: forget the others. */
static int truncate_items(struct mxlog_sorter *sorter)
{
	size_t keep = (size_t)sorter->keep;

	sort(sorter);
	if (sorter->n_items <= keep)
		return 0;
	sorter->n_items = keep;
	if (keep > 0) {
		sorter->top = keep - 1;
		sorter->bound = view(sorter, &sorter->items[keep - 1]);
		sorter->bound.text = NULL;
		sorter->bound.extra = NULL;
		sorter->bound.extra_len = 0;
		sorter->has_bound = true;
	}
	return sorter->arena.len > ARENA_MAX / 2 ? rebuild(sorter) : 0;
}

/* What is read again is read from one end to the other, if the few lines that
 * stand elsewhere are kept. */
static int spill(struct mxlog_sorter *sorter)
{
	bool few = sorter->late_bytes <= ARENA_LATE;
	int r = 0;

	sort(sorter);
	if (!sorter->runs)
		r = mxlog_sort_runs_new(sorter->descending, &sorter->runs);
	if (r >= 0)
		r = mxlog_sort_runs_begin(sorter->runs);
	for (size_t i = 0; r >= 0 && i < sorter->n_items; i++) {
		const struct item *item = &sorter->items[i];
		struct mxlog_sort_record record = view(sorter, item);

		if (!few || !item->late || item->len > LATE_TEXT)
			record.text = NULL;
		r = mxlog_sort_runs_add(sorter->runs, &record);
	}
	if (r >= 0)
		r = mxlog_sort_runs_end(sorter->runs);
	if (r < 0)
		return r;
	sorter->n_items = 0;
	sorter->arena.len = 0;
	sorter->late_bytes = 0;
	return 0;
}

static int grow(struct mxlog_sorter *sorter)
{
	size_t capacity =
	    MIN(MAX(sorter->capacity * 2, (size_t)ITEMS_FIRST), ITEMS_MAX);
	struct item *items =
	    reallocarray(sorter->items, capacity, sizeof(*items));

	if (!items)
		return -ENOMEM;
	sorter->items = items;
	sorter->capacity = capacity;
	return 0;
}

/* Make room for one more. */
static int make_room(struct mxlog_sorter *sorter)
{
	int r = compact(sorter);

	if (r < 0)
		return r;
	if (sorter->keep <= ITEMS_MAX / 2 && !sorter->runs &&
	    sorter->n_items >= 2 * sorter->keep) {
		r = truncate_items(sorter);
		if (r < 0)
			return r;
	}
	if (sorter->n_items == ITEMS_MAX || sorter->arena.len >= ARENA_LIMIT) {
		r = spill(sorter);
		if (r < 0)
			return r;
	}
	return sorter->n_items == sorter->capacity ? grow(sorter) : 0;
}

/* By what the bound has: its text key's rest was forgotten. */
static bool is_unwanted(const struct mxlog_sorter *sorter,
    const struct mxlog_sort_record *record)
{
	const struct mxlog_sort_record *bound = &sorter->bound;

	if (record->missing != bound->missing)
		return record->missing;
	if (record->hi != bound->hi)
		return record->hi > bound->hi;
	return record->lo > bound->lo;
}

/* Note where an item belongs that was added last. */
static void place(struct mxlog_sorter *sorter, struct item *item)
{
	size_t at = sorter->n_items++;

	if (at > sorter->head &&
	    compare_items(&sorter->items[sorter->top], item, sorter) > 0) {
		item->late = item->loose = true;
		sorter->n_loose++;
		sorter->late_bytes += item->len;
	} else {
		sorter->top = at;
	}
}

/* Its text, unless that would take the room of late ones' texts. */
static int keep_text(struct mxlog_sorter *sorter, struct item *item,
    const char *text)
{
	struct mxlog_buf *arena = &sorter->arena;
	size_t room = item->late ? ARENA_MAX : ARENA_MAX - ARENA_LATE;

	if (!text || arena->len + item->len > room)
		return 0;
	item->text_at = (uint32_t)arena->len;
	return mxlog_buf_add(arena, text, item->len);
}

int mxlog_sorter_add(struct mxlog_sorter *sorter,
    const struct mxlog_sort_record *record)
{
	struct mxlog_buf *arena = &sorter->arena;
	struct item *item;
	int r = 0;

	if (sorter->has_bound && is_unwanted(sorter, record))
		return 0;

	if (sorter->n_items == sorter->capacity || arena->len >= ARENA_LIMIT)
		r = make_room(sorter);
	if (r < 0)
		return r;

	item = &sorter->items[sorter->n_items];
	*item = (struct item){ .hi = record->hi,
		.lo = record->lo,
		.offset = record->offset,
		.time_usec = record->time_usec,
		.text_at = (uint32_t)NO_TEXT,
		.extra_at = (uint32_t)arena->len,
		.len = record->len,
		.extra_len = record->extra_len,
		.segment = record->segment,
		.missing = record->missing };
	r = mxlog_buf_add(arena, record->extra, record->extra_len);
	if (r < 0)
		return r;
	place(sorter, item);
	return keep_text(sorter, item, record->text);
}

int mxlog_sorter_first(struct mxlog_sorter *sorter,
    struct mxlog_sort_record *ret)
{
	struct mxlog_sort_record run;
	bool has_item;
	int r = 0;

	if (sorter->keep == 0)
		return 0;
	sort(sorter);
	has_item = sorter->head < sorter->n_items;
	if (has_item)
		*ret = view(sorter, &sorter->items[sorter->head]);
	if (sorter->runs)
		r = mxlog_sort_runs_first(sorter->runs, &run);
	if (r < 0)
		return r;
	sorter->first_is_run = r > 0 &&
	    (!has_item ||
		mxlog_sort_compare(&run, ret, sorter->descending) < 0);
	if (sorter->first_is_run)
		*ret = run;
	return has_item || r > 0 ? 1 : 0;
}

int mxlog_sorter_drop(struct mxlog_sorter *sorter)
{
	if (sorter->keep != UINT64_MAX)
		sorter->keep--;
	if (sorter->first_is_run)
		return mxlog_sort_runs_drop(sorter->runs);
	sorter->head++;
	return 0;
}
