/* SPDX-License-Identifier: Apache-2.0 */
/* Keywords: finds which of some hundred short strings stand in a text, and
 * where, in one pass at less than two instructions a byte. */
#pragma once

#include "base/base.h"

enum {
	MXLOG_KEYWORD_MIN = 3, /* bytes */
	MXLOG_KEYWORD_MAX = 64,
	/* Told as a keyword: so many letters and digits in a row, and more. */
	MXLOG_KEYWORD_RUN = 1 << 24,
	MXLOG_KEYWORD_RUN_MIN = 24,
};

struct mxlog_keywords;

int mxlog_keywords_new(struct mxlog_keywords **ret);
void mxlog_keywords_free(struct mxlog_keywords *keywords);

enum mxlog_keyword_flags {
	MXLOG_KEYWORD_CASELESS = 1, /* ASCII letters in either case */
	MXLOG_KEYWORD_WORD = 2,     /* with no letter or digit before it */
};

/* Add a keyword before the first search. Several may have one id, which is below MXLOG_KEYWORD_RUN. -EINVAL if
 * it is too short or too long, or begins with ASCII but has no three bytes in a
 * row of it, or there are thousands; -ENOMEM. */
int mxlog_keywords_add(struct mxlog_keywords *keywords, const char *text,
    size_t len, unsigned flags, unsigned id);

/* To be called once, behind the last addition. */
void mxlog_keywords_build(struct mxlog_keywords *keywords);

/* A keyword stands at text[start]. Return false to end the search. */
typedef bool mxlog_keyword_fn(void *data, size_t start, size_t len,
    unsigned id);

/* Tell of every place of every keyword, and of every long run of letters and
 * digits, roughly in their order. */
void mxlog_keywords_find(const struct mxlog_keywords *keywords,
    const char *text, size_t len, mxlog_keyword_fn *found, void *data);

/* Which keywords with MXLOG_KEYWORD_WORD a text may begin with: bits by the hash
 * of three bytes. */
struct mxlog_keyword_starts {
	uint64_t bits[64];
};
const struct mxlog_keyword_starts *mxlog_keywords_starts(
    const struct mxlog_keywords *keywords);

/* In the highest bits. Of the three lower bytes, letters in lower case (and some
 * others mixed up). */
static inline uint32_t mxlog_keyword_hash(uint32_t bytes)
{
	return (bytes | 0x202020) * (2654435769U << 8);
}

/* Of MXLOG_KEYWORD_MIN bytes. */
static inline unsigned mxlog_keyword_start_bit(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	return mxlog_keyword_hash(
		   p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16) >>
	    (32 - 12);
}

static inline bool mxlog_keyword_may_start(const struct mxlog_keyword_starts
					       *starts,
    const char *text)
{
	unsigned bit = mxlog_keyword_start_bit(text);

	return starts->bits[bit / 64] >> bit % 64 & 1;
}

/* Tell of the keywords with MXLOG_KEYWORD_WORD that a text begins with: what
 * stands before it in memory is another text. */
void mxlog_keywords_find_first(const struct mxlog_keywords *keywords,
    const char *text, size_t len, mxlog_keyword_fn *found, void *data);

/* The same as the first by the code for every machine; for tests. */
void mxlog_keywords_find_portable(const struct mxlog_keywords *keywords,
    const char *text, size_t len, mxlog_keyword_fn *found, void *data);
