/* SPDX-License-Identifier: Apache-2.0 */
/* Vec16: 16 bytes looked at together, in vector registers where the target has
 * them (SSE2, NEON: the compiler's vector types) and in plain words elsewhere. */
#pragma once

#include "base/base.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	MXLOG_LANES = 16,
};

typedef unsigned char mxlog_vec16 __attribute__((vector_size(MXLOG_LANES)));

static inline mxlog_vec16 mxlog_vec16_load(const char *from)
{
	mxlog_vec16 vec;

	memcpy(&vec, from, MXLOG_LANES);
	return vec;
}

/* The n bytes there are, n < MXLOG_LANES, and zeros: none behind them is read. */
static inline mxlog_vec16 mxlog_vec16_load_first(const char *from, size_t n)
{
	uint64_t half[2] = { 0, 0 };
	mxlog_vec16 vec;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	memcpy(half, from, n);
#else
	if (n >= 8) {
		memcpy(&half[0], from, 8);
		memcpy(&half[1], from + n - 8, 8);
		half[1] = half[1] >> 8 * (15 - n) >> 8;
	} else if (n >= 4) {
		uint32_t first, last;

		memcpy(&first, from, 4);
		memcpy(&last, from + n - 4, 4);
		half[0] = first | (uint64_t)last << 8 * (n - 4);
	} else if (n > 0) {
		const unsigned char *p = (const unsigned char *)from;

		half[0] = p[0] | (uint64_t)p[n / 2] << 8 * (n / 2) |
		    (uint64_t)p[n - 1] << 8 * (n - 1);
	}
#endif
	memcpy(&vec, half, MXLOG_LANES);
	return vec;
}

static inline void mxlog_vec16_store(char *to, mxlog_vec16 vec)
{
	memcpy(to, &vec, MXLOG_LANES);
}

/* One bit for each byte's highest bit; the first byte's is the lowest. */
static inline uint32_t mxlog_vec16_mask(mxlog_vec16 vec)
{
#ifdef __SSE2__
	return (uint32_t)_mm_movemask_epi8((__m128i)vec);
#else
	const uint64_t high = 0x8080808080808080, gather = 0x0002040810204081;
	uint64_t half[2];

	memcpy(half, &vec, sizeof(half));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	half[0] = __builtin_bswap64(half[0]);
	half[1] = __builtin_bswap64(half[1]);
#endif
	return (uint32_t)((half[0] & high) * gather >> 56) |
	    (uint32_t)((half[1] & high) * gather >> 56) << 8;
#endif
}

/* Bits of the first n bytes, n < MXLOG_LANES. */
static inline uint32_t mxlog_vec16_first(size_t n)
{
	return (1U << n) - 1;
}

/* Each byte that is from..to, both inclusive: all ones. */
static inline mxlog_vec16 mxlog_vec16_within(mxlog_vec16 vec,
    unsigned char from, unsigned char to)
{
	return (mxlog_vec16)(vec - from <= (unsigned char)(to - from));
}

/* All ones in the first n bytes, n <= MXLOG_LANES, zeros behind. */
static inline mxlog_vec16 mxlog_vec16_upto(size_t n)
{
	static const unsigned char steps[2 * MXLOG_LANES] = { 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255 };
	mxlog_vec16 vec;

	memcpy(&vec, steps + MXLOG_LANES - n, MXLOG_LANES);
	return vec;
}
