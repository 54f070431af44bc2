/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/symbolizer.h"

#include <execinfo.h>
#include <stdio.h>

#include "suite.h"

static size_t seen;
static bool found_here, found_libc;

static int look(const struct mxlog_symbol *symbol, void *arg)
{
	(void)arg;
	ck_assert_ptr_nonnull(symbol->function);
	ck_assert_ptr_nonnull(symbol->file);
	seen++;
	if (strstr(symbol->function, "stack_of_this_test") &&
	    strstr(symbol->file, "test_symbolizer.c") && symbol->line > 0)
		found_here = true;
	if (strstr(symbol->file, "libc.so") || strstr(symbol->file, "libc_"))
		found_libc = true;
	return 0;
}

START_TEST(the_stack_of_this_test_has_this_file_and_a_line)
{
	void *stack[32];
	int n = backtrace(stack, 32);

	ck_assert_int_eq(mxlog_symbolize(stack, (size_t)n, look, NULL), 0);
	ck_assert_uint_eq(seen, (size_t)n);
	ck_assert(found_here);
	ck_assert(found_libc || n < 32);
}
END_TEST

static int look_at_nothing(const struct mxlog_symbol *symbol, void *arg)
{
	(void)arg;
	ck_assert_str_eq(symbol->function, "??");
	ck_assert_str_eq(symbol->file, "??");
	ck_assert_uint_eq(symbol->line, 0);
	return 0;
}

START_TEST(addresses_of_nothing_are_named_so)
{
	void *const nowhere[] = { NULL, (void *)1, (void *)UINTPTR_MAX };

	ck_assert_int_eq(mxlog_symbolize(nowhere, 3, look_at_nothing, NULL), 0);
	ck_assert_int_eq(mxlog_symbolize(nowhere, 0, look_at_nothing, NULL), 0);
}
END_TEST

static int refuse(const struct mxlog_symbol *symbol, void *arg)
{
	(void)symbol;
	++*(unsigned *)arg;
	return -E2BIG;
}

START_TEST(who_refuses_ends_it)
{
	void *const addresses[] = { NULL, NULL };
	unsigned calls = 0;

	ck_assert_int_eq(mxlog_symbolize(addresses, 2, refuse, &calls), -E2BIG);
	ck_assert_uint_eq(calls, 1);
}
END_TEST

SUITE("symbolizer", the_stack_of_this_test_has_this_file_and_a_line,
    addresses_of_nothing_are_named_so, who_refuses_ends_it)
