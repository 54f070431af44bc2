/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/field_path.h"

#include <stdio.h>

#include "suite.h"

static char last[64]; /* what was found, numbers with a '#' before them */

static int keep(void *arg, const struct mxlog_field_value *value)
{
	(void)arg;
	(void)snprintf(last, sizeof(last), "%s%.*s", value->json ? "#" : "",
	    (int)value->len, value->text);
	return 1;
}

START_TEST(a_fact_is_found_under_either_of_its_names)
{
	static const struct {
		const char *context, *path, *expected;
	} cases[] = {
		{ "{\"facility\":\"auth\"}", "facility", "auth" },
		{ "{\"facility\":\"auth\"}", "syslog_facility", "#4" },
		{ "{\"syslog_facility\":4}", "facility", "auth" },
		{ "{\"syslog_facility\":4}", "syslog_facility", "#4" },
		{ "{\"syslog_facility\":99}", "facility", "#99" },
		{ "{\"facility\":\"odd\"}", "syslog_facility", "odd" },
		{ "{\"syslog_identifier\":\"cron\"}", "program", "cron" },
		{ "{\"program\":\"cron\"}", "syslog_identifier", "cron" },
		{ "{\"facility\":\"auth\",\"syslog_facility\":1}", "facility",
		    "auth" },
		{ "{\"facilities\":\"auth\"}", "facility", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = strlen(cases[i].context);
		struct mxlog_entry *entry;
		char path[64], key[32];
		int r;

		*last = '\0';
		r = mxlog_field_path_context(cases[i].context, len,
		    cases[i].path, keep, NULL);
		ck_assert_int_eq(r, *cases[i].expected ? 1 : 0);
		ck_assert_str_eq(last, cases[i].expected);

		/* The same of a decoded entry, of one pair. */
		if (strchr(cases[i].context, ','))
			continue;
		ck_assert_int_eq(sscanf(cases[i].context,
				     "{\"%31[a-z_]\":", key),
		    1);
		ck_assert_int_eq(mxlog_entry_new(&entry), 0);
		ck_assert_int_eq(mxlog_entry_add_context_json(entry, key,
				     strlen(key),
				     cases[i].context + strlen(key) + 4,
				     len - strlen(key) - 5),
		    0);
		if (entry->context[0].json &&
		    cases[i].context[len - 2] == '"') {
			const char *text = cases[i].context + strlen(key) + 5;

			mxlog_entry_reset(entry);
			ck_assert_int_eq(mxlog_entry_add_context(entry, key,
					     strlen(key), text,
					     len - strlen(key) - 7),
			    0);
		}
		*last = '\0';
		(void)snprintf(path, sizeof(path), "context.%s", cases[i].path);
		r = mxlog_field_path_find(entry, path, keep, NULL);
		ck_assert_int_eq(r, *cases[i].expected ? 1 : 0);
		ck_assert_str_eq(last, cases[i].expected);
		mxlog_entry_free(entry);
	}
	ck_assert(mxlog_field_path_has_other("context.facility"));
	ck_assert(!mxlog_field_path_has_other("context.fac"));
	ck_assert(!mxlog_field_path_has_other("message"));
}
END_TEST

START_TEST(facilities_have_names_and_numbers)
{
	ck_assert_str_eq(mxlog_facility_name(0), "kern");
	ck_assert_str_eq(mxlog_facility_name(23), "local7");
	ck_assert_ptr_null(mxlog_facility_name(24));
	for (unsigned i = 0; i < 24; i++)
		ck_assert_int_eq(mxlog_facility_parse(mxlog_facility_name(i),
				     strlen(mxlog_facility_name(i))),
		    (int)i);
	ck_assert_int_eq(mxlog_facility_parse("ker", 3), -1);
}
END_TEST

SUITE("field_path", a_fact_is_found_under_either_of_its_names,
    facilities_have_names_and_numbers)
