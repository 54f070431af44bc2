/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_identity.h"

#include <stdio.h>

#include "suite.h"

#define CURSOR                                       \
	"s=3d1219c7c4c5404aaa1f6d2a48adfda4;i=1a2b;" \
	"b=0f6d2a48adfda43d1219c7c4c5404aaa;m=5;t=64e2;x=deadbeef"

START_TEST(a_cursor_gives_id_and_number)
{
	struct mxlog_journal_identity identity = { 0 };

	ck_assert_int_eq(mxlog_journal_identity_of_cursor(CURSOR, &identity),
	    0);
	ck_assert_uint_eq(identity.id, 0x3d1219c7);
	ck_assert_uint_eq(identity.seqnum, 0x1a2b);
}
END_TEST

START_TEST(a_cursor_that_is_cut_or_changed_is_refused)
{
	struct mxlog_journal_identity identity;
	char cursor[] = CURSOR;

	for (size_t n = 0; n < strlen("s=") + 32 + strlen(";i=1a2b"); n++) {
		char cut[sizeof(cursor)] = { 0 };

		memcpy(cut, cursor, n);
		ck_assert_int_eq(mxlog_journal_identity_of_cursor(cut,
				     &identity),
		    -EINVAL);
	}
	cursor[0] = 'i';
	ck_assert_int_eq(mxlog_journal_identity_of_cursor(cursor, &identity),
	    -EINVAL);
}
END_TEST

START_TEST(a_cursor_of_a_number_alone_is_read_as_any_other)
{
	struct mxlog_journal_identity identity = { 0 };
	char cursor[MXLOG_JOURNAL_NUMBER_CURSOR_MAX];

	mxlog_journal_identity_format_cursor(cursor,
	    "3d1219c7c4c5404aaa1f6d2a48adfda4", UINT64_MAX);
	ck_assert_int_eq(mxlog_journal_identity_of_cursor(cursor, &identity),
	    0);
	ck_assert_uint_eq(identity.id, 0x3d1219c7);
	ck_assert_uint_eq(identity.seqnum, UINT64_MAX);
}
END_TEST

static void check_round_trip(const struct mxlog_journal_identity *list,
    size_t n, int64_t line_time, const char *expected)
{
	struct mxlog_journal_identity_list reader = { 0 };
	struct mxlog_journal_identity found;
	char text[512];
	size_t len = mxlog_journal_identity_format(text, &list[0], line_time);

	for (size_t i = 1; i < n; i++)
		len += mxlog_journal_identity_format_next(text + len, &list[i],
		    &list[i - 1]);
	ck_assert_uint_eq(len, strlen(expected));
	ck_assert_mem_eq(text, expected, len);
	reader.text = text;
	reader.len = len;
	reader.line_time_usec = line_time;
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(mxlog_journal_identity_next(&reader, &found),
		    1);
		ck_assert_uint_eq(found.id, list[i].id);
		ck_assert_uint_eq(found.seqnum, list[i].seqnum);
		ck_assert_int_eq(found.realtime_usec, list[i].realtime_usec);
	}
	ck_assert_int_eq(mxlog_journal_identity_next(&reader, &found), 0);
}

START_TEST(identities_read_back_as_they_were_written)
{
	const struct mxlog_journal_identity one[] = {
		{ 0x0000abcd, 0x1f3, 1769614245123456 },
	};
	const struct mxlog_journal_identity joined[] = {
		{ 0xdeadbeef, 16, 1000 },
		{ 0xdeadbeef, 17, 1010 },
		{ 0xdeadbeef, 33, 1000 },
		{ 0xdeadbeef, UINT64_MAX, 1000 },
	};

	check_round_trip(one, 1, 1769614245123456, "0000abcd-1f3");
	check_round_trip(one, 1, 5, "0000abcd-1f3@649746c785580");
	check_round_trip(joined, 4, 1000,
	    "deadbeef-10,1+a,10-a,ffffffffffffffde+0");
}
END_TEST

START_TEST(what_we_would_not_write_is_refused)
{
	static const char *const bad[] = { "", "x", "deadbeef", "deadbeef-",
		"deadbee-1", "deadbeef1-1", "DEADBEEF-1", "deadbeef-1@",
		"deadbeef-11112222333344445", "deadbeef-g" };
	static const char *const bad_tail[] = { ",", ",1", ",1+", ",+1", "x",
		",1*1", "@1@" };
	struct mxlog_journal_identity found;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct mxlog_journal_identity_list list = { .text = bad[i],
			.len = strlen(bad[i]) };

		ck_assert_int_eq(mxlog_journal_identity_next(&list, &found),
		    -EINVAL);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad_tail); i++) {
		char text[64];
		struct mxlog_journal_identity_list list = { .text = text };
		int r;

		list.len = (size_t)snprintf(text, sizeof(text), "deadbeef-1%s",
		    bad_tail[i]);
		do
			r = mxlog_journal_identity_next(&list, &found);
		while (r > 0);
		ck_assert_int_eq(r, -EINVAL);
	}
}
END_TEST

START_TEST(a_set_gives_each_identity_back_once)
{
	struct mxlog_journal_identity_set set = { 0 };
	struct mxlog_journal_identity identity = { 7, 0, 0 };
	const uint64_t n = 20000;

	for (uint64_t i = 1; i <= n; i++) {
		identity.seqnum = i * 7919 % 65536 + 1;
		identity.realtime_usec = (int64_t)(i / 3);
		ck_assert_int_eq(mxlog_journal_identity_set_add(&set,
				     &identity),
		    0);
		ck_assert_int_eq(mxlog_journal_identity_set_add(&set,
				     &identity),
		    0);
	}
	ck_assert_uint_eq(set.n, n);
	for (uint64_t i = n; i >= 1; i--) {
		identity.seqnum = i * 7919 % 65536 + 1;
		identity.realtime_usec = (int64_t)(i / 3) + 1000000;
		ck_assert(!mxlog_journal_identity_set_take(&set, &identity));
		identity.realtime_usec -= 1000000;
		ck_assert(mxlog_journal_identity_set_take(&set, &identity));
		ck_assert(!mxlog_journal_identity_set_take(&set, &identity));
	}
	ck_assert_uint_eq(set.n, 0);
	mxlog_journal_identity_set_done(&set);
}
END_TEST

SUITE("journal_identity", a_cursor_gives_id_and_number,
    a_cursor_that_is_cut_or_changed_is_refused,
    a_cursor_of_a_number_alone_is_read_as_any_other,
    identities_read_back_as_they_were_written,
    what_we_would_not_write_is_refused, a_set_gives_each_identity_back_once)
