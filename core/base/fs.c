/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own_fd.h"

enum {
	OPEN_TRIES = 16, /* a name that comes and goes as often is an attack */
};

/* What stands in a file's way: its end or, where nothing is appended, `offset`
 * (-1: the end). */
static int check_limit(int fd, off_t offset, size_t len)
{
	struct rlimit limit;
	struct stat st;

	if (getrlimit(RLIMIT_FSIZE, &limit) < 0 ||
	    LIKELY(limit.rlim_cur == RLIM_INFINITY))
		return 0;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if (offset < 0)
		offset = st.st_size;
	return (uint64_t)offset + len > limit.rlim_cur ? -EFBIG : 0;
}

int mxlog_fs_write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	if (check_limit(fd, -1, len) < 0)
		return -EFBIG;
	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int mxlog_fs_pwrite_all(int fd, const void *data, size_t len, off_t offset)
{
	const char *at = data;

	if (check_limit(fd, offset, len) < 0)
		return -EFBIG;
	while (len > 0) {
		ssize_t n = pwrite(fd, at, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		offset += n;
		len -= (size_t)n;
	}
	return 0;
}

int mxlog_fs_pread_full(int fd, void *data, size_t len, off_t offset,
    size_t *ret)
{
	char *at = data;
	size_t done = 0;

	while (done < len) {
		ssize_t n =
		    pread(fd, at + done, len - done, offset + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*ret = done;
	return 0;
}

int mxlog_fs_fsync(int fd)
{
	while (fsync(fd) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int mxlog_fs_fdatasync(int fd)
{
	while (fdatasync(fd) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int mxlog_fs_ftruncate(int fd, off_t size)
{
	while (ftruncate(fd, size) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* ---- directories ---- */

struct walk {
	bool create;
	bool strict;       /* below a log directory: see _open_subdir */
	struct stat owner; /* strict: whose the parts must be */
};

static bool is_owner(uid_t uid, const struct stat *owner)
{
	return uid == geteuid() || uid == owner->st_uid || uid == 0;
}

/* What root makes inside somebody's log directory is theirs. */
static int give_to(int fd, const struct stat *owner)
{
	if (geteuid() != 0 || (owner->st_uid == 0 && owner->st_gid == 0))
		return 0;
	return fchown(fd, owner->st_uid, owner->st_gid) < 0 ? -errno : 0;
}

/* A descriptor that was opened for a path only can't be synced. */
static int sync_names(int dir_fd)
{
	int fd, r;

	fd = mxlog_own_fd_lift(
	    openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (fd < 0)
		return errno == EACCES ? 0 : -errno;
	r = mxlog_fs_fsync(fd);
	close(fd);
	return r;
}

/* O_DIRECTORY | O_NOFOLLOW says ENOTDIR for a link, too. */
static int explain_not_a_dir(int dir_fd, const char *name)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(st.st_mode))
		return -ELOOP;
	return -ENOTDIR;
}

static int open_part(int dir_fd, const char *name, int flags, int *ret)
{
	int fd = mxlog_own_fd_lift(
	    openat(dir_fd, name, flags | O_DIRECTORY | O_CLOEXEC));

	if (fd < 0 && errno == ENOTDIR)
		return explain_not_a_dir(dir_fd, name);
	if (fd < 0)
		return -errno;
	*ret = fd;
	return 0;
}

static int make_part(const struct walk *walk, int dir_fd, const char *name,
    int flags, int *ret)
{
	bool made;
	int fd = -1, r;

	made = mkdirat(dir_fd, name, 0700) == 0;
	if (!made && errno != EEXIST)
		return -errno;
	r = open_part(dir_fd, name, flags, &fd);
	if (r < 0)
		return r;

	if (made && walk->strict)
		r = give_to(fd, &walk->owner);
	if (made && r == 0)
		r = sync_names(dir_fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret = fd;
	return 0;
}

static int enter_part(const struct walk *walk, int dir_fd, const char *name,
    bool last, int *ret)
{
	int flags = last ? O_RDONLY : O_PATH;
	struct stat st;
	int fd = -1, r;

	/* A link is followed where the administrator laid it out, not where
	 * a log directory's owner could. */
	if (last || walk->strict)
		flags = O_RDONLY | O_NOFOLLOW;

	r = open_part(dir_fd, name, flags, &fd);
	if (r == -ENOENT && walk->create)
		r = make_part(walk, dir_fd, name, flags, &fd);
	if (r < 0)
		return r;
	if (walk->strict) {
		if (fstat(fd, &st) < 0)
			r = -errno;
		else if (!is_owner(st.st_uid, &walk->owner))
			r = -EPERM;
	}
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret = fd;
	return 0;
}

/* Go down `path` part by part; takes over dir_fd. */
static int walk_down(const struct walk *walk, int dir_fd, const char *path,
    int *ret)
{
	char part[NAME_MAX + 1];
	int r = 0;

	path += strspn(path, "/");
	while (*path != '\0') {
		size_t len = strcspn(path, "/");
		const char *next = path + len + strspn(path + len, "/");
		int fd = -1;

		r = len > NAME_MAX ? -ENAMETOOLONG : 0;
		if (r < 0)
			break;
		memcpy(part, path, len);
		part[len] = '\0';
		r = enter_part(walk, dir_fd, part, *next == '\0', &fd);
		if (r < 0)
			break;
		close(dir_fd);
		dir_fd = fd;
		path = next;
	}
	if (r < 0) {
		close(dir_fd);
		return r;
	}
	*ret = dir_fd;
	return 0;
}

int mxlog_fs_open_dir(const char *path, bool create, int *ret)
{
	struct walk walk = { .create = create };
	int fd;

	if (*path == '\0')
		return -ENOENT;
	fd = mxlog_own_fd_lift(
	    open(*path == '/' ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (fd < 0 && errno == EACCES)
		fd = mxlog_own_fd_lift(open(*path == '/' ? "/" : ".",
		    O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (fd < 0)
		return -errno;
	return walk_down(&walk, fd, path, ret);
}

int mxlog_fs_open_subdir(int dir_fd, const char *name, bool create, int *ret)
{
	struct walk walk = { .create = create, .strict = true };
	int fd;

	if (fstat(dir_fd, &walk.owner) < 0)
		return -errno;
	fd = mxlog_own_fd_lift(
	    openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (fd < 0)
		return -errno;
	return walk_down(&walk, fd, name, ret);
}

/* ---- files ---- */

static int check_file(int fd, const struct stat *owner)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_nlink > 1 ||
	    !is_owner(st.st_uid, owner))
		return -EPERM;
	return st.st_nlink == 0 ? -ENOENT : 0;
}

static int open_existing(int dir_fd, const char *name, int flags,
    const struct stat *owner, int *ret)
{
	int fd, r;

	fd = mxlog_own_fd_lift(openat(dir_fd, name,
	    flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
	if (fd < 0) /* a directory, a socket or a FIFO is no file of ours */
		return errno == EISDIR || errno == ENXIO ? -EPERM : -errno;

	r = check_file(fd, owner);
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret = fd;
	return 0;
}

static int create_new(int dir_fd, const char *name, int flags,
    const struct stat *owner, int *ret)
{
	int fd, r;

	fd = mxlog_own_fd_lift(openat(dir_fd, name,
	    flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
	    0600));
	if (fd < 0)
		return -errno;

	r = fchmod(fd, 0600) < 0 ? -errno : 0; /* whatever the umask says */
	if (r == 0)
		r = give_to(fd, owner);
	if (r < 0) {
		(void)unlinkat(dir_fd, name, 0);
		close(fd);
		return r;
	}
	*ret = fd;
	return 0;
}

int mxlog_fs_open_file(int dir_fd, const char *name, int flags, int *ret)
{
	int plain = flags & ~(O_CREAT | O_EXCL);
	struct stat owner;
	int r = -EEXIST;

	if (fstat(dir_fd, &owner) < 0)
		return -errno;
	if (!(flags & O_CREAT))
		return open_existing(dir_fd, name, plain, &owner, ret);

	for (int i = 0; i < OPEN_TRIES && r == -EEXIST; i++) {
		if (!(flags & O_EXCL)) {
			r = open_existing(dir_fd, name, plain, &owner, ret);
			if (r != -ENOENT)
				return r;
		}
		r = create_new(dir_fd, name, plain, &owner, ret);
		if (flags & O_EXCL)
			return r;
	}
	return r;
}

int mxlog_fs_check_name(int dir_fd, const char *name, int fd)
{
	struct stat open_st, name_st;

	if (fstat(fd, &open_st) < 0)
		return -errno;
	if (fstatat(dir_fd, name, &name_st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? -ESTALE : -errno;
	if (open_st.st_dev != name_st.st_dev ||
	    open_st.st_ino != name_st.st_ino)
		return -ESTALE;
	return 0;
}

static int write_temporary(int dir_fd, const char *name, const void *data,
    size_t len)
{
	int fd = -1, r;

	if (unlinkat(dir_fd, name, 0) < 0 && errno != ENOENT)
		return -errno;
	r = mxlog_fs_open_file(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL, &fd);
	if (r < 0)
		return r;
	r = mxlog_fs_write_all(fd, data, len);
	if (r == 0)
		r = mxlog_fs_fsync(fd);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

int mxlog_fs_replace(int dir_fd, const char *name, const void *data, size_t len)
{
	char temporary[NAME_MAX + 1];
	int n, r;

	n = snprintf(temporary, sizeof(temporary), "%s.new", name);
	if (n < 0 || (size_t)n >= sizeof(temporary))
		return -ENAMETOOLONG;

	r = write_temporary(dir_fd, temporary, data, len);
	if (r == 0 && renameat(dir_fd, temporary, dir_fd, name) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(dir_fd, temporary, 0);
		return r;
	}
	return mxlog_fs_fsync(dir_fd);
}

/* Read to the end, whatever the size was when it was asked for. */
static int read_open_file(int fd, size_t max, struct mxlog_buf *buf)
{
	size_t start = buf->len;

	for (;;) {
		size_t have = buf->len - start, n = 0;
		int r = mxlog_buf_reserve(buf, 4096);

		if (r < 0)
			return r;
		r = mxlog_fs_pread_full(fd, buf->data + buf->len,
		    buf->capacity - buf->len, (off_t)have, &n);
		if (r < 0)
			return r;
		if (n == 0)
			return 0;
		buf->len += n;
		if (have + n > max)
			return -EFBIG;
	}
}

int mxlog_fs_read_file(int dir_fd, const char *name, size_t max,
    struct mxlog_buf *buf)
{
	size_t start = buf->len;
	int fd = -1, r;

	r = mxlog_fs_open_file(dir_fd, name, O_RDONLY, &fd);
	if (r < 0)
		return r;
	r = read_open_file(fd, max, buf);
	close(fd);
	if (r < 0)
		buf->len = start;
	return r;
}
