/* SPDX-License-Identifier: Apache-2.0 */
/* Scratch: a directory of a test's own, and short words for what tests do to
 * files. All of them end the test when they fail. */
#pragma once

#include "base/buf.h"

/* Make one in $TMPDIR or /tmp: its path, which scratch_done() frees. */
char *scratch_new(void);

/* The same in memory where that is possible: for loops that sync. */
char *scratch_new_fast(void);

/* Remove it with all that is in it. */
void scratch_done(char *path);

/* "<path>/<name>" in one of a few static buffers. */
const char *scratch_path(const char *path, const char *name);

/* Make `name` below `path` hold this text. */
void scratch_write(const char *path, const char *name, const char *text);

/* The bytes of a file, appended. False if there is none. */
bool scratch_read(const char *path, const char *name, struct mxlog_buf *buf);

/* True if it holds just this text. */
bool scratch_holds(const char *path, const char *name, const char *text);

bool scratch_exists(const char *path, const char *name);
