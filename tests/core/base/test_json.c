/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <dirent.h>
#include <stdio.h>

#include "suite.h"

/* 0 if all of the text is one JSON value. */
static int scan(const char *text, size_t len)
{
	struct mxlog_json_token token;
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, text, len);
	while ((r = mxlog_json_next(&json, &token)) > 0)
		;
	return r;
}

static void check_compact(const char *text, size_t len, const char *expected,
    size_t expected_len)
{
	struct mxlog_buf once = { 0 }, twice = { 0 };

	ck_assert_int_eq(mxlog_json_compact(&once, text, len), 0);
	if (expected) {
		ck_assert_uint_eq(once.len, expected_len);
		ck_assert_mem_eq(once.data, expected, once.len);
	}
	ck_assert_int_eq(mxlog_json_compact(&twice, once.data, once.len), 0);
	ck_assert_uint_eq(twice.len, once.len);
	ck_assert_mem_eq(twice.data, once.data, once.len);
	mxlog_buf_done(&once);
	mxlog_buf_done(&twice);
}

START_TEST(tokens_come_in_order_with_their_depth)
{
	static const struct {
		enum mxlog_json_type type;
		unsigned depth;
		const char *text;
	} expected[] = {
		{ MXLOG_JSON_OBJECT, 0, "{" },
		{ MXLOG_JSON_KEY, 1, "a" },
		{ MXLOG_JSON_ARRAY, 1, "[" },
		{ MXLOG_JSON_NUMBER, 2, "-1.50E+3" },
		{ MXLOG_JSON_STRING, 2, "x\\ny" },
		{ MXLOG_JSON_ARRAY, 2, "[" },
		{ MXLOG_JSON_ARRAY_END, 2, "]" },
		{ MXLOG_JSON_ARRAY_END, 1, "]" },
		{ MXLOG_JSON_KEY, 1, "" },
		{ MXLOG_JSON_NULL, 1, "null" },
		{ MXLOG_JSON_KEY, 1, "c" },
		{ MXLOG_JSON_TRUE, 1, "true" },
		{ MXLOG_JSON_KEY, 1, "d" },
		{ MXLOG_JSON_FALSE, 1, "false" },
		{ MXLOG_JSON_OBJECT_END, 0, "}" },
	};
	const char *text = " { \"a\" : [ -1.50E+3 ,\t\"x\\ny\",[]\r\n], "
			   "\"\":null,\"c\":true,\"d\":false } ";
	struct mxlog_json_token token;
	struct mxlog_json json;

	mxlog_json_init(&json, text, strlen(text));
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		ck_assert_int_eq(mxlog_json_next(&json, &token), 1);
		ck_assert_int_eq(token.type, expected[i].type);
		ck_assert_uint_eq(token.depth, expected[i].depth);
		ck_assert_uint_eq(token.len, strlen(expected[i].text));
		ck_assert_mem_eq(token.text, expected[i].text, token.len);
		ck_assert_int_eq(token.escaped, i == 4);
	}
	ck_assert_int_eq(mxlog_json_next(&json, &token), 0);
	ck_assert_int_eq(mxlog_json_next(&json, &token), 0);
}
END_TEST

START_TEST(skipping_passes_over_a_container_and_spans_it)
{
	const char *text = "{\"a\":[1,{\"b\":[]}],\"c\":2}";
	struct mxlog_json_token token;
	struct mxlog_json json;

	mxlog_json_init(&json, text, strlen(text));
	ck_assert_int_eq(mxlog_json_next(&json, &token), 1);
	ck_assert_int_eq(mxlog_json_next(&json, &token), 1);
	ck_assert_int_eq(mxlog_json_skip(&json, &token), 0);
	ck_assert_int_eq(mxlog_json_next(&json, &token), 1);
	ck_assert_int_eq(mxlog_json_skip(&json, &token), 0);
	ck_assert_uint_eq(token.len, 12);
	ck_assert_mem_eq(token.text, "[1,{\"b\":[]}]", 12);
	ck_assert_int_eq(mxlog_json_next(&json, &token), 1);
	ck_assert(mxlog_json_equals(&token, LITERAL("c")));
}
END_TEST

START_TEST(a_member_is_its_name_and_value_at_once)
{
	const char *text = " { \"a\" : 1,\"b\\n\":\"c\" , \"d\":{\"e\":[]}}";
	struct mxlog_json_token key, value;
	struct mxlog_json json;

	mxlog_json_init(&json, text, strlen(text));
	ck_assert_int_eq(mxlog_json_next(&json, &key), 1);
	ck_assert_int_eq(mxlog_json_next_member(&json, &key, &value), 1);
	ck_assert(mxlog_json_equals(&key, LITERAL("a")));
	ck_assert_int_eq(value.type, MXLOG_JSON_NUMBER);
	ck_assert_int_eq(mxlog_json_next_member(&json, &key, &value), 1);
	ck_assert(mxlog_json_equals(&key, LITERAL("b\n")));
	ck_assert(mxlog_json_equals(&value, LITERAL("c")));
	ck_assert_int_eq(mxlog_json_next_member(&json, &key, &value), 1);
	ck_assert_int_eq(value.type, MXLOG_JSON_OBJECT);
	ck_assert_int_eq(mxlog_json_next_member(&json, &key, &value), 1);
	ck_assert_uint_eq(key.depth, 2);
	ck_assert_int_eq(mxlog_json_skip(&json, &value), 0);
	ck_assert_int_eq(mxlog_json_next_member(&json, &key, &value), 0);
	ck_assert_int_eq(mxlog_json_next_member(&json, &key, &value), 0);
	ck_assert_int_eq(mxlog_json_next(&json, &key), 0);
}
END_TEST

/* All members of the outermost object; the first error. */
static int scan_members(const char *text)
{
	struct mxlog_json_token key, value;
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, text, strlen(text));
	ck_assert_int_eq(mxlog_json_next(&json, &key), 1);
	while ((r = mxlog_json_next_member(&json, &key, &value)) > 0) {
		r = mxlog_json_skip(&json, &value);
		if (r < 0)
			break;
	}
	return r < 0 ? r : mxlog_json_next(&json, &key);
}

START_TEST(members_that_are_none_are_refused)
{
	static const char *const good[] = { "{}", "{ }", "{\"a\":1}",
		"{\"a\":[{}],\"b\":{}}" };
	static const char *const bad[] = { "{", "{,}", "{,\"a\":1}",
		"{\"a\":1,}", "{\"a\":1", "{\"a\":1,", "{\"a\":", "{\"a\"",
		"{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":1]", "{]", "{1:2}",
		"{\"a\":}", "{\"a\":1,,\"b\":2}", "{}}", "{} {" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		ck_assert_int_eq(scan_members(good[i]), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(scan(bad[i], strlen(bad[i])), -EBADMSG);
		ck_assert_int_eq(scan_members(bad[i]), -EBADMSG);
	}
}
END_TEST

START_TEST(what_is_no_json_is_refused_where_it_stops_being_json)
{
	static const struct {
		const char *text;
		size_t at;
	} cases[] = {
		{ "", 0 },
		{ "  ", 2 },
		{ "{", 1 },
		{ "[1,]", 3 },
		{ "{\"a\":1,}", 7 },
		{ "{,}", 1 },
		{ "[,1]", 1 },
		{ "[1 2]", 3 },
		{ "{\"a\" 1}", 5 },
		{ "{\"a\":1 \"b\":2}", 7 },
		{ "{1:2}", 1 },
		{ "[1}", 2 },
		{ "1 2", 2 },
		{ "nul", 0 },
		{ "01", 1 },
		{ "\"a\tb\"", 2 },
		{ "\"a\\x\"", 2 },
		{ "\"a\\u12g4\"", 2 },
		{ "\"a", 2 },
		{ "\"0123456789012345678\n", 20 },
		{ "]", 0 },
		{ "\xef\xbb\xbf{}", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_json_token token;
		struct mxlog_json json;
		int r;

		mxlog_json_init(&json, cases[i].text, strlen(cases[i].text));
		while ((r = mxlog_json_next(&json, &token)) > 0)
			;
		ck_assert_int_eq(r, -EBADMSG);
		ck_assert_uint_eq((size_t)(json.at - json.start), cases[i].at);
	}
}
END_TEST

START_TEST(depth_is_limited_and_told_apart)
{
	char text[2 * MXLOG_JSON_DEPTH + 2];
	const size_t n = MXLOG_JSON_DEPTH;

	memset(text, '[', n + 1);
	memset(text + n, ']', n);
	ck_assert_int_eq(scan(text, 2 * n), 0);
	check_compact(text, 2 * n, text, 2 * n);
	memset(text, '[', n + 1);
	ck_assert_int_eq(scan(text, n + 1), -E2BIG);
	ck_assert_int_eq(scan(text, n), -EBADMSG);
}
END_TEST

START_TEST(a_string_is_decoded_with_what_is_broken_replaced)
{
	static const struct {
		const char *json;
		const char *text;
		size_t len;
	} cases[] = {
		{ "", LITERAL("") },
		{ "\\\"\\\\\\/\\b\\f\\n\\r\\t", LITERAL("\"\\/\b\f\n\r\t") },
		{ "a\\u0000b", LITERAL("a\0b") },
		{ "\\u00e9\\u20AC", LITERAL("\xc3\xa9\xe2\x82\xac") },
		{ "\\ud83d\\ude00!", LITERAL("\xf0\x9f\x98\x80!") },
		{ "\\ud83d!", LITERAL("\xef\xbf\xbd!") },
		{ "\\ude00\\ud83d",
		    LITERAL("\xef\xbf\xbd"
			    "\xef\xbf\xbd") },
		{ "\\ud83d\\n", LITERAL("\xef\xbf\xbd\n") },
		{ "\\ud83d_ude00", LITERAL("\xef\xbf\xbd_ude00") },
		{ "\\ud83d\\\\ude00", LITERAL("\xef\xbf\xbd\\ude00") },
		{ "\\ud83d\\ud83d\\ude00",
		    LITERAL("\xef\xbf\xbd\xf0\x9f\x98\x80") },
		{ "a\xff\\n", LITERAL("a\xef\xbf\xbd\n") },
		{ "\xe2\x82\\n", LITERAL("\xef\xbf\xbd\n") },
		{ "\xe2\x82", LITERAL("\xef\xbf\xbd") },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_json_token token = { .type = MXLOG_JSON_STRING,
			.text = cases[i].json,
			.len = strlen(cases[i].json),
			.escaped = strchr(cases[i].json, '\\') != NULL };
		struct mxlog_buf buf = { 0 };

		ck_assert_int_eq(mxlog_json_decode(&buf, &token), 0);
		ck_assert_uint_eq(buf.len, cases[i].len);
		if (buf.len > 0)
			ck_assert_mem_eq(buf.data, cases[i].text, buf.len);
		ck_assert(
		    mxlog_json_equals(&token, cases[i].text, cases[i].len));
		ck_assert(!mxlog_json_equals(&token, LITERAL("other text")));
		ck_assert(cases[i].len == 0 ||
		    !mxlog_json_equals(&token, cases[i].text,
			cases[i].len - 1));
		mxlog_buf_done(&buf);
	}
}
END_TEST

START_TEST(only_what_must_be_escaped_is)
{
	struct mxlog_buf buf = { 0 };
	const char *text = "a\"b\\c/\b\f\n\r\t\x01\x1f\x7f\xc2\x80\xc2\x9f"
			   "\xc2\xa0\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2"
			   "\x80\xaa\xd0\x96";
	const char *expected =
	    "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f"
	    "\\u007f\\u0080\\u009f\xc2\xa0\xe2\x80\xa7\\u2028\\u2029\xe2\x80"
	    "\xaa\xd0\x96\"";

	ck_assert_int_eq(mxlog_json_quote(&buf, text, strlen(text)), 0);
	ck_assert_uint_eq(buf.len, strlen(expected));
	ck_assert_mem_eq(buf.data, expected, buf.len);
	ck_assert_uint_eq(mxlog_json_escaped_len(text, strlen(text)),
	    buf.len - 2);
	mxlog_buf_done(&buf);
}
END_TEST

/* Blocks of 16, their tails, and every place where one can be left. */
START_TEST(an_escape_is_right_at_every_place_of_a_long_text)
{
	struct mxlog_buf buf = { 0 };
	char text[70];

	for (size_t len = 1; len < sizeof(text); len++) {
		for (size_t at = 0; at < len; at++) {
			memset(text, 'x', sizeof(text));
			text[at] = '\n';
			buf.len = 0;
			ck_assert_int_eq(mxlog_json_escape(&buf, text, len), 0);
			ck_assert_uint_eq(buf.len, len + 1);
			ck_assert_mem_eq(buf.data + at, "\\n", 2);
			for (size_t i = 0; i < buf.len; i++)
				ck_assert(i == at || i == at + 1 ||
				    buf.data[i] == 'x');
		}
	}
	mxlog_buf_done(&buf);
}
END_TEST

START_TEST(any_text_survives_escaping_and_decoding)
{
	struct mxlog_buf text = { 0 }, json = { 0 }, back = { 0 };
	struct mxlog_json_token token;
	struct mxlog_json scanner;

	for (uint32_t c = 0; c < 0x3000; c++)
		if (c < 0xd800)
			ck_assert_int_eq(mxlog_buf_add(&text,
					     (char[3]){ (char)(0xe0 | c >> 12),
						 (char)(0x80 | (c >> 6 & 0x3f)),
						 (char)(0x80 | (c & 0x3f)) },
					     c < 0x800 ? 0 : 3),
			    0);
	for (int c = 0; c < 0x80; c++)
		ck_assert_int_eq(mxlog_buf_add_char(&text, (char)c), 0);
	ck_assert_int_eq(mxlog_json_quote(&json, text.data, text.len), 0);
	mxlog_json_init(&scanner, json.data, json.len);
	ck_assert_int_eq(mxlog_json_next(&scanner, &token), 1);
	ck_assert_int_eq(mxlog_json_decode(&back, &token), 0);
	ck_assert_uint_eq(back.len, text.len);
	ck_assert_mem_eq(back.data, text.data, text.len);
	check_compact(json.data, json.len, json.data, json.len);
	mxlog_buf_done(&text);
	mxlog_buf_done(&json);
	mxlog_buf_done(&back);
}
END_TEST

START_TEST(the_canonical_form_has_no_spaces_and_keeps_digits)
{
	check_compact(LITERAL(" { \"b\" : [ 1 , 2.50 , 1E5 , -0 ] , \"a\" : "
			      "{ } , \"s\" : \"\\u0041\\/\\u00e9\" } "),
	    LITERAL("{\"b\":[1,2.50,1E5,-0],\"a\":{},\"s\":\"A/\xc3\xa9\"}"));
	check_compact(LITERAL("123456789012345678901234567890"),
	    LITERAL("123456789012345678901234567890"));
	check_compact(LITERAL("\"\\ud83d\\ude00\\ud83d\""),
	    LITERAL("\"\xf0\x9f\x98\x80\xef\xbf\xbd\""));
	check_compact(LITERAL("\"\x7f\xe2\x80\xa8\xff\\u0000\""),
	    LITERAL("\"\\u007f\\u2028\xef\xbf\xbd\\u0000\""));
	check_compact(LITERAL("[\",\",\"[\",\":\",\"{\",[],{},0]"),
	    LITERAL("[\",\",\"[\",\":\",\"{\",[],{},0]"));
}
END_TEST

START_TEST(a_value_that_is_no_json_leaves_the_buffer_alone)
{
	struct mxlog_buf buf = { 0 };

	ck_assert_int_eq(mxlog_buf_add(&buf, "abc", 3), 0);
	ck_assert_int_eq(mxlog_json_compact(&buf, LITERAL("[1,2")), -EBADMSG);
	ck_assert_int_eq(mxlog_json_compact(&buf, LITERAL("1 1")), -EBADMSG);
	ck_assert_uint_eq(buf.len, 3);
	mxlog_buf_done(&buf);
}
END_TEST

static void check_parsing(const char *name, const char *text, size_t len)
{
	int r = scan(text, len);

	if (name[0] == 'y')
		ck_assert_msg(r == 0, "%s was refused: %d", name, r);
	if (name[0] == 'n')
		ck_assert_msg(r == -EBADMSG || r == -E2BIG, "%s was accepted",
		    name);
	if (r == 0)
		check_compact(text, len, NULL, 0);
}

START_TEST(the_parsing_test_suite_agrees)
{
	const char *path = MXLOG_CORPUS_DIR "/jsontestsuite/test_parsing";
	DIR *dir = opendir(path);
	struct dirent *item;
	char *text = malloc(1 << 20);
	int n = 0;

	ck_assert_ptr_nonnull(text);
	while (dir && (item = readdir(dir))) {
		char name[4096];
		size_t len;
		FILE *file;

		if (item->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, item->d_name);
		file = fopen(name, "rb");
		ck_assert_ptr_nonnull(file);
		len = fread(text, 1, 1 << 20, file);
		(void)fclose(file);
		check_parsing(item->d_name, text, len);
		n++;
	}
	if (dir)
		(void)closedir(dir);
	else
		printf("skipped: no corpus at %s\n", path);
	ck_assert_int_eq(!dir, n == 0);
	free(text);
}
END_TEST

SUITE("json", tokens_come_in_order_with_their_depth,
    skipping_passes_over_a_container_and_spans_it,
    a_member_is_its_name_and_value_at_once, members_that_are_none_are_refused,
    what_is_no_json_is_refused_where_it_stops_being_json,
    depth_is_limited_and_told_apart,
    a_string_is_decoded_with_what_is_broken_replaced,
    only_what_must_be_escaped_is,
    an_escape_is_right_at_every_place_of_a_long_text,
    any_text_survives_escaping_and_decoding,
    the_canonical_form_has_no_spaces_and_keeps_digits,
    a_value_that_is_no_json_leaves_the_buffer_alone,
    the_parsing_test_suite_agrees)
