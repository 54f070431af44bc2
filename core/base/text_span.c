/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text_span.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "base/vec16.h"

enum {
	ARRAY_FIRST = 16,
};

/* True if the text lies in the buffer's memory. */
static bool is_inside(const struct mxlog_buf *bytes, const char *text)
{
	uintptr_t at = (uintptr_t)text, begin = (uintptr_t)bytes->data;

	return at >= begin && at - begin < bytes->capacity;
}

/* Grow; a text that lies in the buffer moves along. */
static int reserve_for(struct mxlog_buf *bytes, const char **text, size_t more)
{
	bool inside = bytes->data && *text >= bytes->data &&
	    *text < bytes->data + bytes->capacity;
	size_t off = inside ? (size_t)(*text - bytes->data) : 0;
	int r;

	r = mxlog_buf_grow(bytes, more);
	if (r == 0 && inside)
		*text = bytes->data + off;
	return r;
}

/* Where to cut text that may be invalid: a character has 4 bytes at most. */
static size_t cut_raw(const char *text, size_t max)
{
	size_t n = max;

	while (n > 0 && max - n < 3 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return ((unsigned char)text[n] & 0xc0) == 0x80 ? max : n;
}

/* The text that was copied to the end is no valid UTF-8: once more, mended. */
static int mend(struct mxlog_buf *bytes, const char *text, size_t len,
    size_t max, size_t *ret_len, bool *truncated)
{
	size_t before = bytes->len, mended;
	int r;

	if (is_inside(bytes, text))
		return -EINVAL; /* what lies here was mended when stored */
	r = mxlog_utf8_append_lossy(bytes, text, len);
	if (r == 0)
		r = mxlog_buf_reserve(bytes, MXLOG_SPAN_SLACK);
	mended = bytes->len - before;
	bytes->len = before;
	if (r < 0)
		return r;
	*ret_len = mxlog_utf8_cut(bytes->data + before, mended, max);
	if (*ret_len < mended)
		*truncated = true;
	return 0;
}

int mxlog_text_span_store_slowly(struct mxlog_buf *bytes, const char *text,
    size_t len, size_t max, struct mxlog_text_span *ret, bool *truncated)
{
	char *copy;
	int r;

	if (bytes->len + max > MXLOG_SPAN_BYTES)
		max = MXLOG_SPAN_BYTES - MIN(bytes->len, MXLOG_SPAN_BYTES);
	if (len > max) {
		len = cut_raw(text, max);
		*truncated = true;
	}
	if (bytes->capacity - bytes->len < len + MXLOG_SPAN_SLACK) {
		r = reserve_for(bytes, &text, len + MXLOG_SPAN_SLACK);
		if (r < 0)
			return r;
	}

	copy = bytes->data + bytes->len;
	if (len > 0)
		memcpy(copy, text, len);
	if (mxlog_utf8_valid(copy, len) < len) {
		r = mend(bytes, text, len, max, &len, truncated);
		if (r < 0)
			return r;
	}
	*ret = (struct mxlog_text_span){ (uint32_t)bytes->len, (uint32_t)len };
	bytes->len += len;
	return 0;
}

void *mxlog_array_enlarge(void *array, size_t *capacity, size_t size)
{
	size_t more = *capacity ? *capacity * 2 : ARRAY_FIRST;
	void *grown = reallocarray(array, more, size);

	if (grown)
		*capacity = more;
	return grown;
}
