/* SPDX-License-Identifier: Apache-2.0 */
/* Arrival: up to where each segment was read, so that what comes later is read
 * once, whatever its time and whoever wrote it. Valid across archiving.
 *
 *     mxlog-cursor 1
 *     dir /var/log/mxlog
 *     2026-01-27.log all
 *     2026-01-28.log 40960 9a3f0c1de77b2410
 *
 * A live segment has the offset behind the last line read, and a hash of its
 * first bytes, 0 where there are too few: another file of that name is read
 * from its beginning. */
#pragma once

#include "base/buf.h"
#include "scan/catalog.h"

struct mxlog_arrival_entry {
	uint32_t dir;                   /* of the text's directories */
	struct mxlog_segment_name name; /* as live */
	uint64_t offset;                /* MXLOG_ARRIVAL_ALL: all was read */
	uint64_t head;
};

#define MXLOG_ARRIVAL_ALL UINT64_MAX

struct mxlog_arrival {
	char **dirs; /* in the form of realpath() */
	size_t n_dirs;
	struct mxlog_arrival_entry *entries;
	size_t n_entries;
};

/* An empty text is where nothing was read. -EINVAL with reterr. */
int mxlog_arrival_parse(struct mxlog_arrival *arrival, const char *text,
    size_t len, struct mxlog_error *reterr);
void mxlog_arrival_done(struct mxlog_arrival *arrival);

/* Let reading begin where it ended, and end where the last whole lines do. */
void mxlog_arrival_apply(const struct mxlog_arrival *arrival,
    struct mxlog_catalog *catalog);

/* Where a catalog ends that it was applied to; what can't be read now stays
 * where it was. */
int mxlog_arrival_format(const struct mxlog_arrival *arrival,
    const struct mxlog_catalog *catalog, struct mxlog_buf *out);
