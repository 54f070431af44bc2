/* SPDX-License-Identifier: Apache-2.0 */
/* A journal entry's fields as JSON, into an entry: what rsyslog's imjournal has
 * in its $! tree. What becomes of which field stands in tbl/journal_fields.def,
 * as for the journal module. */
#include <mxlog/payload.h>
#include <mxlog/traceback.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/number.h"
#include "entry/entry_private.h"

enum use {
	USE_NOISE,
	USE_TEXT,
	USE_NUMBER,
	USE_FACILITY,
	USE_MESSAGE,
	USE_ENTRY,
	USE_PRIORITY,
	USE_LOGGER,
	USE_IDENTIFIER,
	USE_FUNCTION,
	USE_LINE,
	USE_THREAD,
	USE_TRACE,
	USE_TRACEPARENT,
	USE_DURATION,
	USE_TAGS,
	USE_EXCEPTION,
	USE_SYSLOG_PID,
	USE_PID,
	USE_COMM,
	USE_UNIT,
	USE_USER_UNIT,
	USE_INVOCATION,
	USE_STREAM,
	USE_PIECE,
	USE_SOURCE_TIME,
};

static const struct known {
	const char *name;
	size_t len;
	enum use use;
	const char *key;
	size_t key_len;
} fields[] = {
#define FIELD(name, use, key, help) { LITERAL(#name), USE_##use, LITERAL(key) },
#include "tbl/journal_fields.def"
#undef FIELD
};

struct lift {
	struct mxlog_entry *entry;
	struct mxlog_buf name, value;
	bool container; /* a container's output: the engine's place is none */
	bool module;    /* the entry's name comes from here */
	bool native;    /* the sender spoke journald's own protocol */
};

static const struct known *find(const struct mxlog_buf *name)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (fields[i].len == name->len &&
		    memcmp(fields[i].name, name->data, name->len) == 0)
			return &fields[i];
	return NULL;
}

static bool is_named(const struct lift *lift, const char *name)
{
	return lift->name.len == strlen(name) &&
	    memcmp(lift->name.data, name, lift->name.len) == 0;
}

/* ---- one field ---- */

static int keep(struct lift *lift, const char *key, size_t len)
{
	return mxlog_entry_add_context(lift->entry, key, len, lift->value.data,
	    lift->value.len);
}

static int set(struct lift *lift, enum mxlog_field field)
{
	return mxlog_entry_set(lift->entry, field, lift->value.data,
	    lift->value.len);
}

static int keep_number(struct lift *lift, const struct known *known)
{
	int64_t number;

	if (mxlog_number_parse_i64(lift->value.data, lift->value.len, &number) <
	    0)
		return keep(lift, known->key, known->key_len);
	return mxlog_entry_add_context_int(lift->entry, known->key,
	    known->key_len, number);
}

static int set_line(struct lift *lift, const struct known *known)
{
	int64_t number;

	if (mxlog_number_parse_i64(lift->value.data, lift->value.len,
		&number) == 0 &&
	    mxlog_entry_set_line_number(lift->entry, number) == 0)
		return 0;
	return keep(lift, known->key, known->key_len);
}

static int set_exception(struct lift *lift, const struct known *known)
{
	struct mxlog_exception *exception;
	size_t start, end;
	int r = mxlog_traceback_parse(lift->value.data, lift->value.len,
	    &exception, &start, &end);

	if (r < 1)
		return r < 0 ? r : keep(lift, known->key, known->key_len);
	r = mxlog_entry_take_exception(lift->entry, &exception);
	mxlog_exception_free(exception);
	return r;
}

/* A service's own name for its logger, or a container's, counts before what
 * rsyslogd made of the identifier. */
static int set_module(struct lift *lift)
{
	lift->module = true;
	return set(lift, MXLOG_FIELD_MODULE);
}

static int take_text(struct lift *lift, const struct known *known)
{
	if (lift->container && strncmp(known->name, "CODE_", 5) == 0)
		return 0;
	if (!lift->module &&
	    (is_named(lift, "CONTAINER_NAME") ||
		is_named(lift, "CONTAINER_TAG"))) {
		int r = set_module(lift);

		if (r < 0)
			return r;
	}
	return keep(lift, known->key, known->key_len);
}

/* What no table names stays under its name in lower case; what would pass for
 * journald's word says that it is a sender's. */
static int take_other(struct lift *lift)
{
	static const char prefix[] = "sender_";
	struct mxlog_buf *name = &lift->name;
	struct mxlog_buf key = { 0 };
	int r;

	for (size_t i = 0; i < name->len; i++)
		if (name->data[i] >= 'A' && name->data[i] <= 'Z')
			name->data[i] = (char)(name->data[i] | 0x20);
	r = mxlog_buf_add(&key, LITERAL(prefix));
	if (r == 0)
		r = mxlog_buf_add(&key, name->data, name->len);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(fields); i++)
		if (fields[i].name[0] == '_' &&
		    fields[i].key_len == name->len &&
		    memcmp(fields[i].key, name->data, name->len) == 0) {
			r = keep(lift, key.data, key.len);
			mxlog_buf_done(&key);
			return r;
		}
	mxlog_buf_done(&key);
	return r < 0 ? r : keep(lift, name->data, name->len);
}

/* mxlog's own handlers send the whole entry beside a text for people. */
static int take_entry(struct lift *lift)
{
	enum mxlog_payload_kind kind;

	if (lift->value.data[0] != '{')
		return 0;
	lift->module = true;
	return mxlog_payload_lift(lift->entry, NULL, lift->value.data,
	    lift->value.len, NULL, &kind);
}

static int take(struct lift *lift)
{
	const struct known *known = find(&lift->name);

	if (!known)
		return take_other(lift);
	switch (known->use) {
	case USE_TEXT:
	case USE_COMM:
	case USE_UNIT:
	case USE_USER_UNIT:
	case USE_INVOCATION:
		lift->native = lift->native ||
		    (is_named(lift, "_TRANSPORT") && lift->value.len == 7 &&
			memcmp(lift->value.data, "journal", 7) == 0);
		/* rsyslogd's word for these two stands there already. */
		return is_named(lift, "_HOSTNAME") ? 0 : take_text(lift, known);
	case USE_FACILITY: /* as the message's own says */
		return 0;
	case USE_NUMBER:
		return keep_number(lift, known);
	case USE_ENTRY:
		return take_entry(lift);
	case USE_LOGGER:
		return set_module(lift);
	case USE_FUNCTION:
		return lift->container ? 0 : set(lift, MXLOG_FIELD_FUNCTION);
	case USE_LINE:
		return lift->container ? 0 : set_line(lift, known);
	case USE_THREAD:
		return set(lift, MXLOG_FIELD_THREAD_ID);
	case USE_TRACE:
		return set(lift, MXLOG_FIELD_TRACE_ID);
	case USE_PID:
		return set(lift, MXLOG_FIELD_PROCESS_ID);
	case USE_EXCEPTION:
		return set_exception(lift, known);
	case USE_TAGS:
	case USE_DURATION:
	case USE_TRACEPARENT:
		return keep(lift, known->key, known->key_len);
	default: /* said by the message itself, or noise */
		return 0;
	}
}

/* ---- all of them ---- */

/* Names and values as text; what is no text stays as its JSON. */
static int take_member(struct lift *lift, const struct mxlog_json_token *key,
    const struct mxlog_json_token *value)
{
	int r;

	mxlog_buf_clear(&lift->name);
	mxlog_buf_clear(&lift->value);
	r = mxlog_json_decode(&lift->name, key);
	if (r == 0 && value->type == MXLOG_JSON_STRING)
		r = mxlog_json_decode(&lift->value, value);
	else if (r == 0)
		r = mxlog_buf_add(&lift->value, value->text, value->len);
	if (r < 0 || lift->name.len == 0 || lift->value.len == 0)
		return r;
	r = take(lift);
	return r == -E2BIG ? 0 : r; /* the entry is marked */
}

static int walk(struct lift *lift, const char *text, size_t len, bool look)
{
	struct mxlog_json json;
	struct mxlog_json_token key, value;
	int r;

	mxlog_json_init(&json, text, len);
	r = mxlog_json_next(&json, &value);
	if (r <= 0 || value.type != MXLOG_JSON_OBJECT)
		return 0;
	while ((r = mxlog_json_next_member(&json, &key, &value)) > 0) {
		r = mxlog_json_skip(&json, &value);
		if (r == 0 && look)
			lift->container = lift->container ||
			    mxlog_json_equals(&key, LITERAL("CONTAINER_ID")) ||
			    mxlog_json_equals(&key, LITERAL("CONTAINER_NAME"));
		else if (r == 0)
			r = take_member(lift, &key, &value);
		if (r < 0)
			break;
	}
	return r == -ENOMEM ? r : 0;
}

int mxlog_payload_lift_journal(struct mxlog_entry *entry, const char *text,
    size_t len)
{
	struct lift lift = { .entry = entry };
	int r;

	if (!entry || (!text && len > 0))
		return -EINVAL;
	r = walk(&lift, text, len, true);
	if (r == 0)
		r = walk(&lift, text, len, false);
	/* Who speaks that names a level; but for container engines. */
	if (lift.native && !lift.container)
		entry->default_level = false;
	mxlog_buf_done(&lift.name);
	mxlog_buf_done(&lift.value);
	return r;
}
