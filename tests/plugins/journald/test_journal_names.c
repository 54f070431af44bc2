/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_names.h"

#include "suite.h"

START_TEST(every_name_is_found_by_itself)
{
	struct mxlog_journal_index index;

	ck_assert_int_eq(mxlog_journal_index_init(&index), 0);
	for (size_t i = 0; i < MXLOG_JOURNAL_NAME_COUNT; i++)
		ck_assert_uint_eq(mxlog_journal_index_find(&index,
				      mxlog_journal_names[i].name,
				      mxlog_journal_names[i].name_len),
		    i);
}
END_TEST

START_TEST(what_is_not_in_the_table_is_another_name)
{
	static const char *const others[] = { "", "M", "MESSAG", "MESSAGES",
		"_PI", "PID", "message", "_SYSTEMD_UNIT_", "CODE_LINE2",
		"_SOURCE_REALTIME_TIMESTAMQ" };
	struct mxlog_journal_index index;

	ck_assert_int_eq(mxlog_journal_index_init(&index), 0);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ck_assert_uint_eq(mxlog_journal_index_find(&index, others[i],
				      strlen(others[i])),
		    MXLOG_JOURNAL_OTHER);
}
END_TEST

START_TEST(a_field_begins_with_its_own_name_alone)
{
	for (size_t i = 0; i < MXLOG_JOURNAL_NAME_COUNT; i++) {
		const struct mxlog_journal_name_info *info =
		    &mxlog_journal_names[i];
		size_t n = info->name_len + 1;
		char data[128];

		ck_assert_str_eq(info->name + info->name_len, "=");
		for (size_t k = 0; k < MXLOG_JOURNAL_NAME_COUNT; k++)
			ck_assert_int_eq(mxlog_journal_name_begins(
					     (enum mxlog_journal_name)k,
					     info->name, n),
			    k == i);
		ck_assert(!mxlog_journal_name_begins((enum mxlog_journal_name)i,
		    info->name, n - 1));
		for (size_t at = 0; at < n; at++) {
			memcpy(data, info->name, n);
			data[at] ^= 1;
			ck_assert(
			    !mxlog_journal_name_begins((enum mxlog_journal_name)
							   i,
				data, n));
		}
	}
}
END_TEST

START_TEST(no_two_fields_share_a_context_key_unless_they_mean_the_same)
{
	for (size_t i = 0; i < MXLOG_JOURNAL_NAME_COUNT; i++)
		for (size_t k = 0; k < i; k++)
			ck_assert(mxlog_journal_names[i].key_len == 0 ||
			    strcmp(mxlog_journal_names[i].key,
				mxlog_journal_names[k].key) != 0);
}
END_TEST

SUITE("journal_names", every_name_is_found_by_itself,
    what_is_not_in_the_table_is_another_name,
    a_field_begins_with_its_own_name_alone,
    no_two_fields_share_a_context_key_unless_they_mean_the_same)
