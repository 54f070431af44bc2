/* SPDX-License-Identifier: Apache-2.0 */
/* Fork guard: tells a forked child, for the price of reading a byte, that what
 * it inherited (locks, random bits, a batch) still belongs to its parent. */
#pragma once

#include <sys/types.h>

#include "base/base.h"

struct mxlog_fork_guard {
	unsigned char *page; /* the kernel zeroes it in a child; NULL: it
	                      * can't, then the process ids are compared */
	pid_t pid;
};

/* -ENOMEM. */
int mxlog_fork_guard_init(struct mxlog_fork_guard *guard);
void mxlog_fork_guard_done(struct mxlog_fork_guard *guard);

/* True in a child until _reset. */
bool mxlog_fork_guard_is_child(const struct mxlog_fork_guard *guard);
void mxlog_fork_guard_reset(struct mxlog_fork_guard *guard);
