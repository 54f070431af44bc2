/* SPDX-License-Identifier: Apache-2.0 */
/* Archive record: one LogArchive, as it stands in the archives' index. See
 * FORMAT.md, section 3. */
#pragma once

#include "archive/archive_directory.h"

struct mxlog_archive_record {
	struct mxlog_segment_name name; /* archived */
	struct mxlog_ulid archive_id;
	int64_t archived_usec; /* archive_date */
	uint64_t original_size;
	uint64_t compressed_size;
	uint64_t entry_count;
	unsigned char checksum[MXLOG_DIGEST_LEN]; /* SHA-256 of the file */
	/* False: made by somebody else, what follows is not known, and the file
	 * is plain gzip that only its checksum vouches for. */
	bool own;
	unsigned char directory[MXLOG_DIGEST_LEN]; /* of the bounds' members */
	int64_t min_usec, max_usec; /* of its entries; min > max: none */
	int64_t arrived_usec;
	enum mxlog_archive_seal seal;
	bool rebuilt; /* the record was made from the archive, not with it */
	bool chained; /* `chain` is set */
	unsigned char chain[MXLOG_DIGEST_LEN];
	char *body; /* private: the record as canonical JSON, without its own
	             * digest and chain */
	size_t body_len;
};

/* Free what a record owns. */
void mxlog_archive_record_done(struct mxlog_archive_record *record);

/* Make its body of its other fields. What body it had is not freed. -ENOMEM. */
int mxlog_archive_record_make_body(struct mxlog_archive_record *record);

/* `text` is one JSON value, in canonical form. -EBADMSG: it is no record, or not
 * what its own digest says; -EIO: there is no digest to be had; -ENOMEM. */
int mxlog_archive_record_parse(const char *text, size_t len,
    struct mxlog_archive_record *ret);

/* Append it as canonical JSON, without a newline. It has a body. */
int mxlog_archive_record_format(const struct mxlog_archive_record *record,
    struct mxlog_buf *out);
