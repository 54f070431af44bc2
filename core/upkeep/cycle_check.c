/* SPDX-License-Identifier: Apache-2.0 */
/* Holding archives, index and seals against each other. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive_file.h"
#include "archive/archive_state.h"
#include "base/fs.h"
#include "base/timestamp.h"
#include "store/seal.h"
#include "upkeep/cycle.h"

/* ---- telling once ---- */

static int tell_corrupt(struct mxlog_cycle *cycle, int state_fd,
    const struct mxlog_segment_name *name, const char *why)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_buf message = { 0 };
	int r;

	r = mxlog_archive_state_note_corrupt(state_fd, name);
	if (r <= 0)
		return r;
	mxlog_segment_format(text, name);
	r = mxlog_buf_printf(&message, "Corrupt archive: %s: %s%c", text, why,
	    '\0');
	if (r == 0)
		r = mxlog_cycle_audit(cycle, MXLOG_ERROR, "verify", "corrupt",
		    message.data);
	mxlog_buf_done(&message);
	if (r < 0) {
		mxlog_archive_state_forget_corrupt(state_fd, name);
		return r;
	}
	return 1;
}

int mxlog_archive_report_corrupt(const struct mxlog_config *config,
    const char *actor, const char *archive_file, const char *why)
{
	struct mxlog_cycle cycle = {
		.config = config,
		.options = { .actor = actor },
		.log_dir_fd = -1,
		.state_fd = -1,
		.lock_fd = -1,
	};
	struct mxlog_segment_name name;
	int r;

	r = mxlog_segment_parse(archive_file, &name);
	if (r == 0)
		r = mxlog_fs_open_dir(config->log_dir, false,
		    &cycle.log_dir_fd);
	if (r == 0)
		r = mxlog_fs_open_subdir(cycle.log_dir_fd, ".mxlog", true,
		    &cycle.state_fd);
	if (r == 0)
		r = tell_corrupt(&cycle, cycle.state_fd, &name, why);
	mxlog_cycle_close(&cycle);
	return r;
}

/* ---- archives and their records ---- */

static int verify_archive(struct mxlog_cycle *cycle,
    const struct mxlog_archive_record *record, struct mxlog_error *reterr)
{
	struct mxlog_archive_file *file;
	int r =
	    mxlog_archive_file_open(cycle->log_dir_fd, record, &file, reterr);

	if (r < 0)
		return r;
	r = mxlog_archive_file_verify(file, reterr);
	mxlog_archive_file_close(file);
	return r;
}

/* The cycle may have been at work: is the record still the same? */
static bool is_current(struct mxlog_cycle *cycle,
    const struct mxlog_archive_record *record)
{
	struct mxlog_archive_index index;
	const struct mxlog_archive_record *now;
	bool same;

	if (mxlog_archive_index_load(cycle->log_dir_fd, &index, NULL) < 0)
		return true;
	now = mxlog_archive_index_find(&index, &record->name);
	same = now && mxlog_digest_equal(now->checksum, record->checksum);
	mxlog_archive_index_done(&index);
	return same;
}

static void verify_record(struct mxlog_cycle *cycle,
    const struct mxlog_archive_record *record)
{
	struct mxlog_error error = { 0 };
	int r = verify_archive(cycle, record, &error);

	if (r < 0 && !is_current(cycle, record))
		return;
	if (r == 0)
		cycle->stats.verified++;
	mxlog_cycle_report(cycle, "verify", &record->name, r,
	    r < 0 ? &error : NULL);
	if ((r == -EBADMSG || r == -ENOENT) && cycle->state_fd >= 0 &&
	    !cycle->options.dry_run)
		(void)tell_corrupt(cycle, cycle->state_fd, &record->name,
		    error.text);
}

static bool is_live(const struct mxlog_cycle *cycle,
    const struct mxlog_segment_name *name)
{
	struct mxlog_segment_name live = *name;
	char text[MXLOG_SEGMENT_NAME_MAX];
	bool there;
	int dir_fd;

	live.archived = false;
	mxlog_segment_format(text, &live);
	if (mxlog_segment_open_dir(cycle->log_dir_fd, live.kind, false, false,
		&dir_fd) < 0)
		return false;
	there = faccessat(dir_fd, text, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	(void)close(dir_fd);
	return there;
}

typedef void on_archive(struct mxlog_cycle *cycle,
    const struct mxlog_segment_name *name);

/* Call back for every archive that no record speaks of; one whose segment is
 * still live waits for the cycle, one that is being deleted is as good as
 * gone. */
static void each_orphan(struct mxlog_cycle *cycle, enum mxlog_kind kind,
    on_archive *found)
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int r;

	r = mxlog_segment_list(cycle->log_dir_fd, kind, true, &names, &n);
	if (r < 0 && r != -ENOENT)
		mxlog_cycle_report(cycle, "list", NULL, r, NULL);
	for (size_t i = 0; i < n; i++)
		if (!mxlog_archive_index_find(&cycle->index, &names[i]) &&
		    !is_live(cycle, &names[i]) &&
		    !mxlog_archive_state_is_leaving(cycle->log_dir_fd,
			&names[i]))
			found(cycle, &names[i]);
	free(names);
}

static void report_orphan(struct mxlog_cycle *cycle,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_error error = { 0 };

	mxlog_segment_format(text, name);
	(void)mxlog_error_set(&error, -EBADMSG,
	    "%s has no record in index.json and is not read; see "
	    "mxlog-archive rebuild-index",
	    text);
	mxlog_cycle_report(cycle, "verify", name, -EBADMSG, &error);
}

/* ---- live segments and their seals ---- */

static void verify_live(struct mxlog_cycle *cycle,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_error error = { 0 };
	struct mxlog_seal seal = { .state = MXLOG_SEAL_NONE };
	int dir_fd, fd, r;

	mxlog_segment_format(text, name);
	r = mxlog_segment_open_dir(cycle->log_dir_fd, name->kind, false, false,
	    &dir_fd);
	if (r < 0)
		return;
	r = mxlog_fs_open_file(dir_fd, text, O_RDONLY, &fd);
	if (r == 0) {
		r = mxlog_seal_check(cycle->log_dir_fd, name, fd,
		    cycle->key.len > 0 ? cycle->key.data : NULL, cycle->key.len,
		    &seal);
		(void)close(fd);
	}
	(void)close(dir_fd);
	if (r == -ENOENT || (r == 0 && seal.state == MXLOG_SEAL_NONE))
		return;
	if (r == 0 && seal.state == MXLOG_SEAL_BROKEN)
		r = mxlog_error_set(&error, -EBADMSG,
		    "%s is not what it was when it was sealed", text);
	if (r == 0 && seal.state == MXLOG_SEAL_WEAK)
		(void)mxlog_error_set(&error, -ENOKEY,
		    "its seal was not made with this key");
	cycle->stats.verified += r == 0;
	mxlog_cycle_report(cycle, "verify", name, r,
	    error.code < 0 ? &error : NULL);
}

static void verify_kind(struct mxlog_cycle *cycle, enum mxlog_kind kind)
{
	mxlog_cycle_each_live(cycle, kind, verify_live);
	each_orphan(cycle, kind, report_orphan);
}

/* A seal stays until its segment was archived or deleted by us. */
static void verify_seals(struct mxlog_cycle *cycle)
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int r = mxlog_seal_list(cycle->log_dir_fd, &names, &n);

	if (r < 0 && r != -ENOENT)
		mxlog_cycle_report(cycle, "list", NULL, r, NULL);
	for (size_t i = 0; i < n; i++) {
		char text[MXLOG_SEGMENT_NAME_MAX];
		struct mxlog_error error = { 0 };

		if (is_live(cycle, &names[i]) ||
		    mxlog_archive_index_find(&cycle->index, &names[i]))
			continue;
		mxlog_segment_format(text, &names[i]);
		r = mxlog_error_set(&error, -EBADMSG,
		    "%s was sealed and is gone", text);
		mxlog_cycle_report(cycle, "verify", &names[i], r, &error);
	}
	free(names);
}

static void verify_index(struct mxlog_cycle *cycle)
{
	struct mxlog_error error = cycle->error;
	int r = 0;

	cycle->error = (struct mxlog_error){ 0 };
	if (cycle->index.damaged > 0)
		r = error.code;
	if (r == 0 && cycle->key.len > 0)
		r = mxlog_archive_index_check(&cycle->index, cycle->key.data,
		    cycle->key.len, &error);
	if (r < 0 || !cycle->index.missing)
		mxlog_cycle_report(cycle, "verify", NULL, r,
		    r < 0 ? &error : NULL);
}

int mxlog_archive_verify(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr)
{
	struct mxlog_cycle cycle;
	int r;

	r = mxlog_cycle_open(&cycle, config, options, MXLOG_CYCLE_READ, reterr);
	if (r == 0) {
		verify_index(&cycle);
		for (size_t i = 0; i < cycle.index.n; i++)
			verify_record(&cycle, &cycle.index.records[i]);
		verify_kind(&cycle, MXLOG_ENTRIES);
		verify_kind(&cycle, MXLOG_METRICS);
		verify_seals(&cycle);
		r = cycle.result;
		if (r < 0 && reterr)
			*reterr = cycle.error;
	}
	*ret = cycle.stats;
	mxlog_cycle_close(&cycle);
	return r;
}

/* ---- rebuilding ---- */

/* A record of what is no archive of ours: all of it must inflate. */
static int describe_foreign(struct mxlog_cycle *cycle,
    const struct mxlog_segment_name *name, struct mxlog_archive_record *ret,
    struct mxlog_error *reterr)
{
	struct mxlog_ulid_source ids = { 0 };
	int r = mxlog_ulid_generate(&ids, cycle->now_usec, &ret->archive_id);

	if (r < 0)
		return mxlog_error_set(reterr, r, "%s", strerror(-r));
	ret->name = *name;
	ret->archived_usec = cycle->now_usec;
	return mxlog_archive_file_describe_foreign(cycle->log_dir_fd, ret,
	    reterr);
}

static void adopt(struct mxlog_cycle *cycle,
    const struct mxlog_segment_name *name)
{
	struct mxlog_archive_record record = { 0 };
	struct mxlog_error error = { 0 };
	int r;

	r = mxlog_archive_file_describe(cycle->log_dir_fd, name, &record,
	    &error);
	if (r == -ENODATA)
		r = describe_foreign(cycle, name, &record, &error);
	record.rebuilt = true;
	if (r == 0)
		r = mxlog_archive_index_add(&cycle->index, &record);
	if (r == 0) {
		cycle->stats.archived++;
		if (cycle->state_fd >= 0 && !cycle->options.dry_run)
			mxlog_archive_state_forget_corrupt(cycle->state_fd,
			    name);
	}
	mxlog_cycle_report(cycle, "record", name, r,
	    error.code < 0 ? &error : NULL);
}

static bool is_there(struct mxlog_cycle *cycle,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	bool there;
	int dir_fd;

	mxlog_segment_format(text, name);
	if (mxlog_segment_open_dir(cycle->log_dir_fd, name->kind, true, false,
		&dir_fd) < 0)
		return false;
	there = faccessat(dir_fd, text, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	(void)close(dir_fd);
	return there;
}

static void drop_missing(struct mxlog_cycle *cycle)
{
	size_t i = 0;

	while (i < cycle->index.n) {
		struct mxlog_segment_name name = cycle->index.records[i].name;

		if (is_there(cycle, &name)) {
			i++;
			continue;
		}
		(void)mxlog_archive_index_remove(&cycle->index, &name);
		cycle->stats.deleted++;
		mxlog_cycle_report(cycle, "forget", &name, 0, NULL);
	}
}

static int save_rebuilt(struct mxlog_cycle *cycle, struct mxlog_error *reterr)
{
	char message[160];
	int fd, r;

	r = mxlog_segment_open_dir(cycle->log_dir_fd, MXLOG_ENTRIES, true, true,
	    &fd);
	if (r == 0) {
		(void)close(fd);
		r = mxlog_cycle_save_index(cycle);
	}
	if (r < 0)
		return mxlog_error_set(reterr, r, "index.json: %s",
		    strerror(-r));
	(void)snprintf(message, sizeof(message),
	    "Rebuilt the archive index: %zu records, %llu of them made from "
	    "their archives, %llu without an archive forgotten",
	    cycle->index.n, (unsigned long long)cycle->stats.archived,
	    (unsigned long long)cycle->stats.deleted);
	(void)mxlog_cycle_audit(cycle, MXLOG_WARNING, "rebuild_index",
	    cycle->result < 0 ? "partial" : "success", message);
	return 0;
}

int mxlog_archive_rebuild_index(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr)
{
	struct mxlog_cycle cycle;
	int r;

	r = mxlog_cycle_open(&cycle, config, options, MXLOG_CYCLE_WRITE,
	    reterr);
	if (r == 0) {
		cycle.error = (struct mxlog_error){ 0 };
		drop_missing(&cycle);
		each_orphan(&cycle, MXLOG_ENTRIES, adopt);
		each_orphan(&cycle, MXLOG_METRICS, adopt);
		if (!cycle.options.dry_run)
			r = save_rebuilt(&cycle, reterr);
		if (r == 0 && cycle.result < 0) {
			r = cycle.result;
			if (reterr)
				*reterr = cycle.error;
		}
	}
	*ret = cycle.stats;
	mxlog_cycle_close(&cycle);
	return r;
}
