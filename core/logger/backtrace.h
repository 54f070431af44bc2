/* SPDX-License-Identifier: Apache-2.0 */
/* Backtrace: the last entries of a thread that were below their logger's level,
 * remembered in case an ERROR follows. */
#pragma once

#include "logger/dispatch.h"

/* A ring; a zeroed struct is an empty one. */
struct mxlog_backtrace {
	struct mxlog_item **items; /* NULL until first used */
	uint32_t capacity;
	uint32_t next; /* where the next one goes */
	uint32_t n;
};

void mxlog_backtrace_done(struct mxlog_backtrace *backtrace);

/* Remember *item and get another one in exchange; of more than `capacity` the
 * oldest goes. Without memory it is forgotten at once. */
void mxlog_backtrace_keep(struct mxlog_backtrace *backtrace, uint32_t capacity,
    struct mxlog_item **item);

/* The place of the oldest one, which is forgotten then: any item must stand
 * there afterwards. NULL: there is none. */
struct mxlog_item **mxlog_backtrace_take(struct mxlog_backtrace *backtrace);
