/* SPDX-License-Identifier: Apache-2.0 */
#include "report/trace_edges.h"

#include "suite.h"

static struct mxlog_trace_edges *edges;
static struct mxlog_trace_operation *found;
static size_t n_found;

static struct mxlog_ulid id_of(uint64_t number)
{
	return (struct mxlog_ulid){ .hi = number >> 40, .lo = number };
}

static void begin(size_t max)
{
	struct mxlog_ulid root = id_of(0);

	ck_assert_int_eq(mxlog_trace_edges_new(&root, max, &edges), 0);
}

static void add(uint64_t child, uint64_t parent)
{
	struct mxlog_ulid c = id_of(child), p = id_of(parent);

	ck_assert_int_eq(mxlog_trace_edges_add(edges, &c, &p), 0);
}

static void find(void)
{
	ck_assert_int_eq(mxlog_trace_edges_operations(edges, &found, &n_found),
	    0);
	mxlog_trace_edges_free(edges);
}

START_TEST(operations_come_level_by_level_each_once)
{
	static const uint64_t order[] = { 0, 2, 1, 4, 3, 5 };
	static const unsigned depths[] = { 0, 1, 1, 2, 2, 3 };

	begin(100);
	add(2, 0);
	add(1, 0);
	add(2, 0);
	add(3, 1);
	add(4, 2);
	add(1, 2); /* known already, nearer to the root */
	add(5, 3);
	add(0, 5);  /* and round */
	add(7, 6);  /* of another trace */
	add(9, 10); /* which nothing leads to */
	find();
	ck_assert_uint_eq(n_found, ARRAY_LEN(order));
	for (size_t i = 0; i < n_found; i++) {
		ck_assert_uint_eq(found[i].id.lo, order[i]);
		ck_assert_uint_eq(found[i].depth, depths[i]);
	}
	free(found);
}
END_TEST

START_TEST(depth_and_width_cost_no_more_than_their_edges)
{
	enum {
		DEEP = 100000,
		WIDE = 100000,
	};

	begin(2 * (DEEP + WIDE));
	for (uint64_t i = 1; i <= DEEP; i++)
		add(i, i - 1);
	for (uint64_t i = 1; i <= WIDE; i++)
		add(DEEP + i, 0);
	find();
	ck_assert_uint_eq(n_found, 1 + DEEP + WIDE);
	ck_assert_uint_eq(found[n_found - 1].depth, DEEP);
	free(found);
}
END_TEST

/* Parents come before their children: one round is enough. */
START_TEST(edges_of_other_traces_make_room_for_those_of_this_one)
{
	begin(100);
	for (uint64_t i = 1; i <= 1000; i++) {
		add(i, i - 1);
		add(100000 + i, 50000 + i);
	}
	(void)mxlog_trace_edges_again(edges);
	find();
	ck_assert_uint_eq(n_found, 1001);
	free(found);
}
END_TEST

/* The other way round each round finds some more. */
START_TEST(what_was_dropped_is_asked_for_again)
{
	unsigned rounds = 0;

	begin(20);
	do {
		for (uint64_t i = 50; i > 0; i--)
			add(i, i - 1);
		rounds++;
		ck_assert_uint_lt(rounds, 100);
	} while (mxlog_trace_edges_again(edges));
	find();
	ck_assert_uint_eq(n_found, 51);
	ck_assert_uint_gt(rounds, 2);
	free(found);
}
END_TEST

SUITE("trace_edges", operations_come_level_by_level_each_once,
    depth_and_width_cost_no_more_than_their_edges,
    edges_of_other_traces_make_room_for_those_of_this_one,
    what_was_dropped_is_asked_for_again)
