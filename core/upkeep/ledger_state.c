/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/ledger_state.h"

#include <stdlib.h>

#define BIT MXLOG_LEDGER_BIT

void mxlog_ledger_state_done(struct mxlog_ledger_state *state)
{
	free(state->segments);
	*state = (struct mxlog_ledger_state){ 0 };
}

/* Where that segment stands, or would stand. */
static size_t find_place(const struct mxlog_ledger_state *state,
    const struct mxlog_segment_name *name, bool *ret_found)
{
	struct mxlog_segment_name key = *name;
	size_t low = 0, high = state->n;

	key.archived = false;
	*ret_found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order =
		    mxlog_segment_compare(&state->segments[middle].name, &key);

		if (order == 0) {
			*ret_found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct mxlog_ledger_segment *
mxlog_ledger_state_find(const struct mxlog_ledger_state *state,
    const struct mxlog_segment_name *name)
{
	bool found;
	size_t at = find_place(state, name, &found);

	return found ? &state->segments[at] : NULL;
}

static int grow(struct mxlog_ledger_state *state)
{
	size_t capacity = MAX(state->capacity * 2, (size_t)64);
	struct mxlog_ledger_segment *segments;

	if (state->n < state->capacity)
		return 0;
	segments = reallocarray(state->segments, capacity, sizeof(*segments));
	if (!segments)
		return -ENOMEM;
	state->segments = segments;
	state->capacity = capacity;
	return 0;
}

static int find_or_add(struct mxlog_ledger_state *state,
    const struct mxlog_ledger_event *event, struct mxlog_ledger_segment **ret)
{
	bool found;
	size_t at = find_place(state, &event->segment, &found);
	int r = found ? 0 : grow(state);

	if (r < 0)
		return r;
	*ret = &state->segments[at];
	if (found)
		return 0;
	memmove(*ret + 1, *ret, (state->n - at) * sizeof(**ret));
	**ret = (struct mxlog_ledger_segment){
		.name = event->segment,
		.since =
		    event->has & BIT(restates) ? event->restates : event->seq,
		.witnessed_usec = event->witnessed_usec,
		.first = INT64_MAX,
		.last = INT64_MIN,
	};
	state->n++;
	return 0;
}

/* ---- what each kind of event says ---- */

static void take_content(struct mxlog_ledger_segment *segment,
    const struct mxlog_ledger_event *event)
{
	if (!(event->has & BIT(sha256)))
		return;
	segment->has_content = true;
	segment->size = event->size;
	memcpy(segment->sha256, event->sha256, MXLOG_DIGEST_LEN);
	if (event->has & BIT(entries))
		segment->entries = event->entries;
	if (event->has & BIT(first)) {
		segment->first = event->first;
		segment->last = event->last;
	}
}

static void take_sealed(struct mxlog_ledger_segment *segment,
    const struct mxlog_ledger_event *event)
{
	take_content(segment, event);
	segment->witnessed_usec = event->witnessed_usec;
	segment->flags |= MXLOG_LEDGER_IS_SEALED;
}

static void take_archived(struct mxlog_ledger_segment *segment,
    const struct mxlog_ledger_event *event)
{
	bool fixed = segment->flags &
	    (MXLOG_LEDGER_IS_SEALED | MXLOG_LEDGER_IS_ARCHIVED);

	take_content(segment, event);
	if (!fixed)
		segment->witnessed_usec = event->witnessed_usec;
	segment->archive_size = event->archive_size;
	memcpy(segment->archive_sha256, event->archive_sha256,
	    MXLOG_DIGEST_LEN);
	memcpy(segment->record, event->record, MXLOG_DIGEST_LEN);
	segment->flags &=
	    ~(unsigned)(MXLOG_LEDGER_IS_CORRUPT | MXLOG_LEDGER_IS_LOST |
		MXLOG_LEDGER_IS_DELETED | MXLOG_LEDGER_IS_QUARANTINED);
	segment->flags |= MXLOG_LEDGER_IS_ARCHIVED;
}

static void take_prefix(struct mxlog_ledger_segment *segment,
    const struct mxlog_ledger_event *event)
{
	if (event->has & BIT(sha256)) {
		segment->prefix_size = event->size;
		memcpy(segment->prefix_sha256, event->sha256, MXLOG_DIGEST_LEN);
	}
	if (event->has & BIT(seen_sha256)) {
		segment->seen_size = event->seen_size;
		segment->seen_usec = event->time_usec;
		memcpy(segment->seen_sha256, event->seen_sha256,
		    MXLOG_DIGEST_LEN);
	}
	if (event->has & BIT(why))
		segment->flags |= MXLOG_LEDGER_IS_REWRITTEN;
}

static void take_deleted(struct mxlog_ledger_segment *segment,
    const struct mxlog_ledger_event *event)
{
	take_content(segment, event);
	segment->flags |= MXLOG_LEDGER_IS_DELETED;
}

static void take_lost(struct mxlog_ledger_segment *segment,
    const struct mxlog_ledger_event *event)
{
	(void)event;
	segment->flags |= MXLOG_LEDGER_IS_LOST;
	segment->flags &= ~(unsigned)MXLOG_LEDGER_IS_QUARANTINED;
}

static void take_quarantined(struct mxlog_ledger_segment *segment,
    const struct mxlog_ledger_event *event)
{
	(void)event;
	segment->flags |= MXLOG_LEDGER_IS_QUARANTINED;
}

static void take_corrupt(struct mxlog_ledger_segment *segment,
    const struct mxlog_ledger_event *event)
{
	(void)event;
	segment->flags |= MXLOG_LEDGER_IS_CORRUPT;
}

static void take_seen(struct mxlog_ledger_segment *segment,
    const struct mxlog_ledger_event *event)
{
	(void)segment;
	(void)event;
}

typedef void take(struct mxlog_ledger_segment *segment,
    const struct mxlog_ledger_event *event);

#define CONTENT (BIT(size) | BIT(sha256))
#define ARCHIVE (BIT(archive_size) | BIT(archive_sha256) | BIT(record))

/* Events that are no segment's have no row. */
static const struct {
	take *take;
	uint64_t needs;
} rows[MXLOG_LEDGER_KINDS] = {
	[MXLOG_LEDGER_SEEN] = { take_seen, BIT(witnessed_usec) },
	[MXLOG_LEDGER_PREFIX] = { take_prefix, 0 },
	[MXLOG_LEDGER_SEALED] = { take_sealed, CONTENT | BIT(witnessed_usec) },
	[MXLOG_LEDGER_ARCHIVED] = { take_archived,
	    CONTENT | ARCHIVE | BIT(witnessed_usec) },
	[MXLOG_LEDGER_ADOPTED] = { take_archived,
	    ARCHIVE | BIT(witnessed_usec) },
	[MXLOG_LEDGER_REBUILT] = { take_archived,
	    ARCHIVE | BIT(witnessed_usec) },
	[MXLOG_LEDGER_DELETED] = { take_deleted, 0 },
	[MXLOG_LEDGER_LOST] = { take_lost, 0 },
	[MXLOG_LEDGER_QUARANTINED] = { take_quarantined, 0 },
	[MXLOG_LEDGER_CORRUPT] = { take_corrupt, 0 },
};

/* What stands together or not at all. */
static bool is_whole(const struct mxlog_ledger_event *event)
{
	static const uint64_t together[] = { CONTENT, BIT(first) | BIT(last),
		ARCHIVE, BIT(seen_size) | BIT(seen_sha256) };

	for (size_t i = 0; i < ARRAY_LEN(together); i++)
		if ((event->has & together[i]) != 0 &&
		    (event->has & together[i]) != together[i])
			return false;
	return true;
}

int mxlog_ledger_state_apply(struct mxlog_ledger_state *state,
    const struct mxlog_ledger_event *event)
{
	struct mxlog_ledger_segment *segment;
	uint64_t needs = rows[event->kind].needs | BIT(segment);
	int r;

	if (!rows[event->kind].take)
		return event->has & BIT(segment) ? -EBADMSG : 0;
	if ((event->has & needs) != needs || !is_whole(event))
		return -EBADMSG;
	r = find_or_add(state, event, &segment);
	if (r < 0)
		return r;
	rows[event->kind].take(segment, event);
	return 0;
}

/* ---- saying it again ---- */

static struct mxlog_ledger_event begin(const struct mxlog_ledger_segment
					   *segment,
    enum mxlog_ledger_kind kind)
{
	return (struct mxlog_ledger_event){
		.kind = kind,
		.has = BIT(segment) | BIT(restates) | BIT(witnessed_usec),
		.segment = segment->name,
		.restates = segment->since,
		.witnessed_usec = segment->witnessed_usec,
	};
}

static void put_content(const struct mxlog_ledger_segment *segment,
    struct mxlog_ledger_event *event)
{
	if (!segment->has_content)
		return;
	event->has |= CONTENT | BIT(entries);
	event->size = segment->size;
	memcpy(event->sha256, segment->sha256, MXLOG_DIGEST_LEN);
	event->entries = segment->entries;
	if (segment->first > segment->last)
		return;
	event->has |= BIT(first) | BIT(last);
	event->first = segment->first;
	event->last = segment->last;
}

static struct mxlog_ledger_event say_archived(
    const struct mxlog_ledger_segment *segment)
{
	struct mxlog_ledger_event event = begin(segment,
	    segment->has_content ? MXLOG_LEDGER_ARCHIVED
				 : MXLOG_LEDGER_ADOPTED);

	put_content(segment, &event);
	event.has |= ARCHIVE;
	event.archive_size = segment->archive_size;
	memcpy(event.archive_sha256, segment->archive_sha256, MXLOG_DIGEST_LEN);
	memcpy(event.record, segment->record, MXLOG_DIGEST_LEN);
	return event;
}

static struct mxlog_ledger_event say_prefix(
    const struct mxlog_ledger_segment *segment)
{
	struct mxlog_ledger_event event = begin(segment, MXLOG_LEDGER_PREFIX);

	if (segment->prefix_size > 0)
		event.has |= CONTENT;
	event.size = segment->prefix_size;
	memcpy(event.sha256, segment->prefix_sha256, MXLOG_DIGEST_LEN);
	if (segment->seen_size > 0)
		event.has |= BIT(seen_size) | BIT(seen_sha256);
	event.seen_size = segment->seen_size;
	memcpy(event.seen_sha256, segment->seen_sha256, MXLOG_DIGEST_LEN);
	if (segment->flags & MXLOG_LEDGER_IS_REWRITTEN)
		mxlog_ledger_event_set_why(&event, "rewritten");
	return event;
}

int mxlog_ledger_state_restate(const struct mxlog_ledger_segment *segment,
    int (*add)(void *arg, struct mxlog_ledger_event *event), void *arg)
{
	static const struct {
		unsigned flag;
		enum mxlog_ledger_kind kind;
	} marks[] = {
		{ MXLOG_LEDGER_IS_DELETED, MXLOG_LEDGER_DELETED },
		{ MXLOG_LEDGER_IS_LOST, MXLOG_LEDGER_LOST },
		{ MXLOG_LEDGER_IS_QUARANTINED, MXLOG_LEDGER_QUARANTINED },
		{ MXLOG_LEDGER_IS_CORRUPT, MXLOG_LEDGER_CORRUPT },
	};
	struct mxlog_ledger_event event = begin(segment, MXLOG_LEDGER_SEEN);
	int r = add(arg, &event);

	if (r == 0 && (segment->prefix_size > 0 || segment->seen_size > 0)) {
		event = say_prefix(segment);
		r = add(arg, &event);
	}
	if (r == 0 && (segment->flags & MXLOG_LEDGER_IS_SEALED)) {
		event = begin(segment, MXLOG_LEDGER_SEALED);
		put_content(segment, &event);
		r = add(arg, &event);
	}
	if (r == 0 && (segment->flags & MXLOG_LEDGER_IS_ARCHIVED)) {
		event = say_archived(segment);
		r = add(arg, &event);
	}
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(marks); i++) {
		if (!(segment->flags & marks[i].flag))
			continue;
		event = begin(segment, marks[i].kind);
		r = add(arg, &event);
	}
	return r;
}
