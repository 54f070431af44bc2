/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of one segment, each durable before the next:
 *
 *	lock     the live segment, so that it has no writer
 *	write    archive/<name>.gz.new, fsync
 *	rename   to archive/<name>.gz, fsync of the directory
 *	index    index.json with the record, replaced
 *	unlink   the live segment, fsync of its directory; then its seal
 *
 * Killed before `rename`: the next run removes the temporary file and starts
 * over. Killed behind it: the archive is there and the live segment too; the
 * next run compares the two, byte for byte, and goes on with what is missing. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive_file.h"
#include "archive/archive_writer.h"
#include "base/fs.h"
#include "base/timestamp.h"
#include "capture/checkpoint_coverage.h"
#include "store/seal.h"
#include "upkeep/upkeep.h"

#define TEMPORARY ".new"

/* One live segment on its way. */
struct job {
	struct mxlog_upkeep *upkeep;
	struct mxlog_segment_name live, archive;
	char live_name[MXLOG_SEGMENT_NAME_MAX];
	char archive_name[MXLOG_SEGMENT_NAME_MAX];
	int live_dir_fd, archive_dir_fd;
	int fd;        /* the live segment, locked */
	uint64_t size; /* up to its last whole line */
	int64_t arrived_usec;
	enum mxlog_archive_seal seal;
	struct mxlog_error error;
};

/* ---- comparing ---- */

/* Are these the bytes of the live segment at `offset`? */
static int compare_piece(const struct job *job, uint64_t offset,
    const char *data, size_t len, struct mxlog_buf *scratch, bool *same)
{
	size_t got;
	int r;

	*same = false;
	if (offset > job->size || len > job->size - offset)
		return 0;
	scratch->len = 0;
	r = mxlog_buf_reserve(scratch, len + 1);
	if (r == 0)
		r = mxlog_fs_pread_full(job->fd, scratch->data, len,
		    (off_t)offset, &got);
	if (r == 0)
		*same = got == len && memcmp(scratch->data, data, len) == 0;
	return r;
}

static int compare_members(const struct job *job,
    const struct mxlog_archive_file *file, bool *same)
{
	const struct mxlog_archive_directory *dir =
	    mxlog_archive_file_directory(file);
	struct mxlog_archive_scratch scratch = { 0 };
	struct mxlog_buf content = { 0 }, live = { 0 };
	uint64_t offset = 0;
	int r = 0;

	*same = true;
	for (size_t i = 0; r == 0 && *same && i < dir->n_members; i++) {
		content.len = 0;
		r = mxlog_archive_file_read(file, i, &scratch, &content, NULL);
		if (r == 0)
			r = compare_piece(job, offset, content.data,
			    content.len, &live, same);
		offset += content.len;
	}
	*same = *same && offset == job->size;
	mxlog_archive_scratch_done(&scratch);
	mxlog_buf_done(&content);
	mxlog_buf_done(&live);
	return r;
}

static int compare_foreign(const struct job *job,
    struct mxlog_archive_file *file, bool *same)
{
	struct mxlog_buf live = { 0 };
	uint64_t offset = 0;
	const char *piece;
	size_t len;
	int r;

	*same = true;
	while (*same &&
	    (r = mxlog_archive_file_next(file, &piece, &len, NULL)) > 0) {
		r = compare_piece(job, offset, piece, len, &live, same);
		if (r < 0)
			break;
		offset += len;
	}
	*same = *same && offset == job->size;
	mxlog_buf_done(&live);
	return r < 0 ? r : 0;
}

/* Does the archive of that record hold all of the live segment? -EBADMSG: it
 * is corrupt; -ENOENT: it is gone. */
static int compare(struct job *job, const struct mxlog_archive_record *record,
    bool *same)
{
	struct mxlog_archive_file *file;
	int r = mxlog_archive_file_open(job->upkeep->log_dir_fd, record, &file,
	    NULL);

	if (r < 0)
		return r;
	r = mxlog_archive_file_verify(file, NULL);
	if (r == 0)
		r = record->own ? compare_members(job, file, same)
				: compare_foreign(job, file, same);
	mxlog_archive_file_close(file);
	return r;
}

/* ---- steps ---- */

static int report_progress(void *arg, uint64_t done, uint64_t total)
{
	const struct job *job = arg;
	const struct mxlog_archive_options *options = &job->upkeep->options;

	if (options->progress)
		options->progress(options->arg, job->live_name, done, total);
	return 0;
}

static int make_id(const struct job *job, struct mxlog_ulid *ret)
{
	struct mxlog_ulid_source source = { 0 };

	return mxlog_ulid_generate(&source, job->upkeep->now_usec, ret);
}

/* write, rename */
static int write_archive(struct job *job, struct mxlog_archive_record *ret)
{
	struct mxlog_archive_source source = {
		.segment = job->live,
		.fd = job->fd,
		.size = job->size,
		.archived_usec = job->upkeep->now_usec,
		.arrived_usec = job->arrived_usec,
		.seal = job->seal,
	};
	char name[MXLOG_SEGMENT_NAME_MAX + sizeof(TEMPORARY)];
	int fd, r;

	(void)snprintf(name, sizeof(name), "%s" TEMPORARY, job->archive_name);
	r = make_id(job, &source.archive_id);
	if (r == 0)
		r = mxlog_fs_open_file(job->archive_dir_fd, name,
		    O_WRONLY | O_CREAT | O_TRUNC, &fd);
	if (r < 0)
		return r;
	r = mxlog_archive_write(&source, fd, report_progress, job, ret);
	if (r == 0)
		r = mxlog_fs_fsync(fd);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 &&
	    renameat(job->archive_dir_fd, name, job->archive_dir_fd,
		job->archive_name) < 0)
		r = -errno;
	if (r == 0)
		return mxlog_fs_fsync(job->archive_dir_fd);
	(void)unlinkat(job->archive_dir_fd, name, 0);
	return r;
}

/* index */
static int record_archive(struct job *job,
    const struct mxlog_archive_record *record)
{
	struct mxlog_archive_index *index = &job->upkeep->index;
	int r;

	r = mxlog_archive_index_add(index, record);
	if (r < 0)
		return r;
	r = mxlog_upkeep_save_index(job->upkeep);
	if (r < 0) /* what is not on disk must not get there with the next */
		(void)mxlog_archive_index_remove(index, &record->name);
	return r;
}

/* unlink */
static int remove_live(struct job *job)
{
	int r;

	if (unlinkat(job->live_dir_fd, job->live_name, 0) < 0)
		return -errno;
	r = mxlog_fs_fsync(job->live_dir_fd);
	if (r < 0)
		return r;
	return mxlog_seal_remove(job->upkeep->log_dir_fd, &job->live);
}

static void tell_archived(struct job *job,
    const struct mxlog_archive_record *record)
{
	struct mxlog_upkeep *upkeep = job->upkeep;
	char message[2 * MXLOG_SEGMENT_NAME_MAX + 64];

	upkeep->stats.archived++;
	upkeep->stats.bytes_before += record->original_size;
	upkeep->stats.bytes_after += record->compressed_size;
	(void)snprintf(message, sizeof(message), "Archived %s as %s",
	    job->live_name, job->archive_name);
	/* It is done, told or not. */
	(void)mxlog_upkeep_audit(upkeep, MXLOG_INFO, "archive", "success",
	    message);
}

/* The segment is archived all the same, as it is: the record says so. */
static void tell_broken(struct job *job)
{
	char message[MXLOG_SEGMENT_NAME_MAX + 96];

	(void)snprintf(message, sizeof(message),
	    "%s is not what it was when its day was over: its seal is broken",
	    job->live_name);
	(void)mxlog_upkeep_audit(job->upkeep, MXLOG_ERROR, "archive", "corrupt",
	    message);
}

static int check_seal(struct job *job)
{
	const struct mxlog_buf *key = &job->upkeep->key;
	struct mxlog_seal seal;
	int r;

	r = mxlog_seal_check(job->upkeep->log_dir_fd, &job->live, job->fd,
	    key->len > 0 ? key->data : NULL, key->len, &seal);
	if (r < 0)
		return r;
	job->seal = MXLOG_ARCHIVE_SEAL_HELD;
	if (seal.state == MXLOG_SEAL_NONE)
		job->seal = MXLOG_ARCHIVE_UNSEALED;
	if (seal.state != MXLOG_SEAL_BROKEN)
		return 0;
	job->seal = MXLOG_ARCHIVE_SEAL_BROKEN;
	tell_broken(job);
	return 0;
}

/* Forget a record whose archive is corrupt or gone, while the segment itself
 * is still there to make a better one of. */
static void drop_record(struct job *job)
{
	(void)mxlog_archive_index_remove(&job->upkeep->index, &job->archive);
}

/* What an earlier run left: 1 when the archive is there, recorded and right, 0
 * when it is to be made, or an error. */
static int resume(struct job *job)
{
	const struct mxlog_archive_record *known =
	    mxlog_archive_index_find(&job->upkeep->index, &job->archive);
	struct mxlog_archive_record found = { 0 };
	bool same = false;
	int r;

	if (known) {
		r = compare(job, known, &same);
	} else {
		r = mxlog_archive_file_describe(job->upkeep->log_dir_fd,
		    &job->archive, &found, NULL);
		if (r == 0)
			r = compare(job, &found, &same);
	}
	if (r == -EBADMSG || r == -ENOENT) {
		drop_record(job);
		return 0;
	}
	if (r == 0 && !same)
		return mxlog_error_set(&job->error, -EEXIST,
		    "%s is there beside its archive, and they differ",
		    job->live_name);
	if (r == 0 && !known)
		r = record_archive(job, &found);
	if (r < 0)
		return r;
	job->upkeep->stats.resumed++;
	return 1;
}

static bool is_archived(const struct job *job)
{
	return faccessat(job->archive_dir_fd, job->archive_name, F_OK,
		   AT_SYMLINK_NOFOLLOW) == 0 ||
	    mxlog_archive_index_find(&job->upkeep->index, &job->archive);
}

static int archive_locked(struct job *job)
{
	struct mxlog_archive_record record = { 0 };
	int r = 0;

	if (is_archived(job))
		r = resume(job);
	if (r == 0) {
		r = check_seal(job);
		if (r == 0)
			r = write_archive(job, &record);
		if (r == 0)
			r = record_archive(job, &record);
		if (r == 0)
			tell_archived(job, &record);
	}
	return r < 0 ? r : remove_live(job);
}

/* ---- which segments, and when ---- */

/* 1: it may go, 0: it stays for now. */
static int may_archive(struct job *job)
{
	bool covered = false;
	struct stat st;
	int r;

	if (fstat(job->fd, &st) < 0)
		return -errno;
	job->arrived_usec =
	    st.st_mtim.tv_sec * USEC_PER_SEC + st.st_mtim.tv_nsec / 1000;
	r = mxlog_checkpoint_covers(job->upkeep->log_dir_fd, &job->live,
	    job->fd, &covered);
	if (r < 0 || !covered)
		return r;
	r = mxlog_segment_find_end(job->fd, (uint64_t)st.st_size, &job->size);
	return r < 0 ? r : 1;
}

static int open_job(struct job *job)
{
	int log_dir_fd = job->upkeep->log_dir_fd;
	int r;

	r = mxlog_segment_open_dir(log_dir_fd, job->live.kind, false, false,
	    &job->live_dir_fd);
	if (r == 0)
		r = mxlog_segment_lock(job->live_dir_fd, &job->live, &job->fd);
	if (r == 0)
		r = may_archive(job);
	if (r == 1 && !job->upkeep->options.dry_run) {
		r = mxlog_segment_open_dir(log_dir_fd, job->live.kind, true,
		    true, &job->archive_dir_fd);
		return r < 0 ? r : 1;
	}
	return r;
}

static void close_job(struct job *job)
{
	if (job->archive_dir_fd >= 0)
		(void)close(job->archive_dir_fd);
	if (job->fd >= 0)
		(void)close(job->fd);
	if (job->live_dir_fd >= 0)
		(void)close(job->live_dir_fd);
}

static void archive_segment(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct job job = {
		.upkeep = upkeep,
		.live = *name,
		.archive = *name,
		.live_dir_fd = -1,
		.archive_dir_fd = -1,
		.fd = -1,
	};
	const char *step = "archive";
	int r;

	job.archive.archived = true;
	mxlog_segment_format(job.live_name, &job.live);
	mxlog_segment_format(job.archive_name, &job.archive);
	r = open_job(&job);
	if (r == 0 || r == -EWOULDBLOCK) {
		step = "wait";
		upkeep->stats.open++;
		r = 0;
	} else if (r == -ENOENT) {
		close_job(&job); /* somebody removed it */
		return;
	} else if (r == 1) {
		r = upkeep->options.dry_run ? 0 : archive_locked(&job);
	}
	close_job(&job);
	mxlog_upkeep_report(upkeep, step, name, r,
	    job.error.code < 0 ? &job.error : NULL);
}

/* The first day that is not due. */
static int32_t due_before(const struct mxlog_upkeep *upkeep)
{
	uint32_t after = upkeep->config->compress_after_days;
	uint32_t retention = upkeep->config->retention_days;

	if (retention > 0)
		after = MIN(after, retention);
	after = MAX(after, 1U); /* never today's */
	return mxlog_timestamp_day(upkeep->now_usec) - (int32_t)after + 1;
}

/* A temporary file of a run that was killed; no run but this one has any. */
static bool is_temporary(const char *name, enum mxlog_kind kind)
{
	struct mxlog_segment_name parsed;
	char stem[MXLOG_SEGMENT_NAME_MAX];
	size_t len = strlen(name), suffix = strlen(TEMPORARY);

	if (len <= suffix || len - suffix >= sizeof(stem) ||
	    strcmp(name + len - suffix, TEMPORARY) != 0)
		return false;
	memcpy(stem, name, len - suffix);
	stem[len - suffix] = '\0';
	return mxlog_segment_parse(stem, &parsed) == 0 && parsed.archived &&
	    parsed.kind == kind;
}

static void remove_temporaries(struct mxlog_upkeep *upkeep,
    enum mxlog_kind kind)
{
	struct dirent *item;
	int fd;
	DIR *dir;

	if (mxlog_segment_open_dir(upkeep->log_dir_fd, kind, true, false, &fd) <
	    0)
		return;
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return;
	}
	while ((item = readdir(dir)))
		if (is_temporary(item->d_name, kind) &&
		    unlinkat(fd, item->d_name, 0) == 0)
			upkeep->stats.resumed++;
	(void)closedir(dir);
}

static void archive_if_due(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	if (name->day < due_before(upkeep))
		archive_segment(upkeep, name);
}

static void archive_kind(struct mxlog_upkeep *upkeep, enum mxlog_kind kind)
{
	if (!upkeep->options.dry_run)
		remove_temporaries(upkeep, kind);
	mxlog_upkeep_each_live(upkeep, kind, archive_if_due);
}

void mxlog_upkeep_archive(struct mxlog_upkeep *upkeep)
{
	if (!upkeep->config->compression_enabled)
		return;
	archive_kind(upkeep, MXLOG_ENTRIES);
	archive_kind(upkeep, MXLOG_METRICS);
}
