/* SPDX-License-Identifier: Apache-2.0 */
#include "ndjson.h"

#include <stdio.h>

#include "reterr.h"
#include "suite.h"
#include "utf8.h"

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

__attribute__((unused)) static void check_refused(const char *line, const char *why)
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

START_TEST(empty_context_and_tags_are_left_out)
{
	static const char line[] = HEAD ",\"context\":{},\"tags\":[]}";

	check_line(line, strlen(line), HEAD "}\n");
}
END_TEST

SUITE("ndjson", the_models_entry_round_trips_to_its_canonical_form,
    the_models_exception_round_trips_to_its_canonical_form,
    the_models_metric_round_trips_to_its_canonical_form,
    any_json_form_of_an_entry_is_read, of_equal_keys_none_is_lost,
    empty_context_and_tags_are_left_out)
