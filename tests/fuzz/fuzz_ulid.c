/* SPDX-License-Identifier: Apache-2.0 */
/* What is read as an id is written canonically and reads the same. */
#include <stdlib.h>

#include "base/ulid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct mxlog_ulid *id)
{
	char text[MXLOG_ULID_LEN];
	struct mxlog_ulid back;

	mxlog_ulid_format(text, id);
	if (!mxlog_ulid_is_canonical(text, sizeof(text)) ||
	    mxlog_ulid_parse(text, sizeof(text), &back) < 0 ||
	    memcmp(&back, id, sizeof(back)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct mxlog_ulid id;

	if (mxlog_ulid_parse(text, size, &id) == 0)
		check(&id);
	else if (mxlog_ulid_is_canonical(text, size))
		abort();
	if (mxlog_ulid_parse_hex(text, size, &id) == 0)
		check(&id);
	return 0;
}
