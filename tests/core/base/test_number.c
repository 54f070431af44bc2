/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "suite.h"

static void check_double(double value, const char *expected)
{
	char out[MXLOG_NUMBER_MAX + 1];
	size_t n = mxlog_number_format_double(out, value);
	double back = NAN;

	ck_assert_uint_lt(n, sizeof(out));
	out[n] = '\0';
	if (expected)
		ck_assert_str_eq(out, expected);
	ck_assert_int_eq(mxlog_number_parse_double(out, n, &back), 0);
	ck_assert_mem_eq(&back, &value, sizeof(value));
}

/* The same texts as Python's repr(). */
START_TEST(a_double_is_written_in_its_shortest_form)
{
	check_double(0.0, "0.0");
	check_double(-0.0, "-0.0");
	check_double(10, "10.0");
	check_double(145.32, "145.32");
	check_double(-145.32, "-145.32");
	check_double(0.1 + 0.2, "0.30000000000000004");
	check_double(0.05, "0.05");
	check_double(0.0001, "0.0001");
	check_double(0.00001, "1e-05");
	check_double(123456789012345680.0, "1.2345678901234568e+17");
	check_double(72057594037927936.0, "7.205759403792794e+16");
	check_double(1e15, "1000000000000000.0");
	check_double(9007199254740993.0, "9007199254740992.0");
	check_double(1e16, "1e+16");
	check_double(1e300, "1e+300");
	check_double(1.0 / 3, "0.3333333333333333");
	check_double(DBL_MAX, "1.7976931348623157e+308");
	check_double(DBL_MIN, "2.2250738585072014e-308");
	check_double(5e-324, "5e-324");
	check_double(5e-324 * 3, "1.5e-323");
	check_double(100.5e6, "100500000.0");
}
END_TEST

START_TEST(any_double_reads_back_as_itself)
{
	uint64_t bits = 88172645463325252;

	for (int i = 0; i < 20000; i++) {
		double value;

		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		memcpy(&value, &bits, sizeof(value));
		if (isfinite(value))
			check_double(value, NULL);
		check_double((double)(bits >> 20) / 1e6, NULL);
		check_double((double)(bits >> 44) / 1e3, NULL);
	}
}
END_TEST

START_TEST(the_locale_makes_no_difference)
{
	static const char *const names[] = { "de_DE.UTF-8", "fr_FR.UTF-8",
		"ru_RU.UTF-8" };
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(names) && !found; i++)
		found = setlocale(LC_ALL, names[i]) != NULL;
	if (!found)
		printf("no locale with a decimal comma here: C used\n");
	check_double(0.1 + 0.2, "0.30000000000000004");
	check_double(1.5e300, "1.5e+300");
}
END_TEST

START_TEST(a_double_reads_by_the_grammar_of_json_alone)
{
	static const char *const bad[] = { "", "-", "+1", ".5", "5.", "01",
		"1e", "1e+", "0x10", "inf", "nan", "1 ", " 1", "1,5", "--1",
		"-.5" };
	double value = 7;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_int_eq(mxlog_number_parse_double(bad[i],
				     strlen(bad[i]), &value),
		    -EINVAL);
	ck_assert_int_eq(mxlog_number_parse_double(LITERAL("1e309"), &value),
	    -ERANGE);
	ck_assert_int_eq(mxlog_number_parse_double(LITERAL("1e999999999999"),
			     &value),
	    -ERANGE);
	ck_assert_double_eq(value, 7);
	ck_assert_int_eq(mxlog_number_parse_double(LITERAL("1e-999999999999"),
			     &value),
	    0);
	ck_assert_double_eq(value, 0);
	ck_assert_int_eq(mxlog_number_parse_double(LITERAL("-12.5E+1"), &value),
	    0);
	ck_assert_double_eq(value, -125);
}
END_TEST

/* Halfway between two doubles, then a digit far behind. */
START_TEST(digits_without_end_are_rounded_right)
{
	char text[1200];
	double value = 0;
	size_t n;

	n = (size_t)snprintf(text, sizeof(text), "9007199254740993.%0*d", 1000,
	    0);
	ck_assert_int_eq(mxlog_number_parse_double(text, n, &value), 0);
	ck_assert_double_eq(value, 9007199254740992.0);
	text[n - 1] = '1';
	ck_assert_int_eq(mxlog_number_parse_double(text, n, &value), 0);
	ck_assert_double_eq(value, 9007199254740994.0);

	n = (size_t)snprintf(text, sizeof(text), "0.%0*d5e1001", 1000, 0);
	ck_assert_int_eq(mxlog_number_parse_double(text, n, &value), 0);
	ck_assert_double_eq(value, 5);
}
END_TEST

START_TEST(integers_are_exact_to_their_limits)
{
	char out[MXLOG_NUMBER_MAX];
	uint64_t u = 0;
	int64_t i = 0;

	ck_assert_uint_eq(mxlog_number_format_u64(out, UINT64_MAX), 20);
	ck_assert_int_eq(mxlog_number_parse_u64(out, 20, &u), 0);
	ck_assert_uint_eq(u, UINT64_MAX);
	ck_assert_uint_eq(mxlog_number_format_i64(out, INT64_MIN), 20);
	ck_assert_mem_eq(out, "-9223372036854775808", 20);
	ck_assert_int_eq(mxlog_number_parse_i64(out, 20, &i), 0);
	ck_assert_int_eq(i, INT64_MIN);
	for (uint64_t power = 1; power <= UINT64_MAX / 10; power *= 10)
		for (uint64_t value = power - 1; value <= power + 1; value++) {
			char expected[MXLOG_NUMBER_MAX];
			int n = snprintf(expected, sizeof(expected), "%ju",
			    (uintmax_t)value);

			ck_assert_uint_eq(mxlog_number_format_u64(out, value),
			    (size_t)n);
			ck_assert_mem_eq(out, expected, (size_t)n);
			ck_assert_int_eq(mxlog_number_parse_u64(out, (size_t)n,
					     &u),
			    0);
			ck_assert_uint_eq(u, value);
		}
	ck_assert_uint_eq(mxlog_number_format_u64(out,
			      UINT64_C(10000000000000000000)),
	    20);
	ck_assert_mem_eq(out, "10000000000000000000", 20);

	ck_assert_int_eq(mxlog_number_parse_u64(LITERAL("18446744073709551616"),
			     &u),
	    -ERANGE);
	ck_assert_int_eq(mxlog_number_parse_i64(LITERAL("9223372036854775808"),
			     &i),
	    -ERANGE);
	ck_assert_int_eq(mxlog_number_parse_u64(LITERAL(""), &u), -EINVAL);
	ck_assert_int_eq(mxlog_number_parse_u64(LITERAL("-1"), &u), -EINVAL);
	ck_assert_int_eq(mxlog_number_parse_i64(LITERAL("-"), &i), -EINVAL);
	ck_assert_int_eq(mxlog_number_parse_i64(LITERAL("1x"), &i), -EINVAL);
}
END_TEST

START_TEST(a_plain_number_is_read_as_the_library_reads_it)
{
	uint64_t bits = 88172645463325252;

	for (int i = 0; i < 200000; i++) {
		char text[32];
		double value;
		int len;

		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		len =
		    snprintf(text, sizeof(text), "%s%llu", bits & 1 ? "-" : "",
			(unsigned long long)(bits >> (bits >> 1) % 60));
		if (bits & 2)
			len += snprintf(text + len, sizeof(text) - (size_t)len,
			    ".%0*u", 1 + (int)(bits >> 2 & 3),
			    (unsigned)(bits >> 4 & 0x3ff));
		ck_assert_int_eq(mxlog_number_parse_double(text, (size_t)len,
				     &value),
		    0);
		ck_assert_msg(value == strtod(text, NULL), "%s", text);
	}
}
END_TEST

static int order(const char *a, const char *b)
{
	int r = mxlog_number_compare(a, strlen(a), b, strlen(b));

	ck_assert_int_eq(mxlog_number_compare(b, strlen(b), a, strlen(a)), -r);
	return r;
}

START_TEST(numbers_compare_by_all_of_their_digits)
{
	static const char *const rising[] = { "-1e400", "-10", "-9.5", "-1e-9",
		"0", "1e-400", "1e-9", "0.001", "0.0010000000000000000001",
		"0.1", "1", "1.0000000000000000001", "9", "10.05", "10.5",
		"4111111111111111111", "4111111111111111112", "1e30",
		"1000000000000000000000000000001", "1e400" };
	static const char *const same[][2] = { { "0", "-0.0e9" },
		{ "1", "1.0" }, { "1", "10e-1" }, { "100", "1E+2" },
		{ "-0.5", "-5e-1" }, { "10.50", "0.1050e2" },
		{ "1000000000000000000000000000000", "1e30" } };

	for (size_t i = 0; i < ARRAY_LEN(rising); i++)
		for (size_t j = i; j < ARRAY_LEN(rising); j++)
			ck_assert_msg(order(rising[i], rising[j]) == -(i < j),
			    "%s %s", rising[i], rising[j]);
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		ck_assert_msg(order(same[i][0], same[i][1]) == 0, "%s %s",
		    same[i][0], same[i][1]);
}
END_TEST

SUITE("number", numbers_compare_by_all_of_their_digits,
    a_double_is_written_in_its_shortest_form, any_double_reads_back_as_itself,
    the_locale_makes_no_difference, a_double_reads_by_the_grammar_of_json_alone,
    digits_without_end_are_rounded_right,
    a_plain_number_is_read_as_the_library_reads_it,
    integers_are_exact_to_their_limits)
