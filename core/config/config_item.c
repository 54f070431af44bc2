/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config_item.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/number.h"

static const struct mxlog_config_item items[] = {
#define CONFIG(type_, key_, default_, min_, max_, help_)       \
	{                                                      \
		.key = #key_,                                  \
		.type = MXLOG_CONFIG_##type_,                  \
		.offset = offsetof(struct mxlog_config, key_), \
		.value = default_,                             \
		.min_text = #min_,                             \
		.max_text = #max_,                             \
		.min = min_,                                   \
		.max = max_,                                   \
	},
#include "tbl/config.def"
#undef CONFIG
};

const struct mxlog_config_item *mxlog_config_items(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(items);
	return items;
}

const struct mxlog_config_item *mxlog_config_item_find(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		if (strcmp(items[i].key, key) == 0)
			return &items[i];
	return NULL;
}

bool mxlog_config_item_is_scalar(const struct mxlog_config_item *item)
{
	return item->type <= MXLOG_CONFIG_SECONDS;
}

/* What stands there instead, for a message: at most some 50 bytes. */
static const char *describe(const struct mxlog_yaml *node, char *text,
    size_t size)
{
	if (node->type == MXLOG_YAML_SEQUENCE)
		return "a list";
	if (node->type == MXLOG_YAML_MAPPING)
		return "a mapping";
	if (mxlog_yaml_is_null(node))
		return "nothing";
	(void)snprintf(text, size, "\"%.40s\"%s", node->text,
	    node->len > 40 ? "..." : "");
	return text;
}

/* All complaints about a value. */
static int refuse(struct mxlog_error *reterr, const char *key,
    const struct mxlog_yaml *node, const char *expected)
{
	char text[64];

	return mxlog_error_set(reterr, -EINVAL, "%s: expected %s, not %s", key,
	    expected, describe(node, text, sizeof(text)));
}

static bool is_kind(const struct mxlog_yaml *node, enum mxlog_yaml_scalar kind)
{
	return node->type == MXLOG_YAML_SCALAR &&
	    mxlog_yaml_scalar(node) == kind;
}

static bool is_plain_other(const struct mxlog_yaml *node)
{
	return node->type == MXLOG_YAML_SCALAR && !mxlog_yaml_is_null(node) &&
	    !is_kind(node, MXLOG_YAML_TEXT);
}

int mxlog_config_read_text(const char *key, const struct mxlog_yaml *node,
    size_t min, size_t max, char **ret, struct mxlog_error *reterr)
{
	char expected[80];
	char *copy;

	if (is_plain_other(node))
		return refuse(reterr, key, node, "text in quotes");
	if (!is_kind(node, MXLOG_YAML_TEXT))
		return refuse(reterr, key, node, "text");
	if (node->len < min || node->len > max) {
		(void)snprintf(expected, sizeof(expected),
		    "text of %zu to %zu bytes", min, max);
		return refuse(reterr, key, node, expected);
	}
	copy = strndup(node->text, node->len);
	if (!copy)
		return -ENOMEM;
	free(*ret);
	*ret = copy;
	return 0;
}

int mxlog_config_read_level(const char *key, const struct mxlog_yaml *node,
    enum mxlog_level *ret, struct mxlog_error *reterr)
{
	static const char *const names[] = {
#define LEVEL(id, name, number, help) name,
#include "tbl/levels.def"
#undef LEVEL
	};
	const char *nearest = NULL;
	char expected[120];

	if (is_kind(node, MXLOG_YAML_TEXT) &&
	    mxlog_level_parse(node->text, node->len, ret) == 0)
		return 0;
	if (node->type == MXLOG_YAML_SCALAR)
		nearest = mxlog_error_nearest(node->text, node->len, names,
		    ARRAY_LEN(names));
	(void)snprintf(expected, sizeof(expected),
	    "DEBUG, INFO, WARNING, ERROR or CRITICAL%s%s%s",
	    nearest ? " (did you mean " : "", nearest ? nearest : "",
	    nearest ? "?)" : "");
	return refuse(reterr, key, node, expected);
}

int mxlog_config_read_bool(const char *key, const struct mxlog_yaml *node,
    bool *ret, struct mxlog_error *reterr)
{
	if (is_kind(node, MXLOG_YAML_TRUE))
		*ret = true;
	else if (is_kind(node, MXLOG_YAML_FALSE))
		*ret = false;
	else
		return refuse(reterr, key, node, "true or false");
	return 0;
}

static const char *const format_names[] = {
	[MXLOG_FORMAT_JSON] = "json",
	[MXLOG_FORMAT_CONSOLE] = "console",
	[MXLOG_FORMAT_HYBRID] = "hybrid",
};

const char *mxlog_config_format_name(enum mxlog_output_format format)
{
	return format_names[format];
}

static int read_format(const char *key, const struct mxlog_yaml *node,
    enum mxlog_output_format *ret, struct mxlog_error *reterr)
{
	for (size_t i = 0; i < ARRAY_LEN(format_names); i++) {
		if (!is_kind(node, MXLOG_YAML_TEXT) ||
		    strcasecmp(node->text, format_names[i]) != 0)
			continue;
		*ret = (enum mxlog_output_format)i;
		return 0;
	}
	return refuse(reterr, key, node, "json, console or hybrid");
}

static bool is_in_range(const struct mxlog_config_item *item, double value)
{
	return value >= item->min && value <= item->max;
}

static int read_whole(const struct mxlog_config_item *item,
    const struct mxlog_yaml *node, uint64_t *ret, struct mxlog_error *reterr)
{
	char expected[96];
	uint64_t value;

	if (is_kind(node, MXLOG_YAML_NUMBER) &&
	    mxlog_number_parse_u64(node->text, node->len, &value) == 0 &&
	    is_in_range(item, (double)value)) {
		*ret = value;
		return 0;
	}
	(void)snprintf(expected, sizeof(expected),
	    "a whole number from %s to %s", item->min_text, item->max_text);
	return refuse(reterr, item->key, node, expected);
}

static int read_seconds(const struct mxlog_config_item *item,
    const struct mxlog_yaml *node, double *ret, struct mxlog_error *reterr)
{
	char expected[96];
	double value;

	if (is_kind(node, MXLOG_YAML_NUMBER) &&
	    mxlog_number_parse_double(node->text, node->len, &value) == 0 &&
	    is_in_range(item, value)) {
		*ret = value;
		return 0;
	}
	(void)snprintf(expected, sizeof(expected), "a number from %s to %s",
	    item->min_text, item->max_text);
	return refuse(reterr, item->key, node, expected);
}

static int set_level(struct mxlog_config *config,
    const struct mxlog_config_item *item, enum mxlog_level *member,
    const struct mxlog_yaml *node, struct mxlog_error *reterr)
{
	int r = mxlog_config_read_level(item->key, node, member, reterr);

	if (r == 0 && member == &config->default_level)
		config->has_default_level = true;
	return r;
}

/* Null for an item that has no default. */
static int unset(struct mxlog_config *config,
    const struct mxlog_config_item *item, void *member)
{
	if (item->type == MXLOG_CONFIG_LEVEL) {
		config->has_default_level = false;
	} else {
		free(*(char **)member);
		*(char **)member = NULL;
	}
	return 0;
}

int mxlog_config_item_set(struct mxlog_config *config,
    const struct mxlog_config_item *item, const struct mxlog_yaml *node,
    struct mxlog_error *reterr)
{
	void *member = (char *)config + item->offset;
	uint64_t whole;
	int r;

	if (item->value[0] == '\0' && mxlog_yaml_is_null(node))
		return unset(config, item, member);
	switch (item->type) {
	case MXLOG_CONFIG_TEXT:
	case MXLOG_CONFIG_PATH:
		return mxlog_config_read_text(item->key, node,
		    (size_t)item->min, (size_t)item->max, member, reterr);
	case MXLOG_CONFIG_LEVEL:
		return set_level(config, item, member, node, reterr);
	case MXLOG_CONFIG_FORMAT:
		return read_format(item->key, node, member, reterr);
	case MXLOG_CONFIG_BOOL:
		return mxlog_config_read_bool(item->key, node, member, reterr);
	case MXLOG_CONFIG_COUNT:
		r = read_whole(item, node, &whole, reterr);
		if (r == 0)
			*(uint32_t *)member = (uint32_t)whole;
		return r;
	case MXLOG_CONFIG_SIZE:
		return read_whole(item, node, member, reterr);
	case MXLOG_CONFIG_SECONDS:
		return read_seconds(item, node, member, reterr);
	default:
		return refuse(reterr, item->key, node,
		    "a value that the configuration file gives");
	}
}
