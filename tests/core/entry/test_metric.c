/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/metric_private.h"

#include <math.h>

#include "entry/ndjson.h"
#include "suite.h"

#define ID "01HQ8Z9X0ABCDEFGH1JK1MN0PQ"

static struct mxlog_metric *new_metric(void)
{
	struct mxlog_metric *metric;

	ck_assert_int_eq(mxlog_metric_new(&metric), 0);
	mxlog_metric_set_time(metric, 1769614245000000);
	ck_assert_int_eq(mxlog_metric_set_trace_id(metric, ID, 26), 0);
	ck_assert_int_eq(mxlog_metric_set_name(metric, LITERAL("queue.size")),
	    0);
	ck_assert_int_eq(mxlog_metric_set_value(metric, 12), 0);
	ck_assert_int_eq(mxlog_metric_set_unit(metric, LITERAL("tasks")), 0);
	return metric;
}

static void check_line(struct mxlog_metric *metric, const char *expected)
{
	static const char head[] =
	    "{\"trace_id\":\"" ID
	    "\",\"timestamp\":\"2026-01-28T15:30:45.000000Z\",";
	struct mxlog_buf out = { 0 };
	size_t skip = sizeof(head) - 1;

	ck_assert_int_eq(mxlog_metric_normalise(metric), 0);
	ck_assert_int_eq(mxlog_ndjson_encode_metric(metric, &out), 0);
	ck_assert_uint_gt(out.len, skip);
	ck_assert_mem_eq(out.data, head, skip);
	ck_assert_msg(out.len - skip == strlen(expected) &&
		memcmp(out.data + skip, expected, out.len - skip) == 0,
	    "got %.*s, expected %s", (int)(out.len - skip), out.data + skip,
	    expected);
	mxlog_buf_done(&out);
}

START_TEST(a_metric_without_tags_has_no_tags)
{
	struct mxlog_metric *metric = new_metric();

	check_line(metric,
	    "\"metric_name\":\"queue.size\",\"metric_type\":\"GAUGE\","
	    "\"value\":12.0,\"unit\":\"tasks\"}\n");
	mxlog_metric_free(metric);
}
END_TEST

START_TEST(names_are_made_dotted_and_the_raw_one_is_kept)
{
	struct mxlog_metric *metric = new_metric();

	ck_assert_int_eq(mxlog_metric_set_name(metric, LITERAL("queue-size")),
	    0);
	ck_assert_int_eq(mxlog_metric_set_unit(metric, LITERAL("")), 0);
	mxlog_metric_set_type(metric, MXLOG_COUNTER);
	ck_assert_int_eq(mxlog_metric_add_tag(metric, LITERAL("a"),
			     LITERAL("1")),
	    0);
	ck_assert_int_eq(mxlog_metric_add_tag(metric, LITERAL("a"),
			     LITERAL("\"2\"")),
	    0);
	check_line(metric,
	    "\"metric_name\":\"queue_size\",\"metric_type\":\"COUNTER\","
	    "\"value\":12.0,\"unit\":\"1\",\"tags\":{\"a\":\"\\\"2\\\"\","
	    "\"original_metric_name\":\"queue-size\"}}\n");
	mxlog_metric_free(metric);
}
END_TEST

START_TEST(a_trace_id_of_another_kind_is_converted_or_kept_aside)
{
	struct mxlog_metric *metric = new_metric();

	ck_assert_int_eq(mxlog_metric_set_trace_id(metric, LITERAL("job 7")),
	    0);
	ck_assert_int_eq(mxlog_metric_normalise(metric), -ENOENT);
	ck_assert(!MXLOG_IS_SET(metric->trace_id));
	ck_assert_uint_eq(metric->n_tags, 1);
	ck_assert_int_eq(mxlog_metric_set_trace_id(metric, ID, 26), 0);
	check_line(metric,
	    "\"metric_name\":\"queue.size\",\"metric_type\":\"GAUGE\","
	    "\"value\":12.0,\"unit\":\"tasks\",\"tags\":{\"original_trace_id\":"
	    "\"job 7\"}}\n");
	mxlog_metric_free(metric);
}
END_TEST

START_TEST(tags_are_bounded_and_that_is_marked)
{
	struct mxlog_metric *metric = new_metric();
	struct mxlog_buf out = { 0 };
	char *text = malloc(5000);

	ck_assert_ptr_nonnull(text);
	memset(text, '\x01', 5000);
	for (int i = 0; i < MXLOG_METRIC_TAGS; i++) {
		char key[4] = { 'k', (char)('0' + i / 100),
			(char)('0' + i / 10 % 10), (char)('0' + i % 10) };

		ck_assert_int_eq(mxlog_metric_add_tag(metric, key, 4, text,
				     5000),
		    0);
	}
	ck_assert_int_eq(mxlog_metric_add_tag(metric, "more", 4, "", 0),
	    -E2BIG);
	ck_assert_int_eq(mxlog_metric_add_tag(metric, "k000", 4, "", 0), 0);
	ck_assert(metric->truncated);
	ck_assert_int_eq(mxlog_metric_normalise(metric), 0);
	ck_assert_int_eq(mxlog_ndjson_encode_metric(metric, &out), 0);
	ck_assert_uint_le(out.len, MXLOG_LINE_MAX);
	ck_assert_ptr_nonnull(
	    memmem(out.data, out.len, LITERAL("\"truncated\":\"true\"")));
	free(text);
	mxlog_buf_done(&out);
	mxlog_metric_free(metric);
}
END_TEST

START_TEST(values_that_are_no_numbers_are_refused)
{
	struct mxlog_metric *metric = new_metric();

	ck_assert_int_eq(mxlog_metric_set_value(metric, (double)NAN), -ERANGE);
	ck_assert_int_eq(mxlog_metric_set_value(metric, HUGE_VAL), -ERANGE);
	ck_assert_double_eq(metric->value, 12);
	mxlog_metric_set_type(metric, MXLOG_METRIC_TYPE_COUNT);
	ck_assert_int_eq(metric->type, MXLOG_GAUGE);
	mxlog_metric_free(metric);
	mxlog_metric_free(NULL);
}
END_TEST

START_TEST(every_rule_can_be_broken)
{
	static const struct {
		const char *line;
		const char *why;
	} cases[] = {
		{ "{\"timestamp\":\"2026-01-28T15:30:45Z\",\"metric_name\":"
		  "\"a\",\"metric_type\":\"GAUGE\",\"value\":1,\"unit\":\"\"}",
		    "trace_id is missing" },
		{ "{\"trace_id\":\"x\"}", "trace_id is no ULID" },
		{ "{\"trace_id\":\"" ID "\"}", "timestamp is missing" },
		{ "{\"timestamp\":\"yesterday\"}", "timestamp is no" },
		{ "{\"trace_id\":\"" ID
		  "\",\"timestamp\":\"2026-01-28T15:30:45Z\"}",
		    "metric_name is missing" },
		{ "{\"metric_name\":1}", "metric_name is no string" },
		{ "{\"metric_type\":\"TIMER\"}", "metric_type is none of" },
		{ "{\"metric_type\":\"gauge\"}", "metric_type is none of" },
		{ "{\"value\":\"1\"}", "value is no finite number" },
		{ "{\"value\":1e999}", "value is no finite number" },
		{ "{\"unit\":null}", "is missing" },
		{ "{\"tags\":[]}", "tags is no object" },
		{ "{\"tags\":{\"a\":1}}", "tags is no string" },
		{ "{\"trace_id\":\"" ID "\",\"timestamp\":\"2026-01-28T15:30:"
		  "45Z\",\"metric_name\":\"a b\",\"metric_type\":\"GAUGE\","
		  "\"value\":1,\"unit\":\"u\"}",
		    "metric_name: is no dotted name" },
		{ "[]", "is no JSON object" },
		{ "", "no JSON" },
		{ "{} {}", "no JSON" },
	};
	struct mxlog_metric *metric = new_metric();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_error error = { 0 };

		ck_assert_int_eq(mxlog_ndjson_decode_metric(cases[i].line,
				     strlen(cases[i].line), metric, &error),
		    -EBADMSG);
		ck_assert_msg(strstr(error.text, cases[i].why) != NULL,
		    "%s: %s", cases[i].line, error.text);
	}
	mxlog_metric_free(metric);
}
END_TEST

SUITE("metric", a_metric_without_tags_has_no_tags,
    names_are_made_dotted_and_the_raw_one_is_kept,
    a_trace_id_of_another_kind_is_converted_or_kept_aside,
    tags_are_bounded_and_that_is_marked, values_that_are_no_numbers_are_refused,
    every_rule_can_be_broken)
