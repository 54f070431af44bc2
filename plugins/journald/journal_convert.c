/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_convert.h"

#include <errno.h>
#include <math.h>
#include <mxlog/traceback.h>
#include <stdlib.h>
#include <string.h>

/* One conversion under way. */
struct job {
	const struct mxlog_journal_converter *converter;
	const struct mxlog_journal_record *record;
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	/* Which field became the module: it is not repeated in context. */
	enum mxlog_journal_name module;
};

#define LITERAL(text) (text), (sizeof(text) - 1)

/* Keys that no field of journald's has, but that a sender must not set. */
static const char *const own_keys[] = {
	"journal_id",
	"journal_joined",
	"journal_fields_dropped",
	"syslog_severity",
	"process_id",
	"pid",
	"original_timestamp",
};

static void reserve(struct mxlog_journal_converter *converter, size_t *n,
    const char *key)
{
	converter->reserved[*n] = key;
	converter->reserved_len[*n] = strlen(key);
	(*n)++;
}

void mxlog_journal_converter_init(struct mxlog_journal_converter *converter)
{
	size_t n = 0;

	*converter = (struct mxlog_journal_converter){ 0 };
	for (size_t i = 0; i < sizeof(own_keys) / sizeof(own_keys[0]); i++)
		reserve(converter, &n, own_keys[i]);
	for (size_t i = 0; i < MXLOG_JOURNAL_NAME_COUNT; i++)
		if (mxlog_journal_names[i].trusted &&
		    mxlog_journal_names[i].key_len > 0)
			reserve(converter, &n, mxlog_journal_names[i].key);
}

static bool is_reserved(const struct mxlog_journal_converter *converter,
    const char *key, size_t len)
{
	for (size_t i = 0; converter->reserved[i]; i++)
		if (converter->reserved_len[i] == len &&
		    memcmp(converter->reserved[i], key, len) == 0)
			return true;
	return false;
}

/* ---- values ---- */

static const char *value_of(const struct job *job,
    const struct mxlog_journal_field *field)
{
	return job->record->bytes + field->value_off;
}

/* Decimal digits, at most 18, so that nothing overflows. */
static bool read_number(const char *text, size_t len, int64_t *ret)
{
	int64_t value = 0;

	if (len == 0 || len > 18 || (len > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (text[i] - '0');
	}
	*ret = value;
	return true;
}

/* A decimal number as JSON knows it, in whatever locale. */
static bool read_double(const char *text, size_t len, double *ret)
{
	double whole = 0, scale = 1;
	size_t i = 0;

	for (; i < len && text[i] >= '0' && text[i] <= '9'; i++)
		whole = whole * 10 + (text[i] - '0');
	if (i == 0 || len > 40)
		return false;
	if (i < len && text[i] == '.')
		for (i++; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
			scale *= 10;
			whole = whole * 10 + (text[i] - '0');
		}
	*ret = whole / scale;
	return i == len && isfinite(*ret);
}

static int add_text(const struct job *job, const char *key, size_t key_len,
    const struct mxlog_journal_field *field)
{
	return mxlog_entry_add_context(job->entry, key, key_len,
	    value_of(job, field), field->value_len);
}

/* Keep a value that could not be used under its context key. */
static int keep(const struct job *job, const struct mxlog_journal_field *field)
{
	const struct mxlog_journal_name_info *info =
	    &mxlog_journal_names[field->name];

	return add_text(job, info->key, info->key_len, field);
}

static int add_number(const struct job *job,
    const struct mxlog_journal_field *field)
{
	const struct mxlog_journal_name_info *info =
	    &mxlog_journal_names[field->name];
	int64_t number;

	if (!read_number(value_of(job, field), field->value_len, &number))
		return keep(job, field);
	return mxlog_entry_add_context_int(job->entry, info->key, info->key_len,
	    number);
}

/* Named as a syslog message's is. */
static int add_facility(const struct job *job,
    const struct mxlog_journal_field *field)
{
	const struct mxlog_journal_name_info *info =
	    &mxlog_journal_names[field->name];
	const char *name = NULL;
	int64_t number;

	if (read_number(value_of(job, field), field->value_len, &number) &&
	    number < 24)
		name = mxlog_facility_name((unsigned)number);
	return name ? mxlog_entry_add_context(job->entry, info->key,
			  info->key_len, name, strlen(name))
		    : add_number(job, field);
}

/* ---- fields of the entry ---- */

static int set_text(const struct job *job,
    const struct mxlog_journal_field *field, enum mxlog_field to)
{
	return mxlog_entry_set(job->entry, to, value_of(job, field),
	    field->value_len);
}

static bool is_transport(const struct mxlog_journal_record *record,
    const char *name)
{
	size_t len;
	const char *transport =
	    mxlog_journal_record_get(record, MXLOG_JOURNAL__TRANSPORT, &len);

	return transport && len == strlen(name) &&
	    memcmp(transport, name, len) == 0;
}

/* What a container printed, in its engine's words. */
static bool is_container(const struct mxlog_journal_record *record)
{
	return mxlog_journal_record_find(record, MXLOG_JOURNAL_CONTAINER_ID) ||
	    mxlog_journal_record_find(record,
		MXLOG_JOURNAL_CONTAINER_ID_FULL) ||
	    mxlog_journal_record_find(record, MXLOG_JOURNAL_CONTAINER_NAME);
}

/* True if it may be nobody's word: what journald gives to output, container
 * engines to standard output (6) and error (3), syslog(3) to what says
 * nothing. */
static bool is_default_priority(const struct mxlog_journal_record *record,
    unsigned severity)
{
	if (is_container(record))
		return severity == 6 || severity == 3;
	if (is_transport(record, "syslog"))
		return severity == 5 || severity == 6;
	return severity == 6 && is_transport(record, "stdout");
}

static int set_level(const struct job *job,
    const struct mxlog_journal_field *field)
{
	const char *text = value_of(job, field);
	unsigned severity;

	if (field->value_len != 1 || text[0] < '0' || text[0] > '7')
		return keep(job, field);
	severity = (unsigned)(text[0] - '0');
	if (is_default_priority(job->record, severity))
		mxlog_entry_set_default_level(job->entry,
		    mxlog_level_from_severity(severity));
	else
		mxlog_entry_set_level(job->entry,
		    mxlog_level_from_severity(severity));
	return mxlog_entry_add_context_int(job->entry,
	    LITERAL("syslog_severity"), severity);
}

static int set_line(const struct job *job,
    const struct mxlog_journal_field *field)
{
	int64_t number;

	if (!read_number(value_of(job, field), field->value_len, &number) ||
	    mxlog_entry_set_line_number(job->entry, number) < 0)
		return keep(job, field);
	return 0;
}

static int set_duration(const struct job *job,
    const struct mxlog_journal_field *field)
{
	double value;

	if (!read_double(value_of(job, field), field->value_len, &value) ||
	    mxlog_entry_set_duration_ms(job->entry, value) < 0)
		return keep(job, field);
	return 0;
}

/* Version 00 of W3C's trace context: 00-<32 hex>-<16 hex>-<2 hex>. */
static int set_traceparent(const struct job *job,
    const struct mxlog_journal_field *field)
{
	const char *text = value_of(job, field);
	int r;

	if (field->value_len < 55 || text[2] != '-' || text[35] != '-')
		return keep(job, field);
	if (mxlog_journal_record_find(job->record, MXLOG_JOURNAL_TRACE_ID))
		return keep(job, field);
	r = mxlog_entry_set(job->entry, MXLOG_FIELD_TRACE_ID, text + 3, 32);
	if (r < 0)
		return r;
	return mxlog_entry_add_context(job->entry,
	    LITERAL("parent_operation_id"), text + 36, 16);
}

static bool is_separator(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\n';
}

static int add_tags(const struct job *job,
    const struct mxlog_journal_field *field)
{
	const char *at = value_of(job, field);
	const char *end = at + field->value_len;
	int r = 0;

	while (at < end && r == 0) {
		const char *start;

		while (at < end && is_separator(*at))
			at++;
		start = at;
		while (at < end && !is_separator(*at))
			at++;
		if (at > start)
			r = mxlog_entry_add_tag(job->entry, start,
			    (size_t)(at - start));
	}
	return r == -E2BIG ? 0 : r;
}

/* The process as the sender named it counts only without journald's word. */
static int set_syslog_pid(const struct job *job,
    const struct mxlog_journal_field *field)
{
	size_t len;
	const char *pid =
	    mxlog_journal_record_get(job->record, MXLOG_JOURNAL__PID, &len);

	if (!pid)
		return set_text(job, field, MXLOG_FIELD_PROCESS_ID);
	if (len == field->value_len &&
	    memcmp(pid, value_of(job, field), len) == 0)
		return 0;
	return keep(job, field);
}

/* A traceback becomes the exception, other text stays. */
static int add_exception(const struct job *job,
    const struct mxlog_journal_field *field)
{
	struct mxlog_exception *exception;
	size_t start, end;
	int r;

	r = mxlog_traceback_parse(value_of(job, field), field->value_len,
	    &exception, &start, &end);
	if (r < 0)
		return r;
	if (r == 0)
		return keep(job, field);
	r = mxlog_entry_take_exception(job->entry, &exception);
	mxlog_exception_free(exception);
	return r;
}

static int add_source_time(const struct job *job,
    const struct mxlog_journal_field *field)
{
	const int64_t second = 1000000;
	int64_t time;

	if (!read_number(value_of(job, field), field->value_len, &time))
		return keep(job, field);
	if (llabs(time - job->record->realtime_usec) <= second)
		return 0;
	return add_number(job, field);
}

/* ---- the module ---- */

/* The name without ".service" and the like. */
static size_t unit_stem(const char *unit, size_t len)
{
	static const char suffix[] = ".service";
	const size_t n = sizeof(suffix) - 1;

	return len > n && memcmp(unit + len - n, suffix, n) == 0 ? len - n
								 : len;
}

static int set_module(struct job *job)
{
	static const enum mxlog_journal_name order[] = {
		MXLOG_JOURNAL_LOGGER,
		/* Of a container the rest names the engine. */
		MXLOG_JOURNAL_CONTAINER_NAME,
		MXLOG_JOURNAL_CONTAINER_TAG,
		MXLOG_JOURNAL_SYSLOG_IDENTIFIER,
		MXLOG_JOURNAL__SYSTEMD_UNIT,
		MXLOG_JOURNAL__SYSTEMD_USER_UNIT,
		MXLOG_JOURNAL__COMM,
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		size_t len;
		const char *name =
		    mxlog_journal_record_get(job->record, order[i], &len);

		if (!name || len == 0)
			continue;
		job->module = order[i];
		return mxlog_entry_set(job->entry, MXLOG_FIELD_MODULE, name,
		    unit_stem(name, len));
	}
	job->module = MXLOG_JOURNAL_OTHER;
	return 0;
}

/* ---- context ---- */

/* The key of a field that no table names: its name in lower case, or, where
 * that would be taken for something journald says, with "sender_" before it.
 */
static size_t other_key(const struct job *job,
    const struct mxlog_journal_field *field,
    char key[MXLOG_JOURNAL_NAME_MAX + 8])
{
	static const char prefix[] = "sender_";
	const char *name = job->record->bytes + field->name_off;
	size_t n = sizeof(prefix) - 1;

	memcpy(key, prefix, n);
	for (size_t i = 0; i < field->name_len; i++) {
		char c = name[i];

		key[n + i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	if (is_reserved(job->converter, key + n, field->name_len))
		return n + field->name_len;
	memmove(key, key + n, field->name_len);
	return field->name_len;
}

static size_t key_of(const struct job *job,
    const struct mxlog_journal_field *field,
    char key[MXLOG_JOURNAL_NAME_MAX + 8])
{
	const struct mxlog_journal_name_info *info;

	if (field->name == MXLOG_JOURNAL_OTHER)
		return other_key(job, field, key);
	info = &mxlog_journal_names[field->name];
	memcpy(key, info->key, info->key_len);
	return info->key_len;
}

/* A field that was sent several times becomes an array of all its values. */
static int add_list(const struct job *job,
    const struct mxlog_journal_field *field, const char *key, size_t key_len)
{
	const struct mxlog_journal_record *record = job->record;
	struct mxlog_text *values;
	size_t n = 0;
	int r;

	values = calloc(record->n_fields, sizeof(*values));
	if (!values)
		return -ENOMEM;
	for (;;) {
		values[n].text = value_of(job, field);
		values[n++].len = field->value_len;
		if (field->next == MXLOG_JOURNAL_NONE)
			break;
		field = &record->fields[field->next];
	}
	r = mxlog_entry_add_context_list(job->entry, key, key_len, values, n);
	free(values);
	return r;
}

static int add_other(const struct job *job,
    const struct mxlog_journal_field *field)
{
	char key[MXLOG_JOURNAL_NAME_MAX + 8];
	size_t len = key_of(job, field, key);

	if (field->next != MXLOG_JOURNAL_NONE)
		return add_list(job, field, key, len);
	return add_text(job, key, len, field);
}

/* What is left of a field when its first value went into the entry. */
static int add_repeats(const struct job *job,
    const struct mxlog_journal_field *field)
{
	const struct mxlog_journal_name_info *info =
	    &mxlog_journal_names[field->name];

	if (field->next == MXLOG_JOURNAL_NONE || info->trusted)
		return 0;
	field = &job->record->fields[field->next];
	if (info->key_len == 0)
		return add_list(job, field, LITERAL("more_messages"));
	return add_list(job, field, info->key, info->key_len);
}

static int add_name(const struct job *job,
    const struct mxlog_journal_field *field)
{
	return field->name == job->module ? 0 : keep(job, field);
}

static int add_single(const struct job *job,
    const struct mxlog_journal_field *field, enum mxlog_journal_use use)
{
	switch (use) {
	case MXLOG_JOURNAL_USE_PRIORITY:
		return set_level(job, field);
	case MXLOG_JOURNAL_USE_LOGGER:
	case MXLOG_JOURNAL_USE_IDENTIFIER:
		return add_name(job, field);
	case MXLOG_JOURNAL_USE_FUNCTION:
		return set_text(job, field, MXLOG_FIELD_FUNCTION);
	case MXLOG_JOURNAL_USE_LINE:
		return set_line(job, field);
	case MXLOG_JOURNAL_USE_THREAD:
		return set_text(job, field, MXLOG_FIELD_THREAD_ID);
	case MXLOG_JOURNAL_USE_TRACE:
		return set_text(job, field, MXLOG_FIELD_TRACE_ID);
	case MXLOG_JOURNAL_USE_TRACEPARENT:
		return set_traceparent(job, field);
	case MXLOG_JOURNAL_USE_DURATION:
		return set_duration(job, field);
	case MXLOG_JOURNAL_USE_SYSLOG_PID:
		return set_syslog_pid(job, field);
	case MXLOG_JOURNAL_USE_PID:
		return set_text(job, field, MXLOG_FIELD_PROCESS_ID);
	case MXLOG_JOURNAL_USE_EXCEPTION:
		return add_exception(job, field);
	case MXLOG_JOURNAL_USE_SOURCE_TIME:
		return add_source_time(job, field);
	default: /* the message, the stream and noise leave nothing here */
		return 0;
	}
}

/* Where in conmon or dockerd a container's line was sent on is no place in the
 * application. */
static bool is_engines_own(const struct mxlog_journal_record *record,
    enum mxlog_journal_name name)
{
	return (name == MXLOG_JOURNAL_CODE_FUNC ||
		   name == MXLOG_JOURNAL_CODE_LINE ||
		   name == MXLOG_JOURNAL_CODE_FILE) &&
	    is_container(record);
}

static int add_field(const struct job *job,
    const struct mxlog_journal_field *field)
{
	enum mxlog_journal_use use;
	int r;

	if (field->name == MXLOG_JOURNAL_OTHER)
		return field->repeated ? 0 : add_other(job, field);
	if (is_engines_own(job->record, field->name))
		return 0;
	use = mxlog_journal_names[field->name].use;
	if (use == MXLOG_JOURNAL_USE_TAGS)
		return add_tags(job, field);
	if (use == MXLOG_JOURNAL_USE_NOISE || field->repeated)
		return 0;
	switch (use) {
	case MXLOG_JOURNAL_USE_TEXT:
	case MXLOG_JOURNAL_USE_COMM:
	case MXLOG_JOURNAL_USE_UNIT:
	case MXLOG_JOURNAL_USE_USER_UNIT:
	case MXLOG_JOURNAL_USE_INVOCATION:
		return add_other(job, field);
	case MXLOG_JOURNAL_USE_FACILITY:
		return field->next == MXLOG_JOURNAL_NONE
		    ? add_facility(job, field)
		    : add_other(job, field);
	case MXLOG_JOURNAL_USE_NUMBER:
		return field->next == MXLOG_JOURNAL_NONE
		    ? add_number(job, field)
		    : add_other(job, field);
	default:
		r = add_single(job, field, use);
		return r < 0 ? r : add_repeats(job, field);
	}
}

/* Beyond an entry's limit of context keys the rest is counted, not kept. */
static int add_fields(const struct job *job, uint64_t *dropped)
{
	const struct mxlog_journal_record *record = job->record;

	for (size_t i = 0; i < record->n_fields; i++) {
		int r = add_field(job, &record->fields[i]);

		if (r == -E2BIG)
			(*dropped)++;
		else if (r < 0)
			return r;
	}
	return 0;
}

/* ---- all of it ---- */

/* Only what has several lines, or had before a daemon folded them, can hold a
 * traceback. */
static bool has_lines(const char *text, size_t len)
{
	return memchr(text, '\n', len) || memchr(text, '\\', len) ||
	    (memchr(text, '#', len) && memmem(text, len, "#012", 4));
}

/* mxlog's own handlers send the whole entry beside a text for people. */
static int lift_whole_entry(const struct job *job, enum mxlog_payload_kind *ret)
{
	size_t len;
	const char *text = mxlog_journal_record_get(job->record,
	    MXLOG_JOURNAL_MXLOG_ENTRY, &len);

	*ret = MXLOG_PAYLOAD_TEXT;
	if (!text || len == 0 || text[0] != '{')
		return 0;
	return mxlog_payload_lift_by(job->converter->payload, job->entry,
	    job->metric, text, len, job->converter->reserved, ret);
}

static int lift_message(const struct job *job, enum mxlog_payload_kind *ret)
{
	size_t len;
	const char *text;
	int r = lift_whole_entry(job, ret);

	if (r < 0 || *ret != MXLOG_PAYLOAD_TEXT)
		return r;
	text =
	    mxlog_journal_record_get(job->record, MXLOG_JOURNAL_MESSAGE, &len);
	if (text) {
		r = mxlog_payload_lift_by(job->converter->payload, job->entry,
		    job->metric, text, len, job->converter->reserved, ret);
		if (r == 0 && *ret != MXLOG_PAYLOAD_METRIC &&
		    has_lines(text, len))
			r = mxlog_traceback_lift(job->entry);
		return r;
	}
	r = mxlog_entry_set(job->entry, MXLOG_FIELD_MESSAGE, LITERAL(""));
	if (r < 0)
		return r;
	return mxlog_entry_add_tag(job->entry, LITERAL("no_message"));
}

/* Say what is not as it was sent. */
static int mark(const struct job *job, uint64_t dropped)
{
	const struct mxlog_journal_record *record = job->record;
	int r = 0;

	if (!mxlog_text_is_valid(record->bytes, record->len))
		r = mxlog_entry_add_tag(job->entry, LITERAL("invalid_utf8"));
	if (r >= 0 && (dropped > 0 || record->cut))
		r = mxlog_entry_add_tag(job->entry, LITERAL("truncated"));
	if (r >= 0 && dropped > 0)
		r = mxlog_entry_add_context_int(job->entry,
		    LITERAL("journal_fields_dropped"), (int64_t)dropped);
	return r == -E2BIG ? 0 : r;
}

/* A metric keeps where it came from as tags. */
static int fill_metric(const struct job *job)
{
	static const enum mxlog_journal_name kept[] = {
		MXLOG_JOURNAL__HOSTNAME,
		MXLOG_JOURNAL__SYSTEMD_UNIT,
		MXLOG_JOURNAL__SYSTEMD_USER_UNIT,
	};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const struct mxlog_journal_name_info *info =
		    &mxlog_journal_names[kept[i]];
		size_t len;
		const char *value =
		    mxlog_journal_record_get(job->record, kept[i], &len);
		int r = 0;

		if (value)
			r = mxlog_metric_add_tag(job->metric, info->key,
			    info->key_len, value, len);
		if (r < 0 && r != -E2BIG)
			return r;
	}
	return 0;
}

int mxlog_journal_convert(const struct mxlog_journal_converter *converter,
    const struct mxlog_journal_record *record, struct mxlog_entry *entry,
    struct mxlog_metric *metric, bool *ret_metric)
{
	struct job job = {
		.converter = converter,
		.record = record,
		.entry = entry,
		.metric = metric,
	};
	uint64_t dropped = record->dropped;
	enum mxlog_payload_kind kind;
	int r;

	mxlog_entry_reset(entry);
	mxlog_metric_reset(metric);
	mxlog_entry_set_time(entry, record->realtime_usec);
	r = set_module(&job);
	if (r >= 0)
		r = add_fields(&job, &dropped);
	if (r >= 0)
		r = lift_message(&job, &kind);
	if (r >= 0)
		r = kind == MXLOG_PAYLOAD_METRIC ? fill_metric(&job)
						 : mark(&job, dropped);
	if (r < 0)
		return r;
	*ret_metric = kind == MXLOG_PAYLOAD_METRIC;
	return 0;
}
