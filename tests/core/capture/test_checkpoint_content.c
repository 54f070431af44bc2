/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/checkpoint_content.h"

#include "base/buf.h"
#include "extern/digest.h"
#include "suite.h"

static struct mxlog_checkpoint_content make(void)
{
	struct mxlog_checkpoint_content position;

	ck_assert_int_eq(mxlog_checkpoint_content_init(&position, "demo",
			     "journal_id"),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_content_set_cursor(&position, "abc",
			     "s=1;\"\\"),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_content_set_cursor(&position, "abd",
			     "x"),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_content_set_cursor(&position, "abd",
			     "y"),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_content_set_size(&position,
			     "2026-01-28.log", 9),
	    0);
	ck_assert_int_eq(mxlog_checkpoint_content_set_size(&position,
			     "2026-01-28.log", UINT64_MAX),
	    0);
	return position;
}

static struct mxlog_buf format(const struct mxlog_checkpoint_content *position)
{
	struct mxlog_buf text = { 0 };

	ck_assert_int_eq(mxlog_checkpoint_content_format(position, &text), 0);
	return text;
}

static int parse(const char *text, size_t len)
{
	struct mxlog_checkpoint_content position = { 0 };
	int r = mxlog_checkpoint_content_parse(&position, text, len);

	mxlog_checkpoint_content_done(&position);
	return r;
}

START_TEST(what_is_set_again_is_replaced)
{
	struct mxlog_checkpoint_content position = make();

	ck_assert_uint_eq(position.n_cursors, 2);
	ck_assert_uint_eq(position.n_sizes, 1);
	ck_assert_str_eq(mxlog_checkpoint_content_find_cursor(&position, "abd")
			     ->text,
	    "y");
	ck_assert_uint_eq(mxlog_checkpoint_content_find_size(&position,
			      "2026-01-28.log")
			      ->end,
	    UINT64_MAX);
	ck_assert_ptr_null(
	    mxlog_checkpoint_content_find_cursor(&position, "ab"));
	ck_assert_ptr_null(
	    mxlog_checkpoint_content_find_size(&position, "2026-01-28"));
	mxlog_checkpoint_content_done(&position);
}
END_TEST

START_TEST(a_cleared_one_is_still_its_sources)
{
	struct mxlog_checkpoint_content position = make();

	mxlog_checkpoint_content_clear(&position);
	ck_assert_uint_eq(position.n_cursors, 0);
	ck_assert_uint_eq(position.n_sizes, 0);
	ck_assert_str_eq(position.source, "demo");
	ck_assert_str_eq(position.key, "journal_id");
	mxlog_checkpoint_content_done(&position);
	mxlog_checkpoint_content_done(&position);
}
END_TEST

START_TEST(its_text_reads_back_as_what_it_was)
{
	struct mxlog_checkpoint_content position = make(), read = { 0 };
	struct mxlog_buf text = format(&position), again;

	ck_assert_int_eq(mxlog_checkpoint_content_parse(&read, text.data,
			     text.len),
	    0);
	ck_assert_str_eq(read.source, "demo");
	ck_assert_str_eq(read.key, "journal_id");
	ck_assert_str_eq(mxlog_checkpoint_content_find_cursor(&read, "abc")
			     ->text,
	    "s=1;\"\\");
	again = format(&read);
	ck_assert_uint_eq(again.len, text.len);
	ck_assert_mem_eq(again.data, text.data, text.len);
	mxlog_buf_done(&again);
	mxlog_buf_done(&text);
	mxlog_checkpoint_content_done(&read);
	mxlog_checkpoint_content_done(&position);
}
END_TEST

START_TEST(a_changed_byte_or_a_missing_one_is_noticed)
{
	struct mxlog_checkpoint_content position = make();
	struct mxlog_buf text = format(&position);

	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		ck_assert_int_eq(parse(text.data, text.len), -EBADMSG);
		text.data[i] ^= 1;
		ck_assert_int_eq(parse(text.data, i), -EBADMSG);
	}
	ck_assert_int_eq(parse(text.data, text.len), 0);
	mxlog_buf_done(&text);
	mxlog_checkpoint_content_done(&position);
}
END_TEST

/* What has a digest that fits, and yet was not written by _format. */
START_TEST(other_members_are_refused)
{
	static const char *const texts[] = {
		"{\"source\":\"demo\",\"version\":1,\"key\":\"k\","
		"\"cursors\":{},\"segments\":{}",
		"{\"version\":\"1\",\"source\":\"demo\",\"key\":\"k\","
		"\"cursors\":{},\"segments\":{}",
		"{\"version\":1,\"source\":\"demo\",\"key\":\"k\","
		"\"cursors\":{\"a\":1},\"segments\":{}",
		"{\"version\":1,\"source\":\"demo\",\"key\":\"k\","
		"\"cursors\":{},\"segments\":{\"a\":-1}",
		"{\"version\":1,\"source\":\"a\\u0000b\",\"key\":\"k\","
		"\"cursors\":{},\"segments\":{}",
		"{\"version\":1,\"source\":\"demo\",\"key\":\"k\"",
		"",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		unsigned char digest[MXLOG_DIGEST_LEN];
		char hex[MXLOG_DIGEST_HEX_LEN];
		struct mxlog_buf text = { 0 };

		ck_assert_int_eq(mxlog_digest_sha256(texts[i], strlen(texts[i]),
				     digest),
		    0);
		mxlog_digest_format(hex, digest);
		ck_assert_int_eq(mxlog_buf_printf(&text,
				     "%s,\"sha256\":\"%.*s\"}\n", texts[i],
				     (int)sizeof(hex), hex),
		    0);
		ck_assert_msg(parse(text.data, text.len) == -EBADMSG, "%s",
		    texts[i]);
		mxlog_buf_done(&text);
	}
}
END_TEST

SUITE("position", what_is_set_again_is_replaced,
    a_cleared_one_is_still_its_sources, its_text_reads_back_as_what_it_was,
    a_changed_byte_or_a_missing_one_is_noticed, other_members_are_refused)
