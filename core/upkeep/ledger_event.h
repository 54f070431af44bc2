/* SPDX-License-Identifier: Apache-2.0 */
/* Ledger event: one line of the ledger. See FORMAT.md, section 5. */
#pragma once

#include "base/buf.h"
#include "extern/digest.h"
#include "store/segment.h"

enum {
	MXLOG_LEDGER_TEXT_MAX = 200,
	MXLOG_LEDGER_SIGNATURE_LEN = 2 * MXLOG_DIGEST_LEN,
	MXLOG_LEDGER_LINE_MAX = 4096,
};

enum mxlog_ledger_kind {
#define LEDGER_EVENT(id, name) MXLOG_LEDGER_##id,
#include <mxlog/tbl/ledger.def>
#undef LEDGER_EVENT
	MXLOG_LEDGER_KINDS
};

enum mxlog_ledger_field {
#define LEDGER_FIELD(type, name) MXLOG_LEDGER_HAS_##name,
#include <mxlog/tbl/ledger.def>
#undef LEDGER_FIELD
	MXLOG_LEDGER_FIELDS
};

/* The bit of a field in `has`. */
#define MXLOG_LEDGER_BIT(name) (UINT64_C(1) << MXLOG_LEDGER_HAS_##name)

struct mxlog_ledger_event {
	uint64_t seq;
	unsigned char prev[MXLOG_DIGEST_LEN]; /* SHA-256 of the line before */
	int64_t time_usec;
	enum mxlog_ledger_kind kind;
	uint64_t has; /* which of the fields below are set */
#define NUMBER(name)             uint64_t name;
#define DIGEST(name)             unsigned char name[MXLOG_DIGEST_LEN];
#define TIME(name)               int64_t name;
#define SEGMENT(name)            struct mxlog_segment_name name;
#define TEXT(name)               char name[MXLOG_LEDGER_TEXT_MAX + 1];
#define SIGNATURE(name)          unsigned char name[MXLOG_LEDGER_SIGNATURE_LEN];
#define LEDGER_FIELD(type, name) type(name)
#include <mxlog/tbl/ledger.def>
#undef LEDGER_FIELD
#undef NUMBER
#undef DIGEST
#undef TIME
#undef SEGMENT
#undef TEXT
#undef SIGNATURE
};

/* "archived" */
const char *mxlog_ledger_kind_name(enum mxlog_ledger_kind kind);

/* Say why, in at most MXLOG_LEDGER_TEXT_MAX bytes of the text: valid UTF-8. */
void mxlog_ledger_event_set_why(struct mxlog_ledger_event *event,
    const char *text);

/* Append the line, without its newline and closing brace, up to (not with) its
 * check, mac and signature: what those are made over. -ENOMEM. */
int mxlog_ledger_event_open(const struct mxlog_ledger_event *event,
    struct mxlog_buf *out);

/* Append the whole line with its newline. -ENOMEM. */
int mxlog_ledger_event_encode(const struct mxlog_ledger_event *event,
    struct mxlog_buf *out);

/* Read a line (without its newline). There is one way to write an event: all
 * else is -EBADMSG. -ENOMEM. */
int mxlog_ledger_event_decode(const char *line, size_t len,
    struct mxlog_ledger_event *ret);
