/* SPDX-License-Identifier: Apache-2.0 */
#include "ommxlog_properties.h"

#include <json.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	DEPTH_MAX = 64,
	INT_MAX_BYTES = 24,
	WORD_BYTES = 8, /* null, true, false */
};

/* A number with a point, as it was read. The text belongs to the object. */
static const char *double_text(struct fjson_object *value)
{
	const char *text =
	    fjson_object_to_json_string_ext(value, FJSON_TO_STRING_PLAIN);

	return text ? text : "null";
}

/* ---- how much ---- */

static size_t max_of(struct fjson_object *value, unsigned depth);

static size_t max_of_object(struct fjson_object *object, unsigned depth)
{
	struct fjson_object_iterator at = fjson_object_iter_begin(object);
	struct fjson_object_iterator end = fjson_object_iter_end(object);
	size_t sum = 2;

	for (; !fjson_object_iter_equal(&at, &end); fjson_object_iter_next(&at))
		sum += 6 * strlen(fjson_object_iter_peek_name(&at)) + 4 +
		    max_of(fjson_object_iter_peek_value(&at), depth + 1);
	return sum;
}

static size_t max_of_array(struct fjson_object *array, unsigned depth)
{
	int n = fjson_object_array_length(array);
	size_t sum = 2;

	for (int i = 0; i < n; i++)
		sum +=
		    1 + max_of(fjson_object_array_get_idx(array, i), depth + 1);
	return sum;
}

static size_t max_of(struct fjson_object *value, unsigned depth)
{
	if (depth > DEPTH_MAX)
		return WORD_BYTES;
	switch (fjson_object_get_type(value)) {
	case fjson_type_object:
		return max_of_object(value, depth);
	case fjson_type_array:
		return max_of_array(value, depth);
	case fjson_type_string:
		return 6 * (size_t)fjson_object_get_string_len(value) + 2;
	case fjson_type_int:
		return INT_MAX_BYTES;
	case fjson_type_double:
		return strlen(double_text(value));
	default:
		return WORD_BYTES;
	}
}

size_t mxlog_properties_max(struct fjson_object *tree)
{
	return max_of(tree, 0);
}

/* ---- writing ---- */

static char *write_text(char *out, const char *text, size_t len)
{
	memcpy(out, text, len);
	return out + len;
}

static char *write_string(char *out, const char *text, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t from = 0;

	*out++ = '"';
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		out = write_text(out, text + from, i - from);
		from = i + 1;
		out = write_text(out, "\\u00", 4);
		*out++ = hex[c >> 4];
		*out++ = hex[c & 15];
	}
	out = write_text(out, text + from, len - from);
	*out++ = '"';
	return out;
}

static char *write_int(char *out, int64_t value)
{
	char digits[INT_MAX_BYTES];
	uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
	size_t n = sizeof(digits);

	do
		digits[--n] = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (value < 0)
		digits[--n] = '-';
	return write_text(out, digits + n, sizeof(digits) - n);
}

static char *write_value(char *out, struct fjson_object *value, unsigned depth);

static char *write_object(char *out, struct fjson_object *object,
    unsigned depth)
{
	struct fjson_object_iterator at = fjson_object_iter_begin(object);
	struct fjson_object_iterator end = fjson_object_iter_end(object);
	char before = '{';

	for (; !fjson_object_iter_equal(&at, &end);
	     fjson_object_iter_next(&at)) {
		const char *name = fjson_object_iter_peek_name(&at);

		*out++ = before;
		before = ',';
		out = write_string(out, name, strlen(name));
		*out++ = ':';
		out = write_value(out, fjson_object_iter_peek_value(&at),
		    depth + 1);
	}
	if (before == '{')
		*out++ = '{';
	*out++ = '}';
	return out;
}

static char *write_array(char *out, struct fjson_object *array, unsigned depth)
{
	int n = fjson_object_array_length(array);

	*out++ = '[';
	for (int i = 0; i < n; i++) {
		if (i > 0)
			*out++ = ',';
		out = write_value(out, fjson_object_array_get_idx(array, i),
		    depth + 1);
	}
	*out++ = ']';
	return out;
}

static char *write_value(char *out, struct fjson_object *value, unsigned depth)
{
	const char *text;

	if (depth > DEPTH_MAX)
		return write_text(out, "null", 4);
	switch (fjson_object_get_type(value)) {
	case fjson_type_object:
		return write_object(out, value, depth);
	case fjson_type_array:
		return write_array(out, value, depth);
	case fjson_type_string:
		return write_string(out, fjson_object_get_string(value),
		    (size_t)fjson_object_get_string_len(value));
	case fjson_type_int:
		return write_int(out, fjson_object_get_int64(value));
	case fjson_type_double:
		text = double_text(value);
		return write_text(out, text, strlen(text));
	case fjson_type_boolean:
		return fjson_object_get_boolean(value)
		    ? write_text(out, "true", 4)
		    : write_text(out, "false", 5);
	default:
		return write_text(out, "null", 4);
	}
}

char *mxlog_properties_write(char *out, struct fjson_object *tree)
{
	return write_value(out, tree, 0);
}
