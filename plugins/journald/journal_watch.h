/* SPDX-License-Identifier: Apache-2.0 */
/* Watch: inotify over the directories that hold, or will hold, journals. */
#pragma once

#include <mxlog/error.h>

struct mxlog_journal_watch {
	int fd;
	struct mxlog_journal_watched {
		int wd;
		char *name; /* of a directory that only leads there: what is
		             * waited for; NULL: journals are in it */
	} * list;
	size_t n;
};

int mxlog_journal_watch_open(struct mxlog_journal_watch *watch);
/* Instead of _open: nothing is watched, and nothing will ever have happened. */
void mxlog_journal_watch_none(struct mxlog_journal_watch *watch);
void mxlog_journal_watch_close(struct mxlog_journal_watch *watch);

/* Watch a directory, or, while it does not exist, for its coming. Watching it
 * again is fine. */
int mxlog_journal_watch_add(struct mxlog_journal_watch *watch, const char *dir);

enum {
	MXLOG_JOURNAL_GREW = 1 << 0,    /* something was written */
	MXLOG_JOURNAL_CHANGED = 1 << 1, /* files came or went: list them */
};

/* What happened since the last call, without waiting. */
unsigned mxlog_journal_watch_read(struct mxlog_journal_watch *watch);
