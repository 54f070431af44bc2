/* SPDX-License-Identifier: Apache-2.0 */
/* Sized: structs that cross the library's border begin with their size, because
 * whoever is on the other side was built against another version of them. */
#pragma once

#include "base/base.h"

/* Read what a caller gave: the members that it does not know are zero. `given`
 * may be NULL: all are. */
static inline void mxlog_sized_take(void *to, size_t to_size, const void *given)
{
	size_t size = 0;

	memset(to, 0, to_size);
	if (given)
		memcpy(&size, given, sizeof(size));
	if (size > 0)
		memcpy(to, given, MIN(size, to_size));
}

/* Fill what a caller asks for, as far as it knows the members; its size stays,
 * and what it knows beyond is zero. -EINVAL without a size. */
static inline int mxlog_sized_give(void *to, const void *from, size_t from_size)
{
	size_t size;

	memcpy(&size, to, sizeof(size));
	if (size <= sizeof(size))
		return -EINVAL;
	memset((char *)to + sizeof(size), 0, size - sizeof(size));
	memcpy((char *)to + sizeof(size), (const char *)from + sizeof(size),
	    MIN(size, from_size) - sizeof(size));
	return 0;
}
