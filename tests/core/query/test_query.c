/* SPDX-License-Identifier: Apache-2.0 */
#include "query/query_private.h"

#include "base/timestamp.h"
#include "starve.h"
#include "suite.h"

static struct mxlog_query *parse(const char *json)
{
	struct mxlog_query *query;
	struct mxlog_error error;

	if (mxlog_query_parse(json, strlen(json), &query, &error) < 0)
		ck_abort_msg("%s: %s", json, error.text);
	return query;
}

static void refuses(const char *json, int code, const char *rate_limit)
{
	struct mxlog_query *query = NULL;
	struct mxlog_error error = { 0 };

	ck_assert_int_eq(mxlog_query_parse(json, strlen(json), &query, &error),
	    code);
	ck_assert_str_eq(error.text, rate_limit);
	ck_assert_int_eq(error.code, code);
	ck_assert_ptr_null(query);
}

static int64_t at(const char *text)
{
	int64_t usec;

	ck_assert_int_eq(mxlog_timestamp_parse(text, strlen(text),
			     MXLOG_NO_ZONE, &usec),
	    0);
	return usec;
}

START_TEST(a_new_query_wants_everything_by_time)
{
	struct mxlog_query *q;

	ck_assert_int_eq(mxlog_query_new(&q), 0);
	ck_assert_int_eq(q->since_usec, INT64_MIN);
	ck_assert_int_eq(q->until_usec, INT64_MAX);
	ck_assert_uint_eq(q->levels, 0);
	ck_assert_int_eq(q->order, MXLOG_ORDER_TIMESTAMP);
	ck_assert(!q->descending);
	ck_assert(q->limit == UINT64_MAX);
	ck_assert_uint_eq(q->offset, 0);
	mxlog_query_free(q);
	mxlog_query_free(NULL);
}
END_TEST

START_TEST(the_models_example_is_read)
{
	struct mxlog_query *q =
	    parse("{\n  \"start_time\": \"2026-01-28T00:00:00Z\",\n"
		  "  \"end_time\": \"2026-01-28T23:59:59Z\",\n"
		  "  \"levels\": [\"ERROR\", \"CRITICAL\"],\n"
		  "  \"modules\": [\"src.control_plane\"],\n"
		  "  \"limit\": 100,\n  \"order_by\": \"timestamp\",\n"
		  "  \"order_dir\": \"desc\"\n}\n");

	ck_assert_int_eq(q->since_usec, at("2026-01-28T00:00:00Z"));
	ck_assert_int_eq(q->until_usec, at("2026-01-28T23:59:59Z"));
	ck_assert_uint_eq(q->levels, 1 << 4 | 1 << 5);
	ck_assert_uint_eq(q->n_modules, 1);
	ck_assert_str_eq(q->modules[0], "src.control_plane");
	ck_assert_uint_eq(q->limit, 100);
	ck_assert_int_eq(q->order, MXLOG_ORDER_TIMESTAMP);
	ck_assert(q->descending);
	mxlog_query_free(q);
}
END_TEST

START_TEST(all_keys_are_read)
{
	struct mxlog_query *q = parse(
	    "{\"trace_id\":\"01hq8z9x0abcdefghijklmnopq\","
	    "\"search_text\":\"Disk \\u0000 full\",\"tags\":[\"a\",\"b\"],"
	    "\"offset\":5,\"limit\":0,\"order_by\":\"duration_ms\","
	    "\"order_dir\":\"ASC\",\"levels\":[10,\"warn\"],"
	    "\"modules\":[\"systemd-logind\"],"
	    "\"start_time\":\"2026-01-28 10:00:00\","
	    "\"end_time\":\"2026-01-28T10:00:00+02:00\"}");

	ck_assert(q->has_trace_id);
	ck_assert_mem_eq(q->trace_id, "01HQ8Z9X0ABCDEFGH1JK1MN0PQ", 26);
	ck_assert_uint_eq(q->search_len, 11);
	ck_assert_mem_eq(q->search_text, "Disk \0 full", 11);
	ck_assert_uint_eq(q->n_tags, 2);
	ck_assert_str_eq(q->tags[1], "b");
	ck_assert_uint_eq(q->offset, 5);
	ck_assert_uint_eq(q->limit, 0);
	ck_assert_int_eq(q->order, MXLOG_ORDER_DURATION_MS);
	ck_assert_uint_eq(q->levels, 1 << 1 | 1 << 3);
	ck_assert_str_eq(q->modules[0], "systemd_logind");
	ck_assert_int_eq(q->since_usec, at("2026-01-28T10:00:00Z"));
	ck_assert_int_eq(q->until_usec, at("2026-01-28T08:00:00Z"));
	mxlog_query_free(q);
}
END_TEST

START_TEST(null_and_empty_lists_are_no_filter)
{
	struct mxlog_query *q =
	    parse("{\"start_time\":null,\"end_time\":null,\"levels\":[],"
		  "\"modules\":null,\"trace_id\":null,\"search_text\":null,"
		  "\"tags\":[],\"limit\":null,\"offset\":null,"
		  "\"order_by\":null,\"order_dir\":null}");
	struct mxlog_query *empty = parse("{\"search_text\":\"\"}");

	ck_assert_uint_eq(q->levels, 0);
	ck_assert_uint_eq(q->n_modules, 0);
	ck_assert(!q->has_trace_id);
	ck_assert_ptr_null(q->search);
	ck_assert_ptr_null(empty->search);
	ck_assert(q->limit == UINT64_MAX);
	mxlog_query_free(q);
	mxlog_query_free(empty);
}
END_TEST

START_TEST(an_unknown_key_is_told_with_the_nearest)
{
	refuses("{\"level\":[]}", -EINVAL,
	    "unknown key level; did you mean levels?");
	refuses("{\"from\":1}", -EINVAL,
	    "unknown key from; mxlog-query(7) lists the known ones");
}
END_TEST

START_TEST(wrong_values_are_told)
{
	refuses("[]", -EINVAL, "expected an object, not a list");
	refuses("{\"levels\":\"ERROR\"}", -EINVAL,
	    "levels: expected a list, not \"ERROR\"");
	refuses("{\"levels\":[\"LOUD\"]}", -EINVAL,
	    "levels: expected DEBUG, INFO, WARNING, ERROR or CRITICAL, not "
	    "\"LOUD\"");
	refuses("{\"levels\":[15]}", -EINVAL,
	    "levels: expected DEBUG, INFO, WARNING, ERROR or CRITICAL, not a "
	    "number");
	refuses("{\"modules\":[\"\"]}", -EINVAL,
	    "modules: expected the name of a module, not \"\"");
	refuses("{\"modules\":[null]}", -EINVAL,
	    "modules: expected the name of a module, not null");
	refuses("{\"tags\":[1]}", -EINVAL,
	    "tags: expected a tag, not a number");
	refuses("{\"trace_id\":\"xyz\"}", -EINVAL,
	    "trace_id: expected a ULID of 26 characters, 16 or 32 hex digits, "
	    "or another id of 8 to 256 bytes, not \"xyz\"");
	refuses("{\"start_time\":\"yesterday\"}", -EINVAL,
	    "start_time: expected a time such as 2026-01-28T15:30:45Z, not "
	    "\"yesterday\"");
	refuses("{\"limit\":-1}", -EINVAL,
	    "limit: expected a whole number of at least 0, not a number");
	refuses("{\"limit\":1.0}", -EINVAL,
	    "limit: expected a whole number of at least 0, not a number with a "
	    "fraction");
	refuses("{\"order_by\":\"size\"}", -EINVAL,
	    "order_by: expected timestamp, level, module, trace_id, "
	    "duration_ms or line_number, not \"size\"");
	refuses("{\"order_dir\":\"up\"}", -EINVAL,
	    "order_dir: expected asc or desc, not \"up\"");
	refuses("{\"limit\":1,\"limit\":2}", -EBADMSG,
	    "expected every key of an object once");
	refuses("{\"limit\":1", -EBADMSG, "expected JSON: byte 11");
}
END_TEST

START_TEST(a_w3c_trace_id_is_the_same_128_bits)
{
	struct mxlog_query *q =
	    parse("{\"trace_id\":\"01563df36481d6764c61efb99302bd5b\"}");

	ck_assert_mem_eq(q->trace_id, "01ARYZ6S41TSV4RRFFQ69G5FAV", 26);
	mxlog_query_free(q);
}
END_TEST

START_TEST(metrics_have_neither_levels_nor_modules)
{
	struct mxlog_error error;
	struct mxlog_query *q;

	ck_assert_int_eq(mxlog_query_new(&q), 0);
	ck_assert_int_eq(mxlog_query_set_metrics(q, true), 0);
	ck_assert_int_eq(mxlog_query_add_level(q, MXLOG_INFO), -EINVAL);
	ck_assert_int_eq(mxlog_query_add_module(q, "a", &error), -EINVAL);
	ck_assert_int_eq(mxlog_query_add_tag(q, "plain", &error), -EINVAL);
	ck_assert_int_eq(mxlog_query_add_tag(q, "=x", &error), -EINVAL);
	ck_assert_int_eq(mxlog_query_add_tag(q, "k=v", &error), 0);
	ck_assert_int_eq(mxlog_query_set_order(q, MXLOG_ORDER_MODULE, false),
	    -EINVAL);
	mxlog_query_free(q);

	ck_assert_int_eq(mxlog_query_new(&q), 0);
	ck_assert_int_eq(mxlog_query_add_level(q, MXLOG_INFO), 0);
	ck_assert_int_eq(mxlog_query_set_metrics(q, true), -EINVAL);
	ck_assert(!q->metrics);
	mxlog_query_free(q);

	q = parse("{\"tags\":[\"plain\"]}");
	ck_assert_int_eq(mxlog_query_set_metrics(q, true), -EINVAL);
	mxlog_query_free(q);
	q = parse("{\"tags\":[\"k=v\"]}");
	ck_assert_int_eq(mxlog_query_set_metrics(q, true), 0);
	mxlog_query_free(q);
}
END_TEST

START_TEST(a_pattern_that_does_not_compile_leaves_the_query_alone)
{
	struct mxlog_error error;
	struct mxlog_query *q = parse("{\"search_text\":\"old\"}");

	ck_assert_int_eq(mxlog_query_set_search(q, "(", MXLOG_SEARCH_REGEX,
			     &error),
	    -EINVAL);
	ck_assert_mem_eq(error.text, "search_text: ", 13);
	ck_assert_str_eq(q->search_text, "old");
	ck_assert_int_eq(mxlog_query_set_search(q, NULL, 0, &error), 0);
	ck_assert_ptr_null(q->search);
	mxlog_query_free(q);
}
END_TEST

START_TEST(a_copy_shares_nothing)
{
	struct mxlog_query *copy;
	struct mxlog_query *q =
	    parse("{\"modules\":[\"a\",\"b\"],\"tags\":[\"t\"],"
		  "\"search_text\":\"x\",\"limit\":3,\"levels\":[\"INFO\"]}");

	ck_assert_int_eq(mxlog_query_copy(q, &copy), 0);
	ck_assert_uint_eq(copy->n_modules, 2);
	ck_assert_str_eq(copy->modules[1], "b");
	ck_assert_ptr_ne(copy->modules[1], q->modules[1]);
	ck_assert_str_eq(copy->tags[0], "t");
	ck_assert_str_eq(copy->search_text, "x");
	ck_assert_ptr_ne(copy->search, q->search);
	ck_assert_uint_eq(copy->limit, 3);
	mxlog_query_free(q);
	ck_assert_int_eq(mxlog_query_wants_text(copy, "aXb", 3), 1);
	mxlog_query_free(copy);
}
END_TEST

static void check_round_trip(const char *json, const char *expect)
{
	struct mxlog_query *q = parse(json), *again;
	char *text, *same;

	ck_assert_int_eq(mxlog_query_encode(q, &text), 0);
	ck_assert_str_eq(text, expect);
	again = parse(text);
	ck_assert_int_eq(mxlog_query_encode(again, &same), 0);
	ck_assert_str_eq(same, text);
	mxlog_query_free(q);
	mxlog_query_free(again);
	free(text);
	free(same);
}

START_TEST(the_models_example_is_written_in_its_canonical_form)
{
	check_round_trip("{\"start_time\": \"2026-01-28T00:00:00Z\", "
			 "\"end_time\": \"2026-01-28T23:59:59Z\", "
			 "\"levels\": [\"ERROR\", \"CRITICAL\"], "
			 "\"modules\": [\"src.control_plane\"], "
			 "\"limit\": 100, \"order_by\": \"timestamp\", "
			 "\"order_dir\": \"desc\"}",
	    "{\"start_time\":\"2026-01-28T00:00:00.000000Z\","
	    "\"end_time\":\"2026-01-28T23:59:59.000000Z\","
	    "\"levels\":[\"ERROR\",\"CRITICAL\"],"
	    "\"modules\":[\"src.control_plane\"],\"limit\":100,"
	    "\"order_by\":\"timestamp\",\"order_dir\":\"desc\"}");
}
END_TEST

START_TEST(all_that_json_can_say_reads_back_as_the_same)
{
	struct mxlog_query *q;
	char *text;

	check_round_trip("{}",
	    "{\"order_by\":\"timestamp\",\"order_dir\":\"asc\"}");
	check_round_trip("{\"trace_id\":\"01hq8z9x0abcdefghijklmnopq\","
			 "\"search_text\":\"a\\u0000\\\"b\",\"offset\":3,"
			 "\"tags\":[\"x\"],\"order_by\":\"module\"}",
	    "{\"trace_id\":\"01HQ8Z9X0ABCDEFGH1JK1MN0PQ\","
	    "\"search_text\":\"a\\u0000\\\"b\",\"tags\":[\"x\"],"
	    "\"offset\":3,\"order_by\":\"module\",\"order_dir\":\"asc\"}");

	q = parse("{}");
	ck_assert_int_eq(mxlog_query_set_search(q, "a", MXLOG_SEARCH_CASE,
			     NULL),
	    0);
	ck_assert_int_eq(mxlog_query_encode(q, &text), -ENOTSUP);
	mxlog_query_free(q);
}
END_TEST

START_TEST(without_memory_nothing_is_read_or_copied_and_nothing_leaks)
{
	const char *json = "{\"modules\":[\"a\",\"b\"],\"tags\":[\"t\"],"
			   "\"search_text\":\"x\\u0041\"}";
	bool hungry = true;

	for (unsigned long n = 1; hungry; n++) {
		struct mxlog_query *q = NULL, *copy = NULL;
		struct mxlog_error error = { 0 };
		int r;

		starve(n);
		r = mxlog_query_parse(json, strlen(json), &q, &error);
		if (r == 0)
			r = mxlog_query_copy(q, &copy);
		hungry = starve_done();
		ck_assert_int_eq(r, hungry ? -ENOMEM : 0);
		ck_assert(!hungry || !copy);
		mxlog_query_free(q);
		mxlog_query_free(copy);
	}
}
END_TEST

START_TEST(orders_have_names)
{
	enum mxlog_order order;

	for (int i = 0; i < MXLOG_ORDER_COUNT; i++) {
		const char *name = mxlog_order_name((enum mxlog_order)i);

		ck_assert_int_eq(mxlog_order_parse(name, strlen(name), &order),
		    0);
		ck_assert_int_eq(order, i);
	}
	ck_assert_ptr_null(mxlog_order_name(MXLOG_ORDER_COUNT));
	ck_assert_int_eq(mxlog_order_parse("time", 4, &order), -EINVAL);
}
END_TEST

START_TEST(what_was_set_can_be_asked_for)
{
	enum mxlog_order order;
	enum mxlog_level level;
	struct mxlog_query *q;
	struct mxlog_text text;
	int64_t since, until;
	uint64_t limit, offset;
	unsigned flags;
	bool descending;

	ck_assert_int_eq(mxlog_query_new(&q), 0);
	ck_assert_int_eq(mxlog_query_get_level(q, 0, &level), 0);
	ck_assert_int_eq(mxlog_query_get_trace_id(q, &text), 0);
	ck_assert_int_eq(mxlog_query_get_search(q, &text, &flags), 0);
	ck_assert_int_eq(mxlog_query_add_level(q, MXLOG_ERROR), 0);
	ck_assert_int_eq(mxlog_query_add_level(q, MXLOG_INFO), 0);
	ck_assert_int_eq(mxlog_query_add_module(q, "a-b", NULL), 0);
	ck_assert_int_eq(mxlog_query_exclude_module(q, "c", NULL), 0);
	ck_assert_int_eq(mxlog_query_add_tag(q, "t", NULL), 0);
	ck_assert_int_eq(mxlog_query_set_search_text(q, "x\0y", 3,
			     MXLOG_SEARCH_CASE, NULL),
	    0);
	ck_assert_int_eq(mxlog_query_set_range(q, 1, 2), 0);
	ck_assert_int_eq(mxlog_query_set_window(q, 3, 4), 0);
	ck_assert_int_eq(mxlog_query_set_order(q, MXLOG_ORDER_LEVEL, true), 0);

	ck_assert_int_eq(mxlog_query_get_level(q, 0, &level), 1);
	ck_assert_int_eq(level, MXLOG_INFO);
	ck_assert_int_eq(mxlog_query_get_level(q, 1, &level), 1);
	ck_assert_int_eq(level, MXLOG_ERROR);
	ck_assert_int_eq(mxlog_query_get_level(q, 2, &level), 0);
	ck_assert_int_eq(mxlog_query_get_module(q, 0, &text), 1);
	ck_assert_str_eq(text.text, "a_b");
	ck_assert_int_eq(mxlog_query_get_module(q, 1, &text), 0);
	ck_assert_int_eq(mxlog_query_get_excluded_module(q, 0, &text), 1);
	ck_assert_str_eq(text.text, "c");
	ck_assert_int_eq(mxlog_query_get_tag(q, 0, &text), 1);
	ck_assert_str_eq(text.text, "t");
	ck_assert_int_eq(mxlog_query_get_search(q, &text, &flags), 1);
	ck_assert_uint_eq(text.len, 3);
	ck_assert_uint_eq(flags, MXLOG_SEARCH_CASE);
	ck_assert_int_eq(mxlog_query_get_range(q, &since, &until), 0);
	ck_assert_int_eq(since, 1);
	ck_assert_int_eq(until, 2);
	ck_assert_int_eq(mxlog_query_get_window(q, &limit, &offset), 0);
	ck_assert_uint_eq(limit, 3);
	ck_assert_uint_eq(offset, 4);
	ck_assert_int_eq(mxlog_query_get_order(q, &order, &descending), 0);
	ck_assert_int_eq(order, MXLOG_ORDER_LEVEL);
	ck_assert(descending);
	ck_assert(!mxlog_query_get_metrics(q));
	mxlog_query_free(q);
}
END_TEST

SUITE("query", what_was_set_can_be_asked_for,
    a_new_query_wants_everything_by_time, the_models_example_is_read,
    all_keys_are_read, null_and_empty_lists_are_no_filter,
    an_unknown_key_is_told_with_the_nearest, wrong_values_are_told,
    a_w3c_trace_id_is_the_same_128_bits,
    metrics_have_neither_levels_nor_modules,
    a_pattern_that_does_not_compile_leaves_the_query_alone,
    a_copy_shares_nothing, the_models_example_is_written_in_its_canonical_form,
    all_that_json_can_say_reads_back_as_the_same,
    without_memory_nothing_is_read_or_copied_and_nothing_leaks,
    orders_have_names)
