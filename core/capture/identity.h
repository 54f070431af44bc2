/* SPDX-License-Identifier: Apache-2.0 */
/* Identity: what a line was made of, found in the lines where a source put it. */
#pragma once

#include <mxlog/checkpoint.h>

#include "base/base.h"

/* The identity in one line, without its newline: 1; 0 if the line has none
 * under that key or is no whole JSON object. */
int mxlog_identity_read(const char *key, const char *line, size_t len,
    struct mxlog_identity *ret);

/* Called with where the line ends in the file, its newline included. */
typedef int mxlog_identity_scanned(void *arg,
    const struct mxlog_identity *identity, uint64_t end);

/* Call back for each identity in the whole lines of a file from `from` on,
 * which must be a line's start. The callback's non-zero result ends the scan
 * and is returned; else 0 or a negative errno. */
int mxlog_identity_scan(int fd, uint64_t from, const char *key,
    mxlog_identity_scanned *scanned, void *arg);
