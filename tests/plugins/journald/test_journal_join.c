/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_join.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

#include "suite.h"

/* What came out: "[3]text" for three joined lines. */
static struct mxlog_buf out;
static struct mxlog_journal_index names;
static struct mxlog_journal_record record;
static struct mxlog_journal_join *join;
static uint64_t seqnum;
static int64_t now;
static const char *add_priority;

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
	if (add_priority) {
		add_field("CONTAINER_NAME", "web");
		add_field("PRIORITY", add_priority);
	}
	r = mxlog_journal_join_offer(join, &record, &identity, 1, now);
	ck_assert_int_ge(r, 0);
	if (r == 0)
		ck_assert_int_eq(emit(NULL, &record, &identity, 1), 0);
}

static void say(const char *text)
{
	say_as("1", "s", text);
}

/* What the process says a little later. */
static void say_later(const char *text)
{
	now += 5000;
	say(text);
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
	say_later("after");
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

/* ---- tables: lines, and the numbers of those that are joined ---- */

struct sample {
	const char *lines, *numbers;
};

static void check_samples(const struct sample *samples, size_t n_samples)
{
	for (size_t i = 0; i < n_samples; i++) {
		struct mxlog_buf numbers = { 0 };
		const char *text = samples[i].lines;

		begin();
		while (*text) {
			size_t len = strcspn(text, "\n");
			char line[512];

			(void)snprintf(line, sizeof(line), "%.*s", (int)len,
			    text);
			say(line);
			text += len + (text[len] == '\n');
		}
		ck_assert_int_eq(mxlog_journal_join_flush(join), 0);
		for (size_t at = 0; at < out.len; at++)
			if (out.data[at] == '[' &&
			    (at == 0 || out.data[at - 1] == '\n') &&
			    out.data[at + 1] >= '0' && out.data[at + 1] <= '9')
				ck_assert_int_eq(mxlog_buf_printf(&numbers,
						     "%d ",
						     atoi(out.data + at + 1)),
				    0);
		ck_assert_int_eq(mxlog_buf_add_char(&numbers, '\0'), 0);
		ck_assert_msg(strcmp(numbers.data, samples[i].numbers) == 0,
		    "%s\nis joined as %s", samples[i].lines, numbers.data);
		mxlog_buf_done(&numbers);
		mxlog_buf_done(&out);
		mxlog_journal_join_free(join);
		mxlog_journal_record_done(&record);
	}
}

#define PY                                     \
	"Traceback (most recent call last):\n" \
	"  File \"/a.py\", line 3, in f\n    g()\n"
#define BY_CAUSE                                                     \
	"The above exception was the direct cause of the following " \
	"exception:\n"
#define IN_CONTEXT                                                   \
	"During handling of the above exception, another exception " \
	"occurred:\n"
#define AT   "\tat a.B.c(B.java:7)\n"
#define NODE "    at f (/srv/q.js:1:2)\n"
#define GO   "main.f(0x1)\n\t/srv/a.go:8 +0x1d\n"

START_TEST(python_line_by_line)
{
	static const struct sample samples[] = {
		{ "x\n" PY "E: a\n" BY_CAUSE PY "F: b\n", "1 9 " },
		{ PY "E: a\n" IN_CONTEXT PY "F: b\n" BY_CAUSE PY "G: c\n",
		    "14 " },
		{ PY "E: a\nmore\nlines:\n" BY_CAUSE PY "F: b\n", "11 " },
		{ "ValueError: never raised\n" BY_CAUSE PY "F: b\n", "6 " },
		{ "a.RemoteTraceback: \n\"\"\"\n" PY
		  "E: a\n\"\"\"\n" BY_CAUSE PY "E: a\n",
		    "12 " },
		{ PY "f.<locals>.B\303\266se: x\n", "4 " },
		{ PY "Noted: a\nnote one\nnote two\nof two lines\n", "7 " },
		{ PY "sqlalchemy.exc.E: (x) b\nDETAIL:  c\n[SQL: select]\n"
		     "(Background on this error at: x)\n",
		    "7 " },
		{ PY "pydantic.ValidationError: 2 errors\nid\n  Input\n"
		     "    For further\nname\n  Field\n",
		    "9 " },
		{ PY "E: a\nINFO:root:on\n", "4 1 " },
		{ PY "E: a\n2026-01-28 15:30:45 on\n", "4 1 " },
		{ PY "E: a\n" PY "F: b\n", "4 4 " },
		{ PY "RuntimeError: it said:\n" PY "KeyError: 1\n", "8 " },
		{ "  + Exception Group Traceback (most recent call last):\n"
		  "  |   File \"/a.py\", line 3, in f\n  |     g()\n"
		  "  | ExceptionGroup: several (2 sub-exceptions)\n"
		  "  +-+---------------- 1 ----------------\n"
		  "    | ValueError: 1\n"
		  "    +------------------------------------\n" BY_CAUSE PY
		  "F: b\nINFO:root:on\n",
		    "12 1 " },
		{ "web-1  | Traceback (most recent call last):\n"
		  "web-1  |   File \"/a.py\", line 3, in f\n"
		  "web-1  |     g()\nweb-1  | E: a\napi-1  | on\n",
		    "4 1 " },
		{ "ERROR: Traceback (most recent call last):\n"
		  "  File \"/a.py\", line 3, in f\n    g()\nE: a\n",
		    "4 " },
		{ "Traceback (most recent call last):\n"
		  "  File \033[35m\"/a.py\"\033[0m, line 3, in f\n"
		  "    \033[31mg\033[0m()\n"
		  "\033[1;35mE\033[0m: \033[35ma\033[0m\n",
		    "4 " },
		{ "Traceback (most recent call last):\nnothing\n", "1 1 " },
		{ "Traceback (most recent call last):\n...\nOSError: a\n",
		    "3 " },
	};

	check_samples(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(java_line_by_line)
{
	static const struct sample samples[] = {
		{ "a.AException: a:\nBException: b\nc.CException: c\n" AT
		  "Caused by: d.D: e\n" AT "\t... 1 more\non\n",
		    "7 1 " },
		{ "SQLException: retrying\na.AException: a\n" AT, "1 2 " },
		{ "SQLException: retrying\nmore\na.AException: a\n" AT,
		    "1 1 2 " },
		{ "Exception in thread \"main\" T$E: a\n" AT AT, "3 " },
		{ "10:00:00 ERROR c.A - a.AException: a\n" AT "10:00:01 on\n",
		    "2 1 " },
		{ "a.AException: a\n10:00:00 INFO on\n" AT, "1 1 1 " },
		{ "a.AException: a\n" AT "Caused by: b.B: c\nof two lines\n"
		  "\t... 1 more\n\tSuppressed: c.C: d\n\t\tat a.B.c(B.java:7)\n",
		    "7 " },
		{ "Unhandled exception. System.X: a\n"
		  "   at A.B(String id) in /x.cs:line 3\n"
		  "--- End of stack trace from previous location ---\n"
		  "   at A.C()\non\n",
		    "4 1 " },
		{ "web-1  | a.AException: a\nweb-1  | \tat a.B.c(B.java:7)\n"
		  "web-1  | Caused by: b.B: c\nweb-1  | \t... 1 more\n"
		  "web-1  | on\n",
		    "4 1 " },
	};

	check_samples(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(node_and_go_line_by_line)
{
	static const struct sample samples[] = {
		{ "/srv/q.js:3\n  f(;\n    ^\nError: bad:\nSyntaxError: no\n" NODE
		  "Node.js v20.1.0\n",
		    "7 " },
		{ "node:internal/x:1\n  throw err;\n  ^\n"
		  "Error: Cannot find module 'x'\nRequire stack:\n- /a.js\n" NODE
		  "    at g (/b.js:1:2) {\n  code: 'X'\n}\n"
		  "Node.js v20.1.0\non\n",
		    "11 1 " },
		{ "/srv/q.js:3\nthrow 'x';\n^\nx\n(Use `node ...`)\n"
		  "Node.js v20.1.0\n",
		    "6 " },
		{ "failed: Error: a\n" NODE "on\n", "2 1 " },
		{ "a Error: said\nanother line\n", "1 1 " },
		{ "failed: Error: bad:\nSyntaxError: no\n" NODE "on\n",
		    "3 1 " },
		{ "panic: a\n[signal SIGSEGV: x]\ngoroutine 1 [running]:\n" GO
		  "goroutine 2 [select]:\n" GO "exit status 2\non\n",
		    "9 1 " },
		{ "2026/01/28 10:00:00 http: panic serving 192.0.2.1:5: a\n"
		  "goroutine 7 [running]:\n" GO "2026/01/28 10:00:01 on\n",
		    "4 1 " },
		{ "goroutine 7 [running]:\nruntime/debug.Stack()\n\t/x.go:1\n" GO
		  "on\n",
		    "5 1 " },
		{ "fatal error: a\nruntime stack:\n" GO
		  "goroutine 1 [running]:\n" GO,
		    "7 " },
	};

	check_samples(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(others_line_by_line)
{
	static const struct sample samples[] = {
		{ "a.rb:2:in `f': no (RuntimeError)\n\tfrom a.rb:5:in `g'\n"
		  "\tfrom a.rb:7:in `<main>'\non\n",
		    "3 1 " },
		{ "Traceback (most recent call last):\n"
		  "\t1: from a.rb:7:in `<main>'\n"
		  "a.rb:2:in `f': no (RuntimeError)\n",
		    "3 " },
		{ "PHP Fatal error:  Uncaught Exception: a in /b.php:3\n"
		  "Stack trace:\n#0 /c.php(9): f()\n#1 {main}\n"
		  "  thrown in /b.php on line 3\non\n",
		    "5 1 " },
		{ "thread 'main' panicked at src/main.rs:2:5:\na\n"
		  "stack backtrace:\n   0: x::y\n             at ./a.rs:1\n"
		  "note: Some details\non\n",
		    "6 1 " },
		{ "thread 'main' panicked at src/main.rs:2:5:\na\n"
		  "note: run with `RUST_BACKTRACE=1`\n",
		    "3 " },
		{ "Error: a\nCaused by:\n    b\nStack backtrace:\n"
		  "   0: x::y\n             at ./a.rs:1\non\n",
		    "6 1 " },
		{ "thread 'main' panicked at a.rs:2:5:\na\n", "1 1 " },
	};

	check_samples(samples, ARRAY_LEN(samples));
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

START_TEST(two_processes_of_one_stream_are_told_apart)
{
	begin();
	for (size_t i = 0; i < ARRAY_LEN(python); i++) {
		say_as("1", "a", python[i]);
		say_as("2", "a", python[i]);
	}
	expect(PYTHON PYTHON);
}
END_TEST

/* A line of a container's output, as docker's and podman's drivers send it. */
static void say_contained(const char *priority, const char *text)
{
	add_priority = priority;
	say_as("9", "", text);
	add_priority = NULL;
}

START_TEST(a_container_has_a_stream_of_each_priority)
{
	begin();
	for (size_t i = 0; i < ARRAY_LEN(python); i++) {
		say_contained("3", python[i]);
		say_contained("6", "GET /");
	}
	expect("[1]GET /\n[1]GET /\n[1]GET /\n[1]GET /\n" PYTHON);
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
	for (int i = 0; i < 9000; i++)
		say(python[1]);
	ck_assert_int_eq(mxlog_journal_join_flush(join), 0);
	for (size_t i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	ck_assert_uint_eq(lines, 9001);
	ck_assert_ptr_nonnull(memmem(out.data, out.len, LITERAL("[4000]Tr")));
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

SUITE("journal_join", python_line_by_line, java_line_by_line,
    node_and_go_line_by_line, others_line_by_line,
    a_python_traceback_is_one_entry, a_chained_one_too,
    what_only_looks_like_the_beginning_stays_as_it_was,
    java_go_and_node_are_joined,
    streams_are_told_apart_and_other_transports_left_alone,
    two_processes_of_one_stream_are_told_apart,
    a_container_has_a_stream_of_each_priority,
    nothing_is_held_for_longer_than_a_second,
    lines_a_second_apart_do_not_belong_together,
    an_endless_traceback_comes_in_pieces,
    more_streams_than_there_is_room_for_lose_nothing)
