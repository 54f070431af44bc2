/* SPDX-License-Identifier: Apache-2.0 */
/* Payload rules: the members and levels that a site knows beside those of
 * tbl/payload.def. They count before those, in the order they were added. */
#pragma once

#include <mxlog/payload.h>

#include "base/base.h"
#include "parse/payload_private.h"

enum mxlog_payload_list {
	MXLOG_PAYLOAD_LEVEL_KEYS,
	MXLOG_PAYLOAD_MESSAGE_KEYS,
	MXLOG_PAYLOAD_MODULE_KEYS,
	MXLOG_PAYLOAD_TIME_KEYS,
	MXLOG_PAYLOAD_TRACE_ID_KEYS,
	MXLOG_PAYLOAD_LISTS
};

enum {
	MXLOG_PAYLOAD_RULES = 64, /* keys of all lists, levels: each at most */
	MXLOG_PAYLOAD_INTOS = 32, /* objects that the keys lie in */
};

struct mxlog_payload_rules {
	unsigned refs; /* atomic */
	struct mxlog_payload_key key[MXLOG_PAYLOAD_RULES];
	enum mxlog_payload_list list[MXLOG_PAYLOAD_RULES];
	size_t n_keys;
	struct {
		char *name;
		size_t len;
		enum mxlog_level level;
	} level[MXLOG_PAYLOAD_RULES];
	size_t n_levels;
	/* Prefixes of keys, not NUL-ended: "data" of "data.level". */
	struct {
		const char *path;
		size_t len;
	} into[MXLOG_PAYLOAD_INTOS];
	size_t n_intos;
};

/* Held once by the caller. */
int mxlog_payload_rules_new(struct mxlog_payload_rules **ret);

/* A member's name, with those of the objects around it before it and dots
 * between. -E2BIG past the limits, -EINVAL for a name of no or over 127 bytes.
 * -ENOMEM. */
int mxlog_payload_rules_add_key(struct mxlog_payload_rules *rules,
    enum mxlog_payload_list list, const char *path);

/* What a level is called, in any case. */
int mxlog_payload_rules_add_level(struct mxlog_payload_rules *rules,
    const char *name, enum mxlog_level level);

const struct mxlog_payload_key *mxlog_payload_rules_find(
    const struct mxlog_payload_rules *rules, const char *path, size_t len);

/* True if somebody calls a level so: *ret is which. */
bool mxlog_payload_rules_find_level(const struct mxlog_payload_rules *rules,
    const char *name, size_t len, enum mxlog_level *ret);

/* The number of the object to look into, or -1. */
int mxlog_payload_rules_find_into(const struct mxlog_payload_rules *rules,
    const char *path, size_t len);
