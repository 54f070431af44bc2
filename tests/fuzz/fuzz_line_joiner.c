/* SPDX-License-Identifier: Apache-2.0 */
/* Any lines: what comes out, joined or not, is what went in, in its order. */
#include <stdlib.h>

#include "parse/line_joiner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int collect(void *arg, const char *text, size_t len, size_t n)
{
	size_t lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	if (lines != n)
		abort();
	if (mxlog_buf_add(arg, text, len) < 0 ||
	    mxlog_buf_add_char(arg, '\n') < 0)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct mxlog_buf out = { 0 };
	struct mxlog_line_joiner joiner = { .emit = collect, .arg = &out };

	for (const char *newline;
	     at < end && (newline = memchr(at, '\n', (size_t)(end - at)));
	     at = newline + 1)
		if (mxlog_line_joiner_add(&joiner, at, (size_t)(newline - at)) <
		    0)
			abort();
	if (mxlog_line_joiner_flush(&joiner) < 0 ||
	    out.len != (size_t)(at - (const char *)data) ||
	    (out.len > 0 && memcmp(out.data, data, out.len) != 0))
		abort();
	mxlog_line_joiner_done(&joiner);
	mxlog_buf_done(&out);
	return 0;
}
