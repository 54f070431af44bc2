/* SPDX-License-Identifier: Apache-2.0 */
/* Module slot: a place for what was found out about a module, told by its bytes
 * alone, so that line after line the same need not be looked at again. */
#pragma once

#include "base/vec16.h"

enum {
	MXLOG_MODULE_SLOTS = 64,
	MXLOG_MODULE_SLOT_BYTES = 2 * MXLOG_LANES, /* longer ones have none */
};

/* Bits of the bytes that may stand in a module. */
static inline uint32_t mxlog_module_slot_mask(const char *p)
{
	mxlog_vec16 v = mxlog_vec16_load(p);

	return mxlog_vec16_mask(mxlog_vec16_within(v, '0', '9') |
	    mxlog_vec16_within(v | 0x20, 'a', 'z') | (mxlog_vec16)(v == '_') |
	    (mxlog_vec16)(v == '.'));
}

/* How many bytes a module may be made of begin here, and these with zeros
 * behind them; MXLOG_MODULE_SLOT_BYTES of them or more: no text. That many
 * bytes are readable. */
static inline size_t mxlog_module_slot_text(const char *p,
    char text[MXLOG_MODULE_SLOT_BYTES])
{
	uint32_t bytes = mxlog_module_slot_mask(p) |
	    mxlog_module_slot_mask(p + MXLOG_LANES) << MXLOG_LANES;
	size_t len;

	if (bytes == UINT32_MAX)
		return MXLOG_MODULE_SLOT_BYTES;
	len = (size_t)__builtin_ctz(~bytes);
	mxlog_vec16_store(text,
	    mxlog_vec16_load(p) &
		mxlog_vec16_upto(MIN(len, (size_t)MXLOG_LANES)));
	mxlog_vec16_store(text + MXLOG_LANES,
	    mxlog_vec16_load(p + MXLOG_LANES) &
		mxlog_vec16_upto(MAX(len, (size_t)MXLOG_LANES) - MXLOG_LANES));
	return len;
}

/* Which of the slots. */
static inline size_t mxlog_module_slot(const char text[MXLOG_MODULE_SLOT_BYTES])
{
	uint64_t words[MXLOG_MODULE_SLOT_BYTES / sizeof(uint64_t)], hash;

	memcpy(words, text, sizeof(words));
	hash = words[0] ^ words[1] << 1 ^ words[2] << 2 ^ words[3] << 3;
	hash = (hash ^ hash >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(hash >> 32) % MXLOG_MODULE_SLOTS;
}
