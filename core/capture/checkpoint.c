/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/checkpoint.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/reterr.h"
#include "capture/checkpoint_content.h"
#include "capture/checkpoint_file.h"
#include "capture/identity.h"
#include "store/segment.h"

struct mxlog_checkpoint {
	char file[MXLOG_CHECKPOINT_FILE_MAX];
	int log_dir_fd, state_fd, lock_fd;
	enum mxlog_checkpoint_state state;
	struct mxlog_checkpoint_content position;
};

int mxlog_checkpoint_set_cursor(struct mxlog_checkpoint *checkpoint,
    const char *stream, const char *cursor)
{
	if (!checkpoint || !stream || !cursor)
		return -EINVAL;

	return mxlog_checkpoint_content_set_cursor(&checkpoint->position,
	    stream, cursor);
}

int mxlog_checkpoint_set_size(struct mxlog_checkpoint *checkpoint,
    const char *segment, uint64_t end)
{
	if (!checkpoint || !segment)
		return -EINVAL;

	return mxlog_checkpoint_content_set_size(&checkpoint->position, segment,
	    end);
}

enum mxlog_checkpoint_state mxlog_checkpoint_get_state(
    const struct mxlog_checkpoint *checkpoint)
{
	if (!checkpoint)
		return MXLOG_CHECKPOINT_NEW;

	return checkpoint->state;
}

const char *mxlog_checkpoint_get_cursor(const struct mxlog_checkpoint
					    *checkpoint,
    const char *stream)
{
	if (!checkpoint)
		return NULL;

	const struct mxlog_checkpoint_content_cursor *cursor =
	    mxlog_checkpoint_content_find_cursor(&checkpoint->position, stream);

	return cursor ? cursor->text : NULL;
}

const char *mxlog_checkpoint_get_stream(const struct mxlog_checkpoint
					    *checkpoint,
    size_t index)
{
	if (!checkpoint)
		return NULL;

	const struct mxlog_checkpoint_content *position = &checkpoint->position;

	return index < position->n_cursors ? position->cursors[index].stream
					   : NULL;
}

int mxlog_checkpoint_save(struct mxlog_checkpoint *checkpoint)
{
	if (!checkpoint)
		return -EINVAL;

	return mxlog_checkpoint_file_save(checkpoint->state_fd,
	    checkpoint->file, &checkpoint->position);
}

/* ---- open and close ---- */

static int lock(struct mxlog_checkpoint *checkpoint, const char *log_dir,
    struct mxlog_error *reterr)
{
	char name[MXLOG_CHECKPOINT_FILE_MAX + 8];
	int r;

	(void)snprintf(name, sizeof(name), "%s" MXLOG_CHECKPOINT_LOCK,
	    checkpoint->file);
	r = mxlog_fs_open_file(checkpoint->state_fd, name, O_RDWR | O_CREAT,
	    &checkpoint->lock_fd);
	if (r < 0)
		return mxlog_error_set(reterr, r,
		    "%s/" MXLOG_STATE_DIR "/%s: can't be opened: %s", log_dir,
		    name, strerror(-r));
	if (flock(checkpoint->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	r = errno == EWOULDBLOCK ? -EBUSY : -errno;
	return mxlog_error_set(reterr, r,
	    r == -EBUSY ? "%s: another process already captures '%s' into this "
			  "directory"
			: "%s: can't lock '%s'",
	    log_dir, checkpoint->position.source);
}

/* Sizes of segments that are gone (archived, pruned) mean nothing any more.
 * One that has become shorter than it was on disk is looked through whole. */
static int drop_stale_sizes(struct mxlog_checkpoint *checkpoint)
{
	struct mxlog_checkpoint_content *position = &checkpoint->position;
	bool shrunk = false;
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; i < position->n_sizes; i++) {
		struct mxlog_checkpoint_content_size *size =
		    &position->sizes[i];
		struct stat st;
		bool gone = fstatat(checkpoint->log_dir_fd, size->segment, &st,
				AT_SYMLINK_NOFOLLOW) < 0;

		if (gone && errno != ENOENT)
			r = -errno;
		if (r < 0 || (!gone && (uint64_t)st.st_size >= size->end)) {
			position->sizes[kept++] = *size;
			continue;
		}
		free(size->segment);
		shrunk |= !gone;
	}
	position->n_sizes = kept;
	if (r < 0)
		return r;
	/* Before new lines make it grow past what the file says. */
	return shrunk ? mxlog_checkpoint_save(checkpoint) : 0;
}

static int open_dirs(struct mxlog_checkpoint *checkpoint, const char *log_dir,
    struct mxlog_error *reterr)
{
	int r;

	r = mxlog_fs_open_dir(log_dir, true, &checkpoint->log_dir_fd);
	if (r == 0)
		r = mxlog_fs_open_subdir(checkpoint->log_dir_fd,
		    MXLOG_STATE_DIR, true, &checkpoint->state_fd);
	if (r < 0)
		return mxlog_error_set(reterr, r, "%s: can't be opened: %s",
		    log_dir, strerror(-r));
	return 0;
}

int mxlog_checkpoint_open(const char *log_dir, const char *source,
    const char *key, struct mxlog_checkpoint **ret, struct mxlog_error *reterr)
{
	if (!log_dir || !source || !key || !ret)
		return -EINVAL;

	struct mxlog_checkpoint *checkpoint;
	int r;

	assert(mxlog_checkpoint_is_name(source));
	assert(mxlog_checkpoint_is_name(key));

	checkpoint = calloc(1, sizeof(*checkpoint));
	if (!checkpoint)
		return -ENOMEM;
	checkpoint->log_dir_fd = checkpoint->state_fd = -1;
	checkpoint->lock_fd = -1;
	mxlog_checkpoint_file_name(checkpoint->file, source);
	r = mxlog_checkpoint_content_init(&checkpoint->position, source, key);
	if (r == 0)
		r = open_dirs(checkpoint, log_dir, reterr);
	if (r == 0)
		r = lock(checkpoint, log_dir, reterr);
	if (r == 0)
		r = mxlog_checkpoint_file_load(checkpoint->state_fd,
		    checkpoint->file, &checkpoint->position,
		    &checkpoint->state);
	if (r == 0)
		r = drop_stale_sizes(checkpoint);
	/* From the first line on the archive cycle must know of the source. */
	if (r == 0 && checkpoint->state != MXLOG_CHECKPOINT_LOADED)
		r = mxlog_checkpoint_save(checkpoint);
	if (r < 0) {
		mxlog_checkpoint_close(checkpoint);
		return r;
	}
	*ret = checkpoint;
	return 0;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void mxlog_checkpoint_close(struct mxlog_checkpoint *checkpoint)
{
	if (!checkpoint)
		return;
	mxlog_checkpoint_content_done(&checkpoint->position);
	close_if_open(checkpoint->lock_fd);
	close_if_open(checkpoint->state_fd);
	close_if_open(checkpoint->log_dir_fd);
	free(checkpoint);
}

/* ---- identities in segments ---- */

/* One segment being looked through. */
struct look {
	mxlog_identity_found *found;
	void *arg;
	uint64_t end; /* of the last line with an identity; 0: there was none */
};

static int pass_on(void *arg, const struct mxlog_identity *identity,
    uint64_t end)
{
	struct look *look = arg;

	look->end = end;
	return look->found(look->arg, identity);
}

/* The lines are made durable, for the entries they were made of will not be
 * read again; and their end counts from now on: it is the end of a line of
 * ours, which nobody cuts. */
static int scan_segment(struct mxlog_checkpoint *checkpoint, const char *name,
    bool all, mxlog_identity_found *found, void *arg)
{
	const struct mxlog_checkpoint_content_size *size =
	    mxlog_checkpoint_content_find_size(&checkpoint->position, name);
	struct look look = { .found = found, .arg = arg };
	int fd, r;

	r = mxlog_fs_open_file(checkpoint->log_dir_fd, name, O_RDONLY, &fd);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = mxlog_identity_scan(fd, size && !all ? size->end : 0,
	    checkpoint->position.key, pass_on, &look);
	if (r == 0 && look.end > 0)
		r = mxlog_fs_fdatasync(fd);
	if (r == 0 && look.end > 0 && (!size || look.end > size->end))
		r = mxlog_checkpoint_set_size(checkpoint, name, look.end);
	close(fd);
	return r;
}

static int scan_kind(struct mxlog_checkpoint *checkpoint, enum mxlog_kind kind,
    bool all, mxlog_identity_found *found, void *arg)
{
	struct mxlog_segment_name *segments;
	size_t n;
	int r;

	r = mxlog_segment_list(checkpoint->log_dir_fd, kind, false, &segments,
	    &n);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (size_t i = 0; i < n && r == 0; i++) {
		char path[MXLOG_SEGMENT_PATH_MAX];

		mxlog_segment_format_path(path, &segments[i]);
		r = scan_segment(checkpoint, path, all, found, arg);
	}
	free(segments);
	return r;
}

int mxlog_checkpoint_scan(struct mxlog_checkpoint *checkpoint, bool all,
    mxlog_identity_found *found, void *arg)
{
	if (!checkpoint)
		return -EINVAL;

	int r = scan_kind(checkpoint, MXLOG_ENTRIES, all, found, arg);

	return r < 0 ? r
		     : scan_kind(checkpoint, MXLOG_METRICS, all, found, arg);
}

int mxlog_checkpoint_read_line(const struct mxlog_checkpoint *checkpoint,
    const char *line, size_t len, struct mxlog_identity *ret)
{
	if (!checkpoint || (!line && len > 0) || !ret)
		return -EINVAL;

	return mxlog_identity_read(checkpoint->position.key, line, len, ret);
}
