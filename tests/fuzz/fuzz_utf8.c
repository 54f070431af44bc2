/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes: what comes out is valid, and valid text comes out as it was. */
#include <stdlib.h>

#include "base/json.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t valid = mxlog_utf8_valid(text, size);
	struct mxlog_buf lossy = { 0 }, escaped = { 0 };

	if (mxlog_utf8_append_lossy(&lossy, text, size) < 0)
		abort();
	if (mxlog_utf8_valid(lossy.data, lossy.len) != lossy.len)
		abort();
	if (valid > 0 && memcmp(lossy.data, text, valid) != 0)
		abort();
	if (valid == size && lossy.len != size)
		abort();
	for (size_t max = 0; max <= lossy.len; max++)
		if (mxlog_utf8_valid(lossy.data,
			mxlog_utf8_cut(lossy.data, lossy.len, max)) +
			3 <
		    max)
			abort();

	/* Escaping must bear what is not valid, too. */
	if (mxlog_json_escape(&escaped, text, size) < 0)
		abort();
	if (mxlog_json_escaped_len(text, size) != escaped.len)
		abort();
	mxlog_buf_done(&escaped);
	mxlog_buf_done(&lossy);
	return 0;
}
