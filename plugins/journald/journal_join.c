/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mxlog/traceback.h>

static const int64_t hold_usec = 1000000;

struct group {
	struct mxlog_journal_record record; /* of the first line */
	unsigned state;                     /* mxlog_traceback_step()'s */
	char *text; /* the lines, each ended by a newline */
	size_t len, capacity;
	struct mxlog_journal_identity *identities; /* one for each line */
	size_t *ends;                              /* in `text`, likewise */
	size_t n_lines, lines_capacity;
	size_t n_parts;     /* lines known to belong together */
	int64_t since_usec; /* held since */
};

struct mxlog_journal_join {
	mxlog_journal_emit *emit;
	void *arg;
	struct mxlog_journal_index *index;
	struct mxlog_journal_record single; /* for a line that goes alone */
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
	free(group->ends);
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
	r = mxlog_journal_record_init(&join->single, index);
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
	mxlog_journal_record_done(&join->single);
	free(join);
}

/* ---- which belong together ---- */

static bool same_value(const struct mxlog_journal_record *a,
    const struct mxlog_journal_record *b, enum mxlog_journal_name name)
{
	size_t a_len = 0, b_len = 0;
	const char *a_text = mxlog_journal_record_get(a, name, &a_len);
	const char *b_text = mxlog_journal_record_get(b, name, &b_len);

	if (!a_text || !b_text)
		return a_text == b_text;
	return a_len == b_len && memcmp(a_text, b_text, a_len) == 0;
}

/* One process, one run of one unit, one stream. */
static bool same_origin(const struct mxlog_journal_record *a,
    const struct mxlog_journal_record *b)
{
	static const enum mxlog_journal_name names[] = {
		MXLOG_JOURNAL__BOOT_ID,
		MXLOG_JOURNAL__PID,
		MXLOG_JOURNAL__SYSTEMD_INVOCATION_ID,
		MXLOG_JOURNAL__SYSTEMD_UNIT,
		MXLOG_JOURNAL__SYSTEMD_USER_UNIT,
		MXLOG_JOURNAL_SYSLOG_IDENTIFIER,
		MXLOG_JOURNAL_PRIORITY,
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!same_value(a, b, names[i]))
			return false;
	return true;
}

static struct group *find_group(const struct mxlog_journal_join *join,
    const struct mxlog_journal_record *record, size_t *ret_at)
{
	for (size_t i = 0; i < join->n; i++)
		if (same_value(&join->groups[i]->record, record,
			MXLOG_JOURNAL__STREAM_ID)) {
			*ret_at = i;
			return join->groups[i];
		}
	return NULL;
}

/* ---- emitting ---- */

static int emit_joined(struct mxlog_journal_join *join, struct group *group)
{
	int r;

	r = mxlog_journal_record_set_message(&group->record, group->text,
	    group->ends[group->n_parts - 1] - 1);
	if (r < 0)
		return r;
	return join->emit(join->arg, &group->record, group->identities,
	    group->n_parts);
}

/* A line that turned out not to belong is what it would have been alone. */
static int emit_line(struct mxlog_journal_join *join, const struct group *group,
    size_t line)
{
	size_t start = line == 0 ? 0 : group->ends[line - 1];
	int r;

	r = mxlog_journal_record_copy(&join->single, &group->record);
	if (r == 0)
		r = mxlog_journal_record_set_message(&join->single,
		    group->text + start, group->ends[line] - 1 - start);
	if (r < 0)
		return r;
	join->single.realtime_usec = group->identities[line].realtime_usec;
	return join->emit(join->arg, &join->single, &group->identities[line],
	    1);
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
	size_t line = group->n_parts;
	int r = 0;

	if (line > 1)
		r = emit_joined(join, group);
	else
		line = 0;
	for (; line < group->n_lines && r == 0; line++)
		r = emit_line(join, group, line);
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

static int grow_lines(struct group *group)
{
	size_t capacity =
	    group->lines_capacity ? 2 * group->lines_capacity : 32;
	struct mxlog_journal_identity *identities;
	size_t *ends;

	identities =
	    reallocarray(group->identities, capacity, sizeof(*identities));
	if (!identities)
		return -ENOMEM;
	group->identities = identities;
	ends = reallocarray(group->ends, capacity, sizeof(*ends));
	if (!ends)
		return -ENOMEM;
	group->ends = ends;
	group->lines_capacity = capacity;
	return 0;
}

static int grow_text(struct group *group, size_t need)
{
	size_t capacity = group->capacity ? group->capacity : 4096;
	char *text;

	while (capacity < need)
		capacity *= 2;
	text = realloc(group->text, capacity);
	if (!text)
		return -ENOMEM;
	group->text = text;
	group->capacity = capacity;
	return 0;
}

static int add_line(struct group *group, const char *text, size_t len,
    const struct mxlog_journal_identity *identity)
{
	int r = 0;

	if (group->n_lines == group->lines_capacity)
		r = grow_lines(group);
	if (r == 0 && group->capacity < group->len + len + 1)
		r = grow_text(group, group->len + len + 1);
	if (r < 0)
		return r;
	memcpy(group->text + group->len, text, len);
	group->len += len;
	group->text[group->len++] = '\n';
	group->ends[group->n_lines] = group->len;
	group->identities[group->n_lines++] = *identity;
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
	group->state = 0;
	group->len = group->n_lines = group->n_parts = 0;
	return group;
}

/* A line that may begin a traceback. */
static int begin_group(struct mxlog_journal_join *join,
    const struct mxlog_journal_record *record, const char *text, size_t len,
    const struct mxlog_journal_identity *identity, int64_t now_usec)
{
	unsigned state = 0;
	struct group *group;
	int r = 0;

	if (mxlog_traceback_step(&state, text, len) == MXLOG_TRACEBACK_OTHER)
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
		r = add_line(group, text, len, identity);
	if (r < 0)
		return r;
	group->state = state;
	group->since_usec = now_usec;
	join->n++;
	return 1;
}

static bool has_room(const struct group *group, size_t len)
{
	return group->n_lines < MXLOG_JOURNAL_JOIN_LINES &&
	    group->len + len < MXLOG_JOURNAL_JOIN_BYTES;
}

static bool is_close(const struct group *group,
    const struct mxlog_journal_identity *identity)
{
	const struct mxlog_journal_identity *last =
	    &group->identities[group->n_lines - 1];

	return identity->id == last->id && identity->seqnum > last->seqnum &&
	    llabs(identity->realtime_usec - last->realtime_usec) <= hold_usec;
}

/* 1: the line belongs to the group. 0: it does not, and the group is over. */
static int continue_group(struct mxlog_journal_join *join, size_t at,
    const struct mxlog_journal_record *record, const char *text, size_t len,
    const struct mxlog_journal_identity *identity)
{
	struct group *group = join->groups[at];
	enum mxlog_traceback_line verdict = MXLOG_TRACEBACK_OTHER;
	int r;

	if (same_origin(&group->record, record) && has_room(group, len) &&
	    is_close(group, identity))
		verdict = mxlog_traceback_step(&group->state, text, len);
	if (verdict == MXLOG_TRACEBACK_OTHER)
		return close_group(join, at);
	r = add_line(group, text, len, identity);
	if (r < 0)
		return r;
	if (verdict == MXLOG_TRACEBACK_PART)
		group->n_parts = group->n_lines;
	return 1;
}

int mxlog_journal_join_offer(struct mxlog_journal_join *join,
    const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identity, int64_t now_usec)
{
	const char *text;
	size_t len, at;
	int r = 0;

	if (!mxlog_journal_record_find(record, MXLOG_JOURNAL__STREAM_ID))
		return 0;
	text = mxlog_journal_record_get(record, MXLOG_JOURNAL_MESSAGE, &len);
	if (!text)
		return 0;
	if (join->n > 0 && find_group(join, record, &at))
		r = continue_group(join, at, record, text, len, identity);
	if (r != 0)
		return r;
	return begin_group(join, record, text, len, identity, now_usec);
}
