/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever dictionary is imported, what comes out is a configuration, or says
 * on which value of its own it is none. */
#include <stdlib.h>

#include "config/config_private.h"
#include "config/dictconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mxlog_buf yaml = { 0 }, notes = { 0 };
	struct mxlog_config *config = NULL;
	struct mxlog_error error = { 0 };

	if (mxlog_dictconfig_import((const char *)data, size, &yaml, &notes,
		&error) == 0) {
		int r = mxlog_config_parse(yaml.data, yaml.len, "y", &config,
		    &error);

		/* Never the YAML itself, always one of its values. */
		if (r < 0 && (r != -EINVAL || error.line < 2))
			abort();
		if (notes.len > 0 && notes.data[notes.len - 1] != '\n')
			abort();
	}
	mxlog_config_free(config);
	mxlog_buf_done(&yaml);
	mxlog_buf_done(&notes);
	return 0;
}
