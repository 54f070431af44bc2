/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding metrics. */
#include "base/number.h"
#include "entry/ndjson_decoder.h"

static int take_metric_tags(struct mxlog_decoder *d,
    struct mxlog_metric *metric)
{
	struct mxlog_metric_tag tag = { .own = false };
	int r;

	if (d->token.type != MXLOG_JSON_OBJECT)
		return mxlog_decoder_refuse(d, "is no object");
	while ((r = mxlog_decoder_next_key(d)) > 0) {
		r = mxlog_decoder_take_string(d, &metric->bytes, &tag.key);
		if (r == 0)
			r = mxlog_decoder_next(d);
		if (r == 0 && mxlog_decoder_is_null(d))
			continue;
		if (r == 0)
			r = mxlog_decoder_take_string(d, &metric->bytes,
			    &tag.value);
		if (r == 0)
			r = mxlog_metric_push_tag(metric, &tag);
		if (r < 0)
			return r;
	}
	return r;
}

static int take_metric_type(struct mxlog_decoder *d,
    struct mxlog_metric *metric)
{
	enum mxlog_metric_type type;

	if (d->token.type != MXLOG_JSON_STRING ||
	    mxlog_metric_type_parse(d->token.text, d->token.len, &type) < 0 ||
	    memcmp(mxlog_metric_type_name(type), d->token.text, d->token.len) !=
		0)
		return mxlog_decoder_refuse(d,
		    "is none of COUNTER, GAUGE, DURATION, HISTOGRAM");
	metric->type = type;
	return 0;
}

static int take_metric_value(struct mxlog_decoder *d,
    struct mxlog_metric *metric)
{
	if (d->token.type != MXLOG_JSON_NUMBER ||
	    mxlog_number_parse_double(d->token.text, d->token.len,
		&metric->value) < 0)
		return mxlog_decoder_refuse(d, "is no finite number");
	return 0;
}

enum metric_key {
	METRIC_TRACE_ID,
	METRIC_TIMESTAMP,
	METRIC_NAME,
	METRIC_TYPE_KEY,
	METRIC_VALUE,
	METRIC_UNIT,
	METRIC_TAGS,
	METRIC_KEY_COUNT,
};

static const struct {
	const char *name;
	size_t len;
} metric_keys[] = {
	[METRIC_TRACE_ID] = { LITERAL("trace_id") },
	[METRIC_TIMESTAMP] = { LITERAL("timestamp") },
	[METRIC_NAME] = { LITERAL("metric_name") },
	[METRIC_TYPE_KEY] = { LITERAL("metric_type") },
	[METRIC_VALUE] = { LITERAL("value") },
	[METRIC_UNIT] = { LITERAL("unit") },
	[METRIC_TAGS] = { LITERAL("tags") },
};

static int take_metric_field(struct mxlog_decoder *d,
    struct mxlog_metric *metric, enum metric_key key)
{
	switch (key) {
	case METRIC_TRACE_ID:
		return mxlog_decoder_take_trace_id(d, &metric->bytes,
		    &metric->trace_id);
	case METRIC_TIMESTAMP:
		metric->has_time = true;
		return mxlog_decoder_take_time(d, &metric->time_usec);
	case METRIC_NAME:
		return mxlog_decoder_take_string(d, &metric->bytes,
		    &metric->name);
	case METRIC_TYPE_KEY:
		return take_metric_type(d, metric);
	case METRIC_VALUE:
		return take_metric_value(d, metric);
	case METRIC_UNIT:
		return mxlog_decoder_take_string(d, &metric->bytes,
		    &metric->unit);
	case METRIC_TAGS:
		return take_metric_tags(d, metric);
	case METRIC_KEY_COUNT:
		break;
	}
	return mxlog_decoder_skip(d);
}

struct decoding {
	struct mxlog_metric *metric;
	unsigned seen; /* one bit for each key */
};

/* The token is the key. */
static int take_metric_member(struct mxlog_decoder *d, void *data)
{
	struct decoding *decoding = data;
	size_t key = 0;
	int r;

	while (key < METRIC_KEY_COUNT &&
	    !mxlog_decoder_is_key(d, metric_keys[key].name,
		metric_keys[key].len))
		key++;
	d->key = key < METRIC_KEY_COUNT ? metric_keys[key].name : "the line";
	r = mxlog_decoder_next(d);
	if (r < 0 || mxlog_decoder_is_null(d))
		return r;
	if (key < METRIC_KEY_COUNT && decoding->seen & 1U << key)
		return mxlog_decoder_refuse(d, "is there twice");
	decoding->seen |= 1U << key;
	return take_metric_field(d, decoding->metric, (enum metric_key)key);
}

static int decode_metric_members(struct mxlog_decoder *d,
    struct mxlog_metric *metric)
{
	struct decoding decoding = { .metric = metric };
	int r;

	r = mxlog_decoder_members(d, take_metric_member, &decoding);
	if (r < 0)
		return r;
	for (size_t key = 0; key < METRIC_TAGS; key++) {
		d->key = metric_keys[key].name;
		if (!(decoding.seen & 1U << key))
			return mxlog_decoder_refuse(d, "is missing");
	}
	return 0;
}

int mxlog_ndjson_decode_metric(const char *line, size_t len,
    struct mxlog_metric *metric, struct mxlog_error *reterr)
{
	struct mxlog_decoder d;
	int r;

	mxlog_metric_reset(metric);
	r = mxlog_decoder_check_len(line, len, reterr);
	if (r == 0)
		r = mxlog_buf_reserve(&metric->bytes, len + MXLOG_SPAN_SLACK);
	if (r == 0)
		r = mxlog_decoder_begin(&d, line, len, reterr);
	if (r == 0)
		r = decode_metric_members(&d, metric);
	if (r < 0)
		return r;
	r = mxlog_metric_validate(metric, reterr);
	return r == -EINVAL ? mxlog_decoder_not_valid(reterr) : r;
}
