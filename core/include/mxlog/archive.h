/* SPDX-License-Identifier: Apache-2.0 */
/* LogArchive: compressed segments, their index, and the cycle that makes,
 * checks and prunes them. */
#pragma once

#include <mxlog/config.h>

MXLOG_BEGIN_DECLS

struct mxlog_archive_stats {
	uint64_t archived; /* segments compressed */
	uint64_t deleted;  /* archives, or live files, past retention */
	uint64_t resumed;  /* steps of an interrupted run finished or undone */
	uint64_t bytes_before, bytes_after; /* of what was archived */
	uint64_t failed;                    /* segments left for the next run */
};

/* Told of each step, for progress and --dry-run: "archive", "2026-01-20.log". */
typedef void mxlog_archive_report(void *arg, const char *step, const char *name,
    int result);

struct mxlog_archive_options {
	size_t size;                  /* sizeof(struct mxlog_archive_options) */
	int64_t now_usec;             /* 0: the clock's */
	bool dry_run;                 /* report, change nothing */
	const char *actor;            /* for audit entries */
	mxlog_archive_report *report; /* may be NULL */
	void *arg;
};

/* One run of the cycle over the config's log directory: finish what was
 * interrupted, compress the segments that are due, prune what is past
 * retention. Two runs at once are safe; live and open segments and files whose
 * names are not ours are left alone. 0 when all went well, else the first
 * error; the rest was tried. */
MXLOG_EXPORT int mxlog_archive_run(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr);

MXLOG_END_DECLS
