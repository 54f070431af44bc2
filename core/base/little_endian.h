/* SPDX-License-Identifier: Apache-2.0 */
/* Little endian: numbers in files, least significant byte first, at any alignment. */
#pragma once

#include "base/buf.h"

static inline void mxlog_le_put(void *out, size_t n, uint64_t value)
{
	unsigned char *p = (unsigned char *)out;

	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(value >> (8 * i));
}

static inline uint64_t mxlog_le_get(const void *data, size_t n)
{
	const unsigned char *p = (const unsigned char *)data;
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value |= (uint64_t)p[i] << (8 * i);
	return value;
}

/* Append the `n` low bytes. */
static inline int mxlog_le_add(struct mxlog_buf *buf, size_t n, uint64_t value)
{
	unsigned char bytes[8];

	assert(n <= sizeof(bytes));
	mxlog_le_put(bytes, n, value);
	return mxlog_buf_add(buf, bytes, n);
}

/* Takes numbers from memory, never past its end: once something was missing,
 * all further answers are 0 and `bad` stays set. */
struct mxlog_le_reader {
	const unsigned char *at, *end;
	bool bad;
};

/* `n` bytes, or NULL. */
static inline const void *mxlog_le_take(struct mxlog_le_reader *reader,
    size_t n)
{
	const unsigned char *p = reader->at;

	if (reader->bad || (size_t)(reader->end - p) < n) {
		reader->bad = true;
		return NULL;
	}
	reader->at += n;
	return p;
}

static inline uint64_t mxlog_le_take_number(struct mxlog_le_reader *reader,
    size_t n)
{
	const void *p = mxlog_le_take(reader, n);

	return p ? mxlog_le_get(p, n) : 0;
}
