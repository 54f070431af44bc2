/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/stderr_guard.h"

#include <unistd.h>

#include "base/fs.h"
#include "base/own_fd.h"

static struct mxlog_own_fd noted;

void mxlog_stderr_note(void)
{
	mxlog_own_fd_note(&noted, STDERR_FILENO);
}

bool mxlog_stderr_is_ours(void)
{
	return mxlog_own_fd_is(&noted, STDERR_FILENO);
}

int mxlog_stderr_write(const void *data, size_t len)
{
	return mxlog_stderr_is_ours()
	    ? mxlog_fs_write_all(STDERR_FILENO, data, len)
	    : -EBADF;
}
