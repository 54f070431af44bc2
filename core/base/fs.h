/* SPDX-License-Identifier: Apache-2.0 */
/* Filesystem helpers: short writes, interrupts and durable names, once. All
 * work on descriptors relative to a held directory and never follow links. */
#pragma once

#include <sys/types.h>

#include "base/buf.h"

/* Write all of it. On failure some of it may be written. -EFBIG where
 * RLIMIT_FSIZE would be passed: nothing is written then, as the kernel would
 * send SIGXFSZ, which ends a process that is not ours. */
int mxlog_fs_write_all(int fd, const void *data, size_t len);
int mxlog_fs_pwrite_all(int fd, const void *data, size_t len, off_t offset);

/* Read up to `len` bytes; short only at the end of the file: *ret is how
 * many. */
int mxlog_fs_pread_full(int fd, void *data, size_t len, off_t offset,
    size_t *ret);

int mxlog_fs_fsync(int fd);
int mxlog_fs_fdatasync(int fd);
int mxlog_fs_ftruncate(int fd, off_t size);

/* Open (making it, and what is above it, mode 0700, when missing) a directory.
 * Links are followed above the last place only: -ELOOP for one there,
 * -ENOTDIR, -EACCES … A new directory's name is durable when this returns. */
int mxlog_fs_open_dir(const char *path, bool create, int *ret);

/* The same below a held directory, "metrics" or "archive/metrics": no link
 * anywhere, and each part belongs to the caller, to dir_fd's owner or to root:
 * else -EPERM. What root makes gets dir_fd's owner. */
int mxlog_fs_open_subdir(int dir_fd, const char *name, bool create, int *ret);

/* Open a file of a log directory with O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC. It
 * must be a regular file with one link that belongs to the caller, to the
 * directory's owner or to root: else -EPERM (-ELOOP for a link, -ENOENT if its
 * name went in the meantime). With O_CREAT in `flags` a missing one is made,
 * 0600, and gets the directory's owner when root makes it. */
int mxlog_fs_open_file(int dir_fd, const char *name, int flags, int *ret);

/* 0 while `name` is the file that is open as `fd`; -ESTALE when it is gone or
 * another's. */
int mxlog_fs_check_name(int dir_fd, const char *name, int fd);

/* Replace `name` by these bytes durably: write a temporary (`name`.new), fsync,
 * rename, fsync the directory. On failure the old file stands and the
 * temporary is gone. Two callers at once for one name must exclude each other. */
int mxlog_fs_replace(int dir_fd, const char *name, const void *data,
    size_t len);

/* Append all of a file of at most `max` bytes; -EFBIG beyond. `buf` is
 * unchanged on failure. */
int mxlog_fs_read_file(int dir_fd, const char *name, size_t max,
    struct mxlog_buf *buf);
