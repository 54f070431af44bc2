/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal: pager, progress, and leaving it clean. */
#pragma once

#include "command/mxlog_read_print.h"

struct mxlog_read_terminal {
	struct mxlog_read_screen screen;
	int pager_pid;   /* 0: none */
	bool progress;   /* stderr is a terminal of its own */
	bool shown;      /* a progress line stands there */
	int64_t started; /* of the monotonic clock, microseconds */
	int64_t updated;
};

/* Start a pager if standard output is a terminal and `pager` (MXLOG_PAGER,
 * PAGER, else less; "" or cat: none); catch Ctrl-C, so that no colour or
 * progress line is left behind. */
int mxlog_read_terminal_open(struct mxlog_read_terminal *terminal, bool pager);

/* An mxlog_reader_progress callback; `arg` is the struct. */
void mxlog_read_terminal_progress(void *arg, uint64_t done, uint64_t total);

/* Take the progress line away, as before anything is printed. */
void mxlog_read_terminal_clear(struct mxlog_read_terminal *terminal);

/* An mxlog_reader_warn callback; `arg` is the struct, or NULL. */
void mxlog_read_terminal_warn(void *arg, const char *text);

/* Wait until the pager is left. */
void mxlog_read_terminal_close(struct mxlog_read_terminal *terminal);
