/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration loads or is refused in one line that says where. */
#include <mxlog/config.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mxlog_config *config = NULL;
	struct mxlog_error error = { 0 };
	int r;

	r = mxlog_config_parse((const char *)data, size, "f", &config, &error);
	if (r < 0 &&
	    (strncmp(error.text, "f:", 2) != 0 || error.line == 0 ||
		error.column == 0 || strchr(error.text, '\n')))
		abort();
	if (r == 0)
		(void)mxlog_config_set(config, "log_dir", "/var/log/x", &error);
	mxlog_config_free(config);
	return 0;
}
