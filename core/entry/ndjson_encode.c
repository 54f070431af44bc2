/* SPDX-License-Identifier: Apache-2.0 */
/* Encoding: room is reserved once for the whole line, then every piece is
 * written without a check. */
#include <math.h>

#include "base/json.h"
#include "base/number.h"
#include "base/timestamp.h"
#include "base/ulid.h"
#include "base/vec16.h"
#include "entry/ndjson.h"

enum {
	ESTIMATE_MAX = 64 * 1024, /* more room is reserved only when needed */
};

/* The text buffer that is being written from. */
struct source {
	const char *data;
	bool slack; /* 16 bytes are readable behind every text in it */
};

static inline struct source source_of(const struct mxlog_buf *bytes)
{
	return (struct source){ bytes->data,
		bytes->capacity - bytes->len >= MXLOG_LANES };
}

static inline char *put(char *out, const char *text, size_t len)
{
	memcpy(out, text, len);
	return out + len;
}

/* What needs no escapes: names, numbers, canonical JSON. Written in whole
 * blocks; the room behind is there. */
static inline char *put_plain(char *out, struct source from,
    struct mxlog_text_span span)
{
	const char *text = from.data + span.off;
	size_t n = 0;

	if (UNLIKELY(!from.slack))
		return put(out, text, span.len);
	do {
		memcpy(out + n, text + n, MXLOG_LANES);
		n += MXLOG_LANES;
	} while (n < span.len);
	return out + span.len;
}

static inline char *put_escaped(char *out, struct source from,
    struct mxlog_text_span span)
{
	return mxlog_json_put_escaped(out, from.data + span.off, span.len,
	    from.slack);
}

static inline char *put_string(char *out, struct source from,
    struct mxlog_text_span span)
{
	*out++ = '"';
	out = put_escaped(out, from, span);
	*out++ = '"';
	return out;
}

static char *put_level(char *out, enum mxlog_level level)
{
	switch (level) {
#define LEVEL(id, name, number, help) \
	case MXLOG_##id:              \
		return put(out,       \
		    LITERAL("\",\"level\":\"" name "\",\"module\":\""));
#include "tbl/levels.def"
#undef LEVEL
	}
	return put(out, LITERAL("\",\"level\":\"INFO\",\"module\":\""));
}

/* {"trace_id":"…","timestamp":"… : both at fixed offsets. */
static char *put_head(char *out, const char *trace_id, int64_t time_usec)
{
	out = put(out, LITERAL("{\"trace_id\":\""));
	out = put(out, trace_id, MXLOG_ULID_LEN);
	out = put(out, LITERAL("\",\"timestamp\":\""));
	mxlog_timestamp_format(out, time_usec);
	return out + MXLOG_TIMESTAMP_LEN;
}

static char *put_context(char *out, const struct mxlog_entry *entry,
    struct source from)
{
	out = put(out, LITERAL(",\"context\":{"));
	for (size_t i = 0; i < entry->n_context; i++) {
		const struct mxlog_pair *pair = &entry->context[i];

		*out++ = '"';
		out = put_plain(out, from, pair->key);
		if (pair->json) {
			out = put(out, LITERAL("\":"));
			out = put_plain(out, from, pair->value);
		} else {
			out = put(out, LITERAL("\":\""));
			out = put_escaped(out, from, pair->value);
			*out++ = '"';
		}
		*out++ = ',';
	}
	out[-1] = '}';
	return out;
}

static char *put_tags(char *out, const struct mxlog_entry *entry,
    struct source from)
{
	out = put(out, LITERAL(",\"tags\":["));
	for (size_t i = 0; i < entry->n_tags; i++) {
		out = put_string(out, from, entry->tags[i]);
		*out++ = ',';
	}
	out[-1] = ']';
	return out;
}

static char *put_frame(char *out, const struct mxlog_frame *frame,
    struct source from)
{
	out = put(out, LITERAL("{\"file\":"));
	out = put_string(out, from, frame->file);
	out = put(out, LITERAL(",\"line\":"));
	out += mxlog_number_format_u64(out, frame->line);
	out = put(out, LITERAL(",\"function\":"));
	out = put_string(out, from, frame->function);
	if (MXLOG_IS_SET(frame->code)) {
		out = put(out, LITERAL(",\"code\":"));
		out = put_string(out, from, frame->code);
	}
	*out++ = '}';
	return out;
}

static char *put_one_exception(char *out,
    const struct mxlog_exception *exception)
{
	struct source from = source_of(&exception->bytes);

	out = put(out, LITERAL("{\"type\":"));
	out = put_string(out, from, exception->type);
	out = put(out, LITERAL(",\"message\":"));
	out = put_string(out, from, exception->message);
	out = put(out, LITERAL(",\"stack_trace\":["));
	for (size_t i = 0; i < exception->n_frames; i++) {
		if (i > 0)
			*out++ = ',';
		out = put_frame(out, &exception->frames[i], from);
	}
	*out++ = ']';
	return out;
}

static char *put_exception(char *out, const struct mxlog_exception *exception)
{
	size_t depth = 0;

	for (; exception; exception = exception->cause) {
		if (depth++ > 0)
			out = put(out, LITERAL(",\"cause\":"));
		out = put_one_exception(out, exception);
	}
	memset(out, '}', depth);
	return out + depth;
}

static char *put_line(char *out, const struct mxlog_entry *entry)
{
	struct source from = source_of(&entry->bytes);
	const struct mxlog_text_span *text = entry->text;

	out = put_head(out, from.data + text[MXLOG_FIELD_TRACE_ID].off,
	    entry->time_usec);
	out = put_level(out, entry->level);
	out = put_plain(out, from, text[MXLOG_FIELD_MODULE]);
	*out++ = '"';
	if (MXLOG_IS_SET(text[MXLOG_FIELD_FUNCTION])) {
		out = put(out, LITERAL(",\"function\":"));
		out = put_string(out, from, text[MXLOG_FIELD_FUNCTION]);
	}
	if (entry->has_line_number) {
		out = put(out, LITERAL(",\"line_number\":"));
		out += mxlog_number_format_i64(out, entry->line_number);
	}
	out = put(out, LITERAL(",\"message\":"));
	out = put_string(out, from, text[MXLOG_FIELD_MESSAGE]);
	if (entry->n_context > 0)
		out = put_context(out, entry, from);
	if (entry->exception) {
		out = put(out, LITERAL(",\"exception\":"));
		out = put_exception(out, entry->exception);
	}
	if (entry->has_duration) {
		out = put(out, LITERAL(",\"duration_ms\":"));
		out += mxlog_number_format_double(out, entry->duration_ms);
	}
	if (entry->n_tags > 0)
		out = put_tags(out, entry, from);
	if (MXLOG_IS_SET(text[MXLOG_FIELD_THREAD_ID])) {
		out = put(out, LITERAL(",\"thread_id\":"));
		out = put_string(out, from, text[MXLOG_FIELD_THREAD_ID]);
	}
	if (MXLOG_IS_SET(text[MXLOG_FIELD_PROCESS_ID])) {
		out = put(out, LITERAL(",\"process_id\":"));
		out = put_string(out, from, text[MXLOG_FIELD_PROCESS_ID]);
	}
	return put(out, LITERAL("}\n"));
}

static bool is_complete(const struct mxlog_entry *entry)
{
	const struct mxlog_text_span *text = entry->text;

	return text[MXLOG_FIELD_TRACE_ID].len == MXLOG_ULID_LEN &&
	    MXLOG_IS_SET(text[MXLOG_FIELD_MODULE]) &&
	    MXLOG_IS_SET(text[MXLOG_FIELD_MESSAGE]) &&
	    isfinite(entry->duration_ms);
}

int mxlog_ndjson_encode(const struct mxlog_entry *entry, struct mxlog_buf *out)
{
	size_t size = mxlog_entry_size(entry, false);
	char *end;
	int r;

	if (!is_complete(entry))
		return -EINVAL;
	if (size > ESTIMATE_MAX)
		size = mxlog_entry_size(entry, true);
	if (size > MXLOG_LINE_MAX)
		return -EMSGSIZE;
	r = mxlog_buf_reserve(out, size + MXLOG_JSON_SLACK);
	if (r < 0)
		return r;
	end = put_line(out->data + out->len, entry);
	out->len = (size_t)(end - out->data);
	return 0;
}

int mxlog_ndjson_encode_exception(const struct mxlog_exception *exception,
    struct mxlog_buf *out)
{
	size_t size = mxlog_exception_size(exception, true);
	char *end;
	int r;

	r = mxlog_buf_reserve(out, size + MXLOG_JSON_SLACK);
	if (r < 0)
		return r;
	end = put_exception(out->data + out->len, exception);
	out->len = (size_t)(end - out->data);
	return 0;
}

static char *put_metric_tags(char *out, const struct mxlog_metric *metric,
    struct source from)
{
	out = put(out, LITERAL(",\"tags\":{"));
	for (size_t i = 0; i < metric->n_tags; i++) {
		out = put_string(out, from, metric->tags[i].key);
		*out++ = ':';
		out = put_string(out, from, metric->tags[i].value);
		*out++ = ',';
	}
	out[-1] = '}';
	return out;
}

static char *put_metric(char *out, const struct mxlog_metric *metric)
{
	struct source from = source_of(&metric->bytes);
	const char *type = mxlog_metric_type_name(metric->type);

	out =
	    put_head(out, from.data + metric->trace_id.off, metric->time_usec);
	out = put(out, LITERAL("\",\"metric_name\":"));
	out = put_string(out, from, metric->name);
	out = put(out, LITERAL(",\"metric_type\":\""));
	out = put(out, type, strlen(type));
	out = put(out, LITERAL("\",\"value\":"));
	out += mxlog_number_format_double(out, metric->value);
	out = put(out, LITERAL(",\"unit\":"));
	out = put_string(out, from, metric->unit);
	if (metric->n_tags > 0)
		out = put_metric_tags(out, metric, from);
	return put(out, LITERAL("}\n"));
}

int mxlog_ndjson_encode_metric(const struct mxlog_metric *metric,
    struct mxlog_buf *out)
{
	size_t size = mxlog_metric_size(metric);
	char *end;
	int r;

	if (metric->trace_id.len != MXLOG_ULID_LEN ||
	    !MXLOG_IS_SET(metric->name) || !MXLOG_IS_SET(metric->unit) ||
	    !mxlog_metric_type_name(metric->type) || !isfinite(metric->value))
		return -EINVAL;
	if (size > MXLOG_LINE_MAX)
		return -EMSGSIZE;
	r = mxlog_buf_reserve(out, size + MXLOG_JSON_SLACK);
	if (r < 0)
		return r;
	end = put_metric(out->data + out->len, metric);
	out->len = (size_t)(end - out->data);
	return 0;
}
