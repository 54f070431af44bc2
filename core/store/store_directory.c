/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_directory.h"

#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"

int mxlog_store_dir_absolute(const char *path, char **ret)
{
	struct mxlog_buf buf = { 0 };
	char *cwd = NULL;
	int r;

	if (*path != '/') {
		/* Who started a setuid program chose where it runs. */
		if (getauxval(AT_SECURE))
			return -EPERM;
		cwd = getcwd(NULL, 0);
		if (!cwd)
			return -errno;
	}
	r = mxlog_buf_printf(&buf, "%s%s%s", cwd ? cwd : "", cwd ? "/" : "",
	    path);
	free(cwd);
	if (r == 0)
		r = mxlog_buf_add_char(&buf, '\0');
	if (r < 0) {
		mxlog_buf_done(&buf);
		return r;
	}
	*ret = buf.data;
	return 0;
}

static int open_made(const char *log_dir, uint32_t uid, uint32_t gid, int *ret)
{
	int fd = -1, r;

	r = mxlog_fs_open_dir(log_dir, false, ret);
	if (r != -ENOENT)
		return r;
	r = mxlog_fs_open_dir(log_dir, true, &fd);
	if (r < 0)
		return r;
	if ((uid != UINT32_MAX || gid != UINT32_MAX) &&
	    fchown(fd, uid, gid) < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	*ret = fd;
	return 0;
}

/* One account owns a log directory. */
static int check_owner(int fd, const char *log_dir, uint32_t uid,
    struct mxlog_error *reterr)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return mxlog_error_set(reterr, -errno, "%s: %s", log_dir,
		    strerror(errno));
	if (uid != UINT32_MAX && uid != st.st_uid)
		return mxlog_error_set(reterr, -EPERM,
		    "%s: belongs to uid %u, not to the configured owner, uid %u",
		    log_dir, st.st_uid, uid);
	if (geteuid() != 0 && st.st_uid != geteuid() && st.st_uid != 0)
		return mxlog_error_set(reterr, -EPERM,
		    "%s: belongs to another account, uid %u", log_dir,
		    st.st_uid);
	return 0;
}

int mxlog_store_dir_open(const char *log_dir, uint32_t uid, uint32_t gid,
    int *ret, struct mxlog_error *reterr)
{
	int fd = -1, state_fd = -1, r;

	r = open_made(log_dir, uid, gid, &fd);
	if (r == -ELOOP)
		return mxlog_error_set(reterr, r,
		    "%s: is a symbolic link; name the directory itself",
		    log_dir);
	if (r < 0)
		return mxlog_error_set(reterr, r, "%s: %s", log_dir,
		    strerror(-r));
	r = check_owner(fd, log_dir, uid, reterr);
	if (r < 0) {
		close(fd);
		return r;
	}
	r = mxlog_fs_open_subdir(fd, ".mxlog", true, &state_fd);
	if (r < 0) {
		close(fd);
		return mxlog_error_set(reterr, r, "%s/.mxlog: %s", log_dir,
		    strerror(-r));
	}
	close(state_fd);
	*ret = fd;
	return 0;
}

/* 0: what is held is in its place; 1: it has to be opened; *ret is whose it
 * must be. */
static int is_lost(const char *log_dir, const struct mxlog_own_fd *own,
    int dir_fd, struct stat *ret)
{
	struct stat named;

	ret->st_uid = ret->st_gid = UINT32_MAX;
	if (!mxlog_own_fd_is(own, dir_fd))
		return 1;
	if (fstat(dir_fd, ret) < 0)
		return -errno;
	if (stat(log_dir, &named) < 0)
		return ret->st_nlink == 0;
	return ret->st_dev != named.st_dev || ret->st_ino != named.st_ino;
}

int mxlog_store_dir_check(const char *log_dir, struct mxlog_own_fd *own,
    int *dir_fd)
{
	struct stat held;
	int fd = -1;
	int r = is_lost(log_dir, own, *dir_fd, &held);

	if (r <= 0)
		return r;
	r = open_made(log_dir, geteuid() == 0 ? held.st_uid : UINT32_MAX,
	    geteuid() == 0 ? held.st_gid : UINT32_MAX, &fd);
	if (r == 0)
		r = check_owner(fd, log_dir, UINT32_MAX, NULL);
	if (r < 0) {
		if (fd >= 0)
			close(fd);
		return r;
	}
	mxlog_own_fd_close(own, *dir_fd);
	mxlog_own_fd_note(own, fd);
	*dir_fd = fd;
	return 0;
}
