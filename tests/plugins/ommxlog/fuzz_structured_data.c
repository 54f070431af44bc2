/* SPDX-License-Identifier: Apache-2.0 */
/* Structured data and frames: read within bounds, whatever they hold. */
#include "structured_data.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_elements(const char *text, size_t len)
{
	static struct mxlog_sd_element element;
	const char *at = text;
	char *out = malloc(mxlog_sd_json_max(len));

	while (out && mxlog_sd_next(&at, text + len, &element) > 0)
		if ((size_t)(mxlog_sd_json(out, &element, NULL) - out) >
		    mxlog_sd_json_max(len))
			abort();
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct mxlog_syslog message;

	read_elements(text, size);
	(void)mxlog_syslog_unpack(text, size, &message);
	return 0;
}
