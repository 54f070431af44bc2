/* SPDX-License-Identifier: Apache-2.0 */
/* Archive recheck: whether what a directory says of a member is so. A directory
 * that says too little hides entries from queries. */
#pragma once

#include "archive/archive_scan.h"

/* Read the member's content again and compare. What the directory allows beyond
 * what is there only costs time, and is let pass; 0. Else -EBADMSG, and *ret says
 * what it hides; -ENOMEM. `filters` may be NULL. */
int mxlog_archive_recheck_member(struct mxlog_archive_scan *scan,
    const struct mxlog_archive_directory *dir, size_t member,
    const struct mxlog_ngram_filters *filters, const struct mxlog_buf *content,
    const char **ret);
