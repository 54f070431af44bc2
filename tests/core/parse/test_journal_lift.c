/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/payload.h>

#include "entry/entry_private.h"
#include "entry/ndjson.h"
#include "suite.h"

#define TRACE "01ARZ3NDEKTSV4RRFFQ69G5FAV"

/* What the fields make of an entry that has a message, a module and a default
 * level: the line from its level on. */
static void check(const char *json, const char *expected, bool is_default)
{
	struct mxlog_buf line = { 0 };
	struct mxlog_entry *entry;
	const char *from;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	mxlog_entry_set_time(entry, 1);
	mxlog_entry_set_default_level(entry, MXLOG_INFO);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
			     LITERAL(TRACE)),
	    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MODULE,
			     LITERAL("app")),
	    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE,
			     LITERAL("m")),
	    0);
	ck_assert_int_eq(mxlog_payload_lift_journal(entry, json, strlen(json)),
	    0);
	ck_assert(entry->default_level == is_default);
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &line), 0);
	line.data[line.len - 1] = '\0';
	from = strstr(line.data, "\"level\"");
	ck_assert_ptr_nonnull(from);
	ck_assert_str_eq(from, expected);
	mxlog_buf_done(&line);
	mxlog_entry_free(entry);
}

START_TEST(fields_go_where_the_journal_module_puts_them)
{
	check("{\"MESSAGE\":\"m\",\"PRIORITY\":\"6\",\"_PID\":\"7\","
	      "\"CODE_FUNC\":\"f\",\"CODE_LINE\":\"12\",\"_UID\":\"0\","
	      "\"_SYSTEMD_UNIT\":\"a.service\",\"_MACHINE_ID\":\"x\","
	      "\"ORDER_ID\":\"5\",\"UID\":\"9\",\"_TRANSPORT\":\"stdout\"}",
	    "\"level\":\"INFO\",\"module\":\"app\",\"function\":\"f\","
	    "\"line_number\":12,\"message\":\"m\",\"context\":{\"uid\":0,"
	    "\"unit\":\"a.service\",\"order_id\":\"5\",\"sender_uid\":\"9\","
	    "\"transport\":\"stdout\"},\"process_id\":\"7\"}",
	    true);
	check("{\"LOGGER\":\"a.b\",\"_TRANSPORT\":\"journal\"}",
	    "\"level\":\"INFO\",\"module\":\"a.b\",\"message\":\"m\","
	    "\"context\":{\"transport\":\"journal\"}}",
	    false);
}
END_TEST

START_TEST(a_container_has_its_name_and_not_its_engines_place)
{
	check("{\"CODE_FUNC\":\"w\",\"CODE_FILE\":\"c.c\",\"CODE_LINE\":\"1\","
	      "\"CONTAINER_NAME\":\"web\",\"_TRANSPORT\":\"journal\"}",
	    "\"level\":\"INFO\",\"module\":\"web\",\"message\":\"m\","
	    "\"context\":{\"container_name\":\"web\","
	    "\"transport\":\"journal\"}}",
	    true);
}
END_TEST

START_TEST(a_whole_entry_is_lifted_and_what_is_no_object_is_none)
{
	check("{\"MXLOG_ENTRY\":\"{\\\"module\\\":\\\"x.y\\\",\\\"level\\\":"
	      "\\\"ERROR\\\",\\\"message\\\":\\\"n\\\"}\"}",
	    "\"level\":\"ERROR\",\"module\":\"x.y\",\"message\":\"n\"}", false);
	check("[1]", "\"level\":\"INFO\",\"module\":\"app\",\"message\":\"m\"}",
	    true);
	check("{\"A\":",
	    "\"level\":\"INFO\",\"module\":\"app\",\"message\":\"m\"}", true);
}
END_TEST

SUITE("journal_lift", fields_go_where_the_journal_module_puts_them,
    a_container_has_its_name_and_not_its_engines_place,
    a_whole_entry_is_lifted_and_what_is_no_object_is_none)
