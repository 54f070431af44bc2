/* SPDX-License-Identifier: Apache-2.0 */
#include "entry/trace_id.h"

#include "suite.h"

#define HEX "4bf92f3577b34da6a3ce929d0e0e4736"

static int form_of(const char *text, struct mxlog_ulid *ret)
{
	*ret = (struct mxlog_ulid){ 0, 0 };
	return mxlog_trace_id_read(text, strlen(text), ret);
}

START_TEST(one_operation_is_one_id_in_whichever_form)
{
	static const char *const same[][4] = {
		{ HEX, "4BF92F3577B34DA6A3CE929D0E0E4736",
		    "4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
		    "1-4bf92f35-77b34da6a3ce929d0e0e4736" },
		{ HEX,
		    "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent="
		    "53995c3f42cd8ad8;Sampled=1",
		    "projects/my-shop/traces/" HEX, HEX },
		/* 64 bits, padded, and as decimal digits */
		{ "00f067aa0ba902b7", "000000000000000000f067aa0ba902b7",
		    "67667974448284343", "00067667974448284343" },
	};

	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		struct mxlog_ulid first, id;

		ck_assert_int_eq(form_of(same[i][0], &first),
		    MXLOG_TRACE_ID_BITS);
		for (size_t j = 1; j < ARRAY_LEN(same[i]); j++) {
			ck_assert_msg(form_of(same[i][j], &id) ==
				MXLOG_TRACE_ID_BITS,
			    "%s", same[i][j]);
			ck_assert_msg(mxlog_ulid_compare(&first, &id) == 0,
			    "%s", same[i][j]);
		}
	}
}
END_TEST

START_TEST(a_ulid_is_itself)
{
	struct mxlog_ulid id, lower;

	ck_assert_int_eq(form_of("01HQ8Z9X0ABCDEFGHJKMNPQRST", &id),
	    MXLOG_TRACE_ID_ULID);
	ck_assert_int_eq(form_of("01hq8z9x0abcdefghjkmnpqrst", &lower),
	    MXLOG_TRACE_ID_ULID);
	ck_assert_int_eq(mxlog_ulid_compare(&id, &lower), 0);
}
END_TEST

START_TEST(any_other_id_is_always_the_same_one)
{
	struct mxlog_ulid id, again, other;

	ck_assert_int_eq(form_of("req-2026-0001", &id), MXLOG_TRACE_ID_HASHED);
	ck_assert_int_eq(form_of("req-2026-0001", &again),
	    MXLOG_TRACE_ID_HASHED);
	ck_assert_int_eq(form_of("req-2026-0002", &other),
	    MXLOG_TRACE_ID_HASHED);
	ck_assert_int_eq(mxlog_ulid_compare(&id, &again), 0);
	ck_assert_int_ne(mxlog_ulid_compare(&id, &other), 0);
	/* printf %s req-2026-0001 | sha256sum | cut -c-32 */
	ck_assert_uint_eq(id.hi, UINT64_C(0x693c154b9d999f47));
	ck_assert_uint_eq(id.lo, UINT64_C(0x7b6717b9e5d81aca));
}
END_TEST

START_TEST(what_means_none_is_none)
{
	static const char *const texts[] = { "", "-", "none", "null",
		"00000000000000000000000000000000", "0000000000000000",
		"00000000-0000-0000-0000-000000000000", "--------", "short-1",
		"aaaaaaaabbbb", "undefined", "Undefined", "no-trace-id",
		"[object Object]", "1111111111111", "00000000000000000" };
	struct mxlog_ulid id;
	char long_text[258];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ck_assert_msg(form_of(texts[i], &id) == MXLOG_TRACE_ID_NONE,
		    "%s", texts[i]);
	for (size_t i = 0; i < sizeof(long_text) - 1; i++)
		long_text[i] = (char)('a' + i % 26);
	long_text[sizeof(long_text) - 1] = '\0';
	ck_assert_int_eq(form_of(long_text, &id), MXLOG_TRACE_ID_NONE);
	long_text[256] = '\0';
	ck_assert_int_eq(form_of(long_text, &id), MXLOG_TRACE_ID_HASHED);
}
END_TEST

START_TEST(decimal_digits_become_hex_ones)
{
	char hex[16];

	ck_assert_int_eq(mxlog_trace_id_hex_of_decimal("255", 3, hex), 0);
	ck_assert_mem_eq(hex, "00000000000000ff", 16);
	ck_assert_int_eq(
	    mxlog_trace_id_hex_of_decimal(LITERAL("18446744073709551615"), hex),
	    0);
	ck_assert_mem_eq(hex, "ffffffffffffffff", 16);
	ck_assert_int_lt(
	    mxlog_trace_id_hex_of_decimal(LITERAL("18446744073709551616"), hex),
	    0);
	ck_assert_int_lt(mxlog_trace_id_hex_of_decimal("0", 1, hex), 0);
	ck_assert_int_lt(mxlog_trace_id_hex_of_decimal("1a", 2, hex), 0);
	ck_assert_int_lt(mxlog_trace_id_hex_of_decimal("", 0, hex), 0);
}
END_TEST

SUITE("trace_id", one_operation_is_one_id_in_whichever_form, a_ulid_is_itself,
    any_other_id_is_always_the_same_one, what_means_none_is_none,
    decimal_digits_become_hex_ones)
