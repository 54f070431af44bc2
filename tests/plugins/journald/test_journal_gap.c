/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_gap.h"

#include <stdio.h>

#include "suite.h"

#define STREAM "0a1219c7c4c5404aaa1f6d2a48adfda4"

static const char *format(uint64_t first, uint64_t last)
{
	static char text[MXLOG_JOURNAL_IDENTITY_MAX + 1];
	const struct mxlog_journal_gap gap = { STREAM, first, last };

	text[mxlog_journal_gap_format(text, &gap)] = '\0';
	return text;
}

static int add(struct mxlog_journal_told *told, const char *text)
{
	return mxlog_journal_told_add(told, text, strlen(text));
}

START_TEST(a_gap_reads_back_as_it_was_written)
{
	struct mxlog_journal_told told = { 0 };

	ck_assert_str_eq(format(0x67, 0xac), "0a1219c7-67..ac");
	ck_assert_str_eq(format(0x67, UINT64_MAX), "0a1219c7-67..");
	ck_assert_int_eq(add(&told, format(0x67, 0xac)), 1);
	ck_assert_int_eq(add(&told, format(1, UINT64_MAX)), 1);
	ck_assert_uint_eq(told.n, 2);
	ck_assert_uint_eq(told.ranges[0].id, 0x0a1219c7);
	ck_assert_uint_eq(told.ranges[0].first, 0x67);
	ck_assert_uint_eq(told.ranges[0].last, 0xac);
	ck_assert_uint_eq(told.ranges[1].last, UINT64_MAX);
	mxlog_journal_told_done(&told);
}
END_TEST

START_TEST(other_texts_are_no_gaps)
{
	static const char *const texts[] = { "", "0a1219c7-67", "0a1219c7-67@8",
		"0a1219c7-67,1+2", "a1219c7-67..ac", "0A1219C7-67..ac",
		"0a1219c7-67..ac ", "0a1219c7-67.ac", "0a1219c7-067..ac",
		"0a1219c7-67..0ac", "0a1219c7-67..ffffffffffffffff",
		"0a1219c7-67..10000000000000000", "0a1219c7-67..-1",
		"0a1219c7- 67..ac" };
	struct mxlog_journal_told told = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ck_assert_msg(add(&told, texts[i]) == 0, "%s", texts[i]);
	ck_assert_uint_eq(told.n, 0);
}
END_TEST

struct number_set {
	struct mxlog_journal_identity_set known;
	struct mxlog_journal_told told;
};

static void know(struct number_set *set, uint32_t id, uint64_t seqnum)
{
	const struct mxlog_journal_identity identity = { id, seqnum, 1000 };

	ck_assert_int_eq(mxlog_journal_identity_set_add(&set->known, &identity),
	    0);
}

static void check_narrow(struct number_set *set, uint64_t last, uint64_t left,
    uint64_t new_first, uint64_t new_last)
{
	struct mxlog_journal_gap gap = { STREAM, 10, last };
	uint64_t found = 0;

	ck_assert_int_eq(mxlog_journal_gap_narrow(&gap, &set->known, &set->told,
			     &found),
	    0);
	ck_assert_uint_eq(found, left);
	ck_assert_uint_eq(gap.first, new_first);
	ck_assert_uint_eq(gap.last, new_last);
	mxlog_journal_identity_set_done(&set->known);
	mxlog_journal_told_done(&set->told);
}

START_TEST(a_gap_that_nobody_knows_of_stays_whole)
{
	struct number_set set = { 0 };

	know(&set, 0x0a1219c7, 9);
	know(&set, 0x0a1219c7, 21);
	know(&set, 0xdeadbeef, 15); /* another stream's */
	check_narrow(&set, 20, 11, 10, 20);
	check_narrow(&set, UINT64_MAX, UINT64_MAX, 10, UINT64_MAX);
}
END_TEST

START_TEST(what_stands_in_lines_is_left_out)
{
	struct number_set set = { 0 };

	for (uint64_t i = 10; i <= 14; i++)
		know(&set, 0x0a1219c7, i);
	know(&set, 0x0a1219c7, 17);
	know(&set, 0x0a1219c7, 20);
	check_narrow(&set, 20, 4, 15, 19);
	for (uint64_t i = 10; i <= 20; i++)
		know(&set, 0x0a1219c7, i);
	check_narrow(&set, 20, 0, 10, 20);
	for (uint64_t i = 10; i <= 20; i++)
		know(&set, 0x0a1219c7, i);
	check_narrow(&set, UINT64_MAX, UINT64_MAX, 21, UINT64_MAX);
}
END_TEST

START_TEST(what_was_told_is_not_told_again)
{
	struct number_set set = { 0 };

	ck_assert_int_eq(add(&set.told, format(10, 20)), 1);
	check_narrow(&set, 20, 0, 10, 20);
	ck_assert_int_eq(add(&set.told, format(8, 12)), 1);
	ck_assert_int_eq(add(&set.told, format(11, 12)), 1);
	know(&set, 0x0a1219c7, 11);
	check_narrow(&set, 20, 8, 13, 20);
	ck_assert_int_eq(add(&set.told, format(10, UINT64_MAX)), 1);
	check_narrow(&set, UINT64_MAX, 0, 10, UINT64_MAX);
	ck_assert_int_eq(add(&set.told, "deadbeef-1..ff"), 1);
	check_narrow(&set, 20, 11, 10, 20);
}
END_TEST

SUITE("journal_gap", a_gap_reads_back_as_it_was_written,
    other_texts_are_no_gaps, a_gap_that_nobody_knows_of_stays_whole,
    what_stands_in_lines_is_left_out, what_was_told_is_not_told_again)
