/* SPDX-License-Identifier: Apache-2.0 */
/* Filling struct mxlog_error: why something was refused, in one line. */
#pragma once

#include "base/base.h"

/* Fill `error`, unless it is NULL, and return `code`, a negative errno. What
 * would break the line (control characters) is replaced by '?'. */
int mxlog_error_set(struct mxlog_error *error, int code, const char *format,
    ...) MXLOG_PRINTF(3, 4);

/* Of `n` names the one nearest to `text` by edit distance, if it is near enough
 * to be meant (a third of its length); else the first that begins with it; else
 * NULL. */
const char *mxlog_error_nearest(const char *text, size_t len,
    const char *const *names, size_t n);
