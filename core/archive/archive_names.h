/* SPDX-License-Identifier: Apache-2.0 */
/* Archive names: the modules, or the tags, of an archive, each once, and which
 * of them a member holds. */
#pragma once

#include "archive/archive_directory.h"

/* A zeroed struct is an empty one. */
struct mxlog_archive_names {
	struct mxlog_buf text;
	struct mxlog_archive_span {
		uint32_t off, len;
	} * spans;
	size_t n;
	uint16_t *slots; /* index + 1, 0 is free */
	uint64_t member[MXLOG_ARCHIVE_NAMES_MAX / 64]; /* one bit a name */
	size_t n_member;
	bool member_any; /* it holds a name that is not listed */
	uint32_t last;   /* the name that was added last, plus one */
};

void mxlog_archive_names_done(struct mxlog_archive_names *names);

/* The current member holds this name. -ENOMEM. */
int mxlog_archive_names_add(struct mxlog_archive_names *names, const char *text,
    size_t len);

/* Has any member had it, so that it need not be checked again? */
bool mxlog_archive_names_know(struct mxlog_archive_names *names,
    const char *text, size_t len);

/* How many names the current member holds, or MXLOG_ARCHIVE_ANY; write their
 * ascending indexes to `list`, which has room; begin a new member. */
uint16_t mxlog_archive_names_count(const struct mxlog_archive_names *names);
void mxlog_archive_names_take(struct mxlog_archive_names *names,
    uint16_t *list);

/* All names, as the directory has them; the caller frees the array, the text
 * stays with `names`. */
int mxlog_archive_names_list(const struct mxlog_archive_names *names,
    struct mxlog_archive_name **ret);
