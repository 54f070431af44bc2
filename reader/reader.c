/* SPDX-License-Identifier: Apache-2.0 */
#include "reader_private.h"

#include <stdlib.h>

_Static_assert((int)MXLOG_CURSOR_MAX == (int)MXLOG_CURSOR_TEXT,
    "a cursor fits");

int mxlog_reader_open(const char *const *dirs, size_t n_dirs,
    struct mxlog_query **query, struct mxlog_reader **ret,
    struct mxlog_error *reterr)
{
	if ((!dirs && n_dirs > 0) || !query || !ret)
		return -EINVAL;

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
	r = mxlog_query_narrow(*query);
	if (r < 0) {
		mxlog_catalog_done(&reader->catalog);
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
	mxlog_worker_pool_free(reader->pool);
	for (unsigned i = 0; i < reader->n_workers; i++) {
		mxlog_matcher_free(reader->workers[i].matcher);
		mxlog_archive_scratch_done(&reader->workers[i].scratch);
		mxlog_groups_free(reader->workers[i].groups);
		mxlog_patterns_free(reader->workers[i].patterns);
	}
	free(reader->workers);
	mxlog_plan_done(&reader->plan);
	mxlog_reader_follow_done(reader);
	mxlog_line_stack_free(reader->stack);
	mxlog_sorter_free(reader->sorter);
	mxlog_refetch_free(reader->refetch);
	mxlog_arrival_done(&reader->arrival);
	mxlog_catalog_done(&reader->catalog);
	mxlog_query_free(reader->query);
	free(reader);
}

void mxlog_reader_on_warning(struct mxlog_reader *reader,
    mxlog_reader_warn *warn, void *arg)
{
	if (!reader)
		return;

	reader->warn = warn;
	reader->arg = arg;
}

void mxlog_reader_on_progress(struct mxlog_reader *reader,
    mxlog_reader_progress *progress, void *arg)
{
	if (!reader)
		return;

	reader->progress = progress;
	reader->progress_arg = arg;
}

void mxlog_reader_on_corrupt(struct mxlog_reader *reader,
    mxlog_reader_corrupt *corrupt, void *arg)
{
	if (!reader)
		return;

	reader->corrupt = corrupt;
	reader->corrupt_arg = arg;
}

void mxlog_reader_get_stats(const struct mxlog_reader *reader,
    struct mxlog_reader_stats *ret)
{
	if (!reader || !ret)
		return;

	*ret = reader->stats;
}

/* ---- cursors ---- */

int mxlog_reader_get_cursor(const struct mxlog_reader *reader,
    char out[MXLOG_CURSOR_MAX])
{
	if (!reader)
		return -EINVAL;

	if (!reader->has_last)
		return -ENOENT;
	mxlog_cursor_format(out, &reader->last);
	return 0;
}

int mxlog_reader_seek(struct mxlog_reader *reader, const char *text, bool after,
    struct mxlog_error *reterr)
{
	if (!reader || !text)
		return -EINVAL;

	struct mxlog_query *query = reader->query;
	struct mxlog_cursor cursor;

	assert(!reader->started);
	if (!mxlog_reader_by_time(query))
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

/* ---- arrival ---- */

int mxlog_reader_set_arrival(struct mxlog_reader *reader, const char *text,
    size_t len, struct mxlog_error *reterr)
{
	int r;

	if (!reader || reader->started || reader->by_arrival || !text)
		return -EINVAL;
	r = mxlog_arrival_parse(&reader->arrival, text, len, reterr);
	if (r < 0)
		return r;
	mxlog_arrival_apply(&reader->arrival, &reader->catalog);
	reader->by_arrival = true;
	return 0;
}

int mxlog_reader_get_arrival(const struct mxlog_reader *reader, char **ret,
    size_t *ret_len)
{
	struct mxlog_buf out = { 0 };
	int r;

	if (!reader || !ret || !ret_len)
		return -EINVAL;
	if (!reader->by_arrival)
		return -ENOENT;
	r = mxlog_arrival_format(&reader->arrival, &reader->catalog, &out);
	if (r < 0) {
		mxlog_buf_done(&out);
		return r;
	}
	*ret = out.data;
	*ret_len = out.len;
	return 0;
}

int mxlog_reader_next(struct mxlog_reader *reader, struct mxlog_line *ret)
{
	if (!reader || !ret)
		return -EINVAL;

	return reader->following ? mxlog_reader_next_followed(reader, ret)
				 : mxlog_reader_next_stored(reader, ret);
}
