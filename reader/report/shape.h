/* SPDX-License-Identifier: Apache-2.0 */
/* Shape: a message with what varies from one entry to the next taken out.
 *
 * Numbers with their units, addresses, hex, paths, URLs, dates, quoted text,
 * dotted names of three parts and more, true, false and null become one byte,
 * MXLOG_SHAPE_HOLE; a name that ends in digits keeps its letters (eth0 becomes
 * eth and a hole). Holes with nothing but separators between them are one, as
 * are equal names in a row; blanks are one space. It depends on the message
 * alone. */
#pragma once

#include "base/base.h"

#define MXLOG_SHAPE_HOLE '\x01'

enum {
	MXLOG_SHAPE_MAX = 1024, /* bytes; what is longer is cut */
};

/* Write the shape of a message's first line; its length. */
size_t mxlog_shape(const char *text, size_t len, char out[MXLOG_SHAPE_MAX]);

/* Append a shape as people read it, holes as <*>: to a size of at most three
 * times its own. Its length. */
size_t mxlog_shape_format(const char *shape, size_t len, char *out);

/* One word, hole or other character of a shape, blanks passed over; 0 at the
 * end. A name and its hole are one word. */
size_t mxlog_shape_token(const char *shape, size_t len, size_t *at);

/* Whether a token is a word or a hole: what may vary. */
bool mxlog_shape_is_word(char first);
