/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_source.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal_copies.h"
#include "journal_watch.h"

enum {
	/* Entries taken from one stream before the next one has its turn. */
	TURN = 256,
	/* A stream that fails so often at one place is left until its files
	 * change. */
	FAILURES_MAX = 3,
	/* Times that files are opened which change meanwhile. */
	OPEN_TRIES = 10,
	/* Runtime streams remembered. */
	MARKS_MAX = 64,
};

struct mxlog_journal_source {
	struct mxlog_journal_where where;
	struct mxlog_journal_saved saved;
	struct mxlog_journal_watcher watcher;
	struct mxlog_journal_watch watch;
	char machine_id[MXLOG_JOURNAL_ID_LEN + 1]; /* "" if there is none */
	struct mxlog_journal_files files;          /* as listed last */
	struct mxlog_journal_stream *streams;
	size_t n_streams;
	size_t current;   /* the stream whose turn it is */
	size_t fair_lock; /* entries it had */
	struct mxlog_journal_mark marks[MARKS_MAX];
	size_t n_marks;
	unsigned long listed;
	bool changed; /* list the files again */
	bool opened;
	bool told_empty; /* that there is no file */
};

static void problem(struct mxlog_journal_source *source, const char *stream,
    const char *what, int code)
{
	source->watcher.problem(source->watcher.arg, stream, what, code);
}

/* ---- runtime streams and their copies ---- */

/* A first start stands behind a number that no entry has. */
static bool is_before(const char *cursor, const char *head)
{
	struct mxlog_journal_identity at, first;

	return mxlog_journal_identity_of_cursor(cursor, &at) == 0 &&
	    mxlog_journal_identity_of_cursor(head, &first) == 0 &&
	    at.seqnum < first.seqnum;
}

/* `last` is NULL while nothing was read. */
static void set_mark(struct mxlog_journal_source *source, const char *id,
    const char *head, const char *last)
{
	struct mxlog_journal_mark mark = { 0 };
	size_t at = 0;

	if (last && is_before(last, head))
		last = NULL;
	if (mxlog_journal_place_of_cursor(head, &mark.head) < 0 ||
	    mxlog_journal_place_of_cursor(last ? last : head, &mark.last) < 0)
		return;
	if (!last)
		mark.last.monotonic--;
	memcpy(mark.id, id, strnlen(id, MXLOG_JOURNAL_ID_LEN));
	while (
	    at < source->n_marks && strcmp(source->marks[at].id, mark.id) != 0)
		at++;
	if (at == MARKS_MAX)
		return;
	source->n_marks += at == source->n_marks;
	source->marks[at] = mark;
}

static void load_marks(struct mxlog_journal_source *source)
{
	const char *name, *head;
	void *arg = source->saved.arg;

	for (size_t i = 0; (name = source->saved.runtime(arg, i, &head)); i++) {
		const char *last = source->saved.cursor(arg, name);

		if (last)
			set_mark(source, name, head, last);
	}
}

/* Where the runtime streams have got to by now. */
static void update_marks(struct mxlog_journal_source *source)
{
	for (size_t i = 0; i < source->n_streams; i++) {
		const struct mxlog_journal_stream *stream = &source->streams[i];

		if (stream->runtime && stream->head)
			set_mark(source, stream->id, stream->head,
			    stream->cursor);
	}
}

/* ---- which files ---- */

/* As journalctl's --namespace: one, "*" for all, "+NAME" for it and the default
 * one; `suffix` is what follows the machine's id. */
static bool is_namespace(const char *wanted, const char *suffix)
{
	bool plain = suffix[0] == '\0';

	if (!plain && suffix[0] != '.')
		return false;
	if (!wanted)
		return plain;
	if (strcmp(wanted, "*") == 0)
		return true;
	if (wanted[0] == '+') /* and the default one */
		return plain || strcmp(suffix + 1, wanted + 1) == 0;
	return !plain && strcmp(suffix + 1, wanted) == 0;
}

/* "<id>" or "<id>.<namespace>", as directories of journals are called. */
static bool is_journal_dir(const struct mxlog_journal_source *source,
    const char *name)
{
	size_t digits = strspn(name, "0123456789abcdef");

	if (digits != MXLOG_JOURNAL_ID_LEN)
		return false;
	if (source->machine_id[0] != '\0' && !source->where.directory &&
	    memcmp(name, source->machine_id, MXLOG_JOURNAL_ID_LEN) != 0)
		return false;
	return source->where.directory ||
	    is_namespace(source->where.namespace, name + digits);
}

static int add_dir(struct mxlog_journal_source *source,
    struct mxlog_journal_files *files, const char *dir, bool runtime)
{
	int r = mxlog_journal_watch_add(&source->watch, dir);

	if (r < 0 && r != -ENOENT)
		return r;
	r = mxlog_journal_files_add_dir(files, dir, source->where.kinds,
	    runtime);
	return r == -ENOENT ? 0 : r;
}

/* A directory and those below it that are named as journal directories. */
static int add_tree(struct mxlog_journal_source *source,
    struct mxlog_journal_files *files, const char *root, bool runtime)
{
	struct dirent *item;
	DIR *list;
	int r;

	r = add_dir(source, files, root, runtime);
	list = opendir(root);
	if (r < 0 || !list) {
		if (list)
			(void)closedir(list);
		return r;
	}
	while (r == 0 && (item = readdir(list))) {
		char path[4096];
		int n;

		if (!is_journal_dir(source, item->d_name))
			continue;
		n = snprintf(path, sizeof(path), "%s/%s", root, item->d_name);
		if (n > 0 && (size_t)n < sizeof(path))
			r = add_dir(source, files, path, runtime);
	}
	(void)closedir(list);
	return r;
}

static int add_file(struct mxlog_journal_source *source,
    struct mxlog_journal_files *files, const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[4096];
	int r;

	if (!slash || (size_t)(slash - path) >= sizeof(dir))
		return -EINVAL;
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	r = mxlog_journal_watch_add(&source->watch, slash == path ? "/" : dir);
	if (r < 0 && r != -ENOENT)
		return r;
	return mxlog_journal_files_add(files, path, false);
}

static int list_files(struct mxlog_journal_source *source,
    struct mxlog_journal_files *files)
{
	const struct mxlog_journal_where *where = &source->where;
	int r = 0;

	for (size_t i = 0; i < where->n_files && r == 0; i++)
		r = add_file(source, files, where->files[i]);
	if (where->n_files == 0 && where->directory)
		r = add_tree(source, files, where->directory, false);
	if (where->n_files == 0 && !where->directory) {
		r = add_tree(source, files, "/run/log/journal", true);
		if (r == 0 && !where->runtime_only)
			r = add_tree(source, files, "/var/log/journal", false);
	}
	mxlog_journal_files_sort(files);
	return r;
}

/* ---- streams ---- */

static struct mxlog_journal_stream *find_stream(struct mxlog_journal_source
						    *source,
    const char *id)
{
	for (size_t i = 0; i < source->n_streams; i++)
		if (strcmp(source->streams[i].id, id) == 0)
			return &source->streams[i];
	return NULL;
}

static int add_stream(struct mxlog_journal_source *source, const char *id,
    bool runtime, struct mxlog_journal_stream **ret)
{
	struct mxlog_journal_stream *streams, *stream;
	const char *cursor;
	int r = 0;

	streams = reallocarray(source->streams, source->n_streams + 1,
	    sizeof(*streams));
	if (!streams)
		return -ENOMEM;
	source->streams = streams;
	stream = &streams[source->n_streams++];
	*stream = (struct mxlog_journal_stream){ .runtime = runtime };
	memcpy(stream->id, id, sizeof(stream->id));
	cursor = source->saved.cursor(source->saved.arg, id);
	if (cursor)
		r = mxlog_journal_stream_set_cursor(stream, cursor);
	if (r == -EINVAL) {
		problem(source, id, "its saved cursor can't be read", r);
		r = 0;
	}
	*ret = stream;
	return r;
}

/* The files of one stream stand together: how many from `at` on? */
static size_t group_len(const struct mxlog_journal_files *files, size_t at)
{
	size_t n = 1;

	while (at + n < files->n &&
	    strcmp(files->list[at + n].id, files->list[at].id) == 0)
		n++;
	return n;
}

static void start_stream(struct mxlog_journal_source *source,
    struct mxlog_journal_stream *stream)
{
	int r;

	if (source->opened || !source->saved.first_start || stream->cursor)
		return;
	r = mxlog_journal_stream_start(stream, source->where.start,
	    source->where.start_usec);
	if (r < 0)
		problem(source, stream->id, "can't find where to start", r);
}

/* True if the files are to be listed again. */
static bool open_stream(struct mxlog_journal_source *source,
    struct mxlog_journal_stream *stream, size_t at, size_t n)
{
	const struct mxlog_journal_where *where = &source->where;
	size_t bad = 0;
	int r;

	r = mxlog_journal_stream_open(stream, source->files.list + at, n,
	    where->matches, where->n_matches, &bad, &stream->gap);
	if (r == -ESTALE) {
		stream->has_gap = stream->fresh = false;
		return true;
	}
	if (bad > 0)
		problem(source, stream->id,
		    "left out files that can't be opened", r < 0 ? r : 0);
	else if (r < 0)
		problem(source, stream->id, "can't be opened", r);
	stream->has_gap = r == 1;
	stream->fresh = r >= 0;
	if (r < 0 && r != -ENOMEM && r != -EMFILE && r != -ENFILE)
		stream->failures++;
	return r >= 0;
}

/* Files of a stream as they are now: mark what the handle does not have. */
static int update_stream(struct mxlog_journal_source *source, size_t at,
    size_t n)
{
	const struct mxlog_journal_file *files = source->files.list + at;
	struct mxlog_journal_stream *stream = find_stream(source, files->id);
	int r = 0;

	if (!stream)
		r = add_stream(source, files->id, files->runtime, &stream);
	if (r < 0)
		return r;
	stream->present = true;
	stream->settled = false;
	if (!source->opened) {
		stream->start_head = files[0].head_seqnum;
		stream->start_tail = files[n - 1].tail_seqnum;
	}
	if (!mxlog_journal_stream_has_files(stream, files, n)) {
		stream->stale = true;
		stream->failures = 0;
	}
	return 0;
}

/* List the files anew; streams whose files are others become stale. */
static int rescan(struct mxlog_journal_source *source)
{
	struct mxlog_journal_files files = { 0 };
	int r;

	r = list_files(source, &files);
	if (r < 0) {
		mxlog_journal_files_done(&files);
		return r;
	}
	if (files.n_damaged > source->files.n_damaged)
		problem(source, "", "left out a file that is no journal", 0);
	if (files.n == 0 && !source->told_empty)
		problem(source, "",
		    "there is no journal file where the configuration says: "
		    "nothing is captured until there is one",
		    0);
	source->told_empty = files.n == 0;
	mxlog_journal_files_done(&source->files);
	source->files = files;
	source->listed++;
	source->changed = false;
	for (size_t i = 0; i < source->n_streams; i++)
		source->streams[i].present = false;
	for (size_t at = 0; at < files.n && r == 0;) {
		size_t n = group_len(&source->files, at);

		r = update_stream(source, at, n);
		at += n;
	}
	return r;
}

/* Begin again behind the last good entry, a few times at most. */
static void reopen_after(struct mxlog_journal_source *source,
    struct mxlog_journal_stream *stream, int code)
{
	stream->failures++;
	stream->stale = true;
	stream->exhausted = true;
	if (stream->failures == 1)
		problem(source, stream->id, "can't be read", code);
	if (stream->failures == FAILURES_MAX) {
		problem(source, stream->id, "is left until its files change",
		    code);
		mxlog_journal_stream_close(stream);
	}
}

/* 1: the stream stands on an entry. */
static int try_stream(struct mxlog_journal_source *source,
    struct mxlog_journal_stream *stream)
{
	int r;

	if (!stream->journal) {
		stream->passed_start |=
		    !stream->stale || stream->failures >= FAILURES_MAX;
		return 0;
	}
	r = mxlog_journal_stream_next(stream);
	if (r < 0) {
		reopen_after(source, stream, r);
		return 0;
	}
	stream->exhausted = r == 0;
	if (r == 0 && !stream->stale)
		stream->passed_start = true;
	return r;
}

/* A handle is given up only when it is read to its end, asked once more: it may
 * hold what the files no longer do. */
static bool wants_handle(struct mxlog_journal_source *source,
    struct mxlog_journal_stream *stream)
{
	if (!stream->stale || stream->failures >= FAILURES_MAX)
		return false;
	if (!stream->journal || stream->fresh)
		return true;
	return stream->exhausted && try_stream(source, stream) <= 0;
}

/* Give stale streams a handle over the files there are. */
static bool open_stale(struct mxlog_journal_source *source)
{
	bool opened = false;

	for (size_t at = 0; at < source->files.n;) {
		size_t n = group_len(&source->files, at);
		struct mxlog_journal_stream *stream =
		    find_stream(source, source->files.list[at].id);

		if (stream && wants_handle(source, stream))
			opened |= open_stream(source, stream, at, n);
		at += n;
	}
	return opened;
}

/* A fresh handle whose files are those of a later list may be read. */
static void begin_stream(struct mxlog_journal_source *source,
    struct mxlog_journal_stream *stream)
{
	if (!stream->fresh)
		return;
	stream->fresh = false;
	if (stream->stale) { /* the files never stood still: try later */
		mxlog_journal_stream_close(stream);
		stream->exhausted = true;
		return;
	}
	if (stream->has_gap) {
		source->watcher.gap(source->watcher.arg, &stream->gap);
		if (mxlog_journal_stream_pass_gap(stream) < 0)
			problem(source, stream->id, "its gap may be told again",
			    -ENOMEM);
	}
	start_stream(source, stream);
}

/* While files are listed and opened journald may rename them, and what was one
 * file by its name be another: a handle that lacks a file would step over its
 * entries. So the files are listed once more before the handle is read. */
static void refresh(struct mxlog_journal_source *source)
{
	for (int i = 0; i < OPEN_TRIES && open_stale(source); i++)
		if (rescan(source) < 0)
			break;
	for (size_t i = 0; i < source->n_streams; i++) {
		struct mxlog_journal_stream *stream = &source->streams[i];

		begin_stream(source, stream);
		if (stream->journal && !stream->present && stream->exhausted) {
			mxlog_journal_stream_close(stream);
			stream->stale = true; /* should they come back */
		}
	}
}

/* ---- open and close ---- */

static void read_machine_id(struct mxlog_journal_source *source)
{
	sd_id128_t id;

	if (sd_id128_get_machine(&id) >= 0)
		(void)sd_id128_to_string(id, source->machine_id);
}

/* Inotify is not for nothing: closing it keeps the process waiting for the
 * kernel, some 15 ms. */
static int open_watch(struct mxlog_journal_source *source)
{
	if (!source->where.once)
		return mxlog_journal_watch_open(&source->watch);
	mxlog_journal_watch_none(&source->watch);
	return 0;
}

int mxlog_journal_source_open(const struct mxlog_journal_where *where,
    const struct mxlog_journal_saved *saved,
    const struct mxlog_journal_watcher *watcher,
    struct mxlog_journal_source **ret, struct mxlog_error *reterr)
{
	struct mxlog_journal_source *source = calloc(1, sizeof(*source));
	int r;

	if (!source)
		return -ENOMEM;
	source->where = *where;
	source->saved = *saved;
	source->watcher = *watcher;
	read_machine_id(source);
	r = open_watch(source);
	if (r == 0)
		r = rescan(source);
	if (r < 0) {
		if (reterr) {
			reterr->code = r;
			(void)snprintf(reterr->text, sizeof(reterr->text),
			    "can't list the journal's files: %s", strerror(-r));
		}
		mxlog_journal_source_close(source);
		return r;
	}
	load_marks(source);
	refresh(source);
	source->opened = true;
	*ret = source;
	return 0;
}

void mxlog_journal_source_close(struct mxlog_journal_source *source)
{
	if (!source)
		return;
	for (size_t i = 0; i < source->n_streams; i++)
		mxlog_journal_stream_done(&source->streams[i]);
	free(source->streams);
	mxlog_journal_files_done(&source->files);
	mxlog_journal_watch_close(&source->watch);
	free(source);
}

/* ---- reading ---- */

/* The stream whose turn it is, else the next that has something. */
static int try_streams(struct mxlog_journal_source *source)
{
	for (size_t i = 0; i <= source->n_streams; i++) {
		if (source->current >= source->n_streams)
			source->current = 0;
		if (source->n_streams > 0 && source->fair_lock < TURN &&
		    try_stream(source, &source->streams[source->current]) > 0)
			return 1;
		source->current++;
		source->fair_lock = 0;
	}
	return 0;
}

/* Take in what inotify tells. True if trying again may find more. */
static bool catch_up(struct mxlog_journal_source *source)
{
	unsigned news = mxlog_journal_watch_read(&source->watch);
	bool stale = false;

	if (news & MXLOG_JOURNAL_CHANGED || source->files.n_unsettled > 0 ||
	    source->where.once)
		source->changed = true;
	if (source->changed && rescan(source) < 0)
		problem(source, "", "can't list the journal's files", 0);
	for (size_t i = 0; i < source->n_streams; i++) {
		const struct mxlog_journal_stream *stream = &source->streams[i];

		stale |= stream->stale && stream->present &&
		    stream->failures < FAILURES_MAX;
	}
	refresh(source);
	return stale || news != 0;
}

static int next_of_any(struct mxlog_journal_source *source)
{
	int r = try_streams(source);

	for (int i = 0; r == 0 && i < 2 * FAILURES_MAX; i++) {
		if (!catch_up(source))
			break;
		r = try_streams(source);
	}
	return r;
}

/* A runtime stream that may hold the entry's original has its turn first. */
static bool turn_to_original(struct mxlog_journal_source *source,
    const struct mxlog_journal_mark *mark)
{
	struct mxlog_journal_stream *original = find_stream(source, mark->id);

	if (!original || !original->journal ||
	    try_stream(source, original) <= 0)
		return false;
	source->current = (size_t)(original - source->streams);
	source->fair_lock = 0;
	return true;
}

enum original {
	ORIGINAL_NONE,  /* the entry is new */
	ORIGINAL_READ,  /* it was read where it was written first */
	ORIGINAL_FIRST, /* an entry of the runtime stream comes before it */
};

/* What the entry is that the current stream stands on. */
static enum original find_original(struct mxlog_journal_source *source)
{
	struct mxlog_journal_stream *stream = &source->streams[source->current];
	struct mxlog_journal_place place, before;
	bool has_before, settled = true;

	if (stream->runtime || stream->settled)
		return ORIGINAL_NONE;
	update_marks(source);
	if (source->n_marks == 0 ||
	    mxlog_journal_place_of_cursor(stream->next_cursor, &place) < 0)
		return ORIGINAL_NONE;
	has_before = stream->cursor &&
	    mxlog_journal_place_of_cursor(stream->cursor, &before) == 0;
	for (size_t i = 0; i < source->n_marks; i++) {
		const struct mxlog_journal_mark *mark = &source->marks[i];
		const struct mxlog_journal_stream *runtime =
		    find_stream(source, mark->id);

		switch (mxlog_journal_mark_compare(mark, &place,
		    has_before ? &before : NULL)) {
		case MXLOG_JOURNAL_COPY:
			return ORIGINAL_READ;
		case MXLOG_JOURNAL_NEWER:
			if (turn_to_original(source, mark))
				return ORIGINAL_FIRST;
			settled = settled && !(runtime && runtime->journal);
			break;
		case MXLOG_JOURNAL_FOREIGN:
			settled = false;
			break;
		}
	}
	stream->settled = settled;
	return ORIGINAL_NONE;
}

int mxlog_journal_source_next(struct mxlog_journal_source *source,
    struct mxlog_journal_identity *ret)
{
	int r;

	while ((r = next_of_any(source)) > 0) {
		if (find_original(source) != ORIGINAL_READ)
			break;
		mxlog_journal_source_accept(source);
	}
	if (r == 1)
		*ret = source->streams[source->current].next;
	return r;
}

struct mxlog_journal_stream *mxlog_journal_source_get_current(
    struct mxlog_journal_source *source)
{
	return &source->streams[source->current];
}

void mxlog_journal_source_accept(struct mxlog_journal_source *source)
{
	struct mxlog_journal_stream *stream = &source->streams[source->current];

	mxlog_journal_stream_accept(stream);
	source->fair_lock++;
	if (stream->last.seqnum >= stream->start_tail)
		stream->passed_start = true;
}

void mxlog_journal_source_abandon(struct mxlog_journal_source *source,
    struct mxlog_journal_stream *stream)
{
	mxlog_journal_stream_abandon(stream);
	stream->stale = true;
	stream->exhausted = true;
	stream->failures = FAILURES_MAX;
	problem(source, stream->id,
	    "is damaged and is left until its files change", -EBADMSG);
}

bool mxlog_journal_source_passed_start(
    const struct mxlog_journal_source *source)
{
	for (size_t i = 0; i < source->n_streams; i++)
		if (!source->streams[i].passed_start)
			return false;
	return true;
}

unsigned long mxlog_journal_source_get_listed(
    const struct mxlog_journal_source *source)
{
	return source->listed;
}

int mxlog_journal_source_get_fd(const struct mxlog_journal_source *source)
{
	return source->watch.fd;
}

const struct mxlog_journal_stream *mxlog_journal_source_get_stream(
    const struct mxlog_journal_source *source, size_t index)
{
	return index < source->n_streams ? &source->streams[index] : NULL;
}
