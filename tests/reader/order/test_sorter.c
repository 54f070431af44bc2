/* SPDX-License-Identifier: Apache-2.0 */
#include "order/sorter.h"

#include <stdio.h>

#include "suite.h"

static uint64_t seed = 7;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void add(struct mxlog_sorter *sorter, uint64_t hi, uint64_t stored,
    const char *text)
{
	struct mxlog_sort_record record = { .hi = hi,
		.offset = stored,
		.text = text,
		.len = text ? (uint32_t)strlen(text) : 10 };

	ck_assert_int_eq(mxlog_sorter_add(sorter, &record), 0);
}

static void drop(struct mxlog_sorter *sorter, uint64_t expected_hi)
{
	struct mxlog_sort_record record;

	ck_assert_int_eq(mxlog_sorter_first(sorter, &record), 1);
	ck_assert_uint_eq(record.hi, expected_hi);
	ck_assert_int_eq(mxlog_sorter_drop(sorter), 0);
}

/* Take all: each behind the one before. */
static uint64_t check_order(struct mxlog_sorter *sorter)
{
	struct mxlog_sort_record record;
	uint64_t n = 0, hi = 0, offset = 0;

	while (mxlog_sorter_first(sorter, &record) > 0) {
		if (n > 0)
			ck_assert(record.hi > hi ||
			    (record.hi == hi && record.offset > offset));
		if (record.text)
			ck_assert_mem_eq(record.text, "text", 4);
		hi = record.hi;
		offset = record.offset;
		n++;
		ck_assert_int_eq(mxlog_sorter_drop(sorter), 0);
	}
	return n;
}

START_TEST(equal_keys_stay_in_stored_order)
{
	struct mxlog_sorter *sorter;

	ck_assert_int_eq(mxlog_sorter_new(UINT64_MAX, false, &sorter), 0);
	for (uint64_t i = 0; i < 50000; i++)
		add(sorter, next_random() % 5, i, "text");
	ck_assert_uint_eq(check_order(sorter), 50000);
	mxlog_sorter_free(sorter);
}
END_TEST

START_TEST(more_than_memory_holds_is_ordered_too)
{
	struct mxlog_sorter *sorter;

	ck_assert_int_eq(mxlog_sorter_new(UINT64_MAX, false, &sorter), 0);
	for (uint64_t i = 0; i < 300000; i++)
		add(sorter, next_random() % 100000, i, NULL);
	ck_assert_uint_eq(check_order(sorter), 300000);
	mxlog_sorter_free(sorter);
}
END_TEST

/* The first one has the bytes that it was added with, if any. */
static void take_own(struct mxlog_sorter *sorter)
{
	struct mxlog_sort_record record;
	char key[24];

	ck_assert_int_eq(mxlog_sorter_first(sorter, &record), 1);
	(void)snprintf(key, sizeof(key), "%llu",
	    (unsigned long long)record.offset);
	ck_assert_uint_eq(record.extra_len, strlen(key));
	ck_assert_mem_eq(record.extra, key, strlen(key));
	if (record.text)
		ck_assert_mem_eq(record.text + record.len - strlen(key), key,
		    strlen(key));
	ck_assert_int_eq(mxlog_sorter_drop(sorter), 0);
}

/* Some are taken while others are added, so that those which stay are moved:
 * each keeps its own bytes. */
START_TEST(what_is_moved_stays_what_it_is)
{
	struct mxlog_sorter *sorter;
	struct mxlog_sort_record first;
	char text[800], key[24];
	uint64_t n = 0;

	ck_assert_int_eq(mxlog_sorter_new(UINT64_MAX, false, &sorter), 0);
	for (uint64_t i = 0; i < 120000; i++) {
		/* Some come early and are taken at last. */
		uint64_t last = i % 1000 == 0 ? 1000000 : 0;
		struct mxlog_sort_record record = { .hi = i + last,
			.offset = i,
			.text = text,
			.extra = key };

		record.len = (uint32_t)snprintf(text, sizeof(text), "%0*llu",
		    (int)(20 + i % 700), (unsigned long long)i);
		record.extra_len = (uint32_t)snprintf(key, sizeof(key), "%llu",
		    (unsigned long long)i);
		ck_assert_int_eq(mxlog_sorter_add(sorter, &record), 0);
		for (int k = 0; i % 100 == 99 && k < 70; k++, n++)
			take_own(sorter);
	}
	for (; n < 120000; n++)
		take_own(sorter);
	ck_assert_int_eq(mxlog_sorter_first(sorter, &first), 0);
	mxlog_sorter_free(sorter);
}
END_TEST

START_TEST(some_can_be_taken_before_others_come)
{
	struct mxlog_sorter *sorter;
	uint64_t next = 0;

	ck_assert_int_eq(mxlog_sorter_new(UINT64_MAX, false, &sorter), 0);
	for (uint64_t day = 0; day < 4; day++) {
		for (uint64_t i = 0; i < 100000; i++)
			add(sorter, day * 100000 + i, i, "text");
		for (uint64_t i = 0; i < 90000; i++)
			drop(sorter, next++);
	}
	while (next < 400000)
		drop(sorter, next++);
	mxlog_sorter_free(sorter);
}
END_TEST

START_TEST(a_limit_keeps_the_first_ones)
{
	struct mxlog_sorter *sorter;
	struct mxlog_sort_record record;

	ck_assert_int_eq(mxlog_sorter_new(10, false, &sorter), 0);
	for (uint64_t i = 0; i < 100000; i++)
		add(sorter, (i * 7919) % 100000, i, "text");
	for (uint64_t i = 0; i < 10; i++)
		drop(sorter, i);
	ck_assert_int_eq(mxlog_sorter_first(sorter, &record), 0);
	mxlog_sorter_free(sorter);
}
END_TEST

START_TEST(late_ones_keep_their_text_on_their_way_through_a_file)
{
	struct mxlog_sorter *sorter;
	struct mxlog_sort_record record;
	uint64_t late = 0, n = 0, hi = 0;

	ck_assert_int_eq(mxlog_sorter_new(UINT64_MAX, false, &sorter), 0);
	for (uint64_t i = 0; i < 300000; i++)
		add(sorter, i % 1000 == 999 ? i / 2 : i, i, "text");
	for (; mxlog_sorter_first(sorter, &record) > 0; n++) {
		ck_assert_uint_ge(record.hi, hi);
		hi = record.hi;
		if (record.hi != record.offset) {
			ck_assert_ptr_nonnull(record.text);
			ck_assert_mem_eq(record.text, "text", 4);
			late++;
		}
		ck_assert_int_eq(mxlog_sorter_drop(sorter), 0);
	}
	ck_assert_uint_eq(n, 300000);
	ck_assert_uint_eq(late, 300);
	mxlog_sorter_free(sorter);
}
END_TEST

START_TEST(late_ones_between_takings_come_in_order)
{
	struct mxlog_sorter *sorter;
	uint64_t stored = 0, floor = 0;

	ck_assert_int_eq(mxlog_sorter_new(UINT64_MAX, false, &sorter), 0);
	for (uint64_t round = 0; round < 2000; round++) {
		struct mxlog_sort_record record;

		for (size_t i = 0; i < 50; i++, stored++)
			add(sorter,
			    next_random() % 20 ? floor + stored / 10
					       : floor + next_random() % 9,
			    stored, "text");
		for (size_t i = 0; i < 40; i++) {
			ck_assert_int_eq(mxlog_sorter_first(sorter, &record),
			    1);
			ck_assert_uint_ge(record.hi, floor);
			floor = record.hi;
			ck_assert_int_eq(mxlog_sorter_drop(sorter), 0);
		}
	}
	ck_assert_uint_eq(check_order(sorter), 2000 * 10);
	mxlog_sorter_free(sorter);
}
END_TEST

START_TEST(long_text_keys_are_compared_whole_in_both_directions)
{
	static const char *const given[] = { "b", "a", "ab", "", "abc" };
	static const char *const up[] = { "", "a", "ab", "abc", "b" };

	for (int descending = 0; descending < 2; descending++) {
		struct mxlog_sorter *sorter;
		struct mxlog_sort_record record;

		ck_assert_int_eq(mxlog_sorter_new(UINT64_MAX, descending,
				     &sorter),
		    0);
		for (uint64_t i = 0; i < 5; i++) {
			record = (struct mxlog_sort_record){ .offset = i,
				.extra = given[i],
				.extra_len = (uint32_t)strlen(given[i]) };
			ck_assert_int_eq(mxlog_sorter_add(sorter, &record), 0);
		}
		for (size_t i = 0; i < 5; i++) {
			const char *wanted = up[descending ? 4 - i : i];

			ck_assert_int_eq(mxlog_sorter_first(sorter, &record),
			    1);
			ck_assert_uint_eq(record.extra_len, strlen(wanted));
			if (record.extra_len > 0)
				ck_assert_mem_eq(record.extra, wanted,
				    record.extra_len);
			ck_assert_int_eq(mxlog_sorter_drop(sorter), 0);
		}
		mxlog_sorter_free(sorter);
	}
}
END_TEST

SUITE("sorter", equal_keys_stay_in_stored_order,
    more_than_memory_holds_is_ordered_too, what_is_moved_stays_what_it_is,
    some_can_be_taken_before_others_come, a_limit_keeps_the_first_ones,
    late_ones_keep_their_text_on_their_way_through_a_file,
    late_ones_between_takings_come_in_order,
    long_text_keys_are_compared_whole_in_both_directions)
