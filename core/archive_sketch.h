/* SPDX-License-Identifier: Apache-2.0 */
/* Archive sketch: which text can't be in a member's messages. Per member a
 * Bloom filter over the 4-grams of its folded messages; what stands in most
 * members of a group is listed once and left out of the filters. */
#pragma once

#include "buf.h"

enum {
	MXLOG_SKETCH_GRAM = 4,    /* characters */
	MXLOG_SKETCH_GROUP = 128, /* members that share a list */
};

/* Call `gram` for every 4-gram of `text` as the sketches see it. Caseless
 * equality of two texts (PCRE2's, UTF) implies equal grams: ASCII letters are
 * folded, the Kelvin sign and the long s with them; scripts without case stand
 * as they are; all other characters, and invalid bytes, end a gram. A text
 * that contains another therefore has all of its grams. */
typedef void mxlog_sketch_gram(void *arg, uint32_t gram);
void mxlog_sketch_fold(const char *text, size_t len, mxlog_sketch_gram *gram,
    void *arg);

/* The distinct grams of one text or of many. */
struct mxlog_sketch_set {
	uint32_t *slots; /* open addressing, 0 is free */
	size_t capacity; /* a power of two, or 0 */
	size_t n;
	bool has_zero;
	bool full; /* more than a sketch could hold: anything may be in it */
	int error; /* -ENOMEM, sticky */
};
void mxlog_sketch_set_add(struct mxlog_sketch_set *set, const char *text,
    size_t len);
void mxlog_sketch_set_clear(struct mxlog_sketch_set *set);
void mxlog_sketch_set_done(struct mxlog_sketch_set *set);

/* Collects the sets of an archive's members, then writes the sketches. */
struct mxlog_sketch_writer;
int mxlog_sketch_writer_new(struct mxlog_sketch_writer **ret);
void mxlog_sketch_writer_free(struct mxlog_sketch_writer *writer);

/* The next member's set (its content is copied) and its compressed size, of
 * which the sketches take at most 5 %. */
int mxlog_sketch_writer_add(struct mxlog_sketch_writer *writer,
    const struct mxlog_sketch_set *set, uint32_t compressed);

/* Append all sketches. */
int mxlog_sketch_writer_finish(struct mxlog_sketch_writer *writer,
    struct mxlog_buf *out);

/* The sketches of an archive, as read. */
struct mxlog_sketches;
int mxlog_sketches_decode(const void *data, size_t len, size_t n_members,
    struct mxlog_sketches **ret);
void mxlog_sketches_free(struct mxlog_sketches *sketches);

/* False only if no message of that member contains the text from which
 * `needle` was made, in any case. */
bool mxlog_sketches_may_contain(const struct mxlog_sketches *sketches,
    size_t member, const struct mxlog_sketch_set *needle);
