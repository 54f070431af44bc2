/* SPDX-License-Identifier: Apache-2.0 */
#include "report/shape.h"

#include <stdio.h>

#include "suite.h"

/* A message's shape as people read it. */
static const char *shape_of(const char *message, size_t len)
{
	static char text[3 * MXLOG_SHAPE_MAX + 1];
	char shape[MXLOG_SHAPE_MAX];
	size_t n = mxlog_shape(message, len, shape);

	text[mxlog_shape_format(shape, n, text)] = '\0';
	return text;
}

static void check(const char *message, const char *want)
{
	ck_assert_str_eq(shape_of(message, strlen(message)), want);
}

START_TEST(words_stay_and_numbers_do_not)
{
	check("", "");
	check("all is well", "all is well");
	check("3 of 12 done", "<*> of <*> done");
	check("took 12.5 ms", "took <*>");
	check("took 12.5ms, 80%", "took <*>");
	check("waited <1 sec", "waited <*>");
	check("free: 12 KB", "free: <*>");
	check("12 keys", "<*> keys");
	check("offset -27", "offset <*>");
	check("a-b 1", "a-b <*>");
	check("0xdeadbeef", "<*>");
	check("v1.2.3-rc4", "<*>");
}
END_TEST

START_TEST(names_keep_their_letters)
{
	check("eth0 is up", "eth<*> is up");
	check("disk12: gone", "disk<*>: gone");
	check("blk_-1608999687919862906", "blk_<*>");
	check("task_20_m_07 done", "task_<*> done");
	check("blk_1 blk_2, blk_3", "blk_<*>");
	check("blk_1 or blk_2", "blk_<*> or blk_<*>");
	check("9f4ef63 bad", "<*> bad");
	check("deadbeef1", "<*>");
}
END_TEST

START_TEST(addresses_paths_and_urls_are_holes)
{
	check("from 10.0.0.1 port 22", "from <*> port <*>");
	check("from 10.0.0.1:22", "from <*>");
	check("db.example.org:5432 refused", "<*> refused");
	check("localhost:8080 refused", "<*> refused");
	check("en0: 5c:50:15:4c:18:13", "en<*>");
	check("peer fe80::1:2:3:4 gone", "peer <*> gone");
	check("open /var/log/x.log: denied", "open <*> denied");
	check("read/write", "read/write");
	check("file C:\\Program\\x.dll, missing", "file <*>, missing");
	check("GET https://example.org/a?b=c, 200", "GET <*>");
	check("mail to a.b@example.org sent", "mail to <*> sent");
	check("com.example.app.Main failed", "<*> failed");
	check("index.html failed", "index.html failed");
	check("550e8400-e29b-41d4-a716-446655440000 x", "<*> x");
}
END_TEST

START_TEST(quotes_dates_and_constants_are_holes)
{
	check("tag=\"View Lock\" x", "tag=<*> x");
	check("can't open 'a b' or x's", "can't open <*> or x's");
	check("\"GET /a HTTP/1.1\" 200", "\"GET <*>\" <*>");
	check("at Mon Jun 20 03:40:59 2005", "at <*>");
	check("on May 1", "on <*>");
	check("May I", "May I");
	check("ok=true, bad=null", "ok=<*>, bad=<*>");
	check("nothing is true here", "nothing is <*> here");
	check("trueness", "trueness");
	check("for user alice from", "for user <*> from");
	check("user=alice", "user=alice");
}
END_TEST

START_TEST(what_only_separates_holes_is_no_word)
{
	check("1, 2, 3", "<*>");
	check("1##2##3", "<*>");
	check("10:20:30 1/2", "<*>");
	check("1 (2)", "<*> (<*>)");
	check("f() and g(1)", "f(<*>) and g(<*>)");
	check("i-fetch.........1", "i-fetch <*>");
	check("  a   b  ", "a b");
	check("one\ntwo", "one");
	check("tab\there", "tab here");
}
END_TEST

START_TEST(bytes_of_any_kind_are_bounded)
{
	char text[5000];
	uint32_t state = 1;

	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)round % 300;

		for (size_t i = 0; i < len; i++) {
			state = state * 1664525 + 1013904223;
			text[i] = (char)(state >> 24);
		}
		(void)shape_of(text, len);
	}
	memset(text, 'x', sizeof(text));
	ck_assert_uint_eq(strlen(shape_of(text, sizeof(text))),
	    MXLOG_SHAPE_MAX);
	memset(text, '"', sizeof(text));
	(void)shape_of(text, sizeof(text));
	memset(text, ':', sizeof(text));
	(void)shape_of(text, sizeof(text));
}
END_TEST

SUITE("shape", words_stay_and_numbers_do_not, names_keep_their_letters,
    addresses_paths_and_urls_are_holes, quotes_dates_and_constants_are_holes,
    what_only_separates_holes_is_no_word, bytes_of_any_kind_are_bounded)
