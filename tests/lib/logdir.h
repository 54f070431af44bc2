/* SPDX-License-Identifier: Apache-2.0 */
/* Logdir: a log directory with a few days of segments, and what archiving must
 * keep of it. All of it ends the test when it fails. */
#pragma once

#include <mxlog/archive.h>

#include "archive/archive_index.h"
#include "base/buf.h"

struct logdir {
	char *path;
	struct mxlog_config *config;
	struct logdir_segment {
		const char *name; /* "2026-01-20.log", "metrics/…" */
		struct mxlog_buf bytes;
	} segments[16];
	size_t n;
};

/* 2026-01-20, 00:00 UTC. */
#define LOGDIR_DAY INT64_C(1768867200000000)

void logdir_init(struct logdir *dir);
void logdir_done(struct logdir *dir);

/* Make a segment of about `len` bytes of lines; "2026-01-20.1.log" begins some
 * time in that day. Its time of arrival is the day's end. */
void logdir_add(struct logdir *dir, const char *name, size_t len);

/* Write this content instead. */
void logdir_add_text(struct logdir *dir, const char *name, const char *text,
    size_t len);

/* Give it an archive_key_file of these bytes. */
void logdir_use_key(struct logdir *dir, const char *key);

/* Put all segments back as they were, and nothing else. */
void logdir_reset(struct logdir *dir);

/* Run the cycle as of that time; its result. */
int logdir_run(struct logdir *dir, int64_t now_usec);

/* What a reader that follows the rules reads of a segment: the live one's
 * bytes, else the archive's. False: there is neither. */
bool logdir_read(struct logdir *dir, const char *name, struct mxlog_buf *out);

/* Every segment is there with all of its bytes. */
void logdir_check(struct logdir *dir);

/* Every segment is archived, recorded and right, and none is live any more. */
void logdir_check_archived(struct logdir *dir);

/* How often a text stands in the live entries of that day. */
size_t logdir_count(struct logdir *dir, const char *name, const char *text);
