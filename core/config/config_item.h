/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration item: a key of mxlog.yaml, from tbl/config.def. */
#pragma once

#include "base/reterr.h"
#include "config/config_private.h"
#include "extern/yaml_tree.h"

enum mxlog_config_type {
	/* of one value */
	MXLOG_CONFIG_TEXT,
	MXLOG_CONFIG_PATH,
	MXLOG_CONFIG_LEVEL,
	MXLOG_CONFIG_FORMAT,
	MXLOG_CONFIG_BOOL,
	MXLOG_CONFIG_COUNT,
	MXLOG_CONFIG_SIZE,
	MXLOG_CONFIG_SECONDS,
	/* structures */
	MXLOG_CONFIG_LEVELS,
	MXLOG_CONFIG_PATTERNS,
	MXLOG_CONFIG_HANDLERS,
	MXLOG_CONFIG_FORMATTERS,
	MXLOG_CONFIG_LOGGERS,
	MXLOG_CONFIG_EXISTING,
	MXLOG_CONFIG_PATHS,
	MXLOG_CONFIG_PAYLOAD,
	MXLOG_CONFIG_NAMES,
};

struct mxlog_config_item {
	const char *key;
	enum mxlog_config_type type;
	size_t offset;        /* of the member of struct mxlog_config */
	const char *value;    /* the default; "": none */
	const char *min_text; /* as they stand in the table, for messages */
	const char *max_text;
	double min, max;
};

/* All of them; static. */
const struct mxlog_config_item *mxlog_config_items(size_t *ret_n);

/* NULL if there is none of that name. */
const struct mxlog_config_item *mxlog_config_item_find(const char *key);
bool mxlog_config_item_is_scalar(const struct mxlog_config_item *item);

/* Set an item of one value; what it had is freed. Null unsets an item that has
 * no default. -EINVAL with reterr: "key: expected …". */
int mxlog_config_item_set(struct mxlog_config *config,
    const struct mxlog_config_item *item, const struct mxlog_yaml *node,
    struct mxlog_error *reterr);

/* Read a level: as above; `key` is for the message. */
int mxlog_config_read_level(const char *key, const struct mxlog_yaml *node,
    enum mxlog_level *ret, struct mxlog_error *reterr);

/* Read text of `min` to `max` bytes into *ret, which is freed. */
int mxlog_config_read_text(const char *key, const struct mxlog_yaml *node,
    size_t min, size_t max, char **ret, struct mxlog_error *reterr);
int mxlog_config_read_bool(const char *key, const struct mxlog_yaml *node,
    bool *ret, struct mxlog_error *reterr);

/* "json" … */
const char *mxlog_config_format_name(enum mxlog_output_format format);
