/* SPDX-License-Identifier: Apache-2.0 */
/* Followed segment: a live file that is read as it grows, and what is done when
 * it shrinks or becomes another one. */
#pragma once

#include <sys/stat.h>

#include "scan/chunk.h"
#include "store/segment.h"

enum {
	MXLOG_FOLLOWED_HEAD = 64, /* its first bytes tell one from the next */
};

enum mxlog_followed_state {
	MXLOG_FOLLOWED_NAMED, /* its name leads to it */
	MXLOG_FOLLOWED_LEFT, /* removed, renamed or replaced: read to its end */
};

struct mxlog_followed_segment {
	struct mxlog_segment_name name;
	uint32_t dir;   /* of the catalog */
	uint32_t place; /* where it was found */
	enum mxlog_followed_state state;
	dev_t dev;
	ino_t ino;
	int fd; /* -1: closed, as there was nothing new in it */
	uint64_t at;
	bool skipping; /* in a line longer than any may be */
	bool seen;     /* its name, in the listing that is being looked at */
	char head[MXLOG_FOLLOWED_HEAD];
	size_t head_len;
	uint64_t used; /* when something new was read */
};

/* Open by its name in the directory of its kind; `at` is where reading goes on.
 * -ENOENT and what mxlog_fs_open_file() says. */
int mxlog_followed_open(struct mxlog_followed_segment *segment, int dir_fd);

/* 1 and the next whole lines, or a part of an overlong line that is passed
 * over; 0 if there is nothing new; -ENOMEM. What was truncated and written
 * anew is read from its beginning; what its writer took back is left alone. */
int mxlog_followed_read(struct mxlog_followed_segment *segment,
    struct mxlog_chunk *chunk);
