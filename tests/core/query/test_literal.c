/* SPDX-License-Identifier: Apache-2.0 */
#include "query/literal.h"

#include "suite.h"

enum {
	NONE = 9, /* there is no order */
};

static struct mxlog_field_value value_of(const char *text, bool json)
{
	return (struct mxlog_field_value){ .text = text,
		.len = strlen(text),
		.json = json };
}

static bool equals(const char *text, enum mxlog_literal_kind kind,
    const char *value, bool json)
{
	struct mxlog_field_value field = value_of(value, json);
	struct mxlog_literal literal;

	mxlog_literal_init(&literal, text, strlen(text), kind);
	return mxlog_literal_equals(&literal, &field);
}

static int order(const char *text, enum mxlog_literal_kind kind,
    const char *value, bool json)
{
	struct mxlog_field_value field = value_of(value, json);
	struct mxlog_literal literal;
	int way;

	mxlog_literal_init(&literal, text, strlen(text), kind);
	if (!mxlog_literal_order(&literal, &field, &way))
		return NONE;
	return (way > 0) - (way < 0);
}

START_TEST(a_number_is_equal_to_numbers_and_to_its_own_characters)
{
	ck_assert(equals("5", MXLOG_LITERAL_ANY, "5", true));
	ck_assert(equals("5", MXLOG_LITERAL_ANY, "5.0", true));
	ck_assert(equals("5e0", MXLOG_LITERAL_ANY, "5", true));
	ck_assert(equals("5", MXLOG_LITERAL_ANY, "5", false));
	ck_assert(!equals("5", MXLOG_LITERAL_ANY, "5.0", false));
	ck_assert(!equals("1.1", MXLOG_LITERAL_ANY, "1.10", false));
	ck_assert(!equals("1e5", MXLOG_LITERAL_ANY, "100000", false));
	ck_assert(!equals("x", MXLOG_LITERAL_ANY, "5", true));
	ck_assert(!equals("5", MXLOG_LITERAL_STRING, "5", true));
	ck_assert(equals("5", MXLOG_LITERAL_STRING, "5", false));
	ck_assert(!equals("5", MXLOG_LITERAL_NUMBER, "5", false));
	ck_assert(equals("5", MXLOG_LITERAL_NUMBER, "5.00", true));
}
END_TEST

START_TEST(integers_of_any_length_are_equal_digit_by_digit)
{
	ck_assert(equals("4111111111111111111", MXLOG_LITERAL_ANY,
	    "4111111111111111111", true));
	ck_assert(!equals("4111111111111111111", MXLOG_LITERAL_ANY,
	    "4111111111111111112", true));
	ck_assert(!equals("9007199254740993", MXLOG_LITERAL_ANY,
	    "9007199254740992", true));
	ck_assert_int_eq(order("18446744073709551617", MXLOG_LITERAL_ANY,
			     "18446744073709551616", true),
	    -1);
	ck_assert(!equals("1e400", MXLOG_LITERAL_ANY, "2e400", true));
}
END_TEST

START_TEST(words_of_json_are_equal_to_their_names)
{
	ck_assert(equals("true", MXLOG_LITERAL_ANY, "true", true));
	ck_assert(equals("true", MXLOG_LITERAL_ANY, "true", false));
	ck_assert(!equals("true", MXLOG_LITERAL_STRING, "true", true));
	ck_assert(equals("null", MXLOG_LITERAL_ANY, "null", true));
	ck_assert(!equals("null", MXLOG_LITERAL_ANY, "false", true));
	ck_assert_int_eq(order("true", MXLOG_LITERAL_ANY, "false", true), NONE);
}
END_TEST

START_TEST(only_like_has_an_order)
{
	ck_assert_int_eq(order("500", MXLOG_LITERAL_ANY, "503", true), 1);
	ck_assert_int_eq(order("500", MXLOG_LITERAL_ANY, "1e2", true), -1);
	ck_assert_int_eq(order("500", MXLOG_LITERAL_ANY, "503", false), NONE);
	ck_assert_int_eq(order("500", MXLOG_LITERAL_ANY, "N/A", false), NONE);
	ck_assert_int_eq(order("500", MXLOG_LITERAL_ANY, "true", true), NONE);
	ck_assert_int_eq(order("500", MXLOG_LITERAL_ANY, "{}", true), NONE);
	ck_assert_int_eq(order("b", MXLOG_LITERAL_ANY, "5", true), NONE);
	ck_assert_int_eq(order("b", MXLOG_LITERAL_ANY, "a", false), -1);
	ck_assert_int_eq(order("b", MXLOG_LITERAL_ANY, "b", false), 0);
	ck_assert_int_eq(order("b", MXLOG_LITERAL_ANY, "bb", false), 1);
	ck_assert_int_eq(order("", MXLOG_LITERAL_ANY, "a", false), 1);
}
END_TEST

START_TEST(levels_are_ordered_by_severity)
{
	ck_assert_int_eq(order("warn", MXLOG_LITERAL_LEVEL, "ERROR", false), 1);
	ck_assert_int_eq(order("WARNING", MXLOG_LITERAL_LEVEL, "INFO", false),
	    -1);
	ck_assert(equals("error", MXLOG_LITERAL_LEVEL, "ERROR", false));
	/* What is no level is a text like any other. */
	ck_assert(!equals("LOUD", MXLOG_LITERAL_LEVEL, "ERROR", false));
	ck_assert_int_eq(order("LOUD", MXLOG_LITERAL_LEVEL, "ERROR", false),
	    -1);
}
END_TEST

SUITE("literal", a_number_is_equal_to_numbers_and_to_its_own_characters,
    integers_of_any_length_are_equal_digit_by_digit,
    words_of_json_are_equal_to_their_names, only_like_has_an_order,
    levels_are_ordered_by_severity)
