/* SPDX-License-Identifier: Apache-2.0 */
/* Module set: a configuration and the runners of the modules it names. Another
 * configuration takes its place whole or not at all. */
#pragma once

#include "module_runner.h"

enum {
	MXLOG_MODULES_MAX = 32,
};

struct mxlog_module_set {
	const struct mxlog_runner_setup *setup; /* borrowed */
	struct mxlog_config *config;            /* owned */
	struct mxlog_module_runner *runners[MXLOG_MODULES_MAX];
	size_t n;
};

/* Make the runners of the modules that the configuration names, and check the
 * sections of those that it does not; nothing is opened. On success the set
 * owns the configuration and *config is NULL. */
int mxlog_module_set_init(struct mxlog_module_set *set,
    const struct mxlog_runner_setup *setup, struct mxlog_config **config,
    struct mxlog_error *reterr);
void mxlog_module_set_done(struct mxlog_module_set *set);

int mxlog_module_set_open(struct mxlog_module_set *set,
    struct mxlog_error *reterr);

/* Flush all of them; the first error. */
int mxlog_module_set_flush(struct mxlog_module_set *set,
    struct mxlog_error *reterr);

/* Put another configuration in the place of the set's. Everything that may fail
 * comes first: new modules are opened, the others given their options. If
 * anything is refused, all goes on with the old configuration, and *config is
 * the caller's still. Then, what can't fail: modules that are no longer named
 * are flushed and closed, and those whose section has changed but that can't
 * reload are restarted. On success *config is NULL. */
int mxlog_module_set_reload(struct mxlog_module_set *set,
    struct mxlog_config **config, struct mxlog_error *reterr);
