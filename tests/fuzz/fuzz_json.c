/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes: the scanner ends, a member read at once is the one read in two
 * steps, the canonical form is JSON, valid UTF-8 and its own canonical form. */
#include <stdlib.h>

#include "base/json.h"
#include "base/utf8.h"

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

static bool is_one(const struct mxlog_json_token *a,
    const struct mxlog_json_token *b)
{
	return a->type == b->type && a->text == b->text && a->len == b->len &&
	    a->escaped == b->escaped && a->depth == b->depth;
}

/* Read a member in both ways. Returns what both got. */
static int check_member(struct mxlog_json *json, struct mxlog_json_token *ret)
{
	struct mxlog_json other = *json;
	struct mxlog_json_token key, one, two;
	int r = mxlog_json_next_member(json, &key, ret), other_r;

	other_r = mxlog_json_next(&other, &one);
	if (other_r > 0)
		other_r = one.type == MXLOG_JSON_OBJECT_END
		    ? 0
		    : mxlog_json_next(&other, &two);
	if (r != other_r || json->at != other.at || json->depth != other.depth)
		abort();
	if (r > 0 && (!is_one(&key, &one) || !is_one(ret, &two)))
		abort();
	return r;
}

/* All members of an object whose beginning was read. */
static void check_members(struct mxlog_json json)
{
	struct mxlog_json_token value;

	while (check_member(&json, &value) > 0 &&
	    mxlog_json_skip(&json, &value) == 0)
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct mxlog_buf canonical = { 0 };
	struct mxlog_json_token token;
	struct mxlog_json json;
	int r;

	mxlog_json_init(&json, text, size);
	while ((r = mxlog_json_next(&json, &token)) > 0) {
		if (token.type == MXLOG_JSON_STRING ||
		    token.type == MXLOG_JSON_KEY)
			check_string(&token);
		if (token.type == MXLOG_JSON_OBJECT)
			check_members(json);
	}
	if (mxlog_json_compact(&canonical, text, size) != r)
		abort();
	if (r == 0)
		check_canonical(&canonical);
	mxlog_buf_done(&canonical);
	return 0;
}
