/* SPDX-License-Identifier: Apache-2.0 */
/* A run of the cycle: seal, archive, prune. */
#include "base/timestamp.h"
#include "store/seal.h"
#include "upkeep/upkeep.h"

/* An index that can't be believed is not built upon: what was wrong with it
 * would be signed anew and forgotten. */
static int check_index(struct mxlog_upkeep *upkeep, struct mxlog_error *reterr)
{
	if (upkeep->index.damaged > 0)
		return mxlog_error_set(reterr, -EBADMSG,
		    "%s; see mxlog-archive verify, then rebuild-index",
		    upkeep->error.text);
	if (upkeep->key.len == 0)
		return 0;
	return mxlog_archive_index_check(&upkeep->index, upkeep->key.data,
	    upkeep->key.len, reterr);
}

/* The days that are over, so that the time before they are archived is covered
 * too. */
static void seal_days(struct mxlog_upkeep *upkeep)
{
	uint64_t sealed;
	int r;

	if (upkeep->options.dry_run)
		return;
	r = mxlog_seal_run(upkeep->log_dir_fd,
	    mxlog_timestamp_day(upkeep->now_usec),
	    upkeep->key.len > 0 ? upkeep->key.data : NULL, upkeep->key.len,
	    &sealed);
	if (r < 0)
		mxlog_upkeep_report(upkeep, "seal", NULL, r, NULL);
}

int mxlog_archive_run(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr)
{
	struct mxlog_upkeep upkeep;
	int r;

	r = mxlog_upkeep_open(&upkeep, config, options, MXLOG_UPKEEP_WRITE,
	    reterr);
	if (r == 0)
		r = check_index(&upkeep, reterr);
	if (r == 0) {
		seal_days(&upkeep);
		mxlog_upkeep_archive(&upkeep);
		mxlog_upkeep_prune(&upkeep);
		r = upkeep.result;
		if (r < 0 && reterr)
			*reterr = upkeep.error;
	}
	if (r == -ENOENT && upkeep.log_dir_fd < 0)
		r = 0; /* nobody has logged anything yet */
	*ret = upkeep.stats;
	mxlog_upkeep_close(&upkeep);
	return r;
}
