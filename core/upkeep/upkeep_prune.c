/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of deleting, each durable before the next:
 *
 *	log      "Deleted archive: <name>", INFO
 *	ledger   the events, fsync: from here on it is so
 *	hint     .mxlog/pruning with the names, for readers
 *	index    index.json without their records, replaced
 *	unlink   the archives, fsync of their directories
 *	forget   .mxlog/pruning
 *
 * Killed before `ledger`, the next run decides and logs anew; after it, the next
 * run finishes: a file of a deleted name goes if it is what was deleted. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive_state.h"
#include "archive/archive_writer.h"
#include "base/fs.h"
#include "capture/checkpoint_coverage.h"
#include "upkeep/upkeep.h"

/* ---- what is past retention ---- */

static int64_t retention_usec(const struct mxlog_upkeep *upkeep)
{
	return upkeep->config->retention_days * USEC_PER_DAY;
}

/* By the wall clock. */
static bool is_past(const struct mxlog_upkeep *upkeep, int64_t time_usec)
{
	return upkeep->now_usec - time_usec >= retention_usec(upkeep);
}

/* By what was witnessed since its content was fixed; where the caller vouches
 * for the time, since it arrived. */
static bool is_old(const struct mxlog_upkeep *upkeep,
    const struct mxlog_ledger_segment *known, int64_t arrived_usec)
{
	if (upkeep->vouched)
		return is_past(upkeep, arrived_usec);
	return known && upkeep->witnessed_usec >= known->witnessed_usec &&
	    upkeep->witnessed_usec - known->witnessed_usec >=
	    (uint64_t)retention_usec(upkeep);
}

/* By its name: from the end of its day on. */
static bool is_day_past(const struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	return is_past(upkeep, ((int64_t)name->day + 1) * USEC_PER_DAY);
}

static int64_t changed_usec(const struct stat *st)
{
	return st->st_mtim.tv_sec * USEC_PER_SEC + st->st_mtim.tv_nsec / 1000;
}

/* Of what somebody else made the entries are not known: the file's and the
 * record's time stand for its arrival. */
static int64_t read_arrived(const struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record)
{
	char path[MXLOG_SEGMENT_PATH_MAX];
	struct stat st;

	if (record->own)
		return record->arrived_usec;
	mxlog_segment_format_path(path, &record->name);
	if (fstatat(upkeep->log_dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return upkeep->now_usec;
	return MAX(record->archived_usec, changed_usec(&st));
}

/* By its name, its newest entry, and its age together. */
static bool is_archive_past(const struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record)
{
	if (!is_day_past(upkeep, &record->name))
		return false;
	if (record->own && record->min_usec <= record->max_usec &&
	    !is_past(upkeep, record->max_usec))
		return false;
	return is_old(upkeep, mxlog_upkeep_known(upkeep, &record->name),
	    read_arrived(upkeep, record));
}

/* ---- archives ---- */

struct names {
	struct mxlog_segment_name *list;
	size_t n;
};

static void choose_archives(const struct mxlog_upkeep *upkeep,
    struct names *chosen)
{
	for (size_t i = 0; i < upkeep->index.n; i++) {
		const struct mxlog_archive_record *record =
		    &upkeep->index.records[i];

		if (is_archive_past(upkeep, record))
			chosen->list[chosen->n++] = record->name;
	}
}

/* log; the event takes the digest of the line. */
static int log_deletion(struct mxlog_upkeep *upkeep, const char *what,
    const struct mxlog_segment_name *name, struct mxlog_ledger_event *event)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	char message[MXLOG_SEGMENT_NAME_MAX + 32];

	mxlog_segment_format(text, name);
	(void)snprintf(message, sizeof(message), "Deleted %s: %s", what, text);
	return mxlog_upkeep_add_audit(upkeep, MXLOG_INFO, "delete", "success",
	    message, event);
}

static struct mxlog_ledger_event make_event(const struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	return mxlog_upkeep_event(upkeep, MXLOG_LEDGER_DELETED, name);
}

/* On a full disk the ledger, which has room of its own, comes first, and the log
 * is told when there is room again. */
static int commit_or_wait(struct mxlog_upkeep *upkeep,
    struct mxlog_ledger_event *events, size_t n, bool *told)
{
	int r = mxlog_upkeep_commit_audit(upkeep);

	*told = !mxlog_upkeep_is_full(r);
	if (*told)
		return r;
	for (size_t i = 0; i < n; i++)
		events[i].has &= ~MXLOG_LEDGER_BIT(audit);
	return 0;
}

static int tell_later(struct mxlog_upkeep *upkeep, const char *what,
    const struct names *chosen)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < chosen->n; i++)
		r = log_deletion(upkeep, what, &chosen->list[i], NULL);
	return r < 0 ? r : mxlog_upkeep_commit_audit(upkeep);
}

/* log, ledger */
static int decide(struct mxlog_upkeep *upkeep, const struct names *chosen,
    bool *told)
{
	struct mxlog_ledger_event *events =
	    calloc(chosen->n + 1, sizeof(*events));
	int r = events ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < chosen->n; i++) {
		events[i] = make_event(upkeep, &chosen->list[i]);
		r = log_deletion(upkeep, "archive", &chosen->list[i],
		    &events[i]);
	}
	if (r == 0)
		r = commit_or_wait(upkeep, events, chosen->n, told);
	for (size_t i = 0; r == 0 && i < chosen->n; i++)
		r = mxlog_ledger_add(&upkeep->ledger, &events[i]);
	free(events);
	return r < 0 ? r : mxlog_upkeep_flush(upkeep);
}

static void mark_gone(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct mxlog_ledger_segment *known =
	    mxlog_ledger_state_find(&upkeep->ledger.state, name);

	if (known)
		known->gone = true;
}

static int unlink_file(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	int dir_fd, r;

	r = mxlog_segment_open_dir(upkeep->log_dir_fd, name->kind,
	    name->archived, false, &dir_fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	mxlog_segment_format(text, name);
	if (unlinkat(dir_fd, text, 0) < 0)
		r = errno == ENOENT ? 0 : -errno;
	else
		upkeep->stats.deleted++;
	if (r == 0)
		r = mxlog_fs_fsync(dir_fd);
	(void)close(dir_fd);
	if (r == 0)
		r = mxlog_seal_remove(upkeep->log_dir_fd, name);
	if (r == 0)
		mark_gone(upkeep, name);
	return r;
}

/* hint, index, unlink, forget */
static int delete_archives(struct mxlog_upkeep *upkeep,
    const struct names *chosen)
{
	bool changed = false;
	int r = 0;

	/* A reader that misses it says too much for a moment. */
	(void)mxlog_archive_state_save_pruning(upkeep->state_fd, chosen->list,
	    chosen->n);
	for (size_t i = 0; i < chosen->n; i++)
		changed |= mxlog_archive_index_remove(&upkeep->index,
			       &chosen->list[i]) == 0;
	if (changed)
		r = mxlog_upkeep_save_index(upkeep);
	for (size_t i = 0; r == 0 && i < chosen->n; i++) {
		r = unlink_file(upkeep, &chosen->list[i]);
		mxlog_upkeep_report(upkeep, "delete", &chosen->list[i], r,
		    NULL);
	}
	if (r < 0)
		return r;
	return mxlog_archive_state_save_pruning(upkeep->state_fd, NULL, 0);
}

static void prune_archives(struct mxlog_upkeep *upkeep)
{
	struct names chosen = { 0 };
	bool told = true;
	int r = 0;

	chosen.list = calloc(upkeep->index.n + 1, sizeof(*chosen.list));
	if (!chosen.list) {
		mxlog_upkeep_report(upkeep, "delete", NULL, -ENOMEM, NULL);
		return;
	}
	choose_archives(upkeep, &chosen);
	if (upkeep->options.dry_run) {
		for (size_t i = 0; i < chosen.n; i++)
			mxlog_upkeep_report(upkeep, "delete", &chosen.list[i],
			    0, NULL);
	} else if (chosen.n > 0) {
		r = decide(upkeep, &chosen, &told);
		if (r == 0)
			r = delete_archives(upkeep, &chosen);
		if (r == 0 && !told)
			r = tell_later(upkeep, "archive", &chosen);
	}
	if (r < 0)
		mxlog_upkeep_report(upkeep, "delete", NULL, r, NULL);
	free(chosen.list);
}

/* ---- what an earlier run had decided ---- */

/* What stands there now under a deleted name. */
static int measure_file(const struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, struct mxlog_seal *ret)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	int dir_fd, fd = -1, r;

	r = mxlog_segment_open_dir(upkeep->log_dir_fd, name->kind,
	    name->archived, false, &dir_fd);
	if (r < 0)
		return r;
	mxlog_segment_format(text, name);
	r = mxlog_fs_open_file(dir_fd, text, O_RDONLY, &fd);
	(void)close(dir_fd);
	if (r == 0) {
		r = mxlog_seal_measure(fd, UINT64_MAX, ret);
		(void)close(fd);
	}
	return r;
}

static bool is_what_was_deleted(const struct mxlog_ledger_segment *known,
    bool archived, const struct mxlog_seal *found)
{
	if (archived && (known->flags & MXLOG_LEDGER_IS_ARCHIVED))
		return mxlog_digest_equal(known->archive_sha256,
		    found->checksum);
	if (!archived && known->has_content)
		return known->size == found->size_bytes &&
		    mxlog_digest_equal(known->sha256, found->checksum);
	/* Decided by a version that noted no digest. */
	return archived && !known->has_content;
}

static int finish_file(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, struct mxlog_error *reterr)
{
	const struct mxlog_ledger_segment *known =
	    mxlog_upkeep_known(upkeep, name);
	struct mxlog_seal found;
	int r = measure_file(upkeep, name, &found);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	if (!is_what_was_deleted(known, name->archived, &found))
		return mxlog_upkeep_quarantine(upkeep, name, &found,
		    "what had its name was deleted, and it is not that",
		    -EEXIST, reterr);
	upkeep->stats.resumed++;
	return unlink_file(upkeep, name);
}

static void finish(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct mxlog_segment_name file = *name;
	struct mxlog_error error = { 0 };
	int r;

	r = finish_file(upkeep, &file, &error);
	file.archived = true;
	if (r == 0)
		r = finish_file(upkeep, &file, &error);
	if (r == 0)
		mark_gone(upkeep, name);
	else
		mxlog_upkeep_report(upkeep, "delete", &file, r,
		    error.code < 0 ? &error : NULL);
}

static void finish_deletions(struct mxlog_upkeep *upkeep)
{
	const struct mxlog_ledger_state *state = &upkeep->ledger.state;
	bool changed = false;
	int r = 0;

	for (size_t i = 0; i < state->n; i++)
		if (state->segments[i].flags & MXLOG_LEDGER_IS_DELETED)
			changed |= mxlog_archive_index_remove(&upkeep->index,
				       &state->segments[i].name) == 0;
	if (changed)
		r = mxlog_upkeep_save_index(upkeep);
	for (size_t i = 0; r == 0 && i < state->n; i++) {
		struct mxlog_segment_name name = state->segments[i].name;

		if (state->segments[i].flags & MXLOG_LEDGER_IS_DELETED)
			finish(upkeep, &name);
	}
	if (r == 0)
		r = mxlog_archive_state_save_pruning(upkeep->state_fd, NULL, 0);
	if (r < 0)
		mxlog_upkeep_report(upkeep, "delete", NULL, r, NULL);
}

/* ---- live segments, where nothing is compressed ---- */

/* 1: past retention by all that is known of it. */
static int is_live_past(const struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, int fd)
{
	struct mxlog_archive_source source = { .segment = *name, .fd = fd };
	struct mxlog_archive_record bounds;
	bool covered = false;
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!is_old(upkeep, mxlog_upkeep_known(upkeep, name),
		changed_usec(&st)))
		return 0;
	r = mxlog_checkpoint_covers(upkeep->log_dir_fd, name, fd, &covered);
	if (r < 0 || !covered)
		return r;
	source.size = (uint64_t)st.st_size;
	r = mxlog_archive_survey(&source, &bounds);
	if (r < 0)
		return r;
	return bounds.min_usec > bounds.max_usec ||
	    is_past(upkeep, bounds.max_usec);
}

/* Locked from before it was judged until it is gone. */
static int delete_live(struct mxlog_upkeep *upkeep, int fd,
    const struct mxlog_segment_name *name, struct mxlog_error *reterr)
{
	const struct mxlog_ledger_segment *known =
	    mxlog_upkeep_known(upkeep, name);
	struct mxlog_ledger_event event = make_event(upkeep, name);
	struct mxlog_segment_name list = *name;
	struct names chosen = { &list, 1 };
	struct mxlog_seal found;
	bool told = true;
	int r = mxlog_seal_measure(fd, UINT64_MAX, &found);

	if (r == 0 && known && known->has_content &&
	    !is_what_was_deleted(known, false, &found))
		return mxlog_upkeep_quarantine(upkeep, name, &found,
		    "it is not what it was when its day was over", -EBADMSG,
		    reterr);
	if (r < 0)
		return r;
	mxlog_upkeep_put_content(&event, found.size_bytes, found.checksum);
	r = log_deletion(upkeep, "log", name, &event);
	if (r == 0)
		r = commit_or_wait(upkeep, &event, 1, &told);
	if (r == 0)
		r = mxlog_ledger_add(&upkeep->ledger, &event);
	if (r == 0)
		r = mxlog_upkeep_flush(upkeep);
	if (r == 0)
		r = unlink_file(upkeep, name);
	return r < 0 || told ? r : tell_later(upkeep, "log", &chosen);
}

static void prune_live(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct mxlog_error error = { 0 };
	int dir_fd, fd, r;

	if (!is_day_past(upkeep, name))
		return;
	r = mxlog_segment_open_dir(upkeep->log_dir_fd, name->kind, false, false,
	    &dir_fd);
	if (r < 0) {
		mxlog_upkeep_report(upkeep, "delete", name, r, NULL);
		return;
	}
	r = mxlog_segment_lock(dir_fd, name, &fd);
	(void)close(dir_fd);
	if (r == 0) {
		r = is_live_past(upkeep, name, fd);
		if (r == 1 && !upkeep->options.dry_run)
			r = delete_live(upkeep, fd, name, &error);
		else if (r == 0)
			r = -EWOULDBLOCK; /* it stays */
		(void)close(fd);
	}
	if (r != -EWOULDBLOCK && r != -ENOENT)
		mxlog_upkeep_report(upkeep, "delete", name, MIN(r, 0),
		    error.code < 0 ? &error : NULL);
}

void mxlog_upkeep_prune(struct mxlog_upkeep *upkeep)
{
	if (!upkeep->options.dry_run)
		finish_deletions(upkeep);
	if (upkeep->config->retention_days == 0)
		return;
	prune_archives(upkeep);
	if (upkeep->config->compression_enabled)
		return;
	mxlog_upkeep_each_live(upkeep, MXLOG_ENTRIES, prune_live);
	mxlog_upkeep_each_live(upkeep, MXLOG_METRICS, prune_live);
}
