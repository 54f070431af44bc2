/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mxlog/traceback.h>

#include "journal_array.h"

static const int64_t hold_usec = 1000000;

/* What two lines of one call of write are apart at most. */
static const int64_t at_once_usec = 1000;

struct line {
	size_t end;    /* in the group's text */
	size_t end_id; /* in its identities: a line of several pieces has all */
};

struct group {
	struct mxlog_journal_record record; /* of the first line */
	struct mxlog_traceback_state state;
	char *text; /* the lines, each ended by a newline */
	size_t len, capacity;
	struct mxlog_journal_identity *identities;
	size_t ids_capacity;
	struct line *lines;
	size_t n_lines, lines_capacity;
	size_t begin;   /* lines before it were emitted */
	size_t n_held;  /* from there, those that may belong together */
	size_t n_parts; /* … and those that do */
	int64_t since_usec;
};

struct mxlog_journal_join {
	mxlog_journal_emit *emit;
	void *arg;
	struct mxlog_journal_index *index;
	struct mxlog_journal_record out; /* what is emitted */
	/* Oldest first; the memory of those behind `n` is kept. */
	struct group *groups[MXLOG_JOURNAL_JOIN_GROUPS];
	size_t n;
};

static void free_group(struct group *group)
{
	if (!group)
		return;
	mxlog_journal_record_done(&group->record);
	free(group->text);
	free(group->identities);
	free(group->lines);
	free(group);
}

int mxlog_journal_join_new(struct mxlog_journal_index *index,
    mxlog_journal_emit *emit, void *arg, struct mxlog_journal_join **ret)
{
	struct mxlog_journal_join *join = calloc(1, sizeof(*join));
	int r;

	if (!join)
		return -ENOMEM;
	join->emit = emit;
	join->arg = arg;
	join->index = index;
	r = mxlog_journal_record_init(&join->out, index);
	if (r < 0) {
		mxlog_journal_join_free(join);
		return r;
	}
	*ret = join;
	return 0;
}

void mxlog_journal_join_free(struct mxlog_journal_join *join)
{
	if (!join)
		return;
	for (size_t i = 0; i < MXLOG_JOURNAL_JOIN_GROUPS; i++)
		free_group(join->groups[i]);
	mxlog_journal_record_done(&join->out);
	free(join);
}

/* ---- which belong together ---- */

/* One process, one run of one unit, one stream. */
static bool same_origin(const struct mxlog_journal_record *a,
    const struct mxlog_journal_record *b)
{
	static const enum mxlog_journal_name names[] = {
		MXLOG_JOURNAL__BOOT_ID,
		MXLOG_JOURNAL__SYSTEMD_INVOCATION_ID,
		MXLOG_JOURNAL__SYSTEMD_UNIT,
		MXLOG_JOURNAL__SYSTEMD_USER_UNIT,
		MXLOG_JOURNAL_SYSLOG_IDENTIFIER,
		MXLOG_JOURNAL_PRIORITY,
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!mxlog_journal_record_same(a, b, names[i]))
			return false;
	return true;
}

/* What tells the lines of one writer from others: journald's stream and the
 * process, or a container's output. Its length, 0 if there is no such thing. */
static size_t find_key(const struct mxlog_journal_record *record,
    const enum mxlog_journal_name **ret)
{
	static const enum mxlog_journal_name stream[] = {
		MXLOG_JOURNAL__STREAM_ID,
		MXLOG_JOURNAL__PID,
	};
	static const enum mxlog_journal_name container[] = {
		MXLOG_JOURNAL_CONTAINER_ID_FULL,
		MXLOG_JOURNAL_CONTAINER_ID,
		MXLOG_JOURNAL_CONTAINER_NAME,
		MXLOG_JOURNAL_PRIORITY,
	};

	*ret = stream;
	if (mxlog_journal_record_find(record, MXLOG_JOURNAL__STREAM_ID))
		return sizeof(stream) / sizeof(stream[0]);
	*ret = container;
	if (mxlog_journal_record_find(record, MXLOG_JOURNAL_CONTAINER_ID) ||
	    mxlog_journal_record_find(record,
		MXLOG_JOURNAL_CONTAINER_ID_FULL) ||
	    mxlog_journal_record_find(record, MXLOG_JOURNAL_CONTAINER_NAME))
		return sizeof(container) / sizeof(container[0]);
	return 0;
}

static bool same_key(const struct mxlog_journal_record *a,
    const struct mxlog_journal_record *b, const enum mxlog_journal_name *key,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!mxlog_journal_record_same(a, b, key[i]))
			return false;
	return true;
}

static bool find_group(const struct mxlog_journal_join *join,
    const struct mxlog_journal_record *record,
    const enum mxlog_journal_name *key, size_t n, size_t *ret_at)
{
	for (size_t i = 0; i < join->n; i++)
		if (same_key(&join->groups[i]->record, record, key, n)) {
			*ret_at = i;
			return true;
		}
	return false;
}

/* ---- the lines of a group ---- */

static size_t start_of(const struct group *group, size_t line)
{
	return line == 0 ? 0 : group->lines[line - 1].end;
}

static size_t first_id_of(const struct group *group, size_t line)
{
	return line == 0 ? 0 : group->lines[line - 1].end_id;
}

static bool follows_at_once(const struct group *group, size_t line,
    const struct mxlog_journal_identity *identity)
{
	const struct mxlog_journal_identity *last;

	if (line == group->begin)
		return false;
	last = &group->identities[group->lines[line - 1].end_id - 1];
	return llabs(identity->realtime_usec - last->realtime_usec) <=
	    at_once_usec;
}

/* Emit what belongs together, or the first line; the others begin anew. A line
 * that turned out not to belong is what it would have been alone. */
static int emit_first(struct mxlog_journal_join *join, struct group *group)
{
	size_t n = group->n_parts > 0 ? group->n_parts : 1;
	size_t start = start_of(group, group->begin);
	size_t id = first_id_of(group, group->begin);
	const struct line *last = &group->lines[group->begin + n - 1];
	int r = mxlog_journal_record_copy(&join->out, &group->record);

	if (r == 0)
		r = mxlog_journal_record_set_message(&join->out,
		    group->text + start, last->end - 1 - start);
	if (r < 0)
		return r;
	join->out.realtime_usec = group->identities[id].realtime_usec;
	group->begin += n;
	group->n_held = group->n_parts = 0;
	group->state = (struct mxlog_traceback_state){ 0 };
	return join->emit(join->arg, &join->out, &group->identities[id],
	    last->end_id - id);
}

/* Look at a line of the group, or at one that is not added yet. */
static enum mxlog_traceback_line step(struct group *group, const char *text,
    size_t len, size_t line, const struct mxlog_journal_identity *identity)
{
	enum mxlog_traceback_line is = mxlog_traceback_step(&group->state, text,
	    len, follows_at_once(group, line, identity));

	if (is == MXLOG_TRACEBACK_OTHER)
		return is;
	group->n_held++;
	if (is == MXLOG_TRACEBACK_PART)
		group->n_parts = group->n_held;
	return is;
}

/* Look at all lines that were not looked at; what they end is emitted. */
static int settle(struct mxlog_journal_join *join, struct group *group)
{
	int r = 0;

	while (r == 0 && group->begin + group->n_held < group->n_lines) {
		size_t line = group->begin + group->n_held;
		size_t start = start_of(group, line);

		if (step(group, group->text + start,
			group->lines[line].end - 1 - start, line,
			&group->identities[first_id_of(group, line)]) ==
		    MXLOG_TRACEBACK_OTHER)
			r = emit_first(join, group);
	}
	return r;
}

/* The group's memory goes behind the others, for the next one. */
static void retire(struct mxlog_journal_join *join, size_t at)
{
	struct group *group = join->groups[at];

	join->n--;
	memmove(&join->groups[at], &join->groups[at + 1],
	    (join->n - at) * sizeof(join->groups[0]));
	join->groups[join->n] = group;
}

static int close_group(struct mxlog_journal_join *join, size_t at)
{
	struct group *group = join->groups[at];
	int r = 0;

	while (r == 0 && group->begin < group->n_lines) {
		r = emit_first(join, group);
		if (r == 0)
			r = settle(join, group);
	}
	retire(join, at);
	return r;
}

int mxlog_journal_join_expire(struct mxlog_journal_join *join, int64_t now_usec)
{
	int r = 0;

	while (r == 0 && join->n > 0 &&
	    join->groups[0]->since_usec + hold_usec <= now_usec)
		r = close_group(join, 0);
	return r;
}

int mxlog_journal_join_flush(struct mxlog_journal_join *join)
{
	int r = 0;

	while (r == 0 && join->n > 0)
		r = close_group(join, 0);
	return r;
}

size_t mxlog_journal_join_held(const struct mxlog_journal_join *join)
{
	return join->n;
}

int64_t mxlog_journal_join_deadline(const struct mxlog_journal_join *join)
{
	return join->n == 0 ? INT64_MAX
			    : join->groups[0]->since_usec + hold_usec;
}

/* ---- taking ---- */

static int reserve(struct group *group, size_t len, size_t n_ids)
{
	void *text = group->text, *lines = group->lines;
	void *ids = group->identities;
	size_t all_ids = first_id_of(group, group->n_lines) + n_ids;
	int r = mxlog_journal_array_grow(&text, &group->capacity,
	    group->len + len + 1, 1);

	if (r == 0)
		r = mxlog_journal_array_grow(&lines, &group->lines_capacity,
		    group->n_lines + 1, sizeof(*group->lines));
	if (r == 0)
		r = mxlog_journal_array_grow(&ids, &group->ids_capacity,
		    all_ids, sizeof(*group->identities));
	group->text = text;
	group->lines = lines;
	group->identities = ids;
	return r;
}

static int add_line(struct group *group, const char *text, size_t len,
    const struct mxlog_journal_identity *identities, size_t n)
{
	size_t first = first_id_of(group, group->n_lines);
	int r = reserve(group, len, n);

	if (r < 0)
		return r;
	memcpy(group->text + group->len, text, len);
	group->len += len;
	group->text[group->len++] = '\n';
	memcpy(group->identities + first, identities, n * sizeof(*identities));
	group->lines[group->n_lines++] =
	    (struct line){ .end = group->len, .end_id = first + n };
	return 0;
}

static struct group *take_group(struct mxlog_journal_join *join)
{
	struct group *group = join->groups[join->n];

	if (!group) {
		group = calloc(1, sizeof(*group));
		if (!group)
			return NULL;
		if (mxlog_journal_record_init(&group->record, join->index) <
		    0) {
			free(group);
			return NULL;
		}
		join->groups[join->n] = group;
	}
	group->len = group->n_lines = group->begin = 0;
	group->n_held = group->n_parts = 0;
	return group;
}

/* A line that may begin a traceback. */
static int begin_group(struct mxlog_journal_join *join,
    const struct mxlog_journal_record *record, const char *text, size_t len,
    const struct mxlog_journal_identity *identities, size_t n, int64_t now_usec)
{
	struct mxlog_traceback_state state = { 0 };
	struct group *group;
	int r = 0;

	if (mxlog_traceback_step(&state, text, len, false) ==
	    MXLOG_TRACEBACK_OTHER)
		return 0;
	if (join->n == MXLOG_JOURNAL_JOIN_GROUPS)
		r = close_group(join, 0);
	if (r < 0)
		return r;
	group = take_group(join);
	if (!group)
		return -ENOMEM;
	r = mxlog_journal_record_copy(&group->record, record);
	if (r == 0)
		r = add_line(group, text, len, identities, n);
	if (r < 0)
		return r;
	group->state = state;
	group->n_held = 1;
	group->since_usec = now_usec;
	join->n++;
	return 1;
}

static bool has_room(const struct group *group, size_t len, size_t n)
{
	return group->n_lines < MXLOG_JOURNAL_JOIN_LINES &&
	    first_id_of(group, group->n_lines) + n <=
	    MXLOG_JOURNAL_JOIN_IDENTITIES &&
	    group->len + len < MXLOG_JOURNAL_JOIN_BYTES;
}

static bool is_close(const struct group *group,
    const struct mxlog_journal_identity *identity)
{
	const struct mxlog_journal_identity *last =
	    &group->identities[first_id_of(group, group->n_lines) - 1];

	return identity->id == last->id && identity->seqnum > last->seqnum &&
	    llabs(identity->realtime_usec - last->realtime_usec) <= hold_usec;
}

/* 1: the line belongs to the group. 0: it does not, and the group is over. */
static int continue_group(struct mxlog_journal_join *join, size_t at,
    const struct mxlog_journal_record *record, const char *text, size_t len,
    const struct mxlog_journal_identity *identities, size_t n)
{
	struct group *group = join->groups[at];
	int r = 0;

	if (!same_origin(&group->record, record) || !has_room(group, len, n) ||
	    !is_close(group, identities))
		return close_group(join, at);
	while (step(group, text, len, group->n_lines, identities) ==
	    MXLOG_TRACEBACK_OTHER) {
		r = emit_first(join, group);
		if (r == 0)
			r = settle(join, group);
		if (r < 0)
			return r;
		if (group->begin == group->n_lines) {
			retire(join, at);
			return 0;
		}
	}
	r = add_line(group, text, len, identities, n);
	return r < 0 ? r : 1;
}

int mxlog_journal_join_offer(struct mxlog_journal_join *join,
    const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identities, size_t n, int64_t now_usec)
{
	const enum mxlog_journal_name *key;
	size_t n_key = find_key(record, &key), len, at;
	const char *text;
	int r = 0;

	if (n_key == 0)
		return 0;
	text = mxlog_journal_record_get(record, MXLOG_JOURNAL_MESSAGE, &len);
	if (!text)
		return 0;
	if (join->n > 0 && find_group(join, record, key, n_key, &at))
		r = continue_group(join, at, record, text, len, identities, n);
	if (r != 0)
		return r;
	return begin_group(join, record, text, len, identities, n, now_usec);
}
