/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_record.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	USUAL_CAPACITY = 16 * 1024, /* kept between entries */
};

int mxlog_journal_record_init(struct mxlog_journal_record *record,
    const struct mxlog_journal_index *index)
{
	*record = (struct mxlog_journal_record){ .index = index };
	record->fields =
	    calloc(MXLOG_JOURNAL_FIELDS_MAX, sizeof(record->fields[0]));
	record->bytes = malloc(USUAL_CAPACITY);
	record->capacity = USUAL_CAPACITY;
	if (!record->fields || !record->bytes) {
		mxlog_journal_record_done(record);
		return -ENOMEM;
	}
	mxlog_journal_record_begin(record, 0);
	return 0;
}

void mxlog_journal_record_done(struct mxlog_journal_record *record)
{
	free(record->fields);
	free(record->bytes);
	*record = (struct mxlog_journal_record){ 0 };
}

/* What one huge entry needed is given back; without luck it is kept. */
static void shrink(struct mxlog_journal_record *record)
{
	char *bytes = realloc(record->bytes, USUAL_CAPACITY);

	if (!bytes)
		return;
	record->bytes = bytes;
	record->capacity = USUAL_CAPACITY;
}

void mxlog_journal_record_begin(struct mxlog_journal_record *record,
    int64_t realtime_usec)
{
	if (record->capacity > 16 * (size_t)USUAL_CAPACITY)
		shrink(record);
	record->len = 0;
	record->n_fields = 0;
	record->dropped = 0;
	record->cut = false;
	record->realtime_usec = realtime_usec;
	memset(record->first, 0xff, sizeof(record->first));
}

static int grow(struct mxlog_journal_record *record, size_t need)
{
	size_t capacity = record->capacity;
	char *bytes;

	while (capacity < need)
		capacity *= 2;
	bytes = realloc(record->bytes, capacity);
	if (!bytes)
		return -ENOMEM;
	record->bytes = bytes;
	record->capacity = capacity;
	return 0;
}

static int append(struct mxlog_journal_record *record, const char *text,
    size_t len)
{
	if (record->capacity - record->len < len) {
		int r = grow(record, record->len + len);

		if (r < 0)
			return r;
	}
	memcpy(record->bytes + record->len, text, len);
	record->len += len;
	return 0;
}

/* FNV-1a: names are short. */
static uint32_t hash_of(const char *name, size_t len)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)name[i]) * 16777619U;
	return hash;
}

static bool same_name(const struct mxlog_journal_record *record,
    const struct mxlog_journal_field *field, uint32_t hash, const char *name,
    size_t len)
{
	return field->hash == hash && field->name == MXLOG_JOURNAL_OTHER &&
	    field->name_len == len &&
	    memcmp(record->bytes + field->name_off, name, len) == 0;
}

/* The first field of this name, or NONE. */
static uint16_t find_first(const struct mxlog_journal_record *record,
    enum mxlog_journal_name known, uint32_t hash, const char *name, size_t len)
{
	if (known != MXLOG_JOURNAL_OTHER)
		return record->first[known];
	for (size_t i = 0; i < record->n_fields; i++)
		if (same_name(record, &record->fields[i], hash, name, len))
			return (uint16_t)i;
	return MXLOG_JOURNAL_NONE;
}

static void link_behind(struct mxlog_journal_record *record, uint16_t at,
    uint16_t index)
{
	while (record->fields[at].next != MXLOG_JOURNAL_NONE)
		at = record->fields[at].next;
	record->fields[at].next = index;
}

/* Of the bytes that are left none may be the half of a character: cutting
 * would make invalid what was valid. */
static size_t cut_at(const char *text, size_t len, size_t max)
{
	size_t at = max;

	if (len <= max)
		return len;
	while (
	    at > 0 && max - at < 3 && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static size_t room_for(const struct mxlog_journal_record *record,
    enum mxlog_journal_name name)
{
	size_t max = name == MXLOG_JOURNAL_MESSAGE ? MXLOG_JOURNAL_MESSAGE_MAX
						   : MXLOG_JOURNAL_VALUE_MAX;
	size_t left = MXLOG_JOURNAL_BYTES_MAX - record->len;

	return left < max ? left : max;
}

static int add_field(struct mxlog_journal_record *record, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
	enum mxlog_journal_name known =
	    mxlog_journal_index_find(record->index, name, name_len);
	struct mxlog_journal_field *field = &record->fields[record->n_fields];
	uint16_t index = (uint16_t)record->n_fields;
	uint16_t first;
	size_t kept;
	int r = 0;

	*field = (struct mxlog_journal_field){
		.name = known,
		.name_off = (uint32_t)record->len,
		.name_len = (uint16_t)name_len,
		.next = MXLOG_JOURNAL_NONE,
	};
	if (known == MXLOG_JOURNAL_OTHER) {
		field->hash = hash_of(name, name_len);
		r = append(record, name, name_len);
	}
	kept = cut_at(value, value_len, room_for(record, known));
	field->value_off = (uint32_t)record->len;
	field->value_len = (uint32_t)kept;
	r = r < 0 ? r : append(record, value, kept);
	/* Else halves of characters could meet and look valid. */
	r = r < 0 ? r : append(record, "\n", 1);
	if (r < 0)
		return r;

	first = find_first(record, known, field->hash, name, name_len);
	field->repeated = first != MXLOG_JOURNAL_NONE;
	if (field->repeated)
		link_behind(record, first, index);
	else if (known != MXLOG_JOURNAL_OTHER)
		record->first[known] = index;
	record->cut = record->cut || kept < value_len;
	record->n_fields++;
	return 0;
}

int mxlog_journal_record_add(struct mxlog_journal_record *record,
    const char *data, size_t len)
{
	size_t head =
	    len < MXLOG_JOURNAL_NAME_MAX + 1 ? len : MXLOG_JOURNAL_NAME_MAX + 1;
	const char *equals = memchr(data, '=', head);
	size_t name_len = equals ? (size_t)(equals - data) : 0;

	if (name_len == 0 || record->n_fields == MXLOG_JOURNAL_FIELDS_MAX ||
	    record->len + name_len >= MXLOG_JOURNAL_BYTES_MAX) {
		record->dropped++;
		return 0;
	}
	return add_field(record, data, name_len, equals + 1,
	    len - name_len - 1);
}

int mxlog_journal_record_set_message(struct mxlog_journal_record *record,
    const char *text, size_t len)
{
	uint16_t at = record->first[MXLOG_JOURNAL_MESSAGE];
	size_t kept = cut_at(text, len, MXLOG_JOURNAL_MESSAGE_MAX);
	size_t off = record->len;
	int r;

	assert(at != MXLOG_JOURNAL_NONE);

	r = append(record, text, kept);
	if (r < 0)
		return r;
	record->fields[at].value_off = (uint32_t)off;
	record->fields[at].value_len = (uint32_t)kept;
	record->cut = record->cut || kept < len;
	return 0;
}

int mxlog_journal_record_copy(struct mxlog_journal_record *to,
    const struct mxlog_journal_record *from)
{
	int r;

	mxlog_journal_record_begin(to, from->realtime_usec);
	r = append(to, from->bytes, from->len);
	if (r < 0)
		return r;
	memcpy(to->fields, from->fields,
	    from->n_fields * sizeof(from->fields[0]));
	memcpy(to->first, from->first, sizeof(to->first));
	to->n_fields = from->n_fields;
	to->dropped = from->dropped;
	to->cut = from->cut;
	return 0;
}
