/* SPDX-License-Identifier: Apache-2.0 */
/* What is read as a time is written as one that reads the same. */
#include <stdlib.h>

#include "base/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int64_t usec)
{
	char text[MXLOG_TIMESTAMP_LEN];
	int64_t back;

	mxlog_timestamp_format(text, usec);
	if (mxlog_timestamp_parse(text, sizeof(text), MXLOG_NO_ZONE, &back) <
		0 ||
	    back != usec)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	int64_t now = INT64_C(1769614245123456), usec;
	int32_t day;

	if (mxlog_timestamp_parse(text, size, MXLOG_NO_ZONE, &usec) == 0)
		check(usec);
	if (mxlog_timestamp_parse_foreign(text, size, MXLOG_NO_ZONE, &usec) ==
	    0)
		check(usec);
	if (mxlog_timestamp_parse_human(text, size, now, false, &usec) == 0)
		check(usec);
	if (mxlog_timestamp_parse_human(text, size, now, true, &usec) == 0)
		check(usec);
	if (mxlog_timestamp_parse_date(text, size, &day) == 0)
		check(day * USEC_PER_DAY);
	return 0;
}
