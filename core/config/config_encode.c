/* SPDX-License-Identifier: Apache-2.0 */
/* Encode: a configuration as the JSON, and so the YAML, that says the same. */
#include <stdlib.h>

#include "base/json_build.h"
#include "config/config_item.h"
#include "config/config_parse.h"

static void add_pair(struct mxlog_json_build *build, const char *key,
    const char *text)
{
	if (!text)
		return;
	mxlog_json_add_key(build, key);
	mxlog_json_add_text(build, text);
}

static void add_texts(struct mxlog_json_build *build, char *const *texts,
    size_t n)
{
	mxlog_json_open(build, '[');
	for (size_t i = 0; i < n; i++)
		mxlog_json_add_text(build, texts[i]);
	mxlog_json_close(build, ']');
}

static void add_levels(struct mxlog_json_build *build,
    const struct mxlog_config *config)
{
	mxlog_json_open(build, '{');
	for (size_t i = 0; i < config->n_module_levels; i++)
		add_pair(build, config->module_levels[i].module,
		    mxlog_level_name(config->module_levels[i].level));
	mxlog_json_close(build, '}');
}

static void add_handlers(struct mxlog_json_build *build,
    const struct mxlog_config *config)
{
	mxlog_json_open(build, '{');
	for (size_t i = 0; i < config->n_handlers; i++) {
		const struct mxlog_handler_config *handler =
		    &config->handlers[i];

		mxlog_json_add_key(build, handler->name);
		mxlog_json_open(build, '{');
		add_pair(build, "type", handler->type);
		add_pair(build, "level", mxlog_level_name(handler->level));
		add_pair(build, "format", handler->format);
		add_pair(build, "destination", handler->destination);
		mxlog_json_close(build, '}');
	}
	mxlog_json_close(build, '}');
}

static void add_formatters(struct mxlog_json_build *build,
    const struct mxlog_config *config)
{
	mxlog_json_open(build, '{');
	for (size_t i = 0; i < config->n_formatters; i++)
		add_pair(build, config->formatters[i].name,
		    config->formatters[i].format);
	mxlog_json_close(build, '}');
}

static void add_loggers(struct mxlog_json_build *build,
    const struct mxlog_config *config)
{
	mxlog_json_open(build, '{');
	for (size_t i = 0; i < config->n_loggers; i++) {
		const struct mxlog_logger_config *logger = &config->loggers[i];

		mxlog_json_add_key(build, logger->name);
		mxlog_json_open(build, '{');
		if (logger->has_level)
			add_pair(build, "level",
			    mxlog_level_name(logger->level));
		mxlog_json_add_key(build, "handlers");
		add_texts(build, logger->handlers, logger->n_handlers);
		mxlog_json_add_key(build, "propagate");
		mxlog_json_add_bool(build, logger->propagate);
		mxlog_json_close(build, '}');
	}
	mxlog_json_close(build, '}');
}

static void add_existing(struct mxlog_json_build *build,
    const struct mxlog_config *config)
{
	mxlog_json_open(build, '[');
	for (size_t i = 0; i < config->n_existing_modules; i++) {
		const struct mxlog_existing_module *module =
		    &config->existing_modules[i];

		mxlog_json_open(build, '{');
		add_pair(build, "module_path", module->module_path);
		add_pair(build, "setup_function", module->setup_function);
		add_pair(build, "get_function", module->get_function);
		add_pair(build, "config_file", module->config_file);
		add_pair(build, "config_module", module->config_module);
		mxlog_json_close(build, '}');
	}
	mxlog_json_close(build, ']');
}

static void add_level(struct mxlog_json_build *build,
    const struct mxlog_config *config, const enum mxlog_level *member)
{
	bool unset =
	    member == &config->default_level && !config->has_default_level;

	mxlog_json_add_text(build, unset ? NULL : mxlog_level_name(*member));
}

static void add_item(struct mxlog_json_build *build,
    const struct mxlog_config *config, const struct mxlog_config_item *item)
{
	const void *member = (const char *)config + item->offset;

	switch (item->type) {
	case MXLOG_CONFIG_TEXT:
	case MXLOG_CONFIG_PATH:
		mxlog_json_add_text(build, *(char *const *)member);
		break;
	case MXLOG_CONFIG_LEVEL:
		add_level(build, config, member);
		break;
	case MXLOG_CONFIG_FORMAT:
		mxlog_json_add_text(build,
		    mxlog_config_format_name(config->format));
		break;
	case MXLOG_CONFIG_BOOL:
		mxlog_json_add_bool(build, *(const bool *)member);
		break;
	case MXLOG_CONFIG_COUNT:
		mxlog_json_add_u64(build, *(const uint32_t *)member);
		break;
	case MXLOG_CONFIG_SIZE:
		mxlog_json_add_u64(build, *(const uint64_t *)member);
		break;
	case MXLOG_CONFIG_SECONDS:
		mxlog_json_add_double(build, *(const double *)member);
		break;
	case MXLOG_CONFIG_LEVELS:
		add_levels(build, config);
		break;
	case MXLOG_CONFIG_PATTERNS:
		add_texts(build, config->secret_patterns,
		    config->n_secret_patterns);
		break;
	case MXLOG_CONFIG_HANDLERS:
		add_handlers(build, config);
		break;
	case MXLOG_CONFIG_FORMATTERS:
		add_formatters(build, config);
		break;
	case MXLOG_CONFIG_LOGGERS:
		add_loggers(build, config);
		break;
	case MXLOG_CONFIG_EXISTING:
		add_existing(build, config);
		break;
	case MXLOG_CONFIG_PATHS:
		add_texts(build, config->source_roots, config->n_source_roots);
		break;
	case MXLOG_CONFIG_PAYLOAD:
		mxlog_config_encode_payload(config, build);
		break;
	case MXLOG_CONFIG_NAMES:
		add_texts(build, config->modules, config->n_modules);
		break;
	}
}

int mxlog_config_encode(const struct mxlog_config *config, char **ret)
{
	if (!config || !ret)
		return -EINVAL;

	const struct mxlog_config_item *items;
	struct mxlog_buf out = { 0 };
	struct mxlog_json_build build = { .out = &out };
	size_t n;

	items = mxlog_config_items(&n);
	mxlog_json_open(&build, '{');
	for (size_t i = 0; i < n; i++) {
		mxlog_json_add_key(&build, items[i].key);
		add_item(&build, config, &items[i]);
	}
	for (size_t i = 0; i < config->n_sections; i++) {
		const struct mxlog_config_section *section =
		    &config->sections[i];

		mxlog_json_add_key(&build, section->name);
		mxlog_json_add_raw(&build, section->json,
		    strlen(section->json));
	}
	mxlog_json_close(&build, '}');
	return mxlog_json_finish(&build, ret);
}
