/* SPDX-License-Identifier: Apache-2.0 */
/* Journal files: which there are, and to which stream each belongs. A stream
 * is what has one seqnum id: a journal through all its rotations. Layout of the
 * header: systemd's documentation, "Journal File Format". */
#pragma once

#include <sys/types.h>

#include "journal_identity.h"

struct mxlog_journal_file {
	char *path;                        /* owned */
	char id[MXLOG_JOURNAL_ID_LEN + 1]; /* the seqnum id, hex */
	uint64_t n_entries;
	uint64_t head_seqnum, tail_seqnum;
	dev_t device;
	ino_t inode;
	bool runtime; /* below /run: gone after a flush or a boot */
};

struct mxlog_journal_files {
	struct mxlog_journal_file *list; /* by stream, then by head_seqnum */
	size_t n, capacity;
	size_t n_unsettled; /* being made, or still empty: look again when they
	                     * change */
	size_t n_damaged;   /* with a header that is none */
};

enum {
	MXLOG_JOURNAL_SYSTEM = 1 << 0, /* system.journal and its archives */
	MXLOG_JOURNAL_USER = 1 << 1,   /* user-<uid>.journal */
	MXLOG_JOURNAL_ALL = 1 << 2,    /* any *.journal */
};

void mxlog_journal_files_done(struct mxlog_journal_files *files);

/* Add the journal files of a directory, or one by its path. What has vanished
 * meanwhile is left out. -ENOMEM, or why the directory can't be read. */
int mxlog_journal_files_add_dir(struct mxlog_journal_files *files,
    const char *dir, unsigned kinds, bool runtime);
int mxlog_journal_files_add(struct mxlog_journal_files *files, const char *path,
    bool runtime);

/* Put them into their order. */
void mxlog_journal_files_sort(struct mxlog_journal_files *files);
