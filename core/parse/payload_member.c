/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a payload: their text, the name they are kept under, one after the
 * other. */
#include "parse/payload_private.h"

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

static uint32_t letter_bit(char c)
{
	return UINT32_C(1) << (c & 31);
}

void mxlog_lift_reserve(struct mxlog_lift *lift, const char *const *names)
{
	lift->reserved = names;
	for (; names && *names; names++)
		lift->reserved_letters |= letter_bit(**names);
}

static bool is_reserved(const struct mxlog_lift *lift, const char *name,
    size_t len)
{
	if (len == 0 || !(lift->reserved_letters & letter_bit(*name)))
		return false;
	for (size_t i = 0; lift->reserved[i]; i++)
		if (strlen(lift->reserved[i]) == len &&
		    memcmp(lift->reserved[i], name, len) == 0)
			return true;
	return false;
}

static bool is_valid(const struct mxlog_lift *lift, const char *name,
    size_t len)
{
	/* What stands behind a short name in the payload may be read. */
	if (len - 1 < MXLOG_LANES && name >= lift->text && name < lift->end &&
	    lift->end - name >= MXLOG_LANES)
		return mxlog_key_is_valid_short(mxlog_vec16_load(name), len);
	return mxlog_key_is_valid(name, len);
}

/* The same of the form that the name will have. */
static int will_be_reserved(struct mxlog_lift *lift, const char *name,
    size_t len)
{
	bool changed;
	int r;

	if (LIKELY(is_valid(lift, name, len)))
		return is_reserved(lift, name, len);
	lift->key.len = 0;
	r = mxlog_key_normalise(&lift->key, name, len, &changed);
	return r < 0 ? r : is_reserved(lift, lift->key.data, lift->key.len);
}

int mxlog_lift_name(struct mxlog_lift *lift, const char *name, size_t len,
    const char **ret, size_t *ret_len)
{
	int r;

	*ret = name;
	*ret_len = len;
	if (lift->reserved_letters == 0)
		return 0;
	r = will_be_reserved(lift, name, len);
	if (r <= 0)
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
