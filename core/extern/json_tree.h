/* SPDX-License-Identifier: Apache-2.0 */
/* JSON tree: a whole JSON text as a tree, for what is small and asked by key:
 * LogQuery, index.json, dictConfig. (Lines and context go through the token
 * scanner of json.h: a tree saturates integers past 64 bits.) The only file
 * that sees json-c. */
#pragma once

#include "base/reterr.h"

enum mxlog_json_kind {
	MXLOG_JSON_KIND_NULL,
	MXLOG_JSON_KIND_BOOL,
	MXLOG_JSON_KIND_INT,    /* a number without fraction and exponent */
	MXLOG_JSON_KIND_DOUBLE, /* another number */
	MXLOG_JSON_KIND_STRING,
	MXLOG_JSON_KIND_ARRAY,
	MXLOG_JSON_KIND_OBJECT,
};

/* A value: the root or one inside. All but the root are borrowed from it. NULL
 * is JSON's null. */
struct mxlog_json_tree;

/* Parse one JSON text as strictly as json.h does; also refused are a key that
 * stands twice in its object and one with U+0000. -EBADMSG: reterr has the
 * offset; -ENOMEM. */
int mxlog_json_tree_parse(const char *text, size_t len,
    struct mxlog_json_tree **ret, struct mxlog_error *reterr);
void mxlog_json_tree_free(struct mxlog_json_tree *root);

enum mxlog_json_kind mxlog_json_tree_kind(const struct mxlog_json_tree *node);

/* "a list", "text" …: for messages. */
const char *mxlog_json_tree_kind_name(const struct mxlog_json_tree *node);

/* Members of an object or elements of an array; 0 for all else. */
size_t mxlog_json_tree_count(const struct mxlog_json_tree *node);

/* The value of an object's key; NULL if there is none, or `node` is no object. */
const struct mxlog_json_tree *mxlog_json_tree_get(const struct mxlog_json_tree
						      *node,
    const char *key);

/* An array's element; NULL if there is none, or `node` is no array. */
const struct mxlog_json_tree *mxlog_json_tree_at(const struct mxlog_json_tree
						     *node,
    size_t index);

/* Call `visit` for every member of an object, in the text's order, until it
 * returns something other than 0; that is returned. */
typedef int mxlog_json_tree_visit(void *arg, const char *key,
    const struct mxlog_json_tree *value);
int mxlog_json_tree_each(const struct mxlog_json_tree *object,
    mxlog_json_tree_visit *visit, void *arg);

/* A string's valid UTF-8, with a NUL behind, borrowed; NULL for all else.
 * ret_len may be NULL. */
const char *mxlog_json_tree_text(const struct mxlog_json_tree *node,
    size_t *ret_len);

/* -EINVAL unless it is a number of that kind; -ERANGE if it does not fit. An
 * INT is a double, too. */
int mxlog_json_tree_u64(const struct mxlog_json_tree *node, uint64_t *ret);
int mxlog_json_tree_double(const struct mxlog_json_tree *node, double *ret);
int mxlog_json_tree_bool(const struct mxlog_json_tree *node, bool *ret);
