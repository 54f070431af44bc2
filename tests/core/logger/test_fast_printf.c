/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/fast_printf.h"

#include <stdio.h>

#include "suite.h"

static char text[128];

static bool quick(size_t size, size_t *ret_len, const char *format, ...)
{
	va_list args;
	bool ok;

	va_start(args, format);
	ok = mxlog_fast_printf(text, size, format, args, ret_len);
	va_end(args);
	return ok;
}

/* The same bytes as snprintf's. */
#define CHECK(...)                                                         \
	do {                                                               \
		char expected[128];                                        \
		int n = snprintf(expected, sizeof(expected), __VA_ARGS__); \
		size_t len;                                                \
                                                                           \
		ck_assert(quick(sizeof(text), &len, __VA_ARGS__));         \
		ck_assert_uint_eq(len, (size_t)n);                         \
		ck_assert_mem_eq(text, expected, len);                     \
	} while (0)

START_TEST(what_it_knows_is_what_printf_makes)
{
	CHECK("plain %s", "text");
	CHECK("%s%s%c%%", "a", "", 'x');
	CHECK("%d %i %u %x", INT32_MIN, 0, UINT32_MAX, 0xdeadbeefu);
	CHECK("%ld %lld %zu %jd %tx", INT64_MIN, (long long)INT64_MAX, SIZE_MAX,
	    (intmax_t)-1, (ptrdiff_t)255);
	CHECK("%lu %llu %lx %llx %zx", UINT64_MAX, 0ull, 1ul, 2ull, (size_t)3);
	CHECK("%hd %hhd %hu %hhu %hx", (short)-3, (signed char)-7,
	    (unsigned short)9, (unsigned char)255, (unsigned short)0xabcd);
}
END_TEST

START_TEST(what_it_does_not_know_is_left_to_printf)
{
	size_t len;

	ck_assert(!quick(sizeof(text), &len, "%5d", 1));
	ck_assert(!quick(sizeof(text), &len, "%.2f", 1.0));
	ck_assert(!quick(sizeof(text), &len, "%-s", "x"));
	ck_assert(!quick(sizeof(text), &len, "%ls", L"x"));
	ck_assert(!quick(sizeof(text), &len, "%p", (void *)text));
	ck_assert(!quick(sizeof(text), &len, "%m"));
}
END_TEST

START_TEST(what_does_not_fit_is_left_to_printf)
{
	size_t len;

	ck_assert(quick(3, &len, "%s", "abc"));
	ck_assert(!quick(2, &len, "%s", "abc"));
	ck_assert(!quick(2, &len, "abc"));
	ck_assert(!quick(2, &len, "%x", 0xabcu));
	ck_assert(!quick(10, &len, "%d", 1)); /* the longest would not */
}
END_TEST

SUITE("quick_format", what_it_knows_is_what_printf_makes,
    what_it_does_not_know_is_left_to_printf,
    what_does_not_fit_is_left_to_printf)
