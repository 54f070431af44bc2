/* SPDX-License-Identifier: Apache-2.0 */
/* Archive directory: what an archive says about its members, so that most of
 * them need not be read. See FORMAT.md, section 3. */
#pragma once

#include "base/buf.h"
#include "base/ulid.h"
#include "extern/digest.h"
#include "store/segment.h"

enum {
	MXLOG_ARCHIVE_LEVELS = 5,
	/* A member's content ends at the last line end within this, or else at
	 * the first one behind it … */
	MXLOG_ARCHIVE_MEMBER_TARGET = 256 * 1024,
	/* … and is never longer than this: what is no line at all is cut. */
	MXLOG_ARCHIVE_MEMBER_MAX = 8 * 1024 * 1024,
	/* As a count of modules or tags: not listed, it may hold any. */
	MXLOG_ARCHIVE_ANY = UINT16_MAX,
	/* More names in an archive, or in one member, are not listed. */
	MXLOG_ARCHIVE_NAMES_MAX = 4096,
	MXLOG_ARCHIVE_MEMBER_NAMES_MAX = 256,
	MXLOG_ARCHIVE_NAME_LEN_MAX = 255,
};

enum mxlog_archive_member_flags {
	/* Its first bytes, up to and including the first newline, continue a
	 * line longer than any line may be: they are no line of their own. */
	MXLOG_MEMBER_CONTINUES = 1 << 0,
	/* It holds lines that are not in canonical form. */
	MXLOG_MEMBER_FOREIGN = 1 << 1,
};

struct mxlog_archive_member {
	uint64_t offset;  /* of the gzip member in the file */
	uint32_t size;    /* bytes of the gzip member */
	uint32_t content; /* bytes it inflates to */
	uint32_t lines;   /* newlines in it, and a last line without one */
	uint32_t damaged; /* lines among them that are no entry (or metric) */
	/* Entries by level, DEBUG first; of metrics all are in [0]. */
	uint32_t levels[MXLOG_ARCHIVE_LEVELS];
	unsigned flags;
	/* Both ends inclusive; min > max: it holds no entry at all. */
	int64_t min_usec, max_usec;
	/* As wide as the first 64 bits say. */
	struct mxlog_ulid min_trace, max_trace;
	/* Ascending indexes into the directory's names; n may be
	 * MXLOG_ARCHIVE_ANY. Of metrics `modules` holds metric names, and
	 * `tags` holds "key=value". */
	const uint16_t *modules, *tags;
	uint16_t n_modules, n_tags;
	unsigned char sha256[MXLOG_DIGEST_LEN]; /* of the gzip member's bytes */
};

struct mxlog_archive_name {
	const char *text;
	size_t len;
};

struct mxlog_archive_directory {
	struct mxlog_ulid archive_id;
	struct mxlog_segment_name segment; /* what was archived, as live */
	int64_t archived_usec;
	int64_t arrived_usec; /* when the segment was last written to */
	uint64_t original_size;
	uint64_t entry_count;
	int64_t min_usec, max_usec; /* over all members; min > max: none */
	unsigned seal;              /* enum mxlog_archive_seal */
	struct mxlog_archive_member *members;
	size_t n_members;
	struct mxlog_archive_name *modules, *tags; /* every name once */
	size_t n_modules, n_tags;
	/* Where the n-gram filters stand in the file, and what they hash to. */
	uint64_t ngram_filters_offset;
	uint32_t ngram_filters_size;
	unsigned char ngram_filters_sha256[MXLOG_DIGEST_LEN];
	void *memory; /* private: names and lists point into it */
};

/* What was found when the segment was compared with its day's seal. */
enum mxlog_archive_seal {
	MXLOG_ARCHIVE_UNSEALED,
	MXLOG_ARCHIVE_SEAL_HELD,
	MXLOG_ARCHIVE_SEAL_BROKEN,
};

/* Append the directory's content (not its gzip members). The offsets, memory
 * and sums over members are not written: they follow. -ENOMEM. */
int mxlog_archive_directory_encode(const struct mxlog_archive_directory *dir,
    struct mxlog_buf *out);

/* Read what _encode wrote. Every number is checked against every other:
 * -EBADMSG. The caller frees with _done. */
int mxlog_archive_directory_decode(const void *data, size_t len,
    struct mxlog_archive_directory *ret);
void mxlog_archive_directory_done(struct mxlog_archive_directory *dir);
