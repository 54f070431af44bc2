/* SPDX-License-Identifier: Apache-2.0 */
/* Catalog: the segments that a query may have to look at, in stored order. */
#pragma once

#include "archive/archive_record.h"
#include "base/reterr.h"

struct mxlog_catalog_segment {
	struct mxlog_segment_name name;
	uint32_t dir;    /* index of its log directory */
	int fd;          /* of a live segment that is held open, or -1 */
	int error;       /* why it can't be opened or read, or 0 */
	const char *why; /* the same for a person, static; may be NULL */
	uint64_t size;   /* bytes of the file when the catalog was made */
	/* Only lines from this offset on are wanted, UINT64_MAX: none; and a
	 * hash of the first bytes. Of arrival.h. */
	uint64_t from, head;
	uint64_t damaged;   /* lines that are no entry, as far as noticed */
	uint64_t undecided; /* lines that a pattern could not be tried on */
	struct mxlog_archive_record *record; /* of an archive; owned */
	/* No entry of it is outside of these times, both inclusive. */
	int64_t since_usec, until_usec;
};

struct mxlog_catalog_dir {
	char *path;
	int fd;    /* -1: it can't be opened, or is none */
	bool file; /* it is one file of lines */
	/* Why it, or its archives, can't be read; the code is 0 if they can. */
	struct mxlog_error problem;
	size_t damaged_records; /* of index.json, left out */
};

struct mxlog_catalog {
	enum mxlog_kind kind;
	struct mxlog_catalog_dir *dirs;
	size_t n_dirs;
	struct mxlog_catalog_segment *segments; /* stored order */
	size_t n_segments;
	size_t n_open, max_open; /* live segments held open */
};

/* Open log directories and their live segments, then read the indexes of
 * their archives: what is open here stays readable when it is archived
 * meanwhile, and a segment that is in both is read from the live file. Of very
 * many segments some are not held open, see mxlog_catalog_open_segment(). A
 * directory may also be a file of lines, see lines_file.h. One that can't be
 * opened is marked, and an error if none can; so are
 * archives whose index can't be read, a segment that can't be opened, and an
 * archive that no record vouches for. */
int mxlog_catalog_open(struct mxlog_catalog *catalog, enum mxlog_kind kind,
    const char *const *dirs, size_t n_dirs, struct mxlog_error *reterr);
void mxlog_catalog_done(struct mxlog_catalog *catalog);

/* Open a log directory as somebody named it: a link at the last place is
 * followed. What mxlog_fs_open_dir() says. */
int mxlog_catalog_open_named(const char *path, int *ret);

/* Open a live segment that is not held open: 0 and a descriptor that is the
 * caller's. If it was archived meanwhile -ENOENT, and it is an archive from
 * then on, with its record. */
int mxlog_catalog_open_segment(struct mxlog_catalog *catalog,
    struct mxlog_catalog_segment *segment, int *ret);

/* Look at the index again: 1 if it says something else of this archive, whose
 * record is then the new one, or NULL if it is gone; 0 if it says the same, or
 * can't be read. */
int mxlog_catalog_reload(struct mxlog_catalog *catalog,
    struct mxlog_catalog_segment *segment);

/* "Logs/2026-01-28.log", with NUL, cut to the buffer. */
void mxlog_catalog_path(const struct mxlog_catalog *catalog,
    const struct mxlog_catalog_segment *segment, char *out, size_t size);
