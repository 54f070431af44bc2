/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding: a text as who reads it means it, so that rules see names and
 * secrets that are written in another way. */
#pragma once

#include "base/buf.h"

struct mxlog_decoded {
	struct mxlog_buf text;
	struct mxlog_buf
	    map; /* uint32_t: where each byte came from, and the end */
};

/* Decode once: %3D, &#61; and &quot;, \u003d and \x3d, #012 of rsyslog; leave
 * out colours and marks without width; make blanks and signs of other scripts
 * those of ASCII. 1 if anything changed, 0, -ENOMEM. The text is valid UTF-8
 * before and after. */
int mxlog_decode_text(const char *text, size_t len, struct mxlog_decoded *ret);

/* The same of base64 and of hexadecimal digits that hold printable text (NUL is
 * a blank in it). 0 if they hold something else. */
int mxlog_decode_base64(const char *text, size_t len,
    struct mxlog_decoded *ret);
int mxlog_decode_hex(const char *text, size_t len, struct mxlog_decoded *ret);

void mxlog_decoded_done(struct mxlog_decoded *decoded);

/* Where the byte of the decoded text, or its end, came from. */
static inline size_t mxlog_decoded_origin(const struct mxlog_decoded *decoded,
    size_t at)
{
	uint32_t origin;

	memcpy(&origin, decoded->map.data + at * sizeof(origin),
	    sizeof(origin));
	return origin;
}
