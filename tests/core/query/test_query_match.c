/* SPDX-License-Identifier: Apache-2.0 */
#include "query/query_private.h"

#include <stdio.h>

#include "suite.h"

static struct mxlog_entry *entry;

/* An entry to ask about. */
static void make_entry(void)
{
	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	mxlog_entry_set_time(entry, 1000);
	mxlog_entry_set_level(entry, MXLOG_WARNING);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
			     LITERAL("01ARYZ6S41TSV4RRFFQ69G5FAV")),
	    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MODULE,
			     LITERAL("src.control_plane.queue")),
	    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE,
			     LITERAL("Gr\xc3\xb6\xc3\x9f"
				     "e of disk: \"full\"\n")),
	    0);
	ck_assert_int_eq(mxlog_entry_add_tag(entry, LITERAL("performance")), 0);
	ck_assert_int_eq(mxlog_entry_add_tag(entry, LITERAL("critical_path")),
	    0);
}

static bool matches(const char *json)
{
	struct mxlog_query *query;
	struct mxlog_error error;
	int r;

	if (mxlog_query_parse(json, strlen(json), &query, &error) < 0)
		ck_abort_msg("%s: %s", json, error.text);
	r = mxlog_query_matches(query, entry);
	mxlog_query_free(query);
	ck_assert_int_ge(r, 0);
	return r == 1;
}

static bool finds(const char *text, unsigned flags)
{
	struct mxlog_query *query;
	int r;

	ck_assert_int_eq(mxlog_query_new(&query), 0);
	ck_assert_int_eq(mxlog_query_set_search(query, text, flags, NULL), 0);
	r = mxlog_query_matches(query, entry);
	mxlog_query_free(query);
	ck_assert_int_ge(r, 0);
	return r == 1;
}

START_TEST(no_filter_matches)
{
	make_entry();
	ck_assert(matches("{}"));
	ck_assert(matches("{\"levels\":[],\"modules\":[],\"tags\":[],"
			  "\"search_text\":\"\"}"));
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(both_ends_of_the_time_are_inclusive)
{
	make_entry();
	ck_assert(matches("{\"start_time\":\"1970-01-01T00:00:00.001Z\","
			  "\"end_time\":\"1970-01-01T00:00:00.001Z\"}"));
	ck_assert(!matches("{\"start_time\":\"1970-01-01T00:00:00.001001Z\"}"));
	ck_assert(!matches("{\"end_time\":\"1970-01-01T00:00:00.000999Z\"}"));
	ck_assert(!matches("{\"start_time\":\"1970-01-02T00:00:00Z\","
			   "\"end_time\":\"1970-01-01T00:00:00Z\"}"));
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(levels_are_a_set)
{
	make_entry();
	ck_assert(matches("{\"levels\":[\"WARNING\"]}"));
	ck_assert(matches("{\"levels\":[\"DEBUG\",\"warn\"]}"));
	ck_assert(!matches("{\"levels\":[\"ERROR\",\"CRITICAL\",\"INFO\"]}"));
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(a_module_is_itself_and_its_dotted_children)
{
	make_entry();
	ck_assert(matches("{\"modules\":[\"src\"]}"));
	ck_assert(matches("{\"modules\":[\"src.control_plane\"]}"));
	ck_assert(matches("{\"modules\":[\"src.control-plane.queue\"]}"));
	ck_assert(matches("{\"modules\":[\"x\",\"src\"]}"));
	ck_assert(!matches("{\"modules\":[\"src.control\"]}"));
	ck_assert(!matches("{\"modules\":[\"control_plane\"]}"));
	ck_assert(!matches("{\"modules\":[\"src.control_plane.queue.x\"]}"));
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(a_trace_is_found_however_it_is_written)
{
	make_entry();
	ck_assert(matches("{\"trace_id\":\"01ARYZ6S41TSV4RRFFQ69G5FAV\"}"));
	ck_assert(matches("{\"trace_id\":\"oiaryz6s4itsv4rrffq69g5fav\"}"));
	ck_assert(
	    matches("{\"trace_id\":\"01563df36481d6764c61efb99302bd5b\"}"));
	ck_assert(!matches("{\"trace_id\":\"01ARYZ6S41TSV4RRFFQ69G5FAW\"}"));
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(tags_must_all_be_there)
{
	make_entry();
	ck_assert(matches("{\"tags\":[\"performance\"]}"));
	ck_assert(matches("{\"tags\":[\"critical_path\",\"performance\"]}"));
	ck_assert(!matches("{\"tags\":[\"performance\",\"x\"]}"));
	ck_assert(!matches("{\"tags\":[\"perform\"]}"));
	ck_assert(!matches("{\"tags\":[\"Performance\"]}"));
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(search_is_for_a_substring_in_any_case)
{
	make_entry();
	ck_assert(matches("{\"search_text\":\"disk: \\\"FULL\\\"\\n\"}"));
	ck_assert(matches("{\"search_text\":\"GR\\u00d6\"}"));
	ck_assert(matches("{\"search_text\":\"gr\\u00f6\\u1e9e\"}"));
	ck_assert(!matches("{\"search_text\":\"groesse\"}"));
	ck_assert(!matches("{\"search_text\":\".*\"}"));
	ck_assert(!matches("{\"search_text\":\"queue\"}"));
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(case_and_patterns_count_when_asked_for)
{
	make_entry();
	ck_assert(finds("disk", MXLOG_SEARCH_CASE));
	ck_assert(!finds("Disk", MXLOG_SEARCH_CASE));
	ck_assert(finds("D\\w+: \"", MXLOG_SEARCH_REGEX));
	ck_assert(!finds("D\\w+: \"", MXLOG_SEARCH_REGEX | MXLOG_SEARCH_CASE));
	ck_assert(finds("^gr..e", MXLOG_SEARCH_REGEX));
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(what_is_absent_does_not_match)
{
	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert(matches("{}"));
	ck_assert(!matches("{\"modules\":[\"a\"]}"));
	ck_assert(!matches("{\"tags\":[\"a\"]}"));
	ck_assert(!matches("{\"search_text\":\"a\"}"));
	ck_assert(!matches("{\"trace_id\":\"01ARYZ6S41TSV4RRFFQ69G5FAV\"}"));
	mxlog_entry_free(entry);
}
END_TEST

/* A canonical context, asked as it stands and decoded: 1, 0 or -EAGAIN. */
static int asks(const char *predicate, const char *context)
{
	struct mxlog_predicate *made;
	int r;

	ck_assert_int_eq(mxlog_predicate_new(predicate, false, &made, NULL), 0);
	r = mxlog_predicate_holds_context(made, context, strlen(context));
	mxlog_predicate_free(made);
	return r;
}

START_TEST(context_is_asked_as_it_stands)
{
	ck_assert_int_eq(asks("context.a=1", "{\"b\":{\"a\":1},\"a\":1.0}"), 1);
	ck_assert_int_eq(asks("context.a=1", "{\"b\":{\"a\":1}}"), 0);
	ck_assert_int_eq(asks("context.b.a=1", "{\"b\":[{\"a\":[2,1]}]}"), 1);
	ck_assert_int_eq(asks("context.a=x\"y", "{\"a\":\"x\\\"y\"}"), 1);
	ck_assert_int_eq(asks("context.a!=1", "{\"a\":[1,2]}"), 0);
	ck_assert_int_eq(asks("context.a!=3", "{\"a\":[1,2]}"), 1);
	ck_assert_int_eq(asks("context.a!=3", "{\"b\":1}"), 0);
	ck_assert_int_eq(asks("context.a", ""), 0);
}
END_TEST

START_TEST(what_only_the_decoded_context_tells_is_left_to_it)
{
	/* Of equal keys the later ones get a number. */
	ck_assert_int_eq(asks("context.a=1", "{\"a\":1,\"a\":2}"), 1);
	ck_assert_int_eq(asks("context.a=2", "{\"a\":1,\"a\":2}"), 0);
	ck_assert_int_eq(asks("context.a_2", "{\"a\":1,\"a\":2}"), -EAGAIN);
	ck_assert_int_eq(asks("context.a_2=3", "{\"a_2\":3}"), 1);
	/* Its form, and what its bytes stand for. */
	ck_assert_int_eq(asks("context.a", "{\"a\":{\"b\":\"\\/\"}}"), -EAGAIN);
	ck_assert_int_eq(asks("context.a", "{\"a\":\"\xff\"}"), -EAGAIN);
}
END_TEST

static const char *key_word(const char *text)
{
	static char out[64];
	struct mxlog_predicate *made;
	const char *key;
	bool word;

	ck_assert_int_eq(mxlog_predicate_new(text, false, &made, NULL), 0);
	key = mxlog_predicate_key(made, &word);
	(void)snprintf(out, sizeof(out), "%s%s", word ? "~" : "",
	    key ? key : "");
	mxlog_predicate_free(made);
	return out;
}

START_TEST(a_key_is_looked_for_by_what_no_renaming_changes)
{
	ck_assert_str_eq(key_word("context.request_id"), "~request");
	ck_assert_str_eq(key_word("context.a_b_2"), "~");
	ck_assert_str_eq(key_word("context.na_u00ef_ve"), "~na");
	ck_assert_str_eq(key_word("context.user_22"), "~user");
	ck_assert_str_eq(key_word("context.a.userId"), "userId");
	ck_assert_str_eq(key_word("function"), "function");
	ck_assert_str_eq(key_word("module"), "");
}
END_TEST

SUITE("query_match", context_is_asked_as_it_stands,
    what_only_the_decoded_context_tells_is_left_to_it,
    a_key_is_looked_for_by_what_no_renaming_changes, no_filter_matches,
    both_ends_of_the_time_are_inclusive, levels_are_a_set,
    a_module_is_itself_and_its_dotted_children,
    a_trace_is_found_however_it_is_written, tags_must_all_be_there,
    search_is_for_a_substring_in_any_case,
    case_and_patterns_count_when_asked_for, what_is_absent_does_not_match)
