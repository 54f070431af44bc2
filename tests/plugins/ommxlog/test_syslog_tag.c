/* SPDX-License-Identifier: Apache-2.0 */
#include "syslog_tag.h"

#include "suite.h"

#define TEXT(s) ((struct mxlog_syslog_text){ (s), sizeof(s) - 1 })

static void assert_text(struct mxlog_syslog_text text, const char *expected,
    const char *of)
{
	ck_assert_msg(text.len == strlen(expected) &&
		memcmp(text.text, expected, text.len) == 0,
	    "%s: \"%.*s\", not \"%s\"", of, (int)text.len, text.text, expected);
}

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
		assert_text(program, cases[i][1], cases[i][0]);
		assert_text(pid, cases[i][2], cases[i][0]);
	}
}
END_TEST

#define FROM "sender"

/* What a parser of RFC 3164 leaves: the host, the tag, and the text behind it.
 */
struct sample {
	const char *raw;
	size_t after_pri;
	const char *host, *tag;
	const char *expected_host, *expected_tag, *expected_text;
};

/* The host and tag stand in front of the text, one after the other. */
static struct mxlog_syslog parsed(const struct sample *sample)
{
	struct mxlog_syslog message = { 0 };
	const char *end = sample->raw + strlen(sample->raw);
	const char *at = sample->raw + sample->after_pri;

	if (*sample->host && strstr(at, sample->host))
		at = strstr(at, sample->host) + strlen(sample->host);
	if (*sample->tag) {
		at = strstr(at, sample->tag);
		ck_assert_msg(at, "%s", sample->raw);
		at += strlen(sample->tag);
	} else if (*sample->host && at < end) {
		at++;
	}
	message.part[MXLOG_SYSLOG_HOSTNAME] =
	    (struct mxlog_syslog_text){ sample->host, strlen(sample->host) };
	message.part[MXLOG_SYSLOG_FROMHOST] = TEXT(FROM);
	message.part[MXLOG_SYSLOG_TAG] =
	    (struct mxlog_syslog_text){ sample->tag, strlen(sample->tag) };
	message.part[MXLOG_SYSLOG_TEXT] =
	    (struct mxlog_syslog_text){ at, (size_t)(end - at) };
	return message;
}

#define TIME "<13>Mar  5 08:09:10 "

START_TEST(what_is_no_tag_and_no_host_stays_in_the_text)
{
	static const struct sample samples[] = {
		/* tags */
		{ TIME "h cron[3]: started", 4, "h", "cron[3]:", "h",
		    "cron[3]:", "started" },
		{ TIME "h cron:   started", 4, "h", "cron:", "h",
		    "cron:", "  started" },
		{ TIME "h %LINK-3-UPDOWN: x", 4, "h", "%LINK-3-UPDOWN:", "h",
		    "%LINK-3-UPDOWN:", "x" },
		{ TIME "h app:{\"a\":1}", 4, "h", "app:", "h",
		    "app:", "{\"a\":1}" },
		{ TIME "h 389-ds: x", 4, "h", "389-ds:", "h", "389-ds:", "x" },
		{ TIME "h /usr/sbin/x(y)[7]: x", 4, "h",
		    "/usr/sbin/x(y)[7]:", "h", "/usr/sbin/x(y)[7]:", "x" },
		{ TIME "h error[12]: x", 4, "h", "error[12]:", "h",
		    "error[12]:", "x" },
		{ TIME "h cron[3] started", 4, "h", "cron[3]", "h", "cron[3]",
		    "started" },
		{ "<27>xapi: [error] x", 4, "", "xapi:", "",
		    "xapi:", "[error] x" },
		/* words */
		{ TIME "h Use the force", 4, "h", "Use", "h", "",
		    "Use the force" },
		{ TIME "h ERROR: disk full", 4, "h", "ERROR:", "h", "",
		    "ERROR: disk full" },
		{ TIME "h http://a/b failed", 4, "h", "http:", "h", "",
		    "http://a/b failed" },
		{ TIME "h jdbc://a/b failed", 4, "h", "jdbc:", "h", "",
		    "jdbc://a/b failed" },
		{ TIME "h CEF:0|a|b", 4, "h", "CEF:", "h", "", "CEF:0|a|b" },
		{ TIME "h password: x", 4, "h", "password:", "h", "",
		    "password: x" },
		{ TIME "h DB_PASSWORD: x", 4, "h", "DB_PASSWORD:", "h", "",
		    "DB_PASSWORD: x" },
		{ TIME "h Set-Cookie: x", 4, "h", "Set-Cookie:", "h", "",
		    "Set-Cookie: x" },
		{ TIME "h {\"a\":1,\"b\":2}", 4, "h", "{\"a\":", "h", "",
		    "{\"a\":1,\"b\":2}" },
		{ TIME "h word", 4, "h", "word", "h", "", "word" },
		{ "{\"a\":1}", 0, "", "{\"a\":", "", "", "{\"a\":1}" },
		/* numbers, dates, columns */
		{ "<189>29: up", 5, "", "29:", "", "", "29: up" },
		{ "<189>29: *Mar  1 08:09:10.1: %SYS-5-CONFIG_I: by me", 5, "",
		    "29:", "", "%SYS-5-CONFIG_I",
		    "29: *Mar  1 08:09:10.1: %SYS-5-CONFIG_I: by me" },
		{ "<189>x 2026-03-05T08:09:10 up", 5, "x",
		    "2026-03-05T08:", FROM, "", "x 2026-03-05T08:09:10 up" },
		{ "<14>"
		  "1,2026/03/05 08:09:10,7,THREAT,a:b",
		    4, "", "1,2026/03/05", "", "",
		    "1,2026/03/05 08:09:10,7,THREAT,a:b" },
		{ TIME "h EvtLog#0111#011Security#011x y", 4, "h",
		    "EvtLog#0111#011Security#011x", "h", "EvtLog",
		    "EvtLog#0111#011Security#011x y" },
		{ TIME "h EvtLog\t1\tx y", 4, "h", "EvtLog\t1\tx", "h",
		    "EvtLog", "EvtLog\t1\tx y" },
		/* hosts */
		{ "<13>last message repeated 5 times", 4, "last", "message",
		    FROM, "", "last message repeated 5 times" },
		{ "<13>hello", 4, "hello", "", FROM, "", "hello" },
		{ "<13>web1 cron[3]: x", 4, "web1", "cron[3]:", "web1",
		    "cron[3]:", "x" },
		/* a space too many */
		{ "<15> vpn[24]: a b", 4, "", "", "", "vpn[24]:", "a b" },
		{ "<15> vpn a b", 4, "", "", "", "", "vpn a b" },
		/* what an input read and configured */
		{ "    g()", 0, "", "", "", "", "    g()" },
		{ "app: x", 0, "", "", "", "", "app: x" },
	};

	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		const struct sample *sample = &samples[i];
		struct mxlog_syslog message = parsed(sample);
		const struct mxlog_syslog_raw raw = {
			{ sample->raw, strlen(sample->raw) },
			sample->after_pri,
		};

		mxlog_syslog_read_tag(&message, &raw);
		assert_text(message.part[MXLOG_SYSLOG_HOSTNAME],
		    sample->expected_host, sample->raw);
		assert_text(message.part[MXLOG_SYSLOG_TAG],
		    sample->expected_tag, sample->raw);
		assert_text(message.part[MXLOG_SYSLOG_TEXT],
		    sample->expected_text, sample->raw);
	}
}
END_TEST

START_TEST(a_tag_that_an_input_configured_is_no_part_of_the_text)
{
	const struct mxlog_syslog_raw raw = { TEXT("line of a file"), 0 };
	struct mxlog_syslog message = { 0 };

	message.part[MXLOG_SYSLOG_TAG] = TEXT("myapp");
	message.part[MXLOG_SYSLOG_TEXT] = raw.text;
	mxlog_syslog_read_tag(&message, &raw);
	assert_text(message.part[MXLOG_SYSLOG_TEXT], "line of a file", "raw");
	assert_text(message.part[MXLOG_SYSLOG_TAG], "myapp", "raw");

	message.part[MXLOG_SYSLOG_TEXT] = TEXT(" replaced");
	mxlog_syslog_read_tag(&message, &raw);
	assert_text(message.part[MXLOG_SYSLOG_TEXT], " replaced", "raw");
	assert_text(message.part[MXLOG_SYSLOG_TAG], "myapp", "raw");
}
END_TEST

SUITE("syslog_tag", a_tag_is_split_into_program_and_process_id,
    what_is_no_tag_and_no_host_stays_in_the_text,
    a_tag_that_an_input_configured_is_no_part_of_the_text)
