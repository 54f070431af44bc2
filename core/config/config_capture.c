/* SPDX-License-Identifier: Apache-2.0 */
/* What the host of capture modules asks of a configuration. */
#include "config/config_private.h"

const char *mxlog_config_get_module(const struct mxlog_config *config,
    size_t index)
{
	if (!config)
		return NULL;

	return index < config->n_modules ? config->modules[index] : NULL;
}

unsigned mxlog_config_get_seal_interval(const struct mxlog_config *config)
{
	return config ? config->seal_interval_s : 0;
}

const char *mxlog_config_get_module_path(const struct mxlog_config *config)
{
	if (!config)
		return NULL;

	return config->module_path && *config->module_path ? config->module_path
							   : NULL;
}

int mxlog_config_get_section(const struct mxlog_config *config,
    const char *name, const char **ret_json, unsigned *ret_line)
{
	if (!config)
		return -EINVAL;

	for (size_t i = 0; i < config->n_sections; i++) {
		const struct mxlog_config_section *section =
		    &config->sections[i];

		if (strcmp(section->name, name) != 0)
			continue;
		*ret_json = section->json;
		*ret_line = section->line;
		return 1;
	}
	return 0;
}

const char *mxlog_config_get_section_name(const struct mxlog_config *config,
    size_t index)
{
	if (!config)
		return NULL;

	return index < config->n_sections ? config->sections[index].name : NULL;
}

struct mxlog_payload_rules *mxlog_config_get_payload(
    const struct mxlog_config *config)
{
	return config ? config->payload : NULL;
}
