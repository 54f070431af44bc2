/* SPDX-License-Identifier: Apache-2.0 */
/* Chunk: some whole lines of one segment in memory, and which of them match.
 * The unit of work of a query. */
#pragma once

#include "base/buf.h"
#include "base/reterr.h"

enum {
	/* Small enough to stay in a core's cache between being read and being
	 * searched; an archive's members are as large. */
	MXLOG_CHUNK_BYTES = 256 * 1024,
	/* Behind a chunk's text that much may be read (not used). */
	MXLOG_CHUNK_SLACK = 64,
};

/* A line that matched. */
struct mxlog_chunk_hit {
	uint32_t off, len; /* in the chunk's text, without the newline */
	int64_t time_usec;
	uint64_t hi, lo;               /* what it is ordered by, see sorter.h */
	uint32_t extra_off, extra_len; /* in side: the rest of a text key */
	bool missing;                  /* it lacks the field it is ordered by */
};

struct mxlog_chunk {
	uint32_t segment;
	uint32_t step;    /* of the plan */
	uint64_t offset;  /* where the text begins in the segment */
	const char *text; /* whole lines, in bytes */
	size_t len;
	bool open_end; /* the last line has no newline (yet) */
	/* An archive's word, which was checked: every line is an entry and in
	 * canonical form. */
	bool canonical;
	struct mxlog_buf bytes;
	struct mxlog_buf side; /* what hits need beside the text */
	struct mxlog_chunk_hit *hits;
	size_t n_hits, hits_capacity;
	/* What making it cost and showed. */
	uint64_t bytes_read;
	uint64_t lines;
	uint64_t matches;
	uint64_t damaged;
	uint64_t undecided; /* lines that a pattern could not be tried on */
	int error;          /* why it is not all there, or 0 */
	struct mxlog_error reason; /* the same for a person; may be empty */
};

void mxlog_chunk_reset(struct mxlog_chunk *chunk);
void mxlog_chunk_done(struct mxlog_chunk *chunk);

/* -ENOMEM. The pointer holds until the next call. */
int mxlog_chunk_add_hit(struct mxlog_chunk *chunk,
    struct mxlog_chunk_hit **ret);

/* Make MXLOG_CHUNK_SLACK zeros stand behind its bytes. */
int mxlog_chunk_add_slack(struct mxlog_chunk *chunk);

/* How many pieces a live segment of that size is read in. */
uint64_t mxlog_chunk_pieces(uint64_t size);

/* Read the lines that begin in the piece'th MXLOG_CHUNK_BYTES of a live
 * segment, of which the first `size` bytes count. Lines longer than
 * MXLOG_LINE_MAX are left out and counted as damaged. */
int mxlog_chunk_read(struct mxlog_chunk *chunk, int fd, uint64_t size,
    uint64_t piece);

/* Where the last whole line of the first `size` bytes ends: the rest is still
 * being written. */
uint64_t mxlog_chunk_whole_lines(int fd, uint64_t size);
