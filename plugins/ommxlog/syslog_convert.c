/* SPDX-License-Identifier: Apache-2.0 */
#include "syslog_convert.h"

#include <errno.h>
#include <mxlog/traceback.h>
#include <stdlib.h>
#include <string.h>

#include "structured_data.h"
#include "syslog_tag.h"

#define LITERAL(s) (s), (sizeof(s) - 1)

/* What the transport vouches for: a payload's keys of these names are renamed.
 */
static const char *const reserved_keys[] = {
	"hostname",
	"facility",
	"syslog_severity",
	"msgid",
	"fromhost",
	"fromhost_ip",
	"program",
	"structured_data",
	"syslog_timestamp",
	NULL,
};

/* Parameters of structured data that are fields of an entry, not context. */
static const char *const field_names[] = { "trace_id", "traceparent", "module",
	"function", "line_number", "duration_ms", "thread_id" };

void mxlog_syslog_converter_done(struct mxlog_syslog_converter *converter)
{
	free(converter->scratch);
	*converter = (struct mxlog_syslog_converter){ 0 };
}

static int reserve(struct mxlog_syslog_converter *converter, size_t len)
{
	char *scratch;

	if (len <= converter->capacity)
		return 0;
	scratch = realloc(converter->scratch, len);
	if (!scratch)
		return -ENOMEM;
	converter->scratch = scratch;
	converter->capacity = len;
	return 0;
}

/* RFC 5424's NILVALUE is no value. */
static bool is_nil(struct mxlog_syslog_text text)
{
	return text.len == 0 || (text.len == 1 && *text.text == '-');
}

static bool same(struct mxlog_syslog_text a, struct mxlog_syslog_text b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.text, b.text, a.len) == 0);
}

/* What an entry has no room for is left out and marked by the entry itself;
 * only memory can fail. */
static int tolerate(int r)
{
	return r == -ENOMEM ? r : 0;
}

static int add_text(struct mxlog_entry *entry, const char *key, size_t key_len,
    struct mxlog_syslog_text value)
{
	if (is_nil(value))
		return 0;
	return tolerate(mxlog_entry_add_context(entry, key, key_len, value.text,
	    value.len));
}

static int add_facility(struct mxlog_entry *entry, uint32_t facility)
{
	const char *name = mxlog_facility_name(facility);

	if (!name)
		return tolerate(mxlog_entry_add_context_int(entry,
		    LITERAL("facility"), facility));
	return tolerate(mxlog_entry_add_context(entry, LITERAL("facility"),
	    name, strlen(name)));
}

static int set_field(struct mxlog_entry *entry, enum mxlog_field field,
    struct mxlog_syslog_text value)
{
	if (is_nil(value))
		return 0;
	return tolerate(mxlog_entry_set(entry, field, value.text, value.len));
}

/* The program's name and process id, from RFC 5424's fields or from the tag. */
static int set_program(struct mxlog_entry *entry,
    const struct mxlog_syslog *message, struct mxlog_syslog_text *ret_program)
{
	struct mxlog_syslog_text program = message->part[MXLOG_SYSLOG_APP_NAME];
	struct mxlog_syslog_text pid = message->part[MXLOG_SYSLOG_PROCID];
	int r;

	if (is_nil(program))
		mxlog_syslog_split_tag(message->part[MXLOG_SYSLOG_TAG],
		    &program, &pid);
	*ret_program = program;
	r = set_field(entry, MXLOG_FIELD_MODULE, program);
	if (r < 0)
		return r;
	return set_field(entry, MXLOG_FIELD_PROCESS_ID, pid);
}

/* Where the message came from; what only repeats the hostname is left out. */
static int add_origin(struct mxlog_entry *entry,
    const struct mxlog_syslog *message)
{
	struct mxlog_syslog_text host = message->part[MXLOG_SYSLOG_HOSTNAME];
	struct mxlog_syslog_text from = message->part[MXLOG_SYSLOG_FROMHOST];
	struct mxlog_syslog_text ip = message->part[MXLOG_SYSLOG_FROMHOST_IP];
	int r = add_text(entry, LITERAL("hostname"), host);

	if (r == 0 && !same(from, host))
		r = add_text(entry, LITERAL("fromhost"), from);
	if (r == 0 && !same(ip, host) && !same(ip, from))
		r = add_text(entry, LITERAL("fromhost_ip"), ip);
	return r;
}

static int set_header(struct mxlog_entry *entry,
    const struct mxlog_syslog *message, struct mxlog_syslog_text *ret_program)
{
	int r;

	mxlog_entry_set_time(entry, message->time_usec);
	if (message->severity == 5 || message->severity == 6)
		mxlog_entry_set_default_level(entry,
		    mxlog_level_from_severity(message->severity));
	else
		mxlog_entry_set_level(entry,
		    mxlog_level_from_severity(message->severity));
	r = set_program(entry, message, ret_program);
	if (r == 0)
		r = add_origin(entry, message);
	if (r == 0)
		r = add_facility(entry, message->facility);
	if (r == 0)
		r = tolerate(mxlog_entry_add_context_int(entry,
		    LITERAL("syslog_severity"), message->severity));
	if (r == 0)
		r = add_text(entry, LITERAL("msgid"),
		    message->part[MXLOG_SYSLOG_MSGID]);
	if (r == 0)
		r = add_text(entry, LITERAL("syslog_timestamp"),
		    message->part[MXLOG_SYSLOG_WRONG_TIME]);
	return r;
}

static bool is_field_name(struct mxlog_syslog_text name)
{
	size_t i;

	for (i = 0; i < sizeof(field_names) / sizeof(field_names[0]); i++)
		if (strlen(field_names[i]) == name.len &&
		    memcmp(field_names[i], name.text, name.len) == 0)
			return true;
	return false;
}

/* Lift the element's parameters that name a field, one after the other, as a
 * payload of one member would be. */
static int lift_fields(struct mxlog_syslog_converter *converter,
    const struct mxlog_sd_element *element, struct mxlog_entry *entry,
    struct mxlog_metric *metric)
{
	enum mxlog_payload_kind kind;
	const struct mxlog_sd_param *param;
	char *end;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < element->n_params; i++) {
		param = &element->param[i];
		if (!is_field_name(param->name))
			continue;
		end = converter->scratch;
		*end++ = '{';
		end = mxlog_sd_json_string(end, param->name);
		*end++ = ':';
		end = mxlog_sd_json_string(end, param->value);
		*end++ = '}';
		r = mxlog_payload_lift_by(converter->payload, entry, metric,
		    converter->scratch, (size_t)(end - converter->scratch),
		    reserved_keys, &kind);
	}
	return r;
}

static int add_element(struct mxlog_syslog_converter *converter,
    const struct mxlog_sd_element *element, struct mxlog_entry *entry,
    struct mxlog_metric *metric)
{
	char *end;
	int r = lift_fields(converter, element, entry, metric);

	if (r < 0)
		return r;
	end = mxlog_sd_json(converter->scratch, element, is_field_name);
	if (end - converter->scratch == 2 && element->n_params > 0)
		return 0; /* all of it was lifted */
	return tolerate(mxlog_entry_add_context_json(entry, element->id.text,
	    element->id.len, converter->scratch,
	    (size_t)(end - converter->scratch)));
}

/* One object in context for each element; what is malformed stays, from there
 * on, as text. */
static int add_structured_data(struct mxlog_syslog_converter *converter,
    struct mxlog_syslog_text data, struct mxlog_entry *entry,
    struct mxlog_metric *metric)
{
	struct mxlog_sd_element element;
	const char *at = data.text;
	const char *end = data.text + data.len;
	int r;

	if (is_nil(data))
		return 0;
	r = reserve(converter, mxlog_sd_json_max(data.len));
	while (r == 0) {
		r = mxlog_sd_next(&at, end, &element);
		if (r <= 0)
			break;
		r = add_element(converter, &element, entry, metric);
	}
	if (r == -EBADMSG)
		r = add_text(entry, LITERAL("structured_data"),
		    (struct mxlog_syslog_text){ at, (size_t)(end - at) });
	return r;
}

/* The text without the mark of its encoding (RFC 5424 section 6.4), and without
 * a newline that an application left at its end. */
static struct mxlog_syslog_text trim(struct mxlog_syslog_text text)
{
	if (text.len >= 3 && memcmp(text.text, "\xef\xbb\xbf", 3) == 0) {
		text.text += 3;
		text.len -= 3;
	}
	if (text.len > 0 && text.text[text.len - 1] == '\n')
		text.len--;
	return text;
}

/* A JSON text is lifted. Behind a plain one, what rsyslogd's own modules found
 * in the message is lifted, and the text stays the message. */
static int lift_text(const struct mxlog_syslog_converter *converter,
    struct mxlog_entry *entry, struct mxlog_metric *metric,
    const struct mxlog_syslog *message, enum mxlog_payload_kind *ret)
{
	struct mxlog_syslog_text found = message->part[MXLOG_SYSLOG_PROPERTIES];
	struct mxlog_syslog_text text = trim(message->part[MXLOG_SYSLOG_TEXT]);
	int r;

	r = mxlog_payload_lift_by(converter->payload, entry, metric, text.text,
	    text.len, reserved_keys, ret);
	if (r < 0 || *ret != MXLOG_PAYLOAD_TEXT || found.len == 0)
		return r;
	return mxlog_payload_lift_beside(converter->payload, entry, metric,
	    found.text, found.len, reserved_keys, ret);
}

/* A payload may name its own module: then the program's name is kept. */
static int keep_program(struct mxlog_entry *entry,
    struct mxlog_syslog_text program)
{
	struct mxlog_syslog_text module = { NULL, 0 };

	if (program.len == 0 ||
	    mxlog_entry_get(entry, MXLOG_FIELD_MODULE, &module.text,
		&module.len) == 0 ||
	    same(module, program))
		return 0;
	return add_text(entry, LITERAL("program"), program);
}

static int tag_metric(struct mxlog_metric *metric,
    const struct mxlog_syslog *message, struct mxlog_syslog_text program)
{
	struct mxlog_syslog_text host = message->part[MXLOG_SYSLOG_HOSTNAME];
	int r = 0;

	if (!is_nil(host))
		r = tolerate(mxlog_metric_add_tag(metric, LITERAL("hostname"),
		    host.text, host.len));
	if (r == 0 && program.len > 0)
		r = tolerate(mxlog_metric_add_tag(metric, LITERAL("program"),
		    program.text, program.len));
	return r;
}

int mxlog_syslog_convert(struct mxlog_syslog_converter *converter,
    const struct mxlog_syslog *message, struct mxlog_entry *entry,
    struct mxlog_metric *metric, enum mxlog_payload_kind *ret)
{
	enum mxlog_payload_kind kind = MXLOG_PAYLOAD_TEXT;
	struct mxlog_syslog_text program;
	int r;

	mxlog_entry_reset(entry);
	mxlog_metric_reset(metric);
	r = set_header(entry, message, &program);
	if (r == 0)
		r = add_structured_data(converter,
		    message->part[MXLOG_SYSLOG_STRUCTURED_DATA], entry, metric);
	if (r == 0 && message->part[MXLOG_SYSLOG_JOURNAL].len > 0)
		r = mxlog_payload_lift_journal(entry,
		    message->part[MXLOG_SYSLOG_JOURNAL].text,
		    message->part[MXLOG_SYSLOG_JOURNAL].len);
	if (r == 0)
		r = lift_text(converter, entry, metric, message, &kind);
	if (r == 0 && kind == MXLOG_PAYLOAD_METRIC)
		r = tag_metric(metric, message, program);
	else if (r == 0)
		r = keep_program(entry, program);
	if (r == 0 && kind != MXLOG_PAYLOAD_METRIC)
		r = mxlog_traceback_lift(entry);
	if (r == 0)
		*ret = kind;
	return r;
}

int mxlog_syslog_convert_text(const struct mxlog_syslog_converter *converter,
    const char *text, size_t len, int64_t now_usec, struct mxlog_entry *entry,
    struct mxlog_metric *metric, enum mxlog_payload_kind *ret)
{
	struct mxlog_syslog_text trimmed =
	    trim((struct mxlog_syslog_text){ text, len });

	/* "%msg%" begins with what parts it from the tag */
	if (trimmed.len > 0 && *trimmed.text == ' ') {
		trimmed.text++;
		trimmed.len--;
	}
	mxlog_entry_reset(entry);
	mxlog_metric_reset(metric);
	mxlog_entry_set_time(entry, now_usec);
	return mxlog_payload_lift_by(converter->payload, entry, metric,
	    trimmed.text, trimmed.len, NULL, ret);
}
