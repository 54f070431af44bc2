/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_stream.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void mxlog_journal_stream_close(struct mxlog_journal_stream *stream)
{
	sd_journal_close(stream->journal);
	free(stream->next_cursor);
	stream->journal = NULL;
	stream->next_cursor = NULL;
	stream->has_pending = false;
}

void mxlog_journal_stream_abandon(struct mxlog_journal_stream *stream)
{
	stream->journal = NULL; /* leaked: it can't be closed */
	mxlog_journal_stream_close(stream);
}

void mxlog_journal_stream_done(struct mxlog_journal_stream *stream)
{
	mxlog_journal_stream_close(stream);
	free(stream->devices);
	free(stream->inodes);
	free(stream->cursor);
	free(stream->head);
	*stream = (struct mxlog_journal_stream){ 0 };
}

int mxlog_journal_stream_set_cursor(struct mxlog_journal_stream *stream,
    const char *cursor)
{
	struct mxlog_journal_identity identity = { 0 };
	char *copy;
	int r;

	r = mxlog_journal_identity_of_cursor(cursor, &identity);
	if (r < 0)
		return r;
	if (strncmp(cursor + 2, stream->id, MXLOG_JOURNAL_ID_LEN) != 0)
		return -EINVAL;
	copy = strdup(cursor);
	if (!copy)
		return -ENOMEM;
	free(stream->cursor);
	stream->cursor = copy;
	stream->last = identity;
	return 0;
}

static int stand_behind_number(struct mxlog_journal_stream *stream,
    uint64_t seqnum)
{
	char cursor[MXLOG_JOURNAL_NUMBER_CURSOR_MAX];

	mxlog_journal_identity_format_cursor(cursor, stream->id, seqnum);
	return mxlog_journal_stream_set_cursor(stream, cursor);
}

int mxlog_journal_stream_pass_gap(struct mxlog_journal_stream *stream)
{
	return stand_behind_number(stream, stream->gap.last);
}

bool mxlog_journal_stream_has_files(const struct mxlog_journal_stream *stream,
    const struct mxlog_journal_file *files, size_t n)
{
	if (stream->n_files != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (stream->devices[i] != files[i].device ||
		    stream->inodes[i] != files[i].inode)
			return false;
	return true;
}

/* ---- opening ---- */

static int remember_files(struct mxlog_journal_stream *stream,
    const struct mxlog_journal_file *files, size_t n)
{
	free(stream->devices);
	free(stream->inodes);
	stream->n_files = 0;
	stream->devices = calloc(n, sizeof(stream->devices[0]));
	stream->inodes = calloc(n, sizeof(stream->inodes[0]));
	if (!stream->devices || !stream->inodes)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		stream->devices[i] = files[i].device;
		stream->inodes[i] = files[i].inode;
	}
	stream->n_files = n;
	return 0;
}

/* sd-journal refuses all files if it can't open one: keep those it can. */
static size_t keep_readable(const char **paths, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		const char *one[] = { paths[i], NULL };
		sd_journal *journal = NULL;

		if (sd_journal_open_files(&journal, one, 0) >= 0)
			paths[kept++] = paths[i];
		sd_journal_close(journal);
	}
	paths[kept] = NULL;
	return kept;
}

/* Names move on from file to file as journals rotate: what a name means now it
 * meant when it was opened, if it is what it meant when it was listed. */
static bool are_named_so(const struct mxlog_journal_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct stat st;

		if (stat(files[i].path, &st) < 0 ||
		    st.st_dev != files[i].device || st.st_ino != files[i].inode)
			return false;
	}
	return true;
}

static int open_handle(struct mxlog_journal_stream *stream,
    const struct mxlog_journal_file *files, size_t n, size_t *ret_bad)
{
	const char **paths = calloc(n + 1, sizeof(*paths));
	size_t kept;
	int r;

	if (!paths)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		paths[i] = files[i].path;
	*ret_bad = 0;
	r = sd_journal_open_files(&stream->journal, paths, 0);
	if (r < 0 && r != -ENOMEM && r != -EMFILE && r != -ENFILE) {
		kept = keep_readable(paths, n);
		*ret_bad = n - kept;
		if (kept > 0)
			r = sd_journal_open_files(&stream->journal, paths, 0);
	}
	free(paths);
	if (r < 0)
		stream->journal = NULL;
	if (!are_named_so(files, n))
		return -ESTALE;
	return r < 0 ? r : 0;
}

/* journalctl's rules: matches of one field are alternatives, of several fields
 * all must hold, "+" stands between groups of which one must hold. */
static int add_matches(sd_journal *journal, const char *const *matches,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int r = strcmp(matches[i], "+") == 0
		    ? sd_journal_add_disjunction(journal)
		    : sd_journal_add_match(journal, matches[i], 0);

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- standing somewhere ---- */

/* Learn which entry the handle stands on. */
static int look(struct mxlog_journal_stream *stream)
{
	uint64_t realtime;
	char *cursor;
	int r;

	r = sd_journal_get_realtime_usec(stream->journal, &realtime);
	if (r < 0)
		return r;
	r = sd_journal_get_cursor(stream->journal, &cursor);
	if (r < 0)
		return r;
	free(stream->next_cursor);
	stream->next_cursor = cursor;
	r = mxlog_journal_identity_of_cursor(cursor, &stream->next);
	if (r < 0)
		return -EBADMSG;
	stream->next.realtime_usec = (int64_t)realtime;
	return 0;
}

/* What the numbers say was removed between the last entry and this one. Under
 * matches only the head of the first file tells. */
static int find_gap(const struct mxlog_journal_stream *stream,
    const struct mxlog_journal_file *files, bool matched,
    struct mxlog_journal_gap *ret)
{
	uint64_t first = stream->last.seqnum + 1;
	uint64_t next = matched ? files[0].head_seqnum : stream->next.seqnum;

	if (next <= first)
		return 0;
	*ret = (struct mxlog_journal_gap){
		.stream = stream->id,
		.first = first,
		.last = next - 1,
	};
	return 1;
}

/* Where a runtime stream begins: what a flush copies begins there, too. */
static int learn_head(struct mxlog_journal_stream *stream)
{
	int r;

	if (!stream->runtime || stream->head)
		return 0;
	r = sd_journal_seek_head(stream->journal);
	if (r >= 0)
		r = sd_journal_next(stream->journal);
	if (r > 0)
		r = sd_journal_get_cursor(stream->journal, &stream->head);
	return r < 0 ? r : 0;
}

/* Stand so that the next step leads to the first entry not yet accepted. */
static int place(struct mxlog_journal_stream *stream,
    const struct mxlog_journal_file *files, bool matched,
    struct mxlog_journal_gap *ret_gap)
{
	int r;

	stream->has_pending = false;
	if (!stream->cursor)
		return sd_journal_seek_head(stream->journal);
	r = sd_journal_seek_cursor(stream->journal, stream->cursor);
	if (r < 0)
		return r;
	r = sd_journal_next(stream->journal);
	if (r <= 0)
		return r; /* nothing behind it: what comes is new */
	r = sd_journal_test_cursor(stream->journal, stream->cursor);
	if (r != 0)
		return r < 0 ? r : 0;
	/* The cursor's entry is gone, and this is not it: keep it. */
	r = look(stream);
	if (r < 0)
		return r;
	stream->has_pending = true;
	return find_gap(stream, files, matched, ret_gap);
}

static int open_and_place(struct mxlog_journal_stream *stream,
    const struct mxlog_journal_file *files, size_t n,
    const char *const *matches, size_t n_matches, size_t *ret_bad,
    struct mxlog_journal_gap *ret_gap)
{
	int r;

	r = open_handle(stream, files, n, ret_bad);
	if (r < 0)
		return r;
	r = sd_journal_set_data_threshold(stream->journal, 0);
	if (r >= 0)
		r = add_matches(stream->journal, matches, n_matches);
	if (r >= 0)
		r = learn_head(stream);
	if (r >= 0)
		r = place(stream, files, n_matches > 0, ret_gap);
	return r;
}

int mxlog_journal_stream_open(struct mxlog_journal_stream *stream,
    const struct mxlog_journal_file *files, size_t n,
    const char *const *matches, size_t n_matches, size_t *ret_bad,
    struct mxlog_journal_gap *ret_gap)
{
	struct mxlog_journal_guard guard;
	int r;

	assert(n > 0);

	mxlog_journal_stream_close(stream);
	r = remember_files(stream, files, n);
	if (r < 0)
		return r;
	if (sigsetjmp(guard.landing, 1) != 0) {
		(void)mxlog_journal_guard_leave();
		mxlog_journal_stream_abandon(stream);
		return -EBADMSG;
	}
	mxlog_journal_guard_enter(&guard);
	mxlog_journal_guard_in(stream);
	r = open_and_place(stream, files, n, matches, n_matches, ret_bad,
	    ret_gap);
	(void)mxlog_journal_guard_leave();
	if (r < 0) {
		mxlog_journal_stream_close(stream);
		return r;
	}
	stream->stale = false;
	stream->exhausted = false;
	return r;
}

/* The entry that the handle stands on counts as accepted. */
static int accept_here(struct mxlog_journal_stream *stream)
{
	int r = look(stream);

	if (r < 0)
		return r;
	mxlog_journal_stream_accept(stream);
	return 0;
}

/* Step onto the first entry that `start` wants: 0 if there is none. */
static int step_onto_first(sd_journal *journal, enum mxlog_journal_start start,
    int64_t time_usec)
{
	sd_id128_t boot;
	uint64_t since;
	int r;

	if (start == MXLOG_JOURNAL_START_TAIL)
		return 0;
	if (start == MXLOG_JOURNAL_START_TIME) {
		r = sd_journal_seek_realtime_usec(journal,
		    time_usec > 0 ? (uint64_t)time_usec : 0);
		return r < 0 ? r : sd_journal_next(journal);
	}
	r = sd_id128_get_boot(&boot);
	if (r >= 0)
		r = sd_journal_seek_monotonic_usec(journal, boot, 0);
	if (r >= 0)
		r = sd_journal_next(journal);
	if (r <= 0)
		return r;
	/* Without an entry of this boot it stands somewhere else. */
	r = sd_journal_get_monotonic_usec(journal, &since, NULL);
	return r == -ESTALE ? 0 : r < 0 ? r : 1;
}

static int stand_before_head(struct mxlog_journal_stream *stream)
{
	int r = sd_journal_seek_head(stream->journal);

	if (r < 0 || stream->start_head == 0)
		return r;
	return stand_behind_number(stream, stream->start_head - 1);
}

static int stand_before(struct mxlog_journal_stream *stream,
    enum mxlog_journal_start start, int64_t time_usec)
{
	int r;

	if (start == MXLOG_JOURNAL_START_HEAD)
		return stand_before_head(stream);
	r = step_onto_first(stream->journal, start, time_usec);
	if (r == 0)
		r = sd_journal_seek_tail(stream->journal);
	if (r >= 0)
		r = sd_journal_previous(stream->journal);
	if (r > 0)
		return accept_here(stream);
	return r < 0 ? r : stand_before_head(stream);
}

int mxlog_journal_stream_start(struct mxlog_journal_stream *stream,
    enum mxlog_journal_start start, int64_t time_usec)
{
	struct mxlog_journal_guard guard;
	int r;

	assert(!stream->cursor);

	stream->has_pending = false;
	if (sigsetjmp(guard.landing, 1) != 0) {
		(void)mxlog_journal_guard_leave();
		mxlog_journal_stream_abandon(stream);
		return -EBADMSG;
	}
	mxlog_journal_guard_enter(&guard);
	mxlog_journal_guard_in(stream);
	r = stand_before(stream, start, time_usec);
	(void)mxlog_journal_guard_leave();
	return r;
}

/* ---- reading ---- */

int mxlog_journal_stream_next(struct mxlog_journal_stream *stream)
{
	int r;

	if (!stream->journal)
		return 0;
	if (stream->has_pending) {
		sd_journal_restart_data(stream->journal);
		return 1;
	}
	mxlog_journal_guard_in(stream);
	r = sd_journal_next(stream->journal);
	if (r > 0)
		r = look(stream) < 0 ? -EBADMSG : 1;
	mxlog_journal_guard_out();
	stream->has_pending = r > 0;
	return r;
}

void mxlog_journal_stream_accept(struct mxlog_journal_stream *stream)
{
	char *spare = stream->cursor;

	assert(stream->next_cursor);

	stream->cursor = stream->next_cursor;
	stream->next_cursor = NULL;
	free(spare);
	stream->last = stream->next;
	stream->has_pending = false;
	stream->failures = 0;
}
