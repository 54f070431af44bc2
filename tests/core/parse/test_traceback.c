/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/traceback.h>

#include <stdio.h>

#include "base/buf.h"
#include "entry/entry_private.h"
#include "suite.h"

static struct mxlog_exception *exception;
static size_t start, end;
static char text[8192];
static size_t len;

static void load(const char *name)
{
	char path[512];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/tests/data/fuzz_traceback/%s",
	    MXLOG_SOURCE_DIR, name);
	file = fopen(path, "rb");
	ck_assert_ptr_nonnull(file);
	len = fread(text, 1, sizeof(text), file);
	(void)fclose(file);
}

static int parse(const char *what)
{
	len = strlen(what);
	ck_assert_uint_lt(len, sizeof(text));
	memcpy(text, what, len);
	return mxlog_traceback_parse(text, len, &exception, &start, &end);
}

static void check(const struct mxlog_exception *of, const char *type,
    const char *message, size_t n_frames)
{
	ck_assert_ptr_nonnull(of);
	ck_assert_uint_eq(of->type.len, strlen(type));
	ck_assert_mem_eq(of->bytes.data + of->type.off, type, of->type.len);
	ck_assert_uint_eq(of->message.len, strlen(message));
	ck_assert_mem_eq(of->bytes.data + of->message.off, message,
	    of->message.len);
	ck_assert_uint_eq(of->n_frames, n_frames);
}

static void check_frame(const struct mxlog_exception *of, size_t i,
    const char *file, uint32_t line, const char *function, const char *code)
{
	const struct mxlog_frame *frame = &of->frames[i];

	ck_assert_uint_lt(i, of->n_frames);
	ck_assert_uint_eq(frame->file.len, strlen(file));
	ck_assert_mem_eq(of->bytes.data + frame->file.off, file, strlen(file));
	ck_assert_uint_eq(frame->line, line);
	ck_assert_uint_eq(frame->function.len, strlen(function));
	ck_assert_mem_eq(of->bytes.data + frame->function.off, function,
	    strlen(function));
	if (code)
		ck_assert_mem_eq(of->bytes.data + frame->code.off, code,
		    strlen(code));
}

START_TEST(python_chains_markers_repeats_and_multi_line_messages)
{
	load("python.txt");
	ck_assert_int_eq(mxlog_traceback_parse(text, len, &exception, &start,
			     &end),
	    1);
	check(exception, "RuntimeError", "nothing to do\nin the whole queue",
	    5);
	check_frame(exception, 0, "/srv/app/main.py", 40, "<module>", "main()");
	check_frame(exception, 4, "/srv/app/main.py", 31, "main",
	    "work(queue.take())");
	check(exception->cause, "IndexError", "list index out of range", 1);
	check_frame(exception->cause, 0, "/srv/app/queue.py", 12, "take",
	    "return self.items[0]");
	ck_assert_ptr_null(exception->cause->cause);
	ck_assert_uint_eq(start, strlen("queue worker failed\n"));
	ck_assert_uint_eq(end, len - 1);
	mxlog_exception_free(exception);
}
END_TEST

START_TEST(a_group_is_read_but_its_text_stays)
{
	load("group.txt");
	ck_assert_int_eq(mxlog_traceback_parse(text, len, &exception, &start,
			     &end),
	    1);
	check(exception, "ExceptionGroup", "two (2 sub-exceptions)", 1);
	ck_assert_uint_eq(start, end);
	mxlog_exception_free(exception);
}
END_TEST

START_TEST(a_folded_syntax_error_says_where_it_is)
{
	load("folded.txt");
	ck_assert_int_eq(mxlog_traceback_parse(text, len, &exception, &start,
			     &end),
	    1);
	/* The frame that compiled it is one, the place of the error is not. */
	check(exception, "SyntaxError", "never closed", 1);
	ck_assert_uint_eq(start, strlen("failed#012"));
	ck_assert_uint_eq(end, len);
	mxlog_exception_free(exception);

	ck_assert_int_eq(parse("Traceback (most recent call last):\n"
			       "  File \"b.py\", line 2, in <module>\n"
			       "    import a\n"
			       "  File \"/x/a.py\", line 3\n"
			       "    x = = 1\n"
			       "        ^\n"
			       "SyntaxError: invalid syntax\n"),
	    1);
	check(exception, "SyntaxError", "invalid syntax (a.py, line 3)", 1);
	mxlog_exception_free(exception);
}
END_TEST

START_TEST(java_has_causes_common_frames_and_its_innermost_call_last)
{
	load("java.txt");
	ck_assert_int_eq(mxlog_traceback_parse(text, len, &exception, &start,
			     &end),
	    1);
	check(exception, "org.example.store.StoreException", "disk\nfull", 3);
	check_frame(exception, 0, "Main.java", 9, "org.example.Main.main",
	    NULL);
	check_frame(exception, 2, "Segment.java", 88,
	    "org.example.store.Segment.append", NULL);
	check(exception->cause, "java.io.IOException",
	    "No space left on device", 4);
	check_frame(exception->cause, 0, "Main.java", 9,
	    "org.example.Main.main", NULL);
	check_frame(exception->cause, 3, "Native Method", 0,
	    "java.base/sun.nio.ch.FileDispatcherImpl.write0", NULL);
	ck_assert_uint_eq(start, end); /* a suppressed one would be lost */
	mxlog_exception_free(exception);
}
END_TEST

START_TEST(go_panics_are_read)
{
	load("go.txt");
	ck_assert_int_eq(mxlog_traceback_parse(text, len, &exception, &start,
			     &end),
	    1);
	check(exception, "panic",
	    "runtime error: index out of range [3] with length 3", 3);
	check_frame(exception, 0, "/srv/app/start.go", 5, "main.start", NULL);
	check_frame(exception, 2, "/srv/app/queue.go", 12, "main.(*queue).take",
	    NULL);
	mxlog_exception_free(exception);
}
END_TEST

START_TEST(node_errors_are_read)
{
	load("node.txt");
	ck_assert_int_eq(mxlog_traceback_parse(text, len, &exception, &start,
			     &end),
	    1);
	check(exception, "TypeError [ERR_EMPTY]", "nothing to take", 5);
	check_frame(exception, 0, "node:internal/main/run_main_module", 28,
	    "<anonymous>", NULL);
	check_frame(exception, 4, "/srv/app/queue.js", 12, "Queue.take", NULL);
	ck_assert_uint_eq(start, end);
	mxlog_exception_free(exception);
}
END_TEST

START_TEST(what_is_no_traceback_beyond_doubt_is_none)
{
	static const char *const texts[] = {
		"",
		"Traceback (most recent call last):",
		"Traceback (most recent call last):\n  File \"x\", line 1, in f",
		"Traceback (most recent call last):\n"
		"  File \"x\", line 1, in f\n    g()\nand so on\n",
		"we met at noon\n\tat the station (gate 3)\n",
		"System.X: Exception\n  at A.b () [0x0] in <x>:0\n"
		"  at a.B.c(B.cs)\n",
		"goroutine 1 [running]:\nmain.main()\n\t/x.go:1 +0x1\n",
		"total 12\n    at 10:20:30\n",
		"@http://path/to/file.js:48\nf@http://path/to/file.js:52\n",
		"Error\nnothing at all\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ck_assert_msg(parse(texts[i]) == 0, "%s", texts[i]);
}
END_TEST

static void lift(const char *message, const char *expected)
{
	struct mxlog_entry *entry;
	const char *left;
	size_t left_len;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message,
			     strlen(message)),
	    0);
	ck_assert_int_eq(mxlog_traceback_lift(entry), 0);
	ck_assert_int_eq(mxlog_entry_get(entry, MXLOG_FIELD_MESSAGE, &left,
			     &left_len),
	    1);
	ck_assert_uint_eq(left_len, strlen(expected));
	ck_assert_mem_eq(left, expected, left_len);
	mxlog_entry_free(entry);
}

#define TRACEBACK                                                          \
	"Traceback (most recent call last):\n  File \"x.py\", line 1, in " \
	"f\n    g()\n"

/* ---- tables ---- */

#define BY_CAUSE                                                       \
	"\nThe above exception was the direct cause of the following " \
	"exception:\n\n"

#define PY_HEAD    "Traceback (most recent call last):\n"
#define PY_FRAME   "  File \"/srv/a.py\", line 3, in f\n    g()\n"
#define JAVA_FRAME "\tat com.acme.Db.run(Db.java:5)\n"
#define NODE_FRAME "    at Queue.take (/srv/q.js:12:9)\n"

/* "Type|message|frames", its cause's behind "<", of what a text holds; "" for
 * none. */
static void describe(const struct mxlog_exception *of, struct mxlog_buf *out)
{
	out->len = 0;
	for (; of; of = of->cause)
		ck_assert_int_eq(mxlog_buf_printf(out, "%s%.*s|%.*s|%zu",
				     out->len > 0 ? "<" : "", (int)of->type.len,
				     of->bytes.data + of->type.off,
				     (int)of->message.len,
				     of->bytes.data + of->message.off,
				     of->n_frames),
		    0);
	ck_assert_int_eq(mxlog_buf_add_char(out, '\0'), 0);
}

struct sample {
	const char *text, *exception;
};

static void check_samples(const struct sample *samples, size_t n)
{
	struct mxlog_buf found = { 0 };

	for (size_t i = 0; i < n; i++) {
		exception = NULL;
		ck_assert_int_ge(parse(samples[i].text), 0);
		describe(exception, &found);
		ck_assert_msg(strcmp(found.data, samples[i].exception) == 0,
		    "%s\nis read as\n%s", samples[i].text, found.data);
		mxlog_exception_free(exception);
	}
	mxlog_buf_done(&found);
}

START_TEST(the_forms_of_python)
{
	static const struct sample samples[] = {
		{ "ValueError: never raised\n" BY_CAUSE PY_HEAD PY_FRAME
		  "OSError: no",
		    "OSError|no|1<ValueError|never raised|0" },
		{ "pool.RemoteTraceback: \n\"\"\"\n" PY_HEAD PY_FRAME
		  "KeyError: 1\n\"\"\"\n" BY_CAUSE PY_HEAD PY_FRAME
		  "KeyError: 1",
		    "KeyError|1|1<pool.RemoteTraceback|\n\"\"\"\n" PY_HEAD
			PY_FRAME "KeyError: 1\n\"\"\"|0" },
		{ "of several\nlines\n" BY_CAUSE PY_HEAD PY_FRAME "OSError: no",
		    "" },
		{ PY_HEAD PY_FRAME "f.<locals>.B\303\266se: x",
		    "f.<locals>.B\303\266se|x|1" },
		{ PY_HEAD PY_FRAME "RuntimeError: it said:\n" PY_HEAD PY_FRAME
				   "KeyError: 1",
		    "" },
		{ PY_HEAD PY_FRAME "RuntimeError: a\nb\n" PY_HEAD PY_FRAME
				   "KeyError: 1",
		    "" },
		{ PY_HEAD PY_FRAME "RuntimeError: a\n\n" PY_HEAD PY_FRAME
				   "KeyError: 1",
		    "RuntimeError|a|1" },
		{ PY_HEAD PY_FRAME "OSError: a\n2026-01-28 15:30:45 INFO on",
		    "OSError|a|1" },
		{ PY_HEAD PY_FRAME "OSError: a\nERROR:root:b", "OSError|a|1" },
		{ PY_HEAD PY_FRAME "sqlalchemy.exc.E: (a) b\nDETAIL:  c\n\n"
				   "[SQL: select]\n(Background on this)",
		    "sqlalchemy.exc.E|(a) b\nDETAIL:  c\n\n[SQL: select]\n"
		    "(Background on this)|1" },
		{ "web-1  | " PY_HEAD
		  "web-1  |   File \"/a.py\", line 3, in f\n"
		  "web-1  |     g()\nweb-1  | OSError: a\nweb-1  | b",
		    "OSError|a\nb|1" },
		{ "10:00:01 app | " PY_HEAD
		  "10:00:02 app |   File \"/a.py\", line 3, in f\n"
		  "10:00:03 app | OSError: a",
		    "OSError|a|1" },
		{ PY_HEAD "  File \033[35m\"/a.py\"\033[0m, line "
			  "\033[35m3\033[0m, in \033[35mf\033[0m\n"
			  "    \033[31mg\033[0m\033[1;31m()\033[0m\n"
			  "\033[1;35mOSError\033[0m: \033[35ma\033[0m",
		    "OSError|a|1" },
		{ PY_HEAD PY_FRAME "OSError: \033[1mkept\033[0m",
		    "OSError|\033[1mkept\033[0m|1" },
		{ "it says \"Traceback (most recent call last):\\n  File "
		  "\\\"/a.py\\\", line 3, in f\\n    g()\\nOSError: a\" end",
		    "OSError|a|1" },
		{ "error='Traceback (most recent call last):\\n  File "
		  "\"/a.py\", line 3, in f\\n    g()\\nOSError: a' n=3",
		    "OSError|a|1" },
	};

	check_samples(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(the_forms_of_java)
{
	static const struct sample samples[] = {
		{ "java.lang.RuntimeException: a:\nBatchException: b\n"
		  "org.x.PSQLException: c\n" JAVA_FRAME
		  "Caused by: java.sql.SQLException: d\n" JAVA_FRAME
		  "\t... 1 more",
		    "java.lang.RuntimeException|a:\nBatchException: b\n"
		    "org.x.PSQLException: c|1<java.sql.SQLException|d|2" },
		{ "SQLException: retrying\njava.lang.RuntimeException: a\n" JAVA_FRAME,
		    "java.lang.RuntimeException|a|1" },
		{ "SQLException: retrying\nIOException: a\n" JAVA_FRAME, "" },
		{ "T$DbException: a\n" JAVA_FRAME, "T$DbException|a|1" },
		{ "T$Db: a\nb\n" JAVA_FRAME, "T$Db|a\nb|1" },
		{ "a.ExecutionException: b.B: c\nd\n" JAVA_FRAME JAVA_FRAME
		  "\tat java.base/java.lang.Thread.run(Thread.java:1)\n"
		  "Caused by: b.B: c\nd\n" JAVA_FRAME,
		    "a.ExecutionException|b.B: c\nd|3<b.B|c\nd|1" },
		{ "2026-01-28 10:00:00 ERROR [main] c.a.App - "
		  "java.io.IOException: a\n" JAVA_FRAME,
		    "java.io.IOException|a|1" },
		{ "java.io.IOException: old\n10:00:00 WARN b.C - on\n"
		  "java.io.IOException: new\n" JAVA_FRAME,
		    "java.io.IOException|new|1" },
		{ "javax.mail.MessagingException: a;\n"
		  "  nested exception is:\n\tjava.net.ConnectException: b\n" JAVA_FRAME
		  "Caused by: java.net.ConnectException: b\n"
		  "\tat a.B.c(B.java:1)\n\t... 1 more",
		    "javax.mail.MessagingException|a;\n  nested exception is:\n"
		    "\tjava.net.ConnectException: b|1<"
		    "java.net.ConnectException|b|2" },
		{ "java.lang.RuntimeException: a\nb\n\tat x.Y.z(Y.java:1)\n"
		  "Caused by: made.Up: no\n" JAVA_FRAME,
		    "" },
		{ "java.io.IOException: a\n"
		  "\tat a.B.c(B.java:7) ~[b.jar:1.0]\n"
		  "\tat a.K.two words(K.kt:3)\n\tat a.N.n(Native Method)",
		    "java.io.IOException|a|3" },
		{ "System.InvalidOperationException: a\n"
		  "   at A.B(String id) in /x.cs:line 3\n   at A.C()",
		    "" },
		{ "System.InvalidOperationException: a\n"
		  "   at A.B(String id)\n   at A.C(Int32 n)",
		    "" },
		{ "java.io.IOException: a\n" JAVA_FRAME
		  "Wrapped by: java.lang.RuntimeException: b\n" JAVA_FRAME,
		    "" },
		{ "web-1  | java.io.IOException: a\n"
		  "web-1  | \tat a.B.c(B.java:7)",
		    "java.io.IOException|a|1" },
		{ "[ERROR] java.io.IOException: a\n"
		  "[ERROR]     at a.B.c(B.java:7)\n[ERROR] on",
		    "java.io.IOException|a|1" },
		{ "Test > works() FAILED\n    java.io.IOException: a\n"
		  "        at a.B.c(B.java:7)",
		    "java.io.IOException|a|1" },
	};

	check_samples(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(the_forms_of_node)
{
	static const struct sample samples[] = {
		{ "/srv/q.js:3\n  f(;\n    ^\n\nError: bad config:\n"
		  "SyntaxError: no\n" NODE_FRAME,
		    "Error|bad config:\nSyntaxError: no|1" },
		{ "Error: bad config:\nSyntaxError: no\n" NODE_FRAME, "" },
		{ "failed: Error: bad config:\nSyntaxError: no\n" NODE_FRAME,
		    "" },
		{ "Foo [Error]: a\n" NODE_FRAME, "Foo [Error]|a|1" },
		{ "Error: we met\n    at noon (in room 3:1)\n", "" },
		{ "Error: a\n" NODE_FRAME
		  "\033[90m    at g (node:internal/x:1:2)\033[39m\n",
		    "Error|a|2" },
		{ "Error: a\n    at my file.vm:1:7", "Error|a|1" },
		{ "failed: TypeError: a\n" NODE_FRAME, "TypeError|a|1" },
		{ "Error: Cannot find module 'x'\nRequire stack:\n- /srv/a.js\n" NODE_FRAME,
		    "Error|Cannot find module 'x'\nRequire stack:\n"
		    "- /srv/a.js|1" },
		{ "Error: a\n" NODE_FRAME
		  "    ... 5 lines matching cause stack trace ...\n"
		  "    at /srv/b.js:1:2 {\n  [cause]: Error: b\n}",
		    "Error|a|2" },
		{ "Error: a\n\nCaused by:\n    0: b\n\nStack backtrace:\n"
		  "   0: x::y\n             at /srv/main.rs:10:5\n",
		    "" },
		{ "Error: a\n" NODE_FRAME "   at A.B(String c)", "" },
		{ "[AggregateError: all] {\n  [errors]: [\n    Error: x\n"
		  "        at /srv/n.js:1:2\n  ]\n}",
		    "AggregateError|all|0" },
		{ "worker   | TypeError: a\n"
		  "worker   |     at f (/srv/q.js:1:2)",
		    "TypeError|a|1" },
	};

	check_samples(samples, ARRAY_LEN(samples));
}
END_TEST

#define GO_FRAME "main.f(0x1)\n\t/srv/a.go:8 +0x1d\n"

START_TEST(the_forms_of_go)
{
	static const struct sample samples[] = {
		{ "2026/01/28 10:00:00 http: panic serving 192.0.2.1:5: a\n"
		  "goroutine 7 [running]:\n" GO_FRAME,
		    "panic|a|1" },
		{ "panic: a [recovered]\n\tpanic: b\n\n"
		  "goroutine 1 gp=0xc0 m=0 mp=0x5a [running]:\n" GO_FRAME,
		    "panic|a [recovered]\n\tpanic: b|1" },
		{ "E0128 10:00:00.1 1 runtime.go:78] Observed a panic: a\n"
		  "goroutine 7 [running]:\n" GO_FRAME,
		    "panic|a|1" },
		{ "we shall not panic: dump follows\ngoroutine 7 [running]:\n" GO_FRAME,
		    "" },
		{ "panic: at the disco\npanic: a\n\ngoroutine 7 [running]:\n" GO_FRAME,
		    "" },
		{ "stack\ngoroutine 7 [running]:\nruntime/debug.Stack()\n"
		  "\t/go/stack.go:24 +0x5e\n" GO_FRAME,
		    "" },
	};

	check_samples(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(lifting_leaves_what_stood_around_it)
{
	lift("it failed\n" TRACEBACK "OSError: no space", "it failed");
	lift(TRACEBACK "OSError: no space\n", "OSError: no space");
	lift(TRACEBACK "KeyboardInterrupt\n", "KeyboardInterrupt");
	lift("no traceback", "no traceback");
	lift("a#012b#012panic: x", "a#012b#012panic: x");
	lift("it failed: " TRACEBACK "OSError: a\nERROR:root:b",
	    "it failed: OSError: a\nERROR:root:b");
	lift("Exception in thread \"main\" java.io.IOException: a\n" JAVA_FRAME,
	    "Exception in thread \"main\" java.io.IOException: a");
	lift("panic: a\n\ngoroutine 1 [running]:\n" GO_FRAME,
	    "panic: a\n\ngoroutine 1 [running]:");
	lift("e=\"Traceback (most recent call last):\\n  File \\\"/a.py\\\", "
	     "line 3, in f\\nOSError: a\" n=3",
	    "e=\"OSError: a\" n=3");
}
END_TEST

START_TEST(files_below_a_root_become_relative)
{
	static const char *const roots[] = { "/srv", "/srv/app/" };
	struct mxlog_exception *made;

	ck_assert_int_eq(mxlog_exception_new(LITERAL("E"), LITERAL("m"), &made),
	    0);
	ck_assert_int_eq(mxlog_exception_add_frame(made,
			     LITERAL("/srv/app/a.py"), 1, LITERAL("f"), NULL,
			     0),
	    0);
	ck_assert_int_eq(mxlog_exception_add_frame(made, LITERAL("/srvx/a.py"),
			     1, LITERAL("f"), NULL, 0),
	    0);
	ck_assert_int_eq(mxlog_exception_make_relative(made, roots, 2), 0);
	check_frame(made, 0, "a.py", 1, "f", NULL);
	check_frame(made, 1, "/srvx/a.py", 1, "f", NULL);
	mxlog_exception_free(made);
}
END_TEST

#define GROUP                                                      \
	"  + Exception Group Traceback (most recent call last):\n" \
	"  |   File \"/a.py\", line 3, in f\n"                     \
	"  |     g()\n"                                            \
	"  | ExceptionGroup: several (2 sub-exceptions)\n"         \
	"  +-+---------------- 1 ----------------\n"               \
	"    | ValueError: 1\n"                                    \
	"    +---------------- 2 ----------------\n"               \
	"    | TypeError: two\n"                                   \
	"    +------------------------------------\n"
#define PLAIN                                     \
	"Traceback (most recent call last):\n"    \
	"  File \"/b.py\", line 7, in <module>\n" \
	"    f()\n"                               \
	"RuntimeError: at last\n"

START_TEST(what_is_chained_to_a_group_is_the_exception)
{
	ck_assert_int_eq(parse(GROUP BY_CAUSE PLAIN), 1);
	check(exception, "RuntimeError", "at last", 1);
	check(exception->cause, "ExceptionGroup", "several (2 sub-exceptions)",
	    1);
	ck_assert_uint_eq(start, end); /* it holds more than that */
	mxlog_exception_free(exception);

	ck_assert_int_eq(parse(PLAIN BY_CAUSE GROUP), 1);
	check(exception, "ExceptionGroup", "several (2 sub-exceptions)", 1);
	check(exception->cause, "RuntimeError", "at last", 1);
	mxlog_exception_free(exception);
}
END_TEST

START_TEST(a_chain_that_was_cut_is_none)
{
	ck_assert_int_eq(parse(PLAIN BY_CAUSE), 0);
	ck_assert_int_eq(parse(PLAIN BY_CAUSE "Traceback (most re"), 0);
	ck_assert_int_eq(parse(PLAIN BY_CAUSE
			     "Traceback (most recent call last):\n"
			     "  File \"/c.py\", li"),
	    0);
}
END_TEST

START_TEST(frames_of_other_runtimes_make_no_message)
{
	ck_assert_int_eq(parse("System.IndexOutOfRangeException: no\n"
			       "  at B..ctor () [0x00008] in /home/2.cs:33 \n"
			       "  at (wrapper runtime) <0x1:23>\n"
			       "  at A.b (/home/3.cs:3)\n"),
	    0);
}
END_TEST

SUITE("traceback", the_forms_of_python, the_forms_of_java, the_forms_of_node,
    the_forms_of_go, what_is_chained_to_a_group_is_the_exception,
    a_chain_that_was_cut_is_none, frames_of_other_runtimes_make_no_message,
    python_chains_markers_repeats_and_multi_line_messages,
    a_group_is_read_but_its_text_stays, a_folded_syntax_error_says_where_it_is,
    java_has_causes_common_frames_and_its_innermost_call_last,
    go_panics_are_read, node_errors_are_read,
    what_is_no_traceback_beyond_doubt_is_none,
    lifting_leaves_what_stood_around_it, files_below_a_root_become_relative)
