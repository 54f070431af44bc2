/* SPDX-License-Identifier: Apache-2.0 */
#include "module_runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "operator.h"

static const int64_t pause_first_usec = 100000;
static const int64_t pause_max_usec = 5000000;

enum state {
	STATE_CLOSED,  /* its next turn, at once, opens it */
	STATE_READY,   /* open, has more to do at once */
	STATE_WAITING, /* open, for what `wait` says */
	STATE_PAUSED,  /* it failed; run again at the end of the pause, opened
	                * or not */
};

struct mxlog_module_runner {
	char *name;
	enum state state;
	const struct mxlog_runner_setup *setup;
	const struct mxlog_module *module;
	struct mxlog_options *options;
	struct mxlog_writer *writer;
	struct mxlog_module_host host;
	void *handle;       /* NULL: not open */
	int64_t pause_usec; /* after the last failure; 0: it did not fail */
	struct mxlog_module_wait wait;
};

static int64_t monotonic_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- states ---- */

/* Later each time, so that a full disk is not hammered. */
static void pause_more(struct mxlog_module_runner *runner)
{
	int64_t usec =
	    runner->pause_usec ? 2 * runner->pause_usec : pause_first_usec;

	runner->pause_usec = usec < pause_max_usec ? usec : pause_max_usec;
	runner->wait = (struct mxlog_module_wait){
		.fd = -1,
		.until_usec = monotonic_usec() + runner->pause_usec,
	};
}

/* The one place where a state changes, and what it is to be run for. */
static void enter(struct mxlog_module_runner *runner, enum state state)
{
	runner->state = state;
	switch (state) {
	case STATE_CLOSED:
	case STATE_READY:
		runner->wait = (struct mxlog_module_wait){ .fd = -1 };
		break;
	case STATE_WAITING:
		runner->module->wait(runner->handle, &runner->wait);
		break;
	case STATE_PAUSED:
		pause_more(runner);
		break;
	}
}

void mxlog_module_runner_wait(const struct mxlog_module_runner *runner,
    struct mxlog_module_wait *ret)
{
	*ret = runner->wait;
}

bool mxlog_module_runner_has_more(const struct mxlog_module_runner *runner)
{
	return runner->state == STATE_READY || runner->state == STATE_CLOSED;
}

const char *mxlog_module_runner_get_name(
    const struct mxlog_module_runner *runner)
{
	return runner->name;
}

/* ---- options ---- */

static int read_options(const struct mxlog_config *config,
    const struct mxlog_module *module, struct mxlog_options **ret,
    struct mxlog_error *reterr)
{
	struct mxlog_options *options;
	const char *json = NULL;
	unsigned line = 0;
	int r;

	(void)mxlog_config_get_section(config, module->name, &json, &line);
	r = mxlog_options_parse(module->options, module->n_options,
	    module->name, json, json ? strlen(json) : 0, &options, reterr);
	if (r == 0 && module->check) {
		r = module->check(options, reterr);
		if (r < 0)
			mxlog_options_free(options);
	}
	if (r < 0) {
		reterr->line = line;
		return r;
	}
	*ret = options;
	return 0;
}

int mxlog_module_runner_read_options(const struct mxlog_module_runner *runner,
    const struct mxlog_config *config, struct mxlog_options **ret,
    struct mxlog_error *reterr)
{
	return read_options(config, runner->module, ret, reterr);
}

/* ---- open and close ---- */

static int load(struct mxlog_module_runner *runner,
    const struct mxlog_config *config, struct mxlog_error *reterr)
{
	const char *dir = runner->setup->module_path;
	int r;

	if (!dir)
		dir = mxlog_config_get_module_path(config);
	if (!dir)
		dir = MXLOG_MODULE_DIR;
	r = runner->setup->load(dir, runner->name, &runner->module, reterr);
	return r < 0
	    ? r
	    : read_options(config, runner->module, &runner->options, reterr);
}

int mxlog_module_runner_new(const struct mxlog_runner_setup *setup,
    const struct mxlog_config *config, const char *name,
    struct mxlog_module_runner **ret, struct mxlog_error *reterr)
{
	struct mxlog_module_runner *runner = calloc(1, sizeof(*runner));
	int r;

	if (!runner)
		return -ENOMEM;
	runner->setup = setup;
	runner->name = strdup(name);
	r = runner->name ? load(runner, config, reterr) : -ENOMEM;
	if (r < 0) {
		mxlog_module_runner_free(runner);
		return r;
	}
	runner->host = (struct mxlog_module_host){
		.size = sizeof(runner->host),
		.config = config,
		.options = runner->options,
		.drain = setup->drain,
		.log = mxlog_operator_report,
		.arg = runner->name,
	};
	enter(runner, STATE_CLOSED);
	*ret = runner;
	return 0;
}

static void close_module(struct mxlog_module_runner *runner)
{
	if (runner->handle)
		runner->module->close(runner->handle);
	runner->handle = NULL;
	(void)mxlog_writer_close(runner->writer);
	runner->writer = NULL;
}

void mxlog_module_runner_free(struct mxlog_module_runner *runner)
{
	if (!runner)
		return;
	close_module(runner);
	mxlog_options_free(runner->options);
	free(runner->name);
	free(runner);
}

static int open_writer(struct mxlog_module_runner *runner,
    struct mxlog_error *reterr)
{
	const struct mxlog_writer_options options = {
		.size = sizeof(options),
		.actor = runner->name,
		.sync = MXLOG_SYNC_AHEAD,
	};

	if (runner->writer)
		return 0;
	return mxlog_writer_open(runner->host.config, &options, &runner->writer,
	    reterr);
}

int mxlog_module_runner_open(struct mxlog_module_runner *runner,
    struct mxlog_error *reterr)
{
	int r;

	if (runner->handle)
		return 0;
	r = open_writer(runner, reterr);
	if (r < 0)
		return r;
	runner->host.writer = runner->writer;
	r = runner->module->open(&runner->host, &runner->handle, reterr);
	if (r < 0) {
		runner->handle = NULL;
		return r;
	}
	enter(runner, STATE_READY);
	return 0;
}

void mxlog_module_runner_restart(struct mxlog_module_runner *runner)
{
	struct mxlog_error error = { 0 };

	(void)mxlog_module_runner_flush(runner, &error);
	close_module(runner);
	enter(runner, STATE_CLOSED);
}

/* ---- run ---- */

static const char *reason(int code, const struct mxlog_error *error)
{
	return error->text[0] ? error->text : strerror(-code);
}

int mxlog_module_runner_run(struct mxlog_module_runner *runner,
    struct mxlog_error *reterr)
{
	int r;

	*reterr = (struct mxlog_error){ 0 };
	r = mxlog_module_runner_open(runner, reterr);
	if (r == 0)
		r = runner->module->run(runner->handle, reterr);
	if (r < 0) {
		if (runner->pause_usec == 0)
			mxlog_operator_report(runner->name, MXLOG_MODULE_ERROR,
			    reason(r, reterr));
		enter(runner, STATE_PAUSED);
		return r;
	}
	if (runner->pause_usec > 0)
		mxlog_operator_report(runner->name, MXLOG_MODULE_NOTICE,
		    "works again");
	runner->pause_usec = 0;
	enter(runner, r == MXLOG_MODULE_MORE ? STATE_READY : STATE_WAITING);
	return 0;
}

int mxlog_module_runner_flush(struct mxlog_module_runner *runner,
    struct mxlog_error *reterr)
{
	int r;

	if (!runner->handle)
		return 0;
	r = runner->module->flush(runner->handle, reterr);
	if (r < 0)
		mxlog_operator_report(runner->name, MXLOG_MODULE_ERROR,
		    reason(r, reterr));
	return r;
}

void mxlog_module_runner_audit(struct mxlog_module_runner *runner,
    const char *action, const char *result, const char *text)
{
	if (runner->writer)
		(void)mxlog_writer_add_audit(runner->writer, MXLOG_INFO, action,
		    result, text);
}

/* ---- reload ---- */

bool mxlog_module_runner_can_reload(const struct mxlog_module_runner *runner)
{
	return runner->module->reload != NULL;
}

static int reload_module(struct mxlog_module_runner *runner,
    struct mxlog_error *reterr)
{
	if (!runner->handle || !runner->module->reload)
		return 0;
	return runner->module->reload(runner->handle, runner->options, reterr);
}

static int reload_writer(struct mxlog_module_runner *runner,
    const struct mxlog_config *config, struct mxlog_error *reterr)
{
	if (!runner->writer)
		return 0;
	return mxlog_writer_reload(runner->writer, config, reterr);
}

static void exchange(struct mxlog_module_runner *runner,
    const struct mxlog_config *config, struct mxlog_options **options)
{
	struct mxlog_options *old = runner->options;

	runner->host.config = config;
	if (!*options)
		return;
	runner->options = *options;
	runner->host.options = *options;
	*options = old;
}

int mxlog_module_runner_swap(struct mxlog_module_runner *runner,
    const struct mxlog_config *config, struct mxlog_options **options,
    struct mxlog_error *reterr)
{
	const struct mxlog_config *old = runner->host.config;
	bool tell = *options != NULL;
	struct mxlog_error ignored;
	int r;

	r = reload_writer(runner, config, reterr);
	if (r < 0)
		return r;
	/* A module may look at its host in reload(). */
	exchange(runner, config, options);
	r = tell ? reload_module(runner, reterr) : 0;
	if (r < 0) {
		exchange(runner, old, options);
		if (reload_writer(runner, old, &ignored) < 0)
			mxlog_module_runner_restart(runner);
		return r;
	}
	enter(runner, runner->handle ? STATE_READY : STATE_CLOSED);
	return 0;
}

void mxlog_module_runner_force(struct mxlog_module_runner *runner,
    const struct mxlog_config *config, struct mxlog_options **options)
{
	mxlog_module_runner_restart(runner);
	exchange(runner, config, options);
}
