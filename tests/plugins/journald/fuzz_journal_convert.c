/* SPDX-License-Identifier: Apache-2.0 */
/* Any fields make an entry that reads back. Input: fields, each ended by a
 * zero byte. */
#include <stdlib.h>

#include "entry/ndjson.h"
#include "journal_convert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct mxlog_entry *entry)
{
	struct mxlog_buf line = { 0 };
	struct mxlog_error error;
	int r = mxlog_entry_normalise(entry);

	if (r == -ENOENT)
		r = mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
		    "01ARZ3NDEKTSV4RRFFQ69G5FAV", 26);
	if (r == 0)
		r = mxlog_ndjson_encode(entry, &line);
	if (r == 0 &&
	    mxlog_ndjson_decode(line.data, line.len - 1, entry, &error) < 0)
		abort();
	mxlog_buf_done(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mxlog_journal_converter converter;
	struct mxlog_journal_record record;
	struct mxlog_journal_index names;
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	const char *at = (const char *)data, *end = at + size;
	bool is_metric;

	mxlog_journal_converter_init(&converter);
	if (mxlog_journal_index_init(&names) < 0 ||
	    mxlog_journal_record_init(&record, &names) < 0 ||
	    mxlog_entry_new(&entry) < 0 || mxlog_metric_new(&metric) < 0)
		abort();
	mxlog_journal_record_begin(&record, INT64_C(1769614245123456));
	while (at < end) {
		const char *zero = memchr(at, '\0', (size_t)(end - at));
		size_t len = (size_t)((zero ? zero : end) - at);

		if (mxlog_journal_record_add(&record, at, len) < 0)
			abort();
		at += len + 1;
	}
	if (mxlog_journal_convert(&converter, &record, entry, metric,
		&is_metric) < 0)
		abort();
	if (!is_metric)
		check(entry);
	mxlog_journal_record_done(&record);
	mxlog_entry_free(entry);
	mxlog_metric_free(metric);
	return 0;
}
