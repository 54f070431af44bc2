/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a line: what is read is written as a canonical line, which is
 * read as the same and written as itself. As an entry's texts: the line that
 * comes of them is valid. */
#include <stdlib.h>

#include "base/utf8.h"
#include "entry/ndjson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool truth)
{
	if (!truth)
		abort();
}

/* Normalised: write, read, write. */
static void check_entry(struct mxlog_entry *entry)
{
	struct mxlog_buf once = { 0 }, twice = { 0 };

	need(mxlog_ndjson_encode(entry, &once) == 0);
	need(once.len <= MXLOG_LINE_MAX);
	need(mxlog_utf8_valid(once.data, once.len) == once.len);
	need(memchr(once.data, '\n', once.len) == once.data + once.len - 1);
	need(mxlog_ndjson_decode(once.data, once.len, entry, NULL) == 0);
	need(mxlog_entry_normalise(entry) == 0);
	need(mxlog_ndjson_encode(entry, &twice) == 0);
	need(once.len == twice.len &&
	    memcmp(once.data, twice.data, once.len) == 0);
	mxlog_buf_done(&once);
	mxlog_buf_done(&twice);
}

static void check_metric(struct mxlog_metric *metric)
{
	struct mxlog_buf once = { 0 }, twice = { 0 };

	need(mxlog_metric_normalise(metric) == 0);
	need(mxlog_ndjson_encode_metric(metric, &once) == 0);
	need(
	    mxlog_ndjson_decode_metric(once.data, once.len, metric, NULL) == 0);
	need(mxlog_ndjson_encode_metric(metric, &twice) == 0);
	need(once.len == twice.len &&
	    memcmp(once.data, twice.data, once.len) == 0);
	mxlog_buf_done(&once);
	mxlog_buf_done(&twice);
}

/* The bytes as names and values, cut at their newlines. */
static void fill_entry(struct mxlog_entry *entry, const char *text, size_t len)
{
	const char *end = text + len;

	mxlog_entry_reset(entry);
	mxlog_entry_set_time(entry, (int64_t)len * 1000003);
	need(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, text, len) == 0);
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n = stop ? (size_t)(stop - text) : (size_t)(end - text);

		need(mxlog_entry_set(entry, MXLOG_FIELD_MODULE, text, n) == 0);
		need(
		    mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID, text, n) == 0);
		(void)mxlog_entry_add_tag(entry, text, n);
		(void)mxlog_entry_add_context(entry, text, n, text, n);
		(void)mxlog_entry_add_context_json(entry, text, n, text, n);
		text += n + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct mxlog_exception *exception;
	struct mxlog_error error = { 0 };
	struct mxlog_metric *metric;
	struct mxlog_entry *entry;
	int r;

	need(mxlog_entry_new(&entry) == 0 && mxlog_metric_new(&metric) == 0);
	r = mxlog_ndjson_decode(text, size, entry, &error);
	need(r == 0 || (r == -EBADMSG && error.text[0]));
	if (r == 0) {
		need(mxlog_entry_normalise(entry) == 0);
		check_entry(entry);
	}
	if (mxlog_ndjson_decode_metric(text, size, metric, NULL) == 0)
		check_metric(metric);
	if (mxlog_ndjson_decode_exception(text, size, &exception, NULL) == 0)
		mxlog_exception_free(exception);

	fill_entry(entry, text, size);
	r = mxlog_entry_normalise(entry);
	need(r == 0 || r == -ENOENT);
	if (r == -ENOENT)
		need(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
			 LITERAL("01HQ8Z9X0ABCDEFGH1JK1MN0PQ")) == 0);
	check_entry(entry);
	mxlog_entry_free(entry);
	mxlog_metric_free(metric);
	return 0;
}
