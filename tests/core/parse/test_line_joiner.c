/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/line_joiner.h"

#include "starve.h"
#include "suite.h"

/* What came out: "<n lines>:<text>;" each. */
static struct mxlog_buf out;

static int emit(void *arg, const char *text, size_t len, size_t n)
{
	(void)arg;
	return mxlog_buf_printf(&out, "%zu:%.*s;", n, (int)len, text);
}

static struct mxlog_line_joiner joiner = { .emit = emit };

static int feed(const char *text)
{
	int r = 0;

	while (*text && r == 0) {
		size_t len = strcspn(text, "\n");

		r = mxlog_line_joiner_add(&joiner, text, len);
		text += len + (text[len] == '\n');
	}
	return r;
}

static void check(const char *text, const char *wanted)
{
	ck_assert_int_eq(feed(text), 0);
	ck_assert_int_eq(mxlog_line_joiner_flush(&joiner), 0);
	ck_assert(!mxlog_line_joiner_holds(&joiner));
	ck_assert_int_eq(mxlog_buf_add_char(&out, '\0'), 0);
	ck_assert_str_eq(out.data, wanted);
	mxlog_buf_done(&out);
	mxlog_line_joiner_done(&joiner);
}

#define TRACEBACK                                                             \
	"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n" \
	"    g()\nKeyError: 'x'"

START_TEST(a_traceback_becomes_one_and_other_lines_stay)
{
	check("before\n" TRACEBACK "\nafter\n",
	    "1:before;4:" TRACEBACK ";1:after;");
	check("\n\nx\n", "1:;1:;1:x;");
	check(TRACEBACK, "4:" TRACEBACK ";");
}
END_TEST

START_TEST(two_in_a_row_are_two)
{
	check(TRACEBACK "\n" TRACEBACK "\n",
	    "4:" TRACEBACK ";4:" TRACEBACK ";");
}
END_TEST

START_TEST(what_only_begins_like_one_comes_out_line_by_line)
{
	check("Traceback (most recent call last):\n    odd\nplain text\n",
	    "1:Traceback (most recent call last):;1:    odd;1:plain text;");
	check("ValueError: said so\nnext\n", "1:ValueError: said so;1:next;");
}
END_TEST

START_TEST(what_is_held_comes_out_when_asked_for)
{
	ck_assert_int_eq(feed(TRACEBACK), 0);
	ck_assert(mxlog_line_joiner_holds(&joiner));
	ck_assert_uint_eq(out.len, 0);
	check("", "4:" TRACEBACK ";");
}
END_TEST

START_TEST(an_endless_traceback_stays_in_pieces)
{
	ck_assert_int_eq(feed("Traceback (most recent call last):\n"), 0);
	for (int i = 0; i < 5000; i++)
		ck_assert_int_eq(feed("  File \"a.py\", line 1, in f\n"), 0);
	ck_assert_uint_lt(joiner.text.len, MXLOG_LINE_JOINER_BYTES + 100);
	ck_assert_int_eq(mxlog_line_joiner_flush(&joiner), 0);
	ck_assert_int_eq(strncmp(out.data, "1000:Traceback", 14), 0);
	mxlog_buf_done(&out);
	mxlog_line_joiner_done(&joiner);
}
END_TEST

START_TEST(without_memory_it_says_so)
{
	starve(1);
	ck_assert_int_eq(feed("x\n"), -ENOMEM);
	ck_assert(starve_done());
	check("y\n", "1:y;");
}
END_TEST

SUITE("line_joiner", a_traceback_becomes_one_and_other_lines_stay,
    two_in_a_row_are_two, what_only_begins_like_one_comes_out_line_by_line,
    what_is_held_comes_out_when_asked_for, an_endless_traceback_stays_in_pieces,
    without_memory_it_says_so)
