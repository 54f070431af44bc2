/* SPDX-License-Identifier: Apache-2.0 */
/* Archive file: one archive open for reading. No byte is used before it was
 * read into private memory and its digest found right.
 *
 * How to read one: open it by its record. If it is `own`, pick members by
 * their bounds (directory) and by _may_contain, and read those; else it is a
 * foreign gzip file: take its bytes from _next until 0.
 *
 * Errors: -ENOENT when the file is gone (pruned: load the index again);
 * -EBADMSG when its bytes are not what the record says: corrupt, and reterr
 * says what does not hold. */
#pragma once

#include "archive/archive_record.h"
#include "archive/ngram_filter.h"
#include "base/reterr.h"
#include "extern/gzip_block.h"

struct mxlog_archive_file;

/* Scratch memory of one reading thread. A zeroed struct is an empty one. */
struct mxlog_archive_scratch {
	struct mxlog_buf raw;
	struct mxlog_gzip_reader *gzip;
};
void mxlog_archive_scratch_done(struct mxlog_archive_scratch *scratch);

/* Open the archive of that record below log_dir_fd; the file keeps one
 * descriptor and nothing of the record. Own: the directory is read, checked
 * against the record and kept. Foreign: the whole file is hashed first. */
int mxlog_archive_file_open(int log_dir_fd,
    const struct mxlog_archive_record *record, struct mxlog_archive_file **ret,
    struct mxlog_error *reterr);
void mxlog_archive_file_close(struct mxlog_archive_file *file);

/* NULL: a foreign file, without members. Else owned by the file. */
const struct mxlog_archive_directory *mxlog_archive_file_directory(
    const struct mxlog_archive_file *file);

/* Read and check the n-gram filters, once; before the first _may_contain, and before
 * the file is shared among threads. -EBADMSG: the archive is corrupt. */
int mxlog_archive_file_load_ngram_filters(struct mxlog_archive_file *file,
    struct mxlog_error *reterr);

/* False only if no message of that member contains the needle in any case.
 * Always true for metrics and without n-gram filters loaded. */
bool mxlog_archive_file_may_contain(const struct mxlog_archive_file *file,
    size_t member, const struct mxlog_ngram_set *needle);

/* Append a member's whole lines to `out`. Threads may read one file at once,
 * each with its own scratch and out. */
int mxlog_archive_file_read(const struct mxlog_archive_file *file,
    size_t member, struct mxlog_archive_scratch *scratch, struct mxlog_buf *out,
    struct mxlog_error *reterr);

/* A foreign file's content: 1 and a piece (which ends anywhere) borrowed until
 * the next call, 0 at the end. Bounded by the size that the record states;
 * bytes that changed since the file was hashed are -EBADMSG. _rewind starts
 * over. One thread only. */
int mxlog_archive_file_next(struct mxlog_archive_file *file, const char **ret,
    size_t *ret_len, struct mxlog_error *reterr);
int mxlog_archive_file_rewind(struct mxlog_archive_file *file);

/* Bytes on disk, and of them read so far by _open and _load_sketches. */
uint64_t mxlog_archive_file_size(const struct mxlog_archive_file *file);
uint64_t mxlog_archive_file_overhead(const struct mxlog_archive_file *file);

/* Check everything: the checksum over all bytes, and that every member
 * inflates to what the directory says of it, and holds nothing that the directory
 * hides. For a foreign file: that it
 * inflates. */
int mxlog_archive_file_verify(struct mxlog_archive_file *file,
    struct mxlog_error *reterr);

/* Read what is not vouched for by any record, as rebuild-index does: fill a
 * record (owned by the caller as one of an index is; freed with
 * mxlog_archive_record_done) from the file's own directory after all of the
 * above holds. -ENODATA if it does not end as an archive of ours does,
 * -EBADMSG if it is damaged. */
int mxlog_archive_file_describe(int log_dir_fd,
    const struct mxlog_segment_name *name, struct mxlog_archive_record *ret,
    struct mxlog_error *reterr);

/* The same for a gzip file of somebody else's: name, archive_id and
 * archived_usec are given; sizes, lines (as entry_count) and checksum are
 * filled in. -EBADMSG if it does not inflate. */
int mxlog_archive_file_describe_foreign(int log_dir_fd,
    struct mxlog_archive_record *record, struct mxlog_error *reterr);
