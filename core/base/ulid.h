/* SPDX-License-Identifier: Apache-2.0 */
/* ULID (github.com/ulid/spec): 48 bits of milliseconds, 80 random bits, in
 * Crockford's base32. */
#pragma once

#include "base/base.h"

enum {
	MXLOG_ULID_LEN = 26,
};

struct mxlog_ulid {
	uint64_t hi; /* milliseconds << 16 | the first 16 random bits */
	uint64_t lo;
};

enum {
	MXLOG_ULID_STEPS = 256,
};

/* Random bits, fetched from the kernel some 400 ids at a time. Zeroed is
 * empty. A forked child must zero it; threads do not share one. */
struct mxlog_ulid_source {
	unsigned char pool[4096];
	size_t left;
	/* What the last id of _next had after its time. */
	uint64_t lo;
	uint16_t high;
	uint16_t steps; /* ids until all of it is drawn again */
};

/* A new id of that time (its milliseconds; times before 1970 count as 0).
 * -EIO if the kernel has no random bits to give. */
int mxlog_ulid_generate(struct mxlog_ulid_source *source, int64_t time_usec,
    struct mxlog_ulid *ret);

/* A new id of that time whose 80 bits are those of the id before plus 1, and
 * drawn anew every MXLOG_ULID_STEPS ids (a variant of the specification's
 * monotonic ids). Ids in a row then differ in few characters and compress well;
 * they can be guessed from each other, as an id is no secret. Two sources repeat
 * an id when runs of 256 meet in 2^80 within one millisecond: with a million
 * runs in that millisecond the odds are one in some 4 * 10^9. */
int mxlog_ulid_next(struct mxlog_ulid_source *source, int64_t time_usec,
    struct mxlog_ulid *ret);

/* Write MXLOG_ULID_LEN bytes of the strict upper-case alphabet, no NUL. */
void mxlog_ulid_format(char *out, const struct mxlog_ulid *id);

/* Lower case and Crockford's aliases (I and L are 1, O is 0) are read too: the
 * models' own example holds them. -EINVAL unless it is 26 characters of that,
 * the first at most 7. */
int mxlog_ulid_parse(const char *text, size_t len, struct mxlog_ulid *ret);

/* What a character stands for in any of these forms, 0 to 31, or -1. */
int mxlog_ulid_digit(char c);

/* True if the text is already in the form that _format writes. */
bool mxlog_ulid_is_canonical(const char *text, size_t len);

/* 32 hex digits in any case, or a UUID's 8-4-4-4-12: the same 128 bits.
 * -EINVAL; all zero is no id: -EINVAL. */
int mxlog_ulid_parse_hex(const char *text, size_t len, struct mxlog_ulid *ret);

static inline int mxlog_ulid_compare(const struct mxlog_ulid *a,
    const struct mxlog_ulid *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	return (a->lo > b->lo) - (a->lo < b->lo);
}
