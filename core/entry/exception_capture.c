/* SPDX-License-Identifier: Apache-2.0 */
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>

#include <mxlog/exception.h>

#include "entry/exception_private.h"
#include "extern/symbolizer.h"

enum {
	STACK_MAX = 128,
};

static int add_frame(const struct mxlog_symbol *symbol, void *arg)
{
	return mxlog_exception_add_frame(arg, symbol->file,
	    strlen(symbol->file), symbol->line, symbol->function,
	    strlen(symbol->function), NULL, 0);
}

/* Outermost call first, as Python prints them; this function is left out. */
static int add_stack(struct mxlog_exception *exception, unsigned skip)
{
	void *stack[STACK_MAX];
	int n = backtrace(stack, STACK_MAX);
	int left = n - (int)MIN(skip, (unsigned)STACK_MAX);

	for (int i = 0; i < n / 2; i++) {
		void *address = stack[i];

		stack[i] = stack[n - 1 - i];
		stack[n - 1 - i] = address;
	}
	if (left <= 0)
		return 0;
	return mxlog_symbolize(stack, (size_t)left, add_frame, exception);
}

__attribute__((noinline)) int mxlog_exception_capture(const char *type,
    unsigned skip, struct mxlog_exception **ret, const char *format, ...)
{
	struct mxlog_exception *exception = NULL;
	char *message = NULL;
	va_list args;
	int n, r;

	va_start(args, format);
	n = vasprintf(&message, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	r = mxlog_exception_new(type, strlen(type), message, (size_t)n,
	    &exception);
	free(message);
	if (r == 0)
		r = add_stack(exception, skip + 2);
	if (r < 0) {
		mxlog_exception_free(exception);
		return r;
	}
	*ret = exception;
	return 0;
}
