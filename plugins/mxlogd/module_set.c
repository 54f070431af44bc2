/* SPDX-License-Identifier: Apache-2.0 */
#include "module_set.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "operator.h"

/* What a configuration means for one module that it names. */
struct change {
	struct mxlog_module_runner *runner;
	bool is_new;
	bool restart;                  /* it can't take its new options else */
	bool swapped;                  /* it has the new configuration */
	struct mxlog_options *options; /* those not in use; NULL: they stay */
};

struct plan {
	const struct mxlog_config *config;
	struct change changes[MXLOG_MODULES_MAX];
	size_t n;
};

static struct mxlog_module_runner *find(const struct mxlog_module_set *set,
    const char *name)
{
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(mxlog_module_runner_get_name(set->runners[i]),
			name) == 0)
			return set->runners[i];
	return NULL;
}

static bool is_named(const struct plan *plan,
    const struct mxlog_module_runner *runner)
{
	for (size_t i = 0; i < plan->n; i++)
		if (plan->changes[i].runner == runner)
			return true;
	return false;
}

static bool is_listed(const struct mxlog_config *config, const char *name)
{
	const char *module;

	for (size_t i = 0; (module = mxlog_config_get_module(config, i)); i++)
		if (strcmp(module, name) == 0)
			return true;
	return false;
}

/* ---- plan: nothing that runs has changed yet ---- */

static bool section_differs(const struct mxlog_config *a,
    const struct mxlog_config *b, const char *name)
{
	const char *x = "{}", *y = "{}";
	unsigned line;

	(void)mxlog_config_get_section(a, name, &x, &line);
	(void)mxlog_config_get_section(b, name, &y, &line);
	return strcmp(x, y) != 0;
}

/* A module that can reload is told in any case: what its options name, a file
 * or an address, may have changed. One that can't is left alone if it can be. */
static int plan_old(const struct mxlog_module_set *set, const struct plan *plan,
    const char *name, struct change *change, struct mxlog_error *reterr)
{
	if (!mxlog_module_runner_can_reload(change->runner)) {
		change->restart =
		    section_differs(set->config, plan->config, name);
		if (!change->restart)
			return 0;
	}
	return mxlog_module_runner_read_options(change->runner, plan->config,
	    &change->options, reterr);
}

static int plan_module(const struct mxlog_module_set *set, struct plan *plan,
    const char *name, struct mxlog_error *reterr)
{
	struct change change = { .runner = find(set, name) };
	int r;

	if (plan->n == MXLOG_MODULES_MAX) {
		(void)snprintf(reterr->text, sizeof(reterr->text),
		    "modules: expected %d modules at most", MXLOG_MODULES_MAX);
		return -E2BIG;
	}
	change.is_new = !change.runner;
	r = change.is_new ? mxlog_module_runner_new(set->setup, plan->config,
				name, &change.runner, reterr)
			  : plan_old(set, plan, name, &change, reterr);
	if (r == 0)
		plan->changes[plan->n++] = change;
	return r;
}

/* A section may be written before its module is listed, or stay when it no
 * longer is: it is checked all the same. */
static int check_unlisted(const struct mxlog_module_set *set,
    const struct mxlog_config *config, struct mxlog_error *reterr)
{
	const char *name;
	int r = 0;

	for (size_t i = 0;
	     r == 0 && (name = mxlog_config_get_section_name(config, i)); i++) {
		struct mxlog_module_runner *runner = NULL;

		if (is_listed(config, name))
			continue;
		r = mxlog_module_runner_new(set->setup, config, name, &runner,
		    reterr);
		mxlog_module_runner_free(runner);
	}
	return r;
}

static int make_plan(const struct mxlog_module_set *set, struct plan *plan,
    struct mxlog_error *reterr)
{
	const char *name;
	int r = 0;

	for (size_t i = 0;
	     r == 0 && (name = mxlog_config_get_module(plan->config, i)); i++)
		r = plan_module(set, plan, name, reterr);
	return r < 0 ? r : check_unlisted(set, plan->config, reterr);
}

static void free_options(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		mxlog_options_free(plan->changes[i].options);
}

static void free_new(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		if (plan->changes[i].is_new)
			mxlog_module_runner_free(plan->changes[i].runner);
}

/* ---- the first configuration ---- */

int mxlog_module_set_init(struct mxlog_module_set *set,
    const struct mxlog_runner_setup *setup, struct mxlog_config **config,
    struct mxlog_error *reterr)
{
	struct plan plan = { .config = *config };
	int r;

	*set = (struct mxlog_module_set){ .setup = setup };
	r = make_plan(set, &plan, reterr);
	if (r < 0) {
		free_new(&plan);
		return r;
	}
	for (size_t i = 0; i < plan.n; i++)
		set->runners[set->n++] = plan.changes[i].runner;
	set->config = *config;
	*config = NULL;
	return 0;
}

void mxlog_module_set_done(struct mxlog_module_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		mxlog_module_runner_free(set->runners[i]);
	mxlog_config_free(set->config);
	*set = (struct mxlog_module_set){ 0 };
}

int mxlog_module_set_open(struct mxlog_module_set *set,
    struct mxlog_error *reterr)
{
	int r = 0;

	for (size_t i = 0; i < set->n && r == 0; i++)
		r = mxlog_module_runner_open(set->runners[i], reterr);
	return r;
}

int mxlog_module_set_flush(struct mxlog_module_set *set,
    struct mxlog_error *reterr)
{
	int first = 0;

	for (size_t i = 0; i < set->n; i++) {
		int r = mxlog_module_runner_flush(set->runners[i], reterr);

		first = first == 0 ? r : first;
	}
	return first;
}

/* ---- another one ---- */

/* Back to the old configuration. Where even that fails, for want of memory, the
 * module is opened anew with it. */
static void undo(const struct mxlog_module_set *set, struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		struct change *change = &plan->changes[i];
		struct mxlog_error error = { 0 };

		if (change->swapped &&
		    mxlog_module_runner_swap(change->runner, set->config,
			&change->options, &error) < 0)
			mxlog_module_runner_force(change->runner, set->config,
			    &change->options);
	}
}

/* All that may fail. */
static int try_changes(const struct mxlog_module_set *set, struct plan *plan,
    struct mxlog_error *reterr)
{
	int r = 0;

	for (size_t i = 0; i < plan->n && r == 0; i++)
		if (plan->changes[i].is_new)
			r = mxlog_module_runner_open(plan->changes[i].runner,
			    reterr);
	for (size_t i = 0; i < plan->n && r == 0; i++) {
		struct change *change = &plan->changes[i];

		if (change->is_new)
			continue;
		r = mxlog_module_runner_swap(change->runner, plan->config,
		    &change->options, reterr);
		change->swapped = r == 0;
	}
	if (r < 0)
		undo(set, plan);
	return r;
}

static void end_unnamed(struct mxlog_module_set *set, const struct plan *plan)
{
	for (size_t i = 0; i < set->n; i++) {
		struct mxlog_error error = { 0 };

		if (is_named(plan, set->runners[i]))
			continue;
		(void)mxlog_module_runner_flush(set->runners[i], &error);
		mxlog_module_runner_free(set->runners[i]);
	}
}

/* Nothing here fails. */
static void commit(struct mxlog_module_set *set, const struct plan *plan)
{
	end_unnamed(set, plan);
	set->n = plan->n;
	for (size_t i = 0; i < plan->n; i++) {
		set->runners[i] = plan->changes[i].runner;
		if (plan->changes[i].restart)
			mxlog_module_runner_restart(set->runners[i]);
	}
}

int mxlog_module_set_reload(struct mxlog_module_set *set,
    struct mxlog_config **config, struct mxlog_error *reterr)
{
	struct plan plan = { .config = *config };
	int r;

	r = make_plan(set, &plan, reterr);
	if (r == 0)
		r = try_changes(set, &plan, reterr);
	if (r < 0) {
		free_new(&plan);
		free_options(&plan);
		return r;
	}
	commit(set, &plan);
	free_options(&plan);
	mxlog_config_free(set->config);
	set->config = *config;
	*config = NULL;
	return 0;
}
