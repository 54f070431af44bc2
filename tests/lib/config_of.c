/* SPDX-License-Identifier: Apache-2.0 */
#include "config_of.h"

#include <check.h>

#include "base/buf.h"

struct mxlog_config *config_of(const char *log_dir, const char *yaml)
{
	struct mxlog_config *config = NULL;
	struct mxlog_error error = { 0 };
	struct mxlog_buf text = { 0 };
	int r = 0;

	if (log_dir)
		r = mxlog_buf_printf(&text, "log_dir: %s\n", log_dir);
	if (r == 0)
		r = mxlog_buf_add(&text, yaml, strlen(yaml));
	ck_assert_int_eq(r, 0);
	ck_assert_msg(mxlog_config_parse(text.data ? text.data : "", text.len,
			  "test.yaml", &config, &error) == 0,
	    "%s", error.text);
	mxlog_buf_done(&text);
	/* Tests have dates of their own, which become old. */
	if (!strstr(yaml, "oldest_days"))
		ck_assert_int_eq(mxlog_config_set(config, "oldest_days", "0",
				     NULL),
		    0);
	return config;
}
