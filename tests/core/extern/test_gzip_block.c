/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/gzip_block.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "suite.h"

static void fill(struct mxlog_buf *buf, size_t len)
{
	while (buf->len < len)
		ck_assert_int_eq(mxlog_buf_printf(buf, "line %zu of %zu\n",
				     buf->len, len),
		    0);
}

static void write_member(const struct mxlog_buf *content, const char *extra,
    size_t extra_len, struct mxlog_buf *out)
{
	struct mxlog_gzip_writer *writer;

	ck_assert_int_eq(mxlog_gzip_writer_new(6, &writer), 0);
	ck_assert_int_eq(mxlog_gzip_write_member(writer, content->data,
			     content->len, extra, extra_len, out),
	    0);
	mxlog_gzip_writer_free(writer);
}

START_TEST(members_are_read_back_one_at_a_time)
{
	struct mxlog_buf content = { 0 }, file = { 0 }, out = { 0 };
	struct mxlog_gzip_reader *reader;
	const unsigned char *extra;
	size_t extra_len, len, at = 0;

	fill(&content, 300000);
	write_member(&content, "ab\x03\0xyz", 7, &file);
	ck_assert_int_eq(mxlog_gzip_write_empty("", 0, &file), 0);
	write_member(&content, "", 0, &file);

	ck_assert_int_eq(mxlog_gzip_read_extra(file.data, file.len, &extra,
			     &extra_len),
	    0);
	ck_assert_uint_eq(extra_len, 7);
	ck_assert_mem_eq(extra, "ab\x03\0xyz", 7);

	ck_assert_int_eq(mxlog_gzip_reader_new(&reader), 0);
	for (int i = 0; i < 3; i++) {
		out.len = 0;
		ck_assert_int_eq(mxlog_gzip_read_member(reader, file.data + at,
				     file.len - at, content.len, &out, &len),
		    0);
		ck_assert_uint_eq(out.len, i == 1 ? 0 : content.len);
		if (i == 1)
			ck_assert_uint_eq(len, MXLOG_GZIP_EMPTY_LEN);
		else
			ck_assert_mem_eq(out.data, content.data, out.len);
		at += len;
	}
	ck_assert_uint_eq(at, file.len);
	mxlog_gzip_reader_free(reader);
	mxlog_buf_done(&content);
	mxlog_buf_done(&file);
	mxlog_buf_done(&out);
}
END_TEST

START_TEST(a_member_larger_than_allowed_is_refused)
{
	struct mxlog_buf content = { 0 }, file = { 0 }, out = { 0 };
	struct mxlog_gzip_reader *reader;
	size_t len;

	fill(&content, 5000);
	write_member(&content, "", 0, &file);
	ck_assert_int_eq(mxlog_gzip_reader_new(&reader), 0);
	ck_assert_int_eq(mxlog_gzip_read_member(reader, file.data, file.len,
			     content.len - 1, &out, &len),
	    -EBADMSG);
	ck_assert_uint_eq(out.len, 0);
	mxlog_gzip_reader_free(reader);
	mxlog_buf_done(&content);
	mxlog_buf_done(&file);
	mxlog_buf_done(&out);
}
END_TEST

/* ---- the stream ---- */

struct source {
	const char *data;
	size_t len;
	size_t step;
};

static int feed(void *arg, const void **ret, size_t *ret_len)
{
	struct source *source = arg;
	size_t n = MIN(source->len, source->step);

	*ret = source->data;
	*ret_len = n;
	source->data += n;
	source->len -= n;
	return n > 0 ? 1 : 0;
}

/* 0 or the error; what came before it is in `out`, up to `max`. */
static int inflate_all(const void *data, size_t len, size_t step, size_t max,
    struct mxlog_buf *out)
{
	struct source source = { data, len, step };
	struct mxlog_gzip_stream *stream;
	const char *piece;
	size_t n;
	int r;

	ck_assert_int_eq(mxlog_gzip_stream_new(feed, &source, &stream), 0);
	while ((r = mxlog_gzip_stream_next(stream, &piece, &n)) > 0) {
		ck_assert_uint_gt(n, 0);
		ck_assert_int_eq(mxlog_buf_add(out, piece, n), 0);
		if (out->len > max)
			break;
	}
	if (r <= 0)
		ck_assert_int_eq(mxlog_gzip_stream_next(stream, &piece, &n), r);
	mxlog_gzip_stream_free(stream);
	return r;
}

START_TEST(a_stream_gives_all_members_however_it_is_fed)
{
	struct mxlog_buf content = { 0 }, file = { 0 }, out = { 0 };
	const size_t steps[] = { 1, 7, 4096, 1 << 20 };

	fill(&content, 40000);
	write_member(&content, "ab\x03\0xyz", 7, &file);
	ck_assert_int_eq(mxlog_gzip_write_empty("", 0, &file), 0);
	write_member(&content, "", 0, &file);
	ck_assert_int_eq(mxlog_buf_add(&file, "\0\0\0\0\0", 5), 0);

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		out.len = 0;
		ck_assert_int_eq(inflate_all(file.data, file.len, steps[i],
				     SIZE_MAX - 1, &out),
		    0);
		ck_assert_uint_eq(out.len, 2 * content.len);
		ck_assert_mem_eq(out.data, content.data, content.len);
		ck_assert_mem_eq(out.data + content.len, content.data,
		    content.len);
	}
	mxlog_buf_done(&content);
	mxlog_buf_done(&file);
	mxlog_buf_done(&out);
}
END_TEST

START_TEST(a_stream_that_ends_early_is_damaged_wherever_it_ends)
{
	struct mxlog_buf content = { 0 }, file = { 0 }, out = { 0 };

	fill(&content, 600);
	write_member(&content, "", 0, &file);
	for (size_t len = 0; len < file.len; len++) {
		out.len = 0;
		ck_assert_int_eq(inflate_all(file.data, len, 64, SIZE_MAX - 1,
				     &out),
		    -EBADMSG);
	}
	mxlog_buf_done(&content);
	mxlog_buf_done(&file);
	mxlog_buf_done(&out);
}
END_TEST

static int feed_error(void *arg, const void **ret, size_t *ret_len)
{
	(void)arg;
	(void)ret;
	(void)ret_len;
	return -EIO;
}

START_TEST(an_error_of_the_source_is_the_streams)
{
	struct mxlog_gzip_stream *stream;
	const char *piece;
	size_t n;

	ck_assert_int_eq(mxlog_gzip_stream_new(feed_error, NULL, &stream), 0);
	ck_assert_int_eq(mxlog_gzip_stream_next(stream, &piece, &n), -EIO);
	ck_assert_int_eq(mxlog_gzip_stream_next(stream, &piece, &n), -EIO);
	mxlog_gzip_stream_free(stream);
}
END_TEST

/* ---- what others sent to harm ---- */

static bool read_corpus(const char *name, struct mxlog_buf *buf)
{
	char path[4096];
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/hostile-gzip/%s",
	    MXLOG_CORPUS_DIR, name);
	file = fopen(path, "rb");
	if (!file) {
		printf("skipped: no %s\n", path);
		return false;
	}
	buf->len = 0;
	do {
		ck_assert_int_eq(mxlog_buf_reserve(buf, 65536), 0);
		n = fread(buf->data + buf->len, 1, 65536, file);
		buf->len += n;
	} while (n > 0);
	(void)fclose(file);
	return true;
}

START_TEST(hostile_files_end_in_an_error_or_in_lines)
{
	static const struct {
		const char *name;
		int result;
	} files[] = {
		{ "bad_crc.gz", -EBADMSG },
		{ "bad_isize.gz", -EBADMSG },
		{ "bad_magic.gz", -EBADMSG },
		{ "crlf.gz", 0 },
		{ "fname_traversal.gz", 0 },
		{ "huge_name_extra.gz", 0 },
		{ "no_final_newline.gz", 0 },
		{ "not_gzip_plain.gz", -EBADMSG },
		{ "raw_deflate.gz", -EBADMSG },
		{ "reserved_flags.gz", -EBADMSG },
		{ "stored_blocks.gz", 0 },
		{ "torn_last_line.gz", 0 },
		{ "trailing_garbage.gz", -EBADMSG },
		{ "truncated_half.gz", -EBADMSG },
		{ "valid.gz", 0 },
		/* Taken until there is enough of it. */
		{ "bomb_64MiB_zeros.gz", 1 },
	};
	struct mxlog_buf file = { 0 }, out = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (!read_corpus(files[i].name, &file))
			continue;
		out.len = 0;
		ck_assert_msg(inflate_all(file.data, file.len, 1000,
				  8 * 1024 * 1024, &out) == files[i].result,
		    "%s", files[i].name);
	}
	mxlog_buf_done(&file);
	mxlog_buf_done(&out);
}
END_TEST

SUITE("gzip_block", members_are_read_back_one_at_a_time,
    a_member_larger_than_allowed_is_refused,
    a_stream_gives_all_members_however_it_is_fed,
    a_stream_that_ends_early_is_damaged_wherever_it_ends,
    an_error_of_the_source_is_the_streams,
    hostile_files_end_in_an_error_or_in_lines)
