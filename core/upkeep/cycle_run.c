/* SPDX-License-Identifier: Apache-2.0 */
/* A run of the cycle: seal, archive, prune. */
#include "base/timestamp.h"
#include "store/seal.h"
#include "upkeep/cycle.h"

/* An index that can't be believed is not built upon: what was wrong with it
 * would be signed anew and forgotten. */
static int check_index(struct mxlog_cycle *cycle, struct mxlog_error *reterr)
{
	if (cycle->index.damaged > 0)
		return mxlog_error_set(reterr, -EBADMSG,
		    "%s; see mxlog-archive verify, then rebuild-index",
		    cycle->error.text);
	if (cycle->key.len == 0)
		return 0;
	return mxlog_archive_index_check(&cycle->index, cycle->key.data,
	    cycle->key.len, reterr);
}

/* The days that are over, so that the time before they are archived is covered
 * too. */
static void seal_days(struct mxlog_cycle *cycle)
{
	uint64_t sealed;
	int r;

	if (cycle->options.dry_run)
		return;
	r = mxlog_seal_run(cycle->log_dir_fd,
	    mxlog_timestamp_day(cycle->now_usec),
	    cycle->key.len > 0 ? cycle->key.data : NULL, cycle->key.len,
	    &sealed);
	if (r < 0)
		mxlog_cycle_report(cycle, "seal", NULL, r, NULL);
}

int mxlog_archive_run(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr)
{
	struct mxlog_cycle cycle;
	int r;

	r = mxlog_cycle_open(&cycle, config, options, MXLOG_CYCLE_WRITE,
	    reterr);
	if (r == 0)
		r = check_index(&cycle, reterr);
	if (r == 0) {
		seal_days(&cycle);
		mxlog_cycle_archive(&cycle);
		mxlog_cycle_prune(&cycle);
		r = cycle.result;
		if (r < 0 && reterr)
			*reterr = cycle.error;
	}
	if (r == -ENOENT && cycle.log_dir_fd < 0)
		r = 0; /* nobody has logged anything yet */
	*ret = cycle.stats;
	mxlog_cycle_close(&cycle);
	return r;
}
