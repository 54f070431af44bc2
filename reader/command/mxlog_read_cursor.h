/* SPDX-License-Identifier: Apache-2.0 */
/* Cursor file: where the last call ended, of --cursor-file. */
#pragma once

#include <mxlog/reader.h>

/* Let the reader begin where the file says; from the beginning if there is no
 * such file yet. -EINVAL with reterr for a file that is none. */
int mxlog_read_cursor_load(struct mxlog_reader *reader, const char *path,
    struct mxlog_error *reterr);

/* Replace the file durably; to be called when all was shown. */
int mxlog_read_cursor_save(const struct mxlog_reader *reader, const char *path,
    struct mxlog_error *reterr);
