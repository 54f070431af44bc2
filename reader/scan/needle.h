/* SPDX-License-Identifier: Apache-2.0 */
/* Needle: finds text in raw JSON lines without reading them as JSON. */
#pragma once

#include "base/buf.h"

enum {
	/* A needle's bytes are compared up to this; behind the text searched
	 * twice as many must be readable. */
	MXLOG_NEEDLE_SPAN = 32,
};

/* What a line holds, as it stands in JSON, if its decoded text holds the
 * needle's: either these bytes, or a character escaped in a way that nobody
 * need (\u…, \/), or, where case does not matter, one of the two characters
 * beyond ASCII that fold to an ASCII letter (U+212A to k, U+017F to s). */
struct mxlog_needle {
	char *text; /* lower case if caseless */
	size_t len;
	bool caseless;
	bool partners;      /* the text holds k or s */
	size_t first, last; /* the two bytes that are looked for together */
};

/* Of the text, in its canonical escapes, the longest part that can be looked
 * for; `quoted`: with quotes around it. 0 and an empty needle (len 0) if there
 * is none. */
int mxlog_needle_init(struct mxlog_needle *needle, const char *text, size_t len,
    bool caseless, bool quoted);
void mxlog_needle_done(struct mxlog_needle *needle);

/* The first byte from `at` on where the needle, or one of the other characters,
 * stands; NULL if there is none before `end`. 2 * MXLOG_NEEDLE_SPAN bytes
 * behind `end` must be readable and don't matter. */
const char *mxlog_needle_find(const struct mxlog_needle *needle, const char *at,
    const char *end);
