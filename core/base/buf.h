/* SPDX-License-Identifier: Apache-2.0 */
/* Buffer: bytes that grow. A zeroed struct is an empty one. */
#pragma once

#include "base/base.h"

struct mxlog_buf {
	char *data;
	size_t len;
	size_t capacity;
};

void mxlog_buf_done(struct mxlog_buf *buf);

/* Make room for `more` bytes behind len. -ENOMEM; the buffer is unchanged. */
int mxlog_buf_grow(struct mxlog_buf *buf, size_t more);

static inline int mxlog_buf_reserve(struct mxlog_buf *buf, size_t more)
{
	if (LIKELY(buf->capacity - buf->len >= more))
		return 0;
	return mxlog_buf_grow(buf, more);
}

static inline int mxlog_buf_add(struct mxlog_buf *buf, const void *data,
    size_t len)
{
	int r = mxlog_buf_reserve(buf, len);

	if (r < 0)
		return r;
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	return 0;
}

static inline int mxlog_buf_add_char(struct mxlog_buf *buf, char c)
{
	return mxlog_buf_add(buf, &c, 1);
}

/* printf to the end, in the C locale's sense: use no %f. */
int mxlog_buf_printf(struct mxlog_buf *buf, const char *format, ...)
    MXLOG_PRINTF(2, 3);

/* Memory that was once needed for something huge is given back. */
void mxlog_buf_clear(struct mxlog_buf *buf);
