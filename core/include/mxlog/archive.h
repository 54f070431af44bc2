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
	uint64_t open;     /* due, but left for the next run: still written to,
	                    * or not covered by a checkpoint */
	uint64_t verified; /* archives and live segments found right */
	uint64_t failed;   /* what could not be done, or was found wrong */
};

/* Told of each step, for progress and --dry-run: "archive", "2026-01-20.log",
 * 0 or the error, one line for a person (may be NULL). */
typedef void mxlog_archive_report(void *arg, const char *step, const char *name,
    int result, const char *text);

/* Told now and then how much of a file is done. */
typedef void mxlog_archive_progress(void *arg, const char *name, uint64_t done,
    uint64_t total);

struct mxlog_archive_options {
	size_t size;                  /* sizeof(struct mxlog_archive_options) */
	int64_t now_usec;             /* 0: the clock's; else what the caller
	                               * vouches for, ages included */
	bool dry_run;                 /* report, change nothing */
	const char *actor;            /* for audit entries; NULL: "mxlog" */
	mxlog_archive_report *report; /* may be NULL */
	mxlog_archive_progress *progress; /* may be NULL */
	void *arg;
	bool record;      /* of _verify: log corrupt archives, too */
	const char *head; /* of _verify: what _head said once; may be NULL */
};

/* One run of the cycle over the config's log directory: finish what was
 * interrupted, compress the segments that are due, prune what is past
 * retention. Two runs at once are safe: the second is -EBUSY. Live and open
 * segments, what no checkpoint covers yet and files whose names are not ours
 * are left alone. 0 when all went well, else the first error; the rest was
 * tried. No log directory: nothing to do, 0. */
MXLOG_EXPORT int mxlog_archive_run(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr);

/* Check everything: the ledger, the index (and its chain, with a key), every
 * archive whole, what the ledger says of live segments. Reports each thing; 0 if all is right,
 * -EBADMSG if something is not. Changes nothing, but with `record`, which takes
 * the lock of a run, logs an ERROR entry for a corrupt archive, once. */
MXLOG_EXPORT int mxlog_archive_verify(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr);

/* The ledger's head: the SHA-256 of its last line, in hex, which stands for all
 * before it. Noted elsewhere it later proves, by _verify, that the ledger goes on
 * from there. -ENOENT: there is no ledger; -EBADMSG: it is damaged. */
enum {
	MXLOG_ARCHIVE_HEAD_LEN = 64,
};
MXLOG_EXPORT int mxlog_archive_head(const struct mxlog_config *config,
    char ret[MXLOG_ARCHIVE_HEAD_LEN + 1], struct mxlog_error *reterr);

/* Make the index agree with the archives there are: those without a record
 * are read, checked and recorded as rebuilt from their content; records
 * without an archive go. Records that hold stay as they are. With a key the
 * chain is made anew, and what it says is from now on. Reports each change. */
MXLOG_EXPORT int mxlog_archive_rebuild_index(const struct mxlog_config *config,
    const struct mxlog_archive_options *options,
    struct mxlog_archive_stats *ret, struct mxlog_error *reterr);

/* Log that an archive ("2026-01-20.log.gz") is corrupt: an ERROR entry, once
 * for each archive. 1 if it was written, 0 if that was done before; negative
 * where the account may not write, -EBUSY while a run is at work. */
MXLOG_EXPORT int mxlog_archive_report_corrupt(const struct mxlog_config *config,
    const char *actor, const char *archive_file, const char *why);

MXLOG_END_DECLS
