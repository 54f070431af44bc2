/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/ledger_event.h"

#include "suite.h"

#define BIT MXLOG_LEDGER_BIT

static const char line[] =
    "{\"seq\":7,\"prev\":"
    "\"00000000000000000000000000000000000000000000000000000000000000ff\","
    "\"time\":\"2026-01-28T15:30:45.123456Z\",\"event\":\"archived\","
    "\"segment\":\"2026-01-20.1.log\",\"size\":12,\"sha256\":"
    "\"0100000000000000000000000000000000000000000000000000000000000000\","
    "\"first\":\"2026-01-20T00:00:00.000000Z\","
    "\"last\":\"2026-01-20T01:00:00.000000Z\",\"witnessed_usec\":9,"
    "\"why\":\"a \\\"word\\\"\"}";

START_TEST(an_event_is_read_as_it_was_written)
{
	struct mxlog_ledger_event event;
	struct mxlog_buf again = { 0 };

	ck_assert_int_eq(mxlog_ledger_event_decode(line, strlen(line), &event),
	    0);
	ck_assert_uint_eq(event.seq, 7);
	ck_assert_int_eq(event.prev[31], 0xff);
	ck_assert_int_eq(event.kind, MXLOG_LEDGER_ARCHIVED);
	ck_assert_uint_eq(event.has,
	    BIT(segment) | BIT(size) | BIT(sha256) | BIT(first) | BIT(last) |
		BIT(witnessed_usec) | BIT(why));
	ck_assert_uint_eq(event.segment.number, 1);
	ck_assert_uint_eq(event.size, 12);
	ck_assert_int_eq(event.sha256[0], 1);
	ck_assert_str_eq(event.why, "a \"word\"");
	ck_assert_int_eq(mxlog_ledger_event_encode(&event, &again), 0);
	ck_assert_uint_eq(again.len, sizeof(line));
	ck_assert_mem_eq(again.data, line, strlen(line));
	mxlog_buf_done(&again);
}
END_TEST

START_TEST(every_field_has_its_place)
{
	struct mxlog_ledger_event event = { .kind = MXLOG_LEDGER_TICK,
		.seq = 1 };
	struct mxlog_ledger_event read;
	struct mxlog_buf text = { 0 };

	memset(event.mac, 1, sizeof(event.mac));
	memset(event.signature, 2, sizeof(event.signature));
	memset(event.next_key, 3, sizeof(event.next_key));
	event.segment.day = event.verified.day = 20000;
	event.has = (UINT64_C(1) << MXLOG_LEDGER_FIELDS) - 1;
	mxlog_ledger_event_set_why(&event, "why");
	ck_assert_int_eq(mxlog_ledger_event_encode(&event, &text), 0);
	ck_assert_uint_lt(text.len, MXLOG_LEDGER_LINE_MAX);
	ck_assert_int_eq(mxlog_ledger_event_decode(text.data, text.len - 1,
			     &read),
	    0);
	ck_assert_uint_eq(read.has, event.has);
	ck_assert_mem_eq(read.mac, event.mac, sizeof(event.mac));
	ck_assert_mem_eq(read.signature, event.signature,
	    sizeof(event.signature));
	ck_assert_str_eq(read.why, "why");
	mxlog_buf_done(&text);
}
END_TEST

START_TEST(there_is_one_way_to_write_an_event)
{
	static const struct {
		const char *from, *to;
	} changes[] = {
		{ "\"seq\":7", "\"seq\":07" },
		{ "\"seq\":7,", "\"seq\":7, " },
		{ "\"seq\":7,", "" },
		{ "archived", "burnt" },
		{ "\"event\":", "\"Event\":" },
		{ "2026-01-20.1.log", "2026-01-20.1.log.gz" },
		{ "2026-01-20.1.log", "2026-01-20.01.log" },
		{ "2026-01-20.1.log", "../passwd" },
		{ "\"size\":12,", "\"size\":12,\"size\":12," },
		{ "\"size\":12,", "\"size\":-1," },
		{ "\"size\":12,", "\"size\":\"12\"," },
		{ "\"size\":12,", "\"size\":99999999999999999999999," },
		{ "\"size\":12", "\"siz\\u0065\":12" },
		{ "00ff\"", "00FF\"" },
		{ "00ff\"", "0ff\"" },
		{ "45.123456Z", "45.123Z" },
		{ "a \\\"word", "a \\u0022word" },
		{ "a \\\"word", "a \\u0000word" },
		{ "}", "} " },
		{ "}", ",\"more\":1}" },
	};
	struct mxlog_ledger_event event;

	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		const char *at = strstr(line, changes[i].from);
		struct mxlog_buf text = { 0 };

		ck_assert_ptr_nonnull(at);
		ck_assert_int_eq(mxlog_buf_printf(&text, "%.*s%s%s",
				     (int)(at - line), line, changes[i].to,
				     at + strlen(changes[i].from)),
		    0);
		ck_assert_msg(mxlog_ledger_event_decode(text.data, text.len,
				  &event) == -EBADMSG,
		    "%s", changes[i].to);
		mxlog_buf_done(&text);
	}
}
END_TEST

START_TEST(a_long_reason_is_cut_at_a_character)
{
	struct mxlog_ledger_event event = { 0 };
	char text[401];

	for (size_t i = 0; i < sizeof(text) - 1; i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	memcpy(text, "x", 1); /* so that the limit falls into one */
	text[1] = 'y';
	text[sizeof(text) - 1] = '\0';
	memmove(text + 1, text + 2, sizeof(text) - 2);
	mxlog_ledger_event_set_why(&event, text);
	ck_assert_uint_eq(strlen(event.why), MXLOG_LEDGER_TEXT_MAX - 1);
}
END_TEST

SUITE("ledger_event", an_event_is_read_as_it_was_written,
    every_field_has_its_place, there_is_one_way_to_write_an_event,
    a_long_reason_is_cut_at_a_character)
