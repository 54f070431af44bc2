/* SPDX-License-Identifier: Apache-2.0 */
/* Member filter: which members of an archive can't hold a match, by what its
 * directory and n-gram filters say. */
#pragma once

#include "archive/archive_file.h"
#include "query/query_private.h"

/* Why a member need not be read. */
enum mxlog_skip {
	MXLOG_SKIP_NOT, /* it must be read */
	MXLOG_SKIP_TIME,
	MXLOG_SKIP_TRACE_ID,
	MXLOG_SKIP_LEVEL,
	MXLOG_SKIP_MODULE,
	MXLOG_SKIP_TAG,
	MXLOG_SKIP_TEXT,
	MXLOG_SKIP_WHERE,     /* the expression can't hold for any line */
	MXLOG_SKIP_DIRECTORY, /* what is asked stands in the directory */
	MXLOG_SKIP_COUNT,
};

struct mxlog_member_filter {
	const struct mxlog_query *query;
	struct mxlog_ulid trace_id;
	struct mxlog_ngram_set needle; /* grams of the text; n 0: none */
	/* The same for each node of the expression that searches messages. */
	struct mxlog_ngram_set *needles;
	bool has_needles;
	/* Of the archive that is being chosen from. */
	const struct mxlog_archive_file *file;
	const struct mxlog_archive_directory *dir;
	unsigned char *modules; /* one for each name: is it wanted? */
	uint16_t *tags;         /* indexes of the tags that are wanted */
};

/* The query is borrowed. */
int mxlog_member_filter_init(struct mxlog_member_filter *filter,
    const struct mxlog_query *query);
void mxlog_member_filter_done(struct mxlog_member_filter *filter);

/* Turn to an own archive; its n-gram filters are loaded if they can help. */
int mxlog_member_filter_begin(struct mxlog_member_filter *filter,
    struct mxlog_archive_file *file, struct mxlog_error *reterr);

enum mxlog_skip mxlog_member_filter_judge(const struct mxlog_member_filter
					      *filter,
    size_t member);

/* True if every entry of the member matches but for its level, and no line is
 * damaged: its counts by level are those of the matches. */
bool mxlog_member_filter_is_whole(const struct mxlog_member_filter *filter,
    size_t member);
