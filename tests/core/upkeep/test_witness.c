/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/witness.h"

#include "suite.h"

#define T0  INT64_C(1768867200000000)
#define DAY USEC_PER_DAY

static const char boot_a[] = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
static const char boot_b[] = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";

/* Ticks, one after the other; what was witnessed so far. */
struct history {
	struct mxlog_ledger_event tick;
};

static int64_t tick_in(struct history *history, const char *boot,
    int64_t boot_usec, int64_t wall, uint64_t time_ns)
{
	struct mxlog_witness now = {
		.wall_usec = wall,
		.boot_usec = (uint64_t)boot_usec,
		.time_ns = time_ns,
	};
	uint64_t witnessed;

	memcpy(now.boot_id, boot, strlen(boot) + 1);
	witnessed = mxlog_witness_count(&history->tick, &now);
	history->tick = mxlog_witness_tick(&now, witnessed);
	history->tick.time_usec = wall;
	return (int64_t)witnessed;
}

static int64_t tick(struct history *history, const char *boot,
    int64_t boot_usec, int64_t wall)
{
	return tick_in(history, boot, boot_usec, wall, 1);
}

START_TEST(the_first_run_has_witnessed_nothing)
{
	struct history history = { 0 };

	ck_assert_int_eq(tick(&history, boot_a, 400 * DAY, T0 + 3650 * DAY), 0);
}
END_TEST

START_TEST(days_pass_as_the_machine_runs)
{
	struct history history = { 0 };

	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(tick(&history, boot_a, 5 + i * DAY,
				     T0 + i * DAY),
		    i * DAY);
}
END_TEST

START_TEST(a_clock_that_jumps_makes_nothing_older)
{
	struct history history = { 0 };

	(void)tick(&history, boot_a, 5, T0);
	for (int i = 1; i < 5; i++)
		ck_assert_int_eq(tick(&history, boot_a, 5 + i * DAY / 24,
				     T0 + 3650 * DAY + i * DAY / 24),
		    i * DAY / 24);
	/* And back. */
	ck_assert_int_eq(tick(&history, boot_a, 5 + DAY, T0 + DAY), DAY / 6);
	ck_assert_int_eq(tick(&history, boot_a, 5 + 2 * DAY, T0 + 2 * DAY),
	    DAY / 6 + DAY);
}
END_TEST

START_TEST(across_boots_nothing_passes)
{
	struct history history = { 0 };

	(void)tick(&history, boot_a, 5, T0);
	ck_assert_int_eq(tick(&history, boot_b, 300 * DAY, T0 + 365 * DAY), 0);
	ck_assert_int_eq(tick(&history, boot_b, 301 * DAY, T0 + 366 * DAY),
	    DAY);
	ck_assert_int_eq(tick(&history, boot_a, 302 * DAY, T0 + 367 * DAY),
	    DAY);
}
END_TEST

START_TEST(eight_hours_a_day_are_a_third)
{
	struct history history = { 0 };
	int64_t witnessed = 0;

	for (int day = 0; day < 90; day++) {
		char boot[37];

		memcpy(boot, boot_a, sizeof(boot));
		boot[0] = (char)('0' + day % 10);
		boot[1] = (char)('0' + day / 10);
		for (int quarter = 0; quarter <= 32; quarter++)
			witnessed = tick(&history, boot, 1 + quarter * DAY / 96,
			    T0 + day * DAY + quarter * DAY / 96);
	}
	ck_assert_int_eq(witnessed, 30 * DAY);
}
END_TEST

START_TEST(what_is_not_known_does_not_count)
{
	struct history history = { 0 };

	(void)tick(&history, "", 5, T0);
	ck_assert_int_eq(tick(&history, "", 5 + DAY, T0 + DAY), 0);
	(void)tick_in(&history, boot_a, 5, T0, 1);
	ck_assert_int_eq(tick_in(&history, boot_a, 5 + DAY, T0 + DAY, 2), 0);
}
END_TEST

START_TEST(this_machine_has_such_clocks)
{
	struct mxlog_witness now;

	ck_assert_int_eq(mxlog_witness_read(&now), 0);
	ck_assert_int_gt(now.wall_usec, T0);
	ck_assert_uint_gt(now.boot_usec, 0);
	ck_assert_uint_eq(strlen(now.boot_id), 36);
}
END_TEST

SUITE("witness", the_first_run_has_witnessed_nothing,
    days_pass_as_the_machine_runs, a_clock_that_jumps_makes_nothing_older,
    across_boots_nothing_passes, eight_hours_a_day_are_a_third,
    what_is_not_known_does_not_count, this_machine_has_such_clocks)
