/* SPDX-License-Identifier: Apache-2.0 */
/* Source: all streams of the journals that are wanted, as one sequence of
 * entries; it follows rotation, vacuum and flush, and waits by inotify. */
#pragma once

#include "journal_stream.h"

struct mxlog_journal_source;

struct mxlog_journal_where {
	/* Explicit files; or a directory; or, both absent, this machine's
	 * journals. The strings are borrowed while the source lives. */
	const char *const *files;
	size_t n_files;
	const char *directory;
	const char *namespace; /* of this machine's journals; NULL: the default
	                        * one; "*": all; "+NAME": it and the default */
	bool runtime_only;
	unsigned kinds; /* MXLOG_JOURNAL_… */
	const char *const *matches;
	size_t n_matches;
	enum mxlog_journal_start start; /* of streams met at open */
	int64_t start_usec;
	bool once; /* is read to its end and left: nothing is waited for, and
	            * the files are listed again where inotify would tell */
};

/* Told of what goes wrong; the source goes on. */
struct mxlog_journal_watcher {
	void (*gap)(void *arg, const struct mxlog_journal_gap *gap);
	void (*problem)(void *arg, const char *stream, const char *what,
	    int code);
	void *arg;
};

/* The cursor saved for a stream, or NULL; and whether streams without one are
 * to start where `start` says (a first start) or at their head. */
struct mxlog_journal_saved {
	const char *(*cursor)(void *arg, const char *stream);
	/* Runtime streams that were read once, one after the other: their
	 * names, NULL past the last, and the cursor of their heads. */
	const char *(*runtime)(void *arg, size_t index, const char **ret_head);
	void *arg;
	bool first_start;
};

int mxlog_journal_source_open(const struct mxlog_journal_where *where,
    const struct mxlog_journal_saved *saved,
    const struct mxlog_journal_watcher *watcher,
    struct mxlog_journal_source **ret, struct mxlog_error *reterr);
void mxlog_journal_source_close(struct mxlog_journal_source *source);

/* Step to the next entry of any stream: 1 and its identity; 0 when there is
 * none now. Without an accept it is the same one again. */
int mxlog_journal_source_next(struct mxlog_journal_source *source,
    struct mxlog_journal_identity *ret);
/* The stream that stands on the entry that was stepped to. */
struct mxlog_journal_stream *mxlog_journal_source_get_current(
    struct mxlog_journal_source *source);
void mxlog_journal_source_accept(struct mxlog_journal_source *source);

/* An abort has led out of sd-journal while it read this stream: it is left
 * until its files change. */
void mxlog_journal_source_abandon(struct mxlog_journal_source *source,
    struct mxlog_journal_stream *stream);

/* True once all that was there at open has been read. */
bool mxlog_journal_source_passed_start(
    const struct mxlog_journal_source *source);

/* How often the files have been listed: another number means that files may
 * have come or gone. */
unsigned long mxlog_journal_source_get_listed(
    const struct mxlog_journal_source *source);

/* Readable when something may have changed; -1 where nothing is waited for. */
int mxlog_journal_source_get_fd(const struct mxlog_journal_source *source);

/* The streams met so far; NULL past the last. Owned by the source. */
const struct mxlog_journal_stream *mxlog_journal_source_get_stream(
    const struct mxlog_journal_source *source, size_t index);
