/* SPDX-License-Identifier: Apache-2.0 */
/* Taking one member of a payload into the field that it is for. */
#include <mxlog/traceback.h>

#include <math.h>
#include <time.h>

#include "base/number.h"
#include "base/timestamp.h"
#include "entry/ndjson.h"
#include "entry/trace_id.h"
#include "parse/payload_private.h"

enum {
	TIME_TEXT_MAX = 64, /* bytes of a time; longer text is none */
	TRACE_HEX = 32,
	SPAN_HEX = 16,
	TRACEPARENT_LEN = 55,
};

#define NEAR_USEC (300 * USEC_PER_SEC)

#define ONE(type)        (1U << MXLOG_JSON_##type)
#define EITHER(one, two) (ONE(one) | ONE(two))

const uint16_t mxlog_lift_types[MXLOG_USE_COUNT] = {
	[MXLOG_USE_NONE] = EITHER(STRING, NUMBER),
	[MXLOG_USE_MESSAGE] = ONE(STRING),
	[MXLOG_USE_TIMESTAMP] = EITHER(STRING, NUMBER),
	[MXLOG_USE_LEVEL] = EITHER(STRING, NUMBER),
	[MXLOG_USE_LEVEL_NUMBER] = ONE(NUMBER),
	[MXLOG_USE_MODULE] = ONE(STRING),
	[MXLOG_USE_NAME] = ONE(STRING),
	[MXLOG_USE_FUNCTION] = ONE(STRING),
	[MXLOG_USE_LINE_NUMBER] = EITHER(STRING, NUMBER),
	[MXLOG_USE_TRACE_ID] = EITHER(STRING, NUMBER),
	[MXLOG_USE_TRACEPARENT] = ONE(STRING),
	[MXLOG_USE_B3] = ONE(STRING),
	[MXLOG_USE_SPAN_ID] = EITHER(STRING, NUMBER),
	[MXLOG_USE_THREAD_ID] = EITHER(STRING, NUMBER),
	[MXLOG_USE_PROCESS_ID] = EITHER(STRING, NUMBER),
	[MXLOG_USE_DURATION_MS] = EITHER(STRING, NUMBER),
	[MXLOG_USE_DURATION_NS] = ONE(NUMBER),
	[MXLOG_USE_TAGS] = ONE(ARRAY),
	[MXLOG_USE_EXCEPTION] = EITHER(STRING, OBJECT),
	[MXLOG_USE_CAUGHT] = EITHER(STRING, OBJECT),
	[MXLOG_USE_RENDERED] = EITHER(STRING, NUMBER),
	[MXLOG_USE_METRIC] = ONE(STRING),
};

/* ---- times ---- */

/* Seconds, milli-, micro- or nanoseconds, by their size. */
static int number_time(const char *text, size_t len, int64_t *ret)
{
	int64_t whole;
	double value;

	if (mxlog_number_parse_i64(text, len, &whole) == 0 &&
	    whole >= 100000000000) {
		*ret = whole < INT64_C(100000000000000)   ? whole * 1000
		    : whole < INT64_C(100000000000000000) ? whole
							  : whole / 1000;
		return 0;
	}
	if (mxlog_number_parse_double(text, len, &value) < 0)
		return -EINVAL;
	value *= fabs(value) < 1e11 ? 1e6 : fabs(value) < 1e14 ? 1e3 : 1;
	if (fabs(value) > 1e17)
		return -EINVAL;
	*ret = (int64_t)llround(value);
	return 0;
}

/* Seconds that the process's zone is east of UTC at that time. */
static int32_t local_offset(int64_t time_usec)
{
	time_t sec = (time_t)(time_usec / USEC_PER_SEC);
	struct tm tm;

	return localtime_r(&sec, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

static bool is_near(const struct mxlog_entry *entry, int64_t time_usec)
{
	int64_t distance;

	if (!entry->has_time)
		return true;
	if (time_usec < MXLOG_TIMESTAMP_MIN || time_usec > MXLOG_TIMESTAMP_MAX)
		return false;
	distance = time_usec - entry->time_usec;
	return distance >= -NEAR_USEC && distance <= NEAR_USEC;
}

/* Without a zone it is UTC or, as Python's asctime, local. */
static bool text_time(const struct mxlog_entry *entry, const char *text,
    size_t len, int64_t *ret)
{
	if (len > TIME_TEXT_MAX)
		return false;
	if (mxlog_timestamp_parse_foreign(text, len, MXLOG_NO_ZONE, ret) == 0)
		return is_near(entry, *ret);
	if (mxlog_timestamp_parse_foreign(text, len, 0, ret) < 0)
		return number_time(text, len, ret) == 0 && is_near(entry, *ret);
	if (is_near(entry, *ret))
		return true;
	return mxlog_timestamp_parse_foreign(text, len, local_offset(*ret),
		   ret) == 0 &&
	    is_near(entry, *ret);
}

bool mxlog_lift_time(struct mxlog_lift *lift,
    const struct mxlog_json_token *token, int64_t *ret)
{
	const char *text;
	size_t len;

	if (token->type == MXLOG_JSON_NUMBER)
		return number_time(token->text, token->len, ret) == 0 &&
		    is_near(lift->entry, *ret);
	return token->type == MXLOG_JSON_STRING &&
	    mxlog_lift_text(lift, token, &text, &len) == 0 &&
	    text_time(lift->entry, text, len, ret);
}

static int take_time(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	int64_t time_usec;

	if (!mxlog_lift_time(lift, token, &time_usec))
		return 0;
	mxlog_entry_set_time(lift->entry, time_usec);
	return 1;
}

/* ---- levels ---- */

/* Python's numbers say nothing that the name does not. */
static int take_level_number(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	int64_t number;

	if (mxlog_number_parse_i64(token->text, token->len, &number) < 0 ||
	    number % 10 != 0 || number < MXLOG_DEBUG || number > MXLOG_CRITICAL)
		return 0;
	if (!lift->best[MXLOG_USE_LEVEL])
		mxlog_entry_set_level(lift->entry, (enum mxlog_level)number);
	return 1;
}

/* ---- texts and numbers ---- */

static int set_text(struct mxlog_lift *lift, enum mxlog_field field,
    const struct mxlog_json_token *token)
{
	const char *text;
	size_t len;
	int r = mxlog_lift_text(lift, token, &text, &len);

	if (r == 0)
		r = mxlog_entry_set(lift->entry, field, text, len);
	return r < 0 ? r : 1;
}

/* MongoDB's "-" is no name. */
static int set_module(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	if (token->len == 0 || (token->len == 1 && *token->text == '-'))
		return 0;
	return set_text(lift, MXLOG_FIELD_MODULE, token);
}

/* A field that the transport has filled stays; the same text goes. */
static int set_missing(struct mxlog_lift *lift, enum mxlog_field field,
    const struct mxlog_json_token *token)
{
	const char *text, *there;
	size_t len, there_len;
	int r;

	if (!mxlog_entry_get(lift->entry, field, &there, &there_len))
		return set_text(lift, field, token);
	r = mxlog_lift_text(lift, token, &text, &len);
	if (r < 0)
		return r;
	return len == there_len && memcmp(text, there, len) == 0;
}

/* ---- traces ---- */

/* Datadog's 64 bits are decimal digits, however few; 0 is none. */
static int take_trace_id(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	const struct mxlog_payload_key *key = lift->best[MXLOG_USE_TRACE_ID];
	const char *there;
	char hex[16];
	size_t len;

	if (strcmp(key->path, "dd.trace_id") != 0 ||
	    mxlog_trace_id_hex_of_decimal(token->text, token->len, hex) < 0)
		return set_missing(lift, MXLOG_FIELD_TRACE_ID, token);
	if (mxlog_entry_get(lift->entry, MXLOG_FIELD_TRACE_ID, &there, &len))
		return 0;
	(void)mxlog_entry_set(lift->entry, MXLOG_FIELD_TRACE_ID, hex,
	    sizeof(hex));
	return 0; /* its digits are how people know it */
}

/* One name for it, whoever wrote it. */
static int add_span_id(struct mxlog_lift *lift, const char *text, size_t len)
{
	int r;

	if (len == 0 || lift->done[MXLOG_USE_SPAN_ID])
		return 0;
	r = mxlog_entry_add_context(lift->entry, LITERAL("span_id"), text, len);
	lift->done[MXLOG_USE_SPAN_ID] = r == 0;
	return r < 0 ? r : 1;
}

static int take_span_id(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	const char *text;
	size_t len;
	int r = mxlog_lift_text(lift, token, &text, &len);

	return r < 0 ? r : add_span_id(lift, text, len);
}

/* What a header of a request says counts where no member names the id itself.
 * The header stays in context: it holds more than the two. */
static int take_header(struct mxlog_lift *lift, const char *trace,
    size_t trace_len, const char *span, size_t span_len)
{
	const char *there;
	size_t len;
	int r = 0;

	if (lift->best[MXLOG_USE_TRACE_ID] ||
	    mxlog_entry_get(lift->entry, MXLOG_FIELD_TRACE_ID, &there, &len))
		return 0;
	if (!lift->best[MXLOG_USE_SPAN_ID])
		r = add_span_id(lift, span, span_len);
	if (r >= 0)
		r = mxlog_entry_set(lift->entry, MXLOG_FIELD_TRACE_ID, trace,
		    trace_len);
	return MIN(r, 0);
}

/* 00-<32>-<16>-01 */
static int take_traceparent(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	const char *text = token->text;

	if (token->len != TRACEPARENT_LEN || text[2] != '-' ||
	    text[3 + TRACE_HEX] != '-' || text[20 + TRACE_HEX] != '-')
		return 0;
	return take_header(lift, text + 3, TRACE_HEX, text + 4 + TRACE_HEX,
	    SPAN_HEX);
}

/* <32 or 16>-<16>[-1[-<16>]] */
static int take_b3(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	const char *dash = memchr(token->text, '-', token->len);
	size_t len = dash ? (size_t)(dash - token->text) : 0;
	size_t behind = dash ? token->len - len - 1 : 0;

	if ((len != TRACE_HEX && len != SPAN_HEX) || behind < SPAN_HEX ||
	    (behind > SPAN_HEX && dash[1 + SPAN_HEX] != '-'))
		return 0;
	return take_header(lift, token->text, len, dash + 1, SPAN_HEX);
}

/* The transport may have said the same (CODE_LINE). */
static int take_line_number(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	const struct mxlog_entry *entry = lift->entry;
	int64_t number;

	if (mxlog_number_parse_i64(token->text, token->len, &number) < 0)
		return 0;
	if (entry->has_line_number)
		return entry->line_number == number;
	return mxlog_entry_set_line_number(lift->entry, number) == 0;
}

static int take_duration(struct mxlog_lift *lift,
    const struct mxlog_json_token *token, double unit_ms)
{
	double value;

	return !lift->entry->has_duration &&
	    mxlog_number_parse_double(token->text, token->len, &value) == 0 &&
	    mxlog_entry_set_duration_ms(lift->entry, value * unit_ms) == 0;
}

/* An array of strings; any other stays as it is. */
static int take_tags(struct mxlog_lift *lift,
    const struct mxlog_json_token *array)
{
	struct mxlog_json json;
	struct mxlog_json_token token;
	const char *text;
	size_t len;
	int r = 0;

	mxlog_json_init(&json, array->text, array->len);
	(void)mxlog_json_next(&json, &token);
	while (mxlog_json_next(&json, &token) > 0 &&
	    token.type != MXLOG_JSON_ARRAY_END)
		if (token.type != MXLOG_JSON_STRING)
			return 0;
	mxlog_json_init(&json, array->text, array->len);
	(void)mxlog_json_next(&json, &token);
	while (r == 0 && mxlog_json_next(&json, &token) > 0 &&
	    token.type == MXLOG_JSON_STRING) {
		r = mxlog_lift_text(lift, &token, &text, &len);
		if (r == 0)
			r = mxlog_entry_add_tag(lift->entry, text, len);
	}
	if (r == -E2BIG)
		return 0; /* all of them stay in context, too */
	return r < 0 ? r : 1;
}

/* ---- exceptions ---- */

static bool is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr(" \t\r\n", text[i]) || text[i] == '\0')
			return false;
	return true;
}

/* A traceback as text. What stands around it makes it stay, too. */
static int take_traceback(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	struct mxlog_exception *exception = NULL;
	const char *text;
	size_t len, start, end;
	bool whole;
	int r = mxlog_lift_text(lift, token, &text, &len);

	if (r < 0)
		return r;
	r = mxlog_traceback_parse(text, len, &exception, &start, &end);
	if (r <= 0)
		return r;
	whole = is_blank(text, start) && is_blank(text + end, len - end);
	r = mxlog_entry_take_exception(lift->entry, &exception);
	if (r < 0)
		mxlog_exception_free(exception);
	return r < 0 ? r : whole;
}

/* An object of the model, or a runtime's text. */
static int take_exception(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	struct mxlog_exception *exception = NULL;
	int r;

	if (lift->entry->exception)
		return 0;
	if (token->type == MXLOG_JSON_STRING)
		return take_traceback(lift, token);
	r = mxlog_ndjson_decode_exception(token->text, token->len, &exception,
	    NULL);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = mxlog_entry_take_exception(lift->entry, &exception);
	if (r < 0)
		mxlog_exception_free(exception);
	return r < 0 ? r : 1;
}

/* loguru's "text" is the message as a person sees it, with the traceback. */
static int take_rendered(struct mxlog_lift *lift,
    const struct mxlog_json_token *token)
{
	int r;

	if (!lift->caught || token->type != MXLOG_JSON_STRING ||
	    !memchr(token->text, '\\', token->len))
		return 1;
	if (lift->entry->exception)
		return 0;
	r = take_traceback(lift, token);
	return r < 0 ? r : lift->entry->exception != NULL;
}

int mxlog_lift_field(struct mxlog_lift *lift, enum mxlog_payload_use use,
    const struct mxlog_json_token *token)
{
	switch (use) {
	case MXLOG_USE_MESSAGE:
		return set_text(lift, MXLOG_FIELD_MESSAGE, token);
	case MXLOG_USE_TIMESTAMP:
		return take_time(lift, token);
	case MXLOG_USE_LEVEL:
		return mxlog_lift_take_level(lift, token);
	case MXLOG_USE_LEVEL_NUMBER:
		return take_level_number(lift, token);
	case MXLOG_USE_MODULE:
	case MXLOG_USE_NAME:
		return set_module(lift, token);
	case MXLOG_USE_FUNCTION:
		return set_missing(lift, MXLOG_FIELD_FUNCTION, token);
	case MXLOG_USE_LINE_NUMBER:
		return take_line_number(lift, token);
	case MXLOG_USE_TRACE_ID:
		return take_trace_id(lift, token);
	case MXLOG_USE_TRACEPARENT:
		return take_traceparent(lift, token);
	case MXLOG_USE_B3:
		return take_b3(lift, token);
	case MXLOG_USE_SPAN_ID:
		return take_span_id(lift, token);
	case MXLOG_USE_THREAD_ID:
		return set_missing(lift, MXLOG_FIELD_THREAD_ID, token);
	case MXLOG_USE_PROCESS_ID:
		return set_missing(lift, MXLOG_FIELD_PROCESS_ID, token);
	case MXLOG_USE_DURATION_MS:
		return take_duration(lift, token, 1);
	case MXLOG_USE_DURATION_NS:
		return take_duration(lift, token, 1e-6);
	case MXLOG_USE_TAGS:
		return take_tags(lift, token);
	case MXLOG_USE_EXCEPTION:
		return take_exception(lift, token);
	case MXLOG_USE_RENDERED:
		return take_rendered(lift, token);
	default:
		return 0;
	}
}
