/* SPDX-License-Identifier: Apache-2.0 */
/* Host: runs capture modules in one loop, until it is told to end. */
#pragma once

#include <mxlog/module.h>

struct mxlog_host;

struct mxlog_host_options {
	const char *config_path;
	const char *module_path; /* overrides the configuration's; or NULL */
	bool drain;
};

/* Load the configuration and its modules and check all; nothing is opened
 * yet. */
int mxlog_host_new(const struct mxlog_host_options *options,
    struct mxlog_host **ret, struct mxlog_error *reterr);
void mxlog_host_free(struct mxlog_host *host);

/* Open the modules and run them: until SIGTERM or SIGINT, or, to drain, until
 * all have forwarded what there is. SIGHUP reloads. All is flushed then: 0, or
 * the first error. */
int mxlog_host_run(struct mxlog_host *host, struct mxlog_error *reterr);
