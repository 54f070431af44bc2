/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config_search.h"

#include <stdlib.h>
#include <unistd.h>

const char *mxlog_config_environment(void)
{
	const char *path = secure_getenv("MXLOG_CONFIG");

	return path && *path ? path : NULL;
}

int mxlog_config_search(const char *path, struct mxlog_config **ret,
    struct mxlog_error *reterr)
{
	int r;

	if (!path)
		path = mxlog_config_environment();
	if (!path && access(MXLOG_CONFIG_DEFAULT, F_OK) == 0)
		path = MXLOG_CONFIG_DEFAULT;
	if (path)
		return mxlog_config_load(path, ret, reterr);
	r = mxlog_config_new(ret);
	return r < 0 ? mxlog_error_set(reterr, r, "out of memory") : 0;
}
