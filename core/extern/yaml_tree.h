/* SPDX-License-Identifier: Apache-2.0 */
/* YAML tree: one document as a tree of nodes that know where they stand. Bounded in
 * size and depth; anchors, aliases, tags and more documents are refused, so
 * that a text can't be larger inside than outside. The only file that sees
 * libyaml. */
#pragma once

#include "base/reterr.h"

enum {
	MXLOG_YAML_BYTES = 1024 * 1024, /* longer text is refused */
	MXLOG_YAML_NODES = 10000,       /* and more nodes */
	MXLOG_YAML_DEPTH = 16,          /* and deeper nesting */
	MXLOG_YAML_KEY = 255,           /* and keys of more bytes */
};

enum mxlog_yaml_type {
	MXLOG_YAML_SCALAR,
	MXLOG_YAML_SEQUENCE,
	MXLOG_YAML_MAPPING,
};

struct mxlog_yaml {
	enum mxlog_yaml_type type;
	bool plain; /* a scalar without quotes: may be a number, true, null */
	unsigned line, column; /* 1-based, column in characters */
	char *text; /* of a scalar: valid UTF-8, no NUL but the one behind */
	size_t len;
	struct mxlog_yaml *first; /* element of a sequence, key of a mapping */
	struct mxlog_yaml *next;  /* sibling */
	struct mxlog_yaml *value; /* of a key, never NULL then */
};

/* Parse `len` bytes. An empty document is a mapping without keys. Keys are
 * scalars and stand once in their mapping. -EINVAL: reterr has offset 0, line
 * and column, and says what was expected; -ENOMEM. */
int mxlog_yaml_parse(const char *text, size_t len, struct mxlog_yaml **ret,
    struct mxlog_error *reterr);
void mxlog_yaml_free(struct mxlog_yaml *root);

/* The value of a mapping's key, or NULL. */
const struct mxlog_yaml *mxlog_yaml_get(const struct mxlog_yaml *mapping,
    const char *key);

/* What a plain scalar means (YAML 1.1, as far as people still mean it):
 * nothing, ~ and null; true, yes, on, false, no, off; JSON's numbers with a
 * sign. All else is text, as everything in quotes is. */
enum mxlog_yaml_scalar {
	MXLOG_YAML_TEXT,
	MXLOG_YAML_NULL,
	MXLOG_YAML_TRUE,
	MXLOG_YAML_FALSE,
	MXLOG_YAML_NUMBER,
};
enum mxlog_yaml_scalar mxlog_yaml_scalar(const struct mxlog_yaml *node);

/* True for a missing value: NULL, or a scalar that means null. */
bool mxlog_yaml_is_null(const struct mxlog_yaml *node);
