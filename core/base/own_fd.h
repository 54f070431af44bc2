/* SPDX-License-Identifier: Apache-2.0 */
/* Own descriptor: a library's descriptors in a process that is not its own,
 * which may close any number and give it to something else (closefrom(3) in a
 * daemon, stderr for a file). */
#pragma once

#include <sys/types.h>

#include "base/base.h"

/* Which file a descriptor was of when it was opened. Zeroed: of none. */
struct mxlog_own_fd {
	dev_t dev;
	ino_t ino;
};

/* Move a descriptor that was just opened away from 0 to 2: where those are
 * closed, what the program prints would go into it. Negative: returned as it
 * is, errno too; -1 with errno when there is no number left. */
int mxlog_own_fd_lift(int fd);

/* Remember what `fd` is; none if it is closed. */
void mxlog_own_fd_note(struct mxlog_own_fd *own, int fd);

/* True while `fd` is still of the file that was noted. */
bool mxlog_own_fd_is(const struct mxlog_own_fd *own, int fd);

/* Close it, if it is still ours; if nothing could be noted, too. */
void mxlog_own_fd_close(const struct mxlog_own_fd *own, int fd);
