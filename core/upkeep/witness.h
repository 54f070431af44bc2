/* SPDX-License-Identifier: Apache-2.0 */
/* Witness: how much time has certainly passed, whatever the clock is set to.
 *
 * Witnessed time runs from the ledger's first tick. It goes on by what both the
 * wall clock and the time since boot say has passed between two ticks of one
 * boot, in one time namespace; across boots, or where the boot's id can't be
 * read, it stands still. So no clock makes anything older, and a machine that
 * is switched off keeps its logs for longer. */
#pragma once

#include "upkeep/ledger_event.h"

/* What the clocks show. */
struct mxlog_witness {
	int64_t wall_usec;
	uint64_t boot_usec; /* since the machine was started */
	uint64_t time_ns;   /* which time namespace that is of; 0: not known */
	char boot_id[37];   /* empty: not known */
};

/* -EINVAL and others: there is no such clock. */
int mxlog_witness_read(struct mxlog_witness *ret);

/* Witnessed time at these clocks, given the tick before (or a zeroed event). */
uint64_t mxlog_witness_count(const struct mxlog_ledger_event *tick,
    const struct mxlog_witness *now);

/* The tick that says so. */
struct mxlog_ledger_event mxlog_witness_tick(const struct mxlog_witness *now,
    uint64_t witnessed_usec);
