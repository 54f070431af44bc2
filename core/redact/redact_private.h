/* SPDX-License-Identifier: Apache-2.0 */
/* What a redactor is made of, for texts, entries and metrics. */
#pragma once

#include "redact/redact.h"
#include "redact/redact_found.h"
#include "redact/redact_key_lines.h"

struct mxlog_redactor {
	struct mxlog_rules *rules;
	const struct mxlog_keyword_starts *starts; /* of the rules */
	bool search_all; /* hits or not: see mxlog_rules_search_all() */
	char *text;      /* what is put in place of a secret */
	size_t text_len;
	struct mxlog_hits hits; /* of the bytes at hand */
	struct mxlog_ranges ranges;
	struct mxlog_found found;         /* secrets of the entry at hand */
	struct mxlog_key_lines key_lines; /* keys that come line by line */
	struct mxlog_budget left;         /* of the entry at hand */
	bool failed;    /* something of it was replaced whole */
	bool truncated; /* something of it became too long */
	struct mxlog_buf out, value, decoded;
	struct mxlog_redact_stats stats;
};

/* Begin with something made of `len` bytes. */
void mxlog_redact_begin(struct mxlog_redactor *redactor, size_t len);

/* 1 and the new text in *out (cleared first); 0 if there is no secret in it;
 * -ENOMEM. `hits` as mxlog_rules_find() takes them. */
int mxlog_redact_string(struct mxlog_redactor *redactor, const char *text,
    size_t len, const struct mxlog_hits *hits, size_t offset,
    struct mxlog_buf *out);

/* Fill redactor->ranges with what is secret in a text: sorted, none of them what
 * was redacted before. 0, or -ENOMEM; a text that could not be searched is one
 * range as a whole. */
int mxlog_redact_find(struct mxlog_redactor *redactor, const char *text,
    size_t len, const struct mxlog_hits *hits, size_t offset);

/* Append the text with the redaction text in place of redactor->ranges. */
int mxlog_redact_replace(struct mxlog_redactor *redactor, const char *text,
    size_t len, struct mxlog_buf *out);

/* Hide what was found elsewhere in the entry: 1 and the new text in *out, 0, or
 * -ENOMEM. */
int mxlog_redact_again(struct mxlog_redactor *redactor, const char *text,
    size_t len, struct mxlog_buf *out);
