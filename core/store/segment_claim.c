/* SPDX-License-Identifier: Apache-2.0 */
#include "store/segment_claim.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fs.h"
#include "store/segment_numbers.h"

enum {
	CLAIM_TRIES = 32, /* as many others took what we were about to */
	RESERVE_STEP = 1024 * 1024,
	WRITE_AHEAD_STEP = 8 * 1024 * 1024,
	BLOCKS_SLACK = 256 * 1024, /* a file system's own idea of rounding */
};

/* Cut a torn line off, and what a writer that died had reserved. */
static int repair(struct mxlog_segment_claim *claim)
{
	struct stat st;
	uint64_t size, end = 0;
	int r;

	if (fstat(claim->fd, &st) < 0)
		return -errno;
	claim->own = (struct mxlog_own_fd){ st.st_dev, st.st_ino };
	size = (uint64_t)st.st_size;
	r = mxlog_segment_find_end(claim->fd, size, &end);
	if (r < 0)
		return r;
	if (end != size || (uint64_t)st.st_blocks * 512 > size + BLOCKS_SLACK)
		r = mxlog_fs_ftruncate(claim->fd, (off_t)end);
	claim->size = end;
	claim->reserved = 0;
	claim->started = end;
	return r;
}

/* ---- claiming ---- */

static int check_missing(int log_dir_fd, const char *dir, const char *name)
{
	char path[MXLOG_SEGMENT_NAME_MAX + 32];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (fstatat(log_dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EROFS;
	return errno == ENOENT ? 0 : -errno;
}

/* What has a seal or an archive is not written any more. */
static int check_closed(int log_dir_fd, const struct mxlog_segment_name *name)
{
	struct mxlog_segment_name archive = *name;
	char text[MXLOG_SEGMENT_NAME_MAX];
	int r;

	mxlog_segment_format(text, name);
	r = check_missing(log_dir_fd, ".mxlog/seals", text);
	if (r < 0)
		return r;
	archive.archived = true;
	mxlog_segment_format(text, &archive);
	return check_missing(log_dir_fd, mxlog_segment_dir(name->kind, true),
	    text);
}

/* What the lock protects is looked at after it was taken. */
static int take_closed_by_nobody(int log_dir_fd,
    struct mxlog_segment_claim *claim)
{
	int r;

	r = mxlog_segment_lock(claim->dir_fd, &claim->name, &claim->fd);
	if (r < 0)
		return r;
	r = check_closed(log_dir_fd, &claim->name);
	if (r < 0)
		close(claim->fd);
	return r;
}

static int take_existing(int log_dir_fd, struct mxlog_segment_claim *claim,
    uint64_t need, uint64_t max)
{
	int r;

	r = take_closed_by_nobody(log_dir_fd, claim);
	if (r < 0)
		return r;
	r = repair(claim);
	if (r == 0 && claim->size > 0 && claim->size + need > max)
		r = -EFBIG;
	if (r < 0)
		close(claim->fd);
	return r;
}

int mxlog_segment_claim_take_this(int log_dir_fd,
    const struct mxlog_segment_name *name, struct mxlog_segment_claim *ret)
{
	struct mxlog_segment_claim claim = { .name = *name };
	int r;

	r = mxlog_segment_open_dir(log_dir_fd, name->kind, false, false,
	    &claim.dir_fd);
	if (r < 0)
		return r;
	r = take_closed_by_nobody(log_dir_fd, &claim);
	if (r == 0) {
		r = repair(&claim);
		if (r == -EBADMSG)
			r = 0; /* damaged, and not ours to cut */
		if (r < 0)
			close(claim.fd);
	}
	if (r < 0) {
		close(claim.dir_fd);
		return r;
	}
	mxlog_own_fd_note(&claim.dir_own, claim.dir_fd);
	*ret = claim;
	return 0;
}

static int take_new(int log_dir_fd, struct mxlog_segment_claim *claim)
{
	char text[MXLOG_SEGMENT_NAME_MAX];
	int r;

	r = mxlog_segment_numbers_take(log_dir_fd, claim->name.kind,
	    claim->name.day, &claim->name.number);
	if (r < 0)
		return r;
	mxlog_segment_format(text, &claim->name);
	r = mxlog_fs_open_file(claim->dir_fd, text,
	    O_RDWR | O_APPEND | O_CREAT | O_EXCL, &claim->fd);
	if (r < 0)
		return r;
	if (flock(claim->fd, LOCK_EX | LOCK_NB) < 0)
		r = -errno;
	else
		r = mxlog_fs_check_name(claim->dir_fd, text, claim->fd);
	if (r == 0)
		r = repair(claim);
	if (r < 0)
		close(claim->fd);
	return r;
}

static int take_any(int log_dir_fd, struct mxlog_segment_claim *claim,
    uint64_t need, uint64_t max)
{
	struct mxlog_segment_name *names = NULL;
	int32_t day = claim->name.day;
	size_t n = 0;
	int r;

	/* Mostly it is the first one, and the directory need not be read. */
	r = take_existing(log_dir_fd, claim, need, max);
	if (r == 0)
		return 0;
	r = mxlog_segment_list(log_dir_fd, claim->name.kind, false, &names, &n);
	if (r < 0)
		return r;
	r = -ENOENT;
	for (size_t i = 0; i < n && r < 0; i++) {
		if (names[i].day != day || names[i].number == 0)
			continue;
		/* Whatever is wrong with this one, the next may do. */
		claim->name = names[i];
		r = take_existing(log_dir_fd, claim, need, max);
	}
	free(names);
	return r < 0 ? take_new(log_dir_fd, claim) : 0;
}

int mxlog_segment_claim_take(int log_dir_fd, enum mxlog_kind kind, int32_t day,
    uint64_t need, uint64_t max, struct mxlog_segment_claim *ret)
{
	struct mxlog_segment_claim claim = {
		.name = { .kind = kind, .day = day },
		.fd = -1,
	};
	int r;

	r = mxlog_segment_open_dir(log_dir_fd, kind, false, true,
	    &claim.dir_fd);
	if (r < 0)
		return r;
	r = -EAGAIN;
	for (int i = 0; i < CLAIM_TRIES; i++) {
		r = take_any(log_dir_fd, &claim, need, max);
		if (r != -EEXIST && r != -EAGAIN && r != -ESTALE)
			break;
	}
	if (r < 0) {
		close(claim.dir_fd);
		return r;
	}
	mxlog_own_fd_note(&claim.dir_own, claim.dir_fd);
	*ret = claim;
	return 0;
}

static bool is_ours(const struct mxlog_segment_claim *claim)
{
	return mxlog_own_fd_is(&claim->own, claim->fd);
}

void mxlog_segment_claim_forget(struct mxlog_segment_claim *claim)
{
	/* No LOCK_UN: a child has the parent's lock, not one of its own. */
	mxlog_own_fd_close(&claim->own, claim->fd);
	mxlog_own_fd_close(&claim->dir_own, claim->dir_fd);
	claim->fd = claim->dir_fd = -1;
}

void mxlog_segment_claim_release(struct mxlog_segment_claim *claim)
{
	if (claim->reserved > claim->size && is_ours(claim))
		(void)mxlog_fs_ftruncate(claim->fd, (off_t)claim->size);
	mxlog_segment_claim_forget(claim);
}

/* ---- writing ---- */

static bool is_same(const struct stat *st,
    const struct mxlog_segment_claim *claim)
{
	return st->st_dev == claim->own.dev && st->st_ino == claim->own.ino;
}

int mxlog_segment_claim_begin(struct mxlog_segment_claim *claim)
{
	struct stat st;
	int r = 0;

	if (fstat(claim->fd, &st) < 0)
		return errno == EBADF ? -ESTALE : -errno;
	if (st.st_nlink == 0 || !is_same(&st, claim) ||
	    !mxlog_own_fd_is(&claim->dir_own, claim->dir_fd))
		return -ESTALE;
	if ((uint64_t)st.st_size != claim->size)
		r = repair(claim); /* somebody else wrote or cut it */
	claim->mark = claim->size;
	return r;
}

/* Asked after a write, so that a file that was removed at any time before is
 * noticed: its lines are written again, elsewhere. */
static int check_still_named(struct mxlog_segment_claim *claim)
{
	char name[MXLOG_SEGMENT_NAME_MAX];
	struct stat st;

	mxlog_segment_format(name, &claim->name);
	if (fstatat(claim->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? -ESTALE : -errno;
	if (!is_same(&st, claim))
		return -ESTALE;
	claim->size = (uint64_t)st.st_size;
	return 0;
}

int mxlog_segment_claim_append(struct mxlog_segment_claim *claim,
    const char *lines, size_t len)
{
	int r = mxlog_fs_write_all(claim->fd, lines, len);

	return r < 0 ? r : check_still_named(claim);
}

int mxlog_segment_claim_undo(struct mxlog_segment_claim *claim)
{
	struct stat st;
	int r = 0;

	if (fstat(claim->fd, &st) < 0)
		return errno == EBADF ? 0 : -errno;
	if (!is_same(&st, claim)) /* nothing of it can be reached any more */
		return 0;
	if ((uint64_t)st.st_size > claim->mark) {
		r = mxlog_fs_ftruncate(claim->fd, (off_t)claim->mark);
		claim->reserved = 0;
	}
	if (r == 0)
		claim->size = MIN((uint64_t)st.st_size, claim->mark);
	return r;
}

int mxlog_segment_claim_sync(struct mxlog_segment_claim *claim)
{
	int r = is_ours(claim) ? mxlog_fs_fdatasync(claim->fd) : -ESTALE;

	if (r < 0 || claim->name_durable)
		return r;
	r = mxlog_fs_fsync(claim->dir_fd);
	if (r == 0)
		claim->name_durable = true;
	return r;
}

void mxlog_segment_claim_write_ahead(struct mxlog_segment_claim *claim)
{
	if (claim->size < claim->started + WRITE_AHEAD_STEP)
		return;
	/* Its failure is _sync's to tell. */
	(void)sync_file_range(claim->fd, (off_t)claim->started,
	    (off_t)(claim->size - claim->started), SYNC_FILE_RANGE_WRITE);
	claim->started = claim->size;
}

static int allocate(struct mxlog_segment_claim *claim, uint64_t bytes)
{
	while (fallocate(claim->fd, FALLOC_FL_KEEP_SIZE, (off_t)claim->size,
		   (off_t)bytes) < 0)
		if (errno != EINTR)
			return -errno;
	claim->reserved = claim->size + bytes;
	return 0;
}

static int check_free(struct mxlog_segment_claim *claim, uint64_t bytes)
{
	struct statvfs st;

	if (fstatvfs(claim->fd, &st) < 0)
		return -errno;
	return bytes / st.f_frsize < st.f_bavail ? 0 : -ENOSPC;
}

int mxlog_segment_claim_reserve(struct mxlog_segment_claim *claim,
    uint64_t bytes)
{
	int r;

	if (claim->size + bytes <= claim->reserved)
		return 0;
	r = allocate(claim, bytes + RESERVE_STEP);
	if (r == -ENOSPC || r == -EDQUOT || r == -EFBIG)
		r = allocate(claim, bytes); /* not more than what was asked */
	if (r == -EOPNOTSUPP || r == -ENOSYS)
		return check_free(claim, bytes);
	return r;
}
