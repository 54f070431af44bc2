/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_directory.h"

#include "suite.h"

enum {
	MEMBERS = 3,
};

static const uint16_t some[] = { 0, 2, 300 };

static void fill_member(struct mxlog_archive_member *m, size_t i)
{
	*m = (struct mxlog_archive_member){
		.size = 1000 + (uint32_t)i,
		.content = 5000,
		.lines = 20,
		.damaged = 2,
		.levels = { 1, 10, 4, 2, 1 },
		.flags = MXLOG_MEMBER_FOREIGN,
		.min_usec = -5 + (int64_t)i,
		.max_usec = 1000 * (int64_t)i,
		.min_trace = { 5 + i, 0 },
		.max_trace = { 6 + i, UINT64_MAX },
		.modules = some,
		.n_modules = 3,
		.tags = some,
		.n_tags = i == 1 ? MXLOG_ARCHIVE_ANY : 1,
	};
	memset(m->sha256, (int)i, sizeof(m->sha256));
}

/* A directory with 301 modules, the last of which has the longest name. */
static struct mxlog_buf encode(void (*change)(struct mxlog_archive_directory *))
{
	static struct mxlog_archive_name modules[301];
	static char longest[MXLOG_ARCHIVE_NAME_LEN_MAX];
	struct mxlog_archive_name tag = { "t", 1 };
	struct mxlog_archive_member members[MEMBERS];
	struct mxlog_archive_directory dir = {
		.archive_id = { 1, 2 },
		.segment = { .kind = MXLOG_METRICS, .day = 20481, .number = 7 },
		.archived_usec = 77,
		.arrived_usec = -1,
		.original_size = 5000 * MEMBERS,
		.entry_count = 18 * MEMBERS,
		.seal = MXLOG_ARCHIVE_SEAL_BROKEN,
		.members = members,
		.n_members = MEMBERS,
		.modules = modules,
		.n_modules = ARRAY_LEN(modules),
		.tags = &tag,
		.n_tags = 1,
		.ngram_filters_size = 99,
	};
	struct mxlog_buf out = { 0 };

	memset(longest, 'x', sizeof(longest));
	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		modules[i] = (struct mxlog_archive_name){ "mod", 3 };
	modules[300] = (struct mxlog_archive_name){ longest, sizeof(longest) };
	for (size_t i = 0; i < MEMBERS; i++)
		fill_member(&members[i], i);
	if (change)
		change(&dir);
	ck_assert_int_eq(mxlog_archive_directory_encode(&dir, &out), 0);
	return out;
}

START_TEST(a_directory_is_read_back)
{
	struct mxlog_buf data = encode(NULL);
	struct mxlog_archive_directory dir;

	ck_assert_int_eq(mxlog_archive_directory_decode(data.data, data.len,
			     &dir),
	    0);
	ck_assert_uint_eq(dir.n_members, MEMBERS);
	ck_assert_int_eq(dir.segment.kind, MXLOG_METRICS);
	ck_assert_uint_eq(dir.segment.number, 7);
	ck_assert_int_eq(dir.arrived_usec, -1);
	ck_assert_uint_eq(dir.modules[300].len, MXLOG_ARCHIVE_NAME_LEN_MAX);
	ck_assert_int_eq(dir.min_usec, -5);
	ck_assert_int_eq(dir.max_usec, 2000);
	ck_assert_uint_eq(dir.members[2].offset, 2001);
	ck_assert_uint_eq(dir.members[0].modules[2], 300);
	ck_assert_uint_eq(dir.members[1].n_tags, MXLOG_ARCHIVE_ANY);
	ck_assert_uint_eq(dir.members[2].n_tags, 1);
	ck_assert_uint_eq(dir.members[2].max_trace.lo, UINT64_MAX);
	ck_assert_uint_eq(dir.members[2].sha256[31], 2);
	mxlog_archive_directory_done(&dir);
	mxlog_buf_done(&data);
}
END_TEST

START_TEST(one_cut_anywhere_is_refused_and_no_bit_harms)
{
	struct mxlog_buf data = encode(NULL);
	struct mxlog_archive_directory dir;

	for (size_t len = 0; len < data.len; len++) {
		char *copy = malloc(len + 1);

		memcpy(copy, data.data, len);
		ck_assert_int_eq(mxlog_archive_directory_decode(copy, len,
				     &dir),
		    -EBADMSG);
		free(copy);
	}
	for (size_t bit = 0; bit < data.len * 8; bit++) {
		data.data[bit / 8] ^= (char)(1 << bit % 8);
		if (mxlog_archive_directory_decode(data.data, data.len, &dir) ==
		    0)
			mxlog_archive_directory_done(&dir);
		data.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	mxlog_buf_done(&data);
}
END_TEST

static void no_content(struct mxlog_archive_directory *dir)
{
	dir->members[1].content = 0;
	dir->original_size -= 5000;
}

static void huge_content(struct mxlog_archive_directory *dir)
{
	dir->members[1].content = MXLOG_ARCHIVE_MEMBER_MAX + 1;
	dir->original_size += MXLOG_ARCHIVE_MEMBER_MAX + 1 - 5000;
}

static void tiny_member(struct mxlog_archive_directory *dir)
{
	dir->members[1].size = 22;
}

static void wrong_size(struct mxlog_archive_directory *dir)
{
	dir->original_size++;
}

static void wrong_count(struct mxlog_archive_directory *dir)
{
	dir->entry_count++;
}

static void lines_that_are_nothing(struct mxlog_archive_directory *dir)
{
	dir->members[1].lines++;
}

static void unknown_flag(struct mxlog_archive_directory *dir)
{
	dir->members[1].flags = 64;
}

static void times_the_wrong_way(struct mxlog_archive_directory *dir)
{
	dir->members[1].min_usec = dir->members[1].max_usec + 1;
}

static void traces_the_wrong_way(struct mxlog_archive_directory *dir)
{
	dir->members[1].min_trace.hi = 100;
}

static void a_list_that_falls(struct mxlog_archive_directory *dir)
{
	static const uint16_t list[] = { 1, 1 };

	dir->members[1].modules = list;
	dir->members[1].n_modules = 2;
}

static void a_name_that_is_not_there(struct mxlog_archive_directory *dir)
{
	dir->n_modules = 300;
}

START_TEST(what_contradicts_itself_is_refused)
{
	static void (*const changes[])(
	    struct mxlog_archive_directory *) = { no_content, huge_content,
		tiny_member, wrong_size, wrong_count, lines_that_are_nothing,
		unknown_flag, times_the_wrong_way, traces_the_wrong_way,
		a_list_that_falls, a_name_that_is_not_there };
	struct mxlog_archive_directory dir;

	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct mxlog_buf data = encode(changes[i]);

		ck_assert_msg(mxlog_archive_directory_decode(data.data,
				  data.len, &dir) == -EBADMSG,
		    "change %zu", i);
		mxlog_buf_done(&data);
	}
}
END_TEST

SUITE("archive_directory", a_directory_is_read_back,
    one_cut_anywhere_is_refused_and_no_bit_harms,
    what_contradicts_itself_is_refused)
