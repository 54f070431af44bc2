/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int mxlog_own_fd_lift(int fd)
{
	int lifted, saved;

	if (LIKELY(fd < 0 || fd > STDERR_FILENO))
		return fd;
	lifted = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	saved = errno;
	close(fd);
	errno = saved;
	return lifted;
}

void mxlog_own_fd_note(struct mxlog_own_fd *own, int fd)
{
	struct stat st;

	*own = (struct mxlog_own_fd){ 0 };
	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	own->dev = st.st_dev;
	own->ino = st.st_ino;
}

bool mxlog_own_fd_is(const struct mxlog_own_fd *own, int fd)
{
	struct stat st;

	if (fd < 0 || own->ino == 0)
		return false;
	if (fstat(fd, &st) < 0)
		return errno != EBADF; /* not a word against it */
	return st.st_dev == own->dev && st.st_ino == own->ino;
}

void mxlog_own_fd_close(const struct mxlog_own_fd *own, int fd)
{
	if (fd >= 0 && (own->ino == 0 || mxlog_own_fd_is(own, fd)))
		close(fd);
}
