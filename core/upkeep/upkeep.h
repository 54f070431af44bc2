/* SPDX-License-Identifier: Apache-2.0 */
/* Upkeep: what one run over a log directory's archives needs, and its steps.
 * <mxlog/archive.h> starts them. */
#pragma once

#include <mxlog/archive.h>
#include <mxlog/writer.h>

#include "archive/archive_index.h"
#include "config/config_private.h"
#include "upkeep/retention.h"

struct mxlog_upkeep {
	const struct mxlog_config *config;
	struct mxlog_archive_options options;
	int64_t now_usec;
	struct mxlog_retention retention;
	int log_dir_fd;
	int state_fd; /* .mxlog; -1 in a dry run without one */
	int lock_fd;  /* -1: none is held */
	struct mxlog_archive_index index;
	struct mxlog_buf key;        /* empty: no key */
	struct mxlog_writer *writer; /* opened when the first entry is due */
	struct mxlog_archive_stats stats;
	int result; /* the first error */
	struct mxlog_error error;
};

enum mxlog_upkeep_mode {
	MXLOG_UPKEEP_READ,  /* no lock */
	MXLOG_UPKEEP_WRITE, /* -EBUSY while another run holds the lock */
};

/* Open the directory, load key and index. -ENOENT: there is no log directory.
 * The caller closes in every case, also when this failed. */
int mxlog_upkeep_open(struct mxlog_upkeep *upkeep,
    const struct mxlog_config *config,
    const struct mxlog_archive_options *options, enum mxlog_upkeep_mode mode,
    struct mxlog_error *reterr);
void mxlog_upkeep_close(struct mxlog_upkeep *upkeep);

/* Report a step. A negative result is counted and becomes the run's, if it is
 * the first; `error` (may be NULL) says why. */
void mxlog_upkeep_report(struct mxlog_upkeep *upkeep, const char *step,
    const struct mxlog_segment_name *name, int result,
    const struct mxlog_error *error);

/* Call `visit` for every live segment of the kind, oldest day first. */
void mxlog_upkeep_each_live(struct mxlog_upkeep *upkeep, enum mxlog_kind kind,
    void (*visit)(struct mxlog_upkeep *upkeep,
	const struct mxlog_segment_name *name));

/* Log an audit entry and have it on disk. */
int mxlog_upkeep_audit(struct mxlog_upkeep *upkeep, enum mxlog_level level,
    const char *action, const char *result, const char *message);

/* Replace index.json by what is in memory. */
int mxlog_upkeep_save_index(struct mxlog_upkeep *upkeep);

/* Archive every live segment that is due; finish or undo what an earlier run
 * began. */
void mxlog_upkeep_archive(struct mxlog_upkeep *upkeep);

/* Delete what is past retention; finish an earlier run's deletions. */
void mxlog_upkeep_prune(struct mxlog_upkeep *upkeep);
