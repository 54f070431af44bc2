/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/reader.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "catalog.h"
#include "cursor.h"
#include "follow.h"
#include "fs.h"
#include "matcher.h"
#include "plan.h"
#include "refetch.h"
#include "sorter.h"
#include "tally.h"

enum {
	WORKERS_MAX = 8,
	PATH_TEXT = 512,
	/* Less than this is not worth a thread. */
	THREAD_BYTES = 4 * MXLOG_CHUNK_BYTES,
};

/* What each worker has of its own. */
struct hand {
	struct mxlog_matcher *matcher;
	struct mxlog_archive_scratch scratch;
	struct mxlog_tally *tally; /* or NULL */
};

/* A line kept while the order is turned. */
struct held {
	struct mxlog_line line;
	struct mxlog_cursor cursor;
};

struct mxlog_reader {
	struct mxlog_query *query;
	struct mxlog_catalog catalog;
	struct mxlog_plan plan;
	size_t at_step;     /* steps before this were read */
	struct hand *hands; /* one for each worker */
	unsigned n_hands;
	struct mxlog_crew *crew;
	struct mxlog_sorter *sorter;
	struct mxlog_refetch *refetch;
	uint64_t skip, left; /* of matches in order */
	int64_t frontier;    /* what comes before this time is complete */
	bool started, read_all, ended;
	const char *tally_fields;   /* while a tally is made */
	struct mxlog_tally *levels; /* the tally, if directories can fill it */
	uint32_t told_step;         /* its error was told; from 1 */
	mxlog_reader_corrupt *corrupt;
	void *corrupt_arg;
	struct mxlog_reader_stats stats;
	mxlog_reader_warn *warn;
	void *arg;
	mxlog_reader_progress *progress;
	void *progress_arg;
	uint64_t bytes_planned;
	struct mxlog_cursor last; /* of the line returned last */
	bool has_last;
	struct mxlog_cursor seek;
	bool has_seek, seek_after;
	/* Following. */
	bool tail; /* the last lines come first, turned round */
	struct held *held;
	size_t n_held, held_left;
	bool following;
	struct mxlog_follow *follow; /* NULL until what there is was shown */
	struct mxlog_chunk chunk;
	size_t at_hit;
	struct mxlog_cursor chunk_cursor;
};

_Static_assert((int)MXLOG_CURSOR_MAX == (int)MXLOG_CURSOR_TEXT,
    "a cursor fits");

int mxlog_reader_open(const char *const *dirs, size_t n_dirs,
    struct mxlog_query **query, struct mxlog_reader **ret,
    struct mxlog_error *reterr)
{
	struct mxlog_reader *reader = calloc(1, sizeof(*reader));
	int r;

	if (!reader)
		return -ENOMEM;
	r = mxlog_catalog_open(&reader->catalog,
	    (*query)->metrics ? MXLOG_METRICS : MXLOG_ENTRIES, dirs, n_dirs,
	    reterr);
	if (r < 0) {
		free(reader);
		return r;
	}
	reader->query = *query;
	reader->skip = reader->query->offset;
	reader->left = reader->query->limit;
	*query = NULL;
	*ret = reader;
	return 0;
}

/* The text is ours while it is held. */
static void free_held(struct held *held)
{
	char *text;

	memcpy(&text, &held->line.text, sizeof(text));
	free(text);
}

void mxlog_reader_close(struct mxlog_reader *reader)
{
	if (!reader)
		return;
	mxlog_crew_free(reader->crew);
	for (unsigned i = 0; i < reader->n_hands; i++) {
		mxlog_matcher_free(reader->hands[i].matcher);
		mxlog_archive_scratch_done(&reader->hands[i].scratch);
		mxlog_tally_free(reader->hands[i].tally);
	}
	free(reader->hands);
	mxlog_plan_done(&reader->plan);
	mxlog_follow_free(reader->follow);
	mxlog_chunk_done(&reader->chunk);
	for (size_t i = 0; i < reader->held_left; i++)
		free_held(&reader->held[i]);
	free(reader->held);
	mxlog_sorter_free(reader->sorter);
	mxlog_refetch_free(reader->refetch);
	mxlog_catalog_done(&reader->catalog);
	mxlog_query_free(reader->query);
	free(reader);
}

void mxlog_reader_on_warning(struct mxlog_reader *reader,
    mxlog_reader_warn *warn, void *arg)
{
	reader->warn = warn;
	reader->arg = arg;
}

void mxlog_reader_on_progress(struct mxlog_reader *reader,
    mxlog_reader_progress *progress, void *arg)
{
	reader->progress = progress;
	reader->progress_arg = arg;
}

void mxlog_reader_on_corrupt(struct mxlog_reader *reader,
    mxlog_reader_corrupt *corrupt, void *arg)
{
	reader->corrupt = corrupt;
	reader->corrupt_arg = arg;
}

void mxlog_reader_get_stats(const struct mxlog_reader *reader,
    struct mxlog_reader_stats *ret)
{
	*ret = reader->stats;
}

static void warn_segment(struct mxlog_reader *reader,
    const struct mxlog_catalog_segment *segment, const char *text)
{
	char path[PATH_TEXT], line[PATH_TEXT + 128];

	if (!reader->warn)
		return;
	mxlog_catalog_path(&reader->catalog, segment, path, sizeof(path));
	(void)snprintf(line, sizeof(line), "%s: %s", path, text);
	reader->warn(reader->arg, line);
}

static void unreadable(struct mxlog_reader *reader, uint32_t index, int error,
    const char *why)
{
	struct mxlog_catalog_segment *segment =
	    &reader->catalog.segments[index];

	reader->stats.unreadable++;
	if (segment->why)
		why = segment->why;
	warn_segment(reader, segment, why && *why ? why : strerror(-error));
	if (error != -EBADMSG || !segment->name.archived || segment->why ||
	    !reader->corrupt)
		return;
	reader->corrupt(reader->corrupt_arg,
	    reader->catalog.dirs[segment->dir].path, why ? why : "");
}

static bool by_time(const struct mxlog_query *query)
{
	return query->order == MXLOG_ORDER_TIMESTAMP;
}

/* ---- reading ---- */

static int next_task(void *arg, struct mxlog_crew_task *ret)
{
	struct mxlog_reader *reader = arg;

	return mxlog_plan_next(&reader->plan, ret);
}

/* In a worker's thread: everything shared is only read. */
static void work(void *arg, unsigned number, const struct mxlog_crew_task *task,
    struct mxlog_chunk *chunk)
{
	const struct mxlog_reader *reader = arg;
	struct hand *hand = &reader->hands[number];
	int r;

	r = mxlog_plan_read(&reader->plan, task, &hand->scratch, chunk);
	if (r >= 0)
		r = mxlog_matcher_scan(hand->matcher, chunk);
	chunk->error = r;
}

static uint64_t count_bytes(const struct mxlog_reader *reader)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < reader->plan.n_steps; i++)
		bytes += reader->catalog.segments[reader->plan.steps[i].segment]
			     .size;
	return bytes;
}

static unsigned count_workers(uint64_t bytes)
{
	cpu_set_t set;

	if (bytes < THREAD_BYTES || sched_getaffinity(0, sizeof(set), &set) < 0)
		return 0;
	return (unsigned)MIN(CPU_COUNT(&set), WORKERS_MAX);
}

static int make_hand(struct mxlog_reader *reader, struct hand *hand)
{
	int r = mxlog_matcher_new(reader->query, false, &hand->matcher);

	if (r >= 0 && reader->tally_fields) {
		r = mxlog_tally_new(reader->tally_fields,
		    reader->query->metrics, &hand->tally, NULL);
		if (r >= 0)
			mxlog_matcher_set_tally(hand->matcher, hand->tally);
	}
	return r;
}

static int start_crew(struct mxlog_reader *reader)
{
	struct mxlog_crew_job job = { .next = next_task,
		.work = work,
		.arg = reader };
	unsigned workers, n;
	int r = 0;

	reader->bytes_planned = count_bytes(reader);
	workers = count_workers(reader->bytes_planned);
	n = MAX(workers, 1U);

	reader->hands = calloc(n, sizeof(*reader->hands));
	if (!reader->hands)
		return -ENOMEM;
	for (; r >= 0 && reader->n_hands < n; reader->n_hands++)
		r = make_hand(reader, &reader->hands[reader->n_hands]);
	return r < 0 ? r : mxlog_crew_new(workers, &job, &reader->crew);
}

static uint64_t wanted(const struct mxlog_query *query)
{
	if (query->limit > UINT64_MAX - query->offset)
		return UINT64_MAX;
	return query->limit + query->offset;
}

/* Records that could not be believed. */
static void tell_indexes(struct mxlog_reader *reader)
{
	char text[PATH_TEXT + 128];

	for (size_t i = 0; i < reader->catalog.n_dirs; i++) {
		const struct mxlog_catalog_dir *dir = &reader->catalog.dirs[i];

		if (dir->damaged_records == 0)
			continue;
		reader->stats.unreadable++;
		(void)snprintf(text, sizeof(text),
		    "%.*s/archive/index.json: %zu damaged records left out",
		    PATH_TEXT, dir->path, dir->damaged_records);
		if (reader->warn)
			reader->warn(reader->arg, text);
	}
}

static int start(struct mxlog_reader *reader)
{
	bool descending = reader->query->descending;
	int r;

	reader->started = true;
	tell_indexes(reader);
	r = mxlog_plan_init(&reader->plan, reader->query, &reader->catalog);
	reader->plan.levels = reader->levels;
	if (r >= 0)
		r = mxlog_sorter_new(wanted(reader->query), descending,
		    &reader->sorter);
	if (r >= 0)
		r = mxlog_refetch_new(&reader->catalog,
		    by_time(reader->query) && descending, &reader->refetch);
	if (r >= 0)
		r = start_crew(reader);
	return r;
}

static struct mxlog_cursor cursor_of(const struct mxlog_reader *reader,
    const struct mxlog_sort_record *record)
{
	const struct mxlog_catalog_segment *segment =
	    &reader->catalog.segments[record->segment];
	struct mxlog_cursor cursor = { .time_usec = record->time_usec,
		.name = segment->name,
		.dir = segment->dir,
		.offset = record->offset };

	cursor.name.archived = false;
	return cursor;
}

static bool is_behind_seek(const struct mxlog_reader *reader,
    const struct mxlog_sort_record *record)
{
	struct mxlog_cursor cursor = cursor_of(reader, record);
	int c = mxlog_cursor_compare(&cursor, &reader->seek,
	    reader->query->descending);

	return reader->seek_after ? c > 0 : c >= 0;
}

static int sort_hits(struct mxlog_reader *reader,
    const struct mxlog_chunk *chunk)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < chunk->n_hits; i++) {
		const struct mxlog_hit *hit = &chunk->hits[i];
		struct mxlog_sort_record record = {
			.hi = hit->hi,
			.lo = hit->lo,
			.offset = chunk->offset + hit->off,
			.time_usec = hit->time_usec,
			.text = chunk->text + hit->off,
			.extra = chunk->side.data
			    ? chunk->side.data + hit->extra_off
			    : NULL,
			.len = hit->len,
			.extra_len = hit->extra_len,
			.segment = chunk->segment,
			.missing = hit->missing,
		};

		if (!reader->has_seek || is_behind_seek(reader, &record))
			r = mxlog_sorter_add(reader->sorter, &record);
	}
	return r;
}

static void count(struct mxlog_reader *reader, const struct mxlog_chunk *chunk)
{
	reader->stats.bytes_read += chunk->bytes_read;
	reader->stats.lines += chunk->lines;
	reader->stats.matches += chunk->matches;
	reader->stats.damaged += chunk->damaged;
	reader->catalog.segments[chunk->segment].damaged += chunk->damaged;
	if (reader->progress)
		reader->progress(reader->progress_arg, reader->stats.bytes_read,
		    reader->bytes_planned);
}

static int take_chunk(struct mxlog_reader *reader)
{
	struct mxlog_chunk *chunk;
	int r = mxlog_crew_take(reader->crew, &chunk);

	if (r <= 0) {
		reader->read_all = r == 0;
		return r;
	}
	reader->at_step = chunk->step;
	mxlog_plan_release(&reader->plan, chunk->step);
	count(reader, chunk);
	if (chunk->error == -ENOMEM || chunk->error == -ETIMEDOUT ||
	    chunk->error == -E2BIG)
		return chunk->error;
	if (chunk->error < 0 && reader->told_step != chunk->step + 1) {
		reader->told_step = chunk->step + 1;
		unreadable(reader, chunk->segment, chunk->error,
		    chunk->reason.text);
	}
	return sort_hits(reader, chunk);
}

/* What is still to be read can only come behind this time. */
static int64_t frontier(const struct mxlog_reader *reader)
{
	bool descending = reader->query->descending;

	if (reader->read_all)
		return descending ? INT64_MIN : INT64_MAX;
	if (!by_time(reader->query) || reader->plan.n_steps == 0)
		return descending ? INT64_MAX : INT64_MIN;
	return reader->plan.steps[reader->at_step].bound_usec;
}

static bool settled(const struct mxlog_reader *reader, int64_t time_usec)
{
	if (reader->read_all)
		return true;
	return reader->query->descending ? time_usec > reader->frontier
					 : time_usec < reader->frontier;
}

static int load_text(struct mxlog_reader *reader,
    const struct mxlog_sort_record *record, struct mxlog_line *ret)
{
	*ret = (struct mxlog_line){ .text = record->text,
		.len = record->len,
		.time_usec = record->time_usec };
	if (ret->text)
		return 0;
	return mxlog_refetch_line(reader->refetch, record->segment,
	    record->offset, record->len, &ret->text);
}

static void add_plan_stats(struct mxlog_reader *reader)
{
	const struct mxlog_plan_stats *plan = &reader->plan.stats;
	struct mxlog_reader_stats *stats = &reader->stats;

	stats->segments = plan->segments;
	stats->segments_skipped = plan->segments_skipped;
	stats->members = plan->members;
	stats->members_skipped =
	    plan->members - plan->members_skipped[MXLOG_SKIP_NOT];
	for (size_t i = 0; i < MXLOG_READER_SKIPS; i++)
		stats->members_skipped_by[i] = plan->members_skipped[i + 1];
	stats->bytes_total = plan->bytes_total;
	stats->bytes_read += plan->overhead;
	stats->matches += plan->counted;
}

static void finish(struct mxlog_reader *reader)
{
	char text[64];

	reader->ended = true;
	/* The threads may be ahead of what was wanted. */
	mxlog_crew_free(reader->crew);
	reader->crew = NULL;
	add_plan_stats(reader);
	for (size_t i = 0; i < reader->catalog.n_segments; i++) {
		struct mxlog_catalog_segment *segment =
		    &reader->catalog.segments[i];

		if (segment->damaged == 0)
			continue;
		(void)snprintf(text, sizeof(text),
		    "%llu damaged line%s skipped",
		    (unsigned long long)segment->damaged,
		    segment->damaged == 1 ? "" : "s");
		warn_segment(reader, segment, text);
	}
}

/* Read until more is complete. Sorting is left until then. */
static int advance(struct mxlog_reader *reader)
{
	int64_t old = reader->frontier;
	int r = 0;

	while (r >= 0 && !reader->read_all && reader->frontier == old) {
		r = take_chunk(reader);
		reader->frontier = frontier(reader);
	}
	return r < 0 ? r : 0;
}

/* The next match in order, wherever it stands: 1, 0 or an error. */
static int next_match(struct mxlog_reader *reader,
    struct mxlog_sort_record *ret)
{
	for (;;) {
		int r = mxlog_sorter_first(reader->sorter, ret);

		if (r < 0)
			return r;
		if (r > 0 && settled(reader, ret->time_usec))
			return 1;
		if (reader->read_all)
			return 0;
		r = advance(reader);
		if (r < 0)
			return r;
	}
}

/* What there was when the reader was opened. */
static int next_stored(struct mxlog_reader *reader, struct mxlog_line *ret)
{
	struct mxlog_sort_record record;
	int r = 0;

	if (!reader->started) {
		r = start(reader);
		reader->frontier = frontier(reader);
	} else if (!reader->ended && reader->left > 0)
		r = mxlog_sorter_drop(reader->sorter);
	while (r >= 0 && !reader->ended && reader->left > 0) {
		r = next_match(reader, &record);
		if (r <= 0)
			break;
		if (reader->skip > 0) {
			reader->skip--;
			r = mxlog_sorter_drop(reader->sorter);
			continue;
		}
		r = load_text(reader, &record, ret);
		if (r == -ESTALE) {
			r = mxlog_sorter_drop(reader->sorter);
			continue;
		}
		if (r < 0)
			break;
		reader->left--;
		reader->last = cursor_of(reader, &record);
		reader->has_last = true;
		return 1;
	}
	if (!reader->ended)
		finish(reader);
	return r < 0 ? r : 0;
}

/* ---- counting ---- */

static int count_all(struct mxlog_reader *reader)
{
	int r;

	r = start(reader);
	while (r >= 0 && !reader->read_all)
		r = take_chunk(reader);
	finish(reader);
	return r < 0 ? r : 0;
}

int mxlog_reader_tally(struct mxlog_reader *reader, const char *fields,
    struct mxlog_tally **ret, struct mxlog_error *reterr)
{
	struct mxlog_tally *tally;
	int r;

	assert(!reader->started);
	r = mxlog_tally_new(fields, reader->query->metrics, &tally, reterr);
	if (r < 0)
		return r;
	reader->tally_fields = fields;
	reader->levels = mxlog_tally_takes_levels(tally) ? tally : NULL;
	r = count_all(reader);
	for (unsigned i = 0; r >= 0 && i < reader->n_hands; i++)
		r = mxlog_tally_merge(tally, reader->hands[i].tally);
	reader->tally_fields = NULL;
	reader->levels = NULL;
	if (r < 0) {
		mxlog_tally_free(tally);
		return r == -E2BIG
		    ? mxlog_error_set(reterr, r,
			  "%.100s has too many different values to be counted",
			  fields)
		    : r;
	}
	mxlog_tally_sort(tally);
	*ret = tally;
	return 0;
}

/* ---- cursors ---- */

int mxlog_reader_get_cursor(const struct mxlog_reader *reader,
    char out[MXLOG_CURSOR_MAX])
{
	if (!reader->has_last)
		return -ENOENT;
	mxlog_cursor_format(out, &reader->last);
	return 0;
}

int mxlog_reader_seek(struct mxlog_reader *reader, const char *text, bool after,
    struct mxlog_error *reterr)
{
	struct mxlog_query *query = reader->query;
	struct mxlog_cursor cursor;

	assert(!reader->started);
	if (!by_time(query))
		return mxlog_error_set(reterr, -EINVAL,
		    "a cursor is a place in the order of time");
	if (mxlog_cursor_parse(text, &cursor) < 0 ||
	    cursor.name.kind != reader->catalog.kind ||
	    cursor.dir >= reader->catalog.n_dirs)
		return mxlog_error_set(reterr, -EINVAL,
		    "'%.100s' is no cursor of these log directories", text);
	reader->seek = cursor;
	reader->has_seek = true;
	reader->seek_after = after;
	/* Whole days before it need not be read. */
	if (query->descending)
		query->until_usec = MIN(query->until_usec, cursor.time_usec);
	else
		query->since_usec = MAX(query->since_usec, cursor.time_usec);
	return 0;
}

/* ---- following ---- */

/* Where the last whole line ends: the rest is still being written. */
static uint64_t whole_lines(int fd, uint64_t size)
{
	char bytes[4096];
	uint64_t end = size;

	while (end > 0) {
		size_t want = (size_t)MIN(end, (uint64_t)sizeof(bytes)), n;
		const char *last;

		if (mxlog_fs_pread_full(fd, bytes, want, (off_t)(end - want),
			&n) < 0)
			return size;
		last = memrchr(bytes, '\n', n);
		if (last)
			return end - want + (uint64_t)(last + 1 - bytes);
		end -= want;
	}
	return 0;
}

int mxlog_reader_follow(struct mxlog_reader *reader)
{
	struct mxlog_query *query = reader->query;

	assert(!reader->started);
	if (!by_time(query) || query->descending || query->offset > 0)
		return -EINVAL;
	reader->following = true;
	for (size_t i = 0; i < reader->catalog.n_segments; i++) {
		struct mxlog_catalog_segment *segment =
		    &reader->catalog.segments[i];

		if (segment->fd >= 0)
			segment->size = whole_lines(segment->fd, segment->size);
	}
	reader->tail = query->limit != UINT64_MAX;
	query->descending = reader->tail;
	return 0;
}

static int hold(struct mxlog_reader *reader, const struct mxlog_line *line)
{
	struct held *held =
	    reallocarray(reader->held, reader->n_held + 1, sizeof(*held));
	char *text;

	if (!held)
		return -ENOMEM;
	reader->held = held;
	text = malloc(line->len + 1);
	if (!text)
		return -ENOMEM;
	memcpy(text, line->text, line->len);
	held[reader->n_held].line = *line;
	held[reader->n_held].line.text = text;
	held[reader->n_held].cursor = reader->last;
	reader->held_left = ++reader->n_held;
	return 0;
}

/* The last lines, found from the end on. */
static int hold_tail(struct mxlog_reader *reader)
{
	struct mxlog_line line;
	int r;

	while ((r = next_stored(reader, &line)) > 0) {
		r = hold(reader, &line);
		if (r < 0)
			return r;
	}
	reader->tail = false;
	return r;
}

static void take_held(struct mxlog_reader *reader, struct mxlog_line *ret)
{
	struct held *held;

	/* The one returned before is no longer borrowed. */
	if (reader->held_left < reader->n_held)
		free_held(&reader->held[--reader->n_held]);
	held = &reader->held[--reader->held_left];
	*ret = held->line;
	reader->last = held->cursor;
	reader->has_last = true;
}

/* The next match of the chunk at hand. */
static bool take_hit(struct mxlog_reader *reader, struct mxlog_line *ret)
{
	const struct mxlog_chunk *chunk = &reader->chunk;
	const struct mxlog_hit *hit;

	if (reader->at_hit >= chunk->n_hits)
		return false;
	hit = &chunk->hits[reader->at_hit++];
	*ret = (struct mxlog_line){ .text = chunk->text + hit->off,
		.len = hit->len,
		.time_usec = hit->time_usec };
	reader->last = reader->chunk_cursor;
	reader->last.time_usec = hit->time_usec;
	reader->last.offset = chunk->offset + hit->off;
	reader->has_last = true;
	return true;
}

static int next_followed(struct mxlog_reader *reader, struct mxlog_line *ret)
{
	int r = 0;

	if (!reader->follow)
		r = mxlog_follow_new(&reader->catalog, &reader->follow);
	while (r >= 0) {
		if (take_hit(reader, ret))
			return 1;
		r = mxlog_follow_read(reader->follow, &reader->chunk,
		    &reader->chunk_cursor.name, &reader->chunk_cursor.dir);
		if (r <= 0)
			return r;
		reader->at_hit = 0;
		r = mxlog_matcher_scan(reader->hands[0].matcher,
		    &reader->chunk);
		reader->stats.bytes_read += reader->chunk.bytes_read;
		reader->stats.lines += reader->chunk.lines;
		reader->stats.matches += reader->chunk.matches;
		reader->stats.damaged += reader->chunk.damaged;
	}
	return r;
}

int mxlog_reader_wait(struct mxlog_reader *reader, int timeout_ms)
{
	assert(reader->follow);
	return mxlog_follow_wait(reader->follow, timeout_ms);
}

int mxlog_reader_next(struct mxlog_reader *reader, struct mxlog_line *ret)
{
	int r = 0;

	if (!reader->following)
		return next_stored(reader, ret);
	if (reader->tail)
		r = hold_tail(reader);
	if (r < 0)
		return r;
	if (reader->held_left > 0) {
		take_held(reader, ret);
		return 1;
	}
	if (!reader->follow) {
		r = next_stored(reader, ret);
		if (r != 0)
			return r;
	}
	return next_followed(reader, ret);
}
