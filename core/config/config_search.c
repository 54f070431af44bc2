/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/config.h>

#include <stdlib.h>
#include <unistd.h>

#include "base/reterr.h"

const char *mxlog_config_find(const char *path)
{
	if (path)
		return path;
	path = secure_getenv("MXLOG_CONFIG");
	if (path && *path)
		return path;
	return access(MXLOG_CONFIG_DEFAULT, F_OK) == 0 ? MXLOG_CONFIG_DEFAULT
						       : NULL;
}

int mxlog_config_search(const char *path, struct mxlog_config **ret,
    struct mxlog_error *reterr)
{
	int r;

	if (!ret)
		return -EINVAL;
	path = mxlog_config_find(path);
	if (path)
		return mxlog_config_load(path, ret, reterr);
	r = mxlog_config_new(ret);
	return r < 0 ? mxlog_error_set(reterr, r, "out of memory") : 0;
}
