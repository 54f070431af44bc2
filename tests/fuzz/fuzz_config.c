/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration loads, and can be written again, or is refused in one line
 * that says where. */
#include <mxlog/config.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is written as JSON reads back as the same. */
static void check_round_trip(const struct mxlog_config *config)
{
	struct mxlog_config *again = NULL;
	struct mxlog_error error;
	char *json, *same;

	if (mxlog_config_encode(config, &json) < 0 ||
	    mxlog_config_parse(json, strlen(json), "f", &again, &error) < 0 ||
	    mxlog_config_encode(again, &same) < 0 || strcmp(json, same) != 0)
		abort();
	free(json);
	free(same);
	mxlog_config_free(again);
}

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
		check_round_trip(config);
	if (r == 0)
		(void)mxlog_config_set(config, "log_dir", "/var/log/x", &error);
	mxlog_config_free(config);
	return 0;
}
