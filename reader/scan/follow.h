/* SPDX-License-Identifier: Apache-2.0 */
/* Follow: what is appended to the live segments of log directories, as chunks:
 * across rotation and midnight, and whatever becomes of files and directories. */
#pragma once

#include "scan/catalog.h"
#include "scan/chunk.h"

struct mxlog_follow;

/* Told what happened to a directory, one line for a person. */
typedef void mxlog_follow_tell(void *arg, const char *text);

/* Begin at the sizes that the catalog has, each of which is the end of a line;
 * segments that come later are read from their beginning. The catalog is
 * borrowed. A directory that is moved or removed is followed where it went, and
 * again where its name leads once there is one. */
int mxlog_follow_new(const struct mxlog_catalog *catalog,
    mxlog_follow_tell *tell, void *arg, struct mxlog_follow **ret);
void mxlog_follow_free(struct mxlog_follow *follow);

/* 1 and the next new lines, whose segment is *ret_name in directory *ret_dir;
 * 0 if there is nothing new. */
int mxlog_follow_read(struct mxlog_follow *follow, struct mxlog_chunk *chunk,
    struct mxlog_segment_name *ret_name, uint32_t *ret_dir);

/* Wait until something may be new: 1; 0 after `timeout_ms` (-1: never);
 * -EINTR. */
int mxlog_follow_wait(struct mxlog_follow *follow, int timeout_ms);

/* A descriptor that is readable when something may be new; -ENOTSUP. */
int mxlog_follow_get_fd(const struct mxlog_follow *follow);
