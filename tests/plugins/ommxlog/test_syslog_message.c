/* SPDX-License-Identifier: Apache-2.0 */
#include "syslog_message.h"

#include "suite.h"

#define TEXT(s) ((struct mxlog_syslog_text){ (s), sizeof(s) - 1 })

static void assert_text(struct mxlog_syslog_text text, const char *expected)
{
	ck_assert_uint_eq(text.len, strlen(expected));
	ck_assert_mem_eq(text.text, expected, text.len);
}

START_TEST(a_frame_gives_back_what_was_packed)
{
	struct mxlog_syslog in = { .time_usec = -5,
		.facility = 23,
		.severity = 7 };
	struct mxlog_syslog out;
	char frame[512];
	size_t len;

	in.part[MXLOG_SYSLOG_HOSTNAME] = TEXT("web1");
	in.part[MXLOG_SYSLOG_TAG] = TEXT("a\0b");
	in.part[MXLOG_SYSLOG_TEXT] = TEXT("text \xff");
	len = mxlog_syslog_frame_len(&in);
	ck_assert_uint_le(len, sizeof(frame));
	mxlog_syslog_pack(&in, frame);
	ck_assert_int_eq(mxlog_syslog_unpack(frame, len, &out), 0);
	ck_assert_int_eq(out.time_usec, -5);
	ck_assert_uint_eq(out.facility, 23);
	ck_assert_uint_eq(out.severity, 7);
	assert_text(out.part[MXLOG_SYSLOG_HOSTNAME], "web1");
	ck_assert_uint_eq(out.part[MXLOG_SYSLOG_TAG].len, 3);
	assert_text(out.part[MXLOG_SYSLOG_MSGID], "");
	assert_text(out.part[MXLOG_SYSLOG_TEXT], "text \xff");
}
END_TEST

START_TEST(a_frame_of_any_other_length_is_refused)
{
	struct mxlog_syslog in = { .time_usec = 1 };
	struct mxlog_syslog out;
	char frame[512] = { 0 };
	size_t len, i;

	in.part[MXLOG_SYSLOG_TEXT] = TEXT("hello");
	len = mxlog_syslog_frame_len(&in);
	mxlog_syslog_pack(&in, frame);
	for (i = 0; i < sizeof(frame); i++)
		if (i != len)
			ck_assert_int_eq(mxlog_syslog_unpack(frame, i, &out),
			    -EBADMSG);
}
END_TEST

START_TEST(a_wall_clock_becomes_microseconds_of_utc)
{
	static const struct {
		struct mxlog_syslog_time time;
		int64_t expected;
	} cases[] = {
		{ { 1970, 1, 1, 0, 0, 0, 0, 0, 0 }, 0 },
		{ { 1969, 12, 31, 23, 59, 59, 5, 1, 0 }, -500000 },
		{ { 2026, 1, 28, 15, 30, 45, 123456, 6, 0 },
		    INT64_C(1769614245123456) },
		{ { 2026, 1, 28, 17, 0, 45, 123456, 6, 90 },
		    INT64_C(1769614245123456) },
		{ { 2026, 1, 28, 10, 30, 45, 123, 3, -300 },
		    INT64_C(1769614245123000) },
		{ { 2026, 1, 28, 15, 30, 45, 123456789, 9, 0 },
		    INT64_C(1769614245123456) },
		{ { 2024, 2, 29, 0, 0, 0, 0, 0, 0 },
		    INT64_C(1709164800000000) },
		{ { 2024, 3, 1, 0, 0, 0, 0, 0, 0 }, INT64_C(1709251200000000) },
		{ { 1900, 3, 1, 0, 0, 0, 0, 0, 0 },
		    INT64_C(-2203891200000000) },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_int_eq(mxlog_syslog_time_usec(&cases[i].time),
		    cases[i].expected);
}
END_TEST

START_TEST(a_tag_is_split_into_program_and_process_id)
{
	static const char *const cases[][3] = {
		{ "sshd[123]:", "sshd", "123" },
		{ "sshd:", "sshd", "" },
		{ "sshd", "sshd", "" },
		{ "sshd[123]", "sshd", "123" },
		{ "postfix/smtpd[99]:", "postfix/smtpd", "99" },
		{ "sshd(pam_unix)[19939]:", "sshd(pam_unix)", "19939" },
		{ "/usr/sbin/cron[1]:", "cron", "1" },
		{ "/usr/lib/:", "/usr/lib/", "" },
		{ "/", "/", "" },
		{ "(sd-pam)[7]:", "(sd-pam)", "7" },
		{ "app[12", "app", "" },
		{ "[12]", "[12]", "" },
		{ "a[b][3]:", "a[b]", "3" },
		{ "a[]:", "a", "" },
		{ "::", "", "" },
		{ "", "", "" },
		{ "kernel: ", "kernel", "" },
	};
	struct mxlog_syslog_text program, pid;
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		mxlog_syslog_split_tag((struct mxlog_syslog_text){ cases[i][0],
					   strlen(cases[i][0]) },
		    &program, &pid);
		assert_text(program, cases[i][1]);
		assert_text(pid, cases[i][2]);
	}
}
END_TEST

/* A message as rsyslogd's parser leaves it. */
static struct mxlog_syslog parsed(struct mxlog_syslog_text raw,
    struct mxlog_syslog_text tag, size_t text_offset)
{
	struct mxlog_syslog message = { 0 };

	message.part[MXLOG_SYSLOG_TAG] = tag;
	message.part[MXLOG_SYSLOG_TEXT] =
	    (struct mxlog_syslog_text){ raw.text + text_offset,
		    raw.len - text_offset };
	return message;
}

START_TEST(a_first_word_taken_for_a_tag_stays_in_the_text)
{
	struct mxlog_syslog_text raw = TEXT("<13>Out of memory");
	struct mxlog_syslog message = parsed(raw, TEXT("Out"), 7);

	mxlog_syslog_rejoin_tag(&message, raw);
	assert_text(message.part[MXLOG_SYSLOG_TEXT], "Out of memory");
	assert_text(message.part[MXLOG_SYSLOG_TAG], "Out");
}
END_TEST

START_TEST(a_real_tag_is_no_part_of_the_text)
{
	struct mxlog_syslog_text raw = TEXT("<13>cron: started");
	struct mxlog_syslog message = parsed(raw, TEXT("cron:"), 9);

	mxlog_syslog_rejoin_tag(&message, raw);
	assert_text(message.part[MXLOG_SYSLOG_TEXT], " started");

	raw = TEXT("<13>cron[3] started");
	message = parsed(raw, TEXT("cron[3]"), 11);
	mxlog_syslog_rejoin_tag(&message, raw);
	assert_text(message.part[MXLOG_SYSLOG_TEXT], " started");
}
END_TEST

START_TEST(a_tag_that_an_input_configured_is_no_part_of_the_text)
{
	struct mxlog_syslog_text raw = TEXT("line of a file");
	struct mxlog_syslog message = parsed(raw, TEXT("myapp"), 0);

	mxlog_syslog_rejoin_tag(&message, raw);
	assert_text(message.part[MXLOG_SYSLOG_TEXT], "line of a file");

	message.part[MXLOG_SYSLOG_TEXT] = TEXT("replaced");
	mxlog_syslog_rejoin_tag(&message, raw);
	assert_text(message.part[MXLOG_SYSLOG_TEXT], "replaced");
}
END_TEST

SUITE("syslog_message", a_frame_gives_back_what_was_packed,
    a_frame_of_any_other_length_is_refused,
    a_wall_clock_becomes_microseconds_of_utc,
    a_tag_is_split_into_program_and_process_id,
    a_first_word_taken_for_a_tag_stays_in_the_text,
    a_real_tag_is_no_part_of_the_text,
    a_tag_that_an_input_configured_is_no_part_of_the_text)
