/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/json_tree.h"

#include <json-c/json.h>
#include <limits.h>
#include <math.h>

#include "base/json.h"

/* json-c takes no const; none of the functions used changes the value. */
static json_object *object_of(const struct mxlog_json_tree *node)
{
	union {
		const struct mxlog_json_tree *node;
		json_object *object;
	} u = { .node = node };

	return u.object;
}

static const struct mxlog_json_tree *node_of(json_object *object)
{
	return (const struct mxlog_json_tree *)object;
}

/* ---- parsing ---- */

/* json-c would cut the key there. */
static int check_key(const struct mxlog_json_token *token,
    struct mxlog_buf *buf)
{
	int r;

	if (!token->escaped)
		return 0;
	buf->len = 0;
	r = mxlog_json_decode(buf, token);
	if (r == 0 && buf->len > 0 && memchr(buf->data, '\0', buf->len))
		r = -EBADMSG;
	return r;
}

/* Hold the text against our own scanner, which is stricter and says where;
 * *ret_keys is how many keys there are. */
static int check_text(const char *text, size_t len, size_t *ret_keys,
    struct mxlog_error *reterr)
{
	struct mxlog_json_token token;
	struct mxlog_buf buf = { 0 };
	struct mxlog_json json;
	size_t keys = 0;
	int r;

	mxlog_json_init(&json, text, len);
	while ((r = mxlog_json_next(&json, &token)) > 0) {
		if (token.type != MXLOG_JSON_KEY)
			continue;
		keys++;
		r = check_key(&token, &buf);
		if (r < 0)
			break;
	}
	mxlog_buf_done(&buf);
	if (r == -E2BIG)
		return mxlog_error_set(reterr, -EBADMSG,
		    "expected at most %d levels of nesting", MXLOG_JSON_DEPTH);
	if (r == -EBADMSG) {
		if (reterr)
			reterr->offset = (size_t)(json.at - json.start);
		return mxlog_error_set(reterr, r, "expected JSON: byte %zu",
		    (size_t)(json.at - json.start) + 1);
	}
	if (r == 0)
		*ret_keys = keys;
	return r;
}

static size_t count_keys(json_object *object)
{
	size_t n = 0;

	if (json_object_is_type(object, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(object); i++)
			n += count_keys(json_object_array_get_idx(object, i));
	} else if (json_object_is_type(object, json_type_object)) {
		json_object_object_foreach(object, key, value)
		{
			(void)key;
			n += 1 + count_keys(value);
		}
	}
	return n;
}

static int build(const char *text, size_t len, json_object **ret,
    struct mxlog_error *reterr)
{
	struct json_tokener *tokener = json_tokener_new_ex(MXLOG_JSON_DEPTH);
	enum json_tokener_error error;

	if (!tokener)
		return -ENOMEM;
	/* Strict is what our own scanner was; json-c's flag would refuse
	 * integers beyond 64 bits from 0.18 on. */
	json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
	*ret = json_tokener_parse_ex(tokener, text, (int)len);
	error = json_tokener_get_error(tokener);
	if (error == json_tokener_continue) {
		/* A number at the end: more digits could follow. */
		*ret = json_tokener_parse_ex(tokener, "", -1);
		error = json_tokener_get_error(tokener);
	}
	json_tokener_free(tokener);
	if (error != json_tokener_success)
		return mxlog_error_set(reterr, -EBADMSG, "expected JSON: %s",
		    json_tokener_error_desc(error));
	return 0;
}

int mxlog_json_tree_parse(const char *text, size_t len,
    struct mxlog_json_tree **ret, struct mxlog_error *reterr)
{
	json_object *root = NULL;
	size_t keys = 0;
	int r;

	if (len > INT_MAX)
		return mxlog_error_set(reterr, -EBADMSG,
		    "expected less than 2 GiB of JSON");
	r = check_text(text, len, &keys, reterr);
	if (r == 0)
		r = build(text, len, &root, reterr);
	if (r < 0)
		return r;
	if (count_keys(root) != keys) {
		json_object_put(root);
		return mxlog_error_set(reterr, -EBADMSG,
		    "expected every key of an object once");
	}
	*ret = (struct mxlog_json_tree *)root;
	return 0;
}

void mxlog_json_tree_free(struct mxlog_json_tree *root)
{
	json_object_put(object_of(root));
}

/* ---- reading ---- */

enum mxlog_json_kind mxlog_json_tree_kind(const struct mxlog_json_tree *node)
{
	switch (json_object_get_type(object_of(node))) {
	case json_type_null:
		return MXLOG_JSON_KIND_NULL;
	case json_type_boolean:
		return MXLOG_JSON_KIND_BOOL;
	case json_type_double:
		return MXLOG_JSON_KIND_DOUBLE;
	case json_type_int:
		return MXLOG_JSON_KIND_INT;
	case json_type_object:
		return MXLOG_JSON_KIND_OBJECT;
	case json_type_array:
		return MXLOG_JSON_KIND_ARRAY;
	case json_type_string:
		return MXLOG_JSON_KIND_STRING;
	}
	return MXLOG_JSON_KIND_NULL;
}

const char *mxlog_json_tree_kind_name(const struct mxlog_json_tree *node)
{
	static const char *const names[] = {
		[MXLOG_JSON_KIND_NULL] = "null",
		[MXLOG_JSON_KIND_BOOL] = "true or false",
		[MXLOG_JSON_KIND_INT] = "a number",
		[MXLOG_JSON_KIND_DOUBLE] = "a number with a fraction",
		[MXLOG_JSON_KIND_STRING] = "text",
		[MXLOG_JSON_KIND_ARRAY] = "a list",
		[MXLOG_JSON_KIND_OBJECT] = "an object",
	};

	return names[mxlog_json_tree_kind(node)];
}

size_t mxlog_json_tree_count(const struct mxlog_json_tree *node)
{
	switch (mxlog_json_tree_kind(node)) {
	case MXLOG_JSON_KIND_ARRAY:
		return json_object_array_length(object_of(node));
	case MXLOG_JSON_KIND_OBJECT:
		return (size_t)json_object_object_length(object_of(node));
	default:
		return 0;
	}
}

const struct mxlog_json_tree *mxlog_json_tree_get(const struct mxlog_json_tree
						      *node,
    const char *key)
{
	json_object *value = NULL;

	if (mxlog_json_tree_kind(node) == MXLOG_JSON_KIND_OBJECT)
		(void)json_object_object_get_ex(object_of(node), key, &value);
	return node_of(value);
}

const struct mxlog_json_tree *mxlog_json_tree_at(const struct mxlog_json_tree
						     *node,
    size_t index)
{
	if (mxlog_json_tree_kind(node) != MXLOG_JSON_KIND_ARRAY ||
	    index >= mxlog_json_tree_count(node))
		return NULL;
	return node_of(json_object_array_get_idx(object_of(node), index));
}

int mxlog_json_tree_each(const struct mxlog_json_tree *object,
    mxlog_json_tree_visit *visit, void *arg)
{
	assert(mxlog_json_tree_kind(object) == MXLOG_JSON_KIND_OBJECT);

	json_object_object_foreach(object_of(object), key, value)
	{
		int r = visit(arg, key, node_of(value));

		if (r != 0)
			return r;
	}
	return 0;
}

const char *mxlog_json_tree_text(const struct mxlog_json_tree *node,
    size_t *ret_len)
{
	json_object *object = object_of(node);

	if (!json_object_is_type(object, json_type_string))
		return NULL;
	if (ret_len)
		*ret_len = (size_t)json_object_get_string_len(object);
	return json_object_get_string(object);
}

int mxlog_json_tree_u64(const struct mxlog_json_tree *node, uint64_t *ret)
{
	json_object *object = object_of(node);
	uint64_t value;

	if (!json_object_is_type(object, json_type_int))
		return -EINVAL;
	if (json_object_get_int64(object) < 0)
		return -ERANGE;
	value = json_object_get_uint64(object);
	if (value == UINT64_MAX) /* or anything above: json-c saturates */
		return -ERANGE;
	*ret = value;
	return 0;
}

int mxlog_json_tree_double(const struct mxlog_json_tree *node, double *ret)
{
	json_object *object = object_of(node);
	double value;

	if (!json_object_is_type(object, json_type_int) &&
	    !json_object_is_type(object, json_type_double))
		return -EINVAL;
	value = json_object_get_double(object);
	if (!isfinite(value))
		return -ERANGE;
	*ret = value;
	return 0;
}

int mxlog_json_tree_bool(const struct mxlog_json_tree *node, bool *ret)
{
	json_object *object = object_of(node);

	if (!json_object_is_type(object, json_type_boolean))
		return -EINVAL;
	*ret = json_object_get_boolean(object);
	return 0;
}
