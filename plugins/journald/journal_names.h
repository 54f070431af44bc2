/* SPDX-License-Identifier: Apache-2.0 */
/* Names: the journal fields that journal_fields.def knows, found by name. */
#pragma once

#include <mxlog/error.h>
#include <string.h>

enum mxlog_journal_name {
#define FIELD(name, use, key, help) MXLOG_JOURNAL_##name,
#include "tbl/journal_fields.def"
#undef FIELD
	MXLOG_JOURNAL_NAME_COUNT,
	MXLOG_JOURNAL_OTHER = MXLOG_JOURNAL_NAME_COUNT,
};

/* What a field becomes. */
enum mxlog_journal_use {
	MXLOG_JOURNAL_USE_NOISE,
	MXLOG_JOURNAL_USE_TEXT,
	MXLOG_JOURNAL_USE_NUMBER,
	MXLOG_JOURNAL_USE_FACILITY,
	MXLOG_JOURNAL_USE_MESSAGE,
	MXLOG_JOURNAL_USE_ENTRY,
	MXLOG_JOURNAL_USE_PRIORITY,
	MXLOG_JOURNAL_USE_LOGGER,
	MXLOG_JOURNAL_USE_IDENTIFIER,
	MXLOG_JOURNAL_USE_FUNCTION,
	MXLOG_JOURNAL_USE_LINE,
	MXLOG_JOURNAL_USE_THREAD,
	MXLOG_JOURNAL_USE_TRACE,
	MXLOG_JOURNAL_USE_TRACEPARENT,
	MXLOG_JOURNAL_USE_DURATION,
	MXLOG_JOURNAL_USE_TAGS,
	MXLOG_JOURNAL_USE_EXCEPTION,
	MXLOG_JOURNAL_USE_SYSLOG_PID,
	MXLOG_JOURNAL_USE_PID,
	MXLOG_JOURNAL_USE_COMM,
	MXLOG_JOURNAL_USE_UNIT,
	MXLOG_JOURNAL_USE_USER_UNIT,
	MXLOG_JOURNAL_USE_INVOCATION,
	MXLOG_JOURNAL_USE_STREAM,
	MXLOG_JOURNAL_USE_PIECE,
	MXLOG_JOURNAL_USE_SOURCE_TIME,
};

struct mxlog_journal_name_info {
	const char *name; /* an '=' stands behind it */
	size_t name_len;
	enum mxlog_journal_use use;
	const char *key; /* "" where there is none */
	size_t key_len;
	bool trusted; /* set by journald alone */
	const char *help;
};

/* One row for each name, in their order. */
extern const struct mxlog_journal_name_info mxlog_journal_names[];

enum {
	MXLOG_JOURNAL_NAME_SLOTS = 1024,
	MXLOG_JOURNAL_GUESSES = 512,
};

/* A perfect hash of the names. */
struct mxlog_journal_index {
	uint64_t seed;
	uint8_t slots[MXLOG_JOURNAL_NAME_SLOTS];
	/* Entries share their fields: what is at one address of a mapped
	 * journal now mostly was there before. By the address, the name that
	 * was found there last: nothing but a guess. */
	uint8_t guesses[MXLOG_JOURNAL_GUESSES];
};

/* Find a seed under which no two names share a slot; -EINVAL if none was
 * found, which a test rules out. */
int mxlog_journal_index_init(struct mxlog_journal_index *index);

/* MXLOG_JOURNAL_OTHER if it is none of them. */
enum mxlog_journal_name mxlog_journal_index_find(
    const struct mxlog_journal_index *index, const char *name, size_t len);

/* True if "NAME=value" begins with that name and its '='. Asked for every
 * field: the last words compared overlap, and no call is made. */
static inline bool mxlog_journal_name_begins(enum mxlog_journal_name name,
    const char *data, size_t len)
{
	const struct mxlog_journal_name_info *info = &mxlog_journal_names[name];
	size_t n = info->name_len + 1;
	uint64_t ours, theirs;
	uint32_t our_half, their_half;

	if (len < n || memcmp(info->name, data, sizeof(our_half)) != 0)
		return false;
	if (n < sizeof(ours)) {
		memcpy(&our_half, info->name + n - sizeof(our_half),
		    sizeof(our_half));
		memcpy(&their_half, data + n - sizeof(their_half),
		    sizeof(their_half));
		return our_half == their_half;
	}
	for (size_t at = 0; n - at > sizeof(ours); at += sizeof(ours))
		if (memcmp(info->name + at, data + at, sizeof(ours)) != 0)
			return false;
	memcpy(&ours, info->name + n - sizeof(ours), sizeof(ours));
	memcpy(&theirs, data + n - sizeof(theirs), sizeof(theirs));
	return ours == theirs;
}
