/* SPDX-License-Identifier: Apache-2.0 */
/* Catalog: the segments that a query may have to look at, in stored order. */
#pragma once

#include "archive/archive_record.h"
#include "base/reterr.h"

struct mxlog_catalog_segment {
	struct mxlog_segment_name name;
	uint32_t dir;     /* index of its log directory */
	int fd;           /* of a live segment; -1 if it can't be opened */
	int error;        /* why it can't be opened or read, or 0 */
	const char *why;  /* the same for a person, static; may be NULL */
	uint64_t size;    /* bytes of the file when the catalog was made */
	uint64_t damaged; /* lines that are no entry, as far as noticed */
	struct mxlog_archive_record *record; /* of an archive; owned */
	/* No entry of it is outside of these times, both inclusive. */
	int64_t since_usec, until_usec;
};

struct mxlog_catalog_dir {
	char *path;
	int fd;
	size_t damaged_records; /* of index.json, left out */
};

struct mxlog_catalog {
	enum mxlog_kind kind;
	struct mxlog_catalog_dir *dirs;
	size_t n_dirs;
	struct mxlog_catalog_segment *segments; /* stored order */
	size_t n_segments;
};

/* Open log directories and all their live segments, then read the indexes of
 * their archives: what is open here stays readable when it is archived
 * meanwhile, and a segment that is in both is read from the live file. A
 * directory that can't be opened is an error, a segment that can't is
 * marked; so is an archive that no record vouches for. */
int mxlog_catalog_open(struct mxlog_catalog *catalog, enum mxlog_kind kind,
    const char *const *dirs, size_t n_dirs, struct mxlog_error *reterr);
void mxlog_catalog_done(struct mxlog_catalog *catalog);

/* Look at the index again: 1 if it says something else of this archive, whose
 * record is then the new one, or NULL if it is gone; 0 if it says the same, or
 * can't be read. */
int mxlog_catalog_reload(struct mxlog_catalog *catalog,
    struct mxlog_catalog_segment *segment);

/* "Logs/2026-01-28.log", with NUL, cut to the buffer. */
void mxlog_catalog_path(const struct mxlog_catalog *catalog,
    const struct mxlog_catalog_segment *segment, char *out, size_t size);
