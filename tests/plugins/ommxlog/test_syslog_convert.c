/* SPDX-License-Identifier: Apache-2.0 */
#include "syslog_convert.h"

#include <stdio.h>

#include "entry/ndjson.h"
#include "suite.h"

#define TRACE "01ARZ3NDEKTSV4RRFFQ69G5FAV"
#define TIME  INT64_C(1769614245123456) /* 2026-01-28T15:30:45.123456Z */
#define HEAD                     \
	"{\"trace_id\":\"" TRACE \
	"\",\"timestamp\":\"2026-01-28T15:30:45.123456Z\",\"level\":"

static struct mxlog_syslog_text text_of(const char *text)
{
	return (struct mxlog_syslog_text){ text, strlen(text) };
}

/* A message as rsyslogd hands over most of them. */
static struct mxlog_syslog local(const char *tag, const char *text)
{
	struct mxlog_syslog message = { .time_usec = TIME,
		.facility = 4,
		.severity = 6 };

	message.part[MXLOG_SYSLOG_HOSTNAME] = text_of("web1");
	message.part[MXLOG_SYSLOG_FROMHOST] = text_of("web1");
	message.part[MXLOG_SYSLOG_TAG] = text_of(tag);
	message.part[MXLOG_SYSLOG_TEXT] = text_of(text);
	return message;
}

static struct mxlog_syslog rfc5424(const char *data, const char *text)
{
	struct mxlog_syslog message = local("", text);

	message.part[MXLOG_SYSLOG_APP_NAME] = text_of("shop");
	message.part[MXLOG_SYSLOG_PROCID] = text_of("77");
	message.part[MXLOG_SYSLOG_MSGID] = text_of("-");
	message.part[MXLOG_SYSLOG_STRUCTURED_DATA] = text_of(data);
	return message;
}

/* The line that the message becomes, with a fixed trace_id where it brings
 * none of its own. */
static char *line_of(const struct mxlog_syslog *message)
{
	struct mxlog_syslog_converter converter = { 0 };
	struct mxlog_buf buf = { 0 };
	enum mxlog_payload_kind kind;
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	int r;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_metric_new(&metric), 0);
	ck_assert_int_eq(mxlog_syslog_convert(&converter, message, entry,
			     metric, &kind),
	    0);
	if (kind == MXLOG_PAYLOAD_METRIC) {
		r = mxlog_metric_normalise(metric);
		if (r == -ENOENT)
			r = mxlog_metric_set_trace_id(metric, LITERAL(TRACE));
		ck_assert_int_eq(r, 0);
		ck_assert_int_eq(mxlog_ndjson_encode_metric(metric, &buf), 0);
	} else {
		r = mxlog_entry_normalise(entry);
		if (r == -ENOENT)
			r = mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
			    LITERAL(TRACE));
		ck_assert_int_eq(r, 0);
		ck_assert_int_eq(mxlog_ndjson_encode(entry, &buf), 0);
	}
	ck_assert_int_eq(mxlog_buf_add(&buf, "", 1), 0);
	mxlog_syslog_converter_done(&converter);
	mxlog_entry_free(entry);
	mxlog_metric_free(metric);
	return buf.data;
}

static void assert_line(const struct mxlog_syslog *message,
    const char *expected)
{
	char *line = line_of(message);

	ck_assert_str_eq(line, expected);
	free(line);
}

static void assert_contains(const struct mxlog_syslog *message,
    const char *expected)
{
	char *line = line_of(message);

	ck_assert_msg(strstr(line, expected), "%s is not in %s", expected,
	    line);
	free(line);
}

static void assert_lacks(const struct mxlog_syslog *message, const char *text)
{
	char *line = line_of(message);

	ck_assert_msg(!strstr(line, text), "%s is in %s", text, line);
	free(line);
}

START_TEST(a_plain_message_becomes_an_entry)
{
	struct mxlog_syslog message = local("sshd[123]:", "session opened");

	assert_line(&message,
	    HEAD "\"INFO\",\"module\":\"sshd\",\"message\":\"session opened\","
		 "\"context\":{\"hostname\":\"web1\",\"facility\":\"auth\","
		 "\"syslog_severity\":6},\"process_id\":\"123\"}\n");
}
END_TEST

START_TEST(severities_are_levels)
{
	static const char *const names[] = { "CRITICAL", "CRITICAL", "CRITICAL",
		"ERROR", "WARNING", "INFO", "INFO", "DEBUG" };
	struct mxlog_syslog message = local("a:", "x");
	char expected[64];
	unsigned i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		message.severity = i;
		snprintf(expected, sizeof(expected), "\"level\":\"%s\"",
		    names[i]);
		assert_contains(&message, expected);
		snprintf(expected, sizeof(expected), "\"syslog_severity\":%u",
		    i);
		assert_contains(&message, expected);
	}
}
END_TEST

START_TEST(every_facility_has_a_name_and_others_a_number)
{
	struct mxlog_syslog message = local("a:", "x");

	message.facility = 0;
	assert_contains(&message, "\"facility\":\"kern\"");
	message.facility = 23;
	assert_contains(&message, "\"facility\":\"local7\"");
	message.facility = 24;
	assert_contains(&message, "\"facility\":24");
}
END_TEST

START_TEST(a_name_that_is_no_identifier_is_kept_raw)
{
	struct mxlog_syslog message = local("systemd-logind[1]:", " x");

	assert_contains(&message, "\"module\":\"systemd_logind\"");
	assert_contains(&message, "\"original_module\":\"systemd-logind\"");
	message = local("(sd-pam)[7]:", " x");
	assert_contains(&message, "\"original_module\":\"(sd-pam)\"");
}
END_TEST

START_TEST(a_message_may_be_empty_or_without_a_tag)
{
	struct mxlog_syslog message = local("", "");

	assert_contains(&message, "\"module\":\"unknown\",\"message\":\"\"");
	message.part[MXLOG_SYSLOG_TEXT] = text_of("\n");
	assert_contains(&message, "\"message\":\"\"");
}
END_TEST

START_TEST(one_newline_is_not_the_message_and_spaces_are)
{
	struct mxlog_syslog message = local("a:", "  two spaces \n\n");

	assert_contains(&message, "\"message\":\"  two spaces \\n\"");
	message = local("a:", "\xef\xbb\xbf marked");
	assert_contains(&message, "\"message\":\" marked\"");
}
END_TEST

START_TEST(any_bytes_make_a_valid_line)
{
	struct mxlog_syslog message = local("b\xff[\x01]:", " x");

	message.part[MXLOG_SYSLOG_TEXT] =
	    (struct mxlog_syslog_text){ "nul \0 bad \xff\xc3 end", 16 };
	message.part[MXLOG_SYSLOG_HOSTNAME] = text_of("h\xff");
	assert_contains(&message,
	    "\"message\":\"nul \\u0000 bad \xef\xbf\xbd\xef\xbf\xbd end\"");
	assert_contains(&message, "\"hostname\":\"h\xef\xbf\xbd\"");
}
END_TEST

START_TEST(a_message_of_128_kib_is_kept_whole)
{
	size_t len = 128 * 1024;
	char *text = malloc(len + 1);
	struct mxlog_syslog message;
	char *line;

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', len);
	text[len] = '\0';
	message = local("a:", text);
	line = line_of(&message);
	ck_assert_ptr_nonnull(strstr(line, text));
	ck_assert_ptr_null(strstr(line, "truncated"));
	free(line);
	free(text);
}
END_TEST

START_TEST(the_sender_is_said_where_it_is_not_the_host)
{
	struct mxlog_syslog message = local("a:", "x");

	message.part[MXLOG_SYSLOG_FROMHOST] = text_of("relay");
	message.part[MXLOG_SYSLOG_FROMHOST_IP] = text_of("192.0.2.9");
	assert_contains(&message,
	    "{\"hostname\":\"web1\",\"fromhost\":\"relay\","
	    "\"fromhost_ip\":\"192.0.2.9\",");
	message.part[MXLOG_SYSLOG_FROMHOST] = text_of("192.0.2.9");
	assert_contains(&message,
	    "{\"hostname\":\"web1\",\"fromhost\":\"192.0.2.9\","
	    "\"facility\"");
}
END_TEST

START_TEST(rfc_5424_brings_its_own_fields)
{
	struct mxlog_syslog message = rfc5424("-", "hello");

	assert_line(&message,
	    HEAD "\"INFO\",\"module\":\"shop\",\"message\":\"hello\","
		 "\"context\":{\"hostname\":\"web1\",\"facility\":\"auth\","
		 "\"syslog_severity\":6},\"process_id\":\"77\"}\n");
	message.part[MXLOG_SYSLOG_MSGID] = text_of("ID47");
	message.part[MXLOG_SYSLOG_PROCID] = text_of("-");
	assert_contains(&message, "\"msgid\":\"ID47\"}}");
}
END_TEST

START_TEST(structured_data_becomes_context)
{
	struct mxlog_syslog message = rfc5424(
	    "[exampleSDID@32473 iut=\"3\" name=\"a \\\"b\\\"\"][origin ip=\"x\"]",
	    "m");

	assert_contains(&message,
	    "\"example_sdid_32473\":{\"iut\":\"3\",\"name\":\"a \\\"b\\\"\"},"
	    "\"origin\":{\"ip\":\"x\"}");
}
END_TEST

START_TEST(structured_data_that_names_fields_sets_them)
{
	struct mxlog_syslog message =
	    rfc5424("[t@1 trace_id=\"01BX5ZZKBKACTAV9WEVGEMMVRZ\" task=\"7\"]"
		    "[u@1 thread_id=\"worker-1\" function=\"run\"]",
		"m");

	assert_contains(&message,
	    "{\"trace_id\":\"01BX5ZZKBKACTAV9WEVGEMMVRZ\"");
	assert_contains(&message, "\"t_1\":{\"task\":\"7\"}");
	assert_contains(&message, "\"thread_id\":\"worker-1\"");
	assert_contains(&message, "\"function\":\"run\"");
	assert_lacks(&message, "\"u_1\"");
}
END_TEST

START_TEST(malformed_structured_data_stays_as_text)
{
	struct mxlog_syslog message = rfc5424("[ok a=\"1\"][broken b=\"", "m");

	assert_contains(&message, "\"ok\":{\"a\":\"1\"}");
	assert_contains(&message, "\"structured_data\":\"[broken b=\\\"\"");
}
END_TEST

START_TEST(a_json_message_is_lifted)
{
	struct mxlog_syslog message = local("shop[7]:",
	    " {\"level\":\"error\",\"logger\":\"shop.pay\",\"message\":\"no "
	    "answer\",\"order_id\":\"A-1\"}");

	assert_contains(&message,
	    "\"level\":\"ERROR\",\"module\":\"shop.pay\","
	    "\"message\":\"no answer\"");
	assert_contains(&message, "\"order_id\":\"A-1\"");
	assert_contains(&message, "\"program\":\"shop\"");
	assert_contains(&message, "\"process_id\":\"7\"");
}
END_TEST

START_TEST(nothing_of_a_json_message_is_lost)
{
	struct mxlog_syslog message = local("shop[7]:",
	    "{\"msg\":\"m\",\"process\":{},\"record\":{},\"k\\u0065y\":1,"
	    "\"log\":{\"level\":\"error\",\"other\":2},\"a\":[],\"b\":{}}");

	assert_contains(&message, "\"level\":\"ERROR\"");
	assert_contains(&message, "\"process\":{}");
	assert_contains(&message, "\"record\":{}");
	assert_contains(&message, "\"key\":1");
	assert_contains(&message, "\"log_other\":2");
	assert_contains(&message, "\"a\":[]");
	assert_contains(&message, "\"b\":{}");
}
END_TEST

START_TEST(an_empty_object_that_could_hold_fields_is_kept)
{
	struct mxlog_syslog message =
	    local("shop[7]:", "{\"msg\":\"m\",\"process\":{},\"record\":{}}");

	assert_contains(&message, "\"process\":{},\"record\":{}");
}
END_TEST

START_TEST(a_json_message_of_many_members_is_lifted_whole)
{
	char text[4096] = "{";
	size_t len = 1;
	struct mxlog_syslog message;

	for (int i = 0; i < 100; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "\"k%d\":%d,", i, i);
	(void)snprintf(text + len, sizeof(text) - len,
	    "\"level\":\"warning\",\"process\":{},\"msg\":\"m\"}");
	message = local("a:", text);
	assert_contains(&message, "\"k0\":0,\"k1\":1,");
	assert_contains(&message, "\"k99\":99,\"process\":{}");
	assert_contains(&message, "\"level\":\"WARNING\"");
}
END_TEST

START_TEST(a_payload_can_not_forge_what_the_transport_says)
{
	struct mxlog_syslog message = local("evil[7]:",
	    " @cee: {\"msg\":\"m\",\"hostname\":\"bank\",\"facility\":\"kern\","
	    "\"syslog_severity\":0,\"fromhost\":\"bank\",\"program\":\"sshd\"}");

	assert_contains(&message, "\"hostname\":\"web1\"");
	assert_contains(&message, "\"facility\":\"auth\"");
	assert_contains(&message, "\"syslog_severity\":6");
	assert_lacks(&message, "\"fromhost\":\"bank\"");
	assert_lacks(&message, "\"program\":\"sshd\"");
	assert_lacks(&message, "\"hostname\":\"bank\"");
}
END_TEST

START_TEST(properties_are_lifted_behind_a_plain_message)
{
	struct mxlog_syslog message = local("app:", "plain text");

	message.part[MXLOG_SYSLOG_PROPERTIES] = text_of(
	    "{\"user\":\"bob\",\"message\":\"other\",\"hostname\":\"bank\"}");
	assert_contains(&message, "\"message\":\"plain text\"");
	assert_contains(&message, "\"user\":\"bob\"");
	assert_contains(&message, "\"hostname\":\"web1\"");

	message.part[MXLOG_SYSLOG_TEXT] = text_of("{\"msg\":\"json\"}");
	assert_contains(&message, "\"message\":\"json\"");
	assert_lacks(&message, "bob");
}
END_TEST

#define PYTHON_FOLDED                                                    \
	"Traceback (most recent call last):#012  File \"/srv/app.py\", " \
	"line 3, in main#012    run()#012OSError: no space"
#define PYTHON_EXCEPTION                                                \
	"\"exception\":{\"type\":\"OSError\",\"message\":\"no space\"," \
	"\"stack_trace\":[{\"file\":\"/srv/app.py\",\"line\":3,"        \
	"\"function\":\"main\",\"code\":\"run()\"}]}"

START_TEST(a_traceback_becomes_the_exception)
{
	struct mxlog_syslog message =
	    local("app:", "job failed#012" PYTHON_FOLDED);

	assert_contains(&message, "\"message\":\"job failed\"");
	assert_contains(&message, PYTHON_EXCEPTION);

	message.part[MXLOG_SYSLOG_TEXT] = text_of(
	    "{\"msg\":\"job failed\\nTraceback (most recent call last):\\n"
	    "  File \\\"/srv/app.py\\\", line 3, in main\\n    run()\\n"
	    "OSError: no space\",\"order\":7}");
	assert_contains(&message, "\"message\":\"job failed\"");
	assert_contains(&message, PYTHON_EXCEPTION);
	assert_contains(&message, "\"order\":7");
}
END_TEST

START_TEST(a_metric_says_where_it_came_from)
{
	struct mxlog_syslog message = local("shop[7]:",
	    " {\"metric_name\":\"shop.orders\",\"metric_type\":\"COUNTER\","
	    "\"value\":3,\"tags\":{\"hostname\":\"bank\"}}");

	assert_contains(&message, "\"metric_name\":\"shop.orders\"");
	assert_contains(&message, "\"hostname\":\"web1\"");
	assert_contains(&message, "\"program\":\"shop\"");
	assert_lacks(&message, "\"hostname\":\"bank\"");
}
END_TEST

SUITE("syslog_convert", a_plain_message_becomes_an_entry,
    a_traceback_becomes_the_exception, severities_are_levels,
    every_facility_has_a_name_and_others_a_number,
    a_name_that_is_no_identifier_is_kept_raw,
    a_message_may_be_empty_or_without_a_tag,
    one_newline_is_not_the_message_and_spaces_are, any_bytes_make_a_valid_line,
    a_message_of_128_kib_is_kept_whole,
    the_sender_is_said_where_it_is_not_the_host, rfc_5424_brings_its_own_fields,
    structured_data_becomes_context,
    structured_data_that_names_fields_sets_them,
    malformed_structured_data_stays_as_text, a_json_message_is_lifted,
    nothing_of_a_json_message_is_lost,
    an_empty_object_that_could_hold_fields_is_kept,
    a_json_message_of_many_members_is_lifted_whole,
    a_payload_can_not_forge_what_the_transport_says,
    properties_are_lifted_behind_a_plain_message,
    a_metric_says_where_it_came_from)
