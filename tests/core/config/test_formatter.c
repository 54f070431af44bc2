/* SPDX-License-Identifier: Apache-2.0 */
#include "config/formatter.h"

#include "suite.h"

static struct mxlog_error error;
static struct mxlog_buf out;

static struct mxlog_entry *make(void)
{
	struct mxlog_entry *entry;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	mxlog_entry_set_time(entry, INT64_C(1769614245123456));
	mxlog_entry_set_level(entry, MXLOG_WARNING);
	(void)mxlog_entry_set_line_number(entry, 42);
	(void)mxlog_entry_set_duration_ms(entry, 1.5);
	(void)mxlog_entry_set(entry, MXLOG_FIELD_MODULE, LITERAL("src.queue"));
	(void)mxlog_entry_set(entry, MXLOG_FIELD_FUNCTION, LITERAL("take"));
	(void)mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, LITERAL("moved it"));
	(void)mxlog_entry_add_context(entry, LITERAL("path"), LITERAL("/x"));
	(void)mxlog_entry_add_context_int(entry, LITERAL("n"), 3);
	(void)mxlog_entry_add_tag(entry, LITERAL("disk"));
	(void)mxlog_entry_add_tag(entry, LITERAL("slow"));
	return entry;
}

static void set_message(struct mxlog_entry *entry, const char *text)
{
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, text,
			     strlen(text)),
	    0);
}

static void check_entry(const struct mxlog_entry *entry, const char *format,
    bool colour, const char *wanted)
{
	struct mxlog_formatter *formatter;

	ck_assert_msg(mxlog_formatter_new(format, colour, &formatter, &error) ==
		0,
	    "%s", error.text);
	mxlog_buf_clear(&out);
	ck_assert_int_eq(mxlog_formatter_append(formatter, entry, &out), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&out, '\0'), 0);
	ck_assert_str_eq(out.data, wanted);
	mxlog_formatter_free(formatter);
	mxlog_buf_done(&out);
}

static void check(const char *format, const char *wanted)
{
	struct mxlog_entry *entry = make();

	check_entry(entry, format, false, wanted);
	mxlog_entry_free(entry);
}

START_TEST(names_are_those_of_the_entry_and_of_python)
{
	check("%(timestamp)s|%(asctime)s",
	    "2026-01-28T15:30:45.123456Z|2026-01-28T15:30:45.123456Z\n");
	check("%(level)s %(levelname)s %(levelno)d", "WARNING WARNING 30\n");
	check("%(module)s %(name)s", "src.queue src.queue\n");
	check("%(function)s %(funcName)s:%(lineno)d", "take take:42\n");
	check("%(message)s", "moved it\n");
	check("%(duration_ms)s", "1.5\n");
	check("%(tags)s %(context)s", "disk,slow path=/x n=3\n");
	check("[%(process_id)s]", "[]\n");
}
END_TEST

START_TEST(widths_pad_and_never_cut)
{
	check("[%(levelname)-10s]", "[WARNING   ]\n");
	check("[%(levelname)10s]", "[   WARNING]\n");
	check("[%(levelname)-3s]", "[WARNING]\n");
	check("[%(lineno)5d]", "[   42]\n");
	check("[%(levelname).3s]", "[WARNING]\n");
}
END_TEST

START_TEST(percent_signs_and_plain_text_stay)
{
	check("100%% %(message)s 5%%", "100% moved it 5%\n");
	check("plain", "plain\n");
	check("", "\n");
}
END_TEST

START_TEST(what_is_no_format_is_refused_in_words)
{
	static const char *const wrong[] = { "%(nothing)s", "%(message",
		"%(message)", "%(message)x", "100%", "%s", "%(message)-",
		"%()s", "%(message)99999999999999999999" };

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct mxlog_formatter *formatter = NULL;

		ck_assert_msg(mxlog_formatter_new(wrong[i], false, &formatter,
				  &error) == -EINVAL,
		    "%s", wrong[i]);
		ck_assert_ptr_null(formatter);
		ck_assert_uint_gt(strlen(error.text), 10);
	}
}
END_TEST

START_TEST(console_is_one_aligned_line_with_its_context)
{
	check("console",
	    "2026-01-28T15:30:45.123456Z WARNING  src.queue: moved it  "
	    "path=/x n=3 (1.5 ms)\n");
	check("hybrid",
	    "2026-01-28T15:30:45.123456Z WARNING  src.queue: moved it  "
	    "path=/x n=3 (1.5 ms)\n");
}
END_TEST

START_TEST(colours_end_where_they_began)
{
	struct mxlog_entry *entry = make();

	check_entry(entry, "console", true,
	    "2026-01-28T15:30:45.123456Z \033[33mWARNING \033[0m src.queue: "
	    "\033[33mmoved it\033[0m  path=/x n=3 (1.5 ms)\n");
	mxlog_entry_set_level(entry, MXLOG_INFO);
	check_entry(entry, "console", true,
	    "2026-01-28T15:30:45.123456Z INFO     src.queue: moved it  "
	    "path=/x n=3 (1.5 ms)\n");
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(nothing_in_an_entry_steers_a_terminal)
{
	struct mxlog_entry *entry = make();

	set_message(entry,
	    "a\033[2Jb\x7f\n"
	    "c\xc2\x9b"
	    "d\xe2\x80\xae"
	    "e\xe2\x81\xa6"
	    "f\xef\xbb\xbf"
	    "g\th \xc3\xa9");
	check_entry(entry, "%(message)s", false,
	    "a\\x1b[2Jb\\x7f\\x0ac\\x9bd\\u{202e}e\\u{2066}f\\u{feff}g\th "
	    "\xc3\xa9\n");
	mxlog_entry_free(entry);
}
END_TEST

static void add_exception(struct mxlog_entry *entry)
{
	struct mxlog_exception *exception, *cause;

	ck_assert_int_eq(mxlog_exception_new(LITERAL("IOError"),
			     LITERAL("no\nspace"), &exception),
	    0);
	(void)mxlog_exception_add_frame(exception, LITERAL("/x.c"), 7,
	    LITERAL("f"), NULL, 0);
	ck_assert_int_eq(mxlog_exception_new(LITERAL("OSError"), LITERAL("28"),
			     &cause),
	    0);
	ck_assert_int_eq(mxlog_exception_take_cause(exception, &cause), 0);
	ck_assert_int_eq(mxlog_entry_take_exception(entry, &exception), 0);
}

START_TEST(an_exception_is_folded_below_its_entry_once)
{
	static const char folded[] = "  IOError: no\\x0aspace\n"
				     "    at f (/x.c:7)\n"
				     "  caused by OSError: 28\n";
	struct mxlog_entry *entry = make();
	char wanted[256] = "moved it\n";

	add_exception(entry);
	check_entry(entry, "%(message)s", false, strcat(wanted, folded));
	check_entry(entry, "%(exception)s", false, folded);
	mxlog_entry_free(entry);
}
END_TEST

SUITE("formatter", names_are_those_of_the_entry_and_of_python,
    widths_pad_and_never_cut, percent_signs_and_plain_text_stay,
    what_is_no_format_is_refused_in_words,
    console_is_one_aligned_line_with_its_context, colours_end_where_they_began,
    nothing_in_an_entry_steers_a_terminal,
    an_exception_is_folded_below_its_entry_once)
