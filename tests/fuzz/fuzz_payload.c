/* SPDX-License-Identifier: Apache-2.0 */
/* Any payload becomes an entry or a metric whose line is read back. */
#include <mxlog/payload.h>

#include <stdlib.h>

#include "entry/ndjson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TRACE "01HQ8Z9X0ABCDEFGHJKMNPQRST"

static const char *const reserved[] = { "hostname", NULL };

/* A canonical id makes a normalised entry complete. */
static void check_entry(struct mxlog_entry *entry)
{
	struct mxlog_buf line = { 0 };
	struct mxlog_entry *again;
	int r = mxlog_entry_normalise(entry);

	if (r == -ENOENT)
		r = mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
		    LITERAL(TRACE));
	if (r < 0 || mxlog_ndjson_encode(entry, &line) < 0 ||
	    mxlog_entry_new(&again) < 0 ||
	    mxlog_ndjson_decode(line.data, line.len, again, NULL) < 0)
		abort();
	mxlog_entry_free(again);
	mxlog_buf_done(&line);
}

static void check_metric(struct mxlog_metric *metric)
{
	struct mxlog_buf line = { 0 };
	struct mxlog_metric *again;
	int r = mxlog_metric_normalise(metric);

	if (r == -ENOENT)
		r = mxlog_metric_set_trace_id(metric, LITERAL(TRACE));
	if (r < 0 || mxlog_ndjson_encode_metric(metric, &line) < 0 ||
	    mxlog_metric_new(&again) < 0 ||
	    mxlog_ndjson_decode_metric(line.data, line.len, again, NULL) < 0)
		abort();
	mxlog_metric_free(again);
	mxlog_buf_done(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum mxlog_payload_kind kind;
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;

	if (mxlog_entry_new(&entry) < 0 || mxlog_metric_new(&metric) < 0)
		abort();
	mxlog_entry_set_time(entry, INT64_C(1769614245000000));
	if (mxlog_payload_lift(entry, metric, (const char *)data, size,
		reserved, &kind) < 0)
		abort();
	if (kind == MXLOG_PAYLOAD_METRIC)
		check_metric(metric);
	else
		check_entry(entry);
	mxlog_metric_free(metric);
	mxlog_entry_free(entry);
	return 0;
}
