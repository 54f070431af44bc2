/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/entry_private.h"
#include "entry/trace_id.h"

static void drop_empty(struct mxlog_entry *entry, enum mxlog_field field)
{
	if (entry->text[field].len == 0)
		entry->text[field] = MXLOG_NO_SPAN;
}

/* Keep a raw name under a key of our own. */
static int keep_raw(struct mxlog_entry *entry, const char *key, size_t len,
    struct mxlog_text_span raw)
{
	struct mxlog_pair pair = { .value = raw };
	int r;

	r = mxlog_entry_store(entry, key, len, MXLOG_ENTRY_NAME, &pair.key);
	if (r < 0)
		return r;
	return mxlog_entry_push_pair(entry, &pair);
}

/* 0, or -ENOENT if there is none that can be read. */
static int normalise_trace_id(struct mxlog_entry *entry)
{
	struct mxlog_text_span *span = &entry->text[MXLOG_FIELD_TRACE_ID];
	struct mxlog_text_span raw = *span;
	char text[MXLOG_ULID_LEN];
	struct mxlog_ulid id;
	int form, r;

	*span = MXLOG_NO_SPAN;
	if (raw.len == 0)
		return -ENOENT;
	if (mxlog_ulid_is_canonical(mxlog_entry_text(entry, raw), raw.len)) {
		*span = raw;
		return 0;
	}
	form = mxlog_trace_id_read(mxlog_entry_text(entry, raw), raw.len, &id);
	if (form < 0)
		return form;
	/* Small letters and aliases are the same id, written otherwise. */
	if (form != MXLOG_TRACE_ID_ULID) {
		r = keep_raw(entry, LITERAL("original_trace_id"), raw);
		if (r < 0)
			return r;
	}
	/* What stands for a secret would make one trace of many. */
	if (form == MXLOG_TRACE_ID_NONE ||
	    (form == MXLOG_TRACE_ID_HASHED && entry->id_redacted))
		return -ENOENT;
	entry->id_hashed = form == MXLOG_TRACE_ID_HASHED;
	mxlog_ulid_format(text, &id);
	return mxlog_entry_store(entry, text, sizeof(text), sizeof(text), span);
}

static int normalise_module(struct mxlog_entry *entry)
{
	struct mxlog_text_span *span = &entry->text[MXLOG_FIELD_MODULE];
	struct mxlog_text_span raw = *span;
	struct mxlog_buf *bytes = &entry->bytes;
	bool changed;
	size_t off;
	int r;

	if (raw.len == 0)
		return mxlog_entry_store(entry, LITERAL("unknown"),
		    MXLOG_NAME_BYTES, span);
	if (mxlog_module_is_valid(mxlog_entry_text(entry, raw), raw.len))
		return 0;

	r = keep_raw(entry, LITERAL("original_module"), raw);
	if (r == 0)
		r = mxlog_buf_reserve(bytes,
		    8 * raw.len + 8 + MXLOG_ENTRY_SLACK);
	if (r < 0)
		return r;
	off = bytes->len;
	r = mxlog_module_normalise(bytes, mxlog_entry_text(entry, raw), raw.len,
	    &changed);
	if (r < 0)
		return r;
	*span = (struct mxlog_text_span){ (uint32_t)off,
		(uint32_t)(bytes->len - off) };
	return 0;
}

/* Redaction can have made two tags one. */
static int normalise_tags(struct mxlog_entry *entry)
{
	size_t n = entry->n_tags;
	struct mxlog_text_span span;
	int r;

	entry->n_tags = 0;
	for (size_t i = 0; i < n; i++) {
		struct mxlog_text_span tag = entry->tags[i];

		if (mxlog_entry_find_tag(entry, mxlog_entry_text(entry, tag),
			tag.len) == entry->n_tags)
			entry->tags[entry->n_tags++] = tag;
	}
	if (!entry->truncated ||
	    mxlog_entry_find_tag(entry, LITERAL(MXLOG_TAG_TRUNCATED)) <
		entry->n_tags)
		return 0;
	r = mxlog_entry_store(entry, LITERAL(MXLOG_TAG_TRUNCATED),
	    MXLOG_ENTRY_NAME, &span);
	return r < 0 ? r : mxlog_entry_push_tag(entry, span);
}

int mxlog_entry_normalise(struct mxlog_entry *entry)
{
	size_t given = entry->n_context;
	bool has_id;
	int r;

	r = normalise_trace_id(entry);
	has_id = r == 0;
	if (r == 0 || r == -ENOENT)
		r = normalise_module(entry);
	if (r == 0)
		r = mxlog_entry_normalise_keys(entry, given);
	if (r < 0)
		return r;

	drop_empty(entry, MXLOG_FIELD_FUNCTION);
	drop_empty(entry, MXLOG_FIELD_THREAD_ID);
	drop_empty(entry, MXLOG_FIELD_PROCESS_ID);
	if (!MXLOG_IS_SET(entry->text[MXLOG_FIELD_MESSAGE]))
		entry->text[MXLOG_FIELD_MESSAGE] =
		    (struct mxlog_text_span){ 0, 0 };
	mxlog_entry_fit(entry);
	r = normalise_tags(entry);
	if (r < 0)
		return r;
	return has_id ? 0 : -ENOENT;
}
