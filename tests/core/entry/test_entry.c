/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/entry_private.h"

#include <math.h>
#include <stdio.h>

#include "base/reterr.h"
#include "base/ulid.h"
#include "entry/ndjson.h"
#include "starve.h"
#include "suite.h"

#define ID "01HQ8Z9X0ABCDEFGH1JK1MN0PQ"

static struct mxlog_entry *new_entry(void)
{
	struct mxlog_entry *entry;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	mxlog_entry_set_time(entry, 1769614245000000);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID, ID, 26),
	    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MODULE, "m", 1), 0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, "t", 1),
	    0);
	return entry;
}

static void add(struct mxlog_entry *entry, const char *key, const char *value)
{
	ck_assert_int_eq(mxlog_entry_add_context(entry, key, strlen(key), value,
			     strlen(value)),
	    0);
}

static void add_json(struct mxlog_entry *entry, const char *key,
    const char *value)
{
	ck_assert_int_eq(mxlog_entry_add_context_json(entry, key, strlen(key),
			     value, strlen(value)),
	    0);
}

/* The line behind its trace_id, timestamp and level. */
static void check_encoded(struct mxlog_entry *entry, const char *expected)
{
	static const char head[] =
	    "{\"trace_id\":\"" ID
	    "\",\"timestamp\":\"2026-01-28T15:30:45.000000Z\",\"level\":\"INFO"
	    "\",";
	struct mxlog_buf out = { 0 };
	size_t skip = sizeof(head) - 1;

	ck_assert_int_eq(mxlog_ndjson_encode(entry, &out), 0);
	ck_assert_uint_gt(out.len, skip);
	ck_assert_mem_eq(out.data, head, skip);
	ck_assert_msg(out.len - skip == strlen(expected) &&
		memcmp(out.data + skip, expected, out.len - skip) == 0,
	    "got %.*s, expected %s", (int)(out.len - skip), out.data + skip,
	    expected);
	mxlog_buf_done(&out);
}

static void check_line(struct mxlog_entry *entry, const char *expected)
{
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	check_encoded(entry, expected);
}

START_TEST(only_text_fields_can_be_set_as_text)
{
	struct mxlog_entry *entry = new_entry();
	const char *text;
	size_t len;

	for (int i = 0; i < MXLOG_FIELD_COUNT; i++) {
		enum mxlog_field field = (enum mxlog_field)i;
		bool is_text = field == MXLOG_FIELD_TRACE_ID ||
		    field == MXLOG_FIELD_MODULE ||
		    field == MXLOG_FIELD_FUNCTION ||
		    field == MXLOG_FIELD_MESSAGE ||
		    field == MXLOG_FIELD_THREAD_ID ||
		    field == MXLOG_FIELD_PROCESS_ID;

		ck_assert_int_eq(mxlog_entry_set(entry, field, "x", 1),
		    is_text ? 0 : -EINVAL);
		ck_assert_int_eq(mxlog_entry_get(entry, field, &text, &len),
		    is_text);
		ck_assert_uint_eq(len, is_text);
	}
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_COUNT, "x", 1),
	    -EINVAL);
	ck_assert_int_eq(mxlog_entry_get(entry, MXLOG_FIELD_COUNT, &text, &len),
	    0);
	mxlog_entry_reset(entry);
	ck_assert_int_eq(mxlog_entry_get(entry, MXLOG_FIELD_MODULE, &text,
			     &len),
	    0);
	ck_assert_ptr_null(text);
	mxlog_entry_free(entry);
	mxlog_entry_free(NULL);
}
END_TEST

START_TEST(numbers_outside_their_range_are_refused)
{
	struct mxlog_entry *entry = new_entry();

	ck_assert_int_eq(mxlog_entry_set_line_number(entry, -1), -ERANGE);
	ck_assert_int_eq(mxlog_entry_set_line_number(entry, INT32_MAX + 1LL),
	    -ERANGE);
	ck_assert_int_eq(mxlog_entry_set_duration_ms(entry, -0.5), -ERANGE);
	ck_assert_int_eq(mxlog_entry_set_duration_ms(entry, (double)NAN),
	    -ERANGE);
	ck_assert_int_eq(mxlog_entry_set_duration_ms(entry, HUGE_VAL), -ERANGE);
	check_line(entry, "\"module\":\"m\",\"message\":\"t\"}\n");
	mxlog_entry_set_level(entry, (enum mxlog_level)7);
	ck_assert_int_eq(mxlog_entry_get_level(entry), MXLOG_INFO);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(fields_stand_in_the_models_order_whatever_order_they_were_set_in)
{
	struct mxlog_entry *entry = new_entry();
	struct mxlog_exception *exception;

	ck_assert_int_eq(mxlog_exception_new("E", 1, "x", 1, &exception), 0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_PROCESS_ID, "9", 1),
	    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_THREAD_ID, "8", 1),
	    0);
	ck_assert_int_eq(mxlog_entry_add_tag(entry, "b", 1), 0);
	ck_assert_int_eq(mxlog_entry_add_tag(entry, "a", 1), 0);
	ck_assert_int_eq(mxlog_entry_add_tag(entry, "b", 1), 0);
	ck_assert_int_eq(mxlog_entry_add_tag(entry, "", 0), 0);
	ck_assert_int_eq(mxlog_entry_set_duration_ms(entry, 0.25), 0);
	ck_assert_int_eq(mxlog_entry_take_exception(entry, &exception), 0);
	add(entry, "k", "v");
	ck_assert_int_eq(mxlog_entry_set_line_number(entry, 0), 0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_FUNCTION,
			     "operator<\"", 10),
	    0);
	check_line(entry,
	    "\"module\":\"m\",\"function\":\"operator<\\\"\",\"line_number\":0"
	    ",\"message\":\"t\",\"context\":{\"k\":\"v\"},\"exception\":{"
	    "\"type\":\"E\",\"message\":\"x\",\"stack_trace\":[]},"
	    "\"duration_ms\":0.25,\"tags\":[\"b\",\"a\"],\"thread_id\":\"8\","
	    "\"process_id\":\"9\"}\n");
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(a_module_that_was_changed_stays_raw_in_context)
{
	struct mxlog_entry *entry = new_entry();

	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MODULE,
			     LITERAL("systemd-logind")),
	    0);
	add(entry, "original_module", "forged");
	check_line(entry,
	    "\"module\":\"systemd_logind\",\"message\":\"t\",\"context\":{"
	    "\"original_module_2\":\"forged\",\"original_module\":"
	    "\"systemd-logind\"}}\n");
	/* It is canonical now. */
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	ck_assert_uint_eq(entry->n_context, 2);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(what_is_missing_gets_its_default_and_what_is_empty_is_left_out)
{
	struct mxlog_entry *entry;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	mxlog_entry_set_time(entry, 1769614245000000);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_THREAD_ID, "", 0),
	    0);
	ck_assert_int_eq(mxlog_entry_normalise(entry), -ENOENT);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID, ID, 26),
	    0);
	check_encoded(entry, "\"module\":\"unknown\",\"message\":\"\"}\n");
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(an_entry_that_was_not_normalised_is_not_encoded)
{
	struct mxlog_entry *entry;
	struct mxlog_buf out = { 0 };

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &out), -EINVAL);
	ck_assert_uint_eq(out.len, 0);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(a_trace_id_is_made_canonical)
{
	static const struct {
		const char *given;
		const char *written; /* NULL: none */
		bool kept;
	} cases[] = {
		{ ID, ID, false },
		{ "01hq8z9x0abcdefghijklmnopq", ID, false },
		{ "01HQ8Z9X0ABCDEFGHIJKLMNOPQ", ID, false },
		{ "4bf92f3577b34da6a3ce929d0e0e4736",
		    "2BZ4QKAXXK9PKA7KMJKM70WHSP", true },
		{ "4BF92F35-77B3-4DA6-A3CE-929D0E0E4736",
		    "2BZ4QKAXXK9PKA7KMJKM70WHSP", true },
		{ "request-17", "6QWDSYMQ196R2WBECQ8TZMAJHA", true },
		{ "81HQ8Z9X0ABCDEFGH1JK1MN0PQ", "1PVJS3EXP5Q55XJ7AB17MD4X4T",
		    true },
		{ "request", NULL, true },
		{ "00000000000000000000000000000000", NULL, true },
		{ "", NULL, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_entry *entry = new_entry();
		struct mxlog_text_span value;
		const char *text;
		size_t len;

		ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
				     cases[i].given, strlen(cases[i].given)),
		    0);
		ck_assert_int_eq(mxlog_entry_normalise(entry),
		    cases[i].written ? 0 : -ENOENT);
		ck_assert_int_eq(mxlog_entry_get(entry, MXLOG_FIELD_TRACE_ID,
				     &text, &len),
		    cases[i].written != NULL);
		if (cases[i].written)
			ck_assert_msg(len == 26 &&
				memcmp(text, cases[i].written, 26) == 0,
			    "%s became %.*s", cases[i].given, (int)len, text);
		ck_assert_uint_eq(entry->n_context, cases[i].kept);
		if (cases[i].kept) {
			value = entry->context[0].value;
			ck_assert_mem_eq(mxlog_entry_text(entry, value),
			    cases[i].given, value.len);
		}
		mxlog_entry_free(entry);
	}
}
END_TEST

START_TEST(context_keys_become_snake_case_and_unique)
{
	struct mxlog_entry *entry = new_entry();

	add(entry, "taskId", "1");
	add(entry, "task_id", "2");
	add(entry, "task-id", "3");
	add(entry, "task_id", "4");
	add(entry, "task_id_2", "5");
	add(entry, "a_name_that_is_longer_than_one_block", "6");
	add(entry, "a_name_that_is_longer_than_one_block", "7");
	add(entry, "", "8");
	add(entry, "2fa", "9");
	check_line(entry,
	    "\"module\":\"m\",\"message\":\"t\",\"context\":{\"task_id_3\":"
	    "\"1\",\"task_id\":\"2\",\"task_id_4\":\"3\",\"task_id_5\":\"4\","
	    "\"task_id_2\":\"5\",\"a_name_that_is_longer_than_one_block\":\"6\""
	    ",\"a_name_that_is_longer_than_one_block_2\":\"7\",\"_\":\"8\",\"_2fa\":\"9\"}}"
	    "\n");
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(as_many_keys_as_there_may_be_are_unique_even_if_all_are_one)
{
	struct mxlog_entry *entry = new_entry();
	struct mxlog_error error = { 0 };
	struct mxlog_buf out = { 0 };

	for (int i = 0; i < 2048; i++)
		add(entry, i % 2 ? "sameKey" : "same_key", "v");
	ck_assert_int_eq(mxlog_entry_add_context(entry, "k", 1, "v", 1),
	    -E2BIG);
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &out), 0);
	/* Decoding renames nothing: all were unique. */
	ck_assert_int_eq(mxlog_ndjson_decode(out.data, out.len, entry, &error),
	    0);
	ck_assert_uint_eq(entry->n_context, 2048);
	for (size_t i = 0; i < entry->n_context; i++)
		ck_assert_ptr_nonnull(memmem(out.data, out.len,
		    mxlog_entry_text(entry, entry->context[i].key),
		    entry->context[i].key.len));
	ck_assert_uint_eq(mxlog_entry_find_tag(entry, LITERAL("truncated")), 0);
	mxlog_buf_done(&out);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(values_keep_their_source_digits)
{
	struct mxlog_entry *entry = new_entry();

	add_json(entry, "big", "123456789012345678901234567890");
	add_json(entry, "float", "1.50E+3");
	add_json(entry, "nested", " { \"b\" : [ 1 , 2 ], \"A b\" : null } ");
	add_json(entry, "text", "\"\\u0041\"");
	ck_assert_int_eq(mxlog_entry_add_context_int(entry, "int", 3,
			     INT64_MIN),
	    0);
	ck_assert_int_eq(mxlog_entry_add_context_json(entry, "bad", 3, "{", 1),
	    -EBADMSG);
	check_line(entry,
	    "\"module\":\"m\",\"message\":\"t\",\"context\":{\"big\":"
	    "123456789012345678901234567890,\"float\":1.50E+3,\"nested\":{"
	    "\"b\":[1,2],\"A b\":null},\"text\":\"A\",\"int\":"
	    "-9223372036854775808}}\n");
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(json_that_is_too_deep_or_too_long_is_kept_as_text)
{
	struct mxlog_entry *entry = new_entry();
	char deep[400];
	char *longer = malloc(MXLOG_ENTRY_TEXT + 100);

	memset(deep, '[', 200);
	memset(deep + 200, ']', 200);
	ck_assert_int_eq(mxlog_entry_add_context_json(entry, "deep", 4, deep,
			     400),
	    0);
	ck_assert(!entry->context[0].json);
	ck_assert_uint_eq(entry->context[0].value.len, 400);
	ck_assert(!entry->truncated);

	ck_assert_ptr_nonnull(longer);
	memset(longer, '1', MXLOG_ENTRY_TEXT + 100);
	ck_assert_int_eq(mxlog_entry_add_context_json(entry, "long", 4, longer,
			     MXLOG_ENTRY_TEXT + 100),
	    0);
	ck_assert(!entry->context[1].json);
	ck_assert_uint_eq(entry->context[1].value.len, MXLOG_ENTRY_TEXT);
	ck_assert(entry->truncated);
	free(longer);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(tags_that_became_one_are_written_once)
{
	struct mxlog_entry *entry = new_entry();

	ck_assert_int_eq(mxlog_entry_add_tag(entry, "a", 1), 0);
	ck_assert_int_eq(mxlog_entry_add_tag(entry, "b", 1), 0);
	entry->tags[1] = entry->tags[0];
	check_line(entry,
	    "\"module\":\"m\",\"message\":\"t\",\"tags\":[\"a\"]}\n");
	mxlog_entry_reset(entry);
	for (int i = 0; i < 64; i++) {
		char tag = (char)(' ' + i);

		ck_assert_int_eq(mxlog_entry_add_tag(entry, &tag, 1), 0);
	}
	ck_assert_int_eq(mxlog_entry_add_tag(entry, "zz", 2), -E2BIG);
	ck_assert_int_eq(mxlog_entry_normalise(entry), -ENOENT);
	ck_assert_uint_eq(entry->n_tags, 65);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(fields_are_cut_at_their_limits_and_that_is_marked)
{
	static const struct {
		enum mxlog_field field;
		size_t limit;
	} cases[] = {
		{ MXLOG_FIELD_MODULE, 255 },
		{ MXLOG_FIELD_FUNCTION, 255 },
		{ MXLOG_FIELD_MESSAGE, 1048576 },
		{ MXLOG_FIELD_THREAD_ID, 64 },
		{ MXLOG_FIELD_PROCESS_ID, 64 },
	};
	const size_t len = 2000000;
	char *text = malloc(len);

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', len);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_entry *entry = new_entry();
		const char *got;
		size_t got_len;

		ck_assert_int_eq(mxlog_entry_set(entry, cases[i].field, text,
				     cases[i].limit),
		    0);
		ck_assert(!entry->truncated);
		ck_assert_int_eq(mxlog_entry_set(entry, cases[i].field, text,
				     len),
		    0);
		ck_assert(entry->truncated);
		ck_assert_int_eq(mxlog_entry_get(entry, cases[i].field, &got,
				     &got_len),
		    1);
		ck_assert_uint_eq(got_len, cases[i].limit);
		ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
		ck_assert_uint_lt(mxlog_entry_find_tag(entry,
				      LITERAL("truncated")),
		    entry->n_tags);
		mxlog_entry_free(entry);
	}
	free(text);
}
END_TEST

/* The worst there is: everything at its limit and all of it escaped. */
static void fill(struct mxlog_entry *entry, const char *text, size_t len)
{
	struct mxlog_exception *chain = NULL;

	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_FUNCTION, text,
			     len),
	    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, text, len),
	    0);
	for (int i = 0; i < 2048; i++) {
		char key[256];

		memset(key, 'k', sizeof(key));
		(void)snprintf(key, 8, "%07d", i);
		(void)mxlog_entry_add_context(entry, key, 255, text,
		    MIN(len, (size_t)1200));
	}
	for (int i = 0; i < 8; i++) {
		struct mxlog_exception *outer;

		ck_assert_int_eq(mxlog_exception_new(text, MIN(len, 60U), text,
				     len / 128, &outer),
		    0);
		for (int j = 0; j < MXLOG_EXCEPTION_FRAMES; j++)
			ck_assert_int_eq(mxlog_exception_add_frame(outer, text,
					     MIN(len, 60U), 1, text,
					     MIN(len, 60U), text,
					     MIN(len, 60U)),
			    0);
		if (chain)
			ck_assert_int_eq(mxlog_exception_take_cause(outer,
					     &chain),
			    0);
		chain = outer;
	}
	ck_assert_int_eq(mxlog_entry_take_exception(entry, &chain), 0);
}

START_TEST(a_line_never_gets_longer_than_a_line_may_be)
{
	static const char *const fills[] = { "x", "\x01", "\xe2\x80\xa8",
		"\xe2\x82\xac" };
	const size_t len = 1048576;
	char *text = malloc(len);

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < ARRAY_LEN(fills); i++) {
		struct mxlog_entry *entry = new_entry();
		struct mxlog_error error = { 0 };
		struct mxlog_buf out = { 0 };
		size_t n = strlen(fills[i]);
		int r;

		for (size_t at = 0; at + n <= len; at += n)
			memcpy(text + at, fills[i], n);
		fill(entry, text, len / n * n);
		ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
		ck_assert_int_eq(mxlog_ndjson_encode(entry, &out), 0);
		ck_assert_uint_le(out.len, MXLOG_LINE_MAX);
		ck_assert_uint_ge(out.len, MXLOG_LINE_MAX / 8);
		ck_assert_ptr_nonnull(
		    memmem(out.data, out.len, LITERAL("\"truncated\"")));
		r = mxlog_ndjson_decode(out.data, out.len, entry, &error);
		ck_assert_msg(r == 0, "%s", error.text);
		mxlog_buf_done(&out);
		mxlog_entry_free(entry);
	}
	free(text);
}
END_TEST

/* Five megabytes of values, one of them JSON. */
START_TEST(a_line_that_is_cut_is_marked_and_its_json_is_text)
{
	const size_t len = 1000000;
	struct mxlog_entry *entry = new_entry();
	struct mxlog_buf out = { 0 };
	char *text = malloc(len);

	ck_assert_ptr_nonnull(text);
	memset(text, '7', len);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(mxlog_entry_add_context_json(entry, "k", 1,
				     text, len),
		    0);
	ck_assert(entry->context[0].json && !entry->truncated);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &out), -EMSGSIZE);
	ck_assert_uint_eq(out.len, 0);

	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	for (int i = 0; i < 5; i++) {
		ck_assert(!entry->context[i].json);
		ck_assert_uint_eq(entry->context[i].value.len, 512 * 1024);
	}
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &out), 0);
	ck_assert_int_eq(mxlog_ndjson_decode(out.data, out.len, entry, NULL),
	    0);
	ck_assert_uint_eq(mxlog_entry_find_tag(entry, LITERAL("truncated")), 0);
	ck_assert_uint_eq(entry->n_tags, 1);
	free(text);
	mxlog_buf_done(&out);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(an_exception_that_was_cut_marks_its_entry)
{
	struct mxlog_entry *entry = new_entry();
	struct mxlog_exception *exception, *cause;

	ck_assert_int_eq(mxlog_exception_new("E", 1, "", 0, &exception), 0);
	ck_assert_int_eq(mxlog_exception_new("C", 1, "", 0, &cause), 0);
	cause->truncated = true;
	ck_assert_int_eq(mxlog_exception_take_cause(exception, &cause), 0);
	ck_assert_int_eq(mxlog_entry_take_exception(entry, &exception), 0);
	check_line(entry,
	    "\"module\":\"m\",\"message\":\"t\",\"exception\":{\"type\":"
	    "\"E\",\"message\":\"\",\"stack_trace\":[],\"cause\":{\"type\":"
	    "\"C\",\"message\":\"\",\"stack_trace\":[]}},\"tags\":["
	    "\"truncated\"]}\n");
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(a_message_of_a_megabyte_is_kept_whole)
{
	const size_t len = 1048576;
	struct mxlog_entry *entry = new_entry();
	struct mxlog_buf out = { 0 };
	char *text = malloc(len);

	ck_assert_ptr_nonnull(text);
	memset(text, '"', len);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, text, len),
	    0);
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	ck_assert_uint_eq(entry->n_tags, 0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &out), 0);
	ck_assert_uint_gt(out.len, 2 * len);
	free(text);
	mxlog_buf_done(&out);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(every_rule_can_be_broken)
{
	struct mxlog_entry *entry = new_entry();
	struct mxlog_error error = { 0 };
	struct mxlog_entry saved = *entry;

	ck_assert_int_eq(mxlog_entry_validate(entry, &error), 0);
#define BREAK(change, why)                                            \
	do {                                                          \
		change;                                               \
		ck_assert_int_eq(mxlog_entry_validate(entry, &error), \
		    -EINVAL);                                         \
		ck_assert_msg(strstr(error.text, why) != NULL,        \
		    "%s instead"                                      \
		    " of %s",                                         \
		    error.text, why);                                 \
		*entry = saved;                                       \
	} while (0)
	BREAK(entry->text[MXLOG_FIELD_TRACE_ID] = MXLOG_NO_SPAN, "trace_id");
	BREAK(entry->text[MXLOG_FIELD_TRACE_ID].len--, "trace_id");
	BREAK(entry->has_time = false, "timestamp: is missing");
	BREAK(entry->time_usec = INT64_MAX, "timestamp: is not in the years");
	BREAK(entry->time_usec = INT64_MIN, "timestamp: is not in the years");
	BREAK(entry->level = (enum mxlog_level)25, "level");
	BREAK(entry->text[MXLOG_FIELD_MODULE] = MXLOG_NO_SPAN, "module");
	BREAK(entry->text[MXLOG_FIELD_MODULE].len = 0, "module");
	BREAK(entry->text[MXLOG_FIELD_MESSAGE] = MXLOG_NO_SPAN, "message");
	BREAK((entry->has_line_number = true, entry->line_number = -1),
	    "line_number");
	BREAK((entry->has_duration = true, entry->duration_ms = -1),
	    "duration_ms");
#undef BREAK
	mxlog_entry_free(entry);
}
END_TEST

/* Everything that can need memory; the first failure is returned. */
static int do_all(struct mxlog_entry *entry, struct mxlog_buf *out)
{
	struct mxlog_exception *exception = NULL, *cause = NULL;
	char key[2] = "A";
	int r;

	r = mxlog_entry_set(entry, MXLOG_FIELD_MODULE, LITERAL("a-b"));
	if (r == 0)
		r = mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
		    LITERAL("4bf92f3577b34da6a3ce929d0e0e4736"));
	if (r == 0)
		r = mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE,
		    LITERAL("not \xff valid"));
	for (int i = 0; i < 80 && r == 0; i++) {
		key[0] = (char)('A' + i % 30);
		r = mxlog_entry_add_context(entry, key, 1, LITERAL("v"));
		if (r == 0)
			r = mxlog_entry_add_context_json(entry, LITERAL("j"),
			    LITERAL("[\"\\u0001\"]"));
	}
	for (int i = 0; i < 40 && r == 0; i++) {
		key[0] = (char)('0' + i);
		r = mxlog_entry_add_tag(entry, key, 1);
	}
	if (r == 0)
		r = mxlog_exception_new("E", 1, "m", 1, &exception);
	for (int i = 0; i < 20 && r == 0; i++)
		r = mxlog_exception_add_frame(exception, LITERAL("file"), 1,
		    LITERAL("function"), LITERAL("code"));
	if (r == 0)
		r = mxlog_exception_new("C", 1, "m", 1, &cause);
	if (r == 0)
		r = mxlog_exception_take_cause(exception, &cause);
	if (r == 0)
		r = mxlog_entry_take_exception(entry, &exception);
	mxlog_exception_free(exception);
	mxlog_exception_free(cause);
	if (r == 0)
		r = mxlog_entry_normalise(entry);
	return r < 0 ? r : mxlog_ndjson_encode(entry, out);
}

START_TEST(lack_of_memory_is_told_and_nothing_else_happens)
{
	struct mxlog_buf expected = { 0 };
	struct mxlog_entry *entry;
	bool hungry = true;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(do_all(entry, &expected), 0);
	mxlog_entry_free(entry);

	for (unsigned long n = 1; hungry; n++) {
		struct mxlog_buf out = { 0 };
		int r;

		starve(n);
		r = mxlog_entry_new(&entry);
		if (r == 0)
			r = do_all(entry, &out);
		hungry = starve_done();
		ck_assert_int_eq(r, hungry ? -ENOMEM : 0);
		/* The same entry, reset, does it with memory. */
		if (n == 1)
			continue;
		mxlog_entry_reset(entry);
		out.len = 0;
		ck_assert_int_eq(do_all(entry, &out), 0);
		ck_assert_uint_eq(out.len, expected.len);
		ck_assert_mem_eq(out.data, expected.data, out.len);
		mxlog_buf_done(&out);
		mxlog_entry_free(entry);
	}
	mxlog_buf_done(&expected);
}
END_TEST

SUITE("entry", only_text_fields_can_be_set_as_text,
    numbers_outside_their_range_are_refused,
    fields_stand_in_the_models_order_whatever_order_they_were_set_in,
    a_module_that_was_changed_stays_raw_in_context,
    what_is_missing_gets_its_default_and_what_is_empty_is_left_out,
    an_entry_that_was_not_normalised_is_not_encoded,
    a_trace_id_is_made_canonical, context_keys_become_snake_case_and_unique,
    as_many_keys_as_there_may_be_are_unique_even_if_all_are_one,
    values_keep_their_source_digits,
    json_that_is_too_deep_or_too_long_is_kept_as_text,
    tags_that_became_one_are_written_once,
    fields_are_cut_at_their_limits_and_that_is_marked,
    a_line_never_gets_longer_than_a_line_may_be,
    a_line_that_is_cut_is_marked_and_its_json_is_text,
    an_exception_that_was_cut_marks_its_entry,
    a_message_of_a_megabyte_is_kept_whole, every_rule_can_be_broken,
    lack_of_memory_is_told_and_nothing_else_happens)
