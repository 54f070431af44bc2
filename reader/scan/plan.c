/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/plan.h"

#include <stdlib.h>
#include <unistd.h>

static bool in_range(const struct mxlog_query *query,
    const struct mxlog_catalog_segment *segment)
{
	return segment->until_usec >= query->since_usec &&
	    segment->since_usec <= query->until_usec;
}

/* Something of it arrived since. */
static bool is_wanted(const struct mxlog_catalog_segment *segment)
{
	if (segment->from == 0 || segment->error < 0)
		return true;
	return segment->record ? segment->from != UINT64_MAX
			       : segment->from < segment->size;
}

/* What is read from a step on has no time before (or, descending, behind) its
 * bound. */
static void set_bounds(struct mxlog_plan *plan)
{
	bool descending = plan->query->descending;
	int64_t bound = descending ? INT64_MIN : INT64_MAX;

	for (size_t i = plan->n_steps; i-- > 0;) {
		const struct mxlog_catalog_segment *segment =
		    &plan->catalog->segments[plan->steps[i].segment];

		bound = descending ? MAX(bound, segment->until_usec)
				   : MIN(bound, segment->since_usec);
		plan->steps[i].bound_usec = bound;
	}
}

static int add_steps(struct mxlog_plan *plan)
{
	struct mxlog_catalog *catalog = plan->catalog;
	bool backwards = plan->query->order == MXLOG_ORDER_TIMESTAMP &&
	    plan->query->descending;
	size_t n = catalog->n_segments;

	plan->steps = calloc(n + 1, sizeof(*plan->steps));
	if (!plan->steps)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		/* In the query's direction, so that reading can stop early. */
		uint32_t index = (uint32_t)(backwards ? n - 1 - i : i);
		struct mxlog_catalog_segment *segment =
		    &catalog->segments[index];

		plan->stats.segments++;
		plan->stats.bytes_total += segment->size;
		if (!in_range(plan->query, segment) || !is_wanted(segment))
			plan->stats.segments_skipped++;
		else
			plan->steps[plan->n_steps++] = (struct mxlog_plan_step){
				.segment = index,
				.fd = -1,
			};
	}
	set_bounds(plan);
	return 0;
}

int mxlog_plan_init(struct mxlog_plan *plan, const struct mxlog_query *query,
    struct mxlog_catalog *catalog)
{
	int r;

	*plan = (struct mxlog_plan){ .query = query, .catalog = catalog };
	r = mxlog_member_filter_init(&plan->filter, query);
	return r < 0 ? r : add_steps(plan);
}

static void close_step(struct mxlog_plan_step *step)
{
	mxlog_archive_lines_close(&step->archive_lines);
	free(step->members);
	step->members = NULL;
	if (step->fd >= 0)
		(void)close(step->fd);
	step->fd = -1;
}

void mxlog_plan_done(struct mxlog_plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		close_step(&plan->steps[i]);
	free(plan->steps);
	mxlog_member_filter_done(&plan->filter);
	*plan = (struct mxlog_plan){ 0 };
}

/* ---- opening a step ---- */

static int count_member(struct mxlog_plan *plan,
    const struct mxlog_archive_member *member)
{
	int r = 0;

	for (unsigned i = 0; r >= 0 && i < MXLOG_ARCHIVE_LEVELS; i++) {
		enum mxlog_level level =
		    (enum mxlog_level)(MXLOG_DEBUG + 10 * i);
		uint32_t count = member->levels[i];

		if (count == 0 || !mxlog_query_wants_level(plan->query, level))
			continue;
		plan->stats.counted += count;
		r = mxlog_groups_add_level(plan->levels, level, count);
	}
	return r;
}

static int choose_member(struct mxlog_plan *plan, struct mxlog_plan_step *step,
    uint32_t index)
{
	enum mxlog_skip skip = mxlog_member_filter_judge(&plan->filter, index);
	uint64_t from = plan->catalog->segments[step->segment].from;
	int r = 0;

	if (step->archive_lines.starts[index + 1] <= from)
		skip = MXLOG_SKIP_TIME;
	if (skip == MXLOG_SKIP_NOT && plan->levels &&
	    mxlog_member_filter_is_whole(&plan->filter, index)) {
		skip = MXLOG_SKIP_DIRECTORY;
		r = count_member(plan, &plan->filter.dir->members[index]);
	}
	plan->stats.members++;
	plan->stats.members_skipped[skip]++;
	if (skip == MXLOG_SKIP_NOT)
		step->members[step->n_pieces++] = index;
	return r;
}

static int choose_members(struct mxlog_plan *plan, struct mxlog_plan_step *step)
{
	int r;

	r = mxlog_member_filter_begin(&plan->filter, step->archive_lines.file,
	    &step->reason);
	plan->stats.overhead +=
	    mxlog_archive_file_overhead(step->archive_lines.file);
	if (r < 0)
		return r;
	step->members =
	    calloc(step->archive_lines.n_members + 1, sizeof(*step->members));
	if (!step->members)
		return -ENOMEM;
	for (size_t i = 0; r >= 0 && i < step->archive_lines.n_members; i++)
		r = choose_member(plan, step, (uint32_t)i);
	return r;
}

/* A foreign archive becomes a file that is read as a live one is. */
static int spill(struct mxlog_plan *plan, struct mxlog_plan_step *step)
{
	struct mxlog_catalog_segment *segment =
	    &plan->catalog->segments[step->segment];
	int r;

	r = mxlog_archive_lines_spill(&step->archive_lines, &segment->fd,
	    &segment->size, &step->reason);
	plan->stats.overhead +=
	    mxlog_archive_file_overhead(step->archive_lines.file);
	mxlog_archive_lines_close(&step->archive_lines);
	step->size = segment->size;
	if (r >= 0)
		step->n_pieces = (uint32_t)mxlog_chunk_pieces(step->size);
	return r;
}

static int open_archive(struct mxlog_plan *plan, struct mxlog_plan_step *step)
{
	struct mxlog_catalog_segment *segment =
	    &plan->catalog->segments[step->segment];
	int dir_fd = plan->catalog->dirs[segment->dir].fd;
	int r;

	r = mxlog_archive_lines_open(&step->archive_lines, dir_fd,
	    segment->record, &step->reason);
	/* It may have been pruned, or made anew, since the index was read. */
	if ((r == -ENOENT || r == -EBADMSG) &&
	    mxlog_catalog_reload(plan->catalog, segment) > 0) {
		if (!segment->record)
			return 0;
		r = mxlog_archive_lines_open(&step->archive_lines, dir_fd,
		    segment->record, &step->reason);
	}
	if (r < 0)
		return r;
	return step->archive_lines.starts ? choose_members(plan, step)
					  : spill(plan, step);
}

/* It is not held open, or was archived or pruned since. */
static int open_live(struct mxlog_plan *plan, struct mxlog_plan_step *step)
{
	struct mxlog_catalog_segment *segment =
	    &plan->catalog->segments[step->segment];
	int r = 0;

	if (segment->fd < 0)
		r = mxlog_catalog_open_segment(plan->catalog, segment,
		    &step->fd);
	if (r == -ENOENT)
		return segment->record ? open_archive(plan, step) : 0;
	if (r < 0) {
		step->fd = -1;
		return r;
	}
	step->size = segment->size;
	step->n_pieces = (uint32_t)mxlog_chunk_pieces(step->size);
	return 0;
}

static void open_step(struct mxlog_plan *plan, struct mxlog_plan_step *step)
{
	struct mxlog_catalog_segment *segment =
	    &plan->catalog->segments[step->segment];

	step->open = true;
	step->error = segment->error;
	if (step->error == 0 && segment->record)
		step->error = open_archive(plan, step);
	else if (step->error == 0)
		step->error = open_live(plan, step);
	if (step->error < 0)
		step->n_pieces = 1; /* to tell of it */
}

/* The one that holds the first line wanted. */
static uint32_t first_piece(const struct mxlog_plan *plan,
    const struct mxlog_plan_step *step)
{
	uint64_t from = plan->catalog->segments[step->segment].from;

	if (step->members || step->error < 0)
		return 0;
	return (
	    uint32_t)MIN(from / MXLOG_CHUNK_BYTES, (uint64_t)step->n_pieces);
}

/* What was read before is left out. */
static void cut_front(struct mxlog_chunk *chunk, uint64_t from)
{
	uint64_t n = from > chunk->offset ? from - chunk->offset : 0;

	n = MIN(n, (uint64_t)chunk->len);
	chunk->text += n;
	chunk->len -= (size_t)n;
	chunk->offset += n;
}

int mxlog_plan_next(struct mxlog_plan *plan, struct mxlog_worker_pool_task *ret)
{
	while (plan->at_step < plan->n_steps) {
		struct mxlog_plan_step *step = &plan->steps[plan->at_step];

		if (!step->open) {
			open_step(plan, step);
			plan->at_piece = first_piece(plan, step);
		}
		if (plan->at_piece < step->n_pieces) {
			ret->step = (uint32_t)plan->at_step;
			ret->piece = plan->at_piece++;
			return 1;
		}
		/* No chunk will come of it that tells to release it. */
		if (step->n_pieces == 0)
			close_step(step);
		plan->at_step++;
		plan->at_piece = 0;
	}
	return 0;
}

int mxlog_plan_read(const struct mxlog_plan *plan,
    const struct mxlog_worker_pool_task *task,
    struct mxlog_archive_scratch *scratch, struct mxlog_chunk *chunk)
{
	const struct mxlog_plan_step *step = &plan->steps[task->step];
	const struct mxlog_catalog_segment *segment =
	    &plan->catalog->segments[step->segment];
	int r;

	chunk->segment = step->segment;
	chunk->step = task->step;
	if (step->error < 0) {
		chunk->reason = step->reason;
		return step->error;
	}
	if (step->members)
		r = mxlog_archive_lines_read(&step->archive_lines,
		    step->members[task->piece], scratch, chunk, &chunk->reason);
	else
		r = mxlog_chunk_read(chunk,
		    step->fd >= 0 ? step->fd : segment->fd, step->size,
		    task->piece);
	if (r >= 0 && segment->from > 0)
		cut_front(chunk, segment->from);
	return r;
}

void mxlog_plan_release(struct mxlog_plan *plan, size_t step)
{
	for (; plan->n_closed < step; plan->n_closed++)
		close_step(&plan->steps[plan->n_closed]);
}
