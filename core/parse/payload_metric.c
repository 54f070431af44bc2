/* SPDX-License-Identifier: Apache-2.0 */
/* A payload that is a MetricEntry. */
#include "base/number.h"
#include "parse/payload_private.h"

/* Of an object all tags are strings: other values become their JSON. */
static int add_tag(struct mxlog_lift *lift, const struct mxlog_buf *name,
    const struct mxlog_json_token *token)
{
	const char *key, *text = token->text;
	size_t key_len, len = token->len;
	int r = mxlog_lift_name(lift, name->data, name->len, &key, &key_len);

	if (r == 0 && token->type == MXLOG_JSON_STRING)
		r = mxlog_lift_text(lift, token, &text, &len);
	return r < 0
	    ? r
	    : mxlog_metric_add_tag(lift->metric, key, key_len, text, len);
}

static bool is_named(const struct mxlog_buf *name, const char *text)
{
	return name->len == strlen(text) &&
	    memcmp(name->data, text, name->len) == 0;
}

/* 1 if it was one of the metric's own texts, and set. */
static int take_text(struct mxlog_lift *lift, const struct mxlog_buf *name,
    const struct mxlog_json_token *value)
{
	enum mxlog_metric_type type;
	const char *text;
	size_t len;
	int r = mxlog_lift_text(lift, value, &text, &len);

	if (r < 0)
		return r;
	if (is_named(name, "metric_name")) {
		r = mxlog_metric_set_name(lift->metric, text, len);
	} else if (is_named(name, "unit")) {
		r = mxlog_metric_set_unit(lift->metric, text, len);
	} else if (is_named(name, "trace_id")) {
		r = mxlog_metric_set_trace_id(lift->metric, text, len);
	} else if (is_named(name, "metric_type")) {
		r = mxlog_metric_type_parse(text, len, &type);
		if (r == 0)
			mxlog_metric_set_type(lift->metric, type);
	} else {
		return 0;
	}
	return r < 0 ? r : 1;
}

static int take_value(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	double value;
	int r = mxlog_number_parse_double(token->text, token->len, &value);

	if (r == 0)
		r = mxlog_metric_set_value(lift->metric, value);
	lift->done[MXLOG_USE_METRIC] = r == 0;
	return r;
}

static int take_member(struct mxlog_lift *lift, const struct mxlog_buf *name,
    const struct mxlog_json_token *value)
{
	int64_t time_usec;
	int r = 0;

	if (value->type == MXLOG_JSON_NULL)
		return 0;
	if (is_named(name, "tags") && value->type == MXLOG_JSON_OBJECT)
		return mxlog_lift_each(lift, value->text, value->len, add_tag);
	if (is_named(name, "value") && value->type == MXLOG_JSON_NUMBER)
		return take_value(lift, value);
	if (is_named(name, "timestamp") &&
	    mxlog_lift_time(lift, value, &time_usec)) {
		mxlog_metric_set_time(lift->metric, time_usec);
		return 0;
	}
	if (value->type == MXLOG_JSON_STRING)
		r = take_text(lift, name, value);
	return r != 0 ? r : add_tag(lift, name, value);
}

/* What the transport said, until the payload says better. */
static int prepare(struct mxlog_lift *lift)
{
	const char *trace_id;
	size_t len;

	mxlog_metric_reset(lift->metric);
	if (lift->entry->has_time)
		mxlog_metric_set_time(lift->metric, lift->entry->time_usec);
	if (!mxlog_entry_get(lift->entry, MXLOG_FIELD_TRACE_ID, &trace_id,
		&len))
		return 0;
	return mxlog_metric_set_trace_id(lift->metric, trace_id, len);
}

int mxlog_lift_metric(struct mxlog_lift *lift, const char *text, size_t len)
{
	int r = prepare(lift);

	if (r == 0)
		r = mxlog_lift_each(lift, text, len, take_member);
	if (r == -ENOMEM)
		return r;
	if (r == 0 && lift->done[MXLOG_USE_METRIC])
		return 1;
	/* Without a value, or with one or a type that can't be: an entry. */
	mxlog_metric_reset(lift->metric);
	return 0;
}
