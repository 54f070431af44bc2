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
MXLOG_EXPORT int mxlog_entry_add_context_list(struct mxlog_entry *entry,
    const char *key, size_t key_len, const struct mxlog_text *values,
    size_t n_values);

/* On success the entry owns the exception and *exception is NULL; on failure
 * the caller still owns it. An exception that the entry had is freed. */
MXLOG_EXPORT int mxlog_entry_take_exception(struct mxlog_entry *entry,
    struct mxlog_exception **exception);

/* ---- reading an entry ----
 *
 * What a function returns is the entry's and valid until its next change. 1, or
 * 0 (and nothing written) where the field is absent; -EINVAL for NULL. Of what
 * a handler is given all names are canonical, and so is what
 * mxlog_entry_decode() has read. */

/* What mxlog_entry_get_time() returns is a time that was set. */
MXLOG_EXPORT bool mxlog_entry_has_time(const struct mxlog_entry *entry);
MXLOG_EXPORT int mxlog_entry_get_line_number(const struct mxlog_entry *entry,
    int32_t *ret);
MXLOG_EXPORT int mxlog_entry_get_duration_ms(const struct mxlog_entry *entry,
    double *ret);

/* The tag at `index`; 0 past the last. */
MXLOG_EXPORT int mxlog_entry_get_tag(const struct mxlog_entry *entry,
    size_t index, struct mxlog_text *ret);

/* The pair of `context` at `index`, in the line's order; 0 past the last. With
 * *ret_json the value is one JSON value in its compact form (a number, true,
 * false, null, an array, an object), else the text of a string. */
MXLOG_EXPORT int mxlog_entry_get_context(const struct mxlog_entry *entry,
    size_t index, struct mxlog_text *ret_key, struct mxlog_text *ret_value,
    bool *ret_json);

/* The same of a key. */
MXLOG_EXPORT int mxlog_entry_find_context(const struct mxlog_entry *entry,
    const char *key, size_t key_len, struct mxlog_text *ret_value,
    bool *ret_json);

/* NULL where there is none. */
MXLOG_EXPORT const struct mxlog_exception *mxlog_entry_get_exception(
    const struct mxlog_entry *entry);

/* ---- an entry and its line ---- */

/* Make of the entry what a line holds: an absent time is now, an absent trace_id
 * a new one, names and keys become canonical. Nothing is redacted: that is what
 * a writer and a logger do. -ENOMEM. */
MXLOG_EXPORT int mxlog_entry_complete(struct mxlog_entry *entry);

/* The entry's line, as it stands in a segment, without its newline; a NUL
 * follows. free() *ret. -EINVAL for an entry that is not complete, -EMSGSIZE,
 * -ENOMEM. */
MXLOG_EXPORT int mxlog_entry_encode(const struct mxlog_entry *entry, char **ret,
    size_t *ret_len);

/* Read a line into the entry, which is reset first. Any JSON will do: other key
 * order, spaces, \u escapes; unknown keys are taken into context. -EBADMSG with
 * reterr for what is no LogEntry by the models' rules; what the entry holds then
 * is of no use. -ENOMEM. */
MXLOG_EXPORT int mxlog_entry_decode(struct mxlog_entry *entry, const char *line,
    size_t len, struct mxlog_error *reterr);

MXLOG_END_DECLS
