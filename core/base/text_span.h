/* SPDX-License-Identifier: Apache-2.0 */
/* Text span: a piece of text in somebody's byte buffer, which may move. */
#pragma once

#include "base/buf.h"
#include "base/vec16.h"

struct mxlog_text_span {
	uint32_t off; /* MXLOG_ABSENT: there is none */
	uint32_t len;
};
#define MXLOG_ABSENT UINT32_MAX
#define MXLOG_NO_SPAN \
	((struct mxlog_text_span){ .off = MXLOG_ABSENT, .len = 0 })
#define MXLOG_IS_SET(span) ((span).off != MXLOG_ABSENT)

enum {
	MXLOG_SPAN_BYTES =
	    64 * 1024 * 1024,  /* a buffer of spans; more is cut */
	MXLOG_SPAN_SLACK = 16, /* readable behind every stored text */
};

/* mxlog_text_span_store() where room is short, the text too long or no ASCII. */
int mxlog_text_span_store_slowly(struct mxlog_buf *bytes, const char *text,
    size_t len, size_t max, struct mxlog_text_span *ret, bool *truncated);

/* Copy, and tell whether all of it is ASCII, in one pass. Behind the copy there
 * is slack to write into; nothing behind the text is read. */
static inline bool mxlog_text_span_copy(char *to, const char *from, size_t len)
{
	mxlog_vec16 last, seen;

	if (len < MXLOG_LANES) {
		last = mxlog_vec16_load_first(from, len);
		mxlog_vec16_store(to, last);
		return mxlog_vec16_mask(last) == 0;
	}
	seen = last = mxlog_vec16_load(from + len - MXLOG_LANES);
	for (size_t n = 0; n < len - MXLOG_LANES; n += MXLOG_LANES) {
		mxlog_vec16 vec = mxlog_vec16_load(from + n);

		mxlog_vec16_store(to + n, vec);
		seen |= vec;
	}
	mxlog_vec16_store(to + len - MXLOG_LANES, last);
	return mxlog_vec16_mask(seen) == 0;
}

/* Copy text behind the others; it may lie in `bytes` itself. Invalid UTF-8
 * becomes U+FFFD. What is longer than `max` is cut at a character and
 * *truncated set to true, else left as it is. -ENOMEM. */
static inline int mxlog_text_span_store(struct mxlog_buf *bytes,
    const char *text, size_t len, size_t max, struct mxlog_text_span *ret,
    bool *truncated)
{
	size_t at = bytes->len;

	/* Where there is room the bound of the buffer was heeded before. */
	if (UNLIKELY(len > max ||
		bytes->capacity - at < len + MXLOG_SPAN_SLACK ||
		!mxlog_text_span_copy(bytes->data + at, text, len)))
		return mxlog_text_span_store_slowly(bytes, text, len, max, ret,
		    truncated);
	ret->off = (uint32_t)at;
	ret->len = (uint32_t)len;
	bytes->len = at + len;
	return 0;
}

/* Make an array of n larger, of elements of `size` bytes: the array, moved
 * perhaps, or NULL without memory (the old one stands). */
void *mxlog_array_enlarge(void *array, size_t *capacity, size_t size);

/* The same, unless there is room for one more. */
static inline void *mxlog_array_grow(void *array, size_t n, size_t *capacity,
    size_t size)
{
	if (LIKELY(n < *capacity))
		return array;
	return mxlog_array_enlarge(array, capacity, size);
}
