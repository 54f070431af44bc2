/* SPDX-License-Identifier: Apache-2.0 */
/* index.json against the ledger. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "upkeep/upkeep_check.h"

static bool is_live(const struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name)
{
	struct mxlog_segment_name live = *name;

	live.archived = false;
	return mxlog_upkeep_is_there(upkeep, &live);
}

/* NULL: the ledger knows this record, or knows that it is to go. */
static const char *judge_record(const struct mxlog_upkeep *upkeep,
    const struct mxlog_archive_record *record)
{
	const struct mxlog_ledger_segment *known =
	    mxlog_upkeep_known(upkeep, &record->name);
	unsigned char digest[MXLOG_DIGEST_LEN];

	if (known && (known->flags & MXLOG_LEDGER_IS_DELETED))
		return NULL;
	if (!known || !(known->flags & MXLOG_LEDGER_IS_ARCHIVED))
		return "the ledger knows no such archive";
	if (mxlog_upkeep_digest_record(record, digest) == 0 &&
	    mxlog_digest_equal(digest, known->record))
		return NULL;
	/* Archived anew by a run that was killed: the next one goes on. */
	return is_live(upkeep, &record->name)
	    ? NULL
	    : "its record is not the one that the ledger knows";
}

static void tell(struct mxlog_upkeep *upkeep,
    const struct mxlog_segment_name *name, const char *what,
    mxlog_upkeep_differs *differs)
{
	struct mxlog_segment_name archive = *name;
	char text[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_error error = { 0 };

	archive.archived = true;
	mxlog_segment_format(text, &archive);
	(void)mxlog_error_set(&error, -EBADMSG, "%s: %s", text, what);
	differs(upkeep, &archive, &error);
}

void mxlog_upkeep_compare(struct mxlog_upkeep *upkeep,
    mxlog_upkeep_differs *differs)
{
	const struct mxlog_ledger_state *state = &upkeep->ledger.state;
	const unsigned flags = MXLOG_LEDGER_IS_ARCHIVED |
	    MXLOG_LEDGER_IS_DELETED | MXLOG_LEDGER_IS_LOST;

	for (size_t i = 0; i < upkeep->index.n; i++) {
		const struct mxlog_archive_record *record =
		    &upkeep->index.records[i];
		const char *what = judge_record(upkeep, record);

		if (what)
			tell(upkeep, &record->name, what, differs);
	}
	for (size_t i = 0; i < state->n; i++) {
		const struct mxlog_ledger_segment *known = &state->segments[i];

		if ((known->flags & flags) == MXLOG_LEDGER_IS_ARCHIVED &&
		    !mxlog_archive_index_find(&upkeep->index, &known->name) &&
		    !is_live(upkeep, &known->name))
			tell(upkeep, &known->name,
			    "the ledger knows it, and index.json has no record "
			    "of it",
			    differs);
	}
}

/* An empty marker is one that a ledger stood behind. */
bool mxlog_upkeep_had_ledger(const struct mxlog_upkeep *upkeep)
{
	struct mxlog_segment_name *names = NULL;
	bool had = false;
	size_t n = 0;

	if (mxlog_seal_list(upkeep->log_dir_fd, &names, &n) < 0)
		return false;
	for (size_t i = 0; i < n && !had; i++) {
		char text[MXLOG_SEGMENT_NAME_MAX];
		char path[MXLOG_SEGMENT_NAME_MAX + 16];
		struct stat st;

		mxlog_segment_format(text, &names[i]);
		(void)snprintf(path, sizeof(path), "seals/%s", text);
		had = fstatat(upkeep->state_fd, path, &st,
			  AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_size == 0;
	}
	free(names);
	return had;
}

int mxlog_upkeep_check_chain(struct mxlog_upkeep *upkeep,
    struct mxlog_error *reterr)
{
	struct mxlog_archive_chain chain = mxlog_upkeep_chain(upkeep);
	int r;

	if (upkeep->key.len == 0)
		return 0;
	r = mxlog_archive_index_check(&upkeep->index, &chain, reterr);
	if (r != -EBADMSG || upkeep->ledger.missing)
		return r;
	/* The ledger was begun, and the run killed before the index was written
	 * again: the ledger knows each record. */
	chain.start = NULL;
	return mxlog_archive_index_check(&upkeep->index, &chain, NULL) < 0 ? r
									   : 0;
}
