/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/yaml_tree.h"

#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "suite.h"

static struct mxlog_yaml *parse(const char *text)
{
	struct mxlog_yaml *root;
	struct mxlog_error error;

	if (mxlog_yaml_parse(text, strlen(text), &root, &error) < 0)
		ck_abort_msg("%s: %s", text, error.text);
	return root;
}

/* Add `text` n times and parse it between `before` and `after`. */
static int parse_many(const char *before, const char *text, size_t n,
    const char *after, struct mxlog_error *error)
{
	struct mxlog_buf buf = { 0 };
	struct mxlog_yaml *root = NULL;
	int r;

	r = mxlog_buf_add(&buf, before, strlen(before));
	for (size_t i = 0; i < n && r == 0; i++)
		r = mxlog_buf_add(&buf, text, strlen(text));
	if (r == 0)
		r = mxlog_buf_add(&buf, after, strlen(after));
	ck_assert_int_eq(r, 0);
	r = mxlog_yaml_parse(buf.data, buf.len, &root, error);
	if (r == 0)
		mxlog_yaml_free(root);
	mxlog_buf_done(&buf);
	return r;
}

START_TEST(nodes_know_where_they_stand)
{
	struct mxlog_yaml *root =
	    parse("a: 1\n# x\nb:\n  - c\n  - \xc3\xa4: 'd'\n");
	const struct mxlog_yaml *b = mxlog_yaml_get(root, "b");
	const struct mxlog_yaml *second = b->first->next;

	ck_assert_int_eq(root->type, MXLOG_YAML_MAPPING);
	ck_assert_str_eq(mxlog_yaml_get(root, "a")->text, "1");
	ck_assert_int_eq(b->type, MXLOG_YAML_SEQUENCE);
	ck_assert_uint_eq(b->line, 4);
	ck_assert_uint_eq(b->column, 3);
	ck_assert_uint_eq(b->first->line, 4);
	ck_assert_uint_eq(b->first->column, 5);
	ck_assert_str_eq(second->first->text, "\xc3\xa4");
	ck_assert_uint_eq(second->first->value->line, 5);
	ck_assert_uint_eq(second->first->value->column, 8);
	ck_assert(!second->first->value->plain);
	ck_assert_ptr_null(second->next);
	ck_assert_ptr_null(mxlog_yaml_get(root, "z"));
	mxlog_yaml_free(root);
	mxlog_yaml_free(NULL);
}
END_TEST

START_TEST(plain_scalars_mean_what_people_mean)
{
	static const struct {
		const char *text;
		enum mxlog_yaml_scalar scalar;
	} cases[] = {
		{ "a:", MXLOG_YAML_NULL },
		{ "a: ~", MXLOG_YAML_NULL },
		{ "a: NULL", MXLOG_YAML_NULL },
		{ "a: True", MXLOG_YAML_TRUE },
		{ "a: YES", MXLOG_YAML_TRUE },
		{ "a: on", MXLOG_YAML_TRUE },
		{ "a: false", MXLOG_YAML_FALSE },
		{ "a: No", MXLOG_YAML_FALSE },
		{ "a: off", MXLOG_YAML_FALSE },
		{ "a: 'off'", MXLOG_YAML_TEXT },
		{ "a: \"\"", MXLOG_YAML_TEXT },
		{ "a: 0", MXLOG_YAML_NUMBER },
		{ "a: -12", MXLOG_YAML_NUMBER },
		{ "a: +1.5e-3", MXLOG_YAML_NUMBER },
		{ "a: 010", MXLOG_YAML_TEXT },
		{ "a: 1_000", MXLOG_YAML_TEXT },
		{ "a: 1.", MXLOG_YAML_TEXT },
		{ "a: .5", MXLOG_YAML_TEXT },
		{ "a: 1e", MXLOG_YAML_TEXT },
		{ "a: 12x", MXLOG_YAML_TEXT },
		{ "a: .inf", MXLOG_YAML_TEXT },
		{ "a: n", MXLOG_YAML_TEXT },
		{ "a: 1.5.2", MXLOG_YAML_TEXT },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_yaml *root;

		root = parse(cases[i].text);
		ck_assert_msg(mxlog_yaml_scalar(root->first->value) ==
			cases[i].scalar,
		    "%s", cases[i].text);
		mxlog_yaml_free(root);
	}
}
END_TEST

START_TEST(size_depth_and_number_of_nodes_are_bounded)
{
	struct mxlog_error error;

	ck_assert_int_eq(parse_many("a: ", "[", 15, "", &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "expected YAML"));
	ck_assert_int_eq(parse_many("a: ", "[", 16, "", &error), -EINVAL);
	ck_assert_str_eq(error.text, "expected at most 16 levels of nesting");
	ck_assert_uint_eq(error.column, 19);
	ck_assert_int_eq(parse_many("a:\n", "- 1\n", 9997, "", &error), 0);
	ck_assert_int_eq(parse_many("a:\n", "- 1\n", 9998, "", &error),
	    -EINVAL);
	ck_assert_uint_eq(error.line, 9999);
	ck_assert_int_eq(parse_many("# ", "x", 1048572, "\n\n", &error), 0);
	ck_assert_int_eq(parse_many("# ", "x", 1048573, "\n\n", &error),
	    -EINVAL);
	ck_assert_str_eq(error.text, "expected at most 1 MiB of text");
}
END_TEST

START_TEST(the_worst_a_mebibyte_can_do_takes_little_time)
{
	static const struct {
		const char *before, *text;
		size_t len;
	} cases[] = {
		{ "", "? ", 2 },
		{ "", "- ", 2 },
		{ "", "[", 1 },
		{ "", "{", 1 },
		{ "[", "a,", 2 },
		{ "{", "a: b,", 5 },
		{ "", "a: &a\n", 6 },
		{ "\"", "\\\n", 2 },
		{ "a: |\n", " \n", 2 },
		{ "", "%TAG ! !\n", 9 },
		{ "", " ", 1 },
		{ "[", "a,\n", 3 },
		{ "", "'", 1 },
		{ "", "a\n", 2 },
		{ "", "--- a\n", 6 },
		{ "", "\n", 1 },
		{ "{", "[", 1 },
		{ "", "!a ", 3 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		clock_t start = clock();

		(void)parse_many(cases[i].before, cases[i].text,
		    1000000 / cases[i].len, "", NULL);
		ck_assert_msg(clock() - start < CLOCKS_PER_SEC, "%s: %ld us",
		    cases[i].text, (long)(clock() - start));
	}
}
END_TEST

START_TEST(many_keys_are_compared_in_little_time)
{
	struct mxlog_buf buf = { 0 };
	struct mxlog_yaml *root;
	clock_t start = clock();

	for (int i = 0; i < 4999; i++)
		ck_assert_int_eq(mxlog_buf_printf(&buf, "key%d: 1\n", i), 0);
	ck_assert_int_eq(mxlog_yaml_parse(buf.data, buf.len, &root, NULL), 0);
	mxlog_yaml_free(root);
	mxlog_buf_done(&buf);
	ck_assert_int_lt(clock() - start, CLOCKS_PER_SEC);
}
END_TEST

SUITE("yaml_tree", nodes_know_where_they_stand,
    plain_scalars_mean_what_people_mean,
    size_depth_and_number_of_nodes_are_bounded,
    the_worst_a_mebibyte_can_do_takes_little_time,
    many_keys_are_compared_in_little_time)
