/* SPDX-License-Identifier: Apache-2.0 */
/* Shed: how many entries of each level were given up. What was offered is
 * stored, or it is counted in one of these, and that is said. */
#pragma once

#include "entry/entry_private.h"
#include "logger/queue.h"

/* Of the entries that say it. */
#define MXLOG_SHED_MODULE "mxlog.logger"

struct mxlog_shed {
	uint64_t
	    n[MXLOG_QUEUE_RANKS]; /* DEBUG first; a metric counts as INFO */
};

static inline unsigned mxlog_shed_rank(enum mxlog_level level)
{
	return (unsigned)level / 10 - 1;
}

uint64_t mxlog_shed_total(const struct mxlog_shed *shed);

/* Add and empty `from`. */
void mxlog_shed_move(struct mxlog_shed *to, struct mxlog_shed *from);

/* Make the entry that says it: WARNING, context.action shed, "Shed N entries:
 * <reason>", context.shed_debug to .shed_critical. -ENOMEM. */
int mxlog_shed_describe(const struct mxlog_shed *shed, const char *reason,
    struct mxlog_entry *entry);

/* The same for stderr: "shed_debug=0 … shed_critical=0". */
void mxlog_shed_format(const struct mxlog_shed *shed, char *out, size_t size);

/* ---- what no handler saw ---- */

/* Count an entry that was given up before it was anybody's, from any thread or
 * signal handler. */
void mxlog_shed_note(unsigned rank);

/* Take these counts; true if there are any. */
bool mxlog_shed_take_noted(struct mxlog_shed *ret);
