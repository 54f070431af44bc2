/* SPDX-License-Identifier: Apache-2.0 */
/* Archive index: archive/index.json, the array of LogArchive records of both
 * kinds of segments. See FORMAT.md, section 3. */
#pragma once

#include "archive/archive_record.h"
#include "base/reterr.h"

enum {
	MXLOG_INDEX_MAX = 64 * 1024 * 1024, /* a larger index is damaged */
};

struct mxlog_archive_index {
	struct mxlog_archive_record *records; /* in stored order */
	size_t n, capacity;
	size_t
	    damaged;  /* records that could not be believed and were left out */
	bool missing; /* there is no index.json */
	bool disordered; /* its records did not stand in stored order */
};

/* Load the index of log_dir_fd/archive. No archive directory and no index are
 * an empty one (`missing`). A damaged record is left out and counted; reterr
 * then says what was wrong with the first, though 0 is returned. Negative only
 * when the file can't be read (-EIO, -ENOMEM, -EPERM …). */
int mxlog_archive_index_load(int log_dir_fd, struct mxlog_archive_index *ret,
    struct mxlog_error *reterr);
void mxlog_archive_index_done(struct mxlog_archive_index *index);

/* The same from memory. */
int mxlog_archive_index_parse(const char *text, size_t len,
    struct mxlog_archive_index *ret, struct mxlog_error *reterr);

/* The record of that segment (whatever name->archived says), or NULL. */
const struct mxlog_archive_record *
mxlog_archive_index_find(const struct mxlog_archive_index *index,
    const struct mxlog_segment_name *name);

/* Add a record, made of its fields (its body is not looked at), in its place.
 * -EEXIST, -ENOMEM. */
int mxlog_archive_index_add(struct mxlog_archive_index *index,
    const struct mxlog_archive_record *record);
/* -ENOENT. */
int mxlog_archive_index_remove(struct mxlog_archive_index *index,
    const struct mxlog_segment_name *name);

/* Under what records are chained. `start` stands for the link before the first:
 * the digest of the ledger's first line, so that the index can't outlive it
 * (NULL: zeros, of versions without a ledger). */
struct mxlog_archive_chain {
	const void *key; /* NULL: no chain */
	size_t key_len;
	const unsigned char *start;
};

/* Does the chain over all records hold? 0; -EBADMSG and which record does not;
 * -ENOKEY if there are records and none is chained. */
int mxlog_archive_index_check(const struct mxlog_archive_index *index,
    const struct mxlog_archive_chain *chain, struct mxlog_error *reterr);

/* Append the whole file. With a key all records are chained anew; without one
 * no chain is written. */
int mxlog_archive_index_format(struct mxlog_archive_index *index,
    const struct mxlog_archive_chain *chain, struct mxlog_buf *out);

/* The same, durably and atomically into log_dir_fd/archive/index.json. */
int mxlog_archive_index_save(struct mxlog_archive_index *index, int log_dir_fd,
    const struct mxlog_archive_chain *chain);
