/* SPDX-License-Identifier: Apache-2.0 */
/* Segment: one file of one UTC day, live or archived; its name and its claim. */
#pragma once

#include "base/base.h"

enum mxlog_kind {
	MXLOG_ENTRIES,
	MXLOG_METRICS,
};

enum {
	MXLOG_SEGMENT_NAME_MAX = 48,
	MXLOG_SEGMENT_PATH_MAX = MXLOG_SEGMENT_NAME_MAX + 16,
};

struct mxlog_segment_name {
	enum mxlog_kind kind;
	int32_t day;     /* since the epoch */
	uint32_t number; /* 0 is the day's first and not in the name */
	bool archived;
};

/* "2026-01-28.log", "2026-01-28.1.metrics.log", "2026-01-28.log.gz" with NUL:
 * the name alone, without its directory. */
void mxlog_segment_format(char out[MXLOG_SEGMENT_NAME_MAX],
    const struct mxlog_segment_name *name);

/* -EINVAL for every name that _format would not write: those files are not
 * ours. */
int mxlog_segment_parse(const char *text, struct mxlog_segment_name *ret);

/* Stored order: kind, day, number, archived before live. */
int mxlog_segment_compare(const struct mxlog_segment_name *a,
    const struct mxlog_segment_name *b);

/* "", "metrics", "archive" or "archive/metrics": where it stands in log_dir. */
const char *mxlog_segment_dir(enum mxlog_kind kind, bool archived);

/* Where it stands and its name: "metrics/2026-01-28.metrics.log". */
void mxlog_segment_format_path(char out[MXLOG_SEGMENT_PATH_MAX],
    const struct mxlog_segment_name *name);

/* Open that directory; `create` makes it. -ENOENT and what
 * mxlog_fs_open_subdir() says. */
int mxlog_segment_open_dir(int log_dir_fd, enum mxlog_kind kind, bool archived,
    bool create, int *ret);

/* All segments of a log directory that match, in stored order; the caller
 * frees the array. Names that are not ours are left out. */
int mxlog_segment_list(int log_dir_fd, enum mxlog_kind kind, bool archived,
    struct mxlog_segment_name **ret, size_t *ret_n);

/* The same for every segment's name in another directory below log_dir. */
int mxlog_segment_list_in(int log_dir_fd, const char *dir,
    struct mxlog_segment_name **ret, size_t *ret_n);

/* Open a live segment, for reading and appending, and take its lock without
 * waiting: it has no writer then and gets none until *ret is closed. `dir_fd`
 * is mxlog_segment_open_dir()'s. -EWOULDBLOCK: it has a writer; -ENOENT: it is
 * gone, also when that happened on the way; and what mxlog_fs_open_file()
 * says. */
int mxlog_segment_lock(int dir_fd, const struct mxlog_segment_name *name,
    int *ret);

/* Where the last whole line of the first `size` bytes ends. -EBADMSG if there
 * is no newline in so many bytes that it can't be a torn line: then the file
 * is not ours to cut; or if it is shorter by now. */
int mxlog_segment_find_end(int fd, uint64_t size, uint64_t *ret);
