/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/version.h>

const char *mxlog_version(void)
{
	return MXLOG_VERSION;
}

int mxlog_version_number(void)
{
	return MXLOG_VERSION_NUMBER;
}
