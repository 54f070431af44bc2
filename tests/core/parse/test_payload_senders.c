/* SPDX-License-Identifier: Apache-2.0 */
/* What senders write, in a table: one line a sender and a form. */
#include <mxlog/payload.h>

#include <stdio.h>

#include "base/timestamp.h"
#include "entry/entry_private.h"
#include "parse/payload_rules.h"
#include "suite.h"

#define HEX "4bf92f3577b34da6a3ce929d0e0e4736"
#define NOW "2026-03-05T08:09:10.000000Z"

struct sample {
	const char *text;
	enum mxlog_level level;
	const char *module, *message;
};

static const struct mxlog_payload_rules *rules; /* or NULL */

static struct mxlog_entry *lift(const char *text, enum mxlog_payload_kind *ret)
{
	struct mxlog_entry *entry;
	int64_t now;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_timestamp_parse(LITERAL(NOW), MXLOG_NO_ZONE,
			     &now),
	    0);
	mxlog_entry_set_time(entry, now);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MODULE,
			     LITERAL("prog")),
	    0);
	ck_assert_int_eq(mxlog_payload_lift_by(rules, entry, NULL, text,
			     strlen(text), NULL, ret),
	    0);
	(void)mxlog_entry_normalise(entry);
	return entry;
}

static void expect_text(const struct mxlog_entry *entry, enum mxlog_field field,
    const char *expected, const char *sample)
{
	const char *text;
	size_t len;

	ck_assert_int_eq(mxlog_entry_get(entry, field, &text, &len), 1);
	ck_assert_msg(len == strlen(expected) &&
		memcmp(text, expected, len) == 0,
	    "%s: %.*s, not %s", sample, (int)len, text, expected);
}

static void expect(const struct sample *sample, enum mxlog_payload_kind kind)
{
	enum mxlog_payload_kind got;
	struct mxlog_entry *entry = lift(sample->text, &got);

	ck_assert_msg(got == kind, "%s: kind %d", sample->text, got);
	ck_assert_msg(mxlog_entry_get_level(entry) == sample->level, "%s: %s",
	    sample->text, mxlog_level_name(mxlog_entry_get_level(entry)));
	expect_text(entry, MXLOG_FIELD_MODULE, sample->module, sample->text);
	expect_text(entry, MXLOG_FIELD_MESSAGE, sample->message, sample->text);
	mxlog_entry_free(entry);
}

/* The value of a context key, or NULL. */
static const char *context_of(const struct mxlog_entry *entry, const char *key)
{
	static char value[256];

	for (size_t i = 0; i < entry->n_context; i++) {
		const struct mxlog_pair *pair = &entry->context[i];

		if (pair->key.len != strlen(key) ||
		    memcmp(mxlog_entry_text(entry, pair->key), key,
			pair->key.len) != 0)
			continue;
		ck_assert_uint_lt(pair->value.len, sizeof(value));
		memcpy(value, mxlog_entry_text(entry, pair->value),
		    pair->value.len);
		value[pair->value.len] = '\0';
		return value;
	}
	return NULL;
}

START_TEST(levels_and_messages_of_many_loggers_are_known)
{
	static const struct sample samples[] = {
		/* Monolog */
		{ "{\"message\":\"m\",\"context\":[],\"level\":550,"
		  "\"level_name\":\"ALERT\",\"channel\":\"shop.cart\","
		  "\"datetime\":\"2026-03-05T08:09:11.25+00:00\"}",
		    MXLOG_CRITICAL, "shop.cart", "m" },
		{ "{\"message\":\"m\",\"level\":400}", MXLOG_ERROR, "prog",
		    "m" },
		{ "{\"message\":\"m\",\"level\":250}", MXLOG_INFO, "prog",
		    "m" },
		/* .NET */
		{ "{\"EventId\":4,\"LogLevel\":\"Warning\",\"Category\":"
		  "\"Acme.Web.Host\",\"Message\":\"slow\",\"State\":{}}",
		    MXLOG_WARNING, "Acme.Web.Host", "slow" },
		{ "{\"LogLevel\":5,\"Category\":\"A\",\"Message\":\"m\"}",
		    MXLOG_CRITICAL, "A", "m" },
		{ "{\"Category\":\"toys\",\"Message\":\"m\"}", MXLOG_INFO,
		    "prog", "m" },
		/* Serilog, both forms */
		{ "{\"Timestamp\":\"2026-03-05T08:09:10+00:00\",\"Level\":"
		  "\"Fatal\",\"MessageTemplate\":\"no {x}\","
		  "\"RenderedMessage\":\"no 5\",\"Properties\":{\"x\":5}}",
		    MXLOG_CRITICAL, "prog", "no 5" },
		{ "{\"@t\":\"2026-03-05T08:09:10Z\",\"@mt\":\"no {x}\","
		  "\"@l\":\"Warning\",\"x\":5,\"SourceContext\":\"A.B\"}",
		    MXLOG_WARNING, "A.B", "no {x}" },
		{ "{\"@t\":\"2026-03-05T08:09:10Z\",\"@mt\":\"no {x}\","
		  "\"@m\":\"no 5\",\"@l\":\"Verbose\"}",
		    MXLOG_DEBUG, "prog", "no 5" },
		/* MongoDB */
		{ "{\"t\":{\"$date\":\"2026-03-05T08:09:10.123+00:00\"},\"s\":"
		  "\"W\",\"c\":\"REPL\",\"id\":1,\"ctx\":\"main\",\"msg\":"
		  "\"lag\",\"attr\":{\"n\":1}}",
		    MXLOG_WARNING, "REPL", "lag" },
		{ "{\"s\":\"D3\",\"c\":\"-\",\"msg\":\"m\"}", MXLOG_DEBUG,
		    "prog", "m" },
		{ "{\"s\":\"E\",\"msg\":\"m\"}", MXLOG_INFO, "prog", "m" },
		{ "{\"c\":\"E\",\"msg\":\"m\"}", MXLOG_INFO, "prog", "m" },
		/* PostgreSQL */
		{ "{\"timestamp\":\"2026-03-05 08:09:10.5 UTC\",\"pid\":7,"
		  "\"error_severity\":\"FATAL\",\"message\":\"m\"}",
		    MXLOG_CRITICAL, "prog", "m" },
		{ "{\"error_severity\":\"LOG\",\"message\":\"m\"}", MXLOG_INFO,
		    "prog", "m" },
		{ "{\"error_severity\":\"DEBUG4\",\"message\":\"m\"}",
		    MXLOG_DEBUG, "prog", "m" },
		/* OpenTelemetry */
		{ "{\"severityNumber\":18,\"body\":\"m\"}", MXLOG_ERROR, "prog",
		    "m" },
		{ "{\"SeverityText\":\"WARN3\",\"SeverityNumber\":15,\"Body\":"
		  "\"m\"}",
		    MXLOG_WARNING, "prog", "m" },
		{ "{\"severity_text\":\"\",\"severity_number\":21,\"body\":{"
		  "\"stringValue\":\"m\"}}",
		    MXLOG_CRITICAL, "prog", "m" },
		/* NXLog */
		{ "{\"EventTime\":\"2026-03-05 08:09:10\",\"SeverityValue\":4,"
		  "\"Severity\":\"ERROR\",\"SourceName\":\"Disk\",\"Message\":"
		  "\"m\",\"ProcessID\":4}",
		    MXLOG_ERROR, "Disk", "m" },
		{ "{\"SeverityValue\":3,\"Message\":\"m\"}", MXLOG_WARNING,
		    "prog", "m" },
		/* slog */
		{ "{\"level\":\"DEBUG-4\",\"msg\":\"m\"}", MXLOG_DEBUG, "prog",
		    "m" },
		{ "{\"level\":\"INFO+2\",\"msg\":\"m\"}", MXLOG_INFO, "prog",
		    "m" },
		{ "{\"level\":\"WARN+1\",\"msg\":\"m\"}", MXLOG_WARNING, "prog",
		    "m" },
		/* numbers as text and with a point */
		{ "{\"level\":\"60\",\"msg\":\"m\"}", MXLOG_CRITICAL, "prog",
		    "m" },
		{ "{\"level\":40.0,\"msg\":\"m\"}", MXLOG_WARNING, "prog",
		    "m" },
		{ "{\"severity\":\"3\",\"msg\":\"m\"}", MXLOG_ERROR, "prog",
		    "m" },
		{ "{\"severity\":400,\"msg\":\"m\"}", MXLOG_WARNING, "prog",
		    "m" },
		/* letters */
		{ "{\"level\":\"W\",\"msg\":\"m\"}", MXLOG_WARNING, "prog",
		    "m" },
		{ "{\"lvl\":\"f\",\"msg\":\"m\"}", MXLOG_CRITICAL, "prog",
		    "m" },
		/* Java, npm, .NET's and Serilog's short names */
		{ "{\"level\":\"FINEST\",\"msg\":\"m\"}", MXLOG_DEBUG, "prog",
		    "m" },
		{ "{\"level\":\"CONFIG\",\"msg\":\"m\"}", MXLOG_INFO, "prog",
		    "m" },
		{ "{\"level\":\"SEVERE\",\"msg\":\"m\"}", MXLOG_ERROR, "prog",
		    "m" },
		{ "{\"level\":\"silly\",\"msg\":\"m\"}", MXLOG_DEBUG, "prog",
		    "m" },
		{ "{\"level\":\"FTL\",\"msg\":\"m\"}", MXLOG_CRITICAL, "prog",
		    "m" },
		{ "{\"level\":\"fail\",\"msg\":\"m\"}", MXLOG_ERROR, "prog",
		    "m" },
		/* padded, and with a terminal's colours */
		{ "{\"level\":\"WARN \",\"msg\":\"m\"}", MXLOG_WARNING, "prog",
		    "m" },
		{ "{\"level\":\"\\u001b[31merror\\u001b[39m\",\"message\":"
		  "\"m\"}",
		    MXLOG_ERROR, "prog", "m" },
		/* tracing */
		{ "{\"level\":\"WARN\",\"fields\":{\"message\":\"m\",\"a\":1},"
		  "\"target\":\"acme::net\"}",
		    MXLOG_WARNING, "acme.net", "m" },
		{ "{\"level\":\"info\",\"msg\":\"m\",\"target\":\"web01\"}",
		    MXLOG_INFO, "prog", "m" },
		/* HashiCorp, Google Cloud, others */
		{ "{\"@level\":\"error\",\"@message\":\"m\",\"@module\":"
		  "\"core\"}",
		    MXLOG_ERROR, "core", "m" },
		{ "{\"severity\":\"ERROR\",\"textPayload\":\"m\"}", MXLOG_ERROR,
		    "prog", "m" },
		{ "{\"message\":\"no {}\",\"formattedMessage\":\"no 5\","
		  "\"level\":\"ERROR\"}",
		    MXLOG_ERROR, "prog", "no 5" },
		{ "{\"log\":\"m\",\"stream\":\"stderr\"}", MXLOG_INFO, "prog",
		    "m" },
		/* The first that is a level counts. */
		{ "{\"level\":\"loud\",\"severity\":\"error\",\"msg\":\"m\"}",
		    MXLOG_ERROR, "prog", "m" },
		{ "{\"level\":{\"x\":1},\"lvl\":\"error\",\"msg\":\"m\"}",
		    MXLOG_ERROR, "prog", "m" },
		{ "{\"level\":\"x\",\"level\":\"error\",\"msg\":\"m\"}",
		    MXLOG_ERROR, "prog", "m" },
		/* None is. */
		{ "{\"level\":\"Error: no\",\"msg\":\"m\"}", MXLOG_INFO, "prog",
		    "m" },
		{ "{\"level\":\"3rd\",\"msg\":\"m\"}", MXLOG_INFO, "prog",
		    "m" },
		{ "{\"level\":\"Level 5\",\"msg\":\"m\"}", MXLOG_INFO, "prog",
		    "m" },
		{ "{\"level\":\"E22\",\"msg\":\"m\"}", MXLOG_INFO, "prog",
		    "m" },
		{ "{\"level\":12.5,\"msg\":\"m\"}", MXLOG_INFO, "prog", "m" },
		{ "{\"level\":-1,\"msg\":\"m\"}", MXLOG_INFO, "prog", "m" },
		{ "{\"level\":\"\",\"msg\":\"m\"}", MXLOG_INFO, "prog", "m" },
		{ "{\"Level\":2,\"msg\":\"m\"}", MXLOG_INFO, "prog", "m" },
	};

	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		expect(&samples[i], MXLOG_PAYLOAD_ENTRY);
}
END_TEST

START_TEST(what_a_level_can_not_say_stays_in_context)
{
	static const struct {
		const char *text, *key, *value;
	} samples[] = {
		{ "{\"level\":\"ERROR+4\",\"msg\":\"m\"}", "level", "ERROR+4" },
		{ "{\"level\":\"FINER\",\"msg\":\"m\"}", "level", "FINER" },
		{ "{\"@l\":\"Fatal\",\"@m\":\"m\"}", "l", NULL },
		{ "{\"level\":400,\"level_name\":\"ERROR\",\"message\":\"m\"}",
		    "level", "400" },
		{ "{\"level\":\"50\",\"msg\":\"m\"}", "level", NULL },
		{ "{\"severityNumber\":18,\"body\":\"m\"}", "severity_number",
		    "18" },
		{ "{\"level\":\"loud\",\"lvl\":\"error\",\"msg\":\"m\"}",
		    "level", "loud" },
		{ "{\"level\":\"x\",\"level\":\"error\",\"msg\":\"m\"}",
		    "level", "x" },
		{ "{\"fields\":{\"message\":\"m\",\"n\":7}}", "n", "7" },
	};

	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		enum mxlog_payload_kind kind;
		struct mxlog_entry *entry = lift(samples[i].text, &kind);

		ck_assert_pstr_eq(context_of(entry, samples[i].key),
		    samples[i].value);
		mxlog_entry_free(entry);
	}
}
END_TEST

START_TEST(times_of_many_loggers_are_known)
{
	static const struct {
		const char *text;
		int usec; /* after NOW; -1: it is no time, or far away */
	} samples[] = {
		{ "{\"@t\":\"2026-03-05T08:09:10.5Z\"}", 500000 },
		{ "{\"Timestamp\":\"2026-03-05T09:09:10.5+01:00\"}", 500000 },
		{ "{\"timestamp\":\"2026-03-05 08:09:10.250 UTC\"}", 250000 },
		{ "{\"timestamp\":\"2026-03-05 08:09:10.25 GMT\"}", 250000 },
		{ "{\"time\":\"2026/03/05 08:09:10.000125\"}", 125 },
		{ "{\"time\":\"05/Mar/2026:08:09:11 +0000\"}", 1000000 },
		{ "{\"time\":\"[05/Mar/2026:09:09:11 +0100]\"}", 1000000 },
		{ "{\"time\":\"Thu Mar  5 08:09:11 2026\"}", 1000000 },
		{ "{\"time\":\"Thu Mar 05 08:09:11.5 UTC 2026\"}", 1500000 },
		{ "{\"time\":\"Thu, 05 Mar 2026 08:09:12 GMT\"}", 2000000 },
		{ "{\"time\":\"2026-03-05 08:09:10.5 +0000 UTC\"}", 500000 },
		{ "{\"datetime\":{\"date\":\"2026-03-05 08:09:10.5\","
		  "\"timezone_type\":3,\"timezone\":\"UTC\"}}",
		    500000 },
		{ "{\"t\":{\"$date\":\"2026-03-05T08:09:10.5Z\"}}", 500000 },
		{ "{\"timeUnixNano\":\"1772698150250000000\"}", 250000 },
		{ "{\"timeMillis\":1772698150250}", 250000 },
		{ "{\"time\":\"2026-02-30T08:09:10Z\"}", -1 },
		{ "{\"time\":\"0000-03-05T08:09:10Z\"}", -1 },
		{ "{\"time\":\"30/Feb/2026:08:09:11 +0000\"}", -1 },
		{ "{\"time\":\"2026/03/05\"}", -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		enum mxlog_payload_kind kind;
		struct mxlog_entry *entry = lift(samples[i].text, &kind);
		int64_t now;

		ck_assert_int_eq(mxlog_timestamp_parse(LITERAL(NOW),
				     MXLOG_NO_ZONE, &now),
		    0);
		ck_assert_msg(mxlog_entry_get_time(entry) - now ==
			MAX(samples[i].usec, 0),
		    "%s: %jd", samples[i].text,
		    (intmax_t)(mxlog_entry_get_time(entry) - now));
		mxlog_entry_free(entry);
	}
}
END_TEST

START_TEST(json_is_known_whatever_a_relay_did_to_its_white_space)
{
	static const struct sample samples[] = {
		{ "\xef\xbb\xbf{\"level\":\"error\",\"msg\":\"m\"}",
		    MXLOG_ERROR, "prog", "m" },
		{ " \xef\xbb\xbf @cee: {\"level\":\"error\",\"msg\":\"m\"}",
		    MXLOG_ERROR, "prog", "m" },
		{ "{\"level\":\"error\",\"msg\":\"m\"}\r", MXLOG_ERROR, "prog",
		    "m" },
		{ "{\"level\":\"error\",\"msg\":\"m\"}#015", MXLOG_ERROR,
		    "prog", "m" },
		{ "{\"level\":\"error\",\"msg\":\"m\"}#015#012", MXLOG_ERROR,
		    "prog", "m" },
		{ "{#012#011\"level\":#011\"error\",#012#011\"msg\": "
		  "\"a#012b\\n\\\"#011\"#012}",
		    MXLOG_ERROR, "prog", "a#012b\n\"#011" },
		{ "#012 {\"level\":\"error\",\"msg\":\"m\"}", MXLOG_ERROR,
		    "prog", "m" },
		{ "{\\n\\t\"level\": \"error\",\\r\\n\\t\"msg\": \"m\"\\n}",
		    MXLOG_ERROR, "prog", "m" },
		{ "{\n\t\"level\": \"error\",\r\n\t\"msg\": \"m\"\n}",
		    MXLOG_ERROR, "prog", "m" },
	};
	static const struct sample texts[] = {
		{ "{#012 no", MXLOG_INFO, "prog", "{#012 no" },
		{ "{\"a\":1}#012{\"b\":2}", MXLOG_INFO, "prog",
		    "{\"a\":1}#012{\"b\":2}" },
		{ "{\"a\":\"\\", MXLOG_INFO, "prog", "{\"a\":\"\\" },
	};

	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		expect(&samples[i], MXLOG_PAYLOAD_ENTRY);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		expect(&texts[i], MXLOG_PAYLOAD_TEXT);
}
END_TEST

START_TEST(logfmt_is_known_when_it_is_the_whole_text_and_names_a_level)
{
	static const struct sample samples[] = {
		{ "ts=2026-03-05T08:09:10Z level=error msg=\"db \\\"x\\\" down\" "
		  "n=3",
		    MXLOG_ERROR, "prog", "db \"x\" down" },
		{ "level=warn msg=slow", MXLOG_WARNING, "prog", "slow" },
		{ "lvl=dbug logger=a.b msg=m", MXLOG_DEBUG, "a.b", "m" },
		{ "time=\"2026-03-05T08:09:10Z\" level=fatal msg=\"a\\tb\\x41\"",
		    MXLOG_CRITICAL, "prog", "a\tbA" },
		{ "caller=a.go:1 level=error err=\"no way\"", MXLOG_ERROR,
		    "prog", "caller=a.go:1 level=error err=\"no way\"" },
		{ "level=INFO msg=m url=http://a/?b=c empty=", MXLOG_INFO,
		    "prog", "m" },
		{ "level=error msg=m#015", MXLOG_ERROR, "prog", "m" },
		{ "level=error msg=\"m\"#015", MXLOG_ERROR, "prog", "m" },
		{ "severity=ERROR  msg=m", MXLOG_ERROR, "prog", "m" },
	};
	static const char *const texts[] = {
		"level=error",
		"type=USER msg=audit(1.2:3): pid=1 uid=0",
		"level=3 msg=m",
		"level=e msg=m",
		"level=loud msg=m",
		"a=1 b=2",
		"level=error level=info msg=m",
		"level=error msg=no way",
		"failed: level=error msg=m",
		"level=error, msg=m",
		"level=error msg=\"open",
		"level=error msg=\"m\"x",
		"IN=eth0 OUT= SRC=192.0.2.1 level=error DF",
		"level = error msg = m",
		"=error msg=m",
	};

	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		expect(&samples[i], MXLOG_PAYLOAD_ENTRY);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		expect(&(struct sample){ texts[i], MXLOG_INFO, "prog",
			   texts[i] },
		    MXLOG_PAYLOAD_TEXT);
}
END_TEST

static void expect_context(const char *text, const char *key, const char *value)
{
	enum mxlog_payload_kind kind;
	struct mxlog_entry *entry = lift(text, &kind);
	const char *got = context_of(entry, key);

	ck_assert_msg(value ? got && strcmp(got, value) == 0 : !got,
	    "%s: %s is %s, not %s", text, key, got ? got : "missing",
	    value ? value : "missing");
	mxlog_entry_free(entry);
}

START_TEST(values_of_logfmt_have_types)
{
	const char *text = "level=error msg=m n=3 f=-1.5e3 ok=true id=007 "
			   "q=\"3\" trace_id=4bf92f3577b34da6a3ce929d0e0e4736";

	expect_context(text, "n", "3");
	expect_context(text, "f", "-1.5e3");
	expect_context(text, "ok", "true");
	expect_context(text, "id", "007");
	expect_context(text, "q", "3");
	expect_context(text, "level", NULL);
}
END_TEST

#define CEF                                                              \
	"CEF:0|Acme|Wall|1.2|100|a \\| b|7|src=192.0.2.1 msg=two words " \
	"act=a\\=b cs1Label=x y"

START_TEST(events_of_devices_stay_whole_and_are_told_in_context)
{
	static const struct sample whole[] = {
		{ CEF, MXLOG_INFO, "prog", CEF },
		{ "CEF:0|a", MXLOG_INFO, "prog", "CEF:0|a" },
		{ "LEEF:", MXLOG_INFO, "prog", "LEEF:" },
	};
	static const char leef[] =
	    "LEEF:1.0|Acme|Wall|1.2|login|src=192.0.2.1\tusrName=a b\tx=y";
	static const char folded[] =
	    "LEEF:1.0|Acme|Wall|1.2|login|src=192.0.2.1#011usrName=a b";
	static const char second[] =
	    "LEEF:2.0|Acme|Wall|1.2|login|^|src=192.0.2.1^usrName=a b";
	static const char hex[] =
	    "LEEF:2.0|Acme|Wall|1.2|login|x7c|src=192.0.2.1|usrName=a b";
	static const char *const leefs[] = { leef, folded, second, hex };

	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		expect(&whole[i], MXLOG_PAYLOAD_TEXT);
	expect_context(CEF, "device_vendor", "Acme");
	expect_context(CEF, "event_name", "a | b");
	expect_context(CEF, "event_severity", "7");
	expect_context(CEF, "src", "192.0.2.1");
	expect_context(CEF, "msg", "two words");
	expect_context(CEF, "act", "a=b");
	expect_context(CEF, "cs1_label", "x y");
	for (size_t i = 0; i < ARRAY_LEN(leefs); i++) {
		expect_context(leefs[i], "device_product", "Wall");
		expect_context(leefs[i], "src", "192.0.2.1");
		expect_context(leefs[i], "usr_name", "a b");
	}
}
END_TEST

START_TEST(what_others_put_around_a_line_is_taken_off)
{
	static const struct sample texts[] = {
		{ "message repeated 3 times: [ disk full]", MXLOG_INFO, "prog",
		    "disk full" },
		{ "2026-03-05T08:09:10.5Z stdout F a line", MXLOG_INFO, "prog",
		    "a line" },
		{ "2026-03-05T09:09:10.5+01:00 stderr P a part", MXLOG_INFO,
		    "prog", "a part" },
		{ "2026-03-05T08:09:10.5Z stdout F ", MXLOG_INFO, "prog", "" },
		{ "2026-03-05T08:09:10.5Z stdout F", MXLOG_INFO, "prog", "" },
		/* what only looks like it */
		{ "message repeated 3 times: [ a] b", MXLOG_INFO, "prog",
		    "message repeated 3 times: [ a] b" },
		{ "message repeated three times: [ a]", MXLOG_INFO, "prog",
		    "message repeated three times: [ a]" },
		{ "message repeated 3 times", MXLOG_INFO, "prog",
		    "message repeated 3 times" },
		{ "2026-03-05T08:09:10.5Z stdout X a", MXLOG_INFO, "prog",
		    "2026-03-05T08:09:10.5Z stdout X a" },
		{ "2026-03-05T08:09:10.5Z stdout Fa", MXLOG_INFO, "prog",
		    "2026-03-05T08:09:10.5Z stdout Fa" },
		{ "2026-02-30T08:09:10.5Z stdout F a", MXLOG_INFO, "prog",
		    "2026-02-30T08:09:10.5Z stdout F a" },
		{ "2026-03-05T08:09:10.5Z started", MXLOG_INFO, "prog",
		    "2026-03-05T08:09:10.5Z started" },
		{ "{\"log\":\"a line\\n\",\"stream\":\"stdout\",\"time\":"
		  "\"2026-03-05T08:09:10.5Z\"}",
		    MXLOG_INFO, "prog", "a line" },
	};
	static const struct sample payloads[] = {
		{ "message repeated 2 times: [ {\"level\":\"error\",\"msg\":"
		  "\"m\"}]",
		    MXLOG_ERROR, "prog", "m" },
		{ "2026-03-05T08:09:10.5Z stdout F {\"level\":\"warn\","
		  "\"msg\":\"m\"}",
		    MXLOG_WARNING, "prog", "m" },
		{ "2026-03-05T08:09:10.5Z stdout F level=warn msg=m",
		    MXLOG_WARNING, "prog", "m" },
		{ "{\"log\":\"{\\\"level\\\":\\\"error\\\",\\\"msg\\\":"
		  "\\\"m\\\"}\\n\",\"stream\":\"stderr\",\"attrs\":{\"a\":"
		  "\"b\"},\"time\":\"2026-03-05T08:09:10.5Z\"}",
		    MXLOG_ERROR, "prog", "m" },
		{ "{\"log\":\"m\",\"stream\":\"stdout\",\"time\":\"2026-03-05"
		  "T08:09:10.5Z\",\"x\":1}",
		    MXLOG_INFO, "prog", "m" },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		expect(&texts[i], MXLOG_PAYLOAD_TEXT);
	for (size_t i = 0; i < ARRAY_LEN(payloads); i++)
		expect(&payloads[i], MXLOG_PAYLOAD_ENTRY);
	expect_context(texts[0].text, "repeated", "3");
	expect_context(texts[1].text, "stream", "stdout");
	expect_context(texts[1].text, "partial", NULL);
	expect_context(texts[2].text, "stream", "stderr");
	expect_context(texts[2].text, "partial", "true");
	expect_context(payloads[0].text, "repeated", "2");
	expect_context(payloads[3].text, "attrs", "{\"a\":\"b\"}");
	expect_context("2020-03-05T08:09:10.5Z stdout F far", "time",
	    "2020-03-05T08:09:10.5Z");
}
END_TEST

START_TEST(ids_of_traces_and_spans_have_one_name)
{
	static const char id[] = "2BZ4QKAXXK9PKA7KMJKM70WHSP";
	static const struct {
		const char *members, *id, *span;
	} samples[] = {
		{ "\"trace_id\":\"" HEX "\",\"span_id\":\"00f067aa0ba902b7\"",
		    id, "00f067aa0ba902b7" },
		{ "\"TraceId\":\"" HEX "\",\"SpanId\":\"00f067aa0ba902b7\"", id,
		    "00f067aa0ba902b7" },
		{ "\"otelTraceID\":\"" HEX "\",\"otelSpanID\":\"a1\"", id,
		    "a1" },
		{ "\"@tr\":\"" HEX "\",\"@sp\":\"a1\"", id, "a1" },
		{ "\"traceparent\":\"00-" HEX "-00f067aa0ba902b7-01\"", id,
		    "00f067aa0ba902b7" },
		{ "\"b3\":\"" HEX "-00f067aa0ba902b7-1\"", id,
		    "00f067aa0ba902b7" },
		{ "\"b3\":\"0\"", NULL, NULL },
		{ "\"logging.googleapis.com/trace\":\"projects/p/traces/" HEX
		  "\",\"logging.googleapis.com/spanId\":\"a1\"",
		    id, "a1" },
		{ "\"xray_trace_id\":\"1-4bf92f35-77b34da6a3ce929d0e0e4736\"",
		    id, NULL },
		{ "\"dd.trace_id\":\"255\",\"dd.span_id\":\"7\"",
		    "0000000000000000000000007Z", "7" },
		{ "\"dd\":{\"trace_id\":255,\"span_id\":7}",
		    "0000000000000000000000007Z", "7" },
		{ "\"dd.trace_id\":\"0\",\"trace_id\":\"" HEX "\"", id, NULL },
		{ "\"trace_id\":\"\",\"dd.trace_id\":\"1234567890123456\"",
		    "000000000000000132TMY8NEP0", NULL },
		{ "\"trace_id\":\"\",\"traceId\":\"" HEX "\"", id, NULL },
		{ "\"trace\":{\"id\":\"" HEX "\"},\"span\":{\"id\":\"a1\"}", id,
		    "a1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		enum mxlog_payload_kind kind;
		struct mxlog_entry *entry;
		char text[512];

		(void)snprintf(text, sizeof(text), "{\"msg\":\"m\",%s}",
		    samples[i].members);
		entry = lift(text, &kind);
		if (samples[i].id)
			expect_text(entry, MXLOG_FIELD_TRACE_ID, samples[i].id,
			    text);
		else
			ck_assert(
			    !MXLOG_IS_SET(entry->text[MXLOG_FIELD_TRACE_ID]));
		mxlog_entry_free(entry);
		expect_context(text, "span_id", samples[i].span);
	}
}
END_TEST

START_TEST(a_sites_own_members_and_levels_count_first)
{
	static const struct sample samples[] = {
		{ "{\"sev\":\"error\",\"level\":\"info\",\"note\":\"m\","
		  "\"part\":\"a.b\"}",
		    MXLOG_ERROR, "a.b", "m" },
		{ "{\"data\":{\"sev\":\"warn\"},\"msg\":\"n\",\"note\":\"m\"}",
		    MXLOG_WARNING, "prog", "m" },
		{ "{\"sev\":\"loud\",\"level\":\"error\",\"msg\":\"m\"}",
		    MXLOG_ERROR, "prog", "m" },
		{ "{\"level\":\"AUDIT\",\"msg\":\"m\"}", MXLOG_CRITICAL, "prog",
		    "m" },
		{ "{\"level\":35,\"msg\":\"m\"}", MXLOG_ERROR, "prog", "m" },
		{ "sev=audit note=m n=1", MXLOG_CRITICAL, "prog", "m" },
		{ "{\"s\":\"W\",\"c\":\"NET\",\"msg\":\"m\"}", MXLOG_WARNING,
		    "NET", "m" },
	};
	struct mxlog_payload_rules *own;

	ck_assert_int_eq(mxlog_payload_rules_new(&own), 0);
	ck_assert_int_eq(mxlog_payload_rules_add_key(own,
			     MXLOG_PAYLOAD_LEVEL_KEYS, "sev"),
	    0);
	ck_assert_int_eq(mxlog_payload_rules_add_key(own,
			     MXLOG_PAYLOAD_LEVEL_KEYS, "data.sev"),
	    0);
	ck_assert_int_eq(mxlog_payload_rules_add_key(own,
			     MXLOG_PAYLOAD_MESSAGE_KEYS, "note"),
	    0);
	ck_assert_int_eq(mxlog_payload_rules_add_key(own,
			     MXLOG_PAYLOAD_MODULE_KEYS, "part"),
	    0);
	ck_assert_int_eq(mxlog_payload_rules_add_key(own,
			     MXLOG_PAYLOAD_TRACE_ID_KEYS, "op"),
	    0);
	ck_assert_int_eq(mxlog_payload_rules_add_level(own, "audit",
			     MXLOG_CRITICAL),
	    0);
	ck_assert_int_eq(mxlog_payload_rules_add_level(own, "35", MXLOG_ERROR),
	    0);
	rules = own;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		expect(&samples[i], MXLOG_PAYLOAD_ENTRY);
	expect_context("{\"op\":\"request-17\",\"msg\":\"m\"}",
	    "original_trace_id", "request-17");
	rules = NULL;
	mxlog_payload_rules_free(own);
}
END_TEST

SUITE("payload_senders", levels_and_messages_of_many_loggers_are_known,
    what_a_level_can_not_say_stays_in_context, times_of_many_loggers_are_known,
    json_is_known_whatever_a_relay_did_to_its_white_space,
    logfmt_is_known_when_it_is_the_whole_text_and_names_a_level,
    values_of_logfmt_have_types,
    events_of_devices_stay_whole_and_are_told_in_context,
    what_others_put_around_a_line_is_taken_off,
    ids_of_traces_and_spans_have_one_name,
    a_sites_own_members_and_levels_count_first)
