/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_record.h"

#include "lines.h"
#include "suite.h"

enum {
	ROUNDS = 2000,
	FIELDS = 24,
	VALUE = 40 * 1024,
};

static void begin(struct mxlog_journal_record *record,
    struct mxlog_journal_index *index)
{
	ck_assert_int_eq(mxlog_journal_index_init(index), 0);
	ck_assert_int_eq(mxlog_journal_record_init(record, index), 0);
}

/* A field of any kind: known, noise, another name, no name; short or long. */
static size_t write_field(struct lines *random, char *to)
{
	static const char *const others[] = { "CUSTOM=", "MESSAG", "MESSAGE",
		"MESSAGES=", "_PIE=", "=", "", "PRIORITY_=", "_HOSTNAMF=" };
	uint64_t kind = lines_random(random);
	const char *other = others[kind / 7 % ARRAY_LEN(others)];
	size_t name_len = strlen(other), value_len = kind >> 32 & 63;

	if (kind % 7 == 0) {
		memcpy(to, other, name_len);
	} else {
		const struct mxlog_journal_name_info *info =
		    &mxlog_journal_names[kind / 7 % MXLOG_JOURNAL_NAME_COUNT];

		name_len = info->name_len + 1;
		memcpy(to, info->name, name_len);
	}
	if (kind % 101 == 0)
		value_len = VALUE;
	memset(to + name_len, 'a' + (int)(kind >> 40) % 26, value_len);
	return name_len + value_len;
}

static void check_same(const struct mxlog_journal_record *a,
    const struct mxlog_journal_record *b)
{
	ck_assert_uint_eq(a->dropped, b->dropped);
	ck_assert_int_eq(a->cut, b->cut);
	ck_assert_uint_eq(a->len, b->len);
	ck_assert_mem_eq(a->bytes, b->bytes, a->len);
	ck_assert_mem_eq(a->first, b->first, sizeof(a->first));
	ck_assert_uint_eq(a->n_fields, b->n_fields);
	for (size_t i = 0; i < a->n_fields; i++) {
		const struct mxlog_journal_field *one = &a->fields[i];
		const struct mxlog_journal_field *other = &b->fields[i];

		ck_assert_uint_eq(one->name, other->name);
		ck_assert_uint_eq(one->name_len, other->name_len);
		ck_assert_uint_eq(one->value_off, other->value_off);
		ck_assert_uint_eq(one->value_len, other->value_len);
		ck_assert_uint_eq(one->next, other->next);
		ck_assert_int_eq(one->repeated, other->repeated);
	}
}

/* The same addresses hold ever new fields: what one index guesses by then is
 * mostly wrong, sometimes right; the other one guesses nothing. */
START_TEST(what_was_guessed_of_a_name_changes_nothing)
{
	static char data[FIELDS][VALUE + 128];
	struct mxlog_journal_index guessing, fresh;
	struct mxlog_journal_record guessed, searched;
	struct lines random = { .seed = 1 };

	begin(&guessed, &guessing);
	begin(&searched, &fresh);
	for (int round = 0; round < ROUNDS; round++) {
		mxlog_journal_record_begin(&guessed, round);
		mxlog_journal_record_begin(&searched, round);
		for (size_t i = 0; i < FIELDS; i++) {
			size_t len = write_field(&random, data[i]);

			memset(fresh.guesses, MXLOG_JOURNAL_OTHER,
			    sizeof(fresh.guesses));
			ck_assert_int_eq(mxlog_journal_record_add(&guessed,
					     data[i], len),
			    0);
			ck_assert_int_eq(mxlog_journal_record_add(&searched,
					     data[i], len),
			    0);
		}
		check_same(&guessed, &searched);
	}
	mxlog_journal_record_done(&guessed);
	mxlog_journal_record_done(&searched);
}
END_TEST

/* What is read of a field ends with it. */
START_TEST(nothing_behind_a_field_is_read)
{
	struct mxlog_journal_index index;
	struct mxlog_journal_record record;

	begin(&record, &index);
	for (size_t i = 0; i < MXLOG_JOURNAL_NAME_COUNT; i++) {
		const struct mxlog_journal_name_info *info =
		    &mxlog_journal_names[i];

		memset(index.guesses, (int)i, sizeof(index.guesses));
		mxlog_journal_record_begin(&record, 0);
		for (size_t len = 0; len <= info->name_len + 1; len++) {
			char *exact = malloc(len + (len == 0));

			ck_assert_ptr_nonnull(exact);
			memcpy(exact, info->name, len);
			ck_assert_int_eq(mxlog_journal_record_add(&record,
					     exact, len),
			    0);
			free(exact);
		}
		ck_assert_uint_eq(record.dropped, info->name_len + 1);
		ck_assert_uint_eq(record.n_fields,
		    info->use != MXLOG_JOURNAL_USE_NOISE);
	}
	mxlog_journal_record_done(&record);
}
END_TEST

SUITE("journal_record", what_was_guessed_of_a_name_changes_nothing,
    nothing_behind_a_field_is_read)
