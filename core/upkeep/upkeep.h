/* SPDX-License-Identifier: Apache-2.0 */
/* Upkeep: what one run over a log directory's archives needs, and its steps.
 * <mxlog/archive.h> starts them. */
#pragma once

#include <mxlog/archive.h>
#include <mxlog/writer.h>

#include "archive/archive_index.h"
#include "config/config_private.h"
#include "store/seal.h"
#include "upkeep/ledger.h"
#include "upkeep/witness.h"

struct mxlog_upkeep {
	const struct mxlog_config *config;
	struct mxlog_archive_options options;
	int64_t now_usec;
	bool vouched; /* the caller says what time it is */
	struct mxlog_witness witness;
	uint64_t witnessed_usec;
	struct mxlog_ledger ledger;
	struct mxlog_segment_name verified; /* how far archives were, in turn */
	bool has_verified;
	struct mxlog_error ledger_error; /* damaged, or not under the key */
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

/* Add an audit entry, which the next _commit_audit() has on disk; `event` (may
 * be NULL) takes the digest of its line. */
int mxlog_upkeep_add_audit(struct mxlog_upkeep *upkeep, enum mxlog_level level,
    const char *action, const char *result, const char *message,
    struct mxlog_ledger_event *event);
int mxlog_upkeep_commit_audit(struct mxlog_upkeep *upkeep);

/* Both at once. */
int mxlog_upkeep_audit(struct mxlog_upkeep *upkeep, enum mxlog_level level,
    const char *action, const char *result, const char *message,
    struct mxlog_ledger_event *event);

/* Replace index.json by what is in memory; on a full disk in the place of the
 * reserve. */
int mxlog_upkeep_save_index(struct mxlog_upkeep *upkeep);

/* Keep .mxlog/reserve, 1 MiB and more, so that this is possible. */
void mxlog_upkeep_keep_reserve(struct mxlog_upkeep *upkeep);
bool mxlog_upkeep_is_full(int r);

/* How the index is chained now. */
struct mxlog_archive_chain mxlog_upkeep_chain(
    const struct mxlog_upkeep *upkeep);

/* ---- the ledger ---- */

/* Open it and the clocks. */
int mxlog_upkeep_open_ledger(struct mxlog_upkeep *upkeep, bool write,
    struct mxlog_error *reterr);

/* Begin it, with all that a version without one left: archives, seals, ages,
 * what was being deleted. `why`: see mxlog_ledger_begin(). */
int mxlog_upkeep_begin_ledger(struct mxlog_upkeep *upkeep, const char *why);

/* An event about that segment, as of now. */
struct mxlog_ledger_event mxlog_upkeep_event(const struct mxlog_upkeep *upkeep,
    enum mxlog_ledger_kind kind, const struct mxlog_segment_name *name);

/* What an event says of content and archive. */
void mxlog_upkeep_put_content(struct mxlog_ledger_event *event, uint64_t size,
    const unsigned char sha256[MXLOG_DIGEST_LEN]);
int mxlog_upkeep_put_record(struct mxlog_ledger_event *event,
    const struct mxlog_archive_record *record);

/* SHA-256 of a record's bytes before its chain. */
int mxlog_upkeep_digest_record(const struct mxlog_archive_record *record,
    unsigned char ret[MXLOG_DIGEST_LEN]);

/* Close the batch of events with a tick. */
int mxlog_upkeep_flush(struct mxlog_upkeep *upkeep);

/* What is known of that segment, or NULL. */
const struct mxlog_ledger_segment *mxlog_upkeep_known(const struct mxlog_upkeep
							  *upkeep,
    const struct mxlog_segment_name *name);

/* ---- files ---- */

/* Is there a file of that name, live or archived as the name says? */
bool mxlog_upkeep_is_there(const struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name);

/* Call `differs` for everything in which index.json and the ledger differ, but
 * for what a run that was killed has begun. */
typedef void mxlog_upkeep_differs(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, const struct mxlog_error *error);
void mxlog_upkeep_compare(struct mxlog_upkeep *upkeep,
    mxlog_upkeep_differs *differs);

/* Set aside the file of that name: an ERROR entry, an event, then it is moved
 * to quarantine/<seq>/, which is laid out as a log directory is. `found` is its
 * content, `reterr` what was wrong; always negative. */
int mxlog_upkeep_quarantine(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, const struct mxlog_seal *found,
    const char *why, int code, struct mxlog_error *reterr);

/* ---- steps ---- */

/* Note live segments that are seen for the first time, close the days that are
 * over. */
void mxlog_upkeep_seal(struct mxlog_upkeep *upkeep);

/* Seal the beginning of a live segment as far as an earlier look saw it, and look
 * at it again. */
int mxlog_upkeep_seal_prefix(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name);

/* Archive every live segment that is due; finish or undo what an earlier run
 * began. */
void mxlog_upkeep_archive(struct mxlog_upkeep *upkeep);

/* Finish an earlier run's deletions; delete what is past retention. */
void mxlog_upkeep_prune(struct mxlog_upkeep *upkeep);

/* Verify the archives whose turn it is, given when that was done last. */
void mxlog_upkeep_verify(struct mxlog_upkeep *upkeep, int64_t since_usec);
