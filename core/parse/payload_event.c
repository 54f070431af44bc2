/* SPDX-License-Identifier: Apache-2.0 */
/* CEF and LEEF: events of security devices. The text stays the message; what
 * its header and its extension say goes to context. */
#include <stdlib.h>

#include "parse/payload_private.h"

struct piece {
	const char *text;
	size_t len;
};

/* Up to an unescaped `|`, to behind it. */
static bool take_column(struct piece *rest, struct piece *ret)
{
	for (size_t i = 0; i < rest->len; i++) {
		if (rest->text[i] == '\\') {
			i++;
			continue;
		}
		if (rest->text[i] != '|')
			continue;
		*ret = (struct piece){ rest->text, i };
		rest->text += i + 1;
		rest->len -= i + 1;
		return true;
	}
	return false;
}

/* A value without its escapes: \| \= \\ \n \r. */
static int unescape(struct mxlog_lift *lift, const struct piece *raw,
    struct piece *ret)
{
	struct mxlog_buf *out = &lift->decoded;

	*ret = *raw;
	if (!memchr(raw->text, '\\', raw->len))
		return 0;
	out->len = 0;
	for (size_t i = 0; i < raw->len; i++) {
		char c = raw->text[i];
		int r;

		if (c == '\\' && i + 1 < raw->len &&
		    memchr("|=\\nr", raw->text[i + 1], 5)) {
			c = raw->text[++i];
			c = c == 'n' ? '\n' : c == 'r' ? '\r' : c;
		}
		r = mxlog_buf_add_char(out, c);
		if (r < 0)
			return r;
	}
	*ret = (struct piece){ out->data, out->len };
	return 0;
}

static int keep(struct mxlog_lift *lift, const struct piece *key,
    const struct piece *raw)
{
	struct piece value = *raw;
	const char *name;
	size_t name_len;
	int r;

	if (raw->len == 0)
		return 0;
	r = mxlog_lift_name(lift, key->text, key->len, &name, &name_len);
	if (r == 0)
		r = unescape(lift, raw, &value);
	return r < 0 ? r
		     : mxlog_entry_add_context(lift->entry, name, name_len,
			   value.text, value.len);
}

static int keep_header(struct mxlog_lift *lift, struct piece *rest,
    const char *const *names, size_t n)
{
	struct piece value;
	bool named = MXLOG_IS_SET(lift->entry->text[MXLOG_FIELD_MODULE]);

	for (size_t i = 0; i < n; i++) {
		struct piece key = { names[i], strlen(names[i]) };
		int r;

		if (!take_column(rest, &value))
			return 0;
		r = keep(lift, &key, &value);
		if (r == 0 && !named && strcmp(names[i], "device_product") == 0)
			r = mxlog_entry_set(lift->entry, MXLOG_FIELD_MODULE,
			    value.text, value.len);
		if (r < 0)
			return r;
	}
	return 1;
}

/* ---- extensions ---- */

static bool is_key_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' ||
	    c == '[' || c == ']';
}

/* The next unescaped '=' that has a key before it, a separator or the start
 * before that; NULL: none. */
static const char *find_equals(const char *start, const char *at,
    const char *end, char separator, const char **ret_key)
{
	for (; at < end; at++) {
		const char *key = at;

		if (*at == '\\') {
			at++;
			continue;
		}
		if (*at != '=')
			continue;
		while (key > start && is_key_byte(key[-1]))
			key--;
		if (key == at || (key > start && key[-1] != separator))
			continue;
		*ret_key = key;
		return at;
	}
	return NULL;
}

/* Values may hold separators: one ends before the next key. */
static int keep_extension(struct mxlog_lift *lift, const struct piece *rest,
    char separator)
{
	const char *end = rest->text + rest->len, *key, *next_key;
	const char *equals =
	    find_equals(rest->text, rest->text, end, separator, &key);

	while (equals) {
		const char *next = find_equals(equals + 1, equals + 1, end,
		    separator, &next_key);
		const char *stop = next ? next_key : end;
		struct piece name = { key, (size_t)(equals - key) };
		struct piece value = { equals + 1, 0 };
		int r;

		while (stop > value.text &&
		    (stop[-1] == separator || stop[-1] == ' '))
			stop--;
		value.len = (size_t)(stop - value.text);
		r = keep(lift, &name, &value);
		if (r < 0)
			return r;
		equals = next;
		key = next_key;
	}
	return 1;
}

/* rsyslogd writes tabs out. */
static int unfold_tabs(struct mxlog_lift *lift, struct piece *rest)
{
	struct mxlog_buf *out = &lift->unfolded;

	if (!memmem(rest->text, rest->len, LITERAL("#011")))
		return 0;
	out->len = 0;
	for (size_t i = 0; i < rest->len; i++) {
		bool tab = rest->len - i >= 4 &&
		    memcmp(rest->text + i, "#011", 4) == 0;
		int r = mxlog_buf_add_char(out, tab ? '\t' : rest->text[i]);

		if (r < 0)
			return r;
		i += tab ? 3 : 0;
	}
	*rest = (struct piece){ out->data, out->len };
	return 0;
}

static int lift_cef(struct mxlog_lift *lift, struct piece *rest)
{
	static const char *const names[] = { "cef_version", "device_vendor",
		"device_product", "device_version", "device_event_class_id",
		"event_name", "event_severity" };
	int r = keep_header(lift, rest, names, ARRAY_LEN(names));

	return r <= 0 ? r : keep_extension(lift, rest, ' ');
}

/* 2.0 names its separator: a character, or its number as x5e. */
static char separator_of(struct piece *rest, bool second)
{
	struct piece column, after = *rest;
	unsigned long value;

	if (!second || !take_column(&after, &column) || column.len > 4)
		return '\t';
	*rest = after;
	if (column.len == 0)
		return '\t';
	if (column.len == 1)
		return *column.text;
	value = strtoul(column.text + (*column.text == '0') + 1, NULL, 16);
	return value > 0 && value < 0x7f ? (char)value : '\t';
}

static int lift_leef(struct mxlog_lift *lift, struct piece *rest)
{
	static const char *const names[] = { "leef_version", "device_vendor",
		"device_product", "device_version", "device_event_class_id" };
	bool second = rest->len > 0 && *rest->text == '2';
	char separator;
	int r = keep_header(lift, rest, names, ARRAY_LEN(names));

	if (r <= 0)
		return r;
	r = unfold_tabs(lift, rest);
	if (r < 0)
		return r;
	separator = separator_of(rest, second);
	return keep_extension(lift, rest, separator);
}

int mxlog_payload_lift_event(struct mxlog_lift *lift, const char *text,
    size_t len)
{
	struct piece rest = { text, len };
	int r;

	if (len < 5 || (*text != 'C' && *text != 'L'))
		return 0;
	if (memcmp(text, "CEF:", 4) == 0) {
		rest = (struct piece){ text + 4, len - 4 };
		r = lift_cef(lift, &rest);
	} else if (memcmp(text, "LEEF:", 5) == 0) {
		rest = (struct piece){ text + 5, len - 5 };
		r = lift_leef(lift, &rest);
	} else {
		return 0;
	}
	return r == -E2BIG ? 0 : MIN(r, 0);
}
