/* SPDX-License-Identifier: Apache-2.0 */
/* A format string, a NUL, and an entry's message: a refused format says why; a
 * taken one makes one line in which nothing steers a terminal. */
#include <stdlib.h>

#include "base/utf8.h"
#include "config/formatter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mxlog_entry *make(const char *text, size_t len)
{
	struct mxlog_entry *entry;

	if (mxlog_entry_new(&entry) < 0 ||
	    mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, text, len) < 0 ||
	    mxlog_entry_add_context(entry, text, MIN(len, (size_t)8), text,
		len) < 0 ||
	    mxlog_entry_add_tag(entry, text, len) < 0)
		abort();
	mxlog_entry_set_time(entry, 1);
	(void)mxlog_entry_normalise(entry);
	return entry;
}

/* What the format itself does not say must be visible. */
static void check(const struct mxlog_buf *line, const char *format)
{
	for (size_t i = 0; i + 1 < line->len; i++) {
		unsigned char c = (unsigned char)line->data[i];

		if ((c < 0x20 || c == 0x7f) && c != '\t' && !strchr(format, c))
			abort();
	}
	if (line->len == 0 || line->data[line->len - 1] != '\n')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t len = strnlen(text, size);
	char *format = strndup(text, len);
	struct mxlog_formatter *formatter = NULL;
	struct mxlog_error error = { 0 };
	struct mxlog_buf line = { 0 };
	struct mxlog_entry *entry;
	int r = mxlog_formatter_new(format, false, &formatter, &error);

	if (r < 0 && (r != -EINVAL || formatter || !error.text[0]))
		abort();
	entry = make(text + MIN(len + 1, size), size - MIN(len + 1, size));
	if (r == 0 && strcmp(format, "json") != 0) {
		if (mxlog_formatter_append(formatter, entry, &line) < 0)
			abort();
		check(&line, format);
	}
	mxlog_formatter_free(formatter);
	mxlog_entry_free(entry);
	mxlog_buf_done(&line);
	free(format);
	return 0;
}
