/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration node: what the parts of the parser read a YAML node with. Every
 * function here answers 0, -ENOMEM or -EINVAL with reterr filled. */
#pragma once

#include "config/config_item.h"

struct mxlog_config_parse {
	struct mxlog_config *config;
	const char *name; /* of the file, for messages */
	const struct mxlog_yaml *root;
	struct mxlog_error *reterr;
};

/* The end of a file's name that leaves room for the message. */
const char *mxlog_config_short_name(const char *name);

/* Fill an error: "name:line:column: text". -EINVAL. */
int mxlog_config_place_error(struct mxlog_error *error, const char *name,
    unsigned line, unsigned column, const char *text);

/* Fill reterr: "file:line:column: …" for where `node` stands. -EINVAL. */
int mxlog_config_refuse(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, const char *format, ...) MXLOG_PRINTF(3, 4);

/* Refuse what is neither of that type nor null; *ret_n is how many children it
 * has, 0 for null. `what` is for the message: "secret_patterns". */
int mxlog_config_expect(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, enum mxlog_yaml_type type, const char *what,
    size_t *ret_n);

/* Refuse a mapping's keys that are not among `names`. Null has none. */
int mxlog_config_expect_keys(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *mapping, const char *what,
    const char *const *names, size_t n);

/* Refuse a key: the nearest of `names` is suggested. -EINVAL. */
int mxlog_config_refuse_key(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *key, const char *what, const char *const *names,
    size_t n);

/* As mxlog_yaml_get(), but NULL for null, too. */
const struct mxlog_yaml *mxlog_config_child(const struct mxlog_yaml *mapping,
    const char *key);

/* Read the value of a mapping's key, if it is there, into *ret. */
int mxlog_config_child_text(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *mapping, const char *key, char **ret);
int mxlog_config_child_level(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *mapping, const char *key, bool *ret_found,
    enum mxlog_level *ret);

/* Give reterr, filled by something that knows no file, its position. */
int mxlog_config_locate(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, int r);

/* A list of texts, each of at least one byte. */
int mxlog_config_parse_texts(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node, const char *what, char ***ret,
    size_t *ret_n);

/* A module's name from a mapping's key, normalised as those of entries are. */
int mxlog_config_read_module(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *key, char **ret, size_t *ret_len);
