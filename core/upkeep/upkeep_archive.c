/* SPDX-License-Identifier: Apache-2.0 */
/* Segments are archived in batches, each step durable before the next:
 *
 *	lock     the live segments, so that they have no writer
 *	write    archive/<name>.gz.new, fsync, rename; then fsync of the directory
 *	tell     the entries that say so
 *	ledger   the events, fsync: from here on it is so
 *	index    index.json with the records, replaced, once
 *	unlink   the live segments, fsync of their directories; their markers
 *
 * Killed before `rename`: the next run removes the temporary file and starts
 * over. Killed before `ledger`: the archive is there, and nobody reads what has
 * no record; it is compared with its segment, byte for byte, and told of (again).
 * Killed after it: the ledger says what the segment held, and the next run goes
 * on with what is missing. */
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
#include "upkeep/upkeep.h"

#define TEMPORARY ".new"

/* A batch ends with so many segments, bytes, or microseconds. */
enum {
	BATCH_SEGMENTS = 256,
	BATCH_BYTES = 1024 * 1024 * 1024,
};
#define BATCH_USEC (30 * USEC_PER_SEC)

/* One live segment on its way. */
struct job {
	struct mxlog_upkeep *upkeep;
	struct mxlog_segment_name live, archive;
	char live_name[MXLOG_SEGMENT_NAME_MAX];
	char archive_name[MXLOG_SEGMENT_NAME_MAX];
	int fd;        /* the live segment, locked */
	uint64_t size; /* up to its last whole line */
	int64_t arrived_usec;
	struct mxlog_seal content;
	enum mxlog_archive_seal seal;
	struct mxlog_archive_record record;
	bool archived; /* now: to be told, and an event */
	bool recorded; /* `record` is to stand in the index */
	bool replaces; /* an archive that is not what it was */
	unsigned char replaced[MXLOG_DIGEST_LEN];
	struct mxlog_ledger_event event;
	struct mxlog_error error;
};

struct batch {
	struct mxlog_upkeep *upkeep;
	struct job *jobs;
	size_t n;
	uint64_t bytes;
	int64_t since_usec;
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

static int open_archive_dir(const struct job *job, int *ret)
{
	return mxlog_segment_open_dir(job->upkeep->log_dir_fd, job->live.kind,
	    true, true, ret);
}

static int write_temporary(struct job *job, int dir_fd, const char *name)
{
	struct mxlog_archive_source source = {
		.segment = job->live,
		.fd = job->fd,
		.size = job->size,
		.archived_usec = job->upkeep->now_usec,
		.arrived_usec = job->arrived_usec,
		.seal = job->seal,
	};
	int fd, r;

	r = make_id(job, &source.archive_id);
	if (r == 0)
		r = mxlog_fs_open_file(dir_fd, name,
		    O_WRONLY | O_CREAT | O_TRUNC, &fd);
	if (r < 0)
		return r;
	r = mxlog_archive_write(&source, fd, report_progress, job,
	    &job->record);
	if (r == 0)
		r = mxlog_fs_fsync(fd);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

/* write */
static int write_archive(struct job *job)
{
	char name[MXLOG_SEGMENT_NAME_MAX + sizeof(TEMPORARY)];
	int dir_fd, r;

	(void)snprintf(name, sizeof(name), "%s" TEMPORARY, job->archive_name);
	r = open_archive_dir(job, &dir_fd);
	if (r < 0)
		return r;
	r = write_temporary(job, dir_fd, name);
	if (r == 0 && renameat(dir_fd, name, dir_fd, job->archive_name) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir_fd, name, 0);
	(void)close(dir_fd);
	job->archived = job->recorded = r == 0;
	return r;
}

/* ---- the batch ---- */

static int sync_dir(struct mxlog_upkeep *upkeep, enum mxlog_kind kind,
    bool archived)
{
	int fd,
	    r = mxlog_segment_open_dir(upkeep->log_dir_fd, kind, archived,
		false, &fd);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = mxlog_fs_fsync(fd);
	(void)close(fd);
	return r;
}

static int sync_dirs(struct mxlog_upkeep *upkeep, bool archived)
{
	int r = sync_dir(upkeep, MXLOG_ENTRIES, archived);

	return r < 0 ? r : sync_dir(upkeep, MXLOG_METRICS, archived);
}

/* tell */
static int tell_archived(struct job *job)
{
	char message[2 * MXLOG_SEGMENT_NAME_MAX + 64];

	job->event =
	    mxlog_upkeep_event(job->upkeep, MXLOG_LEDGER_ARCHIVED, &job->live);
	if (!job->archived)
		return 0;
	(void)snprintf(message, sizeof(message), "Archived %s as %s%s",
	    job->live_name, job->archive_name,
	    job->replaces ? " again: the archive was not what it had been"
			  : "");
	return mxlog_upkeep_add_audit(job->upkeep, MXLOG_INFO, "archive",
	    "success", message, &job->event);
}

/* ledger */
static int note_archived(struct job *job)
{
	struct mxlog_ledger_event *event = &job->event;
	int r;

	if (!job->archived)
		return 0;
	mxlog_upkeep_put_content(event, job->content.size_bytes,
	    job->content.checksum);
	r = mxlog_upkeep_put_record(event, &job->record);
	if (job->replaces) {
		event->has |= MXLOG_LEDGER_BIT(replaces);
		memcpy(event->replaces, job->replaced, MXLOG_DIGEST_LEN);
	}
	return r < 0 ? r : mxlog_ledger_add(&job->upkeep->ledger, event);
}

/* index */
static int record_archive(struct job *job)
{
	struct mxlog_archive_index *index = &job->upkeep->index;

	if (!job->recorded)
		return 0;
	(void)mxlog_archive_index_remove(index, &job->archive);
	return mxlog_archive_index_add(index, &job->record);
}

/* unlink */
static int remove_live(struct job *job)
{
	int dir_fd, r;

	r = mxlog_segment_open_dir(job->upkeep->log_dir_fd, job->live.kind,
	    false, false, &dir_fd);
	if (r < 0)
		return r;
	if (unlinkat(dir_fd, job->live_name, 0) < 0)
		r = -errno;
	(void)close(dir_fd);
	return r < 0 ? r
		     : mxlog_seal_remove(job->upkeep->log_dir_fd, &job->live);
}

static int each_job(struct batch *batch, int (*step)(struct job *job))
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < batch->n; i++)
		r = step(&batch->jobs[i]);
	return r;
}

static int save_batch(struct batch *batch)
{
	struct mxlog_upkeep *upkeep = batch->upkeep;
	bool archived = false, recorded = false;
	int r;

	for (size_t i = 0; i < batch->n; i++) {
		archived |= batch->jobs[i].archived;
		recorded |= batch->jobs[i].recorded;
	}
	r = archived ? sync_dirs(upkeep, true) : 0;
	if (r == 0)
		r = each_job(batch, tell_archived);
	if (r == 0)
		r = mxlog_upkeep_commit_audit(upkeep);
	if (r == 0)
		r = each_job(batch, note_archived);
	if (r == 0 && archived)
		r = mxlog_upkeep_flush(upkeep);
	if (r == 0)
		r = each_job(batch, record_archive);
	if (r == 0 && recorded)
		r = mxlog_upkeep_save_index(upkeep);
	if (r == 0)
		r = each_job(batch, remove_live);
	return r == 0 ? sync_dirs(upkeep, false) : r;
}

static void count_archived(struct job *job)
{
	struct mxlog_archive_stats *stats = &job->upkeep->stats;

	if (!job->archived)
		return;
	stats->archived++;
	stats->bytes_before += job->record.original_size;
	stats->bytes_after += job->record.compressed_size;
}

static void finish_batch(struct batch *batch)
{
	int r = batch->n > 0 ? save_batch(batch) : 0;

	for (size_t i = 0; i < batch->n; i++) {
		struct job *job = &batch->jobs[i];

		(void)close(job->fd);
		if (r == 0)
			count_archived(job);
		mxlog_upkeep_report(batch->upkeep, "archive", &job->live, r,
		    NULL);
	}
	batch->n = 0;
	batch->bytes = 0;
}

/* ---- what an earlier run left ---- */

/* The archive of that record, all of it, is right. */
static int verify_archive(struct job *job,
    const struct mxlog_archive_record *record)
{
	struct mxlog_archive_file *file;
	int r = mxlog_archive_file_open(job->upkeep->log_dir_fd, record, &file,
	    NULL);

	if (r < 0)
		return r;
	r = mxlog_archive_file_verify(file, NULL);
	mxlog_archive_file_close(file);
	return r;
}

static int set_aside(struct job *job, const char *why, int code)
{
	return mxlog_upkeep_quarantine(job->upkeep, &job->live, &job->content,
	    why, code, &job->error);
}

/* The segment's content is what the ledger says was archived. If the archive is
 * right, what is missing is the index and the unlinking; else it is made anew. */
static int heal(struct job *job, const struct mxlog_ledger_segment *known)
{
	const struct mxlog_archive_record *record =
	    mxlog_archive_index_find(&job->upkeep->index, &job->archive);
	unsigned char digest[MXLOG_DIGEST_LEN];
	int r = -ENOENT;

	if (record && mxlog_upkeep_digest_record(record, digest) == 0 &&
	    mxlog_digest_equal(digest, known->record)) {
		r = verify_archive(job, record);
	} else {
		r = mxlog_archive_file_describe(job->upkeep->log_dir_fd,
		    &job->archive, &job->record, NULL);
		if (r == 0 &&
		    !mxlog_digest_equal(job->record.checksum,
			known->archive_sha256))
			r = -EBADMSG;
		job->recorded = r == 0;
	}
	if (r == 0) {
		job->upkeep->stats.resumed++;
		return 0;
	}
	if (r != -EBADMSG && r != -ENOENT && r != -ENODATA)
		return r;
	job->replaces = true;
	memcpy(job->replaced, known->archive_sha256, MXLOG_DIGEST_LEN);
	return write_archive(job);
}

/* Of an archive that a version without a ledger made, only the archive itself
 * says what it holds. */
static int heal_old(struct job *job)
{
	const struct mxlog_archive_record *record =
	    mxlog_archive_index_find(&job->upkeep->index, &job->archive);
	bool same = false;
	int r = record ? compare(job, record, &same) : -ENOENT;

	if (r == 0 && same) {
		job->upkeep->stats.resumed++;
		return 0;
	}
	if (r < 0 && r != -EBADMSG && r != -ENOENT)
		return r;
	return set_aside(job,
	    "its archive is recorded, and does not hold the same", -EEXIST);
}

/* An archive is there that nobody recorded. */
static int adopt(struct job *job)
{
	bool same = false;
	int r = mxlog_archive_file_describe(job->upkeep->log_dir_fd,
	    &job->archive, &job->record, &job->error);

	if (r == 0)
		r = compare(job, &job->record, &same);
	if (r == -EBADMSG || r == -ENOENT) {
		job->error.code = 0;
		return write_archive(job);
	}
	if (r == 0 && !same)
		return mxlog_error_set(&job->error, -EEXIST,
		    "%s is there beside an archive that nobody recorded, and "
		    "they differ",
		    job->live_name);
	if (r < 0)
		return r;
	job->archived = job->recorded = true;
	job->upkeep->stats.resumed++;
	return 0;
}

static bool is_content(const struct mxlog_ledger_segment *known,
    const struct mxlog_seal *content)
{
	return known->size == content->size_bytes &&
	    mxlog_digest_equal(known->sha256, content->checksum);
}

static int prepare(struct job *job)
{
	const struct mxlog_ledger_segment *known =
	    mxlog_upkeep_known(job->upkeep, &job->live);
	unsigned flags = known ? known->flags : 0;

	if (known && known->has_content && !is_content(known, &job->content))
		return set_aside(job,
		    flags & MXLOG_LEDGER_IS_ARCHIVED
			? "it is not what was archived under its name"
			: "it is not what it was when its day was over",
		    flags & MXLOG_LEDGER_IS_ARCHIVED ? -EEXIST : -EBADMSG);
	if (flags & MXLOG_LEDGER_IS_SEALED)
		job->seal = MXLOG_ARCHIVE_SEAL_HELD;
	if (flags & MXLOG_LEDGER_IS_ARCHIVED)
		return known->has_content ? heal(job, known) : heal_old(job);
	if (mxlog_upkeep_is_there(job->upkeep, &job->archive))
		return adopt(job);
	return write_archive(job);
}

/* ---- which segments, and when ---- */

/* What is to be archived of it. Sealed, or without a line's end in more than a
 * line may have: all of it. Else its torn tail, which was never acknowledged,
 * is left out. */
static int measure(struct job *job, uint64_t size)
{
	const struct mxlog_ledger_segment *known =
	    mxlog_upkeep_known(job->upkeep, &job->live);
	int r = 0;

	job->size = size;
	if (!known || !(known->flags & MXLOG_LEDGER_IS_SEALED))
		r = mxlog_segment_find_end(job->fd, size, &job->size);
	if (r < 0 && r != -EBADMSG)
		return r;
	if (r == -EBADMSG)
		job->size = size;
	r = mxlog_seal_measure(job->fd, job->size, &job->content);
	if (r == 0 && job->content.size_bytes != job->size)
		r = -EBUSY;
	return r;
}

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
	if (job->upkeep->options.dry_run)
		return 1;
	r = measure(job, (uint64_t)st.st_size);
	return r < 0 ? r : 1;
}

static int open_job(struct job *job)
{
	int dir_fd, r;

	r = mxlog_segment_open_dir(job->upkeep->log_dir_fd, job->live.kind,
	    false, false, &dir_fd);
	if (r < 0)
		return r;
	r = mxlog_segment_lock(dir_fd, &job->live, &job->fd);
	(void)close(dir_fd);
	return r < 0 ? r : may_archive(job);
}

static struct job begin_job(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct job job = {
		.upkeep = upkeep,
		.live = *name,
		.archive = *name,
		.fd = -1,
	};

	job.archive.archived = true;
	mxlog_segment_format(job.live_name, &job.live);
	mxlog_segment_format(job.archive_name, &job.archive);
	return job;
}

static void take_job(struct batch *batch, const struct job *job)
{
	if (batch->n == 0)
		batch->since_usec = mxlog_timestamp_now();
	batch->jobs[batch->n++] = *job;
	batch->bytes += job->size;
	if (batch->n == BATCH_SEGMENTS || batch->bytes >= BATCH_BYTES ||
	    mxlog_timestamp_now() - batch->since_usec >= BATCH_USEC)
		finish_batch(batch);
}

static void archive_segment(struct batch *batch,
    const struct mxlog_segment_name *name)
{
	struct mxlog_upkeep *upkeep = batch->upkeep;
	struct job job = begin_job(upkeep, name);
	const char *step = "archive";
	int r = open_job(&job);

	if (r == 1 && !upkeep->options.dry_run) {
		r = prepare(&job);
		if (r == 0) {
			take_job(batch, &job);
			return;
		}
	} else if (r == 0 || r == -EWOULDBLOCK) {
		step = "wait";
		upkeep->stats.open++;
		r = 0;
	}
	if (job.fd >= 0)
		(void)close(job.fd);
	if (r != -ENOENT || job.error.code < 0) /* somebody removed it */
		mxlog_upkeep_report(upkeep, step, name, MIN(r, 0),
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

/* What has an archive is judged at once. */
static bool is_due(const struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	const struct mxlog_ledger_segment *known =
	    mxlog_upkeep_known(upkeep, name);

	return (upkeep->config->compression_enabled &&
		   name->day < due_before(upkeep)) ||
	    (known && (known->flags & MXLOG_LEDGER_IS_ARCHIVED));
}

static void archive_kind(struct batch *batch, enum mxlog_kind kind)
{
	struct mxlog_upkeep *upkeep = batch->upkeep;
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int r;

	if (!upkeep->options.dry_run)
		remove_temporaries(upkeep, kind);
	r = mxlog_segment_list(upkeep->log_dir_fd, kind, false, &names, &n);
	if (r < 0 && r != -ENOENT)
		mxlog_upkeep_report(upkeep, "list", NULL, r, NULL);
	for (size_t i = 0; i < n && upkeep->ledger.failed == 0; i++)
		if (is_due(upkeep, &names[i]))
			archive_segment(batch, &names[i]);
	free(names);
}

void mxlog_upkeep_archive(struct mxlog_upkeep *upkeep)
{
	struct batch batch = { .upkeep = upkeep };

	batch.jobs = calloc(BATCH_SEGMENTS, sizeof(*batch.jobs));
	if (!batch.jobs) {
		mxlog_upkeep_report(upkeep, "archive", NULL, -ENOMEM, NULL);
		return;
	}
	archive_kind(&batch, MXLOG_ENTRIES);
	archive_kind(&batch, MXLOG_METRICS);
	finish_batch(&batch);
	free(batch.jobs);
}
