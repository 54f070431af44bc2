/* SPDX-License-Identifier: Apache-2.0 */
/* Archive n-gram filter: which text can't be in a member's messages. Per member a
 * Bloom filter over the 4-grams of its folded messages; what stands in most
 * members of a group is listed once and left out of the filters. */
#pragma once

#include "base/buf.h"

enum {
	MXLOG_NGRAM_GRAM = 4,    /* bytes of folded text */
	MXLOG_NGRAM_GROUP = 128, /* members that share a list */
	MXLOG_NGRAM_SLOTS = 1 << 18,
	MXLOG_NGRAM_FEW = 512, /* slots of a set that are also listed */
};

/* The grams of all messages of a member, or of a needle. A zeroed struct is an
 * empty one.
 *
 * The grams of a text: its ASCII letters are made lower case; the Kelvin sign
 * becomes k and the long s an s, as PCRE2's caseless search has it; characters
 * of scripts without case stand as their UTF-8 bytes; every other character,
 * and every invalid byte, is a gap that no gram spans. Therefore a text that
 * contains another in any case has all of its grams. A gram is known by its
 * slot, which it may share with others. */
struct mxlog_ngram_set {
	uint64_t *bits; /* one a slot; NULL while the set is empty */
	size_t n;       /* slots taken */
	uint32_t few[MXLOG_NGRAM_FEW]; /* the first of them */
};

/* Add the grams of a text. -ENOMEM: the set must not be used. */
int mxlog_ngram_set_add(struct mxlog_ngram_set *set, const char *text,
    size_t len);
void mxlog_ngram_set_clear(struct mxlog_ngram_set *set);
void mxlog_ngram_set_done(struct mxlog_ngram_set *set);

/* Collects the sets of an archive's members, then writes the n-gram filters. */
struct mxlog_ngram_filter_writer;
int mxlog_ngram_filter_writer_new(struct mxlog_ngram_filter_writer **ret);
void mxlog_ngram_filter_writer_free(struct mxlog_ngram_filter_writer *writer);

/* The next member's set (its content is copied; NULL: anything may be in it)
 * and its compressed size, of which the n-gram filters take some 2 %. */
int mxlog_ngram_filter_writer_add(struct mxlog_ngram_filter_writer *writer,
    const struct mxlog_ngram_set *set, uint32_t compressed);

/* Append all n-gram filters. */
int mxlog_ngram_filter_writer_finish(struct mxlog_ngram_filter_writer *writer,
    struct mxlog_buf *out);

/* The n-gram filters of an archive, as read. */
struct mxlog_ngram_filters;
int mxlog_ngram_filters_decode(const void *data, size_t len, size_t n_members,
    struct mxlog_ngram_filters **ret);
void mxlog_ngram_filters_free(struct mxlog_ngram_filters *ngram_filters);

/* False only if no message of that member contains, in any case, all texts
 * that were added to `needle`. */
bool mxlog_ngram_filters_may_contain(const struct mxlog_ngram_filters
					 *ngram_filters,
    size_t member, const struct mxlog_ngram_set *needle);

/* The same of every gram of the set, however many: true for the grams of the
 * member's own messages. */
bool mxlog_ngram_filters_hold_all(const struct mxlog_ngram_filters
				      *ngram_filters,
    size_t member, const struct mxlog_ngram_set *set);
