/* SPDX-License-Identifier: Apache-2.0 */
/* Context keys: made snake_case and unique, through a hash table of indexes
 * that the entry keeps. */
#include <stdlib.h>

#include "base/number.h"
#include "entry/entry_private.h"

enum {
	SLOTS_FIRST = 64,
	TRIES_IN_TURN = 8, /* then the pair's index is the suffix */
	FREE = 0,          /* a slot is 1 + a pair's index */
};

static const char *key_text(const struct mxlog_entry *entry, size_t i)
{
	return mxlog_entry_text(entry, entry->context[i].key);
}

/* An empty table, at least twice as large as what comes into it. What was
 * once grown is used as far as it is needed. */
static int reset_slots(struct mxlog_entry *entry)
{
	size_t n = SLOTS_FIRST;
	uint32_t *slots;

	while (n < 2 * entry->n_context)
		n *= 2;
	if (n > entry->slots_capacity) {
		slots = reallocarray(entry->slots, n, sizeof(*slots));
		if (!slots)
			return -ENOMEM;
		entry->slots = slots;
		entry->slots_capacity = n;
	}
	entry->n_slots = n;
	memset(entry->slots, FREE, n * sizeof(*entry->slots));
	return 0;
}

/* Mix 16 bytes of a key, zeros behind its end, into its hash. */
static inline uint64_t mix(uint64_t hash, mxlog_vec16 vec)
{
	uint64_t word[2];

	memcpy(word, &vec, sizeof(word));
	hash = (hash ^ word[0]) * 0x9e3779b97f4a7c15;
	hash = (hash ^ hash >> 32 ^ word[1]) * 0xd6e8feb86659fd93;
	return hash ^ hash >> 32;
}

/* Seeded by an address, so that nobody can prepare keys that collide. */
static inline uint64_t seed(const struct mxlog_entry *entry, size_t len)
{
	return (uintptr_t)entry ^ len;
}

static uint64_t hash_of(const struct mxlog_entry *entry, const char *key,
    size_t len)
{
	uint64_t hash = seed(entry, len);

	for (; len > MXLOG_LANES; key += MXLOG_LANES, len -= MXLOG_LANES)
		hash = mix(hash, mxlog_vec16_load(key));
	if (len == MXLOG_LANES)
		return mix(hash, mxlog_vec16_load(key));
	return mix(hash, mxlog_vec16_load_first(key, len));
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t *find_slot(struct mxlog_entry *entry, uint64_t hash,
    const char *key, size_t len)
{
	size_t mask = entry->n_slots - 1;

	for (size_t at = hash & mask;; at = (at + 1) & mask) {
		uint32_t *slot = &entry->slots[at];

		if (*slot == FREE)
			return slot;
		if (entry->context[*slot - 1].key.len == len &&
		    memcmp(key_text(entry, *slot - 1), key, len) == 0)
			return slot;
	}
}

/* True if the pair's key is free: it is taken then. */
static __attribute__((noinline)) bool claim(struct mxlog_entry *entry, size_t i,
    uint64_t hash)
{
	uint32_t *slot = find_slot(entry, hash, key_text(entry, i),
	    entry->context[i].key.len);

	if (*slot != FREE)
		return false;
	*slot = (uint32_t)i + 1;
	return true;
}

static __attribute__((noinline)) bool claim_valid_long(struct mxlog_entry
							   *entry,
    size_t i)
{
	size_t len = entry->context[i].key.len;
	const char *key = key_text(entry, i);

	return mxlog_key_is_valid(key, len) &&
	    claim(entry, i, hash_of(entry, key, len));
}

/* True if the key is snake_case already and free. Most are short, and what
 * stands behind them in the buffer may be read. */
static inline bool claim_valid(struct mxlog_entry *entry, size_t i)
{
	struct mxlog_text_span key = entry->context[i].key;
	mxlog_vec16 vec;
	uint64_t hash;
	uint32_t *slot;

	if (UNLIKELY(key.len - 1U >= MXLOG_LANES ||
		entry->bytes.capacity - key.off < MXLOG_LANES))
		return claim_valid_long(entry, i);
	vec = mxlog_vec16_load(mxlog_entry_text(entry, key));
	if (UNLIKELY(!mxlog_key_is_valid_short(vec, key.len)))
		return false;
	hash = mix(seed(entry, key.len), vec & mxlog_vec16_upto(key.len));
	slot = &entry->slots[hash & (entry->n_slots - 1)];
	if (UNLIKELY(*slot != FREE))
		return claim(entry, i, hash);
	*slot = (uint32_t)i + 1;
	return true;
}

static bool is_claimed(struct mxlog_entry *entry, size_t i)
{
	struct mxlog_text_span span = entry->context[i].key;
	const char *key = mxlog_entry_text(entry, span);

	return *find_slot(entry, hash_of(entry, key, span.len), key,
		   span.len) == i + 1;
}

static bool claim_any(struct mxlog_entry *entry, size_t i)
{
	struct mxlog_text_span span = entry->context[i].key;

	return claim(entry, i,
	    hash_of(entry, mxlog_entry_text(entry, span), span.len));
}

/* Write `base`, cut to leave room, and _n at `off`, where the bytes end. */
static int write_suffixed(struct mxlog_entry *entry,
    struct mxlog_text_span base, uint32_t n, size_t off,
    struct mxlog_text_span *ret)
{
	char suffix[1 + MXLOG_NUMBER_MAX] = "_";
	size_t len = 1 + mxlog_number_format_u64(suffix + 1, n);
	size_t kept = MIN(base.len, MXLOG_NAME_BYTES - len);
	char *out;
	int r;

	entry->bytes.len = off;
	r = mxlog_buf_reserve(&entry->bytes,
	    MXLOG_NAME_BYTES + MXLOG_ENTRY_SLACK);
	if (r < 0)
		return r;
	out = entry->bytes.data + off;
	memcpy(out, mxlog_entry_text(entry, base), kept);
	memcpy(out + kept, suffix, len);
	entry->bytes.len += kept + len;
	*ret =
	    (struct mxlog_text_span){ (uint32_t)off, (uint32_t)(kept + len) };
	return 0;
}

/* Give the pair `base` as key, or, where another has it, base_2, base_3 … */
static int claim_suffixed(struct mxlog_entry *entry, size_t i,
    struct mxlog_text_span base)
{
	size_t off = entry->bytes.len;
	uint32_t n = 2;
	int r;

	entry->context[i].key = base;
	while (!claim_any(entry, i)) {
		/* Of very many with one name each begins at its index. */
		if (n == TRIES_IN_TURN)
			n = MAX((uint32_t)i, n);
		r = write_suffixed(entry, base, n++, off,
		    &entry->context[i].key);
		if (r < 0)
			return r;
	}
	return 0;
}

static int rename_key(struct mxlog_entry *entry, size_t i)
{
	struct mxlog_text_span key = entry->context[i].key, base;
	struct mxlog_buf *bytes = &entry->bytes;
	bool changed;
	int r;

	/* The name is made from bytes that may move meanwhile. */
	r = mxlog_buf_reserve(bytes, 8 * key.len + 8 + MXLOG_ENTRY_SLACK);
	if (r < 0)
		return r;
	base.off = (uint32_t)bytes->len;
	r = mxlog_key_normalise(bytes, mxlog_entry_text(entry, key), key.len,
	    &changed);
	if (r < 0)
		return r;
	base.len = (uint32_t)bytes->len - base.off;
	return claim_suffixed(entry, i, base);
}

int mxlog_entry_normalise_keys(struct mxlog_entry *entry, size_t own)
{
	bool all = true;
	int r;

	r = reset_slots(entry);
	if (r < 0)
		return r;
	for (size_t i = own; i < entry->n_context; i++)
		all &= claim_valid(entry, i);
	for (size_t i = 0; i < own; i++)
		all &= claim_valid(entry, i);
	if (LIKELY(all))
		return 0;

	for (size_t i = 0; i < entry->n_context && r == 0; i++)
		if (!mxlog_key_is_valid(key_text(entry, i),
			entry->context[i].key.len) ||
		    !is_claimed(entry, i))
			r = rename_key(entry, i);
	return r;
}
