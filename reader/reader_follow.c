/* SPDX-License-Identifier: Apache-2.0 */
#include "reader_private.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"

/* The text is ours while it is held. */
static void free_held(struct mxlog_reader_held *held)
{
	char *text;

	memcpy(&text, &held->line.text, sizeof(text));
	free(text);
}

/* One that is not held open. */
static void measure(struct mxlog_reader *reader,
    struct mxlog_catalog_segment *segment)
{
	int fd;

	if (mxlog_catalog_open_segment(&reader->catalog, segment, &fd) < 0)
		return;
	segment->size = mxlog_chunk_whole_lines(fd, segment->size);
	(void)close(fd);
}

static bool has_file(const struct mxlog_catalog *catalog)
{
	for (size_t i = 0; i < catalog->n_dirs; i++)
		if (catalog->dirs[i].file)
			return true;
	return false;
}

int mxlog_reader_follow(struct mxlog_reader *reader)
{
	struct mxlog_query *query;

	if (!reader || reader->started)
		return -EINVAL;
	query = reader->query;
	if (!mxlog_reader_by_time(query) || query->descending ||
	    query->offset > 0)
		return -EINVAL;
	if (has_file(&reader->catalog))
		return -ENOTDIR;
	reader->following = true;
	for (size_t i = 0; i < reader->catalog.n_segments; i++) {
		struct mxlog_catalog_segment *segment =
		    &reader->catalog.segments[i];

		if (segment->fd >= 0)
			segment->size =
			    mxlog_chunk_whole_lines(segment->fd, segment->size);
		else if (!segment->record && segment->error == 0)
			measure(reader, segment);
	}
	reader->tail = query->limit != UINT64_MAX;
	query->descending = reader->tail;
	return 0;
}

static int hold(struct mxlog_reader *reader, const struct mxlog_line *line)
{
	struct mxlog_reader_held *held =
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

	while ((r = mxlog_reader_next_stored(reader, &line)) > 0) {
		r = hold(reader, &line);
		if (r < 0)
			return r;
	}
	reader->tail = false;
	return r;
}

static void take_held(struct mxlog_reader *reader, struct mxlog_line *ret)
{
	struct mxlog_reader_held *held;

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
	const struct mxlog_chunk_hit *hit;

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

static void tell(void *arg, const char *text)
{
	struct mxlog_reader *reader = arg;

	if (reader->warn)
		reader->warn(reader->arg, text);
}

/* What of a chunk is no match, and not to be silent about. */
static void tell_lines(struct mxlog_reader *reader)
{
	const struct mxlog_chunk *chunk = &reader->chunk;
	const struct mxlog_catalog_segment segment = {
		.name = reader->chunk_cursor.name,
		.dir = reader->chunk_cursor.dir,
	};

	mxlog_reader_tell_lines(reader, &segment, chunk->damaged, "damaged ",
	    "skipped");
	mxlog_reader_tell_lines(reader, &segment, chunk->undecided, "",
	    MXLOG_READER_UNDECIDED);
}

static int next_new(struct mxlog_reader *reader, struct mxlog_line *ret)
{
	int r = 0;

	if (!reader->follow)
		r = mxlog_follow_new(&reader->catalog, tell, reader,
		    &reader->follow);
	while (r >= 0) {
		if (take_hit(reader, ret))
			return 1;
		r = mxlog_follow_read(reader->follow, &reader->chunk,
		    &reader->chunk_cursor.name, &reader->chunk_cursor.dir);
		if (r <= 0)
			return r;
		reader->at_hit = 0;
		r = mxlog_matcher_scan(reader->workers[0].matcher,
		    &reader->chunk);
		reader->stats.bytes_read += reader->chunk.bytes_read;
		reader->stats.lines += reader->chunk.lines;
		reader->stats.matches += reader->chunk.matches;
		reader->stats.damaged += reader->chunk.damaged;
		reader->stats.unreadable += reader->chunk.undecided > 0;
		tell_lines(reader);
	}
	return r;
}

int mxlog_reader_wait(struct mxlog_reader *reader, int timeout_ms)
{
	if (!reader || !reader->follow)
		return -EINVAL;
	return mxlog_follow_wait(reader->follow, timeout_ms);
}

int mxlog_reader_get_fd(const struct mxlog_reader *reader)
{
	if (!reader)
		return -EINVAL;
	return reader->follow ? mxlog_follow_get_fd(reader->follow) : -ENOENT;
}

int mxlog_reader_next_followed(struct mxlog_reader *reader,
    struct mxlog_line *ret)
{
	int r = 0;

	if (reader->tail)
		r = hold_tail(reader);
	if (r < 0)
		return r;
	if (reader->held_left > 0) {
		take_held(reader, ret);
		return 1;
	}
	if (!reader->follow) {
		r = mxlog_reader_next_stored(reader, ret);
		if (r != 0)
			return r;
	}
	return next_new(reader, ret);
}

void mxlog_reader_follow_done(struct mxlog_reader *reader)
{
	mxlog_follow_free(reader->follow);
	mxlog_chunk_done(&reader->chunk);
	for (size_t i = 0; i < reader->n_held; i++)
		free_held(&reader->held[i]);
	free(reader->held);
}
