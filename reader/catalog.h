/* SPDX-License-Identifier: Apache-2.0 */
/* Catalog: the segments that a query may have to look at, in stored order. */
#pragma once

#include "reterr.h"
#include "segment.h"

struct mxlog_catalog_segment {
	struct mxlog_segment_name name;
	uint32_t dir;     /* index of its log directory */
	int fd;           /* of a live segment; -1 if it can't be opened */
	int error;        /* why it can't be opened or read, or 0 */
	uint64_t size;    /* bytes of text when the catalog was made */
	uint64_t damaged; /* lines that are no entry, as far as noticed */
};

struct mxlog_catalog_dir {
	char *path;
	int fd;
};

struct mxlog_catalog {
	enum mxlog_kind kind;
	struct mxlog_catalog_dir *dirs;
	size_t n_dirs;
	struct mxlog_catalog_segment *segments; /* stored order */
	size_t n_segments;
};

/* Open log directories and all their live segments: what is open here stays
 * readable when it is archived meanwhile. A directory that can't be opened is
 * an error, a segment that can't is marked. */
int mxlog_catalog_open(struct mxlog_catalog *catalog, enum mxlog_kind kind,
    const char *const *dirs, size_t n_dirs, struct mxlog_error *reterr);
void mxlog_catalog_done(struct mxlog_catalog *catalog);

/* The times that a segment's lines may have, both inclusive. A segment holds
 * the entries of its UTC day; files that others made may use a local day, so
 * that 14 hours more, the largest zone offset, count on either side. */
void mxlog_catalog_span(const struct mxlog_catalog_segment *segment,
    int64_t *ret_since_usec, int64_t *ret_until_usec);

/* "Logs/2026-01-28.log", with NUL, cut to the buffer. */
void mxlog_catalog_path(const struct mxlog_catalog *catalog,
    const struct mxlog_catalog_segment *segment, char *out, size_t size);
