/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/reader.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "catalog.h"
#include "crew.h"
#include "matcher.h"
#include "refetch.h"
#include "sorter.h"

enum {
	WORKERS_MAX = 8,
	PATH_TEXT = 512,
	/* Less than this is not worth a thread. */
	THREAD_BYTES = 4 * MXLOG_CHUNK_BYTES,
};

/* A segment that must be read, and the first of its tasks. */
struct step {
	uint32_t segment;
	uint64_t first_task;
};

struct mxlog_reader {
	struct mxlog_query *query;
	struct mxlog_catalog catalog;
	struct step *steps; /* in the order of reading */
	size_t n_steps, at_step;
	uint64_t n_tasks, at_task;
	struct mxlog_matcher **matchers; /* one for each worker */
	unsigned workers;
	struct mxlog_crew *crew;
	struct mxlog_sorter *sorter;
	struct mxlog_refetch *refetch;
	uint64_t skip, left; /* of matches in order */
	int64_t frontier;    /* what comes before this time is complete */
	bool started, read_all, ended;
	struct mxlog_reader_stats stats;
	mxlog_reader_warn *warn;
	void *arg;
};

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

void mxlog_reader_close(struct mxlog_reader *reader)
{
	if (!reader)
		return;
	mxlog_crew_free(reader->crew);
	for (unsigned i = 0; reader->matchers && i < reader->workers; i++)
		mxlog_matcher_free(reader->matchers[i]);
	free(reader->matchers);
	mxlog_sorter_free(reader->sorter);
	mxlog_refetch_free(reader->refetch);
	mxlog_catalog_done(&reader->catalog);
	mxlog_query_free(reader->query);
	free(reader->steps);
	free(reader);
}

void mxlog_reader_on_warning(struct mxlog_reader *reader,
    mxlog_reader_warn *warn, void *arg)
{
	reader->warn = warn;
	reader->arg = arg;
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

static void unreadable(struct mxlog_reader *reader, uint32_t index, int error)
{
	struct mxlog_catalog_segment *segment =
	    &reader->catalog.segments[index];

	segment->error = error;
	reader->stats.unreadable++;
	warn_segment(reader, segment, strerror(-error));
}

/* ---- which segments, in which order ---- */

static bool in_range(const struct mxlog_query *query,
    const struct mxlog_catalog_segment *segment)
{
	int64_t since, until;

	mxlog_catalog_span(segment, &since, &until);
	return until >= query->since_usec && since <= query->until_usec;
}

static bool by_time(const struct mxlog_query *query)
{
	return query->order == MXLOG_ORDER_TIMESTAMP;
}

/* Days in the query's direction, so that reading can stop early. */
static uint32_t step_segment(const struct mxlog_reader *reader, size_t i)
{
	bool backwards = by_time(reader->query) && reader->query->descending;
	size_t n = reader->catalog.n_segments;

	return (uint32_t)(backwards ? n - 1 - i : i);
}

static int plan_steps(struct mxlog_reader *reader)
{
	struct mxlog_catalog *catalog = &reader->catalog;

	reader->steps = calloc(catalog->n_segments + 1, sizeof(*reader->steps));
	if (!reader->steps)
		return -ENOMEM;
	for (size_t i = 0; i < catalog->n_segments; i++) {
		uint32_t index = step_segment(reader, i);
		struct mxlog_catalog_segment *segment =
		    &catalog->segments[index];

		reader->stats.segments++;
		reader->stats.bytes_total += segment->size;
		if (!in_range(reader->query, segment)) {
			reader->stats.segments_skipped++;
			continue;
		}
		if (segment->error < 0) {
			unreadable(reader, index, segment->error);
			continue;
		}
		reader->steps[reader->n_steps++] =
		    (struct step){ .segment = index,
			    .first_task = reader->n_tasks };
		reader->n_tasks += mxlog_chunk_pieces(segment->size);
	}
	reader->steps[reader->n_steps].first_task = reader->n_tasks;
	return 0;
}

/* ---- reading ---- */

/* The last step that begins at or before the task. */
static const struct step *step_of(const struct mxlog_reader *reader,
    uint64_t task)
{
	size_t low = 0, high = reader->n_steps;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (reader->steps[middle].first_task <= task)
			low = middle;
		else
			high = middle;
	}
	return &reader->steps[low];
}

/* In a worker's thread: everything shared is only read. */
static void work(void *arg, unsigned hand, uint64_t task,
    struct mxlog_chunk *chunk)
{
	const struct mxlog_reader *reader = arg;
	const struct step *step = step_of(reader, task);
	const struct mxlog_catalog_segment *segment =
	    &reader->catalog.segments[step->segment];
	int r;

	chunk->segment = step->segment;
	r = mxlog_chunk_read(chunk, segment->fd, segment->size,
	    task - step->first_task);
	if (r >= 0)
		r = mxlog_matcher_scan(reader->matchers[hand], chunk);
	chunk->error = r;
}

static unsigned count_workers(const struct mxlog_reader *reader)
{
	uint64_t bytes = reader->n_tasks * MXLOG_CHUNK_BYTES;
	cpu_set_t set;

	if (bytes < THREAD_BYTES || sched_getaffinity(0, sizeof(set), &set) < 0)
		return 0;
	return (unsigned)MIN(CPU_COUNT(&set), WORKERS_MAX);
}

static int start_crew(struct mxlog_reader *reader)
{
	unsigned workers = count_workers(reader);
	unsigned hands = MAX(workers, 1U);
	int r = 0;

	reader->matchers = calloc(hands, sizeof(struct mxlog_matcher *));
	if (!reader->matchers)
		return -ENOMEM;
	for (; r >= 0 && reader->workers < hands; reader->workers++)
		r = mxlog_matcher_new(reader->query, false,
		    &reader->matchers[reader->workers]);
	if (r < 0)
		return r;
	return mxlog_crew_new(workers, reader->n_tasks, work, reader,
	    &reader->crew);
}

static uint64_t wanted(const struct mxlog_query *query)
{
	if (query->limit > UINT64_MAX - query->offset)
		return UINT64_MAX;
	return query->limit + query->offset;
}

static int start(struct mxlog_reader *reader)
{
	bool descending = reader->query->descending;
	int r;

	reader->started = true;
	r = plan_steps(reader);
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

		r = mxlog_sorter_add(reader->sorter, &record);
	}
	return r;
}

static int take_chunk(struct mxlog_reader *reader)
{
	struct mxlog_chunk *chunk;
	int r = mxlog_crew_take(reader->crew, &chunk);

	if (r <= 0) {
		reader->read_all = r == 0;
		return r;
	}
	reader->at_task++;
	while (reader->at_step < reader->n_steps &&
	    reader->steps[reader->at_step + 1].first_task <= reader->at_task)
		reader->at_step++;
	reader->stats.bytes_read += chunk->bytes_read;
	reader->stats.lines += chunk->lines;
	reader->stats.matches += chunk->n_hits;
	reader->stats.damaged += chunk->damaged;
	reader->catalog.segments[chunk->segment].damaged += chunk->damaged;
	if (chunk->error == -ENOMEM || chunk->error == -ETIMEDOUT)
		return chunk->error;
	if (chunk->error < 0 && !reader->catalog.segments[chunk->segment].error)
		unreadable(reader, chunk->segment, chunk->error);
	return sort_hits(reader, chunk);
}

/* What is still to be read can only come behind this time. */
static int64_t frontier(const struct mxlog_reader *reader)
{
	bool descending = reader->query->descending;
	int64_t since, until;

	if (reader->read_all)
		return descending ? INT64_MIN : INT64_MAX;
	if (!by_time(reader->query) || reader->at_step >= reader->n_steps)
		return descending ? INT64_MAX : INT64_MIN;
	mxlog_catalog_span(&reader->catalog.segments
				[reader->steps[reader->at_step].segment],
	    &since, &until);
	return descending ? until : since;
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

static void finish(struct mxlog_reader *reader)
{
	char text[64];

	reader->ended = true;
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

int mxlog_reader_next(struct mxlog_reader *reader, struct mxlog_line *ret)
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
		return 1;
	}
	if (!reader->ended)
		finish(reader);
	return r < 0 ? r : 0;
}
