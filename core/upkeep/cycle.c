/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/cycle.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/timestamp.h"

enum {
	KEY_MIN = 16, /* bytes; less can be guessed */
	KEY_MAX = 4096,
};

static const char lock_name[] = "archive.lock";

/* ---- opening ---- */

/* The key is the file's bytes, all of them. */
static int load_key(struct mxlog_cycle *cycle, struct mxlog_error *reterr)
{
	const char *path = cycle->config->archive_key_file;
	struct stat st;
	char bytes[KEY_MAX + 1];
	size_t len;
	int fd, r;

	if (!path || *path == '\0')
		return 0;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return mxlog_error_set(reterr, -errno, "%s: %s", path,
		    strerror(errno));
	r = fstat(fd, &st) < 0 ? -errno : 0;
	if (r == 0)
		r = mxlog_fs_pread_full(fd, bytes, sizeof(bytes), 0, &len);
	(void)close(fd);
	if (r < 0)
		return mxlog_error_set(reterr, r, "%s: %s", path, strerror(-r));
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
		return mxlog_error_set(reterr, -EPERM,
		    "%s: a key must be a file that others can't read", path);
	if (len < KEY_MIN || len > KEY_MAX)
		return mxlog_error_set(reterr, -EINVAL,
		    "%s: a key has %d to %d bytes", path, KEY_MIN, KEY_MAX);
	r = mxlog_buf_add(&cycle->key, bytes, len);
	explicit_bzero(bytes, sizeof(bytes));
	return r;
}

static int take_lock(struct mxlog_cycle *cycle, struct mxlog_error *reterr)
{
	int r = mxlog_fs_open_file(cycle->state_fd, lock_name, O_RDWR | O_CREAT,
	    &cycle->lock_fd);

	if (r < 0)
		return mxlog_error_set(reterr, r, ".mxlog/%s: %s", lock_name,
		    strerror(-r));
	if (flock(cycle->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	r = errno == EWOULDBLOCK ? -EBUSY : -errno;
	return mxlog_error_set(reterr, r, "%s",
	    r == -EBUSY ? "another run is at work on this directory"
			: strerror(-r));
}

static int open_dirs(struct mxlog_cycle *cycle, bool write,
    struct mxlog_error *reterr)
{
	const char *path = cycle->config->log_dir;
	int r;

	r = mxlog_fs_open_dir(path, false, &cycle->log_dir_fd);
	if (r < 0)
		return mxlog_error_set(reterr, r, "%s: %s", path, strerror(-r));
	r = mxlog_fs_open_subdir(cycle->log_dir_fd, ".mxlog", write,
	    &cycle->state_fd);
	if (r == -ENOENT && !write)
		return 0;
	if (r < 0)
		return mxlog_error_set(reterr, r, "%s/.mxlog: %s", path,
		    strerror(-r));
	return 0;
}

static int read_clock(struct mxlog_cycle *cycle, bool save,
    struct mxlog_error *reterr)
{
	struct mxlog_retention_clock clock;
	int r = 0;

	cycle->now_usec = cycle->options.now_usec;
	if (cycle->now_usec == 0) {
		r = mxlog_retention_read_clock(&clock);
		cycle->now_usec = clock.wall_usec;
		if (r == 0 && cycle->state_fd >= 0)
			r = mxlog_retention_load(cycle->state_fd, &clock, save,
			    &cycle->retention);
	}
	cycle->retention.now_usec = cycle->now_usec;
	if (r < 0)
		return mxlog_error_set(reterr, r, ".mxlog/retention: %s",
		    strerror(-r));
	return 0;
}

int mxlog_cycle_open(struct mxlog_cycle *cycle,
    const struct mxlog_config *config,
    const struct mxlog_archive_options *options, enum mxlog_cycle_mode mode,
    struct mxlog_error *reterr)
{
	bool write = mode == MXLOG_CYCLE_WRITE;
	int r;

	*cycle = (struct mxlog_cycle){
		.config = config,
		.log_dir_fd = -1,
		.state_fd = -1,
		.lock_fd = -1,
	};
	memcpy(&cycle->options, options,
	    MIN(options->size, sizeof(cycle->options)));
	if (cycle->options.dry_run)
		write = false;
	r = open_dirs(cycle, write, reterr);
	if (r == 0 && write)
		r = take_lock(cycle, reterr);
	if (r == 0)
		r = load_key(cycle, reterr);
	if (r == 0)
		r = read_clock(cycle, write, reterr);
	if (r == 0)
		r = mxlog_archive_index_load(cycle->log_dir_fd, &cycle->index,
		    &cycle->error);
	if (r < 0 && cycle->error.code < 0)
		*reterr = cycle->error;
	return r;
}

void mxlog_cycle_close(struct mxlog_cycle *cycle)
{
	(void)mxlog_writer_close(cycle->writer);
	mxlog_archive_index_done(&cycle->index);
	mxlog_retention_done(&cycle->retention);
	if (cycle->key.data)
		explicit_bzero(cycle->key.data, cycle->key.len);
	mxlog_buf_done(&cycle->key);
	if (cycle->lock_fd >= 0)
		(void)close(cycle->lock_fd);
	if (cycle->state_fd >= 0)
		(void)close(cycle->state_fd);
	if (cycle->log_dir_fd >= 0)
		(void)close(cycle->log_dir_fd);
}

/* ---- what the steps share ---- */

void mxlog_cycle_report(struct mxlog_cycle *cycle, const char *step,
    const struct mxlog_segment_name *name, int result,
    const struct mxlog_error *error)
{
	char text[MXLOG_SEGMENT_NAME_MAX] = "index.json";

	if (name)
		mxlog_segment_format(text, name);
	if (result < 0) {
		cycle->stats.failed++;
		if (cycle->result == 0) {
			cycle->result = result;
			if (error)
				cycle->error = *error;
			else
				(void)mxlog_error_set(&cycle->error, result,
				    "%s: %s", text, strerror(-result));
		}
	}
	if (cycle->options.report)
		cycle->options.report(cycle->options.arg, step, text, result,
		    error ? error->text : NULL);
}

void mxlog_cycle_each_live(struct mxlog_cycle *cycle, enum mxlog_kind kind,
    void (*visit)(struct mxlog_cycle *cycle,
	const struct mxlog_segment_name *name))
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int r;

	r = mxlog_segment_list(cycle->log_dir_fd, kind, false, &names, &n);
	if (r < 0 && r != -ENOENT)
		mxlog_cycle_report(cycle, "list", NULL, r, NULL);
	for (size_t i = 0; i < n; i++)
		visit(cycle, &names[i]);
	free(names);
}

int mxlog_cycle_audit(struct mxlog_cycle *cycle, enum mxlog_level level,
    const char *action, const char *result, const char *message)
{
	struct mxlog_writer_options options = {
		.size = sizeof(options),
		.actor = cycle->options.actor,
		.sync = MXLOG_SYNC_BATCH,
	};
	int r = 0;

	if (!cycle->writer)
		r = mxlog_writer_open(cycle->config, &options, &cycle->writer,
		    NULL);
	if (r == 0)
		r = mxlog_writer_add_audit(cycle->writer, level, action, result,
		    message);
	if (r < 0)
		return r;
	r = mxlog_writer_commit(cycle->writer);
	if (r < 0)
		mxlog_writer_rollback(cycle->writer);
	return r;
}

int mxlog_cycle_save_index(struct mxlog_cycle *cycle)
{
	return mxlog_archive_index_save(&cycle->index, cycle->log_dir_fd,
	    cycle->key.len > 0 ? cycle->key.data : NULL, cycle->key.len);
}
