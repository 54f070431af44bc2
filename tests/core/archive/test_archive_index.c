/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_index.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "scratch.h"
#include "suite.h"

static const char key[] = "0123456789abcdef";

static struct mxlog_archive_record make(int32_t day, uint32_t number,
    enum mxlog_kind kind)
{
	struct mxlog_archive_record record = {
		.name = { .kind = kind,
		    .day = day,
		    .number = number,
		    .archived = true },
		.archive_id = { UINT64_C(0x019bd00000001234), (uint64_t)day },
		.archived_usec = INT64_C(1770000000123456),
		.original_size = 52428800,
		.compressed_size = 5242880,
		.entry_count = 12500,
		.own = true,
		.min_usec = (int64_t)day * USEC_PER_DAY,
		.max_usec = (int64_t)day * USEC_PER_DAY + 5,
		.arrived_usec = (int64_t)day * USEC_PER_DAY + 7,
		.seal = MXLOG_ARCHIVE_SEAL_HELD,
	};

	memset(record.checksum, day & 0xff, sizeof(record.checksum));
	memset(record.directory, number + 1, sizeof(record.directory));
	return record;
}

static void add(struct mxlog_archive_index *index,
    const struct mxlog_archive_record *record)
{
	ck_assert_int_eq(mxlog_archive_index_add(index, record), 0);
}

static struct mxlog_archive_index make_three(void)
{
	struct mxlog_archive_index index = { 0 };
	struct mxlog_archive_record records[] = {
		make(20474, 0, MXLOG_METRICS),
		make(20475, 1, MXLOG_ENTRIES),
		make(20475, 0, MXLOG_ENTRIES),
	};

	for (size_t i = 0; i < ARRAY_LEN(records); i++)
		add(&index, &records[i]);
	return index;
}

static struct mxlog_archive_chain chain_of(const char *with_key)
{
	return (struct mxlog_archive_chain){
		.key = with_key,
		.key_len = with_key ? strlen(with_key) : 0,
	};
}

static struct mxlog_buf format(struct mxlog_archive_index *index,
    const char *with_key)
{
	struct mxlog_buf text = { 0 };
	struct mxlog_archive_chain chain = chain_of(with_key);

	ck_assert_int_eq(mxlog_archive_index_format(index, &chain, &text), 0);
	return text;
}

START_TEST(an_index_is_read_back_in_stored_order)
{
	struct mxlog_archive_index index = make_three(), again;
	struct mxlog_buf text = format(&index, NULL), text2;
	const struct mxlog_archive_record *record;

	ck_assert_int_eq(mxlog_archive_index_parse(text.data, text.len, &again,
			     NULL),
	    0);
	ck_assert_uint_eq(again.n, 3);
	ck_assert_uint_eq(again.damaged, 0);
	ck_assert_uint_eq(again.records[1].name.number, 1);
	ck_assert_int_eq(again.records[2].name.kind, MXLOG_METRICS);
	record = mxlog_archive_index_find(&again, &index.records[1].name);
	ck_assert(record->own && !record->rebuilt && !record->chained);
	ck_assert_int_eq(record->archived_usec, INT64_C(1770000000123456));
	ck_assert_int_eq(record->max_usec - record->min_usec, 5);
	ck_assert_uint_eq(record->entry_count, 12500);
	ck_assert_int_eq(record->seal, MXLOG_ARCHIVE_SEAL_HELD);
	text2 = format(&again, NULL);
	ck_assert_uint_eq(text2.len, text.len);
	ck_assert_mem_eq(text2.data, text.data, text.len);
	mxlog_buf_done(&text);
	mxlog_buf_done(&text2);
	mxlog_archive_index_done(&index);
	mxlog_archive_index_done(&again);
}
END_TEST

START_TEST(a_record_has_the_models_keys_first)
{
	static const char expected[] =
	    "[\n{\"archive_id\":\"01KF80000028T0000000000KZV\","
	    "\"original_file\":\"2026-01-22.1.log\","
	    "\"archive_file\":\"2026-01-22.1.log.gz\","
	    "\"archive_date\":\"2026-02-02T02:40:00.123456Z\","
	    "\"original_size_bytes\":52428800,"
	    "\"compressed_size_bytes\":5242880,\"compression_ratio\":10.0,"
	    "\"entry_count\":12500,\"checksum\":\"fbfbfbfb";
	struct mxlog_archive_record record = make(20475, 1, MXLOG_ENTRIES);
	struct mxlog_archive_index index = { 0 };
	struct mxlog_buf text;

	add(&index, &record);
	ck_assert_int_eq(mxlog_archive_index_add(&index, &record), -EEXIST);
	text = format(&index, NULL);
	ck_assert_uint_gt(text.len, strlen(expected));
	ck_assert_mem_eq(text.data, expected, strlen(expected));
	mxlog_buf_done(&text);
	mxlog_archive_index_done(&index);
}
END_TEST

/* Whatever bit: a record that is returned is one that was written. */
START_TEST(every_flipped_bit_is_noticed_and_costs_one_record)
{
	struct mxlog_archive_index index = make_three(), again;
	struct mxlog_buf text = format(&index, NULL);

	for (size_t bit = 0; bit < text.len * 8; bit++) {
		text.data[bit / 8] ^= (char)(1 << bit % 8);
		ck_assert_int_eq(mxlog_archive_index_parse(text.data, text.len,
				     &again, NULL),
		    0);
		ck_assert_msg(again.damaged > 0, "bit %zu", bit);
		/* A newline that is gone joins two. */
		ck_assert_uint_ge(again.n, 1);
		for (size_t i = 0; i < again.n; i++) {
			const struct mxlog_archive_record *record =
			    mxlog_archive_index_find(&index,
				&again.records[i].name);

			ck_assert_ptr_nonnull(record);
			ck_assert_uint_eq(again.records[i].body_len,
			    record->body_len);
			ck_assert_mem_eq(again.records[i].body, record->body,
			    record->body_len);
		}
		mxlog_archive_index_done(&again);
		text.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	mxlog_buf_done(&text);
	mxlog_archive_index_done(&index);
}
END_TEST

START_TEST(an_index_cut_anywhere_is_noticed)
{
	struct mxlog_archive_index index = make_three(), again;
	struct mxlog_buf text = format(&index, NULL);

	/* Its last newline may be missing. */
	for (size_t len = 0; len + 1 < text.len; len++) {
		ck_assert_int_eq(mxlog_archive_index_parse(text.data, len,
				     &again, NULL),
		    0);
		ck_assert_uint_gt(again.damaged, 0);
		mxlog_archive_index_done(&again);
	}
	mxlog_buf_done(&text);
	mxlog_archive_index_done(&index);
}
END_TEST

START_TEST(what_others_wrote_is_taken_as_far_as_it_goes)
{
	/* The models' keys, another program's layout. */
	static const char text[] =
	    "[ {\n  \"checksum\": \"00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff\",\n"
	    "  \"archive_id\": \"01HQ8Z9X0ABCDEFGHJKMNPQRST\",\n"
	    "  \"original_file\": \"2026-01-27.log\",\n"
	    "  \"archive_file\": \"2026-01-27.log.gz\",\n"
	    "  \"archive_date\": \"2026-02-03T00:00:00Z\",\n"
	    "  \"original_size_bytes\": 52428800,\n"
	    "  \"compressed_size_bytes\": 5242880,\n"
	    "  \"compression_ratio\": 10.0, \"note\": {\"a\": [1]},\n"
	    "  \"entry_count\": 12500\n} ]\n";
	struct mxlog_archive_index index;

	ck_assert_int_eq(mxlog_archive_index_parse(LITERAL(text), &index, NULL),
	    0);
	ck_assert_uint_eq(index.n, 1);
	ck_assert_uint_eq(index.damaged, 0);
	ck_assert(!index.records[0].own);
	ck_assert_uint_eq(index.records[0].entry_count, 12500);
	mxlog_archive_index_done(&index);
}
END_TEST

START_TEST(records_that_make_no_sense_are_left_out)
{
	static const char *const bad[] = { "[1]", "[{}]", "[null]", "[[]]",
		"{}", "", "[", "null", "[{\"archive_id\":1}]" };
	struct mxlog_archive_index index;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(mxlog_archive_index_parse(bad[i],
				     strlen(bad[i]), &index, NULL),
		    0);
		ck_assert_uint_eq(index.n, 0);
		ck_assert_uint_gt(index.damaged, 0);
		mxlog_archive_index_done(&index);
	}
	ck_assert_int_eq(mxlog_archive_index_parse("[]", 2, &index, NULL), 0);
	ck_assert_uint_eq(index.damaged, 0);
	mxlog_archive_index_done(&index);
}
END_TEST

/* ---- the chain ---- */

static int check(const struct mxlog_archive_index *index, const char *with_key)
{
	struct mxlog_archive_chain chain = chain_of(with_key);

	return mxlog_archive_index_check(index, &chain, NULL);
}

START_TEST(the_chain_holds_under_its_key_alone)
{
	struct mxlog_archive_index index = make_three(), again;
	struct mxlog_buf text = format(&index, key);

	ck_assert_int_eq(mxlog_archive_index_parse(text.data, text.len, &again,
			     NULL),
	    0);
	ck_assert_int_eq(check(&again, key), 0);
	ck_assert_int_eq(check(&again, "another key 0000"), -EBADMSG);
	mxlog_buf_done(&text);
	mxlog_archive_index_done(&again);
	/* It begins with what stands for the ledger. */
	{
		static const unsigned char start[MXLOG_DIGEST_LEN] = { 1 };
		struct mxlog_archive_chain chain = chain_of(key);

		text = (struct mxlog_buf){ 0 };
		chain.start = start;
		ck_assert_int_eq(mxlog_archive_index_format(&index, &chain,
				     &text),
		    0);
		ck_assert_int_eq(mxlog_archive_index_parse(text.data, text.len,
				     &again, NULL),
		    0);
		ck_assert_int_eq(mxlog_archive_index_check(&again, &chain,
				     NULL),
		    0);
		ck_assert_int_eq(check(&again, key), -EBADMSG);
		mxlog_buf_done(&text);
		mxlog_archive_index_done(&again);
	}
	/* Without a key there is none. */
	text = format(&index, NULL);
	ck_assert_int_eq(mxlog_archive_index_parse(text.data, text.len, &again,
			     NULL),
	    0);
	ck_assert_int_eq(check(&again, key), -ENOKEY);
	mxlog_buf_done(&text);
	mxlog_archive_index_done(&again);
	mxlog_archive_index_done(&index);
}
END_TEST

/* As somebody would who may write the index but has no key: everything but the
 * chain is made to fit. */
START_TEST(a_record_taken_out_put_in_or_changed_breaks_the_chain)
{
	struct mxlog_archive_index index = make_three(), again;
	struct mxlog_archive_record record = make(20476, 0, MXLOG_ENTRIES);
	struct mxlog_buf text = format(&index, key);

	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(mxlog_archive_index_parse(text.data, text.len,
				     &again, NULL),
		    0);
		ck_assert_int_eq(mxlog_archive_index_remove(&again,
				     &index.records[i].name),
		    0);
		ck_assert_int_eq(check(&again, key), -EBADMSG);
		add(&again, &record);
		ck_assert_int_eq(check(&again, key), -EBADMSG);
		mxlog_archive_index_done(&again);

		ck_assert_int_eq(mxlog_archive_index_parse(text.data, text.len,
				     &again, NULL),
		    0);
		again.records[i].body[again.records[i].body_len - 2] ^= 1;
		ck_assert_int_eq(check(&again, key), -EBADMSG);
		mxlog_archive_index_done(&again);
	}
	mxlog_buf_done(&text);
	mxlog_archive_index_done(&index);
}
END_TEST

START_TEST(pruning_leaves_the_chain_checkable)
{
	struct mxlog_archive_index index = make_three(), again;
	struct mxlog_segment_name first = index.records[0].name;
	struct mxlog_buf text = format(&index, key);

	mxlog_buf_done(&text);
	ck_assert_int_eq(mxlog_archive_index_remove(&index, &first), 0);
	ck_assert_int_eq(mxlog_archive_index_remove(&index, &first), -ENOENT);
	text = format(&index, key);
	ck_assert_int_eq(mxlog_archive_index_parse(text.data, text.len, &again,
			     NULL),
	    0);
	ck_assert_int_eq(check(&again, key), 0);
	mxlog_buf_done(&text);
	mxlog_archive_index_done(&again);
	mxlog_archive_index_done(&index);
}
END_TEST

START_TEST(records_in_another_order_break_the_chain)
{
	struct mxlog_archive_index index = make_three(), again;
	struct mxlog_buf text = format(&index, key);
	int terminated = mxlog_buf_add_char(&text, '\0');
	char *first = memchr(text.data, '\n', text.len), *second;
	struct mxlog_buf moved = { 0 };

	ck_assert_int_eq(terminated, 0);
	first++;
	second = (char *)memchr(first, '\n', text.len) + 1;
	ck_assert_int_eq(mxlog_buf_printf(&moved, "[\n%.*s%.*s%s",
			     (int)(strchr(second, '\n') + 1 - second), second,
			     (int)(second - first), first,
			     strchr(second, '\n') + 1),
	    0);
	ck_assert_int_eq(mxlog_archive_index_parse(moved.data, moved.len,
			     &again, NULL),
	    0);
	ck_assert_uint_eq(again.n, 3);
	ck_assert_uint_eq(again.damaged, 0);
	ck_assert_int_eq(check(&again, key), -EBADMSG);
	mxlog_buf_done(&moved);
	mxlog_buf_done(&text);
	mxlog_archive_index_done(&again);
	mxlog_archive_index_done(&index);
}
END_TEST

START_TEST(it_is_saved_whole_and_a_missing_one_is_empty)
{
	struct mxlog_archive_index index = make_three(), again;
	struct mxlog_archive_chain none = chain_of(NULL);
	char *path = scratch_new();
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(mxlog_archive_index_load(fd, &again, NULL), 0);
	ck_assert(again.missing && again.n == 0);
	ck_assert_int_eq(mkdir(scratch_path(path, "archive"), 0700), 0);
	ck_assert_int_eq(mxlog_archive_index_save(&index, fd, &none), 0);
	ck_assert_int_eq(mxlog_archive_index_load(fd, &again, NULL), 0);
	ck_assert_uint_eq(again.n, 3);
	ck_assert(!again.missing);
	mxlog_archive_index_done(&again);
	mxlog_archive_index_done(&index);
	(void)close(fd);
	scratch_done(path);
}
END_TEST

SUITE("archive_index", an_index_is_read_back_in_stored_order,
    a_record_has_the_models_keys_first,
    every_flipped_bit_is_noticed_and_costs_one_record,
    an_index_cut_anywhere_is_noticed,
    what_others_wrote_is_taken_as_far_as_it_goes,
    records_that_make_no_sense_are_left_out,
    the_chain_holds_under_its_key_alone,
    records_in_another_order_break_the_chain,
    a_record_taken_out_put_in_or_changed_breaks_the_chain,
    pruning_leaves_the_chain_checkable,
    it_is_saved_whole_and_a_missing_one_is_empty)
