/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration for a test, of YAML that must be right. */
#pragma once

#include <mxlog/config.h>

/* With `log_dir` in front, unless that is NULL; the caller frees it. */
struct mxlog_config *config_of(const char *log_dir, const char *yaml);
