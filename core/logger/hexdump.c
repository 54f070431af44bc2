/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/hexdump.h"

enum {
	LINE_BYTES = 16,
	LINE_TEXT = 8 + 2 + LINE_BYTES * 3 + 1 + 2 + LINE_BYTES + 1 + 1,
};

static char *put_hex(char *out, size_t value, int digits)
{
	for (int i = digits - 1; i >= 0; i--)
		*out++ = "0123456789abcdef"[value >> (4 * i) & 15];
	return out;
}

/* "00000010  7f 45 … 00  00 … 3e  |.ELF..|" */
static size_t format_line(char *out, size_t offset, const unsigned char *data,
    size_t n)
{
	char *at = put_hex(out, offset, 8);

	for (size_t i = 0; i < LINE_BYTES; i++) {
		*at++ = ' ';
		if (i % 8 == 0)
			*at++ = ' ';
		if (i < n) {
			at = put_hex(at, data[i], 2);
		} else {
			*at++ = ' ';
			*at++ = ' ';
		}
	}
	*at++ = ' ';
	*at++ = ' ';
	*at++ = '|';
	for (size_t i = 0; i < n; i++)
		*at++ = data[i] >= ' ' && data[i] <= '~' ? (char)data[i] : '.';
	*at++ = '|';
	return (size_t)(at - out);
}

int mxlog_hexdump_add(struct mxlog_entry *entry, const void *data, size_t len)
{
	char text[(MXLOG_HEXDUMP_MAX / LINE_BYTES) * (LINE_TEXT + 8)];
	size_t shown = MIN(len, (size_t)MXLOG_HEXDUMP_MAX), used = 0;
	int r;

	text[0] = '\0';
	for (size_t at = 0; at < shown; at += LINE_BYTES) {
		if (at > 0)
			text[used++] = '\n';
		used += format_line(text + used, at,
		    (const unsigned char *)data + at,
		    MIN(shown - at, (size_t)LINE_BYTES));
	}
	r = mxlog_entry_add_context(entry, LITERAL("hexdump"), text, used);
	if (r == 0)
		r = mxlog_entry_add_context_int(entry, LITERAL("hexdump_bytes"),
		    (int64_t)len);
	if (shown < len)
		entry->truncated = true;
	return r;
}
