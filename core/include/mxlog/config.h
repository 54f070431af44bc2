/* SPDX-License-Identifier: Apache-2.0 */
/* LoggerConfig and LogConfiguration: what mxlog.yaml says. */
#pragma once

#include <mxlog/level.h>

MXLOG_BEGIN_DECLS

struct mxlog_config;

/* The defaults of both data models. */
MXLOG_EXPORT int mxlog_config_new(struct mxlog_config **ret);
MXLOG_EXPORT void mxlog_config_free(struct mxlog_config *config);

/* Load and check a YAML file; what it does not say keeps its default. An
 * unknown key, a wrong type, a value out of range or a pattern that does not
 * compile is -EINVAL; reterr then begins with "file:line:column: ". */
MXLOG_EXPORT int mxlog_config_load(const char *path, struct mxlog_config **ret,
    struct mxlog_error *reterr);

/* The same from memory; `name` stands for the file in messages. JSON will do,
 * as YAML reads it. */
MXLOG_EXPORT int mxlog_config_parse(const char *yaml, size_t len,
    const char *name, struct mxlog_config **ret, struct mxlog_error *reterr);

/* Where a program's configuration is: `path` unless that is NULL, else what
 * MXLOG_CONFIG names (not for a program with other rights than its user's), else
 * MXLOG_CONFIG_DEFAULT if it is there, else NULL. */
#define MXLOG_CONFIG_DEFAULT "/etc/mxlog/mxlog.yaml"
MXLOG_EXPORT const char *mxlog_config_find(const char *path);

/* Load what mxlog_config_find() says; where that is NULL, the defaults. */
MXLOG_EXPORT int mxlog_config_search(const char *path,
    struct mxlog_config **ret, struct mxlog_error *reterr);

/* Override one scalar key by its name, checked as the YAML is:
 * mxlog_config_set(config, "max_file_size_mb", "50", &error). */
MXLOG_EXPORT int mxlog_config_set(struct mxlog_config *config, const char *key,
    const char *value, struct mxlog_error *reterr);

/* All of it as one JSON object, defaults and all; what is unset is null. It is
 * YAML, too: parsed it gives the same configuration. free() *ret. -ENOMEM. */
MXLOG_EXPORT int mxlog_config_encode(const struct mxlog_config *config,
    char **ret);

/* The log directory, owned by the config. */
MXLOG_EXPORT const char *mxlog_config_get_log_dir(
    const struct mxlog_config *config);

/* What stands in the place of a secret, owned by the config. */
MXLOG_EXPORT const char *mxlog_config_get_redaction_text(
    const struct mxlog_config *config);

/* Seconds between two runs of the archive cycle. */
MXLOG_EXPORT unsigned mxlog_config_get_seal_interval(
    const struct mxlog_config *config);

/* The capture modules to load: the name at `index`, NULL past the last; the
 * directory to find them in, NULL if the configuration names none. */
MXLOG_EXPORT const char *mxlog_config_get_module(const struct mxlog_config
						     *config,
    size_t index);
MXLOG_EXPORT const char *mxlog_config_get_module_path(
    const struct mxlog_config *config);

/* The section of a capture module as one JSON object, and its line in the
 * file: 1, or 0 if there is none. */
MXLOG_EXPORT int mxlog_config_get_section(const struct mxlog_config *config,
    const char *name, const char **ret_json, unsigned *ret_line);

/* The name of the section at `index`, NULL past the last: in the file's order,
 * those of modules that are not listed, too. */
MXLOG_EXPORT const char *mxlog_config_get_section_name(const struct mxlog_config
							   *config,
    size_t index);

/* How payloads are read (`payload:`), NULL where nothing is said; borrowed from
 * the configuration. */
struct mxlog_payload_rules;
MXLOG_EXPORT struct mxlog_payload_rules *mxlog_config_get_payload(
    const struct mxlog_config *config);

MXLOG_END_DECLS
