/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_line.h"

#include "entry/ndjson.h"
#include "lines.h"
#include "suite.h"

#define HEAD                                            \
	"{\"trace_id\":\"01KG0YCQ0FKB8E829XZ11JN2Z5\"," \
	"\"timestamp\":\"2026-01-28T00:00:00.015516Z\","
#define LEVEL   HEAD "\"level\":\"ERROR\","
#define MODULE  LEVEL "\"module\":\"a.b\","
#define MESSAGE MODULE "\"message\":\"it failed\""

/* Does the scan take it? `text` has no newline. */
static bool scan(const char *text, struct mxlog_archive_line *ret)
{
	struct mxlog_buf buf = { 0 };
	bool taken;

	ck_assert_int_eq(mxlog_buf_add(&buf, text, strlen(text)), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&buf, '\n'), 0);
	taken = mxlog_archive_line_scan(buf.data, buf.len - 1, ret);
	mxlog_buf_done(&buf);
	return taken;
}

START_TEST(canonical_lines_are_taken_apart)
{
	static const char text[] = MODULE
	    "\"function\":\"f\","
	    "\"line_number\":12,\"message\":\"a \\\"b\\\" \\n\",\"context\":"
	    "{\"k\":[1,{\"x\":null}],\"k2\":-0.5},\"duration_ms\":1.5,"
	    "\"tags\":[\"x\",\"y\"],\"thread_id\":\"1\",\"process_id\":\"2\"}\n";
	struct mxlog_archive_line line;

	ck_assert(mxlog_archive_line_scan(text, strlen(text) - 1, &line));
	ck_assert_int_eq(line.time_usec, INT64_C(1769558400015516));
	ck_assert_uint_eq(line.level, 3);
	ck_assert_uint_eq(line.module_len, 3);
	ck_assert_mem_eq(line.module, "a.b", 3);
	ck_assert_uint_eq(line.message_len, strlen("a \\\"b\\\" \\n"));
	ck_assert(line.message_escaped);
	ck_assert_uint_eq(line.tags_len, 7);
	ck_assert_mem_eq(line.tags, "\"x\",\"y\"", 7);
}
END_TEST

/* Each of them is fine for decoding, or damaged: not for the quick look. */
START_TEST(what_is_unusual_is_left_to_decoding)
{
	static const char *const others[] = {
		"",
		"{",
		"{}",
		"null",
		MESSAGE,
		MESSAGE "} ",
		MESSAGE "}}",
		MODULE "\"message\":\"\"}",
		MODULE "\"message\":\"a\tb\"}",
		MODULE "\"message\":\"a\\/b\"}",
		MODULE "\"message\":\"a\\u00E9\"}",
		MODULE "\"message\":\"\\u212a\"}",
		MODULE "\"message\":\"\\ud83d\\ude00\"}",
		MODULE "\"message\":\"m\",\"message\":\"n\"}",
		MODULE "\"message\" :\"m\"}",
		LEVEL "\"message\":\"m\",\"module\":\"a\"}",
		HEAD "\"level\":\"error\",\"module\":\"a\",\"message\":\"m\"}",
		HEAD "\"level\":\"WARN\",\"module\":\"a\",\"message\":\"m\"}",
		MODULE "\"line_number\":01,\"message\":\"m\"}",
		MODULE "\"line_number\":-1,\"message\":\"m\"}",
		MESSAGE ",\"exception\":{\"type\":\"E\"}}",
		MESSAGE ",\"context\":{}}",
		MESSAGE ",\"context\":{\"K\":1}}",
		MESSAGE ",\"context\":{\"a\":01}}",
		MESSAGE ",\"context\":{\"a\":1e5}}",
		MESSAGE ",\"context\":{\"a\":[1,]}}",
		MESSAGE ",\"context\":{\"a\":tru}}",
		MESSAGE ",\"context\":{\"a\":1,}}",
		MESSAGE ",\"duration_ms\":-1}",
		MESSAGE ",\"tags\":[]}",
		MESSAGE ",\"tags\":[\"a\\n\"]}",
		MESSAGE ",\"tags\":[1]}",
		MESSAGE ",\"process_id\":\"\"}",
		MESSAGE ",\"process_id\":1}",
		MESSAGE ",\"process_id\":\"1\",\"tags\":[\"a\"]}",
		MESSAGE ",\"other\":1}",
	};
	struct mxlog_archive_line line;

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ck_assert_msg(!scan(others[i], &line), "%s", others[i]);
	ck_assert(scan(MESSAGE "}", &line));
}
END_TEST

START_TEST(a_line_cut_anywhere_is_not_taken)
{
	static const char text[] =
	    MESSAGE ",\"context\":{\"k\":[1,{\"x\":"
		    "\"y\\n\"}]},\"duration_ms\":1.5,\"tags\":[\"x\"]}";
	struct mxlog_archive_line line;
	char cut[sizeof(text)];

	ck_assert(scan(text, &line));
	for (size_t len = 0; len < strlen(text); len++) {
		memcpy(cut, text, len);
		cut[len] = '\0';
		ck_assert_msg(!scan(cut, &line), "%s", cut);
	}
}
END_TEST

START_TEST(what_is_written_is_taken)
{
	struct lines lines = { .time_usec = INT64_C(1769558400000000) };
	struct mxlog_archive_line line;
	struct mxlog_entry *entry;
	struct mxlog_buf text = { 0 };

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	for (int i = 0; i < 5000; i++) {
		text.len = 0;
		lines_add(&lines, &text);
		ck_assert(
		    mxlog_archive_line_scan(text.data, text.len - 1, &line));
		ck_assert_int_eq(mxlog_ndjson_decode(text.data, text.len - 1,
				     entry, NULL),
		    0);
		ck_assert_int_eq(line.time_usec, entry->time_usec);
		/* And what our own encoder makes of it. */
		text.len = 0;
		ck_assert_int_eq(mxlog_ndjson_encode(entry, &text), 0);
		ck_assert(
		    mxlog_archive_line_scan(text.data, text.len - 1, &line));
	}
	mxlog_entry_free(entry);
	mxlog_buf_done(&text);
}
END_TEST

SUITE("archive_line", canonical_lines_are_taken_apart,
    what_is_unusual_is_left_to_decoding, a_line_cut_anywhere_is_not_taken,
    what_is_written_is_taken)
