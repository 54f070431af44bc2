/* SPDX-License-Identifier: Apache-2.0 */
/* Any message becomes a line that reads back as a valid entry. */
#include "syslog_convert.h"

#include <stdlib.h>

#include "entry/ndjson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input's lines are the message's parts. */
static void fill(struct mxlog_syslog *message, const char *at, size_t len)
{
	const char *end = at + len;

	for (size_t i = 0; i < MXLOG_SYSLOG_PART_COUNT && at < end; i++) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		const char *stop = line ? line : end;

		message->part[i].text = at;
		message->part[i].len = (size_t)(stop - at);
		at = line ? line + 1 : end;
	}
}

static void check_entry(struct mxlog_entry *entry)
{
	static const char id[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
	struct mxlog_entry *again = NULL;
	struct mxlog_buf line = { 0 };
	struct mxlog_error error;
	int r = mxlog_entry_normalise(entry);

	if (r == -ENOENT)
		r = mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID, id,
		    sizeof(id) - 1);
	if (r < 0 || mxlog_ndjson_encode(entry, &line) < 0 ||
	    mxlog_entry_new(&again) < 0 ||
	    mxlog_ndjson_decode(line.data, line.len - 1, again, &error) < 0)
		abort();
	mxlog_entry_free(again);
	mxlog_buf_done(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mxlog_syslog_converter converter = { 0 };
	struct mxlog_syslog message = { .time_usec = 1769614245123456 };
	struct mxlog_entry *entry = NULL;
	struct mxlog_metric *metric = NULL;
	enum mxlog_payload_kind kind;

	if (size > 0)
		message.severity = data[0] & 15;
	fill(&message, (const char *)data, size);
	if (mxlog_entry_new(&entry) < 0 || mxlog_metric_new(&metric) < 0 ||
	    mxlog_syslog_convert(&converter, &message, entry, metric, &kind) <
		0)
		abort();
	if (kind != MXLOG_PAYLOAD_METRIC)
		check_entry(entry);
	mxlog_syslog_converter_done(&converter);
	mxlog_entry_free(entry);
	mxlog_metric_free(metric);
	return 0;
}
