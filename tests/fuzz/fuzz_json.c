/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes: the scanner ends, the canonical form is JSON, valid UTF-8 and its
 * own canonical form. */
#include <stdlib.h>

#include "json.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_canonical(const struct mxlog_buf *once)
{
	struct mxlog_buf twice = { 0 };

	if (mxlog_utf8_valid(once->data, once->len) != once->len)
		abort();
	if (memchr(once->data, '\n', once->len))
		abort();
	if (mxlog_json_compact(&twice, once->data, once->len) < 0)
		abort();
	if (twice.len != once->len ||
	    memcmp(twice.data, once->data, once->len) != 0)
		abort();
	mxlog_buf_done(&twice);
}

static void check_string(const struct mxlog_json_token *token)
{
	struct mxlog_buf text = { 0 };

	if (mxlog_json_decode(&text, token) < 0)
		abort();
	if (mxlog_utf8_valid(text.data, text.len) != text.len)
		abort();
	if (!mxlog_json_equals(token, text.data, text.len))
		abort();
	mxlog_buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct mxlog_buf canonical = { 0 };
	struct mxlog_json_token token;
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, text, size);
	while ((r = mxlog_json_next(&json, &token)) > 0)
		if (token.type == MXLOG_JSON_STRING ||
		    token.type == MXLOG_JSON_KEY)
			check_string(&token);
	if (mxlog_json_compact(&canonical, text, size) != r)
		abort();
	if (r == 0)
		check_canonical(&canonical);
	mxlog_buf_done(&canonical);
	return 0;
}
