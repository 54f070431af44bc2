/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of deleting archives, each durable before the next:
 *
 *	log      "Deleted archive: <name>", INFO
 *	intend   .mxlog/pruning with the names, replaced
 *	index    index.json without their records, replaced
 *	unlink   the archives, fsync of their directories
 *	forget   .mxlog/pruning
 *
 * Killed before `intend`, the next run decides and logs anew; behind it, the
 * next run finishes. Nothing that the intention names is without a log line. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive_state.h"
#include "archive/archive_writer.h"
#include "base/fs.h"
#include "capture/checkpoint_coverage.h"
#include "store/seal.h"
#include "upkeep/upkeep.h"

/* ---- what is past retention ---- */

static bool is_past(const struct mxlog_upkeep *upkeep, int64_t time_usec)
{
	int64_t keep = upkeep->config->retention_days * USEC_PER_DAY;

	if (keep == 0)
		return false; /* all is kept */
	return mxlog_retention_age(&upkeep->retention, time_usec) >= keep;
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

/* When was the file last written to? -ENOENT: it is gone. */
static int read_changed(const struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, int64_t *ret)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	struct stat st;
	int dir_fd, r = 0;

	r = mxlog_segment_open_dir(upkeep->log_dir_fd, name->kind,
	    name->archived, false, &dir_fd);
	if (r < 0)
		return r;
	mxlog_segment_format(text, name);
	if (fstatat(dir_fd, text, &st, AT_SYMLINK_NOFOLLOW) < 0)
		r = -errno;
	else
		*ret = changed_usec(&st);
	(void)close(dir_fd);
	return r;
}

/* By its name, by its newest entry and by its arrival. Of what somebody else
 * made the entries are not known: there the file's and the record's time count
 * as its arrival. */
static bool is_archive_past(const struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record)
{
	int64_t changed = 0;

	if (!is_day_past(upkeep, &record->name))
		return false;
	if (record->own)
		return (record->min_usec > record->max_usec ||
			   is_past(upkeep, record->max_usec)) &&
		    is_past(upkeep, record->arrived_usec);
	return is_past(upkeep, record->archived_usec) &&
	    read_changed(upkeep, &record->name, &changed) == 0 &&
	    is_past(upkeep, changed);
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

static int log_deletion(struct mxlog_upkeep *upkeep, const char *what,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	char message[MXLOG_SEGMENT_NAME_MAX + 32];

	mxlog_segment_format(text, name);
	(void)snprintf(message, sizeof(message), "Deleted %s: %s", what, text);
	return mxlog_upkeep_audit(upkeep, MXLOG_INFO, "delete", "success",
	    message);
}

static int unlink_archive(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	int dir_fd, r;

	r = mxlog_segment_open_dir(upkeep->log_dir_fd, name->kind, true, false,
	    &dir_fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	mxlog_segment_format(text, name);
	if (unlinkat(dir_fd, text, 0) < 0)
		r = errno == ENOENT ? 0 : -errno;
	if (r == 0)
		r = mxlog_fs_fsync(dir_fd);
	(void)close(dir_fd);
	if (r == 0) {
		upkeep->stats.deleted++;
		mxlog_archive_state_forget_corrupt(upkeep->state_fd, name);
	}
	return r;
}

/* index, unlink, forget */
static int delete_archives(struct mxlog_upkeep *upkeep,
    const struct names *chosen)
{
	bool changed = false;
	int r = 0;

	for (size_t i = 0; i < chosen->n; i++)
		changed |= mxlog_archive_index_remove(&upkeep->index,
			       &chosen->list[i]) == 0;
	if (changed)
		r = mxlog_upkeep_save_index(upkeep);
	for (size_t i = 0; r == 0 && i < chosen->n; i++) {
		r = unlink_archive(upkeep, &chosen->list[i]);
		mxlog_upkeep_report(upkeep, "delete", &chosen->list[i], r,
		    NULL);
	}
	if (r < 0)
		return r;
	return mxlog_archive_state_save_pruning(upkeep->state_fd, NULL, 0);
}

/* What an earlier run had logged and begun. A name whose record is still there
 * is judged again: of others nothing is known any more. */
static void finish_deletions(struct mxlog_upkeep *upkeep)
{
	struct names chosen = { 0 };
	size_t kept = 0;
	int r;

	r = mxlog_archive_state_load_pruning(upkeep->state_fd, &chosen.list,
	    &chosen.n);
	if (r == 0 && chosen.n > 0) {
		for (size_t i = 0; i < chosen.n; i++) {
			const struct mxlog_archive_record *record =
			    mxlog_archive_index_find(&upkeep->index,
				&chosen.list[i]);

			if (!record || is_archive_past(upkeep, record))
				chosen.list[kept++] = chosen.list[i];
		}
		chosen.n = kept;
		r = delete_archives(upkeep, &chosen);
		upkeep->stats.resumed++;
	}
	if (r < 0)
		mxlog_upkeep_report(upkeep, "delete", NULL, r, NULL);
	free(chosen.list);
}

/* log, intend; then the rest */
static int delete_chosen(struct mxlog_upkeep *upkeep,
    const struct names *chosen)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < chosen->n; i++)
		r = log_deletion(upkeep, "archive", &chosen->list[i]);
	if (r == 0)
		r = mxlog_archive_state_save_pruning(upkeep->state_fd,
		    chosen->list, chosen->n);
	return r < 0 ? r : delete_archives(upkeep, chosen);
}

static void prune_archives(struct mxlog_upkeep *upkeep)
{
	struct names chosen = { 0 };
	int r = 0;

	chosen.list = calloc(upkeep->index.n + 1, sizeof(*chosen.list));
	if (!chosen.list) {
		mxlog_upkeep_report(upkeep, "delete", NULL, -ENOMEM, NULL);
		return;
	}
	choose_archives(upkeep, &chosen);
	if (upkeep->options.dry_run)
		for (size_t i = 0; i < chosen.n; i++)
			mxlog_upkeep_report(upkeep, "delete", &chosen.list[i],
			    0, NULL);
	else if (chosen.n > 0)
		r = delete_chosen(upkeep, &chosen);
	if (r < 0)
		mxlog_upkeep_report(upkeep, "delete", NULL, r, NULL);
	free(chosen.list);
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
	if (!is_past(upkeep, changed_usec(&st)))
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
static int delete_live(struct mxlog_upkeep *upkeep, int dir_fd,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	int r;

	r = log_deletion(upkeep, "log", name);
	if (r < 0)
		return r;
	mxlog_segment_format(text, name);
	if (unlinkat(dir_fd, text, 0) < 0)
		return -errno;
	upkeep->stats.deleted++;
	r = mxlog_fs_fsync(dir_fd);
	return r < 0 ? r : mxlog_seal_remove(upkeep->log_dir_fd, name);
}

static void prune_live(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
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
	if (r == 0) {
		r = is_live_past(upkeep, name, fd);
		if (r == 1 && !upkeep->options.dry_run)
			r = delete_live(upkeep, dir_fd, name);
		else if (r == 0)
			r = -EWOULDBLOCK; /* it stays */
		(void)close(fd);
	}
	(void)close(dir_fd);
	if (r != -EWOULDBLOCK && r != -ENOENT)
		mxlog_upkeep_report(upkeep, "delete", name, MIN(r, 0), NULL);
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
