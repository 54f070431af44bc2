/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/upkeep.h"

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
	RESERVE_MIN = 1024 * 1024,
	RECORD_ROOM = 1024, /* bytes of index.json for a record, at most */
};

static const char lock_name[] = "archive.lock";
static const char reserve_name[] = "reserve";

/* ---- opening ---- */

/* The key is the file's bytes, all of them. */
static int load_key(struct mxlog_upkeep *upkeep, struct mxlog_error *reterr)
{
	const char *path = upkeep->config->archive_key_file;
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
	r = mxlog_buf_add(&upkeep->key, bytes, len);
	explicit_bzero(bytes, sizeof(bytes));
	return r;
}

static int take_lock(struct mxlog_upkeep *upkeep, struct mxlog_error *reterr)
{
	int r = mxlog_fs_open_file(upkeep->state_fd, lock_name,
	    O_RDWR | O_CREAT, &upkeep->lock_fd);

	if (r < 0)
		return mxlog_error_set(reterr, r, ".mxlog/%s: %s", lock_name,
		    strerror(-r));
	if (flock(upkeep->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	r = errno == EWOULDBLOCK ? -EBUSY : -errno;
	return mxlog_error_set(reterr, r, "%s",
	    r == -EBUSY ? "another run is at work on this directory"
			: strerror(-r));
}

static int open_dirs(struct mxlog_upkeep *upkeep, bool write,
    struct mxlog_error *reterr)
{
	const char *path = upkeep->config->log_dir;
	int r;

	r = mxlog_fs_open_dir(path, false, &upkeep->log_dir_fd);
	if (r < 0)
		return mxlog_error_set(reterr, r, "%s: %s", path, strerror(-r));
	r = mxlog_fs_open_subdir(upkeep->log_dir_fd, ".mxlog", write,
	    &upkeep->state_fd);
	if (r == -ENOENT && !write)
		return 0;
	if (r < 0)
		return mxlog_error_set(reterr, r, "%s/.mxlog: %s", path,
		    strerror(-r));
	return 0;
}

int mxlog_upkeep_open(struct mxlog_upkeep *upkeep,
    const struct mxlog_config *config,
    const struct mxlog_archive_options *options, enum mxlog_upkeep_mode mode,
    struct mxlog_error *reterr)
{
	bool write = mode == MXLOG_UPKEEP_WRITE;
	int r;

	*upkeep = (struct mxlog_upkeep){
		.config = config,
		.log_dir_fd = -1,
		.state_fd = -1,
		.lock_fd = -1,
		.ledger = { .fd = -1, .missing = true },
	};
	memcpy(&upkeep->options, options,
	    MIN(options->size, sizeof(upkeep->options)));
	if (upkeep->options.dry_run)
		write = false;
	r = open_dirs(upkeep, write, reterr);
	if (r == 0 && write)
		r = take_lock(upkeep, reterr);
	if (r == 0)
		r = load_key(upkeep, reterr);
	if (r == 0)
		r = mxlog_upkeep_open_ledger(upkeep, write, reterr);
	if (r == 0)
		r = mxlog_archive_index_load(upkeep->log_dir_fd, &upkeep->index,
		    &upkeep->error);
	if (r < 0 && upkeep->error.code < 0)
		*reterr = upkeep->error;
	return r;
}

void mxlog_upkeep_close(struct mxlog_upkeep *upkeep)
{
	(void)mxlog_writer_close(upkeep->writer);
	mxlog_archive_index_done(&upkeep->index);
	mxlog_ledger_close(&upkeep->ledger);
	if (upkeep->key.data)
		explicit_bzero(upkeep->key.data, upkeep->key.len);
	mxlog_buf_done(&upkeep->key);
	if (upkeep->lock_fd >= 0)
		(void)close(upkeep->lock_fd);
	if (upkeep->state_fd >= 0)
		(void)close(upkeep->state_fd);
	if (upkeep->log_dir_fd >= 0)
		(void)close(upkeep->log_dir_fd);
}

/* ---- what the steps share ---- */

void mxlog_upkeep_report(struct mxlog_upkeep *upkeep, const char *step,
    const struct mxlog_segment_name *name, int result,
    const struct mxlog_error *error)
{
	char text[MXLOG_SEGMENT_NAME_MAX] = "index.json";

	if (name)
		mxlog_segment_format(text, name);
	if (result < 0) {
		upkeep->stats.failed++;
		if (upkeep->result == 0) {
			upkeep->result = result;
			if (error)
				upkeep->error = *error;
			else
				(void)mxlog_error_set(&upkeep->error, result,
				    "%s: %s", text, strerror(-result));
		}
	}
	if (upkeep->options.report)
		upkeep->options.report(upkeep->options.arg, step, text, result,
		    error ? error->text : NULL);
}

void mxlog_upkeep_each_live(struct mxlog_upkeep *upkeep, enum mxlog_kind kind,
    void (*visit)(struct mxlog_upkeep *upkeep,
	const struct mxlog_segment_name *name))
{
	struct mxlog_segment_name *names = NULL;
	size_t n = 0;
	int r;

	r = mxlog_segment_list(upkeep->log_dir_fd, kind, false, &names, &n);
	if (r < 0 && r != -ENOENT)
		mxlog_upkeep_report(upkeep, "list", NULL, r, NULL);
	for (size_t i = 0; i < n; i++)
		visit(upkeep, &names[i]);
	free(names);
}

bool mxlog_upkeep_is_there(const struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	char path[MXLOG_SEGMENT_PATH_MAX];

	mxlog_segment_format_path(path, name);
	return faccessat(upkeep->log_dir_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) ==
	    0;
}

struct mxlog_archive_chain mxlog_upkeep_chain(const struct mxlog_upkeep *upkeep)
{
	return (struct mxlog_archive_chain){
		.key = upkeep->key.len > 0 ? upkeep->key.data : NULL,
		.key_len = upkeep->key.len,
		.start = upkeep->ledger.missing ? NULL : upkeep->ledger.genesis,
	};
}

bool mxlog_upkeep_is_full(int r)
{
	return r == -ENOSPC || r == -EDQUOT;
}

int mxlog_upkeep_save_index(struct mxlog_upkeep *upkeep)
{
	struct mxlog_archive_chain chain = mxlog_upkeep_chain(upkeep);
	int r = mxlog_archive_index_save(&upkeep->index, upkeep->log_dir_fd,
	    &chain);

	if (!mxlog_upkeep_is_full(r) ||
	    unlinkat(upkeep->state_fd, reserve_name, 0) < 0)
		return r;
	return mxlog_archive_index_save(&upkeep->index, upkeep->log_dir_fd,
	    &chain);
}

/* Without room for it there is none; not every file system can keep any. */
void mxlog_upkeep_keep_reserve(struct mxlog_upkeep *upkeep)
{
	off_t want = MAX(RESERVE_MIN, (off_t)(upkeep->index.n * RECORD_ROOM));
	struct stat st;
	int fd;

	if (mxlog_fs_open_file(upkeep->state_fd, reserve_name, O_RDWR | O_CREAT,
		&fd) < 0)
		return;
	if (fstat(fd, &st) < 0 || (off_t)st.st_blocks * 512 < want)
		if (fallocate(fd, 0, 0, want) < 0)
			(void)unlinkat(upkeep->state_fd, reserve_name, 0);
	(void)close(fd);
}
