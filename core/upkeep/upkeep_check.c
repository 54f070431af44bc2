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
#include "upkeep/upkeep.h"

/* ---- telling once ---- */

static int tell_corrupt(struct mxlog_upkeep *upkeep, int state_fd,
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
		r = mxlog_upkeep_audit(upkeep, MXLOG_ERROR, "verify", "corrupt",
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
	struct mxlog_upkeep upkeep = {
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
		    &upkeep.log_dir_fd);
	if (r == 0)
		r = mxlog_fs_open_subdir(upkeep.log_dir_fd, ".mxlog", true,
		    &upkeep.state_fd);
	if (r == 0)
		r = tell_corrupt(&upkeep, upkeep.state_fd, &name, why);
	mxlog_upkeep_close(&upkeep);
	return r;
}

/* ---- archives and their records ---- */

static int verify_archive(struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record, struct mxlog_error *reterr)
{
	struct mxlog_archive_file *file;
	int r =
	    mxlog_archive_file_open(upkeep->log_dir_fd, record, &file, reterr);

	if (r < 0)
		return r;
	r = mxlog_archive_file_verify(file, reterr);
	mxlog_archive_file_close(file);
	return r;
}

/* The cycle may have been at work: is the record still the same? */
static bool is_current(struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record)
{
	struct mxlog_archive_index index;
	const struct mxlog_archive_record *now;
	bool same;

	if (mxlog_archive_index_load(upkeep->log_dir_fd, &index, NULL) < 0)
		return true;
	now = mxlog_archive_index_find(&index, &record->name);
	same = now && mxlog_digest_equal(now->checksum, record->checksum);
	mxlog_archive_index_done(&index);
	return same;
}

static void verify_record(struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record)
{
	struct mxlog_error error = { 0 };
	int r = verify_archive(upkeep, record, &error);

	if (r < 0 && !is_current(upkeep, record))
		return;
	if (r == 0)
		upkeep->stats.verified++;
	mxlog_upkeep_report(upkeep, "verify", &record->name, r,
	    r < 0 ? &error : NULL);
	if ((r == -EBADMSG || r == -ENOENT) && upkeep->state_fd >= 0 &&
	    !upkeep->options.dry_run)
		(void)tell_corrupt(upkeep, upkeep->state_fd, &record->name,
		    error.text);
}

static bool is_live(const struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct mxlog_segment_name live = *name;
	char text[MXLOG_SEGMENT_NAME_MAX];
	bool there;
	int dir_fd;

	live.archived = false;
	mxlog_segment_format(text, &live);
	if (mxlog_segment_open_dir(upkeep->log_dir_fd, live.kind, false, false,
		&dir_fd) < 0)
		return false;
	there = faccessat(dir_fd, text, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	(void)close(dir_fd);
	return there;
}

typedef void on_archive(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name);

/* Call back for every archive that no record speaks of; one whose segment is
 * still live waits for the cycle, one that is being deleted is as good as
 * gone. */
static void each_orphan(struct mxlog_upkeep *upkeep, enum mxlog_kind kind,
    on_archive *found)
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int r;

	r = mxlog_segment_list(upkeep->log_dir_fd, kind, true, &names, &n);
	if (r < 0 && r != -ENOENT)
		mxlog_upkeep_report(upkeep, "list", NULL, r, NULL);
	for (size_t i = 0; i < n; i++)
		if (!mxlog_archive_index_find(&upkeep->index, &names[i]) &&
		    !is_live(upkeep, &names[i]) &&
		    !mxlog_archive_state_is_leaving(upkeep->log_dir_fd,
			&names[i]))
			found(upkeep, &names[i]);
	free(names);
}

static void report_orphan(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_error error = { 0 };

	mxlog_segment_format(text, name);
	(void)mxlog_error_set(&error, -EBADMSG,
	    "%s has no record in index.json and is not read; see "
	    "mxlog-archive rebuild-index",
	    text);
	mxlog_upkeep_report(upkeep, "verify", name, -EBADMSG, &error);
}

/* ---- live segments and their seals ---- */

static void verify_live(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_error error = { 0 };
	struct mxlog_seal seal = { .state = MXLOG_SEAL_NONE };
	int dir_fd, fd, r;

	mxlog_segment_format(text, name);
	r = mxlog_segment_open_dir(upkeep->log_dir_fd, name->kind, false, false,
	    &dir_fd);
	if (r < 0)
		return;
	r = mxlog_fs_open_file(dir_fd, text, O_RDONLY, &fd);
	if (r == 0) {
		r = mxlog_seal_check(upkeep->log_dir_fd, name, fd,
		    upkeep->key.len > 0 ? upkeep->key.data : NULL,
		    upkeep->key.len, &seal);
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
	upkeep->stats.verified += r == 0;
	mxlog_upkeep_report(upkeep, "verify", name, r,
	    error.code < 0 ? &error : NULL);
}

static void verify_kind(struct mxlog_upkeep *upkeep, enum mxlog_kind kind)
{
	mxlog_upkeep_each_live(upkeep, kind, verify_live);
	each_orphan(upkeep, kind, report_orphan);
}

/* A seal stays until its segment was archived or deleted by us. */
static void verify_seals(struct mxlog_upkeep *upkeep)
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int r = mxlog_seal_list(upkeep->log_dir_fd, &names, &n);

	if (r < 0 && r != -ENOENT)
		mxlog_upkeep_report(upkeep, "list", NULL, r, NULL);
	for (size_t i = 0; i < n; i++) {
		char text[MXLOG_SEGMENT_NAME_MAX];
		struct mxlog_error error = { 0 };

		if (is_live(upkeep, &names[i]) ||
		    mxlog_archive_index_find(&upkeep->index, &names[i]))
			continue;
		mxlog_segment_format(text, &names[i]);
		r = mxlog_error_set(&error, -EBADMSG,
		    "%s was sealed and is gone", text);
		mxlog_upkeep_report(upkeep, "verify", &names[i], r, &error);
	}
	free(names);
}

static void verify_index(struct mxlog_upkeep *upkeep)
{
	struct mxlog_error error = upkeep->error;
	int r = 0;

	upkeep->error = (struct mxlog_error){ 0 };
	if (upkeep->index.damaged > 0)
		r = error.code;
	if (r == 0 && upkeep->key.len > 0)
		r = mxlog_archive_index_check(&upkeep->index, upkeep->key.data,
		    upkeep->key.len, &error);
	if (r < 0 || !upkeep->index.missing)
		mxlog_upkeep_report(upkeep, "verify", NULL, r,
		    r < 0 ? &error : NULL);
}

int mxlog_archive_verify(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr)
{
	struct mxlog_upkeep upkeep;
	int r;

	r = mxlog_upkeep_open(&upkeep, config, options, MXLOG_UPKEEP_READ,
	    reterr);
	if (r == 0) {
		verify_index(&upkeep);
		for (size_t i = 0; i < upkeep.index.n; i++)
			verify_record(&upkeep, &upkeep.index.records[i]);
		verify_kind(&upkeep, MXLOG_ENTRIES);
		verify_kind(&upkeep, MXLOG_METRICS);
		verify_seals(&upkeep);
		r = upkeep.result;
		if (r < 0 && reterr)
			*reterr = upkeep.error;
	}
	*ret = upkeep.stats;
	mxlog_upkeep_close(&upkeep);
	return r;
}

/* ---- rebuilding ---- */

/* A record of what is no archive of ours: all of it must inflate. */
static int describe_foreign(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, struct mxlog_archive_record *ret,
    struct mxlog_error *reterr)
{
	struct mxlog_ulid_source ids = { 0 };
	int r = mxlog_ulid_generate(&ids, upkeep->now_usec, &ret->archive_id);

	if (r < 0)
		return mxlog_error_set(reterr, r, "%s", strerror(-r));
	ret->name = *name;
	ret->archived_usec = upkeep->now_usec;
	return mxlog_archive_file_describe_foreign(upkeep->log_dir_fd, ret,
	    reterr);
}

static void adopt(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct mxlog_archive_record record = { 0 };
	struct mxlog_error error = { 0 };
	int r;

	r = mxlog_archive_file_describe(upkeep->log_dir_fd, name, &record,
	    &error);
	if (r == -ENODATA)
		r = describe_foreign(upkeep, name, &record, &error);
	record.rebuilt = true;
	if (r == 0)
		r = mxlog_archive_index_add(&upkeep->index, &record);
	if (r == 0) {
		upkeep->stats.archived++;
		if (upkeep->state_fd >= 0 && !upkeep->options.dry_run)
			mxlog_archive_state_forget_corrupt(upkeep->state_fd,
			    name);
	}
	mxlog_upkeep_report(upkeep, "record", name, r,
	    error.code < 0 ? &error : NULL);
}

static bool is_there(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	bool there;
	int dir_fd;

	mxlog_segment_format(text, name);
	if (mxlog_segment_open_dir(upkeep->log_dir_fd, name->kind, true, false,
		&dir_fd) < 0)
		return false;
	there = faccessat(dir_fd, text, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	(void)close(dir_fd);
	return there;
}

static void drop_missing(struct mxlog_upkeep *upkeep)
{
	size_t i = 0;

	while (i < upkeep->index.n) {
		struct mxlog_segment_name name = upkeep->index.records[i].name;

		if (is_there(upkeep, &name)) {
			i++;
			continue;
		}
		(void)mxlog_archive_index_remove(&upkeep->index, &name);
		upkeep->stats.deleted++;
		mxlog_upkeep_report(upkeep, "forget", &name, 0, NULL);
	}
}

static int save_rebuilt(struct mxlog_upkeep *upkeep, struct mxlog_error *reterr)
{
	char message[160];
	int fd, r;

	r = mxlog_segment_open_dir(upkeep->log_dir_fd, MXLOG_ENTRIES, true,
	    true, &fd);
	if (r == 0) {
		(void)close(fd);
		r = mxlog_upkeep_save_index(upkeep);
	}
	if (r < 0)
		return mxlog_error_set(reterr, r, "index.json: %s",
		    strerror(-r));
	(void)snprintf(message, sizeof(message),
	    "Rebuilt the archive index: %zu records, %llu of them made from "
	    "their archives, %llu without an archive forgotten",
	    upkeep->index.n, (unsigned long long)upkeep->stats.archived,
	    (unsigned long long)upkeep->stats.deleted);
	(void)mxlog_upkeep_audit(upkeep, MXLOG_WARNING, "rebuild_index",
	    upkeep->result < 0 ? "partial" : "success", message);
	return 0;
}

int mxlog_archive_rebuild_index(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr)
{
	struct mxlog_upkeep upkeep;
	int r;

	r = mxlog_upkeep_open(&upkeep, config, options, MXLOG_UPKEEP_WRITE,
	    reterr);
	if (r == 0) {
		upkeep.error = (struct mxlog_error){ 0 };
		drop_missing(&upkeep);
		each_orphan(&upkeep, MXLOG_ENTRIES, adopt);
		each_orphan(&upkeep, MXLOG_METRICS, adopt);
		if (!upkeep.options.dry_run)
			r = save_rebuilt(&upkeep, reterr);
		if (r == 0 && upkeep.result < 0) {
			r = upkeep.result;
			if (reterr)
				*reterr = upkeep.error;
		}
	}
	*ret = upkeep.stats;
	mxlog_upkeep_close(&upkeep);
	return r;
}
