/* SPDX-License-Identifier: Apache-2.0 */
/* Formatter: an entry as a line of text for a person or another program. */
#pragma once

#include "base/reterr.h"
#include "config/config_private.h"
#include "entry/entry_private.h"

struct mxlog_formatter;

/* `format` is "json" (the stored line), "console" (for a person; coloured by
 * level with `colour`), or a format string in the manner of Python's logging:
 * %(timestamp)s %(levelname)-8s %(name)s %(message)s. Names are LogEntry's
 * keys, and Python's for the same: asctime, levelname, name, funcName, lineno,
 * process, thread. -EINVAL with reterr for a name that is none. */
int mxlog_formatter_new(const char *format, bool colour,
    struct mxlog_formatter **ret, struct mxlog_error *reterr);
void mxlog_formatter_free(struct mxlog_formatter *formatter);

/* Append the entry, its '\n' included. Apart from "json", control and bidi
 * characters of the entry's text are made visible, so that they can't steer a
 * terminal. */
int mxlog_formatter_append(const struct mxlog_formatter *formatter,
    const struct mxlog_entry *entry, struct mxlog_buf *out);

/* Append valid UTF-8, control characters as \xNN or \u{NNNN}; newlines too,
 * unless `multiline`. */
int mxlog_formatter_append_visible(struct mxlog_buf *out, const char *text,
    size_t len, bool multiline);
