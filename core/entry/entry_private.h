/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry is made of: for redaction, encoding and decoding. */
#pragma once

#include <mxlog/entry.h>

#include "entry/exception_private.h"
#include "entry/name.h"

enum {
	MXLOG_ENTRY_TEXT = 1024 * 1024, /* bytes of one context value */
	MXLOG_ENTRY_NAME = 255,         /* bytes of a tag, key or raw id */
	/* Readable behind the bytes of every text an entry stored. */
	MXLOG_ENTRY_SLACK = MXLOG_SPAN_SLACK,
};

/* What `truncated` becomes in the line. */
#define MXLOG_TAG_TRUNCATED "truncated"

struct mxlog_pair {
	struct mxlog_text_span key;
	struct mxlog_text_span value;
	bool json; /* the value is canonical JSON, else the text of a string */
	bool own;  /* mxlog itself says so: a reserved name is right */
};

/* All text lies in `bytes`, valid UTF-8, each field where its span says.
 * Replacing a field appends the new text and repoints the span. */
struct mxlog_entry {
	struct mxlog_buf bytes;
	struct mxlog_text_span
	    text[MXLOG_FIELD_COUNT]; /* of text fields only */
	int64_t time_usec;
	enum mxlog_level level;
	bool default_level; /* nobody named it: the transport's */
	bool has_time;
	bool has_line_number;
	bool has_duration;
	bool truncated;   /* something was cut: the line gets the tag */
	bool id_redacted; /* the trace_id held a secret: it is not hashed */
	bool id_hashed;   /* the trace_id was none of the known forms */
	bool captured; /* it has an identity: its source vouches for its time */
	bool audit;    /* mxlog's own: passes every level filter, is marked */
	int32_t line_number;
	double duration_ms;
	struct mxlog_exception *exception; /* owned, or NULL */
	struct mxlog_text_span *tags;
	size_t n_tags, tags_capacity;
	struct mxlog_pair *context;
	size_t n_context, context_capacity;
	uint32_t *slots; /* private: where the keys are, while they are made */
	size_t n_slots, slots_capacity;
};

static inline const char *mxlog_entry_text(const struct mxlog_entry *entry,
    struct mxlog_text_span span)
{
	return entry->bytes.data + span.off;
}

/* Copy text behind the others; it may be the entry's own. Invalid UTF-8 becomes
 * U+FFFD; what is longer than `max` is cut and the entry marked. */
int mxlog_entry_store(struct mxlog_entry *entry, const char *text, size_t len,
    size_t max, struct mxlog_text_span *ret);

/* Make the `len` bytes behind the others the message, with slack behind them.
 * false: they are too long or no valid UTF-8, and not kept. */
bool mxlog_entry_keep_message(struct mxlog_entry *entry, size_t len);

/* Add a pair or tag whatever the limit is: what mxlog itself adds and what a
 * stored line holds. The spans must be the entry's. */
int mxlog_entry_push_pair(struct mxlog_entry *entry,
    const struct mxlog_pair *pair);
int mxlog_entry_push_tag(struct mxlog_entry *entry, struct mxlog_text_span tag);

/* As mxlog_entry_add_context_json(), of a JSON number, true, false or null that
 * needs no check: the scanner gave it. */
int mxlog_entry_add_context_literal(struct mxlog_entry *entry, const char *key,
    size_t key_len, const char *literal, size_t len);

/* The tag's index, or n_tags. */
size_t mxlog_entry_find_tag(const struct mxlog_entry *entry, const char *tag,
    size_t len);

/* Make of the fields what a line holds: a dotted module (a changed name stays
 * raw in context.original_module; none: "unknown"), a message, snake_case
 * unique context keys, unique tags, a canonical trace_id (a W3C trace id or
 * UUID, or what could not be read, stays raw in context.original_trace_id), and
 * nothing longer than a line may be (FORMAT.md, "What is cut"). To be called
 * after redaction, which must see raw names. -ENOENT if the entry has no
 * trace_id that could be read: all else is done then, and setting a canonical
 * one completes it. -ENOMEM. */
int mxlog_entry_normalise(struct mxlog_entry *entry);

/* Make the context's keys snake_case and unique: a step of the above, and for
 * those who add pairs to a normalised entry. Keys that are valid stay, the
 * first of equal ones; others get a suffix, _2 and up. Pairs from index `own`
 * on come first: nobody can take a name that mxlog gives. -ENOMEM. */
int mxlog_entry_normalise_keys(struct mxlog_entry *entry, size_t own);

/* Bytes that the entry's line has at most; with `exact` escapes are counted
 * instead of estimated, and only what stands between texts is. */
size_t mxlog_entry_size(const struct mxlog_entry *entry, bool exact);
size_t mxlog_exception_size(const struct mxlog_exception *exception,
    bool exact);

/* Cut until the line fits MXLOG_LINE_MAX. */
void mxlog_entry_fit(struct mxlog_entry *entry);

/* Check against every validation rule of the models, as a line read from
 * elsewhere is checked: -EINVAL, reterr names the field and the rule. */
int mxlog_entry_validate(const struct mxlog_entry *entry,
    struct mxlog_error *reterr);
