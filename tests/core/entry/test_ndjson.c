/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/ndjson.h"

#include <stdio.h>

#include "base/reterr.h"
#include "base/utf8.h"
#include "starve.h"
#include "suite.h"

#define ID   "01HQ8Z9X0ABCDEFGH1JK1MN0PQ"
#define TIME "2026-01-28T15:30:45.123456Z"
#define HEAD                                                               \
	"{\"trace_id\":\"" ID "\",\"timestamp\":\"" TIME "\",\"level\":\"" \
	"INFO\",\"module\":\"a.b\",\"message\":\"m\""

static struct mxlog_buf read_data(const char *name)
{
	struct mxlog_buf buf = { 0 };
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), MXLOG_SOURCE_DIR "/tests/data/%s",
	    name);
	file = fopen(path, "rb");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(mxlog_buf_reserve(&buf, 65536), 0);
	buf.len = fread(buf.data, 1, buf.capacity, file);
	(void)fclose(file);
	return buf;
}

static struct mxlog_entry *new_entry(void)
{
	struct mxlog_entry *entry;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	return entry;
}

static void check_text(const struct mxlog_buf *buf, const char *expected)
{
	ck_assert_msg(buf->len == strlen(expected) &&
		memcmp(buf->data, expected, buf->len) == 0,
	    "got      %.*s\nexpected %s", (int)buf->len, buf->data, expected);
}

/* Decode, normalise, encode: the canonical line, and that is its own. */
static void check_line(const char *line, size_t len, const char *expected)
{
	struct mxlog_entry *entry = new_entry();
	struct mxlog_buf once = { 0 }, twice = { 0 };
	struct mxlog_error error = { 0 };
	int r;

	r = mxlog_ndjson_decode(line, len, entry, &error);
	ck_assert_msg(r == 0, "%.*s: %s", (int)len, line, error.text);
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &once), 0);
	check_text(&once, expected);

	ck_assert_int_eq(mxlog_ndjson_decode(once.data, once.len, entry,
			     &error),
	    0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &twice), 0);
	check_text(&twice, expected);
	mxlog_buf_done(&once);
	mxlog_buf_done(&twice);
	mxlog_entry_free(entry);
}

static void check_refused(const char *line, const char *why)
{
	struct mxlog_entry *entry = new_entry();
	struct mxlog_error error = { 0 };

	ck_assert_int_eq(mxlog_ndjson_decode(line, strlen(line), entry, &error),
	    -EBADMSG);
	ck_assert_int_eq(error.code, -EBADMSG);
	ck_assert_msg(strstr(error.text, why) != NULL, "%s: %s", line,
	    error.text);
	ck_assert_int_eq(mxlog_ndjson_decode(line, strlen(line), entry, NULL),
	    -EBADMSG);
	mxlog_entry_free(entry);
}

START_TEST(the_models_entry_round_trips_to_its_canonical_form)
{
	struct mxlog_buf example = read_data("models/entry.json");

	check_line(example.data, example.len,
	    "{\"trace_id\":\"" ID "\",\"timestamp\":\"" TIME
	    "\",\"level\":\"INFO\",\"module\":\"src.control_plane.state_"
	    "machine\",\"function\":\"transition\",\"line_number\":142,"
	    "\"message\":\"Task transitioned successfully\",\"context\":{"
	    "\"task_id\":\"task-001\",\"from_state\":\"Inbox\",\"to_state\":"
	    "\"Needs_Action\",\"actor\":\"system\"},\"duration_ms\":145.32,"
	    "\"tags\":[\"state_transition\"]}\n");
	mxlog_buf_done(&example);
}
END_TEST

START_TEST(the_models_exception_round_trips_to_its_canonical_form)
{
	static const char expected[] =
	    "{\"type\":\"FileOperationError\",\"message\":\"Failed to move "
	    "file: disk full\",\"stack_trace\":[{\"file\":\"src/control_plane/"
	    "state_machine.py\",\"line\":170,\"function\":\"transition\","
	    "\"code\":\"atomic_move(source_path, destination_path)\"}],"
	    "\"cause\":{\"type\":\"OSError\",\"message\":\"[Errno 28] No space "
	    "left on device\",\"stack_trace\":[]}}";
	struct mxlog_buf example = read_data("models/exception.json");
	struct mxlog_exception *exception;
	struct mxlog_buf out = { 0 };

	ck_assert_int_eq(mxlog_ndjson_decode_exception(example.data,
			     example.len, &exception, NULL),
	    0);
	ck_assert_int_eq(mxlog_ndjson_encode_exception(exception, &out), 0);
	check_text(&out, expected);
	mxlog_exception_free(exception);

	out.len = 0;
	ck_assert_int_eq(mxlog_buf_printf(&out, HEAD ",\"exception\":%s}\n",
			     expected),
	    0);
	ck_assert_int_eq(mxlog_buf_add_char(&out, '\0'), 0);
	check_line(out.data, out.len - 1, out.data);
	mxlog_buf_done(&out);
	mxlog_buf_done(&example);
}
END_TEST

START_TEST(the_models_metric_round_trips_to_its_canonical_form)
{
	static const char expected[] =
	    "{\"trace_id\":\"" ID "\",\"timestamp\":\"2026-01-28T15:30:45."
	    "000000Z\",\"metric_name\":\"state_transition.duration\","
	    "\"metric_type\":\"DURATION\",\"value\":145.32,\"unit\":"
	    "\"milliseconds\",\"tags\":{\"from_state\":\"Inbox\",\"to_state\":"
	    "\"Needs_Action\",\"result\":\"success\"}}\n";
	struct mxlog_buf example = read_data("models/metric.json");
	struct mxlog_metric *metric;
	struct mxlog_buf out = { 0 };

	ck_assert_int_eq(mxlog_metric_new(&metric), 0);
	ck_assert_int_eq(mxlog_ndjson_decode_metric(example.data, example.len,
			     metric, NULL),
	    0);
	ck_assert_int_eq(mxlog_metric_normalise(metric), 0);
	ck_assert_int_eq(mxlog_ndjson_encode_metric(metric, &out), 0);
	check_text(&out, expected);

	ck_assert_int_eq(mxlog_ndjson_decode_metric(expected, strlen(expected),
			     metric, NULL),
	    0);
	out.len = 0;
	ck_assert_int_eq(mxlog_ndjson_encode_metric(metric, &out), 0);
	check_text(&out, expected);
	mxlog_metric_free(metric);
	mxlog_buf_done(&out);
	mxlog_buf_done(&example);
}
END_TEST

START_TEST(any_json_form_of_an_entry_is_read)
{
	static const char line[] =
	    " { \"process_id\" : 4711, \"thread_id\":\"0x7f\", \"tags\":[\"a\","
	    "\"b\",\"a\"] ,\"exception\":null, \"context\": {\"b\" : [ 1 , "
	    "2.50 ],\"a\":null,\"t\":\"\\u00e9\"},\"duration_ms\":10,"
	    "\"function\":null,\"requestId\":\"r-1\",\"m\\u0065ssage\":"
	    "\"m\\u0041\\n\",\"module\":\"a.b\",\"level\":\"ERROR\","
	    "\"timestamp\":\"2026-01-28T15:30:45.1+00:00\",\"trace_id\":"
	    "\"01hq8z9x0abcdefghijklmnopq\" } \r\n";

	check_line(line, strlen(line),
	    "{\"trace_id\":\"" ID "\",\"timestamp\":\"2026-01-28T15:30:45."
	    "100000Z\",\"level\":\"ERROR\",\"module\":\"a.b\",\"message\":"
	    "\"mA\\n\",\"context\":{\"b\":[1,2.50],\"a\":null,\"t\":\""
	    "\xc3\xa9\",\"request_id\":\"r-1\"},\"duration_ms\":10.0,\"tags\":["
	    "\"a\",\"b\"],\"thread_id\":\"0x7f\",\"process_id\":\"4711\"}\n");
}
END_TEST

START_TEST(of_equal_keys_none_is_lost)
{
	static const char line[] =
	    HEAD ",\"context\":{\"a\":1,\"b\":2,\"a\":3},\"a\":4,\"B\":5}";

	check_line(line, strlen(line),
	    HEAD ",\"context\":{\"a\":1,\"b\":2,\"a_2\":3,\"a_3\":4,\"b_2\":5}}"
		 "\n");
}
END_TEST

START_TEST(keys_of_context_that_others_wrote_become_snake_case)
{
	static const char line[] =
	    HEAD ",\"context\":{\"taskId\":1,\"a.b\":2,\"\":3,\"task_id\":4}}";

	/* Who has the name already keeps it. */
	check_line(line, strlen(line),
	    HEAD ",\"context\":{\"task_id_2\":1,\"a_b\":2,\"_\":3,"
		 "\"task_id\":4}}\n");
}
END_TEST

static void timed_line(char out[256], const char *time, const char *end)
{
	(void)snprintf(out, 256,
	    "{\"trace_id\":\"" ID "\",\"timestamp\":\"%s\",\"level\":"
	    "\"INFO\",\"module\":\"m\",\"message\":\"x\"}%s",
	    time, end);
}

START_TEST(a_time_of_another_zone_is_converted)
{
	static const struct {
		const char *given, *read;
	} cases[] = {
		{ "2026-01-28T15:30:45+01:00", "2026-01-28T14:30:45.000000Z" },
		{ "2026-01-28T15:30:45.5-0030", "2026-01-28T16:00:45.500000Z" },
		{ "2026-01-28T00:30:00+05:45", "2026-01-27T18:45:00.000000Z" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char line[256], expected[256];

		timed_line(line, cases[i].given, "");
		timed_line(expected, cases[i].read, "\n");
		check_line(line, strlen(line), expected);
	}
	check_refused("{\"timestamp\":\"0001-01-01T00:30:00+01:00\"}",
	    "timestamp is no");
}
END_TEST

START_TEST(a_line_that_was_read_can_be_written_as_it_is)
{
	static const char line[] =
	    HEAD ",\"context\":{\"a\":1,\"a\":2},\"b\":\"x\"}";
	struct mxlog_entry *entry = new_entry();
	struct mxlog_buf out = { 0 };

	ck_assert_int_eq(mxlog_ndjson_decode(line, strlen(line), entry, NULL),
	    0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &out), 0);
	check_text(&out,
	    HEAD ",\"context\":{\"a\":1,\"a_2\":2,\"b\":\"x\"}}\n");
	mxlog_buf_done(&out);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(empty_context_and_tags_are_left_out)
{
	static const char line[] = HEAD ",\"context\":{},\"tags\":[]}";

	check_line(line, strlen(line), HEAD "}\n");
}
END_TEST

/* HEAD with one member replaced, or something behind it. */
START_TEST(every_rule_of_the_models_can_be_broken)
{
	static const struct {
		const char *line;
		const char *why;
	} cases[] = {
		{ "{\"timestamp\":\"" TIME "\",\"level\":\"INFO\",\"module\":"
		  "\"m\",\"message\":\"\"}",
		    "trace_id: is missing" },
		{ "{\"trace_id\":\"01HQ8Z9X0ABCDEFGH1JK1MN0P\"}",
		    "trace_id is no ULID" },
		{ "{\"trace_id\":\"01HQ8Z9X0ABCDEFGH1JK1MN0P!\"}",
		    "trace_id is no ULID" },
		{ "{\"trace_id\":\"81HQ8Z9X0ABCDEFGH1JK1MN0PQ\"}",
		    "trace_id is no ULID" },
		{ "{\"trace_id\":1}", "trace_id is no string" },
		{ "{\"trace_id\":\"" ID "\",\"level\":\"INFO\",\"module\":"
		  "\"m\",\"message\":\"\"}",
		    "timestamp: is missing" },
		{ "{\"timestamp\":\"2026-01-28T15:30:45\"}",
		    "timestamp is no ISO 8601 time" },
		{ "{\"timestamp\":\"2026-02-30T15:30:45Z\"}",
		    "timestamp is no ISO 8601 time" },
		{ "{\"timestamp\":1769614245}", "timestamp is no" },
		{ "{\"trace_id\":\"" ID "\",\"timestamp\":\"" TIME "\"}",
		    "level is missing" },
		{ "{\"level\":\"info\"}", "level is none of" },
		{ "{\"level\":\"WARN\"}", "level is none of" },
		{ "{\"level\":\"\"}", "level is none of" },
		{ "{\"level\":20}", "level is none of" },
		{ "{\"trace_id\":\"" ID "\",\"timestamp\":\"" TIME
		  "\",\"level\":\"INFO\",\"message\":\"\"}",
		    "module: is missing" },
		{ "{\"trace_id\":\"" ID "\",\"timestamp\":\"" TIME
		  "\",\"level\":\"INFO\",\"module\":\"a-b\",\"message\":\"\"}",
		    "module: is no dotted name" },
		{ "{\"trace_id\":\"" ID "\",\"timestamp\":\"" TIME
		  "\",\"level\":\"INFO\",\"module\":\"a\"}",
		    "message: is missing" },
		{ "{\"message\":7}", "message is no string" },
		{ HEAD ",\"message\":\"m\"}", "message is there twice" },
		{ HEAD ",\"function\":[]}", "function is no string" },
		{ HEAD ",\"line_number\":-1}", "line_number is no" },
		{ HEAD ",\"line_number\":1.5}", "line_number is no" },
		{ HEAD ",\"line_number\":\"1\"}", "line_number is no" },
		{ HEAD ",\"line_number\":2147483648}", "line_number is no" },
		{ HEAD ",\"context\":[]}", "context is no object" },
		{ HEAD ",\"duration_ms\":-0.1}", "duration_ms is negative" },
		{ HEAD ",\"duration_ms\":1e999}", "duration_ms is no number" },
		{ HEAD ",\"duration_ms\":\"1\"}", "duration_ms is no number" },
		{ HEAD ",\"tags\":\"a\"}", "tags is no array" },
		{ HEAD ",\"tags\":[1]}", "tags is no string" },
		{ HEAD ",\"tags\":[\"\"]}", "tags: one is empty" },
		{ HEAD ",\"process_id\":{}}", "process_id is no string" },
		{ HEAD ",\"thread_id\":true}", "thread_id is no string" },
		{ HEAD ",\"exception\":\"x\"}", "exception is no object" },
		{ HEAD ",\"exception\":{}}", "exception lacks" },
		{ HEAD ",\"exception\":{\"type\":\"E\",\"message\":\"\"}}",
		    "exception lacks" },
		{ HEAD ",\"exception\":{\"type\":\"\",\"message\":\"\","
		       "\"stack_trace\":[]}}",
		    "exception lacks" },
		{ HEAD ",\"exception\":{\"stack_trace\":{}}}",
		    "stack_trace that is no array" },
		{ HEAD ",\"exception\":{\"stack_trace\":[{}]}}",
		    "frame without file" },
		{ HEAD ",\"exception\":{\"stack_trace\":[1]}}",
		    "frame that is no object" },
		{ HEAD ",\"exception\":{\"stack_trace\":[{\"line\":-1}]}}",
		    "frame whose line" },
		{ HEAD ",\"exception\":{\"cause\":{\"cause\":{}}}}",
		    "exception lacks" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_refused(cases[i].line, cases[i].why);
}
END_TEST

START_TEST(what_is_no_object_is_refused)
{
	static const char *const lines[] = { "", " ", "[]", "1", "\"x\"",
		"null", "{", HEAD, HEAD "}x", HEAD "}{}", HEAD ",}",
		"\xef\xbb\xbf" HEAD "}" };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		check_refused(lines[i], "no JSON");
}
END_TEST

START_TEST(every_torn_line_is_refused)
{
	static const char line[] =
	    HEAD ",\"context\":{\"a\":[1,{\"b\":\"c\"}]},\"duration_ms\":1.0}";
	struct mxlog_entry *entry = new_entry();

	for (size_t len = 0; len < sizeof(line) - 1; len++) {
		char *copy = malloc(len + 1);

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, line, len);
		ck_assert_int_eq(mxlog_ndjson_decode(copy, len, entry, NULL),
		    -EBADMSG);
		free(copy);
	}
	ck_assert_int_eq(mxlog_ndjson_decode(line, sizeof(line) - 1, entry,
			     NULL),
	    0);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(an_error_says_where_it_is)
{
	static const char line[] = HEAD ",\"line_number\":x}";
	struct mxlog_entry *entry = new_entry();
	struct mxlog_error error = { 0 };

	ck_assert_int_eq(mxlog_ndjson_decode(line, sizeof(line) - 1, entry,
			     &error),
	    -EBADMSG);
	ck_assert_uint_eq(error.offset, sizeof(line) - 3);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(a_line_may_be_as_long_as_is_said_and_no_longer)
{
	struct mxlog_entry *entry = new_entry();
	struct mxlog_buf line = { 0 };
	size_t head = sizeof(HEAD ",\"function\":\"") - 1;

	ck_assert_int_eq(mxlog_buf_reserve(&line, MXLOG_LINE_MAX + 1), 0);
	memset(line.data, 'x', MXLOG_LINE_MAX + 1);
	memcpy(line.data, HEAD ",\"function\":\"", head);
	memcpy(line.data + MXLOG_LINE_MAX - 3, "\"}\n", 3);
	ck_assert_int_eq(mxlog_ndjson_decode(line.data, MXLOG_LINE_MAX, entry,
			     NULL),
	    0);
	/* What comes of it is cut like what an application gives. */
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	line.len = 0;
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &line), 0);
	ck_assert_uint_le(line.len, MXLOG_LINE_MAX);

	memset(line.data, ' ', MXLOG_LINE_MAX + 1);
	memcpy(line.data, HEAD "}", sizeof(HEAD "}") - 1);
	ck_assert_int_eq(mxlog_ndjson_decode(line.data, MXLOG_LINE_MAX - 1,
			     entry, NULL),
	    0);
	ck_assert_int_eq(mxlog_ndjson_decode(line.data, MXLOG_LINE_MAX, entry,
			     NULL),
	    -EBADMSG);
	mxlog_buf_done(&line);
	mxlog_entry_free(entry);
}
END_TEST

/* 33 causes: one more than we write. */
START_TEST(causes_are_bounded)
{
	struct mxlog_buf line = { 0 };
	struct mxlog_entry *entry = new_entry();

	for (int depth = 32; depth <= 33; depth++) {
		line.len = 0;
		ck_assert_int_eq(mxlog_buf_printf(&line,
				     "%s,\"exception\":", HEAD),
		    0);
		for (int i = 0; i < depth; i++)
			ck_assert_int_eq(
			    mxlog_buf_printf(&line,
				"%s{\"type\":\"E\",\"message\":\"\","
				"\"stack_trace\":[]",
				i ? ",\"cause\":" : ""),
			    0);
		for (int i = 0; i <= depth; i++)
			ck_assert_int_eq(mxlog_buf_add_char(&line, '}'), 0);
		ck_assert_int_eq(mxlog_ndjson_decode(line.data, line.len, entry,
				     NULL),
		    depth == 32 ? 0 : -EBADMSG);
	}
	mxlog_buf_done(&line);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(a_line_is_one_line_whatever_the_texts_are)
{
	static const char text[] = "a\nb\r\x0b\x0c\x85\xe2\x80\xa8\xe2\x80\xa9"
				   "\xc2\x85\0\x7f\xff";
	struct mxlog_entry *entry = new_entry();
	struct mxlog_buf out = { 0 };
	const char *got;
	size_t len;

	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID, ID, 26),
	    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, text,
			     sizeof(text) - 1),
	    0);
	ck_assert_int_eq(mxlog_entry_add_context(entry, "k", 1, text,
			     sizeof(text) - 1),
	    0);
	mxlog_entry_set_time(entry, 0);
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &out), 0);
	for (size_t i = 0; i + 1 < out.len; i++)
		ck_assert((unsigned char)out.data[i] >= ' ');
	ck_assert_int_eq(out.data[out.len - 1], '\n');
	ck_assert_uint_eq(mxlog_utf8_valid(out.data, out.len), out.len);

	ck_assert_int_eq(mxlog_ndjson_decode(out.data, out.len, entry, NULL),
	    0);
	ck_assert_int_eq(mxlog_entry_get(entry, MXLOG_FIELD_MESSAGE, &got,
			     &len),
	    1);
	ck_assert_uint_eq(len, sizeof(text) - 1 + 4);
	ck_assert_mem_eq(got + len - 5, "\0\x7f\xef\xbf\xbd", 5);
	mxlog_buf_done(&out);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(damaged_lines_cost_themselves_alone)
{
	const char *path =
	    MXLOG_CORPUS_DIR "/hostile-ndjson/torn_then_append_fused.jsonl";
	struct mxlog_entry *entry = new_entry();
	FILE *file = fopen(path, "rb");
	char line[4096];
	int good = 0, bad = 0;

	if (!file) {
		printf("skipped: no corpus at %s\n", path);
		mxlog_entry_free(entry);
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		if (mxlog_ndjson_decode(line, strlen(line), entry, NULL) == 0)
			good++;
		else
			bad++;
	}
	(void)fclose(file);
	ck_assert_int_eq(good, 3);
	ck_assert_int_eq(bad, 1);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(trace_id_and_timestamp_stand_at_fixed_places)
{
	struct mxlog_buf example = read_data("models/entry.json");
	struct mxlog_entry *entry = new_entry();
	struct mxlog_buf out = { 0 };

	ck_assert_int_eq(mxlog_ndjson_decode(example.data, example.len, entry,
			     NULL),
	    0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &out), 0);
	ck_assert_mem_eq(out.data, "{\"trace_id\":\"", 13);
	ck_assert_mem_eq(out.data + 13, ID, 26);
	ck_assert_mem_eq(out.data + 39, "\",\"timestamp\":\"", 15);
	ck_assert_mem_eq(out.data + 54, TIME, 27);
	ck_assert_mem_eq(out.data + 81, "\",\"level\":\"INFO", 15);
	mxlog_buf_done(&out);
	mxlog_buf_done(&example);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(an_allocation_that_fails_leaves_the_output_alone)
{
	struct mxlog_entry *entry = new_entry();
	struct mxlog_buf out = { .data = NULL,
		.len = SIZE_MAX / 2 - 100,
		.capacity = SIZE_MAX / 2 - 100 };

	ck_assert_int_eq(mxlog_ndjson_decode(HEAD "}", sizeof(HEAD "}") - 1,
			     entry, NULL),
	    0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &out), -ENOMEM);
	ck_assert_uint_eq(out.len, SIZE_MAX / 2 - 100);
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(lack_of_memory_while_reading_is_told_apart_from_damage)
{
	struct mxlog_buf line = read_data("fuzz_ndjson/full_entry.json");
	struct mxlog_buf metric_line = read_data("models/metric.json");
	bool hungry = true;

	for (unsigned long n = 1; hungry; n++) {
		struct mxlog_metric *metric = NULL;
		struct mxlog_entry *entry = NULL;
		int r;

		starve(n);
		r = mxlog_entry_new(&entry);
		if (r == 0)
			r = mxlog_ndjson_decode(line.data, line.len, entry,
			    NULL);
		if (r == 0)
			r = mxlog_metric_new(&metric);
		if (r == 0)
			r = mxlog_ndjson_decode_metric(metric_line.data,
			    metric_line.len, metric, NULL);
		hungry = starve_done();
		ck_assert_int_eq(r, hungry ? -ENOMEM : 0);
		mxlog_entry_free(entry);
		mxlog_metric_free(metric);
	}
	mxlog_buf_done(&line);
	mxlog_buf_done(&metric_line);
}
END_TEST

SUITE("ndjson", the_models_entry_round_trips_to_its_canonical_form,
    the_models_exception_round_trips_to_its_canonical_form,
    the_models_metric_round_trips_to_its_canonical_form,
    any_json_form_of_an_entry_is_read, of_equal_keys_none_is_lost,
    keys_of_context_that_others_wrote_become_snake_case,
    a_time_of_another_zone_is_converted,
    a_line_that_was_read_can_be_written_as_it_is,
    empty_context_and_tags_are_left_out, every_rule_of_the_models_can_be_broken,
    what_is_no_object_is_refused, every_torn_line_is_refused,
    an_error_says_where_it_is, a_line_may_be_as_long_as_is_said_and_no_longer,
    causes_are_bounded, a_line_is_one_line_whatever_the_texts_are,
    damaged_lines_cost_themselves_alone,
    trace_id_and_timestamp_stand_at_fixed_places,
    an_allocation_that_fails_leaves_the_output_alone,
    lack_of_memory_while_reading_is_told_apart_from_damage)
