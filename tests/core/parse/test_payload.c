/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/payload.h>

#include <time.h>

#include "base/timestamp.h"
#include "entry/entry_private.h"
#include "entry/metric_private.h"
#include "entry/ndjson.h"
#include "parse/payload_private.h"
#include "starve.h"
#include "suite.h"

#define TRACE "01HQ8Z9X0ABCDEFGHJKMNPQRST"
#define TIME  "2026-01-28T15:30:45.000000Z"

static const char *const reserved[] = { "hostname", "unit_name", NULL };

static void prepare(struct mxlog_entry *entry)
{
	int64_t time_usec;

	mxlog_entry_reset(entry);
	ck_assert_int_eq(mxlog_timestamp_parse(LITERAL(TIME), MXLOG_NO_ZONE,
			     &time_usec),
	    0);
	mxlog_entry_set_time(entry, time_usec);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MODULE,
			     LITERAL("prog")),
	    0);
}

static enum mxlog_payload_kind lift(struct mxlog_entry *entry,
    struct mxlog_metric *metric, const char *text)
{
	enum mxlog_payload_kind kind;

	ck_assert_int_eq(mxlog_payload_lift(entry, metric, text, strlen(text),
			     reserved, &kind),
	    0);
	return kind;
}

/* The line without the id; what is missing before "level" is the usual. */
static void expect(const char *text, enum mxlog_payload_kind kind,
    const char *expected)
{
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	struct mxlog_buf line = { 0 }, whole = { 0 };

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_metric_new(&metric), 0);
	prepare(entry);
	ck_assert_int_eq(lift(entry, metric, text), kind);
	if (!MXLOG_IS_SET(entry->text[MXLOG_FIELD_TRACE_ID]))
		ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
				     LITERAL(TRACE)),
		    0);
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &line), 0);
	ck_assert_int_eq(mxlog_buf_printf(&whole, "%s%s}\n",
			     strncmp(expected, "\"trace", 6) == 0 ? "{"
				 : strncmp(expected, "\"time", 5) == 0
				 ? "{\"trace_id\":\"" TRACE "\","
				 : "{\"trace_id\":\"" TRACE
				   "\",\"timestamp\":\"" TIME "\",",
			     expected),
	    0);
	ck_assert_msg(line.len == whole.len &&
		memcmp(line.data, whole.data, line.len) == 0,
	    "%s\n became   %.*s not      %.*s", text, (int)line.len, line.data,
	    (int)whole.len, whole.data);
	mxlog_buf_done(&line);
	mxlog_buf_done(&whole);
	mxlog_entry_free(entry);
	mxlog_metric_free(metric);
}

static void expect_entry(const char *text, const char *expected)
{
	expect(text, MXLOG_PAYLOAD_ENTRY, expected);
}

static void expect_text(const char *text, const char *expected)
{
	expect(text, MXLOG_PAYLOAD_TEXT, expected);
}

START_TEST(what_is_no_object_is_the_message)
{
	expect_text("plain text",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"plain text\"");
	expect_text("",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"\"");
	expect_text("{\"a\":1",
	    "\"level\":\"INFO\",\"module\":\"prog\","
	    "\"message\":\"{\\\"a\\\":1\"");
	expect_text("{\"a\":1} x",
	    "\"level\":\"INFO\",\"module\":\"prog\","
	    "\"message\":\"{\\\"a\\\":1} x\"");
	expect_text("[1]",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"[1]\"");
	expect_text("@cee: no",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"@cee: no\"");
}
END_TEST

START_TEST(an_entry_of_ours_comes_back)
{
	expect_entry("{\"trace_id\":\"01HQ8Z9X0ABCDEFGHJKMNPQRSV\","
		     "\"timestamp\":\"2026-01-28T15:30:45.123456Z\","
		     "\"level\":\"ERROR\",\"module\":\"src.a\","
		     "\"function\":\"f\",\"line_number\":142,"
		     "\"message\":\"moved\",\"context\":{\"task_id\":\"t\","
		     "\"n\":1.50,\"level\":\"x\"},\"exception\":{\"type\":"
		     "\"E\",\"message\":\"m\",\"stack_trace\":[{\"file\":"
		     "\"a.py\",\"line\":3,\"function\":\"g\"}],\"cause\":{"
		     "\"type\":\"C\",\"message\":\"\",\"stack_trace\":[]}},"
		     "\"duration_ms\":145.32,\"tags\":[\"a\",\"b\"],"
		     "\"thread_id\":\"5\",\"process_id\":\"7\"}",
	    "\"trace_id\":\"01HQ8Z9X0ABCDEFGHJKMNPQRSV\","
	    "\"timestamp\":\"2026-01-28T15:30:45.123456Z\","
	    "\"level\":\"ERROR\",\"module\":\"src.a\",\"function\":\"f\","
	    "\"line_number\":142,\"message\":\"moved\",\"context\":{"
	    "\"task_id\":\"t\",\"n\":1.50,\"level\":\"x\"},\"exception\":{"
	    "\"type\":\"E\",\"message\":\"m\",\"stack_trace\":[{\"file\":"
	    "\"a.py\",\"line\":3,\"function\":\"g\"}],\"cause\":{\"type\":"
	    "\"C\",\"message\":\"\",\"stack_trace\":[]}},"
	    "\"duration_ms\":145.32,\"tags\":[\"a\",\"b\"],"
	    "\"thread_id\":\"5\",\"process_id\":\"7\"");
}
END_TEST

START_TEST(structlog_is_known)
{
	expect_entry("{\"user\": \"b\\u00e9\", \"event\": \"logged in\", "
		     "\"level\": \"warning\", \"logger\": \"app.auth\", "
		     "\"timestamp\": \"2026-01-28T15:30:46.5Z\", "
		     "\"func_name\": \"login\", \"lineno\": 12}",
	    "\"timestamp\":\"2026-01-28T15:30:46.500000Z\","
	    "\"level\":\"WARNING\",\"module\":\"app.auth\","
	    "\"function\":\"login\",\"line_number\":12,"
	    "\"message\":\"logged in\",\"context\":{\"user\":\"b\xc3\xa9\"}");
	expect_entry("{\"event\":\"e\",\"exception\":\"Traceback (most recent "
		     "call last):\\n  File \\\"a.py\\\", line 1, in <module>\\n"
		     "    f()\\nValueError: bad\"}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"e\","
	    "\"exception\":{\"type\":\"ValueError\",\"message\":\"bad\","
	    "\"stack_trace\":[{\"file\":\"a.py\",\"line\":1,\"function\":"
	    "\"<module>\",\"code\":\"f()\"}]}");
}
END_TEST

START_TEST(python_json_logger_is_known)
{
	expect_entry(
	    "{\"asctime\": \"2026-01-28 15:30:45,250\", \"name\": "
	    "\"app.db\", \"levelname\": \"CRITICAL\", \"levelno\": 50, "
	    "\"message\": \"down\", \"funcName\": \"run\", "
	    "\"lineno\": 7, \"module\": \"db\", \"process\": 42, "
	    "\"thread\": 140234, \"threadName\": \"MainThread\", "
	    "\"stack_info\": null, \"exc_info\": null, "
	    "\"pathname\": \"/a/db.py\"}",
	    "\"timestamp\":\"2026-01-28T15:30:45.250000Z\","
	    "\"level\":\"CRITICAL\",\"module\":\"app.db\","
	    "\"function\":\"run\",\"line_number\":7,\"message\":\"down\","
	    "\"context\":{\"module\":\"db\",\"thread_name\":\"MainThread\","
	    "\"stack_info\":null,\"pathname\":\"/a/db.py\"},"
	    "\"thread_id\":\"140234\",\"process_id\":\"42\"");
}
END_TEST

START_TEST(loguru_is_known)
{
	expect_entry(
	    "{\"text\": \"2026-01-28 | ERROR | hello\\n\", \"record\": {"
	    "\"elapsed\": {\"repr\": \"0:00:00.1\", \"seconds\": 0.1}, "
	    "\"exception\": null, \"extra\": {\"task\": 5}, \"file\": {"
	    "\"name\": \"a.py\", \"path\": \"/x/a.py\"}, \"function\": \"go\", "
	    "\"level\": {\"icon\": \"X\", \"name\": \"ERROR\", \"no\": 40}, "
	    "\"line\": 9, \"message\": \"hello\", \"module\": \"a\", "
	    "\"name\": \"pkg.a\", \"process\": {\"id\": 3, \"name\": \"Main\"}, "
	    "\"thread\": {\"id\": 4, \"name\": \"T\"}, \"time\": {\"repr\": "
	    "\"2026-01-28 16:30:46+01:00\", \"timestamp\": 1769614246.25}}}",
	    "\"timestamp\":\"2026-01-28T15:30:46.250000Z\",\"level\":\"ERROR\","
	    "\"module\":\"pkg.a\",\"function\":\"go\",\"line_number\":9,"
	    "\"message\":\"hello\",\"context\":{\"elapsed_seconds\":0.1,"
	    "\"task\":5,\"file\":{\"name\":\"a.py\",\"path\":\"/x/a.py\"},"
	    "\"module\":\"a\",\"process_name\":\"Main\",\"thread_name\":\"T\"},"
	    "\"thread_id\":\"4\",\"process_id\":\"3\"");
}
END_TEST

START_TEST(pino_and_bunyan_are_known)
{
	expect_entry("{\"level\":30,\"time\":1769614245123,\"pid\":99,"
		     "\"hostname\":\"h\",\"name\":\"shop\",\"msg\":\"hi\","
		     "\"reqId\":1}",
	    "\"timestamp\":\"2026-01-28T15:30:45.123000Z\",\"level\":\"INFO\","
	    "\"module\":\"shop\",\"message\":\"hi\",\"context\":{"
	    "\"payload_hostname\":\"h\",\"req_id\":1},\"process_id\":\"99\"");
	expect_entry(
	    "{\"name\":\"b\",\"hostname\":\"h\",\"pid\":1,\"level\":60,"
	    "\"msg\":\"m\",\"time\":\"2026-01-28T15:30:45.5Z\",\"v\":0}",
	    "\"timestamp\":\"2026-01-28T15:30:45.500000Z\","
	    "\"level\":\"CRITICAL\",\"module\":\"b\",\"message\":\"m\","
	    "\"context\":{\"payload_hostname\":\"h\",\"v\":0},"
	    "\"process_id\":\"1\"");
	/* What the level can't say stays. */
	expect_entry("{\"level\":10,\"msg\":\"m\"}",
	    "\"level\":\"DEBUG\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"level\":10}");
	expect_entry("{\"level\":\"loud\",\"msg\":\"m\"}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"level\":\"loud\"}");
}
END_TEST

START_TEST(zap_is_known)
{
	expect_entry("{\"level\":\"error\",\"ts\":1769614245.1234567,"
		     "\"logger\":\"srv\",\"caller\":\"a/b.go:10\","
		     "\"msg\":\"bad\",\"stacktrace\":\"main.f\\n\\t/a.go:1\"}",
	    "\"timestamp\":\"2026-01-28T15:30:45.123457Z\",\"level\":\"ERROR\","
	    "\"module\":\"srv\",\"message\":\"bad\",\"context\":{"
	    "\"caller\":\"a/b.go:10\",\"stacktrace\":"
	    "\"main.f\\n\\t/a.go:1\"}");
}
END_TEST

START_TEST(ecs_is_known_with_dots_and_nested)
{
	expect_entry("{\"@timestamp\":\"2026-01-28T15:30:45.1Z\","
		     "\"log.level\":\"WARN\",\"message\":\"m\","
		     "\"log.logger\":\"a_b\",\"process.pid\":8,"
		     "\"log.origin.file.line\":3,"
		     "\"log.origin.file.name\":\"x.c\","
		     "\"event.duration\":1500000,\"service.name\":\"s\"}",
	    "\"timestamp\":\"2026-01-28T15:30:45.100000Z\","
	    "\"level\":\"WARNING\",\"module\":\"a_b\",\"line_number\":3,"
	    "\"message\":\"m\",\"context\":{\"log_origin_file_name\":\"x.c\","
	    "\"service_name\":\"s\"},\"duration_ms\":1.5,\"process_id\":\"8\"");
	expect_entry("{\"@timestamp\":\"2026-01-28T15:30:45.1Z\",\"log\":{"
		     "\"level\":\"WARN\",\"logger\":\"a_b\",\"origin\":{"
		     "\"file\":{\"name\":\"x.c\",\"line\":3}}},"
		     "\"message\":\"m\",\"process\":{\"pid\":8,\"name\":\"p\"},"
		     "\"event\":{\"duration\":1500000},"
		     "\"service\":{\"name\":\"s\"}}",
	    "\"timestamp\":\"2026-01-28T15:30:45.100000Z\","
	    "\"level\":\"WARNING\",\"module\":\"a_b\",\"line_number\":3,"
	    "\"message\":\"m\",\"context\":{\"log_origin_file_name\":\"x.c\","
	    "\"process_name\":\"p\",\"service\":{\"name\":\"s\"}},"
	    "\"duration_ms\":1.5,\"process_id\":\"8\"");
	/* An object without such members stays as it is. */
	expect_entry("{\"msg\":\"m\",\"error\":{\"code\":5},\"log\":{}}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"error\":{\"code\":5},\"log\":{}}");
}
END_TEST

START_TEST(a_cee_cookie_is_passed_over)
{
	expect_entry("@cee: {\"msg\":\"m\",\"a\":1}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"a\":1}");
	expect_entry(" @cee:{\"msg\":\"m\"}\n",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\"");
}
END_TEST

START_TEST(a_time_counts_within_five_minutes)
{
	expect_entry("{\"msg\":\"m\",\"time\":\"2026-01-28T15:35:45Z\"}",
	    "\"timestamp\":\"2026-01-28T15:35:45.000000Z\",\"level\":\"INFO\","
	    "\"module\":\"prog\",\"message\":\"m\"");
	expect_entry("{\"msg\":\"m\",\"time\":\"2026-01-28T15:35:45.000001Z\"}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"time\":\"2026-01-28T15:35:45.000001Z\"}");
	expect_entry("{\"msg\":\"m\",\"ts\":1769613900}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"ts\":1769613900}");
	expect_entry("{\"msg\":\"m\",\"ts\":1769614244999999999}",
	    "\"timestamp\":\"2026-01-28T15:30:44.999999Z\",\"level\":\"INFO\","
	    "\"module\":\"prog\",\"message\":\"m\"");
	expect_entry("{\"msg\":\"m\",\"time\":\"2026-01-28T16:30:46+01:00\"}",
	    "\"timestamp\":\"2026-01-28T15:30:46.000000Z\",\"level\":\"INFO\","
	    "\"module\":\"prog\",\"message\":\"m\"");
	expect_entry("{\"msg\":\"m\",\"ts\":1e999}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"ts\":1e999}");
}
END_TEST

START_TEST(a_time_without_a_zone_is_utc_or_local)
{
	ck_assert_int_eq(setenv("TZ", "Asia/Kolkata", 1), 0);
	tzset();
	expect_entry("{\"msg\":\"m\",\"asctime\":\"2026-01-28 15:30:46,5\"}",
	    "\"timestamp\":\"2026-01-28T15:30:46.500000Z\",\"level\":\"INFO\","
	    "\"module\":\"prog\",\"message\":\"m\"");
	expect_entry("{\"msg\":\"m\",\"asctime\":\"2026-01-28 21:00:46,5\"}",
	    "\"timestamp\":\"2026-01-28T15:30:46.500000Z\",\"level\":\"INFO\","
	    "\"module\":\"prog\",\"message\":\"m\"");
	expect_entry("{\"msg\":\"m\",\"time\":\"2026-01-28T21:00:46Z\"}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"time\":\"2026-01-28T21:00:46Z\"}");
}
END_TEST

START_TEST(nothing_is_lost)
{
	/* No message: the payload is its own. */
	expect_entry("{\"a\":1}",
	    "\"level\":\"INFO\",\"module\":\"prog\","
	    "\"message\":\"{\\\"a\\\":1}\",\"context\":{\"a\":1}");
	/* Several for one field, and members that are there twice. */
	expect_entry("{\"event\":\"e\",\"message\":\"m\",\"msg\":\"n\"}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"event\":\"e\",\"msg\":\"n\"}");
	expect_entry("{\"msg\":\"m\",\"msg\":\"n\",\"a\":1,\"a\":2}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"msg\":\"n\",\"a\":1,\"a_2\":2}");
	/* Wrong types. */
	expect_entry("{\"msg\":\"m\",\"duration_ms\":-1,\"tags\":[\"a\",1],"
		     "\"line_number\":-2,\"exception\":\"boom\","
		     "\"module\":5,\"trace_id\":{}}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"duration_ms\":-1,\"tags\":[\"a\",1],"
	    "\"line_number\":-2,\"exception\":\"boom\",\"module\":5,"
	    "\"trace_id\":{}}");
	/* "name" is somebody's, not a logger's. */
	expect_entry("{\"msg\":\"m\",\"name\":\"Bob\",\"level\":\"info\"}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"name\":\"Bob\"}");
	/* Digits stay as they are. */
	expect_entry("{\"msg\":\"m\",\"n\":123456789012345678901234567890}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"n\":123456789012345678901234567890}");
}
END_TEST

START_TEST(what_the_transport_vouches_for_stays)
{
	struct mxlog_entry *entry;
	const char *text;
	size_t len;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	prepare(entry);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_PROCESS_ID,
			     LITERAL("100")),
	    0);
	ck_assert_int_eq(lift(entry, NULL,
			     "{\"msg\":\"m\",\"pid\":1,\"hostname\":\"x\","
			     "\"unitName\":\"y\",\"metric_name\":\"z\"}"),
	    MXLOG_PAYLOAD_ENTRY);
	ck_assert_int_eq(mxlog_entry_get(entry, MXLOG_FIELD_PROCESS_ID, &text,
			     &len),
	    1);
	ck_assert_uint_eq(len, 3);
	ck_assert_uint_eq(entry->n_context, 4);
	for (size_t i = 0; i < entry->n_context; i++) {
		static const char *const keys[] = { "pid", "payload_hostname",
			"payload_unitName", "metric_name" };

		ck_assert_mem_eq(mxlog_entry_text(entry, entry->context[i].key),
		    keys[i], strlen(keys[i]));
	}
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(trace_contexts_give_the_trace)
{
	struct mxlog_entry *entry;
	const char *text;
	size_t len;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	prepare(entry);
	ck_assert_int_eq(lift(entry, NULL,
			     "{\"msg\":\"m\",\"traceparent\":\"00-4bf92f3577b34"
			     "da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"}"),
	    MXLOG_PAYLOAD_ENTRY);
	ck_assert_int_eq(mxlog_entry_get(entry, MXLOG_FIELD_TRACE_ID, &text,
			     &len),
	    1);
	ck_assert_uint_eq(len, 32);
	ck_assert_mem_eq(text, "4bf92f3577b34da6a3ce929d0e0e4736", 32);
	ck_assert_uint_eq(entry->n_context, 2); /* and the span */
	mxlog_entry_free(entry);
}
END_TEST

static void expect_metric(const char *text, const char *expected)
{
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	struct mxlog_buf line = { 0 };

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_metric_new(&metric), 0);
	prepare(entry);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
			     LITERAL(TRACE)),
	    0);
	ck_assert_int_eq(lift(entry, metric, text), MXLOG_PAYLOAD_METRIC);
	ck_assert_int_eq(mxlog_metric_normalise(metric), 0);
	ck_assert_int_eq(mxlog_ndjson_encode_metric(metric, &line), 0);
	ck_assert_msg(line.len == strlen(expected) &&
		memcmp(line.data, expected, line.len) == 0,
	    "%.*s is not %s", (int)line.len, line.data, expected);
	mxlog_buf_done(&line);
	mxlog_metric_free(metric);
	mxlog_entry_free(entry);
}

START_TEST(a_payload_with_metric_name_is_a_metric)
{
	expect_metric("{\"trace_id\":\"01HQ8Z9X0ABCDEFGHJKMNPQRSV\","
		      "\"timestamp\":\"2026-01-28T15:30:46Z\","
		      "\"metric_name\":\"a.b\",\"metric_type\":\"DURATION\","
		      "\"value\":145.32,\"unit\":\"milliseconds\","
		      "\"tags\":{\"result\":\"ok\",\"n\":5}}",
	    "{\"trace_id\":\"01HQ8Z9X0ABCDEFGHJKMNPQRSV\","
	    "\"timestamp\":\"2026-01-28T15:30:46.000000Z\","
	    "\"metric_name\":\"a.b\",\"metric_type\":\"DURATION\","
	    "\"value\":145.32,\"unit\":\"milliseconds\","
	    "\"tags\":{\"result\":\"ok\",\"n\":\"5\"}}\n");
	/* What is no part of a metric becomes a tag, a far time too. */
	expect_metric(
	    "{\"metric_name\":\"a\",\"value\":1,\"host\":\"h\","
	    "\"hostname\":\"x\",\"timestamp\":\"2020-01-01T00:00:00Z\"}",
	    "{\"trace_id\":\"" TRACE "\",\"timestamp\":\"" TIME "\","
	    "\"metric_name\":\"a\",\"metric_type\":\"GAUGE\",\"value\":1.0,"
	    "\"unit\":\"1\",\"tags\":{\"host\":\"h\",\"payload_hostname\":\"x\","
	    "\"timestamp\":\"2020-01-01T00:00:00Z\"}}\n");
	/* Without a value, or with a type that is none, it is an entry. */
	expect_entry("{\"msg\":\"m\",\"metric_name\":\"a\"}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"metric_name\":\"a\"}");
	expect_entry("{\"msg\":\"m\",\"metric_name\":\"a\",\"value\":1,"
		     "\"metric_type\":\"LOUD\"}",
	    "\"level\":\"INFO\",\"module\":\"prog\",\"message\":\"m\","
	    "\"context\":{\"metric_name\":\"a\",\"value\":1,"
	    "\"metric_type\":\"LOUD\"}");
}
END_TEST

static char *hostile(const char *open, const char *pump, size_t n,
    const char *close)
{
	struct mxlog_buf buf = { 0 };

	ck_assert_int_eq(mxlog_buf_add(&buf, open, strlen(open)), 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(mxlog_buf_add(&buf, pump, strlen(pump)), 0);
	ck_assert_int_eq(mxlog_buf_add(&buf, close, strlen(close) + 1), 0);
	return buf.data;
}

START_TEST(hostile_payloads_are_bounded)
{
	static const struct {
		const char *open, *pump;
		size_t n;
		const char *close;
		enum mxlog_payload_kind kind;
	} cases[] = {
		{ "{\"a\":1", ",\"a\":1", 100000, "}", MXLOG_PAYLOAD_TEXT },
		{ "{\"context\":{\"a\":1", ",\"b\":2", 5000, "}}",
		    MXLOG_PAYLOAD_TEXT },
		{ "{\"a\":", "{\"a\":", 100000, "1}", MXLOG_PAYLOAD_TEXT },
		{ "{\"a\":", "[", 100000, "", MXLOG_PAYLOAD_TEXT },
		{ "{\"log\":", "{\"log\":", 100, "1", MXLOG_PAYLOAD_TEXT },
		{ "{\"", "kkkkkkkkkk", 100000, "\":1}", MXLOG_PAYLOAD_ENTRY },
		{ "{\"log\":{\"level\":\"info\",\"", "kkkkkkkkkk", 1000,
		    "\":1}}", MXLOG_PAYLOAD_ENTRY },
		{ "{\"msg\":\"", "\\u0041\\n", 100000, "\"}",
		    MXLOG_PAYLOAD_ENTRY },
		{ "{\"tags\":[\"a\"", ",\"bb\"", 100000, "]}",
		    MXLOG_PAYLOAD_ENTRY },
		{ "{\"exception\":", "{\"cause\":", 100, "1",
		    MXLOG_PAYLOAD_TEXT },
		{ "{", "{", 1000, "", MXLOG_PAYLOAD_TEXT },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = hostile(cases[i].open, cases[i].pump, cases[i].n,
		    cases[i].close);
		struct mxlog_entry *entry;

		ck_assert_int_eq(mxlog_entry_new(&entry), 0);
		prepare(entry);
		ck_assert_int_eq(lift(entry, NULL, text), cases[i].kind);
		mxlog_entry_free(entry);
		free(text);
	}
}
END_TEST

START_TEST(lack_of_memory_is_told)
{
	static const char *const texts[] = {
		"{\"msg\":\"a\\n\",\"k\\u00e9\":\"b\\t\",\"hostname\":\"x\","
		"\"context\":{\"a\":[1,2]},\"tags\":[\"x\\n\"],"
		"\"exception\":\"Traceback (most recent call last):\\n  File "
		"\\\"a.py\\\", line 1, in f\\nE: bad\"}",
		"{\"metric_name\":\"a\",\"value\":1,\"tags\":{\"a\\n\":\"b\"},"
		"\"c\":\"d\\n\"}",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		bool hungry = true;

		for (unsigned long n = 1; hungry; n++) {
			enum mxlog_payload_kind kind;
			struct mxlog_entry *entry;
			struct mxlog_metric *metric;
			int r;

			ck_assert_int_eq(mxlog_entry_new(&entry), 0);
			ck_assert_int_eq(mxlog_metric_new(&metric), 0);
			starve(n);
			r = mxlog_payload_lift(entry, metric, texts[i],
			    strlen(texts[i]), reserved, &kind);
			hungry = starve_done();
			ck_assert_int_eq(r, hungry ? -ENOMEM : 0);
			mxlog_entry_free(entry);
			mxlog_metric_free(metric);
		}
	}
}
END_TEST

START_TEST(the_table_is_sorted)
{
	static const char *const paths[] = {
#define KEY(path, use, rank, whose) path,
#include "tbl/payload.def"
	};

	for (size_t i = 1; i < ARRAY_LEN(paths); i++)
		ck_assert_str_lt(paths[i - 1], paths[i]);
}
END_TEST

START_TEST(every_name_of_the_table_is_found_and_no_other)
{
	static const char *const paths[] = {
#define KEY(path, use, rank, whose) path,
#include "tbl/payload.def"
	};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const struct mxlog_payload_key *key;
		char other[64];
		size_t len = strlen(paths[i]);

		key = mxlog_payload_find(paths[i], len);
		ck_assert(key && strcmp(key->path, paths[i]) == 0);
		for (size_t at = 0; at < len; at++) {
			memcpy(other, paths[i], len);
			other[at] ^= 0x80;
			ck_assert_ptr_null(mxlog_payload_find(other, len));
		}
		memcpy(other, paths[i], len);
		other[len] = '\0';
		ck_assert_ptr_null(mxlog_payload_find(other, len + 1));
	}
	ck_assert_ptr_null(mxlog_payload_find("", 0));
	ck_assert_ptr_null(mxlog_payload_find("zzzzzzzzz", 9));
}
END_TEST

SUITE("payload", what_is_no_object_is_the_message, an_entry_of_ours_comes_back,
    structlog_is_known, python_json_logger_is_known, loguru_is_known,
    pino_and_bunyan_are_known, zap_is_known, ecs_is_known_with_dots_and_nested,
    a_cee_cookie_is_passed_over, a_time_counts_within_five_minutes,
    a_time_without_a_zone_is_utc_or_local, nothing_is_lost,
    what_the_transport_vouches_for_stays, trace_contexts_give_the_trace,
    a_payload_with_metric_name_is_a_metric, hostile_payloads_are_bounded,
    lack_of_memory_is_told, the_table_is_sorted,
    every_name_of_the_table_is_found_and_no_other)
