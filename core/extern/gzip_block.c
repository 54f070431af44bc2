/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/gzip_block.h"

#include <limits.h>
#include <stdlib.h>

#include <libdeflate.h>
#define ZLIB_CONST /* what zlib reads is const */
#include <zlib.h>

#include "base/little_endian.h"

enum {
	HEADER_LEN = 10,
	EXTRA_AT = 12, /* behind XLEN */
	TRAILER_LEN = 8,
	FLAG_EXTRA = 4,
	PIECE_LEN = 256 * 1024,
};

/* RFC 1952, 2.3: deflate, an extra field, no time, no hint, OS unknown. */
static const unsigned char header[HEADER_LEN] = { 0x1f, 0x8b, 8, FLAG_EXTRA, 0,
	0, 0, 0, 0, 255 };

/* RFC 1951, 3.2.6: one final block with fixed codes that only ends. */
static const unsigned char empty_block[] = { 0x03, 0x00 };

struct mxlog_gzip_writer {
	struct libdeflate_compressor *compressor;
};

int mxlog_gzip_writer_new(int level, struct mxlog_gzip_writer **ret)
{
	struct mxlog_gzip_writer *writer;

	assert(level >= 1 && level <= 12);
	writer = calloc(1, sizeof(*writer));
	if (!writer)
		return -ENOMEM;
	writer->compressor = libdeflate_alloc_compressor(level);
	if (!writer->compressor) {
		free(writer);
		return -ENOMEM;
	}
	*ret = writer;
	return 0;
}

void mxlog_gzip_writer_free(struct mxlog_gzip_writer *writer)
{
	if (!writer)
		return;
	libdeflate_free_compressor(writer->compressor);
	free(writer);
}

/* Room for the whole member must have been reserved. */
static void put_head(struct mxlog_buf *out, const void *extra, size_t extra_len)
{
	(void)mxlog_buf_add(out, header, sizeof(header));
	(void)mxlog_le_add(out, 2, extra_len);
	(void)mxlog_buf_add(out, extra, extra_len);
}

static void put_tail(struct mxlog_buf *out, const void *data, size_t len)
{
	unsigned char trailer[TRAILER_LEN];

	mxlog_le_put(trailer, 4, libdeflate_crc32(0, data, len));
	mxlog_le_put(trailer + 4, 4, len);
	(void)mxlog_buf_add(out, trailer, sizeof(trailer));
}

int mxlog_gzip_write_empty(const void *extra, size_t extra_len,
    struct mxlog_buf *out)
{
	int r;

	assert(extra_len <= MXLOG_GZIP_EXTRA_MAX);
	r = mxlog_buf_reserve(out, MXLOG_GZIP_EMPTY_LEN + extra_len);
	if (r < 0)
		return r;
	put_head(out, extra, extra_len);
	(void)mxlog_buf_add(out, empty_block, sizeof(empty_block));
	put_tail(out, "", 0);
	return 0;
}

int mxlog_gzip_write_member(struct mxlog_gzip_writer *writer, const void *data,
    size_t len, const void *extra, size_t extra_len, struct mxlog_buf *out)
{
	size_t bound, n;
	int r;

	assert(len < UINT32_MAX);
	assert(extra_len <= MXLOG_GZIP_EXTRA_MAX);
	if (len == 0)
		return mxlog_gzip_write_empty(extra, extra_len, out);

	bound = libdeflate_deflate_compress_bound(writer->compressor, len);
	r = mxlog_buf_reserve(out, EXTRA_AT + extra_len + bound + TRAILER_LEN);
	if (r < 0)
		return r;

	put_head(out, extra, extra_len);
	n = libdeflate_deflate_compress(writer->compressor, data, len,
	    out->data + out->len, bound);
	assert(n > 0); /* the bound is the library's own */
	out->len += n;
	put_tail(out, data, len);
	return 0;
}

int mxlog_gzip_read_extra(const void *data, size_t len,
    const unsigned char **ret, size_t *ret_len)
{
	const unsigned char *p = data;
	size_t extra_len;

	if (len < EXTRA_AT || memcmp(p, header, sizeof(header)) != 0)
		return -EBADMSG;
	extra_len = mxlog_le_get(p + HEADER_LEN, 2);
	if (len - EXTRA_AT < extra_len)
		return -EBADMSG;
	*ret = p + EXTRA_AT;
	*ret_len = extra_len;
	return 0;
}

struct mxlog_gzip_reader {
	struct libdeflate_decompressor *decompressor;
};

int mxlog_gzip_reader_new(struct mxlog_gzip_reader **ret)
{
	struct mxlog_gzip_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return -ENOMEM;
	reader->decompressor = libdeflate_alloc_decompressor();
	if (!reader->decompressor) {
		free(reader);
		return -ENOMEM;
	}
	*ret = reader;
	return 0;
}

void mxlog_gzip_reader_free(struct mxlog_gzip_reader *reader)
{
	if (!reader)
		return;
	libdeflate_free_decompressor(reader->decompressor);
	free(reader);
}

int mxlog_gzip_read_member(struct mxlog_gzip_reader *reader, const void *data,
    size_t len, size_t max, struct mxlog_buf *out, size_t *ret_len)
{
	enum libdeflate_result result;
	size_t taken, given;
	int r;

	r = mxlog_buf_reserve(out, max + 1); /* never a NULL to inflate into */
	if (r < 0)
		return r;
	result = libdeflate_gzip_decompress_ex(reader->decompressor, data, len,
	    out->data + out->len, max, &taken, &given);
	if (result != LIBDEFLATE_SUCCESS)
		return -EBADMSG;
	out->len += given;
	*ret_len = taken;
	return 0;
}

enum stream_state {
	STREAM_BETWEEN, /* at the beginning, or behind a member */
	STREAM_INSIDE,
	STREAM_END, /* `result` is what every further call answers */
};

struct mxlog_gzip_stream {
	mxlog_gzip_feed *feed;
	void *arg;
	z_stream z;
	enum stream_state state;
	int result;
	bool started; /* a member was seen */
	bool fed_all;
	char piece[PIECE_LEN];
};

int mxlog_gzip_stream_new(mxlog_gzip_feed *feed, void *arg,
    struct mxlog_gzip_stream **ret)
{
	struct mxlog_gzip_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return -ENOMEM;
	stream->feed = feed;
	stream->arg = arg;
	/* 15 bits of window; 16 more: gzip and nothing else. */
	if (inflateInit2(&stream->z, 15 + 16) != Z_OK) {
		free(stream);
		return -ENOMEM;
	}
	*ret = stream;
	return 0;
}

void mxlog_gzip_stream_free(struct mxlog_gzip_stream *stream)
{
	if (!stream)
		return;
	(void)inflateEnd(&stream->z);
	free(stream);
}

static int end_stream(struct mxlog_gzip_stream *stream, int result)
{
	stream->state = STREAM_END;
	stream->result = result;
	return result;
}

/* 1 when there is input, 0 when there will be none. */
static int refill(struct mxlog_gzip_stream *stream)
{
	while (stream->z.avail_in == 0 && !stream->fed_all) {
		const void *data = NULL;
		size_t len = 0;
		int r = stream->feed(stream->arg, &data, &len);

		if (r < 0)
			return r;
		assert(len <= UINT_MAX);
		stream->fed_all = r == 0;
		stream->z.next_in = data;
		stream->z.avail_in = r == 0 ? 0 : (uInt)len;
	}
	return stream->z.avail_in > 0 ? 1 : 0;
}

/* Zeros may fill a file up behind its last member (tapes, blocks). */
static int pass_padding(struct mxlog_gzip_stream *stream)
{
	int r;

	while ((r = refill(stream)) > 0) {
		if (*stream->z.next_in != 0)
			return -EBADMSG;
		stream->z.next_in++;
		stream->z.avail_in--;
	}
	return r;
}

static int begin_member(struct mxlog_gzip_stream *stream)
{
	int r = refill(stream);

	if (r < 0)
		return r;
	if (r == 0)
		return stream->started ? 0 : -EBADMSG;
	if (stream->started && *stream->z.next_in == 0)
		return pass_padding(stream);
	if (inflateReset(&stream->z) != Z_OK)
		return -EBADMSG;
	stream->started = true;
	stream->state = STREAM_INSIDE;
	return 1;
}

/* Fill the piece as far as this member goes. */
static int inflate_some(struct mxlog_gzip_stream *stream)
{
	z_stream *z = &stream->z;
	int r, code;

	while (z->avail_out > 0 && stream->state == STREAM_INSIDE) {
		r = refill(stream);
		if (r <= 0)
			return r < 0 ? r : -EBADMSG;
		code = inflate(z, Z_NO_FLUSH);
		if (code == Z_MEM_ERROR)
			return -ENOMEM;
		if (code == Z_STREAM_END)
			stream->state = STREAM_BETWEEN;
		else if (code != Z_OK)
			return -EBADMSG;
	}
	return 0;
}

int mxlog_gzip_stream_next(struct mxlog_gzip_stream *stream, const char **ret,
    size_t *ret_len)
{
	size_t len = 0;
	int r;

	stream->z.next_out = (Bytef *)stream->piece;
	stream->z.avail_out = PIECE_LEN;
	while (len == 0) {
		if (stream->state == STREAM_END)
			return stream->result;
		if (stream->state == STREAM_BETWEEN) {
			r = begin_member(stream);
			if (r <= 0)
				return end_stream(stream, r);
		}
		r = inflate_some(stream);
		len = PIECE_LEN - stream->z.avail_out;
		if (r < 0) {
			(void)end_stream(stream, r);
			break;
		}
	}
	if (len == 0)
		return stream->result;
	*ret = stream->piece;
	*ret_len = len;
	return 1;
}
