/* SPDX-License-Identifier: Apache-2.0 */
/* Redaction: takes secrets out of every string of an entry before anything of
 * ours touches a disk. Fails closed: a field that can't be searched in time is
 * replaced whole. */
#pragma once

#include "base/reterr.h"
#include "entry/entry_private.h"
#include "entry/metric_private.h"

struct mxlog_redactor;

/* The built-in rules, then `patterns`; `text` replaces what they find. The
 * error names the pattern that does not compile and where. */
int mxlog_redactor_new(const char *const *patterns, size_t n_patterns,
    const char *text, struct mxlog_redactor **ret, struct mxlog_error *reterr);
void mxlog_redactor_free(struct mxlog_redactor *redactor);

/* Redact in place, before names are normalised: message, module, function,
 * ids, tags, context keys and values (nested), exception texts, files and
 * code lines. A context key named like a secret loses its whole value.
 * -ENOMEM: the entry must not be written. */
int mxlog_redact_entry(struct mxlog_redactor *redactor,
    struct mxlog_entry *entry);
int mxlog_redact_metric(struct mxlog_redactor *redactor,
    struct mxlog_metric *metric);

/* Append the redacted form of valid UTF-8 to `out`. */
int mxlog_redact_text(struct mxlog_redactor *redactor, const char *text,
    size_t len, struct mxlog_buf *out);

struct mxlog_redact_stats {
	uint64_t redactions; /* replacements made */
	uint64_t failures; /* fields replaced because a rule ran out of time */
};
void mxlog_redactor_get_stats(const struct mxlog_redactor *redactor,
    struct mxlog_redact_stats *ret);
