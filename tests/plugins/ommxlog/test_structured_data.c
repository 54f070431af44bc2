/* SPDX-License-Identifier: Apache-2.0 */
#include "structured_data.h"

#include <stdio.h>

#include "suite.h"

/* All elements of `data` as JSON, one a line: "id {…}\n"; what is malformed as
 * "! " and the rest. */
static char *render(const char *data, size_t len,
    bool (*skip)(struct mxlog_syslog_text name))
{
	static struct mxlog_sd_element element;
	const char *at = data;
	size_t max = mxlog_sd_json_max(len) * 2 + 16;
	char *out = malloc(max);
	char *p = out;
	int r;

	ck_assert_ptr_nonnull(out);
	while ((r = mxlog_sd_next(&at, data + len, &element)) > 0) {
		memcpy(p, element.id.text, element.id.len);
		p += element.id.len;
		*p++ = ' ';
		p = mxlog_sd_json(p, &element, skip);
		*p++ = '\n';
	}
	if (r < 0) {
		ck_assert_int_eq(r, -EBADMSG);
		p += snprintf(p, max - (size_t)(p - out), "! %.*s",
		    (int)(data + len - at), at);
	}
	*p = '\0';
	return out;
}

static void assert_renders(const char *data, const char *expected)
{
	char *text = render(data, strlen(data), NULL);

	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(elements_become_objects)
{
	assert_renders("[exampleSDID@32473 iut=\"3\" eventSource=\"App\"]"
		       "[origin ip=\"10.0.0.1\"]",
	    "exampleSDID@32473 {\"iut\":\"3\",\"eventSource\":\"App\"}\n"
	    "origin {\"ip\":\"10.0.0.1\"}\n");
	assert_renders("[empty]", "empty {}\n");
	assert_renders("[trailing a=\"\" ]", "trailing {\"a\":\"\"}\n");
	assert_renders("", "");
}
END_TEST

START_TEST(escapes_are_those_of_rfc_5424_then_those_of_json)
{
	assert_renders("[a b=\"\\\"\\\\\\]\"]", "a {\"b\":\"\\\"\\\\]\"}\n");
	assert_renders("[a b=\"c:\\new\"]", "a {\"b\":\"c:\\\\new\"}\n");
	assert_renders("[a b=\"x\ny\x1f\"]",
	    "a {\"b\":\"x\\u000ay\\u001f\"}\n");
	assert_renders("[a b=\"caf\xc3\xa9 ]\"]",
	    "a {\"b\":\"caf\xc3\xa9 ]\"}\n");
}
END_TEST

START_TEST(a_name_that_comes_again_makes_an_array)
{
	assert_renders("[origin ip=\"a\" x=\"1\" ip=\"b\" ip=\"c\"]",
	    "origin {\"ip\":[\"a\",\"b\",\"c\"],\"x\":\"1\"}\n");
}
END_TEST

static bool is_x(struct mxlog_syslog_text name)
{
	return name.len == 1 && *name.text == 'x';
}

START_TEST(names_can_be_left_out)
{
	static const char data[] = "[a x=\"1\" y=\"2\" x=\"3\"][b x=\"4\"]";
	char *text = render(data, sizeof(data) - 1, is_x);

	ck_assert_str_eq(text, "a {\"y\":\"2\"}\nb {}\n");
	free(text);
}
END_TEST

START_TEST(what_is_malformed_stays_from_there_on)
{
	static const char *const rests[] = { "[", "[]", "[ a=\"1\"]", "[a",
		"[a ", "[a b]", "[a b=]", "[a b=\"]", "[a b=\"\\",
		"[a b=\"\\\"", "[a b=\"1\"c=\"2\"]", "x", "-", "[a b=\"1\"" };
	char data[64], expected[64];
	size_t i;

	for (i = 0; i < ARRAY_LEN(rests); i++) {
		snprintf(data, sizeof(data), "[ok k=\"v\"]%s", rests[i]);
		snprintf(expected, sizeof(expected), "ok {\"k\":\"v\"}\n! %s",
		    rests[i]);
		assert_renders(data, expected);
	}
}
END_TEST

START_TEST(an_element_of_too_many_parameters_is_refused)
{
	char data[8 * (MXLOG_SD_PARAMS + 2)] = "[a";
	const char *at = data;
	static struct mxlog_sd_element element;
	size_t len = 2;
	int i;

	for (i = 0; i < MXLOG_SD_PARAMS; i++)
		len += (size_t)snprintf(data + len, sizeof(data) - len,
		    " p=\"1\"");
	data[len] = ']';
	ck_assert_int_eq(mxlog_sd_next(&at, data + len + 1, &element), 1);
	ck_assert_uint_eq(element.n_params, MXLOG_SD_PARAMS);
	len += (size_t)snprintf(data + len, sizeof(data) - len, " p=\"1\"]");
	at = data;
	ck_assert_int_eq(mxlog_sd_next(&at, data + len, &element), -EBADMSG);
}
END_TEST

START_TEST(the_worst_case_fits_the_promised_space)
{
	char data[] = "[a b=\"\x01\x01\x01\x01\x01\x01\x01\x01\" b=\"\x02\"]";
	size_t len = sizeof(data) - 1;
	const char *at = data;
	static struct mxlog_sd_element element;
	char *out = malloc(mxlog_sd_json_max(len));

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(mxlog_sd_next(&at, data + len, &element), 1);
	ck_assert_uint_le(mxlog_sd_json(out, &element, NULL) - out,
	    mxlog_sd_json_max(len));
	free(out);
}
END_TEST

SUITE("structured_data", elements_become_objects,
    escapes_are_those_of_rfc_5424_then_those_of_json,
    a_name_that_comes_again_makes_an_array, names_can_be_left_out,
    what_is_malformed_stays_from_there_on,
    an_element_of_too_many_parameters_is_refused,
    the_worst_case_fits_the_promised_space)
