/* SPDX-License-Identifier: Apache-2.0 */
/* Symbolizer: function, file and line of code addresses of this process, from
 * symbols and debug data. The only file that sees libdw. */
#pragma once

#include "base/base.h"

struct mxlog_symbol {
	const char *function; /* "??" if unknown */
	const char *file;     /* source, else the shared object, else "??" */
	uint32_t line;        /* 0 if unknown */
};

/* Call `each` for every address in turn; the strings are borrowed for the
 * call. A negative result of `each` ends it and is returned. Without debug
 * data functions are named by symbols, or not at all; that is no error. */
int mxlog_symbolize(void *const *addresses, size_t n,
    int (*each)(const struct mxlog_symbol *symbol, void *arg), void *arg);
