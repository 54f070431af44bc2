/* SPDX-License-Identifier: Apache-2.0 */
/* Number: decimal text of numbers, whatever the process's locale is. */
#pragma once

#include "base/buf.h"

enum {
	MXLOG_NUMBER_MAX = 32, /* bytes enough for any number below */
};

/* Write without NUL, return the length. */
size_t mxlog_number_format_u64(char *out, uint64_t value);
size_t mxlog_number_format_i64(char *out, int64_t value);

/* The shortest text that reads back as the same double: 145.32, 10.0, 1e+300.
 * The value must be finite. */
size_t mxlog_number_format_double(char *out, double value);

/* All of `text` must be the number. -EINVAL, -ERANGE. */
int mxlog_number_parse_u64(const char *text, size_t len, uint64_t *ret);
int mxlog_number_parse_i64(const char *text, size_t len, int64_t *ret);

/* Length of the number (JSON's grammar) that `text` begins with, 0 if there is
 * none. What stands behind it is not looked at. */
size_t mxlog_number_span(const char *text, size_t len);

/* The value of a hexadecimal digit in either case, -1 if it is none. */
static inline int mxlog_number_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* JSON's grammar of numbers; -EINVAL, -ERANGE when not finite. */
int mxlog_number_parse_double(const char *text, size_t len, double *ret);

/* The order of two numbers (JSON's grammar) by all of their digits, however
 * many: < 0, 0, > 0. 1, 1.0 and 10e-1 are equal. */
int mxlog_number_compare(const char *a, size_t a_len, const char *b,
    size_t b_len);
