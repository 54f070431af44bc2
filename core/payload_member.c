/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a payload: their text, the name they are kept under, one after the
 * other. */
#include "payload_private.h"

int mxlog_lift_text(struct mxlog_lift *lift,
    const struct mxlog_json_token *token, const char **ret, size_t *ret_len)
{
	int r;

	*ret = token->text;
	*ret_len = token->len;
	if (!token->escaped)
		return 0;
	lift->decoded.len = 0;
	r = mxlog_json_decode(&lift->decoded, token);
	*ret = lift->decoded.data;
	*ret_len = lift->decoded.len;
	return r;
}

static bool is_reserved(const struct mxlog_lift *lift,
    const struct mxlog_buf *name)
{
	for (size_t i = 0; lift->reserved && lift->reserved[i]; i++)
		if (name->len > 0 && lift->reserved[i][0] == name->data[0] &&
		    strlen(lift->reserved[i]) == name->len &&
		    memcmp(lift->reserved[i], name->data, name->len) == 0)
			return true;
	return false;
}

int mxlog_lift_name(struct mxlog_lift *lift, const char *name, size_t len,
    const char **ret, size_t *ret_len)
{
	bool changed;
	int r;

	*ret = name;
	*ret_len = len;
	if (!lift->reserved || !lift->reserved[0])
		return 0;
	lift->key.len = 0;
	r = mxlog_key_normalise(&lift->key, name, len, &changed);
	if (r < 0 || !is_reserved(lift, &lift->key))
		return r;
	lift->key.len = 0;
	r = mxlog_buf_add(&lift->key, LITERAL("payload_"));
	if (r == 0)
		r = mxlog_buf_add(&lift->key, name, len);
	*ret = lift->key.data;
	*ret_len = lift->key.len;
	return r;
}

int mxlog_lift_each(struct mxlog_lift *lift, const char *object, size_t len,
    mxlog_lift_member *fn)
{
	struct mxlog_buf name = { 0 };
	struct mxlog_json json;
	struct mxlog_json_token token;
	int r;

	mxlog_json_init(&json, object, len);
	r = mxlog_json_next(&json, &token);
	while (r > 0 && (r = mxlog_json_next(&json, &token)) > 0 &&
	    token.type == MXLOG_JSON_KEY) {
		name.len = 0;
		r = mxlog_json_decode(&name, &token);
		if (r == 0)
			r = mxlog_json_next(&json, &token);
		if (r > 0)
			r = mxlog_json_skip(&json, &token);
		if (r >= 0)
			r = fn(lift, &name, &token);
		r = r < 0 ? r : 1;
	}
	mxlog_buf_done(&name);
	return MIN(r, 0);
}
