/* SPDX-License-Identifier: Apache-2.0 */
/* Throttle: which of many calls of one place are logged. */
#include <mxlog/logger.h>

#include <time.h>

#include "base/base.h"

static bool answer(struct mxlog_throttle *throttle, bool yes,
    uint64_t *ret_left_out)
{
	if (!yes) {
		(void)__atomic_add_fetch(&throttle->left_out, 1,
		    __ATOMIC_RELAXED);
		return false;
	}
	*ret_left_out =
	    __atomic_exchange_n(&throttle->left_out, 0, __ATOMIC_RELAXED);
	return true;
}

bool mxlog_throttle_every(struct mxlog_throttle *throttle, uint64_t n,
    uint64_t *ret_left_out)
{
	if (!throttle || !ret_left_out)
		return false;

	uint64_t call =
	    __atomic_fetch_add(&throttle->calls, 1, __ATOMIC_RELAXED);

	return answer(throttle, n <= 1 || call % n == 0, ret_left_out);
}

bool mxlog_throttle_first(struct mxlog_throttle *throttle, uint64_t n,
    uint64_t *ret_left_out)
{
	if (!throttle)
		return false;

	uint64_t call =
	    __atomic_fetch_add(&throttle->calls, 1, __ATOMIC_RELAXED);

	return answer(throttle, call < n, ret_left_out);
}

bool mxlog_throttle_interval(struct mxlog_throttle *throttle, uint64_t msec,
    uint64_t *ret_left_out)
{
	if (!throttle || !ret_left_out)
		return false;

	int64_t next = __atomic_load_n(&throttle->next_nsec, __ATOMIC_RELAXED);
	struct timespec ts;
	int64_t now;
	bool mine;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	now = ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
	mine = now >= next &&
	    __atomic_compare_exchange_n(&throttle->next_nsec, &next,
		now + (int64_t)msec * 1000000, false, __ATOMIC_RELAXED,
		__ATOMIC_RELAXED);
	return answer(throttle, mine, ret_left_out);
}
