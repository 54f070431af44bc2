/* SPDX-License-Identifier: Apache-2.0 */
/* Span: a piece of text in somebody's byte buffer, which may move. */
#pragma once

#include "buf.h"

struct mxlog_span {
	uint32_t off; /* MXLOG_ABSENT: there is none */
	uint32_t len;
};
#define MXLOG_ABSENT       UINT32_MAX
#define MXLOG_NO_SPAN      ((struct mxlog_span){ .off = MXLOG_ABSENT, .len = 0 })
#define MXLOG_IS_SET(span) ((span).off != MXLOG_ABSENT)

enum {
	MXLOG_SPAN_BYTES =
	    64 * 1024 * 1024,  /* a buffer of spans; more is cut */
	MXLOG_SPAN_SLACK = 16, /* readable behind every stored text */
};

/* Copy text behind the others; it may lie in `bytes` itself. Invalid UTF-8
 * becomes U+FFFD. What is longer than `max` is cut at a character and
 * *truncated set to true, else left as it is. -ENOMEM. */
int mxlog_span_store(struct mxlog_buf *bytes, const char *text, size_t len,
    size_t max, struct mxlog_span *ret, bool *truncated);

/* Room for one more of `size` bytes in an array of n: the array, moved perhaps,
 * or NULL without memory (the old one stands). */
void *mxlog_array_grow(void *array, size_t n, size_t *capacity, size_t size);
