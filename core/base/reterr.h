/* SPDX-License-Identifier: Apache-2.0 */
/* Why something was refused, in one line: see mxlog_error_set(). */
#pragma once

#include "base/base.h"

/* Of `n` names the one nearest to `text` by edit distance, if it is near enough
 * to be meant (a third of its length); else the first that begins with it; else
 * NULL. */
const char *mxlog_error_nearest(const char *text, size_t len,
    const char *const *names, size_t n);
