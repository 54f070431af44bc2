/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_join.h"

#include <stdio.h>

#include "base/buf.h"

#include "suite.h"

/* What came out: "[3]text" for three joined lines. */
static struct mxlog_buf out;
static struct mxlog_journal_index names;
static struct mxlog_journal_record record;
static struct mxlog_journal_join *join;
static uint64_t seqnum;
static int64_t now;

static int emit(void *arg, const struct mxlog_journal_record *emitted,
    const struct mxlog_journal_identity *identities, size_t n)
{
	size_t len = 0;
	const char *text =
	    mxlog_journal_record_get(emitted, MXLOG_JOURNAL_MESSAGE, &len);

	(void)arg;
	ck_assert_int_eq(emitted->realtime_usec, identities[0].realtime_usec);
	return mxlog_buf_printf(&out, "[%zu]%.*s\n", n, (int)len, text);
}

static void begin(void)
{
	out.len = 0;
	seqnum = 0;
	now = 0;
	ck_assert_int_eq(mxlog_journal_index_init(&names), 0);
	ck_assert_int_eq(mxlog_journal_record_init(&record, &names), 0);
	ck_assert_int_eq(mxlog_journal_join_new(&names, emit, NULL, &join), 0);
}

static void add_field(const char *name, const char *value)
{
	char field[1024];
	int n = snprintf(field, sizeof(field), "%s=%s", name, value);

	ck_assert_int_eq(mxlog_journal_record_add(&record, field, (size_t)n),
	    0);
}

/* One line of a process's output, 1 ms after the last one. */
static void say_as(const char *pid, const char *stream, const char *text)
{
	struct mxlog_journal_identity identity = {
		.id = 1,
		.seqnum = ++seqnum,
		.realtime_usec = 1000000 + now,
	};
	int r;

	now += 1000;
	mxlog_journal_record_begin(&record, identity.realtime_usec);
	add_field("_PID", pid);
	add_field("MESSAGE", text);
	if (*stream)
		add_field("_STREAM_ID", stream);
	r = mxlog_journal_join_offer(join, &record, &identity, now);
	ck_assert_int_ge(r, 0);
	if (r == 0)
		ck_assert_int_eq(emit(NULL, &record, &identity, 1), 0);
}

static void say(const char *text)
{
	say_as("1", "s", text);
}

static void say_all(const char *const *lines, size_t n)
{
	for (size_t i = 0; i < n; i++)
		say(lines[i]);
}

static void expect(const char *text)
{
	ck_assert_int_eq(mxlog_journal_join_flush(join), 0);
	ck_assert_uint_eq(mxlog_journal_join_held(join), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&out, '\0'), 0);
	ck_assert_str_eq(out.data, text);
	mxlog_buf_done(&out);
	mxlog_journal_join_free(join);
	mxlog_journal_record_done(&record);
}

static const char *const python[] = {
	"Traceback (most recent call last):",
	"  File \"/srv/app.py\", line 3, in main",
	"    run()",
	"ValueError: no",
};

#define PYTHON                                      \
	"[4]Traceback (most recent call last):\n"   \
	"  File \"/srv/app.py\", line 3, in main\n" \
	"    run()\n"                               \
	"ValueError: no\n"

START_TEST(a_python_traceback_is_one_entry)
{
	begin();
	say("before");
	say_all(python, ARRAY_LEN(python));
	say("after");
	expect("[1]before\n" PYTHON "[1]after\n");
}
END_TEST

START_TEST(a_chained_one_too)
{
	begin();
	say_all(python, ARRAY_LEN(python));
	say("");
	say("During handling of the above exception, another exception "
	    "occurred:");
	say("");
	say_all(python, ARRAY_LEN(python));
	say("");
	say("done");
	expect("[11]Traceback (most recent call last):\n"
	       "  File \"/srv/app.py\", line 3, in main\n"
	       "    run()\n"
	       "ValueError: no\n"
	       "\n"
	       "During handling of the above exception, another exception "
	       "occurred:\n"
	       "\n"
	       "Traceback (most recent call last):\n"
	       "  File \"/srv/app.py\", line 3, in main\n"
	       "    run()\n"
	       "ValueError: no\n"
	       "[1]\n[1]done\n");
}
END_TEST

START_TEST(what_only_looks_like_the_beginning_stays_as_it_was)
{
	begin();
	say("panic: at the disco");
	say("java.io.IOException: no frames follow");
	say("Traceback (most recent call last):");
	say("ordinary line");
	say("/srv/app.js:12");
	say("x");
	expect("[1]panic: at the disco\n"
	       "[1]java.io.IOException: no frames follow\n"
	       "[1]Traceback (most recent call last):\n"
	       "[1]ordinary line\n"
	       "[1]/srv/app.js:12\n"
	       "[1]x\n");
}
END_TEST

START_TEST(java_go_and_node_are_joined)
{
	static const char *const java[] = {
		"Exception in thread \"main\" java.lang.RuntimeException: a",
		"\tat shop.Cart.add(Cart.java:12)",
		"Caused by: java.io.IOException: b",
		"\tat shop.Disk.write(Disk.java:7)",
		"\t... 1 more",
	};
	static const char *const go[] = {
		"panic: runtime error: index out of range [3] with length 2",
		"",
		"goroutine 1 [running]:",
		"main.main()",
		"\t/srv/main.go:8 +0x1d",
		"exit status 2",
	};
	static const char *const node[] = {
		"/srv/app.js:2",
		"  throw new TypeError('no');",
		"  ^",
		"",
		"TypeError: no",
		"    at Object.<anonymous> (/srv/app.js:2:9)",
		"",
		"Node.js v18.19.0",
	};

	begin();
	say_all(java, ARRAY_LEN(java));
	say_all(go, ARRAY_LEN(go));
	say_all(node, ARRAY_LEN(node));
	say("after");
	ck_assert_int_eq(mxlog_journal_join_flush(join), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&out, '\0'), 0);
	ck_assert_ptr_nonnull(strstr(out.data, "[5]Exception in thread"));
	ck_assert_ptr_nonnull(strstr(out.data, "\n[6]panic: "));
	ck_assert_ptr_nonnull(strstr(out.data, "\n[8]/srv/app.js:2\n"));
	ck_assert_ptr_nonnull(strstr(out.data, "\n[1]after\n"));
	out.len--;
	mxlog_journal_join_free(join);
	mxlog_journal_record_done(&record);
	mxlog_buf_done(&out);
}
END_TEST

START_TEST(streams_are_told_apart_and_other_transports_left_alone)
{
	begin();
	for (size_t i = 0; i < ARRAY_LEN(python); i++) {
		say_as("1", "a", python[i]);
		say_as("2", "b", python[i]);
		say_as("3", "", python[i]);
	}
	expect("[1]Traceback (most recent call last):\n"
	       "[1]  File \"/srv/app.py\", line 3, in main\n"
	       "[1]    run()\n"
	       "[1]ValueError: no\n" PYTHON PYTHON);
}
END_TEST

START_TEST(another_process_of_the_stream_ends_it)
{
	begin();
	say_as("1", "a", python[0]);
	say_as("1", "a", python[1]);
	say_as("2", "a", python[2]);
	say_as("2", "a", python[3]);
	expect("[2]Traceback (most recent call last):\n"
	       "  File \"/srv/app.py\", line 3, in main\n"
	       "[1]    run()\n"
	       "[1]ValueError: no\n");
}
END_TEST

START_TEST(nothing_is_held_for_longer_than_a_second)
{
	begin();
	say(python[0]);
	say(python[1]);
	ck_assert_int_eq(mxlog_journal_join_deadline(join), 1001000);
	ck_assert_int_eq(mxlog_journal_join_expire(join, 1000999), 0);
	ck_assert_uint_eq(mxlog_journal_join_held(join), 1);
	ck_assert_int_eq(mxlog_journal_join_expire(join, 1001000), 0);
	ck_assert_uint_eq(mxlog_journal_join_held(join), 0);
	ck_assert_int_eq(mxlog_journal_join_deadline(join), INT64_MAX);
	expect("[2]Traceback (most recent call last):\n"
	       "  File \"/srv/app.py\", line 3, in main\n");
}
END_TEST

START_TEST(lines_a_second_apart_do_not_belong_together)
{
	begin();
	say(python[0]);
	say(python[1]);
	now += 2000000;
	say(python[2]);
	expect("[2]Traceback (most recent call last):\n"
	       "  File \"/srv/app.py\", line 3, in main\n"
	       "[1]    run()\n");
}
END_TEST

START_TEST(an_endless_traceback_comes_in_pieces)
{
	size_t lines = 0;

	begin();
	say(python[0]);
	for (int i = 0; i < 3000; i++)
		say(python[1]);
	ck_assert_int_eq(mxlog_journal_join_flush(join), 0);
	for (size_t i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	ck_assert_uint_eq(lines, 3001);
	ck_assert_ptr_nonnull(memmem(out.data, out.len, LITERAL("[1000]Tr")));
	mxlog_journal_join_free(join);
	mxlog_journal_record_done(&record);
	mxlog_buf_done(&out);
}
END_TEST

START_TEST(more_streams_than_there_is_room_for_lose_nothing)
{
	size_t lines = 0;

	begin();
	for (int i = 0; i < 200; i++) {
		char stream[16];

		(void)snprintf(stream, sizeof(stream), "%d", i);
		say_as("1", stream, python[0]);
	}
	ck_assert_int_eq(mxlog_journal_join_flush(join), 0);
	for (size_t i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	ck_assert_uint_eq(lines, 200);
	mxlog_journal_join_free(join);
	mxlog_journal_record_done(&record);
	mxlog_buf_done(&out);
}
END_TEST

SUITE("journal_join", a_python_traceback_is_one_entry, a_chained_one_too,
    what_only_looks_like_the_beginning_stays_as_it_was,
    java_go_and_node_are_joined,
    streams_are_told_apart_and_other_transports_left_alone,
    another_process_of_the_stream_ends_it,
    nothing_is_held_for_longer_than_a_second,
    lines_a_second_apart_do_not_belong_together,
    an_endless_traceback_comes_in_pieces,
    more_streams_than_there_is_room_for_lose_nothing)
