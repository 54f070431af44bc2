/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/module.h>

#include "suite.h"

enum {
	FLAG,
	COUNT,
	NAME,
	LIST,
	BARE
};

static const struct mxlog_option table[] = {
	{ "flag", MXLOG_OPTION_BOOL, "true", 0, 0, "a flag" },
	{ "count", MXLOG_OPTION_INT, "5", 1, 10, "a number" },
	{ "name", MXLOG_OPTION_TEXT, "x", 0, 0, "a text" },
	{ "list", MXLOG_OPTION_LIST, "a", 0, 0, "texts" },
	{ "bare", MXLOG_OPTION_TEXT, NULL, 0, 0, "no default" },
};

static int parse(const char *json, struct mxlog_options **ret,
    struct mxlog_error *error)
{
	return mxlog_options_parse(table, ARRAY_LEN(table), "demo", json,
	    json ? strlen(json) : 0, ret, error);
}

START_TEST(without_a_section_every_option_has_its_default)
{
	struct mxlog_options *options;
	size_t n;

	ck_assert_int_eq(parse(NULL, &options, NULL), 0);
	ck_assert(mxlog_options_get_bool(options, FLAG));
	ck_assert_int_eq(mxlog_options_get_int(options, COUNT), 5);
	ck_assert_str_eq(mxlog_options_get_text(options, NAME), "x");
	ck_assert_str_eq(mxlog_options_get_list(options, LIST, &n)[0], "a");
	ck_assert_uint_eq(n, 1);
	ck_assert_ptr_null(mxlog_options_get_text(options, BARE));
	mxlog_options_free(options);
}
END_TEST

START_TEST(a_section_replaces_defaults)
{
	struct mxlog_options *options;
	const char *const *list;
	size_t n;

	ck_assert_int_eq(
	    parse("{\"flag\":false,\"count\":10,\"name\":\"\\u00e9\","
		  "\"list\":[\"b\",\"c\"],\"bare\":null}",
		&options, NULL),
	    0);
	ck_assert(!mxlog_options_get_bool(options, FLAG));
	ck_assert_int_eq(mxlog_options_get_int(options, COUNT), 10);
	ck_assert_str_eq(mxlog_options_get_text(options, NAME), "\xc3\xa9");
	list = mxlog_options_get_list(options, LIST, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(list[0], "b");
	ck_assert_str_eq(list[1], "c");
	mxlog_options_free(options);
}
END_TEST

START_TEST(one_text_stands_for_a_list_of_one)
{
	struct mxlog_options *options;
	size_t n;

	ck_assert_int_eq(parse("{\"list\":\"z\"}", &options, NULL), 0);
	ck_assert_str_eq(mxlog_options_get_list(options, LIST, &n)[0], "z");
	ck_assert_uint_eq(n, 1);
	mxlog_options_free(options);
}
END_TEST

START_TEST(what_does_not_fit_is_refused_with_what_was_expected)
{
	static const struct {
		const char *json, *text;
	} cases[] = {
		{ "{\"cuont\":1}",
		    "demo.cuont: unknown key; did you mean count?" },
		{ "{\"count\":11}",
		    "demo.count: expected a whole number from 1 to 10" },
		{ "{\"count\":1.5}",
		    "demo.count: expected a whole number from 1 to 10" },
		{ "{\"flag\":1}", "demo.flag: expected true or false" },
		{ "{\"name\":[]}", "demo.name: expected a text" },
		{ "{\"name\":\"a\\u0000b\"}",
		    "demo.name: expected a text without NUL" },
		{ "{\"list\":[1]}", "demo.list: expected a list of texts" },
		{ "[]", "demo: expected a mapping" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_options *options;
		struct mxlog_error error;

		ck_assert_int_eq(parse(cases[i].json, &options, &error),
		    -EINVAL);
		ck_assert_str_eq(error.text, cases[i].text);
	}
}
END_TEST

SUITE("options", without_a_section_every_option_has_its_default,
    a_section_replaces_defaults, one_text_stands_for_a_list_of_one,
    what_does_not_fit_is_refused_with_what_was_expected)
