/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_names.h"

#include <stdio.h>

#include "suite.h"

static void add(struct mxlog_archive_names *names, const char *text)
{
	ck_assert_int_eq(mxlog_archive_names_add(names, text, strlen(text)), 0);
}

static bool know(struct mxlog_archive_names *names, const char *text)
{
	return mxlog_archive_names_know(names, text, strlen(text));
}

START_TEST(each_name_is_listed_once_in_the_order_of_its_coming)
{
	struct mxlog_archive_names names = { 0 };
	struct mxlog_archive_name *list;

	ck_assert(!know(&names, "b"));
	add(&names, "b");
	add(&names, "a");
	add(&names, "b");
	add(&names, "");
	ck_assert(know(&names, "a") && know(&names, "b") && know(&names, ""));
	ck_assert(!know(&names, "ab"));
	ck_assert_uint_eq(names.n, 3);
	ck_assert_int_eq(mxlog_archive_names_list(&names, &list), 0);
	ck_assert(list[0].len == 1 && *list[0].text == 'b');
	ck_assert(list[1].len == 1 && *list[1].text == 'a');
	ck_assert(list[2].len == 0);
	free(list);
	mxlog_archive_names_done(&names);
}
END_TEST

START_TEST(a_member_has_what_was_added_since_the_one_before)
{
	struct mxlog_archive_names names = { 0 };
	uint16_t list[3];

	add(&names, "x");
	add(&names, "y");
	add(&names, "x");
	ck_assert_uint_eq(mxlog_archive_names_count(&names), 2);
	mxlog_archive_names_take(&names, list);
	ck_assert_uint_eq(mxlog_archive_names_count(&names), 0);

	/* The one that was added last is as new as any to the next member. */
	add(&names, "x");
	add(&names, "z");
	ck_assert_uint_eq(mxlog_archive_names_count(&names), 2);
	mxlog_archive_names_take(&names, list);
	ck_assert_uint_eq(list[0], 0);
	ck_assert_uint_eq(list[1], 2);
	add(&names, "z");
	ck_assert_uint_eq(mxlog_archive_names_count(&names), 1);
	mxlog_archive_names_done(&names);
}
END_TEST

START_TEST(a_member_of_too_many_names_holds_any)
{
	struct mxlog_archive_names names = { 0 };
	uint16_t list[MXLOG_ARCHIVE_MEMBER_NAMES_MAX];
	char text[32];

	for (int i = 0; i < MXLOG_ARCHIVE_MEMBER_NAMES_MAX; i++) {
		(void)snprintf(text, sizeof(text), "name_%d", i);
		add(&names, text);
	}
	ck_assert_uint_eq(mxlog_archive_names_count(&names),
	    MXLOG_ARCHIVE_MEMBER_NAMES_MAX);
	add(&names, "one_more");
	ck_assert_uint_eq(mxlog_archive_names_count(&names), MXLOG_ARCHIVE_ANY);
	mxlog_archive_names_take(&names, list); /* writes nothing */
	add(&names, "one_more");
	ck_assert_uint_eq(mxlog_archive_names_count(&names), 1);
	mxlog_archive_names_done(&names);
}
END_TEST

START_TEST(a_name_that_can_not_be_listed_makes_its_member_any)
{
	struct mxlog_archive_names names = { 0 };
	char text[MXLOG_ARCHIVE_NAME_LEN_MAX + 2];

	memset(text, 'a', sizeof(text));
	text[MXLOG_ARCHIVE_NAME_LEN_MAX + 1] = '\0';
	add(&names, text);
	ck_assert(!know(&names, text));
	ck_assert_uint_eq(names.n, 0);
	ck_assert_uint_eq(mxlog_archive_names_count(&names), MXLOG_ARCHIVE_ANY);
	mxlog_archive_names_take(&names, NULL);
	text[MXLOG_ARCHIVE_NAME_LEN_MAX] = '\0';
	add(&names, text);
	ck_assert_uint_eq(mxlog_archive_names_count(&names), 1);
	mxlog_archive_names_done(&names);
}
END_TEST

SUITE("archive_names", each_name_is_listed_once_in_the_order_of_its_coming,
    a_member_has_what_was_added_since_the_one_before,
    a_member_of_too_many_names_holds_any,
    a_name_that_can_not_be_listed_makes_its_member_any)
