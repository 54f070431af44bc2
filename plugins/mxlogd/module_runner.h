/* SPDX-License-Identifier: Apache-2.0 */
/* Module runner: one capture module at work, with its options and its writer. */
#pragma once

#include <mxlog/module.h>

/* Finds a module by its name, as mxlog_module_load() does. */
typedef int mxlog_module_loader(const char *dir, const char *name,
    const struct mxlog_module **ret, struct mxlog_error *reterr);

/* What all runners of a host have in common. */
struct mxlog_runner_setup {
	const char *module_path; /* overrides the configuration's; or NULL */
	mxlog_module_loader *load;
	bool drain;
};

struct mxlog_module_runner;

/* Load the module and check its section of the configuration; nothing is opened
 * yet. The setup and the configuration are borrowed, the latter until another
 * one takes its place. */
int mxlog_module_runner_new(const struct mxlog_runner_setup *setup,
    const struct mxlog_config *config, const char *name,
    struct mxlog_module_runner **ret, struct mxlog_error *reterr);

/* Close the module and its writer; what was not flushed is forgotten. */
void mxlog_module_runner_free(struct mxlog_module_runner *runner);

const char *mxlog_module_runner_get_name(
    const struct mxlog_module_runner *runner);

/* Open the writer and the module, unless they are open. */
int mxlog_module_runner_open(struct mxlog_module_runner *runner,
    struct mxlog_error *reterr);

/* Give the module one turn. A failure is reported and followed by a pause that
 * grows from a tenth of a second to five; a closed module is opened first. */
int mxlog_module_runner_run(struct mxlog_module_runner *runner,
    struct mxlog_error *reterr);

/* What the runner waits for: a descriptor (-1: none) and a CLOCK_MONOTONIC time
 * (0: nothing, it is to be run at once; INT64_MAX: none). */
void mxlog_module_runner_wait(const struct mxlog_module_runner *runner,
    struct mxlog_module_wait *ret);

/* True if it has more to do at once: neither idle nor in a pause. */
bool mxlog_module_runner_has_more(const struct mxlog_module_runner *runner);

/* Bring to disk what the module holds; a failure is reported. */
int mxlog_module_runner_flush(struct mxlog_module_runner *runner,
    struct mxlog_error *reterr);

/* Add an audit entry to the module's writer, if that is open. */
void mxlog_module_runner_audit(struct mxlog_module_runner *runner,
    const char *action, const char *result, const char *text);

/* ---- reload ---- */

/* Read and check the module's section of another configuration. */
int mxlog_module_runner_read_options(const struct mxlog_module_runner *runner,
    const struct mxlog_config *config, struct mxlog_options **ret,
    struct mxlog_error *reterr);

/* Put another configuration and other options in the place of those in use: the
 * writer's rules change, then, of a module that can reload, the module's. On
 * success *options are the ones that were in use; the caller frees them, once a
 * module that can't reload is restarted. On failure all is as it was, and
 * *options are the caller's still. *options NULL: those in use stay, and the
 * module is not told. */
int mxlog_module_runner_swap(struct mxlog_module_runner *runner,
    const struct mxlog_config *config, struct mxlog_options **options,
    struct mxlog_error *reterr);

/* The same, at any price: the module is restarted. */
void mxlog_module_runner_force(struct mxlog_module_runner *runner,
    const struct mxlog_config *config, struct mxlog_options **options);

/* True if the module takes new options without a restart. */
bool mxlog_module_runner_can_reload(const struct mxlog_module_runner *runner);

/* Flush and close the module and its writer; its next turn opens it again. */
void mxlog_module_runner_restart(struct mxlog_module_runner *runner);
