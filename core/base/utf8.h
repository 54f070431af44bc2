/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 (RFC 3629): surrogates, overlong forms and more than U+10FFFF are
 * invalid; U+0000 is a character. */
#pragma once

#include "base/buf.h"

/* Length of the longest valid prefix: `len` if all of it is valid. ASCII is
 * passed over 8 bytes or more at a time. */
size_t mxlog_utf8_valid(const char *text, size_t len);

/* Append `text`, each maximal invalid subpart (Unicode 15, 3.9, U+FFFD
 * substitution) replaced by U+FFFD. */
int mxlog_utf8_append_lossy(struct mxlog_buf *buf, const char *text,
    size_t len);

/* Length of the maximal invalid subpart that `text` begins with, 1 to 3; what
 * it begins with is not valid. */
size_t mxlog_utf8_invalid(const char *text, size_t len);

/* Of valid text: the largest n <= max that does not split a character. */
size_t mxlog_utf8_cut(const char *text, size_t len, size_t max);

/* Decode one character of valid text; *ret_len is 1 to 4. */
uint32_t mxlog_utf8_decode(const char *text, size_t *ret_len);

/* Write one character, return its length, 1 to 4; what is no scalar value
 * becomes U+FFFD. */
size_t mxlog_utf8_encode(char out[4], uint32_t character);

/* Append one character; what is no scalar value becomes U+FFFD. */
int mxlog_utf8_append(struct mxlog_buf *buf, uint32_t character);
