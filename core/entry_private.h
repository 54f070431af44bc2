/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry is made of: for redaction, encoding and decoding. */
#pragma once

#include <mxlog/entry.h>

#include "buf.h"
#include "exception_private.h"

struct mxlog_pair {
	struct mxlog_span key;
	struct mxlog_span value;
	bool json; /* the value is canonical JSON, else the text of a string */
};

/* All text lies in `bytes`, valid UTF-8, each field where its span says.
 * Replacing a field appends the new text and repoints the span. */
struct mxlog_entry {
	struct mxlog_buf bytes;
	struct mxlog_span text[MXLOG_FIELD_COUNT]; /* of text fields only */
	int64_t time_usec;
	enum mxlog_level level;
	bool has_time;
	bool has_line_number;
	bool has_duration;
	bool truncated; /* something was cut: the line gets the tag */
	bool audit;     /* mxlog's own: passes every level filter */
	int32_t line_number;
	double duration_ms;
	struct mxlog_exception *exception; /* owned, or NULL */
	struct mxlog_span *tags;
	size_t n_tags, tags_capacity;
	struct mxlog_pair *context;
	size_t n_context, context_capacity;
};

static inline const char *mxlog_entry_text(const struct mxlog_entry *entry,
    struct mxlog_span span)
{
	return entry->bytes.data + span.off;
}

/* Copy text behind the others. Invalid UTF-8 becomes U+FFFD; cut at `max`. */
int mxlog_entry_store(struct mxlog_entry *entry, const char *text, size_t len,
    size_t max, struct mxlog_span *ret);

/* Make of the fields what a line holds: a dotted module (a changed name stays
 * raw in context.original_module; none: "unknown"), snake_case unique context
 * keys, unique tags, a canonical trace_id (-ENOENT if the entry has none that
 * could be read; what was there is kept in context.original_trace_id). To be
 * called after redaction, which must see raw names. */
int mxlog_entry_normalise(struct mxlog_entry *entry);

/* The dotted form of a module name, appended: every part an identifier. A
 * query uses the same. True in *ret_changed if it differs. */
int mxlog_module_normalise(struct mxlog_buf *buf, const char *name, size_t len,
    bool *ret_changed);
bool mxlog_module_is_valid(const char *name, size_t len);

/* A context key: [a-z_][a-z0-9_]*; camelCase becomes camel_case. */
int mxlog_key_normalise(struct mxlog_buf *buf, const char *key, size_t len,
    bool *ret_changed);
bool mxlog_key_is_valid(const char *key, size_t len);

/* Check against every validation rule of the models, as a line read from
 * elsewhere is checked: -EINVAL, reterr names the field and the rule. */
int mxlog_entry_validate(const struct mxlog_entry *entry,
    struct mxlog_error *reterr);
