/* SPDX-License-Identifier: Apache-2.0 */
/* Lines for who has no writer: <mxlog/entry.h>, <mxlog/metric.h>. */
#include "entry/ndjson.h"

#include "base/timestamp.h"
#include "base/ulid.h"

/* An id of that time. */
static int make_id(int64_t time_usec, char out[MXLOG_ULID_LEN])
{
	struct mxlog_ulid_source source = { .left = 0 };
	struct mxlog_ulid id;
	int r = mxlog_ulid_generate(&source, time_usec, &id);

	if (r == 0)
		mxlog_ulid_format(out, &id);
	return r;
}

/* The line's text without its newline, in the caller's hands. */
static int give_line(struct mxlog_buf *line, int r, char **ret, size_t *ret_len)
{
	if (r < 0) {
		mxlog_buf_done(line);
		return r;
	}
	line->len--;
	line->data[line->len] = '\0';
	*ret = line->data;
	*ret_len = line->len;
	return 0;
}

/* ---- entries ---- */

int mxlog_entry_complete(struct mxlog_entry *entry)
{
	char id[MXLOG_ULID_LEN];
	int r;

	if (!entry)
		return -EINVAL;
	if (!entry->has_time)
		mxlog_entry_set_time(entry, mxlog_timestamp_now());
	r = mxlog_entry_normalise(entry);
	if (r != -ENOENT)
		return r;
	r = make_id(entry->time_usec, id);
	return r < 0
	    ? r
	    : mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID, id, sizeof(id));
}

int mxlog_entry_encode(const struct mxlog_entry *entry, char **ret,
    size_t *ret_len)
{
	struct mxlog_buf line = { 0 };

	if (!entry || !ret || !ret_len)
		return -EINVAL;
	return give_line(&line, mxlog_ndjson_encode(entry, &line), ret,
	    ret_len);
}

int mxlog_entry_decode(struct mxlog_entry *entry, const char *line, size_t len,
    struct mxlog_error *reterr)
{
	if (!entry || (!line && len > 0))
		return -EINVAL;
	return mxlog_ndjson_decode(line ? line : "", len, entry, reterr);
}

/* ---- metrics ---- */

int mxlog_metric_complete(struct mxlog_metric *metric)
{
	char id[MXLOG_ULID_LEN];
	int r;

	if (!metric)
		return -EINVAL;
	if (!metric->has_time)
		mxlog_metric_set_time(metric, mxlog_timestamp_now());
	r = mxlog_metric_normalise(metric);
	if (r != -ENOENT)
		return r;
	r = make_id(metric->time_usec, id);
	return r < 0 ? r : mxlog_metric_set_trace_id(metric, id, sizeof(id));
}

int mxlog_metric_encode(const struct mxlog_metric *metric, char **ret,
    size_t *ret_len)
{
	struct mxlog_buf line = { 0 };

	if (!metric || !ret || !ret_len)
		return -EINVAL;
	return give_line(&line, mxlog_ndjson_encode_metric(metric, &line), ret,
	    ret_len);
}

int mxlog_metric_decode(struct mxlog_metric *metric, const char *line,
    size_t len, struct mxlog_error *reterr)
{
	if (!metric || (!line && len > 0))
		return -EINVAL;
	return mxlog_ndjson_decode_metric(line ? line : "", len, metric,
	    reterr);
}
