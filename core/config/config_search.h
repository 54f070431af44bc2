/* SPDX-License-Identifier: Apache-2.0 */
/* Config search: which configuration a program uses. */
#pragma once

#include <mxlog/config.h>

#include "base/reterr.h"

#define MXLOG_CONFIG_DEFAULT "/etc/mxlog/mxlog.yaml"

/* The file that the environment's MXLOG_CONFIG names; NULL if it names none, or
 * the program has other rights than who set it. */
const char *mxlog_config_environment(void);

/* Load `path`; if that is NULL what the environment names, else
 * MXLOG_CONFIG_DEFAULT if it is there, else the defaults. */
int mxlog_config_search(const char *path, struct mxlog_config **ret,
    struct mxlog_error *reterr);
