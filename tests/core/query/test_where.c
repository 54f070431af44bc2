/* SPDX-License-Identifier: Apache-2.0 */
#include "query/where.h"

#include <time.h>

#include "base/timestamp.h"
#include "entry/ndjson.h"
#include "starve.h"
#include "suite.h"

static const char line[] =
    "{\"trace_id\":\"2BZ4QKAXXK9PKA7KMJKM70WHSP\",\"timestamp\":\"2026-01-28T"
    "15:30:45.123456Z\",\"level\":\"ERROR\",\"module\":\"systemd_logind\","
    "\"message\":\"Disk full: \\\"sda1\\\" 17\",\"context\":{\"user\":\"root\","
    "\"n\":5,\"s\":\"5\",\"list\":[\"a\",7],\"wait_s\":2.5,\"ok\":true},"
    "\"duration_ms\":1500.0,\"tags\":[\"io\",\"disk\"]}";

static struct mxlog_where *parse(const char *text, bool typed)
{
	struct mxlog_where *where;
	struct mxlog_error error;

	if (mxlog_where_parse(text, strlen(text), false, typed, &where,
		&error) < 0)
		ck_abort_msg("%s: %s", text, error.text);
	return where;
}

static int ask(struct mxlog_where *where)
{
	struct mxlog_entry *entry;
	int r;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_ge(mxlog_ndjson_decode(line, sizeof(line) - 1, entry,
			     NULL),
	    0);
	r = mxlog_where_holds(where, entry);
	mxlog_entry_free(entry);
	return r;
}

static void check_holds(const char *text, bool typed, int wanted)
{
	struct mxlog_where *where = parse(text, typed);

	ck_assert_msg(ask(where) == wanted, "%s", text);
	mxlog_where_free(where);
}

static void all_hold(const char *const *texts, size_t n, int wanted)
{
	for (size_t i = 0; i < n; i++)
		check_holds(texts[i], false, wanted);
}

START_TEST(what_is_true_holds)
{
	static const char *const texts[] = { "level >= ERROR", "level=err",
		"level == \"error\"", "level in (CRITICAL, error)",
		"module = systemd-logind", "module = 'systemd_logind'",
		"context.user = root and level = ERROR",
		"context.user = admin or level = ERROR",
		"not context.user = admin", "!context.user=admin",
		"not not context.user = root", "NOT (level < ERROR)",
		"context.user", "has context.user", "has(context.user)",
		"message has 'disk FULL'", "message ~ \"\\d+$\"",
		"message !~ 'x\\d+'", "message has \"\\\"sda1\\\"\"",
		"tags has io", "tags = disk", "tags in (x, io)",
		"tags not in (x, y)", "context.list has a",
		"context.list has 7", "context.n = 5", "context.n = 5.0",
		"context.s = 5", "context.s = \"5\"", "context.n != \"5\"",
		"context.ok = true", "duration_ms = 1.5s",
		"duration_ms >= 1500ms", "context.wait_s > 2400ms",
		"duration_ms<2s&&level=ERROR||level=DEBUG",
		"level = DEBUG and level = INFO or level = ERROR",
		"level = ERROR or level = DEBUG and level = INFO",
		"trace_id = 4bf92f3577b34da6a3ce929d0e0e4736",
		"trace_id = \"4bf92f35-77b3-4da6-a3ce-929d0e0e4736\"",
		"timestamp >= 2026-01-28T15:30:45Z",
		"timestamp = 2026-01-28T15:30:45.123456Z",
		"timestamp < \"2026-01-28 15:30:46\"" };

	all_hold(texts, ARRAY_LEN(texts), 1);
}
END_TEST

START_TEST(what_is_false_does_not)
{
	static const char *const texts[] = { "level > ERROR",
		"not level = ERROR", "module = systemd", "context.nobody",
		"context.nobody != x", "context.nobody !~ x",
		"context.nobody not in (x)", "message has nothing",
		"tags has i", "tags not in (x, io)", "context.list has aa",
		"context.n = \"5\"", "context.s > 4", "context.n > \"4\"",
		"context.user = root and level = DEBUG",
		"not (level = ERROR or level = DEBUG)",
		"timestamp = 2026-01-28T15:30:45Z",
		"timestamp > 2026-01-28T15:30:45.123456Z",
		"trace_id = nonsense", "message ~ 'disk full'" };

	all_hold(texts, ARRAY_LEN(texts), 0);
}
END_TEST

START_TEST(times_that_people_type_cover_their_unit)
{
	ck_assert_int_eq(setenv("TZ", "CET-1", 1), 0);
	tzset();
	check_holds("timestamp = 2026-01-28", true, 1);
	check_holds("timestamp = '2026-01-28 16:30:45'", true, 1);
	check_holds("timestamp <= '2026-01-28 16:30:45'", true, 1);
	check_holds("timestamp > '2026-01-28 16:30:45'", true, 0);
	check_holds("timestamp < '2026-01-28 16:30:45'", true, 0);
	check_holds("timestamp != 2026-01-28", true, 0);
	check_holds("timestamp < now and timestamp > 2025", true, 1);
}
END_TEST

START_TEST(what_is_wrong_is_said_where_it_stands)
{
	static const char *const wrong[][2] = {
		{ "",
		    "where: expected a field such as level or context.user at "
		    "the end" },
		{ "level >=",
		    "where: expected a value, in quotes if it is not "
		    "a word at the end" },
		{ "level = ERROR module = x",
		    "where: expected and, or, or the end at 'module = x'" },
		{ "(level = ERROR",
		    "where: expected and, or, or ) at the end" },
		{ "level in ERROR", "where: expected ( at 'ERROR'" },
		{ "level in (ERROR", "where: expected , or ) at the end" },
		{ "levle = ERROR",
		    "there is no field 'levle'; did you mean level?" },
		{ "message = \"x", "where: expected a quote at the end" },
		{ "timestamp > tomorrow",
		    "where: 'tomorrow' is no time such as "
		    "2026-01-28T15:30:45Z" },
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct mxlog_error error = { 0 };
		struct mxlog_where *where;

		ck_assert_int_eq(mxlog_where_parse(wrong[i][0],
				     strlen(wrong[i][0]), false, false, &where,
				     &error),
		    -EINVAL);
		ck_assert_str_eq(error.text, wrong[i][1]);
	}
}
END_TEST

START_TEST(it_is_written_as_it_reads)
{
	static const char *const texts[][2] = {
		{ "level>=err and(module='a b'or not tags)",
		    "level >= \"err\" and (module = \"a_b\" or not tags)" },
		{ "context.n = 5 or context.n = \"5\"",
		    "context.n = 5 or context.n = \"5\"" },
		{ "context.u in (a, b, 3)",
		    "context.u = \"a\" or context.u = \"b\" or context.u = 3" },
		{ "message ~ '\\d\"'", "message ~ \"\\\\d\\\"\"" },
		{ "timestamp > 2026-01-28T15:30:45Z",
		    "timestamp > 2026-01-28T15:30:45.000000Z" },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct mxlog_where *where = parse(texts[i][0], false);
		struct mxlog_buf out = { 0 };

		ck_assert_int_ge(mxlog_where_format(where, &out), 0);
		ck_assert_int_ge(mxlog_buf_add_char(&out, '\0'), 0);
		ck_assert_str_eq(out.data, texts[i][1]);
		mxlog_buf_done(&out);
		mxlog_where_free(where);
	}
}
END_TEST

START_TEST(nesting_is_bounded)
{
	char text[512] = "";
	struct mxlog_error error = { 0 };
	struct mxlog_where *where;

	memset(text, '(', 300);
	ck_assert_int_eq(mxlog_where_parse(text, strlen(text), false, false,
			     &where, &error),
	    -EINVAL);
	ck_assert_str_eq(error.text, "where: nested deeper than 64");
}
END_TEST

START_TEST(two_that_must_hold_are_one)
{
	struct mxlog_where *where =
	    parse("level = ERROR or level = INFO", false);

	ck_assert_int_eq(mxlog_where_and(where, parse("context.n = 5", false)),
	    0);
	ck_assert_int_eq(ask(where), 1);
	ck_assert_int_eq(mxlog_where_and(where, parse("context.n = 6", false)),
	    0);
	ck_assert_int_eq(ask(where), 0);
	mxlog_where_free(where);
}
END_TEST

static unsigned guess(void *arg, size_t index,
    const struct mxlog_where_node *leaf)
{
	(void)arg;
	(void)index;
	return strcmp(mxlog_predicate_path(leaf->predicate), "level") == 0
	    ? MXLOG_CAN_FAIL
	    : MXLOG_CAN_BOTH;
}

START_TEST(what_no_entry_can_be_is_known_without_one)
{
	/* Of entries that all fail a comparison of the level. */
	static const struct {
		const char *text;
		bool may;
	} cases[] = {
		{ "level = ERROR", false },
		{ "not level = ERROR", true },
		{ "level = ERROR and context.a", false },
		{ "level = ERROR or context.a", true },
		{ "not (level = ERROR or context.a)", true },
		{ "not (not level = ERROR and context.a) and level = INFO",
		    false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_where *where = parse(cases[i].text, false);

		ck_assert_msg(mxlog_where_may_hold(where, guess, NULL) ==
			cases[i].may,
		    "%s", cases[i].text);
		mxlog_where_free(where);
	}
}
END_TEST

SUITE("where", what_is_true_holds, what_is_false_does_not,
    times_that_people_type_cover_their_unit,
    what_is_wrong_is_said_where_it_stands, it_is_written_as_it_reads,
    nesting_is_bounded, two_that_must_hold_are_one,
    what_no_entry_can_be_is_known_without_one)
