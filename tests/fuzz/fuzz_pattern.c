/* SPDX-License-Identifier: Apache-2.0 */
/* First byte: flags; the first line is a pattern, the rest a text. A match
 * lies inside the text and the text has the pattern's literals. */
#include <stdlib.h>

#include "base/utf8.h"
#include "extern/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool equals(const char *text, const char *literal, size_t len,
    bool caseless)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (caseless && c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != literal[i])
			return false;
	}
	return true;
}

static bool has(const char *text, size_t len,
    const struct mxlog_pattern_literal *literal, bool caseless)
{
	for (size_t i = 0; i + literal->len <= len; i++)
		if (equals(text + i, literal->text, literal->len, caseless))
			return true;
	return false;
}

static bool has_literals(const struct mxlog_pattern *pattern, const char *text,
    size_t len)
{
	const struct mxlog_pattern_literals *literals =
	    mxlog_pattern_literals(pattern);

	for (size_t i = 0; i < literals->n; i++)
		if (!has(text, len, &literals->list[i], literals->caseless))
			return false;
	return true;
}

static void search(struct mxlog_pattern *pattern, const char *text, size_t len)
{
	struct mxlog_budget budget = { .usec = 2000 };
	struct mxlog_match match;
	size_t from = 0;

	while (from <= len &&
	    mxlog_pattern_search(pattern, text, len, from, &budget, &match) ==
		1) {
		if (match.end < match.start || match.end > len ||
		    match.secret_end < match.secret_start ||
		    match.secret_end > len || !has_literals(pattern, text, len))
			abort();
		from = MAX(match.end, from) + 1;
		while (from < len && (text[from] & 0xc0) == 0x80)
			from++;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mxlog_pattern *pattern;
	struct mxlog_buf text = { 0 };
	const char *source, *newline;
	unsigned flags;

	if (size < 2)
		return 0;
	flags = data[0] & 31;
	source = (const char *)data + 1;
	newline = memchr(source, '\n', size - 1);
	if (!newline ||
	    mxlog_pattern_new(source, (size_t)(newline - source), flags,
		&pattern, NULL) < 0)
		return 0;
	if (mxlog_utf8_append_lossy(&text, newline + 1,
		size - 2 - (size_t)(newline - source)) == 0)
		search(pattern, text.data, text.len);
	mxlog_buf_done(&text);
	mxlog_pattern_free(pattern);
	return 0;
}
