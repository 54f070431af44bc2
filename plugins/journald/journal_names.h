/* SPDX-License-Identifier: Apache-2.0 */
/* Names: the journal fields that journal_fields.def knows, found by name. */
#pragma once

#include <mxlog/error.h>

enum mxlog_journal_name {
#define FIELD(name, use, key, help) MXLOG_JOURNAL_##name,
#include "journal_fields.def"
#undef FIELD
	MXLOG_JOURNAL_NAME_COUNT,
	MXLOG_JOURNAL_OTHER = MXLOG_JOURNAL_NAME_COUNT,
};

/* What a field becomes. */
enum mxlog_journal_use {
	MXLOG_JOURNAL_USE_NOISE,
	MXLOG_JOURNAL_USE_TEXT,
	MXLOG_JOURNAL_USE_NUMBER,
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
	MXLOG_JOURNAL_USE_SOURCE_TIME,
};

struct mxlog_journal_name_info {
	const char *name;
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
};

/* A perfect hash of the names. */
struct mxlog_journal_index {
	uint64_t seed;
	uint8_t slots[MXLOG_JOURNAL_NAME_SLOTS];
};

/* Find a seed under which no two names share a slot; -EINVAL if none was
 * found, which a test rules out. */
int mxlog_journal_index_init(struct mxlog_journal_index *index);

/* MXLOG_JOURNAL_OTHER if it is none of them. */
enum mxlog_journal_name mxlog_journal_index_find(
    const struct mxlog_journal_index *index, const char *name, size_t len);
