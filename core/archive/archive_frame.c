/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_frame.h"

#include "base/little_endian.h"

enum {
	SUBFIELD_HEAD = 4,
	DATA_LEN = 8,
	DATA_EXTRA_AT = 12,
	PIECE_MAX = MXLOG_FRAME_EXTRA_MAX - SUBFIELD_HEAD,
	END_LEN = 64,
};

static const char end_magic[8] = "MXLOGEND";

/* RFC 1952, 2.3.1.1: two letters, a length. `out` has room. */
static size_t put_subfield_head(unsigned char *out, char id, size_t len)
{
	out[0] = 'M';
	out[1] = (unsigned char)id;
	mxlog_le_put(out + 2, 2, len);
	return SUBFIELD_HEAD;
}

int mxlog_frame_write_data(struct mxlog_gzip_writer *writer,
    const void *content, size_t len, struct mxlog_buf *out)
{
	unsigned char extra[SUBFIELD_HEAD + DATA_LEN] = { 0 };
	size_t at = out->len, size_at;
	int r;

	size_at = put_subfield_head(extra, 'L', DATA_LEN);
	mxlog_le_put(extra + size_at + 4, 4, len);
	r = mxlog_gzip_write_member(writer, content, len, extra, sizeof(extra),
	    out);
	if (r < 0)
		return r;
	/* Its size is known only now. */
	mxlog_le_put(out->data + at + DATA_EXTRA_AT + size_at, 4,
	    out->len - at);
	return 0;
}

int mxlog_frame_check_data(const void *member, size_t len, size_t content)
{
	unsigned char expected[SUBFIELD_HEAD + DATA_LEN];
	const unsigned char *extra;
	size_t extra_len, n;
	int r;

	r = mxlog_gzip_read_extra(member, len, &extra, &extra_len);
	if (r < 0)
		return r;
	n = put_subfield_head(expected, 'L', DATA_LEN);
	mxlog_le_put(expected + n, 4, len);
	mxlog_le_put(expected + n + 4, 4, content);
	if (extra_len != sizeof(expected) ||
	    memcmp(extra, expected, extra_len) != 0)
		return -EBADMSG;
	return 0;
}

int mxlog_frame_write_part(enum mxlog_frame_part part, const void *data,
    size_t len, struct mxlog_buf *out)
{
	unsigned char extra[MXLOG_FRAME_EXTRA_MAX];
	const unsigned char *p = data;
	int r = 0;

	while (len > 0 && r == 0) {
		size_t n = MIN(len, (size_t)PIECE_MAX);
		size_t head = put_subfield_head(extra, (char)part, n);

		memcpy(extra + head, p, n);
		r = mxlog_gzip_write_empty(extra, head + n, out);
		p += n;
		len -= n;
	}
	return r;
}

/* Take the piece of the member at `data`; *ret_len: what the member takes. */
static int read_piece(enum mxlog_frame_part part, const void *data, size_t len,
    struct mxlog_buf *out, size_t *ret_len)
{
	unsigned char head[SUBFIELD_HEAD];
	const unsigned char *extra;
	size_t extra_len;
	int r;

	r = mxlog_gzip_read_extra(data, len, &extra, &extra_len);
	if (r < 0)
		return r;
	if (extra_len <= SUBFIELD_HEAD || extra_len > MXLOG_FRAME_EXTRA_MAX ||
	    len < MXLOG_GZIP_EMPTY_LEN + extra_len)
		return -EBADMSG;
	(void)put_subfield_head(head, (char)part, extra_len - SUBFIELD_HEAD);
	if (memcmp(head, extra, SUBFIELD_HEAD) != 0)
		return -EBADMSG;
	*ret_len = MXLOG_GZIP_EMPTY_LEN + extra_len;
	return mxlog_buf_add(out, extra + SUBFIELD_HEAD,
	    extra_len - SUBFIELD_HEAD);
}

int mxlog_frame_read_part(enum mxlog_frame_part part, const void *data,
    size_t len, struct mxlog_buf *out)
{
	struct mxlog_buf again = { 0 };
	size_t from = out->len, n;
	int r = 0;

	for (size_t at = 0; at < len && r == 0; at += n)
		r = read_piece(part, (const char *)data + at, len - at, out,
		    &n);
	if (r < 0)
		return r;
	r = mxlog_frame_write_part(part, out->data + from, out->len - from,
	    &again);
	if (r == 0 && (again.len != len || memcmp(again.data, data, len) != 0))
		r = -EBADMSG;
	mxlog_buf_done(&again);
	return r;
}

int mxlog_frame_write_end(const struct mxlog_frame_end *end,
    struct mxlog_buf *out)
{
	unsigned char extra[SUBFIELD_HEAD + END_LEN];
	unsigned char *p = extra + put_subfield_head(extra, 'E', END_LEN);

	memcpy(p, end_magic, sizeof(end_magic));
	mxlog_le_put(p + 8, 8, end->bounds_at);
	mxlog_le_put(p + 16, 8, end->bounds_len);
	mxlog_le_put(p + 24, 8, end->ngram_filters_len);
	memcpy(p + 32, end->bounds_sha256, MXLOG_DIGEST_LEN);
	return mxlog_gzip_write_empty(extra, sizeof(extra), out);
}

int mxlog_frame_read_end(const void *member, uint64_t file_size,
    struct mxlog_frame_end *ret)
{
	struct mxlog_buf again = { 0 };
	struct mxlog_frame_end end;
	const unsigned char *p;
	uint64_t left;
	int r;

	p = (const unsigned char *)member + DATA_EXTRA_AT + SUBFIELD_HEAD;
	end.bounds_at = mxlog_le_get(p + 8, 8);
	end.bounds_len = mxlog_le_get(p + 16, 8);
	end.ngram_filters_len = mxlog_le_get(p + 24, 8);
	memcpy(end.bounds_sha256, p + 32, MXLOG_DIGEST_LEN);

	r = mxlog_frame_write_end(&end, &again);
	if (r < 0)
		return r;
	assert(again.len == MXLOG_FRAME_END_LEN);
	if (memcmp(again.data, member, MXLOG_FRAME_END_LEN) != 0)
		r = -EBADMSG;
	mxlog_buf_done(&again);
	if (r < 0)
		return r;

	/* One at a time, so that no sum can overflow. */
	left = file_size - MIN(file_size, (uint64_t)MXLOG_FRAME_END_LEN);
	if (end.bounds_at > left || end.bounds_len > left - end.bounds_at ||
	    end.ngram_filters_len != left - end.bounds_at - end.bounds_len)
		return -EBADMSG;
	*ret = end;
	return 0;
}
