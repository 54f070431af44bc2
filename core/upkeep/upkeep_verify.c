/* SPDX-License-Identifier: Apache-2.0 */
/* A part of the archives is verified in each run, so that all of them are within
 * verify_days. */
#include "base/timestamp.h"
#include "upkeep/upkeep_check.h"

/* So that a run that comes after a long time does not take one. */
#define SLICE_USEC (30 * USEC_PER_SEC)

/* How many bytes of archives are due since the last tick. */
static uint64_t due_bytes(const struct mxlog_upkeep *upkeep, int64_t since_usec)
{
	double days = upkeep->config->verify_days;
	int64_t passed = upkeep->now_usec - since_usec;
	double total = 0;

	if (since_usec == 0 || passed <= 0)
		return 0;
	for (size_t i = 0; i < upkeep->index.n; i++)
		total += (double)upkeep->index.records[i].compressed_size;
	return (uint64_t)(total *
	    MIN((double)passed / (double)USEC_PER_DAY / days, 1.0));
}

/* The first archive after the one that was verified last. */
static size_t find_next(const struct mxlog_upkeep *upkeep)
{
	struct mxlog_segment_name last = upkeep->verified;

	if (!upkeep->has_verified)
		return 0;
	last.archived = true;
	for (size_t i = 0; i < upkeep->index.n; i++)
		if (mxlog_segment_compare(&upkeep->index.records[i].name,
			&last) > 0)
			return i;
	return 0;
}

static void verify(struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record)
{
	struct mxlog_error error = { 0 };
	int r = mxlog_upkeep_verify_archive(upkeep, record, &error);

	upkeep->verified = record->name;
	upkeep->verified.archived = false;
	upkeep->has_verified = true;
	if (r == 0) {
		upkeep->stats.verified++;
		return;
	}
	if (r == -EBADMSG || r == -ENOENT)
		(void)mxlog_upkeep_tell_corrupt(upkeep, &record->name,
		    error.text);
	mxlog_upkeep_report(upkeep, "verify", &record->name, r, &error);
}

void mxlog_upkeep_verify(struct mxlog_upkeep *upkeep, int64_t since_usec)
{
	uint64_t due, done = 0;
	int64_t until = mxlog_timestamp_now() + SLICE_USEC;
	size_t at, n = 0;

	if (upkeep->config->verify_days == 0 || upkeep->index.n == 0)
		return;
	due = due_bytes(upkeep, since_usec);
	at = find_next(upkeep);
	while (done < due && n < upkeep->index.n &&
	    mxlog_timestamp_now() < until) {
		const struct mxlog_archive_record *record =
		    &upkeep->index.records[at];

		done += MAX(record->compressed_size, (uint64_t)1);
		verify(upkeep, record);
		at = (at + 1) % upkeep->index.n;
		n++;
	}
	if (n > 0 && mxlog_upkeep_flush(upkeep) < 0)
		mxlog_upkeep_report(upkeep, "verify", NULL,
		    upkeep->ledger.failed, NULL);
}
