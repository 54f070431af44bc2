/* SPDX-License-Identifier: Apache-2.0 */
/* The days that are over are closed, so that the time before they are archived
 * is covered too. A segment's marker is on disk before the ledger says what the
 * segment holds: nobody writes it in between. */
#include "base/timestamp.h"
#include "store/segment_numbers.h"
#include "upkeep/upkeep.h"

#define BIT MXLOG_LEDGER_BIT

static void seal_segment(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct mxlog_ledger_event event =
	    mxlog_upkeep_event(upkeep, MXLOG_LEDGER_SEALED, name);
	struct mxlog_seal seal;
	int r = mxlog_seal_take(upkeep->log_dir_fd, name, &seal);

	if (r == -EAGAIN || r == -EROFS || r == -ENOENT)
		return; /* written to, or the archiving's to judge */
	if (r == 0) {
		mxlog_upkeep_put_content(&event, seal.size_bytes,
		    seal.checksum);
		event.has |= BIT(entries);
		event.entries = seal.entry_count;
		r = mxlog_ledger_add(&upkeep->ledger, &event);
	}
	if (r < 0)
		mxlog_upkeep_report(upkeep, "seal", name, r, NULL);
}

static void note_seen(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct mxlog_ledger_event event =
	    mxlog_upkeep_event(upkeep, MXLOG_LEDGER_SEEN, name);
	int r = mxlog_ledger_add(&upkeep->ledger, &event);

	if (r < 0)
		mxlog_upkeep_report(upkeep, "seal", name, r, NULL);
}

static void look_at(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	const struct mxlog_ledger_segment *known =
	    mxlog_upkeep_known(upkeep, name);
	unsigned closed = MXLOG_LEDGER_IS_SEALED | MXLOG_LEDGER_IS_ARCHIVED |
	    MXLOG_LEDGER_IS_DELETED;
	int r;

	if (name->day >= mxlog_timestamp_day(upkeep->now_usec)) {
		if (!known)
			note_seen(upkeep, name);
		r = mxlog_upkeep_seal_prefix(upkeep, name);
		if (r < 0)
			mxlog_upkeep_report(upkeep, "seal", name, r, NULL);
		return;
	}
	if (!known || !(known->flags & closed)) {
		seal_segment(upkeep, name);
		return;
	}
	/* Its marker may have been lost. */
	if (mxlog_seal_is_marked(upkeep->log_dir_fd, name))
		return;
	r = mxlog_seal_mark(upkeep->log_dir_fd, name);
	if (r < 0)
		mxlog_upkeep_report(upkeep, "seal", name, r, NULL);
}

/* A number that was used stays used, whoever lost the note of it. */
static int restore_numbers(struct mxlog_upkeep *upkeep)
{
	const struct mxlog_ledger_state *state = &upkeep->ledger.state;
	int r = 0;

	for (size_t i = 0; r == 0 && i < state->n; i++) {
		const struct mxlog_segment_name *name =
		    &state->segments[i].name;

		/* The highest of its day says enough. */
		if (i + 1 < state->n &&
		    state->segments[i + 1].name.kind == name->kind &&
		    state->segments[i + 1].name.day == name->day)
			continue;
		r = mxlog_segment_numbers_restore(upkeep->state_fd, name);
	}
	return r;
}

void mxlog_upkeep_seal(struct mxlog_upkeep *upkeep)
{
	int r;

	mxlog_upkeep_each_live(upkeep, MXLOG_ENTRIES, look_at);
	mxlog_upkeep_each_live(upkeep, MXLOG_METRICS, look_at);
	r = mxlog_seal_sync(upkeep->log_dir_fd);
	if (r == 0)
		r = mxlog_upkeep_flush(upkeep);
	if (r == 0 && mxlog_segment_numbers_are_lost(upkeep->state_fd))
		r = restore_numbers(upkeep);
	if (r < 0)
		mxlog_upkeep_report(upkeep, "seal", NULL, r, NULL);
}
