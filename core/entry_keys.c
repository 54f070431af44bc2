/* SPDX-License-Identifier: Apache-2.0 */
/* Context keys: made snake_case and unique, through a hash table of indexes
 * that the entry keeps. */
#include <stdlib.h>

#include "entry_private.h"
#include "number.h"

enum {
	SLOTS_FIRST = 64,
	SUFFIX_MAX = 12,   /* "_2147483647" */
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

/* Seeded by an address, so that nobody can prepare keys that collide. */
static uint64_t hash(const struct mxlog_entry *entry, const char *key,
    size_t len)
{
	uint64_t h = (uintptr_t)entry ^ len, word;

	for (; len >= 8; key += 8, len -= 8) {
		memcpy(&word, key, 8);
		h = (h ^ word) * 0x9e3779b97f4a7c15;
		h ^= h >> 32;
	}
	word = 0;
	if (len >= 4) {
		uint32_t first, last;

		memcpy(&first, key, 4);
		memcpy(&last, key + len - 4, 4);
		word = (uint64_t)first << 32 | last;
	} else if (len > 0) {
		word = (uint64_t)(unsigned char)key[0] << 16 |
		    (uint64_t)(unsigned char)key[len / 2] << 8 |
		    (unsigned char)key[len - 1];
	}
	h = (h ^ word) * 0x9e3779b97f4a7c15;
	return h ^ h >> 32;
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t *find_slot(struct mxlog_entry *entry, const char *key,
    size_t len)
{
	size_t mask = entry->n_slots - 1;
	size_t at = hash(entry, key, len) & mask;

	for (;; at = (at + 1) & mask) {
		uint32_t *slot = &entry->slots[at];

		if (*slot == FREE)
			return slot;
		if (entry->context[*slot - 1].key.len == len &&
		    memcmp(key_text(entry, *slot - 1), key, len) == 0)
			return slot;
	}
}

/* True if the pair's key is free: it is taken then. */
static bool claim(struct mxlog_entry *entry, size_t i)
{
	uint32_t *slot =
	    find_slot(entry, key_text(entry, i), entry->context[i].key.len);

	if (*slot != FREE)
		return false;
	*slot = (uint32_t)i + 1;
	return true;
}

static bool is_claimed(struct mxlog_entry *entry, size_t i)
{
	return *find_slot(entry, key_text(entry, i),
		   entry->context[i].key.len) == i + 1;
}

/* Give the pair `base` as key, or, where another has it, base_2, base_3 … */
static int claim_suffixed(struct mxlog_entry *entry, size_t i,
    struct mxlog_span base)
{
	struct mxlog_span *key = &entry->context[i].key;
	struct mxlog_span cut = { base.off,
		MIN(base.len, MXLOG_NAME_BYTES - SUFFIX_MAX) };

	*key = base;
	for (uint32_t n = 2; !claim(entry, i); n++) {
		char suffix[MXLOG_NUMBER_MAX] = "_";
		size_t len;
		int r;

		if (n == TRIES_IN_TURN)
			n = MAX((uint32_t)i, n);
		len = 1 + mxlog_number_format_u64(suffix + 1, n);
		/* Each try is written over the one before. */
		r = mxlog_buf_reserve(&entry->bytes,
		    cut.len + len + MXLOG_ENTRY_SLACK);
		if (r < 0)
			return r;
		if (n > 2)
			entry->bytes.len = key->off;
		key->off = (uint32_t)entry->bytes.len;
		memcpy(entry->bytes.data + key->off,
		    mxlog_entry_text(entry, cut), cut.len);
		memcpy(entry->bytes.data + key->off + cut.len, suffix, len);
		key->len = (uint32_t)(cut.len + len);
		entry->bytes.len += key->len;
	}
	return 0;
}

static int rename_key(struct mxlog_entry *entry, size_t i)
{
	struct mxlog_span key = entry->context[i].key, base;
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

static bool claim_valid(struct mxlog_entry *entry, size_t i)
{
	return mxlog_key_is_valid(key_text(entry, i),
		   entry->context[i].key.len) &&
	    claim(entry, i);
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
