/* SPDX-License-Identifier: Apache-2.0 */
/* LogEntry: one structured log record, as the union of both data models. */
#pragma once

#include <mxlog/exception.h>
#include <mxlog/level.h>

MXLOG_BEGIN_DECLS

enum mxlog_field {
#define FIELD(id, key, limit, help) MXLOG_FIELD_##id,
#include <mxlog/tbl/fields.def>
#undef FIELD
	MXLOG_FIELD_COUNT
};

struct mxlog_entry;

/* A new entry: no time, level INFO, all else absent. An entry is reusable: its
 * one byte buffer grows to what the largest entry needed and stays. */
MXLOG_EXPORT int mxlog_entry_new(struct mxlog_entry **ret);
MXLOG_EXPORT void mxlog_entry_free(struct mxlog_entry *entry);

/* Back to a new entry, keeping the memory. */
MXLOG_EXPORT void mxlog_entry_reset(struct mxlog_entry *entry);

/* Copy `len` bytes into one of the text fields: trace_id, module, function,
 * message, thread_id, process_id. Any name is taken; what the line wants
 * (dotted identifiers, a ULID) is made of it when the entry is written.
 * Invalid UTF-8 becomes U+FFFD. What is longer than the field's limit (255
 * bytes for a trace_id, whose other forms are longer than its own) is cut at a
 * character and the entry marked: its line gets the tag `truncated`. -EINVAL
 * for a field that is no text, -ENOMEM. */
MXLOG_EXPORT int mxlog_entry_set(struct mxlog_entry *entry,
    enum mxlog_field field, const char *value, size_t len);

/* 1 and the text, owned by the entry, valid until the next change of it; or 0
 * and NULL if the field is absent or no text. */
MXLOG_EXPORT int mxlog_entry_get(const struct mxlog_entry *entry,
    enum mxlog_field field, const char **ret, size_t *ret_len);

MXLOG_EXPORT void mxlog_entry_set_time(struct mxlog_entry *entry,
    int64_t time_usec);
MXLOG_EXPORT int64_t mxlog_entry_get_time(const struct mxlog_entry *entry);
/* What is no level changes nothing. */
MXLOG_EXPORT void mxlog_entry_set_level(struct mxlog_entry *entry,
    enum mxlog_level level);

/* The level that a transport gives to what names none: the writer raises it to
 * the configuration's exception_level where the entry has an exception, unless
 * a level was set after it. */
MXLOG_EXPORT void mxlog_entry_set_default_level(struct mxlog_entry *entry,
    enum mxlog_level level);
MXLOG_EXPORT enum mxlog_level mxlog_entry_get_level(
    const struct mxlog_entry *entry);

/* -ERANGE unless 0 <= line_number <= INT32_MAX. */
MXLOG_EXPORT int mxlog_entry_set_line_number(struct mxlog_entry *entry,
    int64_t line_number);

/* -ERANGE if negative or not finite. */
MXLOG_EXPORT int mxlog_entry_set_duration_ms(struct mxlog_entry *entry,
    double duration_ms);

/* Add a tag, cut at 255 bytes; one that is empty or there already is left out.
 * -E2BIG past the limit in fields.def: the entry is marked then. -ENOMEM. */
MXLOG_EXPORT int mxlog_entry_add_tag(struct mxlog_entry *entry, const char *tag,
    size_t len);

/* Add a pair to `context`. Keys are kept as given until the entry is written,
 * then made snake_case and unique. A value is cut at 1 MiB, the entry marked.
 * _json: the value is one JSON value, copied in its canonical compact form
 * (numbers keep their digits); what is nested deeper than 128 or longer than
 * 1 MiB is kept as a string of that text. -EBADMSG if it is no JSON, -E2BIG past
 * the limit in fields.def: the entry is marked then. -ENOMEM. The pair is
 * there whole or not at all. */
MXLOG_EXPORT int mxlog_entry_add_context(struct mxlog_entry *entry,
    const char *key, size_t key_len, const char *value, size_t len);
MXLOG_EXPORT int mxlog_entry_add_context_json(struct mxlog_entry *entry,
    const char *key, size_t key_len, const char *json, size_t len);
MXLOG_EXPORT int mxlog_entry_add_context_int(struct mxlog_entry *entry,
    const char *key, size_t key_len, int64_t value);

/* For who captures: a pair that says where the entry came from. Its key may be a
 * reserved one, which a pair added by the calls above is renamed for when the
 * entry is written: to payload_KEY. */
MXLOG_EXPORT int mxlog_entry_add_identity(struct mxlog_entry *entry,
    const char *key, size_t key_len, const char *value, size_t len);

/* As mxlog_entry_add_context(), with an array of strings as the value. */
struct mxlog_text {
	const char *text;
	size_t len;
};
MXLOG_EXPORT int mxlog_entry_add_context_list(struct mxlog_entry *entry,
    const char *key, size_t key_len, const struct mxlog_text *values,
    size_t n_values);

/* True if the text is UTF-8 and so will be stored as it stands. */
MXLOG_EXPORT bool mxlog_text_is_valid(const char *text, size_t len);

/* On success the entry owns the exception and *exception is NULL; on failure
 * the caller still owns it. An exception that the entry had is freed. */
MXLOG_EXPORT int mxlog_entry_take_exception(struct mxlog_entry *entry,
    struct mxlog_exception **exception);

MXLOG_END_DECLS
