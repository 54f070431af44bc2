/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a configuration that are structures, each by its reader. Every
 * function here answers 0, -ENOMEM or -EINVAL with reterr filled. */
#pragma once

#include "config/config_node.h"

int mxlog_config_parse_levels(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node);
int mxlog_config_parse_patterns(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node);
int mxlog_config_parse_handlers(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node);
int mxlog_config_parse_formatters(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node);
int mxlog_config_parse_loggers(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node);
int mxlog_config_parse_existing(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node);
int mxlog_config_parse_modules(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node);

int mxlog_config_parse_payload(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *node);

/* Write what was read there. */
struct mxlog_json_build;
void mxlog_config_encode_payload(const struct mxlog_config *config,
    struct mxlog_json_build *build);

/* True if a capture module may be called so. */
bool mxlog_config_is_capture_name(const char *name);

/* Keep a capture module's section as JSON. */
int mxlog_config_parse_section(const struct mxlog_config_parse *parse,
    const struct mxlog_yaml *key);

/* Once everything is read: file handlers must not write into log_dir. */
int mxlog_config_check_handlers(const struct mxlog_config_parse *parse);
