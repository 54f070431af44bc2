/* SPDX-License-Identifier: Apache-2.0 */
/* Directory: the one that a store writes to, held open. One account owns it. */
#pragma once

#include "base/own_fd.h"
#include "base/reterr.h"

/* The path from the root, for free(). -EPERM where a setuid or setgid program
 * would have to trust the directory that it was started in. */
int mxlog_store_dir_absolute(const char *path, char **ret);

/* Open a log directory, making it (for `uid` and `gid`, where they are not
 * UINT32_MAX) when missing, and .mxlog in it. -EPERM if it belongs to another
 * account than `uid`, or to one that is neither the caller nor root. */
int mxlog_store_dir_open(const char *log_dir, uint32_t uid, uint32_t gid,
    int *ret, struct mxlog_error *reterr);

/* A directory that was removed, or replaced by another, is opened anew, and so
 * is one whose descriptor is no longer `own`. One that only its path has lost
 * (after a chroot, by a lack of rights) serves. */
int mxlog_store_dir_check(const char *log_dir, struct mxlog_own_fd *own,
    int *dir_fd);
