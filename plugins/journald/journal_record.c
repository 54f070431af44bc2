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
    struct mxlog_journal_index *index)
{
	*record = (struct mxlog_journal_record){ .index = index };
	/* Not zeroed: so pages that no entry needs are never touched. */
	record->fields =
	    malloc(MXLOG_JOURNAL_FIELDS_MAX * sizeof(record->fields[0]));
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
	if (record->capacity > 2 * (size_t)USUAL_CAPACITY)
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

/* How much of a value is kept. */
static size_t kept_of(const struct mxlog_journal_record *record,
    enum mxlog_journal_name name, const char *value, size_t len)
{
	size_t max = name == MXLOG_JOURNAL_MESSAGE ? MXLOG_JOURNAL_MESSAGE_MAX
	    : name == MXLOG_JOURNAL_MXLOG_ENTRY    ? MXLOG_JOURNAL_ENTRY_MAX
						   : MXLOG_JOURNAL_VALUE_MAX;
	size_t left = MXLOG_JOURNAL_BYTES_MAX - record->len;

	return cut_at(value, len, left < max ? left : max);
}

static int add_name(struct mxlog_journal_record *record,
    struct mxlog_journal_field *field, const char *name)
{
	if (field->name != MXLOG_JOURNAL_OTHER)
		return 0;
	field->hash = hash_of(name, field->name_len);
	field->name_off = (uint32_t)record->len;
	return append(record, name, field->name_len);
}

/* The newline: else halves of characters could meet and look valid. */
static int add_value(struct mxlog_journal_record *record,
    struct mxlog_journal_field *field, const char *value, size_t len)
{
	size_t kept = kept_of(record, field->name, value, len);

	if (record->capacity - record->len < kept + 1) {
		int r = grow(record, record->len + kept + 1);

		if (r < 0)
			return r;
	}
	memcpy(record->bytes + record->len, value, kept);
	field->value_off = (uint32_t)record->len;
	field->value_len = (uint32_t)kept;
	record->len += kept;
	record->bytes[record->len++] = '\n';
	record->cut |= kept < len;
	return 0;
}

static void link_field(struct mxlog_journal_record *record,
    struct mxlog_journal_field *field, const char *name)
{
	uint16_t index = (uint16_t)record->n_fields;
	uint16_t first =
	    find_first(record, field->name, field->hash, name, field->name_len);

	field->repeated = first != MXLOG_JOURNAL_NONE;
	if (field->repeated)
		link_behind(record, first, index);
	else if (field->name != MXLOG_JOURNAL_OTHER)
		record->first[field->name] = index;
}

static int add_field(struct mxlog_journal_record *record,
    enum mxlog_journal_name known, const char *data, size_t name_len,
    size_t len)
{
	struct mxlog_journal_field *field = &record->fields[record->n_fields];
	int r;

	*field = (struct mxlog_journal_field){
		.name = known,
		.name_len = (uint16_t)name_len,
		.next = MXLOG_JOURNAL_NONE,
	};
	r = add_name(record, field, data);
	if (r == 0)
		r = add_value(record, field, data + name_len + 1,
		    len - name_len - 1);
	if (r < 0)
		return r;
	link_field(record, field, data);
	record->n_fields++;
	return 0;
}

static uint8_t *guess_at(const struct mxlog_journal_record *record,
    const char *data)
{
	return &record->index
		    ->guesses[(uintptr_t)data / 8 % MXLOG_JOURNAL_GUESSES];
}

/* The name, if it is one of the two that are likely. */
static inline enum mxlog_journal_name guess_name(
    const struct mxlog_journal_record *record, const char *data, size_t len)
{
	enum mxlog_journal_name guess;

	/* No two entries share theirs. */
	if (mxlog_journal_name_begins(MXLOG_JOURNAL_MESSAGE, data, len))
		return MXLOG_JOURNAL_MESSAGE;
	guess = (enum mxlog_journal_name) * guess_at(record, data);
	if (guess != MXLOG_JOURNAL_OTHER &&
	    mxlog_journal_name_begins(guess, data, len))
		return guess;
	return MXLOG_JOURNAL_OTHER;
}

/* Length of the name, 0 if there is none. */
static size_t find_name(const struct mxlog_journal_record *record,
    const char *data, size_t len, enum mxlog_journal_name *ret)
{
	const size_t most = MXLOG_JOURNAL_NAME_MAX + 1;
	const char *equals = memchr(data, '=', len < most ? len : most);
	size_t n;

	*ret = MXLOG_JOURNAL_OTHER;
	if (!equals)
		return 0;
	n = (size_t)(equals - data);
	*ret = mxlog_journal_index_find(record->index, data, n);
	*guess_at(record, data) = (uint8_t)*ret;
	return n;
}

/* What nearly all fields are: known, short, there once, and there is room.
 * False where it is otherwise: nothing is done then. */
static inline bool add_simply(struct mxlog_journal_record *record,
    enum mxlog_journal_name known, const char *value, size_t len)
{
	size_t n = record->n_fields, off = record->len;

	if (off >= USUAL_CAPACITY || len >= USUAL_CAPACITY - off ||
	    n == MXLOG_JOURNAL_FIELDS_MAX ||
	    record->first[known] != MXLOG_JOURNAL_NONE)
		return false;
	memcpy(record->bytes + off, value, len);
	record->bytes[off + len] = '\n';
	record->len = off + len + 1;
	record->fields[n] = (struct mxlog_journal_field){
		.name = known,
		.value_off = (uint32_t)off,
		.value_len = (uint32_t)len,
		.name_len = (uint16_t)mxlog_journal_names[known].name_len,
		.next = MXLOG_JOURNAL_NONE,
	};
	record->first[known] = (uint16_t)n;
	record->n_fields = n + 1;
	return true;
}

static bool is_noise(enum mxlog_journal_name known)
{
	return known != MXLOG_JOURNAL_OTHER &&
	    mxlog_journal_names[known].use == MXLOG_JOURNAL_USE_NOISE;
}

static __attribute__((noinline)) int add_slowly(struct mxlog_journal_record
						    *record,
    const char *data, size_t len)
{
	enum mxlog_journal_name known;
	size_t name_len = find_name(record, data, len, &known);

	if (is_noise(known))
		return 0;
	if (name_len == 0 || record->n_fields == MXLOG_JOURNAL_FIELDS_MAX ||
	    record->len + name_len >= MXLOG_JOURNAL_BYTES_MAX) {
		record->dropped++;
		return 0;
	}
	return add_field(record, known, data, name_len, len);
}

int mxlog_journal_record_add(struct mxlog_journal_record *record,
    const char *data, size_t len)
{
	enum mxlog_journal_name known = guess_name(record, data, len);
	size_t at;

	if (known == MXLOG_JOURNAL_OTHER)
		return add_slowly(record, data, len);
	if (is_noise(known))
		return 0;
	at = mxlog_journal_names[known].name_len + 1;
	if (add_simply(record, known, data + at, len - at))
		return 0;
	return add_slowly(record, data, len);
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

void mxlog_journal_record_hide(struct mxlog_journal_record *record,
    enum mxlog_journal_name name)
{
	uint16_t at = record->first[name];

	/* Only the first of a name is looked at. */
	if (at != MXLOG_JOURNAL_NONE)
		record->fields[at].repeated = true;
	record->first[name] = MXLOG_JOURNAL_NONE;
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
