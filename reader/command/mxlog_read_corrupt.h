/* SPDX-License-Identifier: Apache-2.0 */
/* The entry that mxlog-read writes about an archive that is corrupt. */
#pragma once

#include "base/buf.h"

/* What was told while a query ran. A zeroed struct is empty. */
struct mxlog_read_corrupt {
	struct mxlog_buf texts; /* dir, NUL, text, NUL, … */
};

/* An mxlog_reader_corrupt callback; `arg` is the struct. */
void mxlog_read_corrupt_note(void *arg, const char *dir, const char *text);

/* Write one ERROR entry into the log directory for each archive of which there
 * is none yet, where this account may, and forget all. */
void mxlog_read_corrupt_store(struct mxlog_read_corrupt *corrupt);
