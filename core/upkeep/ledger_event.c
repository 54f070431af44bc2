/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/ledger_event.h"

#include <stddef.h>

#include "base/json.h"
#include "base/number.h"
#include "base/timestamp.h"
#include "base/utf8.h"

enum field_type {
	NUMBER,
	DIGEST,
	TIME,
	SEGMENT,
	TEXT,
	SIGNATURE,
};

static const struct {
	const char *name;
	enum field_type type;
	size_t offset;
} fields[] = {
#define LEDGER_FIELD(type, name) \
	{ #name, type, offsetof(struct mxlog_ledger_event, name) },
#include <mxlog/tbl/ledger.def>
#undef LEDGER_FIELD
};

static const char *const kind_names[] = {
#define LEDGER_EVENT(id, name) #name,
#include <mxlog/tbl/ledger.def>
#undef LEDGER_EVENT
};

const char *mxlog_ledger_kind_name(enum mxlog_ledger_kind kind)
{
	return kind_names[kind];
}

void mxlog_ledger_event_set_why(struct mxlog_ledger_event *event,
    const char *text)
{
	size_t len = strlen(text);

	if (len > MXLOG_LEDGER_TEXT_MAX)
		len = mxlog_utf8_cut(text, len, MXLOG_LEDGER_TEXT_MAX);
	memcpy(event->why, text, len);
	event->why[len] = '\0';
	event->has |= MXLOG_LEDGER_BIT(why);
}

/* ---- writing ---- */

static int add_number(struct mxlog_buf *out, uint64_t value)
{
	char text[MXLOG_NUMBER_MAX];

	return mxlog_buf_add(out, text, mxlog_number_format_u64(text, value));
}

/* `n` digests' worth of bytes, in hex and quotes. */
static int add_hex(struct mxlog_buf *out, const unsigned char *bytes, size_t n)
{
	char hex[MXLOG_DIGEST_HEX_LEN];
	int r = mxlog_buf_add_char(out, '"');

	for (size_t i = 0; r == 0 && i < n; i++) {
		mxlog_digest_format(hex, bytes + i * MXLOG_DIGEST_LEN);
		r = mxlog_buf_add(out, hex, sizeof(hex));
	}
	return r < 0 ? r : mxlog_buf_add_char(out, '"');
}

static int add_time(struct mxlog_buf *out, int64_t time_usec)
{
	char text[MXLOG_TIMESTAMP_LEN];

	mxlog_timestamp_format(text, time_usec);
	return mxlog_json_quote(out, text, sizeof(text));
}

static int add_segment(struct mxlog_buf *out,
    const struct mxlog_segment_name *name)
{
	char text[MXLOG_SEGMENT_NAME_MAX];

	mxlog_segment_format(text, name);
	return mxlog_json_quote(out, text, strlen(text));
}

static int add_field(const struct mxlog_ledger_event *event, size_t i,
    struct mxlog_buf *out)
{
	const void *value = (const char *)event + fields[i].offset;
	int r = mxlog_buf_printf(out, ",\"%s\":", fields[i].name);

	if (r < 0)
		return r;
	switch (fields[i].type) {
	case NUMBER:
		return add_number(out, *(const uint64_t *)value);
	case DIGEST:
		return add_hex(out, value, 1);
	case SIGNATURE:
		return add_hex(out, value, 2);
	case TIME:
		return add_time(out, *(const int64_t *)value);
	case SEGMENT:
		return add_segment(out, value);
	case TEXT:
		return mxlog_json_quote(out, value, strlen(value));
	}
	return -EINVAL;
}

static int add_fields(const struct mxlog_ledger_event *event, size_t from,
    size_t to, struct mxlog_buf *out)
{
	int r = 0;

	for (size_t i = from; r == 0 && i < to; i++)
		if (event->has & UINT64_C(1) << i)
			r = add_field(event, i, out);
	return r;
}

int mxlog_ledger_event_open(const struct mxlog_ledger_event *event,
    struct mxlog_buf *out)
{
	int r = mxlog_buf_add(out, LITERAL("{\"seq\":"));

	if (r == 0)
		r = add_number(out, event->seq);
	if (r == 0)
		r = mxlog_buf_add(out, LITERAL(",\"prev\":"));
	if (r == 0)
		r = add_hex(out, event->prev, 1);
	if (r == 0)
		r = mxlog_buf_add(out, LITERAL(",\"time\":"));
	if (r == 0)
		r = add_time(out, event->time_usec);
	if (r == 0)
		r = mxlog_buf_printf(out, ",\"event\":\"%s\"",
		    kind_names[event->kind]);
	if (r == 0)
		r = add_fields(event, 0, MXLOG_LEDGER_HAS_check, out);
	return r;
}

int mxlog_ledger_event_encode(const struct mxlog_ledger_event *event,
    struct mxlog_buf *out)
{
	int r = mxlog_ledger_event_open(event, out);

	if (r == 0)
		r = add_fields(event, MXLOG_LEDGER_HAS_check, ARRAY_LEN(fields),
		    out);
	return r < 0 ? r : mxlog_buf_add(out, LITERAL("}\n"));
}

/* ---- reading ---- */

static int read_hex(const struct mxlog_json_token *token, unsigned char *out,
    size_t n)
{
	int r = token->type == MXLOG_JSON_STRING &&
		token->len == n * MXLOG_DIGEST_HEX_LEN
	    ? 0
	    : -EBADMSG;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = mxlog_digest_parse(token->text + i * MXLOG_DIGEST_HEX_LEN,
		    MXLOG_DIGEST_HEX_LEN, out + i * MXLOG_DIGEST_LEN);
	return r;
}

static int read_segment(const struct mxlog_json_token *token,
    struct mxlog_segment_name *ret)
{
	char text[MXLOG_SEGMENT_NAME_MAX];

	if (token->type != MXLOG_JSON_STRING || token->len >= sizeof(text))
		return -EBADMSG;
	memcpy(text, token->text, token->len);
	text[token->len] = '\0';
	if (strlen(text) != token->len || mxlog_segment_parse(text, ret) < 0 ||
	    ret->archived)
		return -EBADMSG;
	return 0;
}

static int read_text(const struct mxlog_json_token *token, char *out)
{
	struct mxlog_buf text = { 0 };
	int r;

	if (token->type != MXLOG_JSON_STRING)
		return -EBADMSG;
	r = mxlog_json_decode(&text, token);
	if (r == 0 &&
	    (text.len > MXLOG_LEDGER_TEXT_MAX ||
		(text.len > 0 && memchr(text.data, '\0', text.len))))
		r = -EBADMSG;
	if (r == 0 && text.len > 0)
		memcpy(out, text.data, text.len);
	if (r == 0)
		out[text.len] = '\0';
	mxlog_buf_done(&text);
	return r;
}

static int read_number(const struct mxlog_json_token *token, uint64_t *ret)
{
	if (token->type != MXLOG_JSON_NUMBER)
		return -EBADMSG;
	return mxlog_number_parse_u64(token->text, token->len, ret);
}

static int read_time(const struct mxlog_json_token *token, int64_t *ret)
{
	if (token->type != MXLOG_JSON_STRING)
		return -EBADMSG;
	return mxlog_timestamp_parse(token->text, token->len, MXLOG_NO_ZONE,
	    ret);
}

static int read_field(struct mxlog_ledger_event *event, size_t i,
    const struct mxlog_json_token *token)
{
	void *value = (char *)event + fields[i].offset;

	event->has |= UINT64_C(1) << i;
	switch (fields[i].type) {
	case NUMBER:
		return read_number(token, value);
	case DIGEST:
		return read_hex(token, value, 1);
	case SIGNATURE:
		return read_hex(token, value, 2);
	case TIME:
		return read_time(token, value);
	case SEGMENT:
		return read_segment(token, value);
	case TEXT:
		return read_text(token, value);
	}
	return -EBADMSG;
}

static int read_kind(const struct mxlog_json_token *token,
    enum mxlog_ledger_kind *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
		if (!mxlog_json_equals(token, kind_names[i],
			strlen(kind_names[i])))
			continue;
		*ret = (enum mxlog_ledger_kind)i;
		return 0;
	}
	return -EBADMSG;
}

static int read_member(struct mxlog_ledger_event *event,
    const struct mxlog_json_token *key, const struct mxlog_json_token *value)
{
	if (mxlog_json_equals(key, LITERAL("seq")))
		return read_number(value, &event->seq);
	if (mxlog_json_equals(key, LITERAL("prev")))
		return read_hex(value, event->prev, 1);
	if (mxlog_json_equals(key, LITERAL("time")))
		return read_time(value, &event->time_usec);
	if (mxlog_json_equals(key, LITERAL("event")))
		return read_kind(value, &event->kind);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (mxlog_json_equals(key, fields[i].name,
			strlen(fields[i].name)))
			return read_field(event, i, value);
	return -EBADMSG;
}

static int read_members(const char *line, size_t len,
    struct mxlog_ledger_event *event)
{
	struct mxlog_json_token key, value;
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, line, len);
	if (mxlog_json_next(&json, &key) != 1 || key.type != MXLOG_JSON_OBJECT)
		return -EBADMSG;
	while ((r = mxlog_json_next_member(&json, &key, &value)) == 1) {
		r = read_member(event, &key, &value);
		if (r < 0)
			return r;
	}
	return r;
}

int mxlog_ledger_event_decode(const char *line, size_t len,
    struct mxlog_ledger_event *ret)
{
	struct mxlog_ledger_event event = { 0 };
	struct mxlog_buf again = { 0 };
	int r = len < MXLOG_LEDGER_LINE_MAX ? 0 : -EBADMSG;

	if (r == 0)
		r = read_members(line, len, &event);
	if (r == 0)
		r = mxlog_ledger_event_encode(&event, &again);
	/* Order, repetitions, spaces, escapes, what stands behind it: all that
	 * is not as it would be written. */
	if (r == 0 &&
	    (again.len != len + 1 || memcmp(again.data, line, len) != 0))
		r = -EBADMSG;
	mxlog_buf_done(&again);
	if (r < 0)
		return r == -ENOMEM ? r : -EBADMSG;
	*ret = event;
	return 0;
}
