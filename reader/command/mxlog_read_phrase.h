/* SPDX-License-Identifier: Apache-2.0 */
/* Phrase: the expressions that options of mxlog-read stand for. Each appends to
 * a text for mxlog_query_add_where(). -ENOMEM. */
#pragma once

#include "base/buf.h"

/* FIELD = VALUE. */
int mxlog_read_phrase_equals(struct mxlog_buf *out, const char *field,
    const char *value);

/* What a unit's name means, with or without .service, or with * and ?: entries
 * of the unit, and systemd's own about it. */
int mxlog_read_phrase_unit(struct mxlog_buf *out, const char *unit);

/* A field's text has a match of the pattern, or holds the text as it stands. */
int mxlog_read_phrase_search(struct mxlog_buf *out, const char *field,
    const char *text, bool regex, bool case_matters);

/* What the kernel logged. */
int mxlog_read_phrase_kernel(struct mxlog_buf *out);
