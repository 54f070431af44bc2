/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_forward.h"

#include <errno.h>
#include <mxlog/checkpoint.h>
#include <mxlog/reader.h>
#include <mxlog/traceback.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "journal_convert.h"
#include "journal_copies.h"
#include "journal_guard.h"
#include "journal_join.h"
#include "journal_loss.h"
#include "journal_options.h"
#include "journal_pieces.h"
#include "journal_pipe.h"

enum {
	/* Entries that one call of run takes at most; the first ones without
	 * the second thread, which few entries are not worth. */
	RUN_ENTRIES = 16000,
	RUN_ALONE = 100,
	/* A batch of so many bytes is committed. */
	BATCH_BYTES = 512 * 1024,
	/* So long tracebacks may keep the checkpoint from moving. */
	HELD_USEC_MAX = 5 * 1000000,
};

#define IDENTITY_KEY "journal_id"

struct mxlog_journal_forward {
	const struct mxlog_module_host *host;
	struct mxlog_journal_settings settings;
	struct mxlog_checkpoint *checkpoint;
	struct mxlog_journal_source *source;
	struct mxlog_journal_index index;
	struct mxlog_journal_converter converter;
	struct mxlog_journal_record record;
	struct mxlog_journal_pieces *pieces;
	struct mxlog_journal_join *join;
	struct mxlog_journal_pipe *pipe; /* NULL until it is worth it */
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	char made_cursor[MXLOG_JOURNAL_NUMBER_CURSOR_MAX];
	char runtime_id[MXLOG_JOURNAL_ID_LEN + 1];
	char *identity_text; /* room for a joined entry's */
	/* What a restart found on disk past the checkpoint and has not met
	 * yet: left out when it comes. */
	struct mxlog_journal_identity_set known;
	struct mxlog_journal_loss loss;
	bool broken;        /* begin again from the checkpoint on disk */
	bool changed;       /* entries were taken that no checkpoint knows */
	bool dirty;         /* the checkpoint differs from the one on disk */
	bool uncommitted;   /* a commit failed: nothing is read before it
	                      * succeeds */
	int64_t now_usec;   /* CLOCK_MONOTONIC when run was called */
	int64_t saved_usec; /* CLOCK_MONOTONIC of the last save */
	int64_t moved_usec; /* … of the last commit with nothing held */
};

/* ---- telling ---- */

static int64_t monotonic_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

__attribute__((format(printf, 3, 4))) static void
tell(const struct mxlog_journal_forward *forward,
    enum mxlog_module_priority priority, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	forward->host->log(forward->host->arg, priority, text);
}

static int fail(struct mxlog_error *reterr, int code, const char *what)
{
	if (reterr) {
		*reterr = (struct mxlog_error){ .code = code };
		(void)snprintf(reterr->text, sizeof(reterr->text), "%s: %s",
		    what, strerror(-code));
	}
	return code;
}

/* Until it returns the second thread uses writer, joiner and entry. */
static int drain_pipe(struct mxlog_journal_forward *forward)
{
	return forward->pipe ? mxlog_journal_pipe_drain(forward->pipe) : 0;
}

/* ---- what the source tells ---- */

static void note_loss(struct mxlog_journal_forward *forward, int told)
{
	if (told < 0)
		forward->broken = true;
	if (told > 0)
		forward->changed = true;
}

static void on_gap(void *arg, const struct mxlog_journal_gap *gap)
{
	struct mxlog_journal_forward *forward = arg;
	int r = drain_pipe(forward);

	if (r == 0)
		r = mxlog_journal_loss_tell_gap(&forward->loss, gap,
		    &forward->known);
	note_loss(forward, r);
}

static void on_problem(void *arg, const char *stream, const char *what,
    int code)
{
	const struct mxlog_journal_forward *forward = arg;

	tell(forward, MXLOG_MODULE_WARNING, "journal%s%.8s: %s%s%s",
	    *stream ? " " : "", stream, what, code < 0 ? ": " : "",
	    code < 0 ? strerror(-code) : "");
}

/* The least number of a stream that is on disk: 0 if there is none. */
static uint64_t first_known(const struct mxlog_journal_forward *forward,
    const char *stream)
{
	const struct mxlog_journal_identity_set *known = &forward->known;
	uint64_t first = 0;

	for (size_t i = 0; i < known->n_slots; i++) {
		const struct mxlog_journal_identity *slot = &known->slots[i];
		char id[9];

		(void)snprintf(id, sizeof(id), "%08x", slot->id);
		if (slot->seqnum != 0 && strncmp(stream, id, 8) == 0 &&
		    (first == 0 || slot->seqnum < first))
			first = slot->seqnum;
	}
	return first;
}

/* Without a checkpoint, but with lines: a first start may have left out what
 * is before them. */
static const char *saved_cursor(void *arg, const char *stream)
{
	struct mxlog_journal_forward *forward = arg;
	const char *saved =
	    mxlog_checkpoint_get_cursor(forward->checkpoint, stream);
	uint64_t first;

	if (saved || forward->known.n == 0 ||
	    forward->settings.where.start == MXLOG_JOURNAL_START_HEAD ||
	    mxlog_checkpoint_get_state(forward->checkpoint) ==
		MXLOG_CHECKPOINT_LOADED)
		return saved;
	first = first_known(forward, stream);
	if (first == 0)
		return NULL;
	mxlog_journal_identity_format_cursor(forward->made_cursor, stream,
	    first - 1);
	return forward->made_cursor;
}

static const char head_suffix[] = MXLOG_JOURNAL_HEAD_SUFFIX;

static const char *saved_runtime(void *arg, size_t index, const char **ret_head)
{
	struct mxlog_journal_forward *forward = arg;
	const char *name;

	for (size_t i = 0;
	     (name = mxlog_checkpoint_get_stream(forward->checkpoint, i));
	     i++) {
		if (strlen(name) !=
			MXLOG_JOURNAL_ID_LEN + sizeof(head_suffix) - 1 ||
		    strcmp(name + MXLOG_JOURNAL_ID_LEN, head_suffix) != 0 ||
		    index-- > 0)
			continue;
		(void)snprintf(forward->runtime_id, sizeof(forward->runtime_id),
		    "%.*s", MXLOG_JOURNAL_ID_LEN, name);
		*ret_head =
		    mxlog_checkpoint_get_cursor(forward->checkpoint, name);
		return forward->runtime_id;
	}
	return NULL;
}

static int note_stream(struct mxlog_journal_forward *forward,
    const struct mxlog_journal_stream *stream)
{
	char name[MXLOG_JOURNAL_ID_LEN + sizeof(head_suffix)];
	int r;

	if (!stream->cursor)
		return 0;
	r = mxlog_checkpoint_set_cursor(forward->checkpoint, stream->id,
	    stream->cursor);
	if (r < 0 || !stream->runtime || !stream->head)
		return r;
	(void)snprintf(name, sizeof(name), "%s%s", stream->id, head_suffix);
	if (mxlog_checkpoint_get_cursor(forward->checkpoint, name))
		return 0;
	return mxlog_checkpoint_set_cursor(forward->checkpoint, name,
	    stream->head);
}

/* ---- what is on disk already ---- */

static int remember(void *arg, const struct mxlog_identity *found)
{
	struct mxlog_journal_identity_list list = {
		.text = found->text,
		.len = found->len,
		.line_time_usec = found->time_usec,
	};
	struct mxlog_journal_forward *forward = arg;
	struct mxlog_journal_identity identity;
	int r = mxlog_journal_told_add(&forward->loss.told, found->text,
	    found->len);

	if (r != 0)
		return r < 0 ? r : 0;
	while ((r = mxlog_journal_identity_next(&list, &identity)) > 0) {
		r = mxlog_journal_identity_set_add(&forward->known, &identity);
		if (r < 0)
			return r;
	}
	return 0; /* what is none of ours is no reason to stop */
}

/* Every line of the directory, archives too. */
static int remember_stored(struct mxlog_journal_forward *forward, bool metrics)
{
	const char *dir = mxlog_config_get_log_dir(forward->host->config);
	struct mxlog_query *query = NULL;
	struct mxlog_reader *reader = NULL;
	struct mxlog_line line;
	int r;

	r = mxlog_query_new(&query);
	if (r == 0)
		r = mxlog_query_set_metrics(query, metrics);
	if (r == 0)
		r = mxlog_reader_open(&dir, 1, &query, &reader, NULL);
	while (r == 0 && (r = mxlog_reader_next(reader, &line)) > 0) {
		struct mxlog_identity identity;

		r = 0;
		if (mxlog_checkpoint_read_line(forward->checkpoint, line.text,
			line.len, &identity) > 0)
			r = remember(forward, &identity);
	}
	mxlog_reader_close(reader);
	mxlog_query_free(query);
	return r;
}

/* Without a checkpoint that could be trusted all lines count. */
static int find_known(struct mxlog_journal_forward *forward)
{
	enum mxlog_checkpoint_state state =
	    mxlog_checkpoint_get_state(forward->checkpoint);
	int r;

	mxlog_journal_identity_set_done(&forward->known);
	mxlog_journal_told_done(&forward->loss.told);
	forward->loss = (struct mxlog_journal_loss){ .host = forward->host };
	r = mxlog_checkpoint_scan(forward->checkpoint, false, remember,
	    forward);
	if (r < 0 || state == MXLOG_CHECKPOINT_LOADED)
		return r;
	if (state == MXLOG_CHECKPOINT_DAMAGED)
		tell(forward, MXLOG_MODULE_WARNING,
		    "the checkpoint is damaged: reading the journal again and "
		    "leaving out what the log directory holds");
	r = remember_stored(forward, false);
	return r < 0 ? r : remember_stored(forward, true);
}

/* ---- committing and saving ---- */

static void look_for_loss(struct mxlog_journal_forward *forward)
{
	note_loss(forward,
	    mxlog_journal_loss_look(&forward->loss, forward->checkpoint,
		forward->source, &forward->known));
}

/* Nothing read is held back: this is a state to return to. */
static int note_position(struct mxlog_journal_forward *forward)
{
	const struct mxlog_journal_stream *stream;
	struct mxlog_writer *writer = forward->host->writer;
	const char *segment;
	uint64_t end;
	int r = 0;

	if (!forward->changed)
		return 0;
	for (size_t i = 0; r == 0 &&
	     (stream = mxlog_journal_source_get_stream(forward->source, i));
	     i++)
		r = note_stream(forward, stream);
	for (size_t i = 0;
	     r == 0 && mxlog_writer_get_segment(writer, i, &segment, &end) > 0;
	     i++)
		r = mxlog_checkpoint_set_size(forward->checkpoint, segment,
		    end);
	forward->changed = false;
	forward->dirty = true;
	forward->moved_usec = monotonic_usec();
	return r;
}

static bool is_holding(const struct mxlog_journal_forward *forward)
{
	return mxlog_journal_join_held(forward->join) > 0 ||
	    mxlog_journal_pieces_held(forward->pieces) > 0;
}

static int commit(struct mxlog_journal_forward *forward,
    struct mxlog_error *reterr)
{
	int r = mxlog_writer_commit(forward->host->writer);

	forward->uncommitted = r < 0;
	if (r < 0)
		return fail(reterr, r, "can't store entries");
	if (is_holding(forward))
		return 0;
	r = note_position(forward);
	if (r < 0) {
		forward->broken = true;
		return fail(reterr, r, "can't note the position");
	}
	return 0;
}

static bool may_save(struct mxlog_journal_forward *forward)
{
	if (forward->known.n > 0 &&
	    mxlog_journal_source_passed_start(forward->source))
		mxlog_journal_identity_set_done(&forward->known);
	return forward->dirty && forward->known.n == 0;
}

static int save(struct mxlog_journal_forward *forward,
    struct mxlog_error *reterr)
{
	int r;

	forward->saved_usec = monotonic_usec();
	if (!may_save(forward))
		return 0;
	r = mxlog_writer_sync(forward->host->writer);
	if (r < 0) {
		/* What the kernel could not write it may have forgotten. */
		forward->broken = true;
		return fail(reterr, r, "can't bring entries to disk");
	}
	r = mxlog_checkpoint_save(forward->checkpoint);
	if (r < 0)
		return fail(reterr, r, "can't save the checkpoint");
	forward->dirty = false;
	return 0;
}

/* ---- one entry ---- */

static int add_identity(struct mxlog_journal_forward *forward, bool metric,
    const struct mxlog_journal_identity *identities, size_t n)
{
	char *text = forward->identity_text;
	/* A metric that the order rule moves does not say what its time was. */
	int64_t time =
	    metric ? INT64_MIN : mxlog_entry_get_time(forward->entry);
	size_t len = mxlog_journal_identity_format(text, &identities[0], time);
	int r;

	for (size_t i = 1; i < n; i++)
		len += mxlog_journal_identity_format_next(text + len,
		    &identities[i], &identities[i - 1]);
	if (metric)
		return mxlog_metric_add_identity(forward->metric, IDENTITY_KEY,
		    sizeof(IDENTITY_KEY) - 1, text, len);
	r = mxlog_entry_add_identity(forward->entry, IDENTITY_KEY,
	    sizeof(IDENTITY_KEY) - 1, text, len);
	if (r == 0 && n > 1)
		r = mxlog_entry_add_context_int(forward->entry,
		    "journal_joined", sizeof("journal_joined") - 1, (int64_t)n);
	return r;
}

/* A record that is complete goes to the writer. */
static int emit(void *arg, const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identities, size_t n)
{
	struct mxlog_journal_forward *forward = arg;
	bool metric;
	int r;

	forward->converter.payload =
	    mxlog_writer_get_payload(forward->host->writer);
	r = mxlog_journal_convert(&forward->converter, record, forward->entry,
	    forward->metric, &metric);
	if (r == 0)
		r = add_identity(forward, metric, identities, n);
	if (r < 0)
		return r;
	return metric
	    ? mxlog_writer_add_metric(forward->host->writer, forward->metric)
	    : mxlog_writer_add(forward->host->writer, forward->entry);
}

/* Some entries have their boot in the header alone. */
static int add_boot(const struct mxlog_journal_stream *stream,
    struct mxlog_journal_record *record)
{
	static const char name[] = "_BOOT_ID=";
	const char *boot = strstr(stream->next_cursor, ";b=");
	char field[sizeof(name) + MXLOG_JOURNAL_ID_LEN];

	if (!boot || strlen(boot) < MXLOG_JOURNAL_ID_LEN + 3)
		return 0;
	memcpy(field, name, sizeof(name) - 1);
	memcpy(field + sizeof(name) - 1, boot + 3, MXLOG_JOURNAL_ID_LEN);
	return mxlog_journal_record_add(record, field, sizeof(field) - 1);
}

static int read_record(struct mxlog_journal_stream *stream,
    const struct mxlog_journal_identity *identity,
    struct mxlog_journal_record *record)
{
	const char *data;
	size_t len;
	int r;

	mxlog_journal_record_begin(record, identity->realtime_usec);
	while ((r = mxlog_journal_stream_field(stream, &data, &len)) > 0) {
		r = mxlog_journal_record_add(record, data, len);
		if (r < 0)
			return r;
	}
	/* Fields that can't be read cost themselves. */
	if (r < 0 && r != -ENOMEM)
		record->dropped++;
	if (r != -ENOMEM &&
	    !mxlog_journal_record_find(record, MXLOG_JOURNAL__BOOT_ID))
		r = add_boot(stream, record);
	return r == -ENOMEM ? r : 0;
}

/* A line that is whole. */
static int take_line(void *arg, const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identities, size_t n)
{
	struct mxlog_journal_forward *forward = arg;
	int r = 0;

	if (forward->settings.join)
		r = mxlog_journal_join_offer(forward->join, record, identities,
		    n, forward->now_usec);
	if (r == 0)
		r = emit(forward, record, identities, n);
	return r < 0 ? r : 0;
}

/* What is read goes on to the writer. In the second thread, if there is one. */
static int consume(void *arg, const struct mxlog_journal_record *record,
    const struct mxlog_journal_identity *identity)
{
	struct mxlog_journal_forward *forward = arg;
	int r;

	r = mxlog_journal_pieces_offer(forward->pieces, record, identity,
	    forward->now_usec);
	if (r == 0)
		r = take_line(forward, record, identity, 1);
	/* A failure keeps the batch; the commit at the end will tell. */
	if (r >= 0 &&
	    mxlog_writer_pending(forward->host->writer) >= BATCH_BYTES)
		(void)mxlog_writer_commit(forward->host->writer);
	return r;
}

static int take(struct mxlog_journal_forward *forward,
    const struct mxlog_journal_identity *identity, bool piped)
{
	struct mxlog_journal_record *record =
	    piped ? mxlog_journal_pipe_get(forward->pipe) : &forward->record;
	int r;

	if (mxlog_journal_identity_set_take(&forward->known, identity))
		return 0;
	r = read_record(mxlog_journal_source_get_current(forward->source),
	    identity, record);
	if (r < 0)
		return r;
	if (!piped)
		return consume(forward, record, identity);
	mxlog_journal_pipe_put(forward->pipe, identity);
	return 0;
}

/* ---- begin, and begin again ---- */

static void stop(struct mxlog_journal_forward *forward)
{
	(void)drain_pipe(forward);
	mxlog_journal_source_close(forward->source);
	mxlog_journal_pieces_free(forward->pieces);
	mxlog_journal_join_free(forward->join);
	mxlog_checkpoint_close(forward->checkpoint);
	forward->source = NULL;
	forward->pieces = NULL;
	forward->join = NULL;
	forward->checkpoint = NULL;
}

static int open_source(struct mxlog_journal_forward *forward,
    struct mxlog_error *reterr)
{
	const struct mxlog_journal_saved saved = {
		.cursor = saved_cursor,
		.runtime = saved_runtime,
		.arg = forward,
		/* Lines without a checkpoint mean one that was lost: then what
		 * was read before must be met again to be left out. */
		.first_start =
		    mxlog_checkpoint_get_state(forward->checkpoint) ==
			MXLOG_CHECKPOINT_NEW &&
		    forward->known.n == 0,
	};
	const struct mxlog_journal_watcher watcher = {
		.gap = on_gap,
		.problem = on_problem,
		.arg = forward,
	};

	forward->changed = saved.first_start;
	return mxlog_journal_source_open(&forward->settings.where, &saved,
	    &watcher, &forward->source, reterr);
}

/* From the checkpoint on disk. Where a first start leaves entries out, that is
 * saved before anything is read. */
static int start(struct mxlog_journal_forward *forward,
    struct mxlog_error *reterr)
{
	int r;

	mxlog_writer_rollback(forward->host->writer);
	r = mxlog_checkpoint_open(mxlog_config_get_log_dir(
				      forward->host->config),
	    forward->settings.source, IDENTITY_KEY, &forward->checkpoint,
	    reterr);
	if (r < 0)
		return r;
	r = mxlog_journal_join_new(&forward->index, emit, forward,
	    &forward->join);
	if (r == 0)
		r = mxlog_journal_pieces_new(&forward->index,
		    mxlog_config_get_redaction_text(forward->host->config),
		    take_line, forward, &forward->pieces);
	if (r == 0)
		r = find_known(forward);
	if (r < 0) {
		stop(forward);
		return fail(reterr, r, "can't look through the log directory");
	}
	r = open_source(forward, reterr);
	forward->broken = r < 0;
	forward->uncommitted = false;
	if (r == 0)
		look_for_loss(forward);
	if (r == 0)
		r = commit(forward, reterr);
	if (r == 0)
		r = save(forward, reterr);
	if (r < 0)
		stop(forward);
	return r;
}

static int restart_if_broken(struct mxlog_journal_forward *forward,
    struct mxlog_error *reterr)
{
	if (!forward->broken && forward->source)
		return 0;
	stop(forward);
	return start(forward, reterr);
}

int mxlog_journal_forward_open(const struct mxlog_module_host *host,
    struct mxlog_journal_forward **ret, struct mxlog_error *reterr)
{
	struct mxlog_journal_forward *forward = calloc(1, sizeof(*forward));
	int r;

	if (!forward)
		return -ENOMEM;
	forward->host = host;
	forward->identity_text = malloc(
	    (size_t)MXLOG_JOURNAL_JOIN_IDENTITIES * MXLOG_JOURNAL_IDENTITY_MAX);
	mxlog_journal_converter_init(&forward->converter);
	r = forward->identity_text ? mxlog_journal_guard_install() : -ENOMEM;
	if (r == 0)
		r = mxlog_journal_index_init(&forward->index);
	if (r == 0)
		r = mxlog_journal_record_init(&forward->record,
		    &forward->index);
	if (r == 0)
		r = mxlog_entry_new(&forward->entry);
	if (r == 0)
		r = mxlog_metric_new(&forward->metric);
	if (r == 0)
		r = mxlog_journal_settings_read(host->options,
		    &forward->settings, reterr);
	forward->settings.where.once = host->drain;
	if (r == 0)
		r = start(forward, reterr);
	if (r < 0) {
		mxlog_journal_forward_close(forward);
		return r;
	}
	*ret = forward;
	return 0;
}

void mxlog_journal_forward_close(struct mxlog_journal_forward *forward)
{
	if (!forward)
		return;
	stop(forward);
	mxlog_journal_pipe_free(forward->pipe);
	mxlog_journal_identity_set_done(&forward->known);
	mxlog_journal_told_done(&forward->loss.told);
	mxlog_journal_record_done(&forward->record);
	mxlog_entry_free(forward->entry);
	mxlog_metric_free(forward->metric);
	free(forward->identity_text);
	free(forward);
}

/* ---- the module's calls ---- */

/* Up to `n` entries: 1 if there may be more, 0 if there is none. */
static int read_some(struct mxlog_journal_forward *forward, int n, bool piped)
{
	struct mxlog_journal_identity identity;

	for (int i = 0; i < n; i++) {
		int r = mxlog_journal_source_next(forward->source, &identity);

		if (r <= 0)
			return r;
		r = take(forward, &identity, piped);
		if (r < 0)
			return r;
		mxlog_journal_source_accept(forward->source);
		forward->changed = true;
	}
	return 1;
}

/* Where there is a backlog two threads share the work. */
static int read_backlog(struct mxlog_journal_forward *forward)
{
	int more, r;

	if (!forward->pipe) {
		r = mxlog_journal_pipe_new(&forward->index, consume, forward,
		    &forward->pipe);
		if (r < 0)
			return r;
	}
	more = read_some(forward, RUN_ENTRIES, true);
	r = drain_pipe(forward);
	return r < 0 ? r : more;
}

static int read_batch(struct mxlog_journal_forward *forward,
    struct mxlog_error *reterr)
{
	int r = read_some(forward, RUN_ALONE, false);

	if (r > 0)
		r = read_backlog(forward);
	if (r < 0) {
		forward->broken = true;
		return fail(reterr, r, "can't take entries");
	}
	return r;
}

/* What is held goes on: pieces to the joiner first. */
static int flush_held(struct mxlog_journal_forward *forward)
{
	int r = mxlog_journal_pieces_flush(forward->pieces);

	return r < 0 ? r : mxlog_journal_join_flush(forward->join);
}

/* What never ends must not keep the checkpoint for ever. */
static int release_held(struct mxlog_journal_forward *forward, int64_t now)
{
	int r;

	if (is_holding(forward) && now - forward->moved_usec > HELD_USEC_MAX)
		return flush_held(forward);
	r = mxlog_journal_pieces_expire(forward->pieces, now);
	return r < 0 ? r : mxlog_journal_join_expire(forward->join, now);
}

static int run(struct mxlog_journal_forward *forward,
    struct mxlog_error *reterr)
{
	int64_t now = monotonic_usec();
	int more, r;

	forward->now_usec = now;
	r = restart_if_broken(forward, reterr);
	if (r == 0 && forward->uncommitted)
		r = commit(forward, reterr);
	if (r < 0)
		return r;
	more = read_batch(forward, reterr);
	if (more < 0)
		return more;
	r = release_held(forward, now);
	if (r < 0) {
		forward->broken = true;
		return fail(reterr, r, "can't take entries");
	}
	look_for_loss(forward);
	r = commit(forward, reterr);
	if (r == 0 &&
	    now - forward->saved_usec >= forward->settings.checkpoint_usec)
		r = save(forward, reterr);
	if (r < 0)
		return r;
	return more ? MXLOG_MODULE_MORE : MXLOG_MODULE_IDLE;
}

int mxlog_journal_forward_run(struct mxlog_journal_forward *forward,
    struct mxlog_error *reterr)
{
	struct mxlog_journal_guard guard;
	int r;

	if (sigsetjmp(guard.landing, 1) != 0) {
		if (drain_pipe(forward) < 0)
			forward->broken = true;
		mxlog_journal_source_abandon(forward->source,
		    mxlog_journal_guard_leave());
		return MXLOG_MODULE_MORE;
	}
	mxlog_journal_guard_enter(&guard);
	r = run(forward, reterr);
	(void)mxlog_journal_guard_leave();
	return r;
}

void mxlog_journal_forward_wait(struct mxlog_journal_forward *forward,
    struct mxlog_module_wait *ret)
{
	int64_t held = INT64_MAX;

	if (forward->join)
		held = mxlog_journal_join_deadline(forward->join);
	if (forward->pieces &&
	    mxlog_journal_pieces_deadline(forward->pieces) < held)
		held = mxlog_journal_pieces_deadline(forward->pieces);

	ret->fd =
	    forward->source ? mxlog_journal_source_get_fd(forward->source) : -1;
	ret->until_usec = held;
	if (forward->dirty &&
	    held > forward->saved_usec + forward->settings.checkpoint_usec)
		ret->until_usec =
		    forward->saved_usec + forward->settings.checkpoint_usec;
}

int mxlog_journal_forward_flush(struct mxlog_journal_forward *forward,
    struct mxlog_error *reterr)
{
	int r;

	if (!forward->source || forward->broken)
		return 0; /* what is stored is stored, the rest comes again */
	r = flush_held(forward);
	if (r < 0)
		return fail(reterr, r, "can't take entries");
	r = commit(forward, reterr);
	return r < 0 ? r : save(forward, reterr);
}
