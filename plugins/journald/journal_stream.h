/* SPDX-License-Identifier: Apache-2.0 */
/* Stream: one seqnum id of the journal, read forward through one sd-journal
 * handle over all its files. A handle over several streams would never return
 * entries that sort before its position; one stream's entries are numbered. */
#pragma once

#include <systemd/sd-journal.h>

#include "journal_files.h"
#include "journal_gap.h"
#include "journal_guard.h"

struct mxlog_journal_stream {
	char id[MXLOG_JOURNAL_ID_LEN + 1];
	bool runtime;
	bool present;      /* has files */
	bool stale;        /* the files are not those of the handle */
	bool exhausted;    /* nothing more was there when last asked */
	bool passed_start; /* has been read up to start_tail */
	bool fresh;        /* the handle was opened and not read yet */
	bool has_gap; /* entries were removed unread, as seen at the open */
	struct mxlog_journal_gap gap;
	bool has_pending; /* the handle stands on an entry not yet returned */
	uint64_t start_head; /* the first number there was at start */
	uint64_t start_tail; /* the last one */
	unsigned failures;   /* in a row, without progress */
	sd_journal *journal; /* NULL: closed */
	dev_t *devices;      /* of the files opened last, in their order */
	ino_t *inodes;
	size_t n_files;
	char *head;   /* of a runtime stream: cursor of its first entry when
	               * it was met; NULL: not known */
	bool settled; /* holds no more copies of runtime streams */
	char *cursor; /* of the last entry accepted; NULL: none */
	struct mxlog_journal_identity last; /* of that entry */
	char *next_cursor; /* of the entry that the handle stands on */
	struct mxlog_journal_identity next;
};

enum mxlog_journal_start {
	MXLOG_JOURNAL_START_HEAD,
	MXLOG_JOURNAL_START_TAIL,
	MXLOG_JOURNAL_START_BOOT, /* the running one */
	MXLOG_JOURNAL_START_TIME,
};

void mxlog_journal_stream_done(struct mxlog_journal_stream *stream);

/* Take over a saved cursor: -EINVAL if it is none of this stream. */
int mxlog_journal_stream_set_cursor(struct mxlog_journal_stream *stream,
    const char *cursor);

/* The gap was told: a checkpoint that is saved before the entry behind it has
 * been accepted must not lead back to it. -ENOMEM. */
int mxlog_journal_stream_pass_gap(struct mxlog_journal_stream *stream);

/* Are these the files that were opened, or tried, last? */
bool mxlog_journal_stream_has_files(const struct mxlog_journal_stream *stream,
    const struct mxlog_journal_file *files, size_t n);

/* Open a handle over the files (all of this stream) with the matches of
 * journalctl's syntax, and stand behind the last entry accepted. Files that
 * can't be opened are left out: *ret_bad counts them. 1 if entries were removed
 * unread: *ret_gap; else 0. -ESTALE: a name is another file's by now, list them
 * again. On failure the stream has no handle. */
int mxlog_journal_stream_open(struct mxlog_journal_stream *stream,
    const struct mxlog_journal_file *files, size_t n,
    const char *const *matches, size_t n_matches, size_t *ret_bad,
    struct mxlog_journal_gap *ret_gap);
/* An abort has led out of sd-journal: forget the handle, for good. */
void mxlog_journal_stream_abandon(struct mxlog_journal_stream *stream);
void mxlog_journal_stream_close(struct mxlog_journal_stream *stream);

/* Of a stream without cursor: stand behind the last entry that `start` leaves
 * out, which counts as accepted; behind the number before the first if it leaves
 * out none, so that a restart can tell what was removed since. */
int mxlog_journal_stream_start(struct mxlog_journal_stream *stream,
    enum mxlog_journal_start start, int64_t time_usec);

/* Step to the next entry: 1, stream->next says which; 0 if there is none. The
 * same one again, unless it was accepted. */
int mxlog_journal_stream_next(struct mxlog_journal_stream *stream);

/* One after the other the fields of the entry that the stream stands on, as
 * "NAME=value": 1, or 0 past the last. Borrowed until the next call. */
static inline int mxlog_journal_stream_field(struct mxlog_journal_stream
						 *stream,
    const char **ret, size_t *ret_len)
{
	const void *data;
	int r;

	mxlog_journal_guard_in(stream);
	r = sd_journal_enumerate_available_data(stream->journal, &data,
	    ret_len);
	mxlog_journal_guard_out();
	if (r > 0)
		*ret = data;
	return r;
}

/* The entry that the stream stands on has been dealt with. */
void mxlog_journal_stream_accept(struct mxlog_journal_stream *stream);
