/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/json_tree.h"

#include <dirent.h>
#include <stdio.h>

#include "suite.h"

static struct mxlog_json_tree *parse(const char *text)
{
	struct mxlog_json_tree *root;
	struct mxlog_error error;

	if (mxlog_json_tree_parse(text, strlen(text), &root, &error) < 0)
		ck_abort_msg("%s: %s", text, error.text);
	return root;
}

static struct mxlog_error refused(const char *text)
{
	struct mxlog_json_tree *root;
	struct mxlog_error error = { 0 };

	ck_assert_int_eq(mxlog_json_tree_parse(text, strlen(text), &root,
			     &error),
	    -EBADMSG);
	return error;
}

START_TEST(values_are_found_by_key_and_index)
{
	struct mxlog_json_tree *root =
	    parse("{\"a\":[1,\"x\\u00e4\",null,true,1.5],\"b\":{\"c\":{}}}");
	const struct mxlog_json_tree *a = mxlog_json_tree_get(root, "a");
	double number;
	uint64_t u64;
	size_t len;
	bool b;

	ck_assert_uint_eq(mxlog_json_tree_count(root), 2);
	ck_assert_uint_eq(mxlog_json_tree_count(a), 5);
	ck_assert_int_eq(mxlog_json_tree_u64(mxlog_json_tree_at(a, 0), &u64),
	    0);
	ck_assert_uint_eq(u64, 1);
	ck_assert_str_eq(mxlog_json_tree_text(mxlog_json_tree_at(a, 1), &len),
	    "x\xc3\xa4");
	ck_assert_uint_eq(len, 3);
	ck_assert_int_eq(mxlog_json_tree_kind(mxlog_json_tree_at(a, 2)),
	    MXLOG_JSON_KIND_NULL);
	ck_assert_int_eq(mxlog_json_tree_bool(mxlog_json_tree_at(a, 3), &b), 0);
	ck_assert(b);
	ck_assert_int_eq(mxlog_json_tree_double(mxlog_json_tree_at(a, 4),
			     &number),
	    0);
	ck_assert_double_eq(number, 1.5);
	ck_assert_int_eq(mxlog_json_tree_u64(mxlog_json_tree_at(a, 4), &u64),
	    -EINVAL);
	ck_assert_ptr_null(mxlog_json_tree_get(root, "z"));
	ck_assert_ptr_null(mxlog_json_tree_get(a, "z"));
	mxlog_json_tree_free(root);
	mxlog_json_tree_free(NULL);
}
END_TEST

START_TEST(integers_do_not_saturate_in_silence)
{
	struct mxlog_json_tree *root =
	    parse("[18446744073709551614,18446744073709551615,"
		  "18446744073709551616,99999999999999999999999,-1,1e400]");
	uint64_t u64;
	double number;

	ck_assert_int_eq(mxlog_json_tree_u64(mxlog_json_tree_at(root, 0), &u64),
	    0);
	ck_assert(u64 == UINT64_MAX - 1);
	for (size_t i = 1; i < 5; i++)
		ck_assert_int_eq(mxlog_json_tree_u64(mxlog_json_tree_at(root,
							 i),
				     &u64),
		    -ERANGE);
	ck_assert_int_eq(mxlog_json_tree_double(mxlog_json_tree_at(root, 5),
			     &number),
	    -ERANGE);
	mxlog_json_tree_free(root);
}
END_TEST

START_TEST(a_lone_value_is_json_too)
{
	static const char *const texts[] = { "12", " null ", "\"x\"", "true",
		"[]", "-0.5e3" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		mxlog_json_tree_free(parse(texts[i]));
}
END_TEST

START_TEST(a_key_that_stands_twice_or_would_be_cut_is_refused)
{
	ck_assert_str_eq(refused("{\"a\":1,\"a\":2}").text,
	    "expected every key of an object once");
	(void)refused("[{\"a\":{\"b\":1,\"\\u0062\":2}}]");
	(void)refused("{\"a\\u0000b\":1}");
	mxlog_json_tree_free(parse("{\"a\":{\"a\":1},\"b\":{\"a\":1}}"));
}
END_TEST

START_TEST(what_is_no_json_is_told_with_its_offset)
{
	struct mxlog_error error = refused("{\"a\":1,}");

	ck_assert_uint_eq(error.offset, 7);
	ck_assert_str_eq(error.text, "expected JSON: byte 8");
	(void)refused("");
	(void)refused("{'a':1}");
	(void)refused("[1] x");
	(void)refused("/* no */ []");
	(void)refused("[01]");
	(void)refused("\"\xff\"");
}
END_TEST

START_TEST(deep_nesting_is_bounded)
{
	char text[4096];

	memset(text, '[', 2000);
	memset(text + 2000, ']', 2000);
	text[4000] = '\0';
	(void)refused(text);
	text[2000 + 100] = '\0';
	mxlog_json_tree_free(parse(text + 1900));
}
END_TEST

/* y_ must be taken, n_ refused, i_ as we like: but none may crash. */
START_TEST(the_corpus_agrees)
{
	const char *path = MXLOG_CORPUS_DIR "/jsontestsuite/test_parsing";
	DIR *dir = opendir(path);
	struct dirent *item;
	int n = 0;

	if (!dir) {
		printf("skipped: no corpus\n");
		return;
	}
	while ((item = readdir(dir))) {
		struct mxlog_json_tree *root = NULL;
		char name[512], text[250000];
		FILE *file;
		size_t len;
		int r;

		if (item->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, item->d_name);
		file = fopen(name, "re");
		ck_assert_ptr_nonnull(file);
		len = fread(text, 1, sizeof(text), file);
		(void)fclose(file);
		r = mxlog_json_tree_parse(text, len, &root, NULL);
		if (item->d_name[0] == 'y' && !strstr(name, "duplicated") &&
		    !strstr(name, "null_key") && !strstr(name, "escaped_null"))
			ck_assert_msg(r == 0, "refused: %s", item->d_name);
		if (item->d_name[0] == 'n')
			ck_assert_msg(r < 0, "taken: %s", item->d_name);
		mxlog_json_tree_free(root);
		n++;
	}
	(void)closedir(dir);
	ck_assert_int_gt(n, 100);
}
END_TEST

SUITE("json_tree", values_are_found_by_key_and_index,
    integers_do_not_saturate_in_silence, a_lone_value_is_json_too,
    a_key_that_stands_twice_or_would_be_cut_is_refused,
    what_is_no_json_is_told_with_its_offset, deep_nesting_is_bounded,
    the_corpus_agrees)
