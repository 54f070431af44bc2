/* SPDX-License-Identifier: Apache-2.0 */
#include "operator.h"

#include <stdio.h>
#include <stdlib.h>

void mxlog_operator_report(void *name, enum mxlog_module_priority priority,
    const char *text)
{
	const char *module = name;

	if (getenv("JOURNAL_STREAM"))
		(void)fprintf(stderr, "<%d>", (int)priority);
	else if (priority >= MXLOG_MODULE_DEBUG)
		return;
	(void)fprintf(stderr, "mxlogd: %s%s%s\n", module, *module ? ": " : "",
	    text);
}

void mxlog_operator_reportf(enum mxlog_module_priority priority,
    const char *format, ...)
{
	static char no_name[] = "";
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	mxlog_operator_report(no_name, priority, text);
}
