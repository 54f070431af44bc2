/* SPDX-License-Identifier: Apache-2.0 */
/* Archive scan: reads the lines of one member after the other and says what
 * holds for all of them. */
#pragma once

#include "archive/archive_names.h"
#include "archive/ngram_filter.h"

struct mxlog_archive_scan;

int mxlog_archive_scan_new(enum mxlog_kind kind,
    struct mxlog_archive_scan **ret);
void mxlog_archive_scan_free(struct mxlog_archive_scan *scan);

/* Read the content of the next member. It is lines; if `continues`, its bytes
 * up to the first newline belong to a line that began before. Fills lines,
 * damaged, levels, flags, the bounds, modules and tags (which stay with the
 * scan) of *ret and zeroes the rest. The grams of the member before are
 * forgotten. */
int mxlog_archive_scan_member(struct mxlog_archive_scan *scan,
    const char *content, size_t len, bool continues,
    struct mxlog_archive_member *ret);

/* The grams of all messages of that member. */
const struct mxlog_ngram_set *mxlog_archive_scan_grams(
    const struct mxlog_archive_scan *scan);

/* Every name that members refer to; the text stays with the scan, the caller
 * frees the two arrays. */
int mxlog_archive_scan_names(const struct mxlog_archive_scan *scan,
    struct mxlog_archive_directory *ret);
