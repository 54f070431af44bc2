/* SPDX-License-Identifier: Apache-2.0 */
/* Lines file: a file of lines that somebody named, wherever it stands and
 * whatever it is called, plain or gzip. */
#pragma once

#include "base/reterr.h"

/* Open it: *ret, the caller's, is read as a live segment is, and holds *ret_size
 * bytes. What is compressed or a pipe is written to a temporary file first.
 * -EINVAL with reterr for what is compressed by something else. */
int mxlog_lines_file_open(const char *path, int *ret, uint64_t *ret_size,
    struct mxlog_error *reterr);

/* Let standard input be a file that can be opened as /dev/stdin time and
 * again. */
int mxlog_lines_file_keep_stdin(void);
