/* SPDX-License-Identifier: Apache-2.0 */
/* Hexdump: bytes as text, sixteen a line, as hexdump -C prints them. */
#pragma once

#include "entry/entry_private.h"

enum {
	MXLOG_HEXDUMP_MAX = 4096, /* bytes shown */
};

/* Add context.hexdump and .hexdump_bytes, the length of all. -ENOMEM, -E2BIG. */
int mxlog_hexdump_add(struct mxlog_entry *entry, const void *data, size_t len);
