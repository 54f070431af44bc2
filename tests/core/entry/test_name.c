/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/name.h"

#include "suite.h"

typedef int normalise(struct mxlog_buf *buf, const char *name, size_t len,
    bool *ret_changed);

static void check(normalise *function, const char *name, const char *expected)
{
	struct mxlog_buf buf = { 0 };
	bool changed;

	ck_assert_int_eq(function(&buf, name, strlen(name), &changed), 0);
	ck_assert_msg(buf.len == strlen(expected) &&
		memcmp(buf.data, expected, buf.len) == 0,
	    "%s: got %.*s, expected %s", name, (int)buf.len, buf.data,
	    expected);
	ck_assert_int_eq(changed, strcmp(name, expected) != 0);

	/* What was made stays as it is. */
	ck_assert_int_eq(mxlog_buf_add_char(&buf, '\0'), 0);
	if (changed)
		check(function, buf.data, expected);
	mxlog_buf_done(&buf);
}

START_TEST(a_module_becomes_a_dotted_name)
{
	static const char *const cases[][2] = {
		{ "src.control_plane.state_machine",
		    "src.control_plane.state_machine" },
		{ "_private.A1", "_private.A1" },
		{ "systemd-logind", "systemd_logind" },
		{ "postfix/smtpd", "postfix.smtpd" },
		{ "/usr/sbin/cron", "usr.sbin.cron" },
		{ "std::io::Error", "std.io.Error" },
		{ "kworker/0:1", "kworker._0_1" },
		{ "(sd-pam)", "sd_pam" },
		{ "sshd[123]", "sshd_123" },
		{ "c++", "c" },
		{ "a..b.", "a.b" },
		{ ".a", "a" },
		{ "a b\tc", "a_b_c" },
		{ "192.0.2.1", "_192._0._2._1" },
		{ "", "unknown" },
		{ "...", "unknown" },
		{ "-", "unknown" },
		{ "gr\xc3\xb6\xc3\x9f"
		  "e",
		    "gr_e" },
		{ "***REDACTED***", "REDACTED" },
		{ "0123456789abcdef.x", "_0123456789abcdef.x" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check(mxlog_module_normalise, cases[i][0], cases[i][1]);
}
END_TEST

START_TEST(a_key_becomes_snake_case)
{
	static const char *const cases[][2] = {
		{ "task_id", "task_id" },
		{ "_a1", "_a1" },
		{ "taskId", "task_id" },
		{ "HTTPStatusCode", "http_status_code" },
		{ "userID", "user_id" },
		{ "X-Request-Id", "x_request_id" },
		{ "http.status", "http_status" },
		{ "_PID", "_pid" },
		{ "CODE_LINE", "code_line" },
		{ "2fa", "_2fa" },
		{ "a  b", "a_b" },
		{ "trailing-", "trailing" },
		{ "", "_" },
		{ "-", "_" },
		{ "\xd0\xba\xd0\xbb", "u043a_u043b" },
		{ "gr\xc3\xb6\xc3\x9f"
		  "e",
		    "gr_u00f6_u00df_e" },
		{ "\xf0\x9f\x98\x80", "u01f600" },
		{ "sha256Sum", "sha256_sum" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check(mxlog_key_normalise, cases[i][0], cases[i][1]);
}
END_TEST

/* One wrong byte at every place of names of every length around a block. */
START_TEST(one_wrong_byte_is_seen_everywhere)
{
	char name[60];

	for (size_t len = 1; len < sizeof(name); len++) {
		memset(name, 'a', sizeof(name));
		ck_assert(mxlog_module_is_valid(name, len));
		ck_assert(mxlog_key_is_valid(name, len));
		for (size_t at = 0; at < len; at++) {
			for (int c = 0; c < 256; c++) {
				bool lower = c == '_' || (c >= 'a' && c <= 'z');
				bool digit = c >= '0' && c <= '9';
				bool upper = c >= 'A' && c <= 'Z';
				bool key = lower || (digit && at > 0);
				bool dot = c == '.' && at > 0 && at < len - 1;

				name[at] = (char)c;
				ck_assert_int_eq(mxlog_key_is_valid(name, len),
				    key);
				if (len <= MXLOG_LANES)
					ck_assert_int_eq(
					    mxlog_key_is_valid_short(
						mxlog_vec16_load(name), len),
					    key);
				ck_assert_int_eq(mxlog_module_is_valid(name,
						     len),
				    key || upper || dot);
			}
			name[at] = 'a';
		}
	}
}
END_TEST

START_TEST(dots_need_a_name_on_either_side)
{
	char name[60];

	for (size_t at = 1; at < sizeof(name) - 2; at++) {
		memset(name, 'a', sizeof(name));
		name[at] = '.';
		ck_assert(mxlog_module_is_valid(name, sizeof(name)));
		name[at + 1] = '.';
		ck_assert(!mxlog_module_is_valid(name, sizeof(name)));
		name[at + 1] = '7';
		ck_assert(!mxlog_module_is_valid(name, sizeof(name)));
		name[at + 1] = '_';
		ck_assert(mxlog_module_is_valid(name, sizeof(name)));
	}
}
END_TEST

START_TEST(a_long_name_is_cut_and_stays_valid)
{
	char name[2 * MXLOG_NAME_BYTES];
	struct mxlog_buf buf = { 0 };
	bool changed;

	memset(name, 'x', sizeof(name));
	name[MXLOG_NAME_BYTES - 1] = '.';
	ck_assert(!mxlog_module_is_valid(name, sizeof(name)));
	ck_assert(!mxlog_key_is_valid(name, MXLOG_NAME_BYTES + 1));
	ck_assert_int_eq(mxlog_module_normalise(&buf, name, sizeof(name),
			     &changed),
	    0);
	ck_assert(changed);
	ck_assert_uint_eq(buf.len, MXLOG_NAME_BYTES - 1);
	ck_assert(mxlog_module_is_valid(buf.data, buf.len));
	buf.len = 0;
	ck_assert_int_eq(mxlog_key_normalise(&buf, name, sizeof(name),
			     &changed),
	    0);
	ck_assert(mxlog_key_is_valid(buf.data, buf.len));
	mxlog_buf_done(&buf);
}
END_TEST

SUITE("name", a_module_becomes_a_dotted_name, a_key_becomes_snake_case,
    one_wrong_byte_is_seen_everywhere, dots_need_a_name_on_either_side,
    a_long_name_is_cut_and_stays_valid)
