/* SPDX-License-Identifier: Apache-2.0 */
/* Upkeep check: what holding files against each other is made of. */
#pragma once

#include "upkeep/upkeep.h"

/* Log that this archive is corrupt: an ERROR entry and an event, once. 1 if it
 * was new. */
int mxlog_upkeep_tell_corrupt(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, const char *why);

/* All of the archive of that record. -EBADMSG: it is corrupt; -ENOENT: gone. */
int mxlog_upkeep_verify_archive(const struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record, struct mxlog_error *reterr);

/* Call `found` for every archive that no record speaks of; one whose segment is
 * still live waits for the cycle, one that is being deleted is as good as
 * gone. */
void mxlog_upkeep_each_orphan(struct mxlog_upkeep *upkeep, enum mxlog_kind kind,
    void (*found)(struct mxlog_upkeep *upkeep,
	const struct mxlog_segment_name *name));

/* Does the chain over index.json hold? Without a key 0. */
int mxlog_upkeep_check_chain(struct mxlog_upkeep *upkeep,
    struct mxlog_error *reterr);

/* There is something that only stands beside a ledger. */
bool mxlog_upkeep_had_ledger(const struct mxlog_upkeep *upkeep);
