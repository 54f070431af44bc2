/* SPDX-License-Identifier: Apache-2.0 */
/* Found: the secrets of an entry, which are hidden wherever else they stand in
 * it. */
#pragma once

#include "redact/redact_rules.h"

enum {
	MXLOG_FOUND_MAX = 32,  /* secrets of an entry that are looked for … */
	MXLOG_FOUND_BYTES = 8, /* … from this length on … */
	MXLOG_FOUND_TEXT = 4096, /* … up to this */
};

struct mxlog_found {
	struct mxlog_buf text; /* of all of them */
	struct {
		uint32_t off, len;
	} list[MXLOG_FOUND_MAX];
	size_t n;
};

/* Note a secret, unless it is short or one plain word. -ENOMEM. */
int mxlog_found_add(struct mxlog_found *found, const char *text, size_t len);

/* Append to `ranges` where else they stand in the text. -ENOMEM. */
int mxlog_found_search(const struct mxlog_found *found, const char *text,
    size_t len, struct mxlog_ranges *ranges);
