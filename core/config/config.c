/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/config.h>
#include <mxlog/payload.h>

#include <stdlib.h>

#include "config/config_item.h"
#include "config/config_paths.h"

static void free_texts(char **texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(texts[i]);
	free(texts);
}

static void free_module_levels(struct mxlog_config *config)
{
	for (size_t i = 0; i < config->n_module_levels; i++)
		free(config->module_levels[i].module);
	free(config->module_levels);
}

static void free_handlers(struct mxlog_config *config)
{
	for (size_t i = 0; i < config->n_handlers; i++) {
		struct mxlog_handler_config *handler = &config->handlers[i];

		free(handler->name);
		free(handler->type);
		free(handler->format);
		free(handler->destination);
	}
	free(config->handlers);
}

static void free_formatters(struct mxlog_config *config)
{
	for (size_t i = 0; i < config->n_formatters; i++) {
		free(config->formatters[i].name);
		free(config->formatters[i].format);
	}
	free(config->formatters);
}

static void free_loggers(struct mxlog_config *config)
{
	for (size_t i = 0; i < config->n_loggers; i++) {
		struct mxlog_logger_config *logger = &config->loggers[i];

		free(logger->name);
		free_texts(logger->handlers, logger->n_handlers);
	}
	free(config->loggers);
}

static void free_existing_modules(struct mxlog_config *config)
{
	for (size_t i = 0; i < config->n_existing_modules; i++) {
		struct mxlog_existing_module *module =
		    &config->existing_modules[i];

		free(module->module_path);
		free(module->setup_function);
		free(module->get_function);
		free(module->config_file);
		free(module->config_module);
	}
	free(config->existing_modules);
}

static void free_sections(struct mxlog_config *config)
{
	for (size_t i = 0; i < config->n_sections; i++) {
		free(config->sections[i].name);
		free(config->sections[i].json);
	}
	free(config->sections);
}

void mxlog_config_free(struct mxlog_config *config)
{
	if (!config)
		return;
	free(config->log_dir);
	free_module_levels(config);
	free_texts(config->secret_patterns, config->n_secret_patterns);
	free(config->redaction_text);
	free_handlers(config);
	free_formatters(config);
	free(config->log_file_path);
	free_loggers(config);
	free_existing_modules(config);
	free(config->archive_key_file);
	free_texts(config->source_roots, config->n_source_roots);
	mxlog_payload_rules_free(config->payload);
	free_texts(config->modules, config->n_modules);
	free(config->module_path);
	free(config->path);
	free_sections(config);
	free(config);
}

/* A value as it would stand in the file, for items of one value. */
static int set_text(struct mxlog_config *config,
    const struct mxlog_config_item *item, const char *value,
    struct mxlog_error *reterr)
{
	size_t len = strlen(value);
	char *copy = strdup(value);
	int r;

	if (!copy)
		return -ENOMEM;
	r = mxlog_config_item_set(config, item,
	    &(struct mxlog_yaml){
		.type = MXLOG_YAML_SCALAR,
		/* Text needs no quotes here, even if it looks like more. */
		.plain = item->type >= MXLOG_CONFIG_BOOL,
		.text = copy,
		.len = len,
	    },
	    reterr);
	free(copy);
	return r;
}

int mxlog_config_new(struct mxlog_config **ret)
{
	if (!ret)
		return -EINVAL;

	struct mxlog_config *config = calloc(1, sizeof(*config));
	const struct mxlog_config_item *items;
	size_t n;
	int r = 0;

	if (!config)
		return -ENOMEM;
	items = mxlog_config_items(&n);
	for (size_t i = 0; i < n && r == 0; i++)
		if (mxlog_config_item_is_scalar(&items[i]) && items[i].value[0])
			r = set_text(config, &items[i], items[i].value, NULL);
	if (r < 0) {
		mxlog_config_free(config);
		return r;
	}
	*ret = config;
	return 0;
}

static int refuse_key(const char *key, struct mxlog_error *reterr)
{
	const struct mxlog_config_item *items;
	const char *names[64], *nearest;
	size_t n;

	items = mxlog_config_items(&n);
	for (size_t i = 0; i < n; i++)
		names[i] = items[i].key;
	nearest = mxlog_error_nearest(key, strlen(key), names, n);
	if (nearest)
		return mxlog_error_set(reterr, -EINVAL,
		    "unknown key %.60s; did you mean %s?", key, nearest);
	return mxlog_error_set(reterr, -EINVAL,
	    "unknown key %.60s; mxlog.yaml(5) lists them", key);
}

/* Set a path, unless file handlers would then write where they must not. */
static int set_path(struct mxlog_config *config,
    const struct mxlog_config_item *item, const char *value,
    struct mxlog_error *reterr)
{
	char **member = (char **)((char *)config + item->offset);
	char *old = *member;
	int r;

	*member = NULL;
	r = set_text(config, item, value, reterr);
	if (r == 0 &&
	    mxlog_config_paths_clash(config, NULL) != MXLOG_PATHS_FINE)
		r = mxlog_error_set(reterr, -EINVAL,
		    "%s: expected a log_dir that no file handler writes into",
		    item->key);
	if (r < 0) {
		free(*member);
		*member = old;
		return r;
	}
	free(old);
	return 0;
}

int mxlog_config_set(struct mxlog_config *config, const char *key,
    const char *value, struct mxlog_error *reterr)
{
	if (!key)
		return -EINVAL;

	const struct mxlog_config_item *item = mxlog_config_item_find(key);

	if (!item)
		return refuse_key(key, reterr);
	if (!mxlog_config_item_is_scalar(item))
		return mxlog_error_set(reterr, -EINVAL,
		    "%s: expected a key of one value; this one can only be "
		    "given in the configuration file",
		    key);
	if (item->type == MXLOG_CONFIG_PATH)
		return set_path(config, item, value, reterr);
	return set_text(config, item, value, reterr);
}

const char *mxlog_config_get_log_dir(const struct mxlog_config *config)
{
	if (!config)
		return NULL;

	return config->log_dir;
}

const char *mxlog_config_get_redaction_text(const struct mxlog_config *config)
{
	if (!config)
		return NULL;

	return config->redaction_text;
}

enum mxlog_level mxlog_config_level_of(const struct mxlog_config *config,
    const char *module, size_t len)
{
	for (size_t i = 0; i < config->n_module_levels; i++) {
		const struct mxlog_module_level *m = &config->module_levels[i];

		if (m->len <= len && memcmp(m->module, module, m->len) == 0 &&
		    (m->len == len || module[m->len] == '.'))
			return m->level;
	}
	return config->level;
}
