/* SPDX-License-Identifier: Apache-2.0 */
#include "report/groups.h"

#include <stdio.h>

#include "report/top_groups.h"
#include "suite.h"

static void count(struct mxlog_groups *groups, struct mxlog_entry *entry,
    uint64_t value)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%llu", (unsigned long long)value);

	mxlog_entry_reset(entry);
	ck_assert_int_ge(mxlog_entry_set(entry, MXLOG_FIELD_FUNCTION, text,
			     (size_t)n),
	    0);
	ck_assert_int_ge(mxlog_groups_add(groups, entry), 0);
}

/* Values 0 to n - 1; of the first 10 there are 5 more each. */
static struct mxlog_groups *count_many(uint64_t n)
{
	struct mxlog_groups *groups;
	struct mxlog_entry *entry;

	ck_assert_int_eq(mxlog_groups_new("function", false, &groups, NULL), 0);
	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	for (uint64_t i = 0; i < n; i++) {
		count(groups, entry, i);
		if (i % (n / 50) == 0)
			count(groups, entry, i / (n / 50) % 10);
	}
	mxlog_entry_free(entry);
	return groups;
}

START_TEST(of_more_values_than_fit_the_largest_are_exact)
{
	const uint64_t n = 600000;
	struct mxlog_groups *groups = count_many(n), *other = count_many(n);
	uint64_t left_out_groups, left_out;

	ck_assert_int_ge(mxlog_groups_merge(groups, other), 0);
	mxlog_groups_free(other);
	ck_assert_int_ge(mxlog_groups_finish(groups), 0);
	ck_assert_uint_eq(mxlog_groups_get_total(groups), 2 * (n + 50));
	ck_assert_uint_eq(mxlog_groups_get_size(groups), MXLOG_TOP_GROUPS_MAX);
	for (size_t i = 0; i < 10; i++) {
		const char *text;
		size_t len;

		mxlog_groups_get_value(groups, i, 0, &text, &len);
		ck_assert_uint_eq(len, 1);
		ck_assert_int_eq(text[0], '0' + (int)i);
		ck_assert_uint_eq(mxlog_groups_get_count(groups, i), 12);
	}
	ck_assert_uint_eq(mxlog_groups_get_count(groups, 10), 2);
	mxlog_groups_get_left_out(groups, &left_out_groups, &left_out);
	ck_assert_uint_eq(left_out_groups, n - MXLOG_TOP_GROUPS_MAX);
	ck_assert_uint_eq(left_out, 2 * (n - MXLOG_TOP_GROUPS_MAX));
	mxlog_groups_free(groups);
}
END_TEST

START_TEST(what_fits_is_whole)
{
	struct mxlog_groups *groups = count_many(1000);
	uint64_t left_out_groups, left_out;

	ck_assert_int_ge(mxlog_groups_finish(groups), 0);
	ck_assert_uint_eq(mxlog_groups_get_size(groups), 1000);
	mxlog_groups_get_left_out(groups, &left_out_groups, &left_out);
	ck_assert_uint_eq(left_out_groups + left_out, 0);
	mxlog_groups_free(groups);
}
END_TEST

START_TEST(groups_that_must_stay_are_refused_beyond_memory)
{
	struct mxlog_groups *groups;
	struct mxlog_entry *entry;
	char text[32];
	int r = 0, n;

	ck_assert_int_eq(mxlog_groups_new("function", false, &groups, NULL), 0);
	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	mxlog_groups_keep(groups);
	for (int i = 0; r >= 0 && i < 300000; i++) {
		mxlog_entry_reset(entry);
		n = snprintf(text, sizeof(text), "%d", i);
		ck_assert_int_ge(mxlog_entry_set(entry, MXLOG_FIELD_FUNCTION,
				     text, (size_t)n),
		    0);
		r = mxlog_groups_add(groups, entry);
	}
	ck_assert_int_eq(r, -E2BIG);
	mxlog_entry_free(entry);
	mxlog_groups_free(groups);
}
END_TEST

SUITE("groups", of_more_values_than_fit_the_largest_are_exact,
    what_fits_is_whole, groups_that_must_stay_are_refused_beyond_memory)
