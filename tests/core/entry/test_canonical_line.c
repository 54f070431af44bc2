/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "entry/canonical_line.h"

#include "entry/ndjson.h"
#include "suite.h"

#define HEAD                                             \
	"{\"trace_id\":\"01HQ8Z9X0ABCDEFGHJKMNPQRST\","  \
	"\"timestamp\":\"2026-01-28T15:30:45.123456Z\"," \
	"\"level\":\"WARNING\",\"module\":\"src.queue\","

static bool parse(const char *text, struct mxlog_canonical_line *view,
    char out[1024])
{
	struct mxlog_canonical_line_cache cache = { 0 };
	size_t len = strlen(text);

	memset(out, 0, 1024);
	memcpy(out, text, len);
	out[len] = '\n';
	return mxlog_canonical_line_parse(view, &cache, out, out + len + 1);
}

START_TEST(a_canonical_line_shows_its_fields)
{
	struct mxlog_canonical_line view;
	char line[1024];

	ck_assert(parse(HEAD
	    "\"function\":\"f\",\"line_number\":142,\"message\":\"a\\nb\","
	    "\"context\":{\"task_id\":\"t\",\"deep\":[{\"x\":[1,-2.5e3,{}]},"
	    "null,true]},\"duration_ms\":145.32,\"tags\":[\"a\",\"b\"],"
	    "\"thread_id\":\"1\",\"process_id\":\"2\"}",
	    &view, line));
	ck_assert_int_eq(view.level, MXLOG_WARNING);
	ck_assert_int_eq(view.time_usec, 1769614245123456);
	ck_assert_int_eq(view.line_number, 142);
	ck_assert_mem_eq(view.module.text, "src.queue", view.module.len);
	ck_assert(view.message.escaped);
	ck_assert_mem_eq(view.duration.text, "145.32", view.duration.len);
	ck_assert_mem_eq(view.tags.text, "[\"a\",\"b\"]", view.tags.len);
	ck_assert_mem_eq(view.process_id.text, "2", view.process_id.len);
}
END_TEST

/* The decoder must accept whatever the view accepts, with the same values. */
static void agree(const char *line, size_t len,
    const struct mxlog_canonical_line *view)
{
	struct mxlog_entry *entry;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_ndjson_decode(line, len, entry, NULL), 0);
	ck_assert_int_eq(entry->time_usec, view->time_usec);
	ck_assert_int_eq(entry->level, view->level);
	ck_assert_int_eq(entry->has_duration, view->duration.text != NULL);
	ck_assert_int_eq(entry->has_line_number, view->line_number >= 0);
	mxlog_entry_free(entry);
}

START_TEST(no_damage_of_one_byte_deceives_it)
{
	static const char text[] = HEAD
	    "\"function\":\"f\",\"line_number\":142,\"message\":\"a\\u0041b\","
	    "\"context\":{\"task_id\":\"t\",\"n\":[1,-2.5e3,{}]},"
	    "\"duration_ms\":145.32,\"tags\":[\"a\"],\"process_id\":\"2\"}";
	static const unsigned char bytes[] = { '"', '\\', '{', '}', '[', ']',
		',', ':', ' ', '0', '9', 'a', 'Z', '.', '-', 1, 0x7f, 0xff };
	struct mxlog_canonical_line view;
	char copy[1024], line[1024];
	unsigned accepted = 0;

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		for (size_t k = 0; k < sizeof(bytes); k++) {
			memcpy(copy, text, sizeof(text));
			copy[i] = (char)bytes[k];
			if (!parse(copy, &view, line))
				continue;
			accepted++;
			agree(line, strlen(copy), &view);
		}
	}
	ck_assert_uint_gt(accepted, 100);
}
END_TEST

START_TEST(what_is_not_canonical_is_left_to_the_decoder)
{
	static const char *const lines[] = {
		HEAD "\"message\": \"spaces stand in front of it, x\"}",
		HEAD
		"\"message\":\"a key that the models do not know\",\"x\":1}",
		HEAD "\"message\":\"an exception\",\"exception\":{\"type\":"
		     "\"E\",\"message\":\"\",\"stack_trace\":[]}}",
		HEAD "\"message\":\"tags before context\",\"tags\":[\"a\"],"
		     "\"context\":{\"a\":1}}",
		HEAD "\"message\":\"a tag without text\",\"tags\":[\"\"]}",
		HEAD "\"message\":\"camelCase below\",\"context\":{\"aB\":1}}",
		HEAD "\"message\":\"not finished, as the last line may be",
	};
	struct mxlog_canonical_line view;
	char line[1024];

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		ck_assert_msg(!parse(lines[i], &view, line), "%s", lines[i]);
}
END_TEST

START_TEST(an_empty_cache_knows_no_id_and_no_module)
{
	static const char text[] = HEAD "\"message\":\"a longer message\"}\n";
	struct mxlog_canonical_line_cache cache = { 0 };
	struct mxlog_canonical_line view;
	char line[1024] = "";

	memcpy(line, text, sizeof(text));
	memset(line + MXLOG_CANONICAL_TRACE_ID, 0, 26);
	ck_assert(!mxlog_canonical_line_parse(&view, &cache, line,
	    line + sizeof(text) - 1));
	memcpy(line, text, sizeof(text));
	memset(line + 111, 0, strlen("src.queue"));
	ck_assert(!mxlog_canonical_line_parse(&view, &cache, line,
	    line + sizeof(text) - 1));
}
END_TEST

START_TEST(modules_of_one_id_are_the_same)
{
	static const char *const names[] = { "a", "b", "a.b", "src.queue",
		"m234567890123456", "m2345678901234567",
		"m2345678901234567890123456789012",
		"m23456789012345678901234567890123", "src.queue.x" };
	struct mxlog_canonical_line_cache cache = { 0 };
	uint64_t ids[ARRAY_LEN(names)] = { 0 };
	struct mxlog_canonical_line view;
	char line[1024];

	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			int n = snprintf(line, sizeof(line),
			    "%.111s%s\",\"message\":\"a longer message\"}\n",
			    HEAD, names[i]);

			ck_assert(mxlog_canonical_line_parse(&view, &cache,
			    line, line + n));
			ck_assert_uint_eq(view.module.len, strlen(names[i]));
			ck_assert_mem_eq(view.module.text, names[i],
			    view.module.len);
			ids[i] = view.module_id;
			for (size_t k = 0; k < i; k++)
				ck_assert(ids[k] != ids[i] || ids[i] == 0);
		}
	}
	ck_assert_uint_ne(ids[3], 0);
}
END_TEST

SUITE("view", an_empty_cache_knows_no_id_and_no_module,
    modules_of_one_id_are_the_same, a_canonical_line_shows_its_fields,
    no_damage_of_one_byte_deceives_it,
    what_is_not_canonical_is_left_to_the_decoder)
