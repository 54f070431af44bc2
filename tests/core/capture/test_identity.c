/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/identity.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/fs.h"
#include "scratch.h"
#include "suite.h"

static int read_line(const char *line, struct mxlog_identity *ret)
{
	return mxlog_identity_read("id", line, strlen(line), ret);
}

START_TEST(a_line_says_what_it_was_made_of_and_when)
{
	struct mxlog_identity identity = { 0 };

	ck_assert_int_eq(read_line("{\"timestamp\":"
				   "\"2026-01-28T15:30:45.5Z\",\"context\":"
				   "{\"a\":[1,{}],\"id\":\"aa-1\"}}",
			     &identity),
	    1);
	ck_assert_uint_eq(identity.len, 4);
	ck_assert_mem_eq(identity.text, "aa-1", 4);
	ck_assert_int_eq(identity.time_usec, 1769614245500000);
	ck_assert_int_eq(read_line("{\"tags\":{\"id\":\"aa-2\"},\"timestamp\":"
				   "\"2026-01-28T15:30:45.5Z\"}",
			     &identity),
	    1);
	ck_assert_mem_eq(identity.text, "aa-2", 4);
}
END_TEST

START_TEST(of_a_line_that_was_moved_its_first_time_counts)
{
	struct mxlog_identity identity = { 0 };

	ck_assert_int_eq(
	    read_line("{\"timestamp\":\"2026-01-28T15:30:45.5Z\",\"context\":"
		      "{\"id\":\"aa-1\",\"original_timestamp\":"
		      "\"2026-01-28T15:30:45.000001Z\"}}",
		&identity),
	    1);
	ck_assert_int_eq(identity.time_usec, 1769614245000001);
}
END_TEST

START_TEST(other_lines_have_none)
{
	static const char *const lines[] = { "", "id", "\"id\"", "[\"id\"]",
		"{\"timestamp\":\"2026-01-28T15:30:45Z\",\"id\":\"aa-1\"}",
		"{\"timestamp\":\"2026-01-28T15:30:45Z\",\"context\":"
		"{\"b\":{\"id\":\"aa-1\"}}}",
		"{\"timestamp\":\"2026-01-28T15:30:45Z\",\"context\":"
		"{\"id\":1}}",
		"{\"timestamp\":\"2026-01-28T15:30:45Z\",\"context\":"
		"{\"id\":\"aa-1\"}",
		"{\"timestamp\":\"yesterday\",\"context\":{\"id\":\"aa-1\"}}",
		"{\"context\":{\"id\":\"aa-1\"}}" };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct mxlog_identity identity;

		ck_assert_msg(read_line(lines[i], &identity) == 0, "%s",
		    lines[i]);
	}
}
END_TEST

#define LINE(id)                                                            \
	"{\"timestamp\":\"2026-01-28T15:30:45Z\",\"context\":{\"id\":\"" id \
	"\"}}\n"

struct seen {
	uint64_t ends[8];
	size_t n, stop_at;
};

static int see(void *arg, const struct mxlog_identity *identity, uint64_t end)
{
	struct seen *seen = arg;

	ck_assert_uint_eq(identity->len, 1);
	ck_assert_uint_lt(seen->n, ARRAY_LEN(seen->ends));
	seen->ends[seen->n++] = end;
	return seen->n == seen->stop_at ? 7 : 0;
}

static int scan(const char *dir, uint64_t from, struct seen *seen)
{
	int fd = open(scratch_path(dir, "f"), O_RDONLY | O_CLOEXEC), r;

	ck_assert_int_ge(fd, 0);
	seen->n = 0;
	r = mxlog_identity_scan(fd, from, "id", see, seen);
	close(fd);
	return r;
}

START_TEST(a_scan_begins_where_it_is_told_and_ends_with_whole_lines)
{
	const size_t line = sizeof(LINE("1")) - 1;
	char *dir = scratch_new();
	struct seen seen = { 0 };

	scratch_write(dir, "f", LINE("1") "torn\n" LINE("2") "{\"id\":\"x");
	ck_assert_int_eq(scan(dir, 0, &seen), 0);
	ck_assert_uint_eq(seen.n, 2);
	ck_assert_uint_eq(seen.ends[0], line);
	ck_assert_uint_eq(seen.ends[1], 2 * line + 5);
	ck_assert_int_eq(scan(dir, line, &seen), 0);
	ck_assert_uint_eq(seen.n, 1);
	seen.stop_at = 1;
	ck_assert_int_eq(scan(dir, 0, &seen), 7);
	ck_assert_uint_eq(seen.n, 1);
	scratch_done(dir);
}
END_TEST

START_TEST(lines_across_blocks_and_huge_ones_do_not_hide_others)
{
	static const size_t fillers[] = { 5 * 1024 * 1024, 1000000, 48000,
		MXLOG_LINE_MAX };
	char *dir = scratch_new();
	struct mxlog_buf text = { 0 };
	struct seen seen = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(fillers); i++) {
		ck_assert_int_eq(mxlog_buf_reserve(&text, fillers[i]), 0);
		memset(text.data + text.len, 'x', fillers[i]);
		text.len += fillers[i];
		ck_assert_int_eq(mxlog_buf_add(&text, LITERAL("\n" LINE("1"))),
		    0);
	}
	ck_assert_int_eq(mxlog_buf_add_char(&text, '\0'), 0);
	scratch_write(dir, "f", text.data);
	ck_assert_int_eq(scan(dir, 0, &seen), 0);
	ck_assert_uint_eq(seen.n, ARRAY_LEN(fillers));
	ck_assert_uint_eq(seen.ends[seen.n - 1], text.len - 1);
	mxlog_buf_done(&text);
	scratch_done(dir);
}
END_TEST

SUITE("identity", a_line_says_what_it_was_made_of_and_when,
    of_a_line_that_was_moved_its_first_time_counts, other_lines_have_none,
    a_scan_begins_where_it_is_told_and_ends_with_whole_lines,
    lines_across_blocks_and_huge_ones_do_not_hide_others)
