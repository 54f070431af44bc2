/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_convert.h"

#include <stdio.h>

#include "entry/entry_private.h"
#include "entry/ndjson.h"
#include "suite.h"

#define TRACE "01ARZ3NDEKTSV4RRFFQ69G5FAV"
#define TIME  INT64_C(1769614245123456) /* 2026-01-28T15:30:45.123456Z */

static struct mxlog_journal_index names;
static struct mxlog_journal_converter converter;
static struct mxlog_journal_record record;

static void begin(void)
{
	ck_assert_int_eq(mxlog_journal_index_init(&names), 0);
	mxlog_journal_converter_init(&converter);
	ck_assert_int_eq(mxlog_journal_record_init(&record, &names), 0);
	mxlog_journal_record_begin(&record, TIME);
}

static void add(const char *field)
{
	ck_assert_int_eq(mxlog_journal_record_add(&record, field,
			     strlen(field)),
	    0);
}

/* The line that the record becomes, behind the fields that all have; a trace_id
 * is given to what brings none. */
static char *convert(void)
{
	static const char head[] =
	    "{\"trace_id\":\"" TRACE "\",\"timestamp\":\"2026-01-28T15:30:45."
	    "123456Z\",";
	struct mxlog_buf buf = { 0 };
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	bool is_metric;
	char *line;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_metric_new(&metric), 0);
	ck_assert_int_eq(mxlog_journal_convert(&converter, &record, entry,
			     metric, &is_metric),
	    0);
	if (is_metric) {
		(void)mxlog_metric_normalise(metric);
		ck_assert_int_eq(mxlog_ndjson_encode_metric(metric, &buf), 0);
	} else {
		if (mxlog_entry_normalise(entry) == -ENOENT)
			ck_assert_int_eq(mxlog_entry_set(entry,
					     MXLOG_FIELD_TRACE_ID,
					     LITERAL(TRACE)),
			    0);
		ck_assert_int_eq(mxlog_ndjson_encode(entry, &buf), 0);
	}
	buf.data[buf.len - 1] = '\0';
	line = strncmp(buf.data, head, sizeof(head) - 1) == 0
	    ? strdup(buf.data + sizeof(head) - 1)
	    : strdup(buf.data);
	mxlog_buf_done(&buf);
	mxlog_entry_free(entry);
	mxlog_metric_free(metric);
	mxlog_journal_record_done(&record);
	return line;
}

static void expect(const char *expected)
{
	char *line = convert();

	ck_assert_str_eq(line, expected);
	free(line);
}

static void expect_in(const char *expected)
{
	char *line = convert();

	ck_assert_msg(strstr(line, expected), "%s not in %.2000s", expected,
	    line);
	free(line);
}

static void expect_not_in(const char *unexpected)
{
	char *line = convert();

	ck_assert_msg(!strstr(line, unexpected), "%.2000s", line);
	free(line);
}

START_TEST(each_field_goes_to_its_place)
{
	begin();
	add("PRIORITY=3");
	add("MESSAGE=it failed");
	add("CODE_FUNC=do_it");
	add("CODE_LINE=42");
	add("CODE_FILE=src/it.c");
	add("LOGGER=shop.cart");
	add("SYSLOG_IDENTIFIER=shop");
	add("TID=778");
	add("DURATION_MS=12.5");
	add("TAGS=a, b,a");
	add("_PID=777");
	add("_HOSTNAME=web-01");
	add("_SYSTEMD_UNIT=shop.service");
	add("_UID=1000");
	add("_MACHINE_ID=3d1219c7c4c5404aaa1f6d2a48adfda4");
	add("_CAP_EFFECTIVE=0");
	add("ORDER_ID=A-1");
	expect("\"level\":\"ERROR\",\"module\":\"shop.cart\","
	       "\"function\":\"do_it\",\"line_number\":42,"
	       "\"message\":\"it failed\",\"context\":{"
	       "\"syslog_severity\":3,\"code_file\":\"src/it.c\","
	       "\"program\":\"shop\",\"hostname\":\"web-01\","
	       "\"unit\":\"shop.service\",\"uid\":1000,\"order_id\":\"A-1\"},"
	       "\"duration_ms\":12.5,\"tags\":[\"a\",\"b\"],"
	       "\"thread_id\":\"778\",\"process_id\":\"777\"}");
}
END_TEST

START_TEST(the_module_is_the_first_name_there_is)
{
	static const char *const fields[] = { "_COMM=d",
		"_SYSTEMD_UNIT=c.service", "SYSLOG_IDENTIFIER=b", "LOGGER=a" };
	static const char *const modules[] = { "\"module\":\"d\"",
		"\"module\":\"c\"", "\"module\":\"b\"", "\"module\":\"a\"" };

	for (size_t n = 1; n <= ARRAY_LEN(fields); n++) {
		begin();
		add("MESSAGE=x");
		for (size_t i = 0; i < n; i++)
			add(fields[i]);
		expect_in(modules[n - 1]);
	}
	begin();
	add("MESSAGE=x");
	expect_in("\"module\":\"unknown\"");
}
END_TEST

START_TEST(what_a_sender_says_can_not_pass_for_what_journald_says)
{
	begin();
	add("MESSAGE=x");
	add("HOSTNAME=forged");
	add("UID=0");
	add("JOURNAL_ID=deadbeef-1");
	add("SYSLOG_SEVERITY=0");
	add("_HOSTNAME=web-01");
	expect_in("\"context\":{\"sender_hostname\":\"forged\","
		  "\"sender_uid\":\"0\","
		  "\"sender_journal_id\":\"deadbeef-1\","
		  "\"sender_syslog_severity\":\"0\","
		  "\"hostname\":\"web-01\"}");
}
END_TEST

START_TEST(a_payload_can_not_either)
{
	begin();
	add("MESSAGE={\"message\":\"m\",\"hostname\":\"forged\","
	    "\"journal_id\":\"deadbeef-1\",\"unit\":\"u\",\"order\":7}");
	expect_not_in("\"journal_id\":");
	begin();
	add("MESSAGE={\"message\":\"m\",\"hostname\":\"forged\"}");
	expect_not_in("\"hostname\":\"forged\"");
	begin();
	add("MESSAGE={\"message\":\"m\",\"order\":7}");
	expect_in("\"message\":\"m\",\"context\":{\"order\":7}");
}
END_TEST

START_TEST(a_repeated_field_becomes_an_array)
{
	begin();
	add("MESSAGE=x");
	add("PART=one");
	add("_UDEV_DEVLINK=/dev/a");
	add("PART=\xff two");
	add("_UDEV_DEVLINK=/dev/b");
	add("PART=\"3\"");
	add("ERRNO=1");
	add("ERRNO=2");
	expect_in("\"context\":{\"part\":[\"one\",\"\xef\xbf\xbd two\","
		  "\"\\\"3\\\"\"],\"udev_devlink\":[\"/dev/a\",\"/dev/b\"],"
		  "\"errno\":[\"1\",\"2\"]},\"tags\":[\"invalid_utf8\"]");
}
END_TEST

START_TEST(a_repeated_message_keeps_the_others)
{
	begin();
	add("MESSAGE=first");
	add("MESSAGE=second");
	add("MESSAGE=third");
	add("_PID=1");
	add("_PID=2");
	expect_in("\"message\":\"first\",\"context\":"
		  "{\"more_messages\":[\"second\",\"third\"]}");
}
END_TEST

START_TEST(an_entry_without_message_is_marked)
{
	begin();
	add("PRIORITY=6");
	expect_in("\"message\":\"\",\"context\":{\"syslog_severity\":6},"
		  "\"tags\":[\"no_message\"]");
}
END_TEST

START_TEST(halves_of_characters_do_not_make_one)
{
	begin();
	add("MESSAGE=x");
	add("A=\xc3");
	add("_COMM=\xa9");
	expect_in("\"tags\":[\"invalid_utf8\"]");
	begin();
	add("MESSAGE=\xc3\xa9");
	expect_not_in("invalid_utf8");
}
END_TEST

START_TEST(a_value_of_the_wrong_kind_stays_in_context)
{
	begin();
	add("MESSAGE=x");
	add("PRIORITY=9");
	add("CODE_LINE=-1");
	add("DURATION_MS=fast");
	add("_UID=root");
	add("ERRNO=007");
	expect_in("\"level\":\"INFO\",\"module\":\"unknown\","
		  "\"message\":\"x\",\"context\":{\"priority\":\"9\","
		  "\"code_line\":\"-1\",\"duration\":\"fast\","
		  "\"uid\":\"root\",\"errno\":\"007\"}");
}
END_TEST

START_TEST(the_senders_pid_counts_only_without_journalds)
{
	begin();
	add("MESSAGE=x");
	add("SYSLOG_PID=12");
	expect_in("\"process_id\":\"12\"");
	begin();
	add("MESSAGE=x");
	add("SYSLOG_PID=12");
	add("_PID=12");
	expect_not_in("syslog_pid");
	begin();
	add("MESSAGE=x");
	add("SYSLOG_PID=13");
	add("_PID=12");
	expect_in("\"syslog_pid\":\"13\"},\"process_id\":\"12\"");
}
END_TEST

START_TEST(traces_come_as_they_are_or_in_w3c_form)
{
	begin();
	add("MESSAGE=x");
	add("TRACE_ID=01HQ8Z9X0ABCDEFGH0JK1MN0PQ");
	expect_in("{\"trace_id\":\"01HQ8Z9X0ABCDEFGH0JK1MN0PQ\"");
	begin();
	add("MESSAGE=x");
	add("TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"
	    "-01");
	expect_in("\"parent_operation_id\":\"b7ad6b7169203331\","
		  "\"original_trace_id\":\"0af7651916cd43dd8448eb211c80319c\"");
	begin();
	add("MESSAGE=x");
	add("TRACEPARENT=nonsense");
	expect_in("\"traceparent\":\"nonsense\"");
}
END_TEST

START_TEST(an_exceptions_text_becomes_an_exception)
{
	static const char traceback[] =
	    "Traceback (most recent call last):\n"
	    "  File \"/srv/app.py\", line 3, in main\n"
	    "    run()\n"
	    "ValueError: no";
	char field[400];

	begin();
	add("MESSAGE=it failed");
	(void)snprintf(field, sizeof(field), "EXCEPTION_TEXT=%s", traceback);
	add(field);
	expect_in("\"exception\":{\"type\":\"ValueError\","
		  "\"message\":\"no\"");
	begin();
	(void)snprintf(field, sizeof(field), "MESSAGE=%s", traceback);
	add(field);
	expect_in("\"exception\":{\"type\":\"ValueError\"");
	begin();
	add("MESSAGE=it failed");
	add("EXCEPTION_TEXT=something");
	expect_in("\"exception_text\":\"something\"");
}
END_TEST

/* Whether the converter says that nobody named the level. */
static bool is_default(const char *const *fields, size_t n)
{
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	bool is_metric, is;

	begin();
	for (size_t i = 0; i < n; i++)
		add(fields[i]);
	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_metric_new(&metric), 0);
	ck_assert_int_eq(mxlog_journal_convert(&converter, &record, entry,
			     metric, &is_metric),
	    0);
	is = entry->default_level;
	mxlog_entry_free(entry);
	mxlog_metric_free(metric);
	mxlog_journal_record_done(&record);
	return is;
}

#define TRACEBACK                                                      \
	"Traceback (most recent call last):\n  File \"/srv/app.py\", " \
	"line 3, in main\n    run()\nValueError: no"
#define IS_DEFAULT(...)                                  \
	is_default((const char *const[]){ __VA_ARGS__ }, \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

START_TEST(a_level_that_nobody_named_is_a_default)
{
	ck_assert(IS_DEFAULT("_TRANSPORT=stdout", "PRIORITY=6", "MESSAGE=x"));
	ck_assert(!IS_DEFAULT("_TRANSPORT=stdout", "PRIORITY=4", "MESSAGE=x"));
	ck_assert(!IS_DEFAULT("_TRANSPORT=journal", "PRIORITY=6", "MESSAGE=x"));
	ck_assert(IS_DEFAULT("_TRANSPORT=syslog", "PRIORITY=5", "MESSAGE=x"));
	ck_assert(!IS_DEFAULT("_TRANSPORT=syslog", "PRIORITY=4", "MESSAGE=x"));
	ck_assert(IS_DEFAULT("_TRANSPORT=journal", "PRIORITY=3",
	    "CONTAINER_ID=4cb6", "MESSAGE=x"));
	ck_assert(!IS_DEFAULT("_TRANSPORT=stdout", "PRIORITY=6",
	    "MESSAGE={\"level\":\"info\",\"msg\":\"x\"}"));
	ck_assert(IS_DEFAULT("_TRANSPORT=stdout", "PRIORITY=6",
	    "MESSAGE=failed\n" TRACEBACK));
	ck_assert(!IS_DEFAULT("_TRANSPORT=stdout", "PRIORITY=6",
	    "MESSAGE=WARNING:root:failed\n" TRACEBACK));
	ck_assert(!IS_DEFAULT("_TRANSPORT=stdout", "PRIORITY=6",
	    "MESSAGE=10:00 WARNING x: " TRACEBACK));
}
END_TEST

START_TEST(a_json_message_may_hold_a_traceback)
{
	begin();
	add("MESSAGE={\"msg\":\"failed\\nTraceback (most recent call last):\\n"
	    "  File \\\"/a.py\\\", line 3, in f\\n    g()\\nOSError: no\"}");
	expect_in("\"exception\":{\"type\":\"OSError\"");
}
END_TEST

START_TEST(a_container_has_its_own_name_and_no_place)
{
	begin();
	add("MESSAGE=ready");
	add("SYSLOG_IDENTIFIER=conmon");
	add("CODE_FUNC=write_journald");
	add("CODE_LINE=320");
	add("CODE_FILE=src/ctr_logging.c");
	add("CONTAINER_NAME=shop.web");
	add("CONTAINER_TAG=other");
	expect(
	    "\"level\":\"INFO\",\"module\":\"shop.web\",\"message\":\"ready\","
	    "\"context\":{\"program\":\"conmon\","
	    "\"container_name\":\"shop.web\",\"container_tag\":\"other\"}}");
	begin();
	add("MESSAGE=ready");
	add("SYSLOG_IDENTIFIER=4cb6");
	add("CONTAINER_ID=4cb6");
	add("CONTAINER_TAG=web");
	expect_in("\"module\":\"web\"");
}
END_TEST

START_TEST(an_entry_of_a_megabyte_is_lifted_whole)
{
	static char field[1100 * 1024];
	size_t n = (size_t)snprintf(field, sizeof(field),
	    "MXLOG_ENTRY={\"module\":\"a.b\",\"level\":\"ERROR\",\"message\":"
	    "\"m\",\"line_number\":5,\"context\":{\"blob\":\"");

	memset(field + n, 'b', 1000 * 1024);
	(void)snprintf(field + n + 1000 * 1024, 100, "\"},\"duration_ms\":1}");
	begin();
	add(field);
	add("CODE_LINE=5");
	add("MESSAGE=m");
	expect_in("\"module\":\"a.b\"");
	begin();
	add(field);
	add("CODE_LINE=5");
	expect_not_in("\"line_number\":5,\"message\":\"m\",\"context\":{"
		      "\"line_number\"");
	begin();
	add("MXLOG_ENTRY={\"message\":\"m\",\"line_number\":5,\"module\":\"a\"}");
	add("CODE_LINE=5");
	add("MESSAGE=m");
	expect("\"level\":\"INFO\",\"module\":\"a\",\"line_number\":5,"
	       "\"message\":\"m\"}");
}
END_TEST

START_TEST(a_metric_keeps_where_it_came_from)
{
	begin();
	add("MESSAGE={\"trace_id\":\"" TRACE "\",\"timestamp\":"
	    "\"2026-01-28T15:30:45.123456Z\",\"metric_name\":\"queue.depth\","
	    "\"metric_type\":\"GAUGE\",\"value\":7}");
	add("_HOSTNAME=web-01");
	add("_SYSTEMD_UNIT=shop.service");
	expect("\"metric_name\":\"queue.depth\",\"metric_type\":\"GAUGE\","
	       "\"value\":7.0,\"unit\":\"1\",\"tags\":{\"hostname\":\"web-01\","
	       "\"unit\":\"shop.service\"}}");
}
END_TEST

START_TEST(ten_thousand_fields_are_bounded_and_marked)
{
	begin();
	add("MESSAGE=x");
	for (int i = 0; i < 10000; i++) {
		char field[64];

		(void)snprintf(field, sizeof(field), "FIELD_%d=%d", i, i);
		add(field);
	}
	ck_assert_uint_eq(record.n_fields, MXLOG_JOURNAL_FIELDS_MAX);
	expect_in("\"tags\":[\"truncated\"]");
	begin();
	add("MESSAGE=x");
	for (int i = 0; i < 10000; i++)
		add("SAME=1");
	expect_in("\"journal_fields_dropped\":8101");
}
END_TEST

START_TEST(eight_mebibytes_are_bounded_and_marked)
{
	size_t len = 8 * 1024 * 1024;
	char *field = malloc(len);
	struct mxlog_buf line = { 0 };
	char *text;

	ck_assert_ptr_nonnull(field);
	for (int control = 0; control < 2; control++) {
		begin();
		memset(field, control ? 1 : 'x', len);
		memcpy(field, LITERAL("MESSAGE="));
		ck_assert_int_eq(mxlog_journal_record_add(&record, field, len),
		    0);
		memcpy(field, LITERAL("A=xxxxxx"));
		for (int i = 0; i < 60; i++) {
			field[0] = (char)('A' + i % 26);
			ck_assert_int_eq(mxlog_journal_record_add(&record,
					     field, len / 2),
			    0);
		}
		ck_assert_uint_le(record.len, MXLOG_JOURNAL_BYTES_MAX + 2000);
		if (control) { /* the writer cuts what escaping makes longer */
			mxlog_journal_record_done(&record);
			continue;
		}
		text = convert();
		ck_assert_uint_lt(strlen(text), MXLOG_LINE_MAX);
		ck_assert_ptr_nonnull(strstr(text, "truncated"));
		free(text);
	}
	mxlog_buf_done(&line);
	free(field);
}
END_TEST

START_TEST(a_cut_does_not_split_a_character)
{
	size_t len = MXLOG_JOURNAL_VALUE_MAX + 10;
	char *field = malloc(len + 3);
	char *text;

	ck_assert_ptr_nonnull(field);
	begin();
	add("MESSAGE=x");
	memset(field, 'x', len);
	field[0] = 'A';
	field[1] = '=';
	memcpy(field + 2 + MXLOG_JOURNAL_VALUE_MAX - 2,
	    LITERAL("\xf0\x9f\x98\x80"));
	ck_assert_int_eq(mxlog_journal_record_add(&record, field, len), 0);
	text = convert();
	ck_assert_ptr_null(strstr(text, "invalid_utf8"));
	ck_assert_ptr_nonnull(strstr(text, "truncated"));
	free(text);
	free(field);
}
END_TEST

START_TEST(what_is_no_field_is_counted)
{
	begin();
	add("MESSAGE=x");
	add("=value");
	add("no equals sign");
	add("");
	ck_assert_uint_eq(record.dropped, 3);
	expect_in("\"journal_fields_dropped\":3");
}
END_TEST

START_TEST(an_entry_of_our_own_handler_has_everything_once)
{
	char *line;

	begin();
	add("MESSAGE=moved");
	add("PRIORITY=6");
	add("LOGGER=src.queue");
	add("CODE_FUNC=move");
	add("CODE_LINE=42");
	add("_PID=7");
	add("MXLOG_ENTRY={\"trace_id\":\"" TRACE
	    "\",\"timestamp\":\"2026-01-28T15:30:45.123456Z\",\"level\":"
	    "\"INFO\",\"module\":\"src.queue\",\"function\":\"move\","
	    "\"line_number\":42,\"message\":\"moved\",\"context\":"
	    "{\"a\":1},\"thread_id\":\"8\",\"process_id\":\"7\"}");
	line = convert();
	ck_assert_ptr_nonnull(strstr(line,
	    "\"level\":\"INFO\",\"module\":\"src.queue\",\"function\":"
	    "\"move\",\"line_number\":42,\"message\":\"moved\""));
	ck_assert_ptr_null(strstr(strstr(line, "\"context\""), "line"));
	ck_assert_ptr_null(strstr(strstr(line, "\"context\""), "move"));
	ck_assert_ptr_null(strstr(strstr(line, "\"context\""), "src.queue"));
	free(line);
}
END_TEST

SUITE("journal_convert", an_entry_of_our_own_handler_has_everything_once,
    a_level_that_nobody_named_is_a_default, a_json_message_may_hold_a_traceback,
    a_container_has_its_own_name_and_no_place,
    an_entry_of_a_megabyte_is_lifted_whole, each_field_goes_to_its_place,
    the_module_is_the_first_name_there_is,
    what_a_sender_says_can_not_pass_for_what_journald_says,
    a_payload_can_not_either, a_repeated_field_becomes_an_array,
    a_repeated_message_keeps_the_others, an_entry_without_message_is_marked,
    halves_of_characters_do_not_make_one,
    a_value_of_the_wrong_kind_stays_in_context,
    the_senders_pid_counts_only_without_journalds,
    traces_come_as_they_are_or_in_w3c_form,
    an_exceptions_text_becomes_an_exception, a_metric_keeps_where_it_came_from,
    ten_thousand_fields_are_bounded_and_marked,
    eight_mebibytes_are_bounded_and_marked, a_cut_does_not_split_a_character,
    what_is_no_field_is_counted)
