/* SPDX-License-Identifier: Apache-2.0 */
/* Array: grows by doubling. */
#pragma once

#include <errno.h>
#include <stdlib.h>

/* Room for `need` elements. -ENOMEM; the array is as it was then. */
static inline int mxlog_journal_array_grow(void **array, size_t *capacity,
    size_t need, size_t size)
{
	size_t more = *capacity > 0 ? *capacity : 64;
	void *grown;

	if (need <= *capacity)
		return 0;
	while (more < need)
		more *= 2;
	grown = reallocarray(*array, more, size);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*capacity = more;
	return 0;
}
