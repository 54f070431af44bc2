/* SPDX-License-Identifier: Apache-2.0 */
/* Record: the fields of one journal entry, copied, bounded, and told apart by
 * name. Reusable: its memory stays for the next entry. */
#pragma once

#include "journal_names.h"

enum {
	/* Of an entry with more fields the rest is counted and left out;
	 * journald itself stops at 1024. */
	MXLOG_JOURNAL_FIELDS_MAX = 1900,
	/* Longer values are cut. */
	MXLOG_JOURNAL_VALUE_MAX = 64 * 1024,
	MXLOG_JOURNAL_MESSAGE_MAX = 1024 * 1024,
	MXLOG_JOURNAL_ENTRY_MAX = 2 * 1024 * 1024, /* of MXLOG_ENTRY */
	MXLOG_JOURNAL_BYTES_MAX = 3 * 1024 * 1024,
	/* journald's own limit. */
	MXLOG_JOURNAL_NAME_MAX = 64,
};

#define MXLOG_JOURNAL_NONE UINT16_MAX

struct mxlog_journal_field {
	enum mxlog_journal_name name;
	uint32_t hash; /* of the name, if it is MXLOG_JOURNAL_OTHER */
	uint32_t name_off, value_off, value_len;
	uint16_t name_len;
	uint16_t next; /* the next one of the same name, or NONE */
	bool repeated; /* another one of the same name stands before it */
};

struct mxlog_journal_record {
	struct mxlog_journal_index *index; /* borrowed */
	char *bytes;
	size_t len, capacity;
	struct mxlog_journal_field *fields; /* room for FIELDS_MAX */
	size_t n_fields;
	uint16_t first[MXLOG_JOURNAL_NAME_COUNT]; /* or NONE */
	uint64_t dropped;                         /* fields left out */
	bool cut;                                 /* a value is not whole */
	int64_t realtime_usec;
};

/* Records that have one index are added to by one thread. */
int mxlog_journal_record_init(struct mxlog_journal_record *record,
    struct mxlog_journal_index *index);
void mxlog_journal_record_done(struct mxlog_journal_record *record);

/* Empty it for an entry of that time. */
void mxlog_journal_record_begin(struct mxlog_journal_record *record,
    int64_t realtime_usec);

/* Add one "NAME=value". What the table calls noise is left out; what has no
 * name is counted and left out. -ENOMEM. */
int mxlog_journal_record_add(struct mxlog_journal_record *record,
    const char *data, size_t len);

/* Make of the message's value these bytes, which must not be the record's own;
 * cut at MXLOG_JOURNAL_MESSAGE_MAX. */
int mxlog_journal_record_set_message(struct mxlog_journal_record *record,
    const char *text, size_t len);

/* The field no longer becomes anything of the entry, nor is it found. */
void mxlog_journal_record_hide(struct mxlog_journal_record *record,
    enum mxlog_journal_name name);

/* Make `to` hold what `from` holds. */
int mxlog_journal_record_copy(struct mxlog_journal_record *to,
    const struct mxlog_journal_record *from);

/* The first field of that name, or NULL. */
static inline const struct mxlog_journal_field *mxlog_journal_record_find(
    const struct mxlog_journal_record *record, enum mxlog_journal_name name)
{
	return record->first[name] == MXLOG_JOURNAL_NONE
	    ? NULL
	    : &record->fields[record->first[name]];
}

/* The first value of that name; NULL if there is none. */
static inline const char *
mxlog_journal_record_get(const struct mxlog_journal_record *record,
    enum mxlog_journal_name name, size_t *ret_len)
{
	const struct mxlog_journal_field *field =
	    mxlog_journal_record_find(record, name);

	if (!field)
		return NULL;
	*ret_len = field->value_len;
	return record->bytes + field->value_off;
}

/* True if both have the same first value of that name, or both have none. */
static inline bool mxlog_journal_record_same(const struct mxlog_journal_record
						 *a,
    const struct mxlog_journal_record *b, enum mxlog_journal_name name)
{
	size_t a_len = 0, b_len = 0;
	const char *a_text = mxlog_journal_record_get(a, name, &a_len);
	const char *b_text = mxlog_journal_record_get(b, name, &b_len);

	if (!a_text || !b_text)
		return a_text == b_text;
	return a_len == b_len && memcmp(a_text, b_text, a_len) == 0;
}
