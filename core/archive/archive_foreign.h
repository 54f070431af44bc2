/* SPDX-License-Identifier: Apache-2.0 */
/* Archive foreign: a gzip file that somebody else made, whose record knows no
 * more than its checksum. */
#pragma once

#include "extern/digest.h"

struct mxlog_archive_foreign;

/* Hash the file that is open as `fd` (which stays the caller's): -EBADMSG if
 * its checksum is another one. */
int mxlog_archive_foreign_new(int fd, uint64_t size,
    const unsigned char checksum[MXLOG_DIGEST_LEN], uint64_t max_content,
    struct mxlog_archive_foreign **ret);
void mxlog_archive_foreign_free(struct mxlog_archive_foreign *foreign);

/* 1 and a piece of its content, borrowed until the next call; 0 at the end;
 * -EBADMSG for what does not inflate or changed since it was hashed; -EFBIG
 * past max_content. */
int mxlog_archive_foreign_next(struct mxlog_archive_foreign *foreign,
    const char **ret, size_t *ret_len);
int mxlog_archive_foreign_rewind(struct mxlog_archive_foreign *foreign);
