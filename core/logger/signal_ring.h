/* SPDX-License-Identifier: Apache-2.0 */
/* Signal ring: what signal handlers log, in a fixed buffer, until a thread that
 * may do all things hands it on. */
#pragma once

#include <sys/types.h>

#include <mxlog/level.h>

#include "base/base.h"

enum {
	MXLOG_SIGNAL_SLOTS = 64,
	MXLOG_SIGNAL_TEXT = 480, /* bytes of a message; the rest is cut */
};

struct mxlog_logger;

struct mxlog_signal_entry {
	struct mxlog_logger *logger;
	enum mxlog_level level;
	int64_t time_usec;
	pid_t thread_id;
	uint64_t number; /* order of arrival */
	size_t len;
	bool cut;
	char text[MXLOG_SIGNAL_TEXT];
};

/* Async-signal-safe: a slot to be filled, its text empty, or NULL when all are
 * taken; then keep it. */
struct mxlog_signal_entry *mxlog_signal_ring_take(void);
void mxlog_signal_ring_keep(struct mxlog_signal_entry *entry);

/* True if there may be something to hand on. */
bool mxlog_signal_ring_has_some(void);

/* Call `each` for what was kept, in its order; one thread at a time. */
void mxlog_signal_ring_drain(void (*each)(void *arg,
				 const struct mxlog_signal_entry *entry),
    void *arg);

/* In a forked child: all of it is the parent's. */
void mxlog_signal_ring_forget(void);
