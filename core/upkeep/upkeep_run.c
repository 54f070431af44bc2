/* SPDX-License-Identifier: Apache-2.0 */
/* A run of the cycle: seal, prune, archive, verify. Deleting comes before archiving, so
 * that a full disk gets room first. */
#include "upkeep/upkeep_check.h"

/* ---- may it be built upon ---- */

static void stop(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, const struct mxlog_error *error)
{
	mxlog_upkeep_report(upkeep, "check", name, error->code, error);
}

/* With a key, a ledger that is gone was taken. */
static int check_missing(struct mxlog_upkeep *upkeep,
    struct mxlog_error *reterr)
{
	if (upkeep->key.len == 0 || !mxlog_upkeep_had_ledger(upkeep))
		return 0;
	return mxlog_error_set(reterr, -EBADMSG,
	    ".mxlog/ledger is gone; see mxlog-archive verify, then "
	    "rebuild-index");
}

/* What can't be believed is not built upon: what was wrong with it would be
 * signed anew and forgotten. */
static int check(struct mxlog_upkeep *upkeep, struct mxlog_error *reterr)
{
	int r;

	if (upkeep->index.damaged > 0)
		return mxlog_error_set(reterr, -EBADMSG,
		    "%s; see mxlog-archive verify, then rebuild-index",
		    upkeep->error.text);
	if (upkeep->ledger.damaged || upkeep->ledger.unkeyed)
		return mxlog_error_set(reterr, upkeep->ledger_error.code,
		    "%s; see mxlog-archive verify, then rebuild-index",
		    upkeep->ledger_error.text);
	r = mxlog_upkeep_check_chain(upkeep, reterr);
	if (r < 0)
		return r;
	if (upkeep->ledger.missing)
		return check_missing(upkeep, reterr);
	mxlog_upkeep_compare(upkeep, stop);
	if (upkeep->result == 0)
		return 0;
	*reterr = upkeep->error;
	return upkeep->result;
}

/* ---- steps ---- */

static int run(struct mxlog_upkeep *upkeep, struct mxlog_error *reterr)
{
	int64_t since_usec = upkeep->ledger.tick.time_usec;
	bool dry_run = upkeep->options.dry_run;
	int r = check(upkeep, reterr);

	upkeep->error = (struct mxlog_error){ 0 };
	if (r == 0 && upkeep->ledger.missing && !dry_run) {
		r = mxlog_upkeep_begin_ledger(upkeep, NULL);
		if (r < 0)
			(void)mxlog_error_set(reterr, r, ".mxlog/ledger: %s",
			    strerror(-r));
	}
	if (r < 0)
		return r;
	if (!dry_run)
		mxlog_upkeep_seal(upkeep);
	mxlog_upkeep_prune(upkeep);
	if (upkeep->ledger.failed == 0)
		mxlog_upkeep_archive(upkeep);
	if (!dry_run && upkeep->ledger.failed == 0)
		mxlog_upkeep_verify(upkeep, since_usec);
	if (!dry_run)
		mxlog_upkeep_keep_reserve(upkeep);
	if (!dry_run && upkeep->ledger.failed == 0) {
		r = mxlog_ledger_rotate(&upkeep->ledger);
		if (r < 0)
			mxlog_upkeep_report(upkeep, "ledger", NULL, r, NULL);
	}
	if (upkeep->result < 0)
		*reterr = upkeep->error;
	return upkeep->result;
}

int mxlog_archive_run(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr)
{
	if (!config || !options || !ret)
		return -EINVAL;

	struct mxlog_error error = { 0 };
	struct mxlog_upkeep upkeep;
	int r;

	r = mxlog_upkeep_open(&upkeep, config, options, MXLOG_UPKEEP_WRITE,
	    &error);
	if (r == 0)
		r = run(&upkeep, &error);
	if (r == -ENOENT && upkeep.log_dir_fd < 0)
		r = 0; /* nobody has logged anything yet */
	if (r < 0 && reterr)
		*reterr = error;
	*ret = upkeep.stats;
	mxlog_upkeep_close(&upkeep);
	return r;
}
