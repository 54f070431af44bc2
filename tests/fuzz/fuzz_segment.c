/* SPDX-License-Identifier: Apache-2.0 */
/* What is read as a segment's name is written the same. */
#include <stdlib.h>

#include "store/segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[256] = { 0 }, back[MXLOG_SEGMENT_NAME_MAX];
	struct mxlog_segment_name name;

	memcpy(text, data, MIN(size, sizeof(text) - 1));
	if (mxlog_segment_parse(text, &name) < 0)
		return 0;
	mxlog_segment_format(back, &name);
	if (strcmp(text, back) != 0)
		abort();
	return 0;
}
