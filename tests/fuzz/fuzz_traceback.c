/* SPDX-License-Identifier: Apache-2.0 */
/* Any text: no crash, and a traceback's place lies within the text. */
#include <stdlib.h>

#include <mxlog/traceback.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mxlog_exception *exception;
	size_t start, end;

	if (mxlog_traceback_parse((const char *)data, size, &exception, &start,
		&end) == 1) {
		if (start > end || end > size)
			abort();
		mxlog_exception_free(exception);
	}
	return 0;
}
