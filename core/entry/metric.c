/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/metric_private.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "base/reterr.h"
#include "base/timestamp.h"
#include "entry/trace_id.h"

enum {
	AROUND_METRIC = 320, /* keys, numbers, quotes of a line */
	AROUND_TAG = 6,
};

static const char *const type_names[] = {
#define METRIC_TYPE(id, name, help) [MXLOG_##id] = (name),
#include "tbl/metric_types.def"
#undef METRIC_TYPE
};

const char *mxlog_metric_type_name(enum mxlog_metric_type type)
{
	return (unsigned)type < MXLOG_METRIC_TYPE_COUNT ? type_names[type]
							: NULL;
}

int mxlog_metric_type_parse(const char *text, size_t len,
    enum mxlog_metric_type *ret)
{
	for (size_t i = 0; i < MXLOG_METRIC_TYPE_COUNT; i++)
		if (strlen(type_names[i]) == len &&
		    strncasecmp(type_names[i], text, len) == 0) {
			*ret = (enum mxlog_metric_type)i;
			return 0;
		}
	return -EINVAL;
}

int mxlog_metric_new(struct mxlog_metric **ret)
{
	if (!ret)
		return -EINVAL;

	struct mxlog_metric *metric = calloc(1, sizeof(*metric));

	if (!metric)
		return -ENOMEM;
	mxlog_metric_reset(metric);
	*ret = metric;
	return 0;
}

void mxlog_metric_free(struct mxlog_metric *metric)
{
	if (!metric)
		return;
	mxlog_buf_done(&metric->bytes);
	free(metric->tags);
	free(metric);
}

void mxlog_metric_reset(struct mxlog_metric *metric)
{
	if (!metric)
		return;

	mxlog_buf_clear(&metric->bytes);
	metric->trace_id = metric->name = metric->unit = MXLOG_NO_SPAN;
	metric->time_usec = 0;
	metric->has_time = false;
	metric->truncated = false;
	metric->id_redacted = false;
	metric->id_hashed = false;
	metric->captured = false;
	metric->type = MXLOG_GAUGE;
	metric->value = 0;
	metric->n_tags = 0;
}

static int store(struct mxlog_metric *metric, const char *text, size_t len,
    size_t max, struct mxlog_text_span *ret)
{
	return mxlog_text_span_store(&metric->bytes, text, len, max, ret,
	    &metric->truncated);
}

int mxlog_metric_store(struct mxlog_metric *metric, const char *text,
    size_t len, struct mxlog_text_span *ret)
{
	return store(metric, text, len, MXLOG_METRIC_TEXT, ret);
}

int mxlog_metric_set_name(struct mxlog_metric *metric, const char *name,
    size_t len)
{
	if (!metric || (!name && len > 0))
		return -EINVAL;

	return store(metric, name, len, MXLOG_NAME_BYTES, &metric->name);
}

int mxlog_metric_set_trace_id(struct mxlog_metric *metric, const char *trace_id,
    size_t len)
{
	if (!metric || (!trace_id && len > 0))
		return -EINVAL;

	return store(metric, trace_id, len, MXLOG_NAME_BYTES,
	    &metric->trace_id);
}

int mxlog_metric_set_unit(struct mxlog_metric *metric, const char *unit,
    size_t len)
{
	if (!metric || (!unit && len > 0))
		return -EINVAL;

	return store(metric, unit, len, MXLOG_NAME_BYTES, &metric->unit);
}

void mxlog_metric_set_time(struct mxlog_metric *metric, int64_t time_usec)
{
	if (!metric)
		return;

	metric->time_usec = time_usec;
	metric->has_time = true;
}

int64_t mxlog_metric_get_time(const struct mxlog_metric *metric)
{
	if (!metric)
		return 0;

	return metric->time_usec;
}

void mxlog_metric_set_type(struct mxlog_metric *metric,
    enum mxlog_metric_type type)
{
	if (!metric)
		return;

	if (mxlog_metric_type_name(type))
		metric->type = type;
}

int mxlog_metric_set_value(struct mxlog_metric *metric, double value)
{
	if (!metric)
		return -EINVAL;

	if (!isfinite(value))
		return -ERANGE;
	metric->value = value;
	return 0;
}

static struct mxlog_metric_tag *find_tag(const struct mxlog_metric *metric,
    const char *key, size_t len)
{
	for (size_t i = 0; i < metric->n_tags; i++) {
		struct mxlog_metric_tag *tag = &metric->tags[i];

		if (tag->key.len == len &&
		    memcmp(mxlog_metric_text(metric, tag->key), key, len) == 0)
			return tag;
	}
	return NULL;
}

int mxlog_metric_push_tag(struct mxlog_metric *metric,
    const struct mxlog_metric_tag *tag)
{
	struct mxlog_metric_tag *tags, *same;

	same =
	    find_tag(metric, mxlog_metric_text(metric, tag->key), tag->key.len);
	if (same) {
		same->value = tag->value;
		same->own = tag->own;
		return 0;
	}
	tags = mxlog_array_grow(metric->tags, metric->n_tags,
	    &metric->tags_capacity, sizeof(*tags));
	if (!tags)
		return -ENOMEM;
	metric->tags = tags;
	tags[metric->n_tags++] = *tag;
	return 0;
}

static int add_tag(struct mxlog_metric *metric, const char *key, size_t key_len,
    const char *value, size_t len)
{
	struct mxlog_metric_tag tag = { MXLOG_NO_SPAN, MXLOG_NO_SPAN, false };
	int r;

	r = store(metric, key, key_len, MXLOG_NAME_BYTES, &tag.key);
	if (r == 0)
		r = mxlog_metric_store(metric, value, len, &tag.value);
	return r < 0 ? r : mxlog_metric_push_tag(metric, &tag);
}

int mxlog_metric_add_tag(struct mxlog_metric *metric, const char *key,
    size_t key_len, const char *value, size_t len)
{
	if (!metric || (!key && key_len > 0) || (!value && len > 0))
		return -EINVAL;

	if (metric->n_tags >= MXLOG_METRIC_TAGS &&
	    !find_tag(metric, key, key_len)) {
		metric->truncated = true;
		return -E2BIG;
	}
	return add_tag(metric, key, key_len, value, len);
}

int mxlog_metric_add_identity(struct mxlog_metric *metric, const char *key,
    size_t key_len, const char *value, size_t len)
{
	if (!metric || (!key && key_len > 0) || (!value && len > 0))
		return -EINVAL;

	int r = mxlog_metric_add_tag(metric, key, key_len, value, len);

	if (r < 0)
		return r;
	find_tag(metric, key, key_len)->own = true;
	metric->captured = true;
	return 0;
}

/* Keep a raw name in a tag of our own: who forged one loses it. */
static int keep_raw(struct mxlog_metric *metric, const char *key, size_t len,
    struct mxlog_text_span raw)
{
	struct mxlog_metric_tag tag = { .value = raw };
	int r;

	r = mxlog_metric_store(metric, key, len, &tag.key);
	return r < 0 ? r : mxlog_metric_push_tag(metric, &tag);
}

static int normalise_trace_id(struct mxlog_metric *metric)
{
	struct mxlog_text_span raw = metric->trace_id;
	char text[MXLOG_ULID_LEN];
	struct mxlog_ulid id;
	int form, r;

	metric->trace_id = MXLOG_NO_SPAN;
	form =
	    mxlog_trace_id_read(mxlog_metric_text(metric, raw), raw.len, &id);
	if (raw.len == 0 || form < 0)
		return raw.len == 0 ? -ENOENT : form;
	if (form != MXLOG_TRACE_ID_ULID) {
		r = keep_raw(metric, LITERAL("original_trace_id"), raw);
		if (r < 0)
			return r;
	}
	if (form == MXLOG_TRACE_ID_NONE ||
	    (form == MXLOG_TRACE_ID_HASHED && metric->id_redacted))
		return -ENOENT;
	metric->id_hashed = form == MXLOG_TRACE_ID_HASHED;
	mxlog_ulid_format(text, &id);
	return mxlog_metric_store(metric, text, sizeof(text),
	    &metric->trace_id);
}

static int normalise_name(struct mxlog_metric *metric)
{
	struct mxlog_text_span raw = metric->name;
	struct mxlog_buf name = { 0 };
	bool changed;
	int r;

	if (raw.len == 0)
		return mxlog_metric_store(metric, LITERAL("unknown"),
		    &metric->name);
	r = mxlog_module_normalise(&name, mxlog_metric_text(metric, raw),
	    raw.len, &changed);
	if (r == 0 && changed)
		r = mxlog_metric_store(metric, name.data, name.len,
		    &metric->name);
	mxlog_buf_done(&name);
	if (r < 0 || !changed)
		return r;
	return keep_raw(metric, LITERAL("original_metric_name"), raw);
}

/* Redaction can have made two keys one: the later tag stays. */
static int drop_repeated_tags(struct mxlog_metric *metric)
{
	size_t n = metric->n_tags;
	int r = 0;

	metric->n_tags = 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		struct mxlog_metric_tag tag = metric->tags[i];

		r = mxlog_metric_push_tag(metric, &tag);
	}
	return r;
}

int mxlog_metric_normalise(struct mxlog_metric *metric)
{
	bool has_id;
	int r;

	r = drop_repeated_tags(metric);
	if (r < 0)
		return r;
	r = normalise_trace_id(metric);
	has_id = r == 0;
	if (r == 0 || r == -ENOENT)
		r = normalise_name(metric);
	if (r == 0 && metric->unit.len == 0)
		r = mxlog_metric_store(metric, LITERAL("1"), &metric->unit);
	if (r == 0 && metric->truncated)
		r = add_tag(metric, LITERAL("truncated"), LITERAL("true"));
	if (r < 0)
		return r;
	return has_id ? 0 : -ENOENT;
}

static int refuse(struct mxlog_error *reterr, const char *field,
    const char *rule)
{
	return mxlog_error_set(reterr, -EINVAL, "%s: %s", field, rule);
}

int mxlog_metric_validate(const struct mxlog_metric *metric,
    struct mxlog_error *reterr)
{
	struct mxlog_text_span id = metric->trace_id, name = metric->name;
	struct mxlog_ulid ulid;

	if (!MXLOG_IS_SET(id))
		return refuse(reterr, "trace_id", "is missing");
	if (mxlog_ulid_parse(mxlog_metric_text(metric, id), id.len, &ulid) < 0)
		return refuse(reterr, "trace_id",
		    "is no ULID: 26 characters of Crockford's base32");
	if (!metric->has_time)
		return refuse(reterr, "timestamp", "is missing");
	if (metric->time_usec < MXLOG_TIMESTAMP_MIN ||
	    metric->time_usec > MXLOG_TIMESTAMP_MAX)
		return refuse(reterr, "timestamp",
		    "is not in the years 0001 to 9999");
	if (!MXLOG_IS_SET(name))
		return refuse(reterr, "metric_name", "is missing");
	if (!mxlog_module_is_valid(mxlog_metric_text(metric, name), name.len))
		return refuse(reterr, "metric_name",
		    "is no dotted name of letters, digits and '_'");
	if (!mxlog_metric_type_name(metric->type))
		return refuse(reterr, "metric_type",
		    "is none of COUNTER, GAUGE, DURATION, HISTOGRAM");
	if (!isfinite(metric->value))
		return refuse(reterr, "value", "is no finite number");
	if (!MXLOG_IS_SET(metric->unit))
		return refuse(reterr, "unit", "is missing");
	return 0;
}

size_t mxlog_metric_size(const struct mxlog_metric *metric)
{
	size_t size = AROUND_METRIC + 6 * (size_t)metric->name.len +
	    6 * (size_t)metric->unit.len;

	for (size_t i = 0; i < metric->n_tags; i++)
		size += AROUND_TAG + 6 * (size_t)metric->tags[i].key.len +
		    6 * (size_t)metric->tags[i].value.len;
	return size;
}

/* ---- reading ---- */

static int get_text(const struct mxlog_metric *metric,
    struct mxlog_text_span span, struct mxlog_text *ret)
{
	if (!MXLOG_IS_SET(span))
		return 0;
	*ret = (struct mxlog_text){ mxlog_metric_text(metric, span), span.len };
	return 1;
}

int mxlog_metric_get_name(const struct mxlog_metric *metric,
    struct mxlog_text *ret)
{
	return metric && ret ? get_text(metric, metric->name, ret) : -EINVAL;
}

int mxlog_metric_get_trace_id(const struct mxlog_metric *metric,
    struct mxlog_text *ret)
{
	return metric && ret ? get_text(metric, metric->trace_id, ret)
			     : -EINVAL;
}

int mxlog_metric_get_unit(const struct mxlog_metric *metric,
    struct mxlog_text *ret)
{
	return metric && ret ? get_text(metric, metric->unit, ret) : -EINVAL;
}

bool mxlog_metric_has_time(const struct mxlog_metric *metric)
{
	return metric && metric->has_time;
}

enum mxlog_metric_type mxlog_metric_get_type(const struct mxlog_metric *metric)
{
	return metric ? metric->type : MXLOG_GAUGE;
}

double mxlog_metric_get_value(const struct mxlog_metric *metric)
{
	return metric ? metric->value : 0;
}

int mxlog_metric_get_tag(const struct mxlog_metric *metric, size_t index,
    struct mxlog_text *ret_key, struct mxlog_text *ret_value)
{
	if (!metric || !ret_key || !ret_value)
		return -EINVAL;
	if (index >= metric->n_tags)
		return 0;
	(void)get_text(metric, metric->tags[index].key, ret_key);
	(void)get_text(metric, metric->tags[index].value, ret_value);
	return 1;
}
