/* SPDX-License-Identifier: Apache-2.0 */
/* Top groups: the largest of any number of counts, exactly. */
#pragma once

#include "base/base.h"

enum {
	MXLOG_TOP_GROUPS_MAX = 65536,
};

struct mxlog_top_group {
	uint64_t count;
	char *key;
	size_t len;
};

/* A zeroed struct is empty. The smallest one is items[0]. */
struct mxlog_top_groups {
	struct mxlog_top_group *items;
	size_t n, capacity;
	size_t bytes;                  /* of keys */
	uint64_t n_left_out, left_out; /* groups that were, and their counts */
};

/* The key is copied. -ENOMEM. */
int mxlog_top_groups_add(struct mxlog_top_groups *top, const char *key,
    size_t len, uint64_t count);
void mxlog_top_groups_done(struct mxlog_top_groups *top);
