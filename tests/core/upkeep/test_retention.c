/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/retention.h"

#include <fcntl.h>
#include <unistd.h>

#include "scratch.h"
#include "suite.h"

#define T0 INT64_C(1768867200000000)

static const char boot_a[] = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
static const char boot_b[] = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";

/* The state file's directory. */
struct state {
	char *path;
	int fd;
};

static void setup(struct state *state)
{
	state->path = scratch_new();
	state->fd = open(state->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void teardown(struct state *state)
{
	(void)close(state->fd);
	scratch_done(state->path);
}

/* How old is what was there at `time`, when a run sees these clocks. */
static int64_t age(const struct state *state, const char *boot,
    int64_t boot_usec, int64_t wall, int64_t time)
{
	struct mxlog_retention_clock clock = { .wall_usec = wall,
		.boot_usec = boot_usec };
	struct mxlog_retention retention;
	int64_t result;

	memcpy(clock.boot_id, boot, sizeof(boot_a));
	ck_assert_int_eq(mxlog_retention_load(state->fd, &clock, true,
			     &retention),
	    0);
	result = mxlog_retention_age(&retention, time);
	mxlog_retention_done(&retention);
	return result;
}

#define DAY USEC_PER_DAY

START_TEST(the_first_run_believes_the_clock)
{
	struct state state;

	setup(&state);
	ck_assert_int_eq(age(&state, boot_a, 5, T0, T0 - 40 * DAY), 40 * DAY);
	ck_assert_int_eq(age(&state, boot_a, 6, T0 + 1, T0 + 5), 0);
	teardown(&state);
}
END_TEST

START_TEST(days_pass_as_the_machine_runs)
{
	struct state state;

	setup(&state);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(age(&state, boot_a, 5 + i * DAY, T0 + i * DAY,
				     T0 - DAY),
		    (i + 1) * DAY);
	/* What came in between is as old as the run that saw it first. */
	ck_assert_int_eq(age(&state, boot_a, 5 + 100 * DAY, T0 + 100 * DAY,
			     T0 + 50 * DAY),
	    50 * DAY);
	ck_assert_int_eq(age(&state, boot_a, 5 + 100 * DAY, T0 + 100 * DAY,
			     T0 + 50 * DAY - 5),
	    50 * DAY);
	teardown(&state);
}
END_TEST

START_TEST(a_clock_that_jumps_makes_nothing_older)
{
	struct state state;

	setup(&state);
	(void)age(&state, boot_a, 5, T0, T0);
	/* Ten years ahead, an hour later, and some more runs there. */
	for (int i = 1; i < 5; i++)
		ck_assert_int_eq(age(&state, boot_a, 5 + i * DAY / 24,
				     T0 + 3650 * DAY + i * DAY / 24, T0),
		    DAY / 24 + (i - 1) * DAY / 24);
	/* And back: what was written meanwhile lies ahead. */
	ck_assert_int_eq(age(&state, boot_a, 5 + DAY / 4, T0 + DAY / 4,
			     T0 + 3650 * DAY),
	    0);
	ck_assert_int_le(age(&state, boot_a, 5 + DAY, T0 + DAY, T0), DAY);
	ck_assert_int_ge(age(&state, boot_a, 5 + 2 * DAY, T0 + 2 * DAY, T0),
	    DAY);
	teardown(&state);
}
END_TEST

START_TEST(a_jump_behind_a_restart_makes_nothing_older)
{
	struct state state;

	setup(&state);
	(void)age(&state, boot_a, 5, T0, T0);
	ck_assert_int_eq(age(&state, boot_b, DAY / 24, T0 + 365 * DAY, T0),
	    DAY / 24);
	teardown(&state);
}
END_TEST

START_TEST(a_clock_set_back_makes_nothing_older)
{
	struct state state;

	setup(&state);
	(void)age(&state, boot_a, 5, T0, T0);
	ck_assert_int_eq(age(&state, boot_a, 5 + DAY, T0 - 100 * DAY, T0), 0);
	ck_assert_int_le(age(&state, boot_a, 5 + 2 * DAY, T0 + 2 * DAY, T0),
	    2 * DAY);
	teardown(&state);
}
END_TEST

START_TEST(a_damaged_file_begins_anew)
{
	static const char *const bad[] = { "", "nonsense",
		"mxlog retention 1\n",
		"mxlog retention 1\naaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa 1 2\n",
		"mxlog retention 1\naaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa 1 2\n"
		"5 1\n4 2\n",
		"mxlog retention 1\naaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa 1 2\n"
		"5 3\n" };
	struct state state;

	setup(&state);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		scratch_write(state.path, "retention", bad[i]);
		ck_assert_int_eq(age(&state, boot_a, 5, T0, T0 - 3 * DAY),
		    3 * DAY);
	}
	teardown(&state);
}
END_TEST

START_TEST(twenty_years_of_runs_stay_bounded)
{
	struct mxlog_buf text = { 0 };
	struct state state;

	setup(&state);
	for (int64_t i = 0; i < 300; i++)
		(void)age(&state, boot_a, 5 + i * DAY / 24, T0 + i * DAY / 24,
		    T0);
	ck_assert(scratch_read(state.path, "retention", &text));
	ck_assert_uint_lt(text.len, 2000);
	mxlog_buf_done(&text);
	teardown(&state);
}
END_TEST

SUITE("retention", the_first_run_believes_the_clock,
    days_pass_as_the_machine_runs, a_clock_that_jumps_makes_nothing_older,
    a_jump_behind_a_restart_makes_nothing_older,
    a_clock_set_back_makes_nothing_older, a_damaged_file_begins_anew,
    twenty_years_of_runs_stay_bounded)
