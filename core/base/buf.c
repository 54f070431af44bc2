/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	BUF_FIRST = 256,
	BUF_KEEP = 1024 * 1024, /* a cleared buffer keeps at most this */
};

void mxlog_buf_done(struct mxlog_buf *buf)
{
	free(buf->data);
	*buf = (struct mxlog_buf){ 0 };
}

void mxlog_buf_clear(struct mxlog_buf *buf)
{
	buf->len = 0;
	if (buf->capacity > BUF_KEEP)
		mxlog_buf_done(buf);
}

int mxlog_buf_grow(struct mxlog_buf *buf, size_t more)
{
	size_t need, capacity;
	char *data;

	if (more > SIZE_MAX / 2 - buf->len)
		return -ENOMEM;
	need = buf->len + more;
	capacity = MAX(buf->capacity + buf->capacity / 2, (size_t)BUF_FIRST);
	capacity = MAX(capacity, need);

	data = realloc(buf->data, capacity);
	if (!data)
		return -ENOMEM;
	buf->data = data;
	buf->capacity = capacity;
	return 0;
}

int mxlog_buf_printf(struct mxlog_buf *buf, const char *format, ...)
{
	va_list args;
	int n, r;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return -EINVAL;

	r = mxlog_buf_reserve(buf, (size_t)n + 1);
	if (r < 0)
		return r;

	va_start(args, format);
	(void)vsnprintf(buf->data + buf->len, (size_t)n + 1, format, args);
	va_end(args);
	buf->len += (size_t)n;
	return 0;
}
