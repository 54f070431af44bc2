/* SPDX-License-Identifier: Apache-2.0 */
/* Gzip block: whole gzip members (RFC 1952) in memory through libdeflate, and
 * a stream through zlib for gzip files that others made. The only file that
 * sees either library. */
#pragma once

#include "base/buf.h"

enum {
	MXLOG_GZIP_EXTRA_MAX = 65535,
	/* What a member without content takes beside its extra field. */
	MXLOG_GZIP_EMPTY_LEN = 22,
};

struct mxlog_gzip_writer;

/* level 1 to 12. */
int mxlog_gzip_writer_new(int level, struct mxlog_gzip_writer **ret);
void mxlog_gzip_writer_free(struct mxlog_gzip_writer *writer);

/* Append one member that holds `data`, its header carrying `extra` (an RFC 1952
 * extra field: its subfields, without the leading XLEN; at most
 * MXLOG_GZIP_EXTRA_MAX bytes, may be empty), which begins 12 bytes into the
 * member. Modification time is 0, the OS unknown, so that the same bytes give
 * the same member. `data` is less than 4 GiB. */
int mxlog_gzip_write_member(struct mxlog_gzip_writer *writer, const void *data,
    size_t len, const void *extra, size_t extra_len, struct mxlog_buf *out);

/* Append the one form of a member without content: always
 * MXLOG_GZIP_EMPTY_LEN + extra_len bytes. */
int mxlog_gzip_write_empty(const void *extra, size_t extra_len,
    struct mxlog_buf *out);

/* The extra field of a member written by either of the above: 0 and a pointer
 * into `data`; -EBADMSG for every other header. */
int mxlog_gzip_read_extra(const void *data, size_t len,
    const unsigned char **ret, size_t *ret_len);

struct mxlog_gzip_reader;

int mxlog_gzip_reader_new(struct mxlog_gzip_reader **ret);
void mxlog_gzip_reader_free(struct mxlog_gzip_reader *reader);

/* Inflate the one member that begins at `data` and append its content, at most
 * `max` bytes, to `out`; *ret_len is how many input bytes it took. -EBADMSG
 * for what is damaged or larger; CRC and size are checked. */
int mxlog_gzip_read_member(struct mxlog_gzip_reader *reader, const void *data,
    size_t len, size_t max, struct mxlog_buf *out, size_t *ret_len);

/* Where a stream takes its bytes from: 1 and a piece that stays until the next
 * call, 0 at the end, or a negative errno, which ends the stream with it. */
typedef int mxlog_gzip_feed(void *arg, const void **ret, size_t *ret_len);

/* A foreign gzip file (any number of members) as a stream of pieces of at most
 * 256 KiB: 1 and a piece borrowed until the next call, 0 at a clean end,
 * -EBADMSG for what is damaged, is no gzip, ends early or has anything but
 * zeros behind its last member. Memory is bounded, whatever the file says; the
 * caller bounds how many pieces it takes. After 0 or an error the stream stays
 * there. */
struct mxlog_gzip_stream;
int mxlog_gzip_stream_new(mxlog_gzip_feed *feed, void *arg,
    struct mxlog_gzip_stream **ret);
void mxlog_gzip_stream_free(struct mxlog_gzip_stream *stream);
int mxlog_gzip_stream_next(struct mxlog_gzip_stream *stream, const char **ret,
    size_t *ret_len);
