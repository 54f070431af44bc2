/* SPDX-License-Identifier: Apache-2.0 */
#include "reader_private.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"

enum {
	WORKERS_MAX = 8,
	PATH_TEXT = 512,
	/* Less than this is not worth a thread. */
	THREAD_BYTES = 4 * MXLOG_CHUNK_BYTES,
};

/* ---- what goes wrong ---- */

static void warn_segment(struct mxlog_reader *reader,
    const struct mxlog_catalog_segment *segment, const char *text)
{
	char path[PATH_TEXT], line[PATH_TEXT + 160];

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

/* ---- reading ---- */

static int next_task(void *arg, struct mxlog_worker_pool_task *ret)
{
	struct mxlog_reader *reader = arg;

	return mxlog_plan_next(&reader->plan, ret);
}

/* In a worker's thread: everything shared is only read. */
static void work(void *arg, unsigned number,
    const struct mxlog_worker_pool_task *task, struct mxlog_chunk *chunk)
{
	const struct mxlog_reader *reader = arg;
	struct mxlog_reader_worker *worker = &reader->workers[number];
	int r;

	r = mxlog_plan_read(&reader->plan, task, &worker->scratch, chunk);
	if (r >= 0)
		r = mxlog_matcher_scan(worker->matcher, chunk);
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

static int make_hand(struct mxlog_reader *reader,
    struct mxlog_reader_worker *worker)
{
	int r = mxlog_matcher_new(reader->query, false, &worker->matcher);

	if (r >= 0 && reader->wants_patterns) {
		r = mxlog_patterns_new(&worker->patterns);
		if (r >= 0)
			mxlog_matcher_set_patterns(worker->matcher,
			    worker->patterns);
	}
	if (r >= 0 && reader->groups_fields) {
		r = mxlog_groups_new(reader->groups_fields,
		    reader->query->metrics, &worker->groups, NULL);
		if (r >= 0)
			mxlog_matcher_set_groups(worker->matcher,
			    worker->groups);
	}
	return r;
}

static int start_pool(struct mxlog_reader *reader)
{
	struct mxlog_worker_pool_job job = { .next = next_task,
		.work = work,
		.arg = reader };
	unsigned workers, n;
	int r = 0;

	reader->bytes_planned = count_bytes(reader);
	workers = count_workers(reader->bytes_planned);
	n = MAX(workers, 1U);

	reader->workers = calloc(n, sizeof(*reader->workers));
	if (!reader->workers)
		return -ENOMEM;
	for (; r >= 0 && reader->n_workers < n; reader->n_workers++)
		r = make_hand(reader, &reader->workers[reader->n_workers]);
	return r < 0 ? r : mxlog_worker_pool_new(workers, &job, &reader->pool);
}

static uint64_t wanted(const struct mxlog_query *query)
{
	if (query->limit > UINT64_MAX - query->offset)
		return UINT64_MAX;
	return query->limit + query->offset;
}

static void tell_index(struct mxlog_reader *reader,
    const struct mxlog_catalog_dir *dir)
{
	char text[PATH_TEXT + 128];

	(void)snprintf(text, sizeof(text),
	    "%.*s/archive/index.json: %zu damaged records left out", PATH_TEXT,
	    dir->path, dir->damaged_records);
	if (reader->warn)
		reader->warn(reader->arg, text);
}

/* What could not be opened, and records that could not be believed. */
static void tell_dirs(struct mxlog_reader *reader)
{
	for (size_t i = 0; i < reader->catalog.n_dirs; i++) {
		const struct mxlog_catalog_dir *dir = &reader->catalog.dirs[i];

		if (dir->problem.code < 0) {
			reader->stats.unreadable++;
			if (reader->warn)
				reader->warn(reader->arg, dir->problem.text);
		}
		if (dir->damaged_records > 0) {
			reader->stats.unreadable++;
			tell_index(reader, dir);
		}
	}
}

/* Reading begins at the end, and leaves nothing out there. */
static void turn(struct mxlog_reader *reader)
{
	reader->turned = true;
	reader->query->descending = !reader->query->descending;
	reader->left = wanted(reader->query);
	reader->skip = 0;
}

static int start(struct mxlog_reader *reader)
{
	bool descending;
	int r;

	reader->started = true;
	if (reader->query->last)
		turn(reader);
	descending = reader->query->descending;
	tell_dirs(reader);
	r = mxlog_plan_init(&reader->plan, reader->query, &reader->catalog);
	reader->plan.levels = reader->levels;
	if (r >= 0)
		r = mxlog_sorter_new(wanted(reader->query), descending,
		    &reader->sorter);
	if (r >= 0)
		r = mxlog_refetch_new(&reader->catalog,
		    mxlog_reader_by_time(reader->query) && descending,
		    &reader->refetch);
	if (r >= 0)
		r = start_pool(reader);
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
	    reader->query->descending != reader->turned);

	return reader->seek_after ? c > 0 : c >= 0;
}

/* The key is inverted as the direction is; so must be what else decides: what
 * comes last without a key, and the place in stored order. Twice is as before. */
static void turn_record(struct mxlog_sort_record *record)
{
	record->segment = UINT32_MAX - record->segment;
	record->offset = UINT64_MAX - record->offset;
	record->missing = !record->missing;
}

static int sort_hits(struct mxlog_reader *reader,
    const struct mxlog_chunk *chunk)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < chunk->n_hits; i++) {
		const struct mxlog_chunk_hit *hit = &chunk->hits[i];
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

		if (reader->has_seek && !is_behind_seek(reader, &record))
			continue;
		if (reader->turned)
			turn_record(&record);
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
	reader->catalog.segments[chunk->segment].undecided += chunk->undecided;
	if (reader->progress)
		reader->progress(reader->progress_arg, reader->stats.bytes_read,
		    reader->bytes_planned);
}

static int take_chunk(struct mxlog_reader *reader)
{
	struct mxlog_chunk *chunk;
	int r = mxlog_worker_pool_take(reader->pool, &chunk);

	if (r <= 0) {
		reader->read_all = r == 0;
		return r;
	}
	reader->at_step = chunk->step;
	mxlog_plan_release(&reader->plan, chunk->step);
	count(reader, chunk);
	if (chunk->error == -ENOMEM || chunk->error == -E2BIG)
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
	if (!mxlog_reader_by_time(reader->query) || reader->plan.n_steps == 0)
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

void mxlog_reader_tell_lines(struct mxlog_reader *reader,
    const struct mxlog_catalog_segment *segment, uint64_t n, const char *kind,
    const char *what)
{
	char text[128];

	if (n == 0)
		return;
	(void)snprintf(text, sizeof(text), "%llu %sline%s %s",
	    (unsigned long long)n, kind, n == 1 ? "" : "s", what);
	warn_segment(reader, segment, text);
}

static void finish(struct mxlog_reader *reader)
{
	reader->ended = true;
	/* The threads may be ahead of what was wanted. */
	mxlog_worker_pool_free(reader->pool);
	reader->pool = NULL;
	add_plan_stats(reader);
	for (size_t i = 0; i < reader->catalog.n_segments; i++) {
		const struct mxlog_catalog_segment *segment =
		    &reader->catalog.segments[i];

		mxlog_reader_tell_lines(reader, segment, segment->damaged,
		    "damaged ", "skipped");
		mxlog_reader_tell_lines(reader, segment, segment->undecided, "",
		    MXLOG_READER_UNDECIDED);
		reader->stats.unreadable += segment->undecided > 0;
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

/* As reading finds them, which may be from the end on. */
static int next_found(struct mxlog_reader *reader,
    struct mxlog_sort_record *record, struct mxlog_line *ret)
{
	int r = 0;

	if (!reader->started) {
		r = start(reader);
		reader->frontier = frontier(reader);
	} else if (!reader->ended && reader->left > 0)
		r = mxlog_sorter_drop(reader->sorter);
	while (r >= 0 && !reader->ended && reader->left > 0) {
		r = next_match(reader, record);
		if (r <= 0)
			break;
		if (reader->turned)
			turn_record(record);
		if (reader->skip > 0) {
			reader->skip--;
			r = mxlog_sorter_drop(reader->sorter);
			continue;
		}
		r = load_text(reader, record, ret);
		if (r == -ESTALE) {
			r = mxlog_sorter_drop(reader->sorter);
			continue;
		}
		if (r < 0)
			break;
		reader->left--;
		reader->last = cursor_of(reader, record);
		reader->has_last = true;
		return 1;
	}
	if (!reader->ended)
		finish(reader);
	return r < 0 ? r : 0;
}

/* Find all, from the end on, and forget those that the offset leaves out. */
static int fill_stack(struct mxlog_reader *reader)
{
	struct mxlog_sort_record record;
	struct mxlog_line line;
	int r;

	r = mxlog_line_stack_new(&reader->stack);
	while (r >= 0 && (r = next_found(reader, &record, &line)) > 0)
		r = mxlog_line_stack_push(reader->stack, &record, line.text);
	mxlog_refetch_free(reader->refetch);
	reader->refetch = NULL;
	if (r >= 0)
		r = mxlog_refetch_new(&reader->catalog, false,
		    &reader->refetch);
	reader->skip = reader->query->offset;
	return r;
}

static int next_turned(struct mxlog_reader *reader, struct mxlog_line *ret)
{
	struct mxlog_sort_record record;
	int r = 0;

	if (!reader->stack)
		r = fill_stack(reader);
	while (
	    r >= 0 && (r = mxlog_line_stack_pop(reader->stack, &record)) > 0) {
		if (reader->skip > 0) {
			reader->skip--;
			continue;
		}
		r = load_text(reader, &record, ret);
		if (r == -ESTALE)
			r = 0;
		else if (r >= 0) {
			reader->last = cursor_of(reader, &record);
			reader->has_last = true;
			return 1;
		}
	}
	return r;
}

int mxlog_reader_next_stored(struct mxlog_reader *reader,
    struct mxlog_line *ret)
{
	struct mxlog_sort_record record;

	return reader->query->last ? next_turned(reader, ret)
				   : next_found(reader, &record, ret);
}

int mxlog_reader_count_stored(struct mxlog_reader *reader)
{
	int r;

	r = start(reader);
	while (r >= 0 && !reader->read_all)
		r = take_chunk(reader);
	finish(reader);
	return r < 0 ? r : 0;
}
