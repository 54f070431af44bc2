/* SPDX-License-Identifier: Apache-2.0 */
/* Size: how long an entry's line becomes, and how it is made to fit. */
#include "base/json.h"
#include "entry/entry_private.h"

enum {
	/* What stands around the texts in a line: keys, quotes, commas. */
	AROUND_ENTRY = 512,
	AROUND_EXCEPTION = 64,
	AROUND_FRAME = 64,
	AROUND_PAIR = 6,
	AROUND_TAG = 3,
	/* A trace_id, a tag and an original_timestamp may still come. */
	TO_COME = 256,
	CAP_FIRST = 512 * 1024,
	CAP_LAST = 64,
	FRAMES_LAST = 8,
	PAIRS_LAST = 2048,
	TAGS_LAST = 64,
};

static size_t text_size(const struct mxlog_buf *bytes,
    struct mxlog_text_span span, bool exact)
{
	if (!exact)
		return 6 * (size_t)span.len;
	if (!MXLOG_IS_SET(span))
		return 0;
	return mxlog_json_escaped_len(bytes->data + span.off, span.len);
}

size_t mxlog_exception_size(const struct mxlog_exception *exception, bool exact)
{
	size_t size = 0;

	for (; exception; exception = exception->cause) {
		const struct mxlog_buf *bytes = &exception->bytes;

		size += AROUND_EXCEPTION +
		    text_size(bytes, exception->type, exact) +
		    text_size(bytes, exception->message, exact);
		for (size_t i = 0; i < exception->n_frames; i++) {
			const struct mxlog_frame *frame = &exception->frames[i];

			size += AROUND_FRAME +
			    text_size(bytes, frame->file, exact) +
			    text_size(bytes, frame->function, exact) +
			    text_size(bytes, frame->code, exact);
		}
	}
	return size;
}

/* Six bytes are the most that escaping makes of one; added up first. */
static size_t size_at_most(const struct mxlog_entry *entry)
{
	size_t text = 0, around = AROUND_ENTRY;

	for (size_t i = 0; i < MXLOG_FIELD_COUNT; i++)
		text += entry->text[i].len;
	for (size_t i = 0; i < entry->n_tags; i++)
		text += entry->tags[i].len;
	for (size_t i = 0; i < entry->n_context; i++)
		text += (size_t)entry->context[i].key.len +
		    entry->context[i].value.len;
	around += AROUND_TAG * entry->n_tags + AROUND_PAIR * entry->n_context;
	if (entry->exception)
		around += mxlog_exception_size(entry->exception, false);
	return around + 6 * text;
}

static size_t size_exactly(const struct mxlog_entry *entry)
{
	const struct mxlog_buf *bytes = &entry->bytes;
	size_t size = AROUND_ENTRY;

	for (size_t i = 0; i < MXLOG_FIELD_COUNT; i++)
		size += text_size(bytes, entry->text[i], true);
	for (size_t i = 0; i < entry->n_tags; i++)
		size += AROUND_TAG + text_size(bytes, entry->tags[i], true);
	for (size_t i = 0; i < entry->n_context; i++) {
		const struct mxlog_pair *pair = &entry->context[i];

		size += AROUND_PAIR + pair->key.len;
		size += pair->json ? pair->value.len
				   : text_size(bytes, pair->value, true);
	}
	if (entry->exception)
		size += mxlog_exception_size(entry->exception, true);
	return size;
}

size_t mxlog_entry_size(const struct mxlog_entry *entry, bool exact)
{
	return exact ? size_exactly(entry) : size_at_most(entry);
}

static void cut_text(const struct mxlog_buf *bytes,
    struct mxlog_text_span *span, size_t cap)
{
	if (MXLOG_IS_SET(*span) && 6 * (size_t)span->len > cap)
		span->len =
		    (uint32_t)mxlog_json_escaped_cut(bytes->data + span->off,
			span->len, cap);
}

/* A value that is cut is no JSON any more: its beginning stays, as text. */
static void cut_pair(const struct mxlog_buf *bytes, struct mxlog_pair *pair,
    size_t cap)
{
	if (pair->json && pair->value.len <= cap)
		return;
	pair->json = false;
	cut_text(bytes, &pair->value, cap);
}

/* The outermost and the innermost frames tell most: the middle goes. */
static void cut_frames(struct mxlog_exception *exception, size_t max)
{
	size_t tail = max / 2;

	if (exception->n_frames <= max)
		return;
	memmove(exception->frames + (max - tail),
	    exception->frames + (exception->n_frames - tail),
	    tail * sizeof(*exception->frames));
	exception->n_frames = max;
}

static void cut_exception(struct mxlog_exception *exception, size_t cap)
{
	for (; exception; exception = exception->cause) {
		const struct mxlog_buf *bytes = &exception->bytes;

		cut_text(bytes, &exception->type, cap);
		cut_text(bytes, &exception->message, cap);
		cut_frames(exception, MAX(cap / 64, (size_t)FRAMES_LAST));
		for (size_t i = 0; i < exception->n_frames; i++) {
			cut_text(bytes, &exception->frames[i].file, cap);
			cut_text(bytes, &exception->frames[i].function, cap);
			cut_text(bytes, &exception->frames[i].code, cap);
		}
	}
}

static void cut_entry(struct mxlog_entry *entry, size_t cap)
{
	/* Of the others module and trace_id are short by what they are. */
	for (size_t i = 0; i < MXLOG_FIELD_COUNT; i++)
		if (i != MXLOG_FIELD_MODULE && i != MXLOG_FIELD_TRACE_ID)
			cut_text(&entry->bytes, &entry->text[i], cap);
	for (size_t i = 0; i < entry->n_tags; i++)
		cut_text(&entry->bytes, &entry->tags[i], cap);
	for (size_t i = 0; i < entry->n_context; i++)
		cut_pair(&entry->bytes, &entry->context[i], cap);
	cut_exception(entry->exception, cap);
	if (cap > CAP_LAST)
		return;
	/* Only what came from a foreign line can have more. */
	entry->n_context = MIN(entry->n_context, (size_t)PAIRS_LAST);
	entry->n_tags = MIN(entry->n_tags, (size_t)TAGS_LAST);
}

/* True if the line fits, seen at a glance: all texts lie in the buffer. (Were
 * one there twice, the encoder's own sum would tell.) */
static bool fits_surely(const struct mxlog_entry *entry)
{
	size_t elements = entry->n_context + entry->n_tags;

	return !entry->exception &&
	    AROUND_ENTRY + 6 * entry->bytes.len + AROUND_PAIR * elements <=
	    MXLOG_LINE_MAX - TO_COME;
}

void mxlog_entry_fit(struct mxlog_entry *entry)
{
	const size_t max = MXLOG_LINE_MAX - TO_COME;

	if (LIKELY(fits_surely(entry)) || mxlog_entry_size(entry, false) <= max)
		return;
	for (size_t cap = CAP_FIRST;
	     cap >= CAP_LAST && mxlog_entry_size(entry, true) > max; cap /= 2) {
		cut_entry(entry, cap);
		entry->truncated = true;
	}
}
