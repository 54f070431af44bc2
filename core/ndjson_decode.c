/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding: one pass over the tokens of a line, texts copied into the entry's
 * buffer, which is made large enough for all of them at once. */
#include "json.h"
#include "ndjson.h"
#include "number.h"
#include "reterr.h"
#include "timestamp.h"
#include "ulid.h"

/* A line being read. */
struct decoder {
	struct mxlog_json json;
	struct mxlog_json_token token; /* the one that was read last */
	struct mxlog_error *reterr;
	const char *key; /* of the member that is being read, for messages */
};

static int refuse(struct decoder *d, const char *rule)
{
	if (d->reterr)
		d->reterr->offset = (size_t)(d->token.text - d->json.start);
	return mxlog_error_set(d->reterr, -EBADMSG, "%s %s", d->key, rule);
}

static int no_json(struct decoder *d, int code)
{
	if (d->reterr)
		d->reterr->offset = (size_t)(d->json.at - d->json.start);
	return mxlog_error_set(d->reterr, -EBADMSG,
	    code == -E2BIG ? "nested deeper than %d" : "no JSON object",
	    MXLOG_JSON_DEPTH);
}

/* The next token; the text must go on. */
static int next(struct decoder *d)
{
	int r = mxlog_json_next(&d->json, &d->token);

	return r > 0 ? 0 : no_json(d, r);
}

static int begin(struct decoder *d, const char *line, size_t len,
    struct mxlog_error *reterr)
{
	d->reterr = reterr;
	d->key = "the line";
	mxlog_json_init(&d->json, line, len);
	return next(d);
}

/* Step to the next member's key: 1, or 0 at the object's end. */
static int next_key(struct decoder *d)
{
	int r = next(d);

	return r < 0 ? r : d->token.type == MXLOG_JSON_KEY;
}

static bool is_null(const struct decoder *d)
{
	return d->token.type == MXLOG_JSON_NULL;
}

/* Store the string that is the token. */
static int take_string(struct decoder *d, struct mxlog_buf *bytes,
    struct mxlog_span *ret)
{
	size_t before = bytes->len;
	bool truncated = false;
	int r;

	if (d->token.type != MXLOG_JSON_STRING &&
	    d->token.type != MXLOG_JSON_KEY)
		return refuse(d, "is no string");
	if (!d->token.escaped)
		return mxlog_span_store(bytes, d->token.text, d->token.len,
		    MXLOG_SPAN_BYTES, ret, &truncated);

	r = mxlog_json_decode(bytes, &d->token);
	if (r == 0)
		r = mxlog_buf_reserve(bytes, MXLOG_SPAN_SLACK);
	if (r < 0)
		return r;
	*ret = (struct mxlog_span){ (uint32_t)before,
		(uint32_t)(bytes->len - before) };
	return 0;
}

/* Store the token, or the whole container that it begins, as JSON. */
static int take_json(struct decoder *d, struct mxlog_buf *bytes,
    struct mxlog_span *ret)
{
	size_t before = bytes->len;
	bool truncated = false;
	int r;

	/* Numbers and literals stay as they stand. */
	if (d->token.type >= MXLOG_JSON_NUMBER)
		return mxlog_span_store(bytes, d->token.text, d->token.len,
		    MXLOG_SPAN_BYTES, ret, &truncated);
	r = mxlog_json_skip(&d->json, &d->token);
	if (r < 0)
		return no_json(d, r);
	r = mxlog_json_compact(bytes, d->token.text, d->token.len);
	if (r == 0)
		r = mxlog_buf_reserve(bytes, MXLOG_SPAN_SLACK);
	if (r < 0)
		return r;
	*ret = (struct mxlog_span){ (uint32_t)before,
		(uint32_t)(bytes->len - before) };
	return 0;
}

static int skip(struct decoder *d)
{
	int r = mxlog_json_skip(&d->json, &d->token);

	return r < 0 ? no_json(d, r) : 0;
}

/* ---- what entries and metrics have in common ---- */

static bool ends_in_utc(const char *text, size_t len)
{
	size_t n = len;

	if (n > 0 && (text[n - 1] == 'Z' || text[n - 1] == 'z'))
		return true;
	/* +00:00, -0000, +00 */
	while (n > 0 && (text[n - 1] == '0' || text[n - 1] == ':'))
		n--;
	return n > 0 && len - n >= 2 &&
	    (text[n - 1] == '+' || (text[n - 1] == '-' && n > 11));
}

static int take_time(struct decoder *d, int64_t *ret)
{
	if (d->token.type != MXLOG_JSON_STRING || d->token.escaped ||
	    mxlog_timestamp_parse(d->token.text, d->token.len, MXLOG_NO_ZONE,
		ret) < 0)
		return refuse(d, "is no ISO 8601 time with a zone");
	if (!ends_in_utc(d->token.text, d->token.len))
		return refuse(d, "is not in UTC");
	return 0;
}

/* In the form that we write, whatever form it has. */
static int take_trace_id(struct decoder *d, struct mxlog_buf *bytes,
    struct mxlog_span *ret)
{
	struct mxlog_ulid id;
	int r;

	r = take_string(d, bytes, ret);
	if (r < 0 || mxlog_ulid_is_canonical(bytes->data + ret->off, ret->len))
		return r;
	if (mxlog_ulid_parse(bytes->data + ret->off, ret->len, &id) < 0)
		return refuse(d,
		    "is no ULID: 26 characters of Crockford's base32");
	mxlog_ulid_format(bytes->data + ret->off, &id);
	return 0;
}

/* ---- exceptions ---- */

static int decode_exception(struct decoder *d, size_t depth,
    struct mxlog_exception **ret);

/* Compare the key that was read. */
static bool is_key(const struct decoder *d, const char *key, size_t len)
{
	return mxlog_json_equals(&d->token, key, len);
}

static int take_frame_member(struct decoder *d,
    struct mxlog_exception *exception, struct mxlog_frame *frame)
{
	struct mxlog_span *span = NULL;
	bool line = is_key(d, LITERAL("line"));
	uint64_t number;
	int r;

	if (is_key(d, LITERAL("file")))
		span = &frame->file;
	else if (is_key(d, LITERAL("function")))
		span = &frame->function;
	else if (is_key(d, LITERAL("code")))
		span = &frame->code;
	r = next(d);
	if (r < 0)
		return r;
	if (is_null(d))
		return 0;
	if (span)
		return take_string(d, &exception->bytes, span);
	if (!line)
		return skip(d);
	if (d->token.type != MXLOG_JSON_NUMBER ||
	    mxlog_number_parse_u64(d->token.text, d->token.len, &number) < 0 ||
	    number > UINT32_MAX)
		return refuse(d, "has a frame whose line is no line number");
	frame->line = (uint32_t)number;
	return 0;
}

static int decode_frame(struct decoder *d, struct mxlog_exception *exception)
{
	struct mxlog_frame frame = { MXLOG_NO_SPAN, MXLOG_NO_SPAN,
		MXLOG_NO_SPAN, 0 };
	struct mxlog_frame *frames;
	int r;

	if (d->token.type != MXLOG_JSON_OBJECT)
		return refuse(d, "has a frame that is no object");
	while ((r = next_key(d)) > 0) {
		r = take_frame_member(d, exception, &frame);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	if (!MXLOG_IS_SET(frame.file) || !MXLOG_IS_SET(frame.function))
		return refuse(d, "has a frame without file or function");
	if (exception->n_frames == MXLOG_EXCEPTION_FRAMES)
		return refuse(d, "has too many frames");
	frames = mxlog_array_grow(exception->frames, exception->n_frames,
	    &exception->frames_capacity, sizeof(*frames));
	if (!frames)
		return -ENOMEM;
	exception->frames = frames;
	frames[exception->n_frames++] = frame;
	return 0;
}

static int decode_frames(struct decoder *d, struct mxlog_exception *exception)
{
	int r;

	if (d->token.type != MXLOG_JSON_ARRAY)
		return refuse(d, "has a stack_trace that is no array");
	exception->n_frames = 0;
	for (;;) {
		r = next(d);
		if (r < 0 || d->token.type == MXLOG_JSON_ARRAY_END)
			return r;
		r = decode_frame(d, exception);
		if (r < 0)
			return r;
	}
}

enum {
	SEEN_TYPE = 1,
	SEEN_MESSAGE = 2,
	SEEN_STACK_TRACE = 4,
	SEEN_ALL = 7,
};

static int take_exception_member(struct decoder *d, size_t depth,
    struct mxlog_exception *exception, unsigned *seen)
{
	bool type = is_key(d, LITERAL("type"));
	bool message = is_key(d, LITERAL("message"));
	bool frames = is_key(d, LITERAL("stack_trace"));
	bool cause = is_key(d, LITERAL("cause"));
	int r;

	r = next(d);
	if (r < 0)
		return r;
	if (is_null(d))
		return 0;
	*seen |= (type ? SEEN_TYPE : 0U) | (message ? SEEN_MESSAGE : 0U) |
	    (frames ? SEEN_STACK_TRACE : 0U);
	if (type)
		return take_string(d, &exception->bytes, &exception->type);
	if (message)
		return take_string(d, &exception->bytes, &exception->message);
	if (frames)
		return decode_frames(d, exception);
	if (!cause)
		return skip(d);
	mxlog_exception_free(exception->cause);
	exception->cause = NULL;
	return decode_exception(d, depth + 1, &exception->cause);
}

/* The token begins it. */
static int decode_exception(struct decoder *d, size_t depth,
    struct mxlog_exception **ret)
{
	struct mxlog_exception *exception;
	unsigned seen = 0;
	int r;

	if (d->token.type != MXLOG_JSON_OBJECT)
		return refuse(d, "is no object");
	if (depth == MXLOG_EXCEPTION_DEPTH)
		return refuse(d, "has too many causes");
	r = mxlog_exception_new("", 0, "", 0, &exception);
	if (r < 0)
		return r;
	while ((r = next_key(d)) > 0) {
		r = take_exception_member(d, depth, exception, &seen);
		if (r < 0)
			goto out;
	}
	if (r == 0 && (seen != SEEN_ALL || exception->type.len == 0))
		r = refuse(d, "lacks type, message or stack_trace");
out:
	if (r < 0)
		mxlog_exception_free(exception);
	else
		*ret = exception;
	return r;
}

int mxlog_ndjson_decode_exception(const char *json, size_t len,
    struct mxlog_exception **ret, struct mxlog_error *reterr)
{
	struct mxlog_exception *exception = NULL;
	struct decoder d;
	int r;

	r = begin(&d, json, len, reterr);
	if (r < 0)
		return r;
	d.key = "exception";
	r = decode_exception(&d, 0, &exception);
	if (r < 0)
		return r;
	r = mxlog_json_next(&d.json, &d.token);
	if (r < 0) {
		mxlog_exception_free(exception);
		return no_json(&d, r);
	}
	*ret = exception;
	return 0;
}

/* ---- entries ---- */

static const struct {
	const char *name;
	size_t len;
} fields[] = {
#define FIELD(id, key, limit, help) [MXLOG_FIELD_##id] = { LITERAL(key) },
#include "tbl/fields.def"
#undef FIELD
};

/* Which field the key is; `hint` is the one that a canonical line would have
 * here. MXLOG_FIELD_COUNT: none. */
static size_t find_field(const struct decoder *d, size_t hint)
{
	for (size_t i = 0; i < MXLOG_FIELD_COUNT; i++, hint++) {
		if (hint >= MXLOG_FIELD_COUNT)
			hint = 0;
		if (fields[hint].len == d->token.len && !d->token.escaped &&
		    memcmp(fields[hint].name, d->token.text, d->token.len) == 0)
			return hint;
	}
	for (size_t i = 0; d->token.escaped && i < MXLOG_FIELD_COUNT; i++)
		if (is_key(d, fields[i].name, fields[i].len))
			return i;
	return MXLOG_FIELD_COUNT;
}

static int take_level(struct decoder *d, struct mxlog_entry *entry)
{
	enum mxlog_level level;

	/* Aliases are other loggers' names; a line has ours. */
	if (d->token.type != MXLOG_JSON_STRING ||
	    mxlog_level_parse(d->token.text, d->token.len, &level) < 0 ||
	    strlen(mxlog_level_name(level)) != d->token.len ||
	    memcmp(mxlog_level_name(level), d->token.text, d->token.len) != 0)
		return refuse(d,
		    "is none of DEBUG, INFO, WARNING, ERROR, CRITICAL");
	entry->level = level;
	return 0;
}

static int take_line_number(struct decoder *d, struct mxlog_entry *entry)
{
	int64_t number;

	if (d->token.type != MXLOG_JSON_NUMBER ||
	    mxlog_number_parse_i64(d->token.text, d->token.len, &number) < 0 ||
	    mxlog_entry_set_line_number(entry, number) < 0)
		return refuse(d, "is no line number");
	return 0;
}

static int take_duration(struct decoder *d, struct mxlog_entry *entry)
{
	double value;

	if (d->token.type != MXLOG_JSON_NUMBER ||
	    mxlog_number_parse_double(d->token.text, d->token.len, &value) < 0)
		return refuse(d, "is no number");
	if (mxlog_entry_set_duration_ms(entry, value) < 0)
		return refuse(d, "is negative");
	return 0;
}

static int take_tags(struct decoder *d, struct mxlog_entry *entry)
{
	struct mxlog_span span;
	int r;

	if (d->token.type != MXLOG_JSON_ARRAY)
		return refuse(d, "is no array");
	entry->n_tags = 0;
	for (;;) {
		r = next(d);
		if (r < 0 || d->token.type == MXLOG_JSON_ARRAY_END)
			return r;
		r = take_string(d, &entry->bytes, &span);
		if (r < 0)
			return r;
		if (mxlog_entry_find_tag(entry, mxlog_entry_text(entry, span),
			span.len) < entry->n_tags)
			continue;
		r = mxlog_entry_push_tag(entry, span);
		if (r < 0)
			return r;
	}
}

/* Strings lose their quotes, all else stays JSON. The token is the value. */
static int take_value(struct decoder *d, struct mxlog_entry *entry,
    struct mxlog_pair *pair)
{
	int r;

	pair->json = d->token.type != MXLOG_JSON_STRING;
	if (pair->json)
		r = take_json(d, &entry->bytes, &pair->value);
	else
		r = take_string(d, &entry->bytes, &pair->value);
	return r < 0 ? r : mxlog_entry_push_pair(entry, pair);
}

static int take_context(struct decoder *d, struct mxlog_entry *entry)
{
	struct mxlog_pair pair;
	int r;

	if (d->token.type != MXLOG_JSON_OBJECT)
		return refuse(d, "is no object");
	while ((r = next_key(d)) > 0) {
		r = take_string(d, &entry->bytes, &pair.key);
		if (r == 0)
			r = next(d);
		if (r == 0)
			r = take_value(d, entry, &pair);
		if (r < 0)
			return r;
	}
	return r;
}

/* A key that the models don't know: the member goes into context. */
static int take_unknown(struct decoder *d, struct mxlog_entry *entry,
    struct mxlog_span key)
{
	struct mxlog_buf *bytes = &entry->bytes;
	struct mxlog_pair pair = { .key = key };
	struct mxlog_buf name = { 0 };
	bool changed;
	int r;

	r = mxlog_key_normalise(&name, bytes->data + key.off, key.len,
	    &changed);
	if (r == 0 && changed)
		r = mxlog_entry_store(entry, name.data, name.len,
		    MXLOG_NAME_BYTES, &pair.key);
	mxlog_buf_done(&name);
	return r < 0 ? r : take_value(d, entry, &pair);
}

/* The first model has strings; a number is taken as its digits. */
static int take_id(struct decoder *d, struct mxlog_entry *entry,
    enum mxlog_field field)
{
	if (d->token.type == MXLOG_JSON_NUMBER)
		d->token.type = MXLOG_JSON_STRING;
	return take_string(d, &entry->bytes, &entry->text[field]);
}

static int take_exception(struct decoder *d, struct mxlog_entry *entry)
{
	struct mxlog_exception *exception;
	int r;

	r = decode_exception(d, 0, &exception);
	return r < 0 ? r : mxlog_entry_take_exception(entry, &exception);
}

static int take_field(struct decoder *d, struct mxlog_entry *entry,
    enum mxlog_field field)
{
	switch (field) {
	case MXLOG_FIELD_TRACE_ID:
		return take_trace_id(d, &entry->bytes, &entry->text[field]);
	case MXLOG_FIELD_TIMESTAMP:
		entry->has_time = true;
		return take_time(d, &entry->time_usec);
	case MXLOG_FIELD_LEVEL:
		return take_level(d, entry);
	case MXLOG_FIELD_LINE_NUMBER:
		return take_line_number(d, entry);
	case MXLOG_FIELD_CONTEXT:
		return take_context(d, entry);
	case MXLOG_FIELD_EXCEPTION:
		return take_exception(d, entry);
	case MXLOG_FIELD_DURATION_MS:
		return take_duration(d, entry);
	case MXLOG_FIELD_TAGS:
		return take_tags(d, entry);
	case MXLOG_FIELD_THREAD_ID:
	case MXLOG_FIELD_PROCESS_ID:
		return take_id(d, entry, field);
	case MXLOG_FIELD_MODULE:
	case MXLOG_FIELD_FUNCTION:
	case MXLOG_FIELD_MESSAGE:
	case MXLOG_FIELD_COUNT:
		break;
	}
	return take_string(d, &entry->bytes, &entry->text[field]);
}

/* The token is the key. */
static int take_member(struct decoder *d, struct mxlog_entry *entry,
    size_t *hint, unsigned *seen)
{
	size_t field = find_field(d, *hint);
	struct mxlog_span key;
	int r;

	d->key = "the line";
	if (field == MXLOG_FIELD_COUNT) {
		r = take_string(d, &entry->bytes, &key);
		if (r == 0)
			r = next(d);
		return r < 0 ? r : take_unknown(d, entry, key);
	}
	*hint = field + 1;
	d->key = fields[field].name;
	r = next(d);
	if (r < 0)
		return r;
	/* Readers of JSON differ in which of two they take. */
	if (*seen >> field & 1)
		return refuse(d, "is there twice");
	if (is_null(d))
		return 0;
	*seen |= 1U << field;
	return take_field(d, entry, (enum mxlog_field)field);
}

static int decode_members(struct decoder *d, struct mxlog_entry *entry)
{
	unsigned seen = 0; /* one bit for each field */
	size_t hint = 0;
	int r;

	if (d->token.type != MXLOG_JSON_OBJECT)
		return refuse(d, "is no JSON object");
	while ((r = next_key(d)) > 0) {
		r = take_member(d, entry, &hint, &seen);
		if (r < 0)
			return r;
	}
	if (r == 0)
		r = mxlog_json_next(&d->json, &d->token);
	if (r < 0)
		return no_json(d, r);
	d->key = "level";
	return seen >> MXLOG_FIELD_LEVEL & 1 ? 0 : refuse(d, "is missing");
}

static int check_len(const char *line, size_t len, struct mxlog_error *reterr)
{
	size_t max = MXLOG_LINE_MAX - (len == 0 || line[len - 1] != '\n');

	if (len <= max)
		return 0;
	return mxlog_error_set(reterr, -EBADMSG,
	    "the line is longer than %d bytes", MXLOG_LINE_MAX);
}

/* What breaks a rule is no entry: the line is damaged. */
static int not_valid(struct mxlog_error *reterr)
{
	if (reterr)
		reterr->code = -EBADMSG;
	return -EBADMSG;
}

int mxlog_ndjson_decode(const char *line, size_t len, struct mxlog_entry *entry,
    struct mxlog_error *reterr)
{
	struct decoder d;
	int r;

	mxlog_entry_reset(entry);
	r = check_len(line, len, reterr);
	if (r == 0)
		r = mxlog_buf_reserve(&entry->bytes, len + MXLOG_ENTRY_SLACK);
	if (r == 0)
		r = begin(&d, line, len, reterr);
	if (r == 0)
		r = decode_members(&d, entry);
	if (r < 0)
		return r;
	r = mxlog_entry_validate(entry, reterr);
	if (r == -EINVAL)
		return not_valid(reterr);
	/* Of equal keys none is lost. */
	return mxlog_entry_normalise_keys(entry, entry->n_context);
}

/* ---- metrics ---- */

static int take_metric_tags(struct decoder *d, struct mxlog_metric *metric)
{
	struct mxlog_metric_tag tag;
	int r;

	if (d->token.type != MXLOG_JSON_OBJECT)
		return refuse(d, "is no object");
	while ((r = next_key(d)) > 0) {
		r = take_string(d, &metric->bytes, &tag.key);
		if (r == 0)
			r = next(d);
		if (r == 0 && is_null(d))
			continue;
		if (r == 0)
			r = take_string(d, &metric->bytes, &tag.value);
		if (r == 0)
			r = mxlog_metric_push_tag(metric, &tag);
		if (r < 0)
			return r;
	}
	return r;
}

static int take_metric_type(struct decoder *d, struct mxlog_metric *metric)
{
	enum mxlog_metric_type type;

	if (d->token.type != MXLOG_JSON_STRING ||
	    mxlog_metric_type_parse(d->token.text, d->token.len, &type) < 0 ||
	    memcmp(mxlog_metric_type_name(type), d->token.text, d->token.len) !=
		0)
		return refuse(d,
		    "is none of COUNTER, GAUGE, DURATION, HISTOGRAM");
	metric->type = type;
	return 0;
}

static int take_metric_value(struct decoder *d, struct mxlog_metric *metric)
{
	if (d->token.type != MXLOG_JSON_NUMBER ||
	    mxlog_number_parse_double(d->token.text, d->token.len,
		&metric->value) < 0)
		return refuse(d, "is no finite number");
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

static int take_metric_field(struct decoder *d, struct mxlog_metric *metric,
    enum metric_key key)
{
	switch (key) {
	case METRIC_TRACE_ID:
		return take_trace_id(d, &metric->bytes, &metric->trace_id);
	case METRIC_TIMESTAMP:
		metric->has_time = true;
		return take_time(d, &metric->time_usec);
	case METRIC_NAME:
		return take_string(d, &metric->bytes, &metric->name);
	case METRIC_TYPE_KEY:
		return take_metric_type(d, metric);
	case METRIC_VALUE:
		return take_metric_value(d, metric);
	case METRIC_UNIT:
		return take_string(d, &metric->bytes, &metric->unit);
	case METRIC_TAGS:
		return take_metric_tags(d, metric);
	case METRIC_KEY_COUNT:
		break;
	}
	return skip(d);
}

/* The token is the key. */
static int take_metric_member(struct decoder *d, struct mxlog_metric *metric,
    unsigned *seen)
{
	size_t key = 0;
	int r;

	while (key < METRIC_KEY_COUNT &&
	    !is_key(d, metric_keys[key].name, metric_keys[key].len))
		key++;
	d->key = key < METRIC_KEY_COUNT ? metric_keys[key].name : "the line";
	r = next(d);
	if (r < 0 || is_null(d))
		return r;
	if (key < METRIC_KEY_COUNT && *seen & 1U << key)
		return refuse(d, "is there twice");
	*seen |= 1U << key;
	return take_metric_field(d, metric, (enum metric_key)key);
}

static int decode_metric_members(struct decoder *d, struct mxlog_metric *metric)
{
	unsigned seen = 0;
	int r;

	if (d->token.type != MXLOG_JSON_OBJECT)
		return refuse(d, "is no JSON object");
	while ((r = next_key(d)) > 0) {
		r = take_metric_member(d, metric, &seen);
		if (r < 0)
			return r;
	}
	if (r == 0)
		r = mxlog_json_next(&d->json, &d->token);
	if (r < 0)
		return no_json(d, r);
	for (size_t key = 0; key < METRIC_TAGS; key++) {
		d->key = metric_keys[key].name;
		if (!(seen & 1U << key))
			return refuse(d, "is missing");
	}
	return 0;
}

int mxlog_ndjson_decode_metric(const char *line, size_t len,
    struct mxlog_metric *metric, struct mxlog_error *reterr)
{
	struct decoder d;
	int r;

	mxlog_metric_reset(metric);
	r = check_len(line, len, reterr);
	if (r == 0)
		r = mxlog_buf_reserve(&metric->bytes, len + MXLOG_SPAN_SLACK);
	if (r == 0)
		r = begin(&d, line, len, reterr);
	if (r == 0)
		r = decode_metric_members(&d, metric);
	if (r < 0)
		return r;
	r = mxlog_metric_validate(metric, reterr);
	return r == -EINVAL ? not_valid(reterr) : r;
}
