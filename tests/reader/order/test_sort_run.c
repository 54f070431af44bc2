/* SPDX-License-Identifier: Apache-2.0 */
#include "order/sort_run.h"

#include <signal.h>
#include <sys/resource.h>

#include "suite.h"

enum {
	RUNS = 600, /* more than are merged at once */
	RUN_LEN = 40,
};

static int add_run(struct mxlog_sort_runs *runs, uint64_t number)
{
	char extra[64];
	int r = mxlog_sort_runs_begin(runs);

	memset(extra, 'x', sizeof(extra));
	for (uint64_t i = 0; r >= 0 && i < RUN_LEN; i++) {
		struct mxlog_sort_record record = { .hi = i * RUNS + number,
			.extra = extra,
			.extra_len = (uint32_t)(i % sizeof(extra)) };

		r = mxlog_sort_runs_add(runs, &record);
	}
	return r < 0 ? r : mxlog_sort_runs_end(runs);
}

START_TEST(many_runs_are_merged_in_order)
{
	struct mxlog_sort_record record;
	struct mxlog_sort_runs *runs;
	uint64_t n = 0;

	ck_assert_int_eq(mxlog_sort_runs_new(false, &runs), 0);
	for (uint64_t i = 0; i < RUNS; i++)
		ck_assert_int_eq(add_run(runs, (i * 7) % RUNS), 0);
	while (mxlog_sort_runs_first(runs, &record) > 0) {
		ck_assert_uint_eq(record.hi, n);
		ck_assert_uint_eq(record.extra_len, n / RUNS % 64);
		n++;
		ck_assert_int_eq(mxlog_sort_runs_drop(runs), 0);
	}
	ck_assert_uint_eq(n, RUNS * RUN_LEN);
	mxlog_sort_runs_free(runs);
}
END_TEST

START_TEST(a_full_disk_is_told)
{
	const struct rlimit limit = { 4096, 4096 };
	struct mxlog_sort_runs *runs;
	int r = 0;

	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(mxlog_sort_runs_new(false, &runs), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (uint64_t i = 0; r >= 0 && i < RUNS; i++)
		r = add_run(runs, i);
	ck_assert_int_eq(r, -EFBIG);
	mxlog_sort_runs_free(runs);
}
END_TEST

START_TEST(a_directory_that_is_not_there_is_passed_over)
{
	struct mxlog_sort_runs *runs;

	ck_assert_int_eq(setenv("TMPDIR", "/nonexistent", 1), 0);
	ck_assert_int_eq(mxlog_sort_runs_new(false, &runs), 0);
	mxlog_sort_runs_free(runs);
}
END_TEST

SUITE("sort_run", many_runs_are_merged_in_order, a_full_disk_is_told,
    a_directory_that_is_not_there_is_passed_over)
