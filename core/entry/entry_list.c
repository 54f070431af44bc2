/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/entry.h>

#include "base/json.h"
#include "base/utf8.h"

static int quote_lossy(struct mxlog_buf *json, struct mxlog_buf *scratch,
    const struct mxlog_text *value)
{
	int r;

	if (mxlog_utf8_valid(value->text, value->len) == value->len)
		return mxlog_json_quote(json, value->text, value->len);
	scratch->len = 0;
	r = mxlog_utf8_append_lossy(scratch, value->text, value->len);
	return r < 0 ? r : mxlog_json_quote(json, scratch->data, scratch->len);
}

int mxlog_entry_add_context_list(struct mxlog_entry *entry, const char *key,
    size_t key_len, const struct mxlog_text *values, size_t n_values)
{
	if (!entry || (!key && key_len > 0) || (!values && n_values > 0))
		return -EINVAL;

	struct mxlog_buf json = { 0 }, scratch = { 0 };
	int r = 0;

	for (size_t i = 0; i < n_values && r == 0; i++) {
		r = mxlog_buf_add_char(&json, i == 0 ? '[' : ',');
		if (r == 0)
			r = quote_lossy(&json, &scratch, &values[i]);
	}
	if (r == 0)
		r = n_values == 0 ? mxlog_buf_add(&json, "[]", 2)
				  : mxlog_buf_add_char(&json, ']');
	if (r == 0)
		r = mxlog_entry_add_context_json(entry, key, key_len, json.data,
		    json.len);
	mxlog_buf_done(&json);
	mxlog_buf_done(&scratch);
	return r;
}

bool mxlog_text_is_valid(const char *text, size_t len)
{
	if (!text && len > 0)
		return false;

	return mxlog_utf8_valid(text, len) == len;
}
