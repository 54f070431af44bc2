/* SPDX-License-Identifier: Apache-2.0 */
/* Gzip block: whole gzip members (RFC 1952) in memory through libdeflate, and
 * a stream through zlib for gzip files that others made. The only file that
 * sees either library. */
#pragma once

#include "buf.h"

struct mxlog_gzip_writer;

/* level 1 to 12. */
int mxlog_gzip_writer_new(int level, struct mxlog_gzip_writer **ret);
void mxlog_gzip_writer_free(struct mxlog_gzip_writer *writer);

/* Append one member that holds `data`, its header carrying `extra` (an RFC 1952
 * extra field, at most 65535 bytes, may be empty). Modification time is 0, the
 * OS unknown, so that the same bytes give the same member. */
int mxlog_gzip_write_member(struct mxlog_gzip_writer *writer, const void *data,
    size_t len, const void *extra, size_t extra_len, struct mxlog_buf *out);

struct mxlog_gzip_reader;

int mxlog_gzip_reader_new(struct mxlog_gzip_reader **ret);
void mxlog_gzip_reader_free(struct mxlog_gzip_reader *reader);

/* Inflate the one member that begins at `data` and append its content, at most
 * `max` bytes, to `out`; *ret_len is how many input bytes it took. -EBADMSG
 * for what is damaged or larger; CRC and size are checked. */
int mxlog_gzip_read_member(struct mxlog_gzip_reader *reader, const void *data,
    size_t len, size_t max, struct mxlog_buf *out, size_t *ret_len);

/* A foreign gzip file as a stream of pieces: 1 and a piece borrowed until the
 * next call, 0 at a clean end, -EBADMSG. */
struct mxlog_gzip_stream;
int mxlog_gzip_stream_new(int fd, struct mxlog_gzip_stream **ret);
void mxlog_gzip_stream_free(struct mxlog_gzip_stream *stream);
int mxlog_gzip_stream_next(struct mxlog_gzip_stream *stream, const char **ret,
    size_t *ret_len);
