/* SPDX-License-Identifier: Apache-2.0 */
/* Screen: text as it may be shown on a terminal, whatever is in it. */
#pragma once

#include "base/buf.h"

/* Append UTF-8 text so that it can't steer a terminal or reorder what stands
 * around it: control characters become \x1b, bidirectional controls, line
 * separators and other invisible format characters <U+202E>, invalid bytes
 * U+FFFD, a tab four spaces. A newline begins a line of `indent` spaces; with
 * a negative indent it becomes \n. */
int mxlog_screen_text(struct mxlog_buf *buf, const char *text, size_t len,
    int indent);

/* Append a JSON line as it is, but for the characters above: in strings they
 * become \u escapes, so that it stays the same JSON. */
int mxlog_screen_json(struct mxlog_buf *buf, const char *line, size_t len);

/* Columns that the text takes (as far as can be told without a font). */
size_t mxlog_screen_width(const char *text, size_t len);
