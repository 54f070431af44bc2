/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/reserved.h"

#include <stdio.h>

#include "entry/ndjson.h"
#include "starve.h"
#include "suite.h"

#define ID "01HQ8Z9X0ABCDEFGHJKMNPQRST"

static struct mxlog_entry *new_entry(const char *module)
{
	struct mxlog_entry *entry;

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MODULE, module,
			     strlen(module)),
	    0);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
			     LITERAL(ID)),
	    0);
	mxlog_entry_set_time(entry, 0);
	return entry;
}

static void add(struct mxlog_entry *entry, const char *key)
{
	ck_assert_int_eq(mxlog_entry_add_context(entry, key, strlen(key),
			     LITERAL("v")),
	    0);
}

/* From `"module"` on what the entry's line has, the entry freed. */
static void expect(struct mxlog_entry *entry, const char *expected)
{
	struct mxlog_buf line = { 0 };

	ck_assert_int_eq(mxlog_entry_rename_reserved(entry), 0);
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &line), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&line, '\0'), 0);
	ck_assert_pstr_eq(strstr(line.data, "\"module\""), expected);
	mxlog_buf_done(&line);
	mxlog_entry_free(entry);
}

START_TEST(every_name_is_renamed_in_every_form)
{
	static const struct {
		const char *key, *expected;
	} cases[] = {
		{ "journal_id", "payload_journal_id" },
		{ "journalId", "payload_journal_id" },
		{ "JOURNAL_ID", "payload_journal_id" },
		{ "Journal-Id", "payload_journal_id" },
		{ "@journal.id", "payload_journal_id" },
		{ "journal_gap", "payload_journal_gap" },
		{ "mxlogOwn", "payload_mxlog_own" },
		{ "mxlog_own", "payload_mxlog_own" },
		{ "original_timestamp", "payload_original_timestamp" },
		{ "originalTraceId", "payload_original_trace_id" },
		{ "original_module", "payload_original_module" },
		{ "original_level", "payload_original_level" },
		/* what is no name of ours */
		{ "journal", "journal" },
		{ "original_url", "original_url" },
		{ "action", "action" },
		{ "actor", "actor" },
		{ "result", "result" },
		{ "_journal_id", "_journal_id" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_entry *entry = new_entry("app");
		char expected[160];

		(void)snprintf(expected, sizeof(expected),
		    "\"module\":\"app\",\"message\":\"\",\"context\":{\"%s\":"
		    "\"v\"}}\n",
		    cases[i].expected);
		add(entry, cases[i].key);
		expect(entry, expected);
	}
}
END_TEST

START_TEST(what_looks_like_an_audit_entry_is_renamed)
{
	struct mxlog_entry *entry = new_entry("app");

	add(entry, "Action");
	add(entry, "actor");
	add(entry, "result");
	expect(entry,
	    "\"module\":\"app\",\"message\":\"\",\"context\":{"
	    "\"payload_action\":\"v\",\"payload_actor\":\"v\","
	    "\"payload_result\":\"v\"}}\n");

	entry = new_entry("app");
	add(entry, "action");
	add(entry, "result");
	expect(entry,
	    "\"module\":\"app\",\"message\":\"\",\"context\":{"
	    "\"action\":\"v\",\"result\":\"v\"}}\n");
}
END_TEST

START_TEST(our_module_is_nobodys)
{
	static const struct {
		const char *module, *expected;
	} cases[] = {
		{ "mxlog", "payload_mxlog" },
		{ "mxlog.audit", "payload_mxlog.audit" },
		{ "mxlog.archive.x", "payload_mxlog.archive.x" },
	};
	struct mxlog_entry *entry;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char expected[160];

		entry = new_entry(cases[i].module);
		add(entry, "action");
		(void)snprintf(expected, sizeof(expected),
		    "\"module\":\"%s\",\"message\":\"\",\"context\":{"
		    "\"payload_action\":\"v\"}}\n",
		    cases[i].expected);
		expect(entry, expected);
	}
	expect(new_entry("mxlog/audit"),
	    "\"module\":\"payload_mxlog.audit\",\"message\":\"\",\"context\":{"
	    "\"original_module\":\"payload_mxlog/audit\"}}\n");
	expect(new_entry("mxlog-audit"),
	    "\"module\":\"mxlog_audit\",\"message\":\"\",\"context\":{"
	    "\"original_module\":\"mxlog-audit\"}}\n");
	expect(new_entry("mxlogd"),
	    "\"module\":\"mxlogd\",\"message\":\"\"}\n");
	expect(new_entry("a.mxlog"),
	    "\"module\":\"a.mxlog\",\"message\":\"\"}\n");
}
END_TEST

START_TEST(what_is_ours_stays_and_is_marked)
{
	struct mxlog_entry *entry = new_entry("mxlog.audit");

	entry->audit = true;
	add(entry, "action");
	add(entry, "journal_gap");
	expect(entry,
	    "\"module\":\"mxlog.audit\",\"message\":\"\",\"context\":{"
	    "\"action\":\"v\",\"journal_gap\":\"v\",\"mxlog_own\":true}}\n");

	entry = new_entry("app");
	add(entry, "journal_id");
	ck_assert_int_eq(mxlog_entry_add_identity(entry, LITERAL("journal_id"),
			     LITERAL("1-2")),
	    0);
	expect(entry,
	    "\"module\":\"app\",\"message\":\"\",\"context\":{"
	    "\"payload_journal_id\":\"v\",\"journal_id\":\"1-2\"}}\n");
}
END_TEST

START_TEST(tags_of_metrics_are_renamed)
{
	struct mxlog_metric *metric;
	struct mxlog_buf line = { 0 };

	ck_assert_int_eq(mxlog_metric_new(&metric), 0);
	ck_assert_int_eq(mxlog_metric_set_trace_id(metric, LITERAL(ID)), 0);
	ck_assert_int_eq(mxlog_metric_set_name(metric, "n", 1), 0);
	mxlog_metric_set_time(metric, 0);
	ck_assert_int_eq(mxlog_metric_add_tag(metric,
			     LITERAL("originalTimestamp"), LITERAL("v")),
	    0);
	ck_assert_int_eq(mxlog_metric_add_tag(metric, LITERAL("result"),
			     LITERAL("v")),
	    0);
	ck_assert_int_eq(mxlog_metric_add_identity(metric,
			     LITERAL("journal_id"), LITERAL("1-2")),
	    0);
	ck_assert_int_eq(mxlog_metric_rename_reserved(metric), 0);
	ck_assert_int_eq(mxlog_metric_normalise(metric), 0);
	ck_assert_int_eq(mxlog_ndjson_encode_metric(metric, &line), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&line, '\0'), 0);
	ck_assert_pstr_eq(strstr(line.data, "\"tags\""),
	    "\"tags\":{\"payload_original_timestamp\":\"v\",\"result\":\"v\","
	    "\"journal_id\":\"1-2\"}}\n");
	mxlog_buf_done(&line);
	mxlog_metric_free(metric);
}
END_TEST

START_TEST(lack_of_memory_is_told)
{
	bool hungry = true;

	for (unsigned long n = 1; hungry; n++) {
		struct mxlog_entry *entry = new_entry("mxlog.audit");
		int r;

		add(entry, "JournalId");
		add(entry, "action");
		starve(n);
		r = mxlog_entry_rename_reserved(entry);
		hungry = starve_done();
		ck_assert_int_eq(r, hungry ? -ENOMEM : 0);
		mxlog_entry_free(entry);
	}
}
END_TEST

SUITE("reserved", every_name_is_renamed_in_every_form,
    what_looks_like_an_audit_entry_is_renamed, our_module_is_nobodys,
    what_is_ours_stays_and_is_marked, tags_of_metrics_are_renamed,
    lack_of_memory_is_told)
