/* SPDX-License-Identifier: Apache-2.0 */
/* Which paths of a configuration must not meet. */
#pragma once

#include "config/config_private.h"

enum mxlog_paths_clash {
	MXLOG_PATHS_FINE,
	MXLOG_PATHS_DEFAULT, /* log_file_path lies inside log_dir */
	MXLOG_PATHS_HANDLER, /* a file handler's destination does */
};

/* File handlers delete files by number, and the log directory's are never
 * deleted so: a file handler must not write into it. Links are followed, paths
 * that do not exist yet are compared by name. *ret_handler, unless NULL, is
 * the handler. */
enum mxlog_paths_clash mxlog_config_paths_clash(const struct mxlog_config
						    *config,
    const struct mxlog_handler_config **ret_handler);
