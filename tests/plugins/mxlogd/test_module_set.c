/* SPDX-License-Identifier: Apache-2.0 */
#include "module_set.h"

#include <errno.h>
#include <stdio.h>

#include "config_of.h"
#include "scratch.h"
#include "starve.h"
#include "suite.h"

enum {
	SIZE,
};

static const struct mxlog_option table[] = {
	{ "size", MXLOG_OPTION_INT, "1", 0, 100, "a number" },
};

/* A module of the tests: what was done to it, and what it refuses. */
struct fake {
	const struct mxlog_module *module;
	const struct mxlog_module_host *host;
	unsigned opened, closed, flushed, ran, reloaded;
	int64_t size; /* that it works with */
	int open_result, run_result;
	int64_t refused_size; /* by reload; 0: none */
};

static struct fake alpha, beta;

static int refuse(struct mxlog_error *reterr, const char *text)
{
	(void)snprintf(reterr->text, sizeof(reterr->text), "%s", text);
	return -EIO;
}

static int open_fake(struct fake *fake, const struct mxlog_module_host *host,
    void **ret, struct mxlog_error *reterr)
{
	if (fake->open_result < 0)
		return refuse(reterr, "it does not open");
	fake->host = host;
	fake->opened++;
	fake->size = mxlog_options_get_int(host->options, SIZE);
	*ret = fake;
	return 0;
}

static int open_alpha(const struct mxlog_module_host *host, void **ret,
    struct mxlog_error *reterr)
{
	return open_fake(&alpha, host, ret, reterr);
}

static int open_beta(const struct mxlog_module_host *host, void **ret,
    struct mxlog_error *reterr)
{
	return open_fake(&beta, host, ret, reterr);
}

/* It touches all that the host has promised to be there. */
static int run(void *module, struct mxlog_error *reterr)
{
	struct fake *fake = module;

	fake->ran++;
	if (fake->run_result < 0)
		return refuse(reterr, "it does not run");
	ck_assert_ptr_nonnull(mxlog_config_get_log_dir(fake->host->config));
	ck_assert_int_eq(mxlog_options_get_int(fake->host->options, SIZE),
	    fake->size);
	ck_assert_int_eq(mxlog_writer_commit(fake->host->writer), 0);
	return MXLOG_MODULE_IDLE;
}

static void wait_for(void *module, struct mxlog_module_wait *ret)
{
	(void)module;
	*ret = (struct mxlog_module_wait){ -1, INT64_MAX };
}

static int reload(void *module, const struct mxlog_options *options,
    struct mxlog_error *reterr)
{
	struct fake *fake = module;
	int64_t size = mxlog_options_get_int(options, SIZE);

	if (size == fake->refused_size)
		return refuse(reterr, "it does not reload");
	fake->size = size;
	fake->reloaded++;
	return 0;
}

static int flush(void *module, struct mxlog_error *reterr)
{
	struct fake *fake = module;

	(void)reterr;
	fake->flushed++;
	return mxlog_writer_sync(fake->host->writer);
}

static void close_fake(void *module)
{
	struct fake *fake = module;

	fake->closed++;
}

#define MODULE(name_, open_, reload_)                                        \
	{                                                                    \
		.version = MXLOG_MODULE_VERSION,                             \
		.size = sizeof(struct mxlog_module), .name = name_,          \
		.options = table, .n_options = 1, .open = open_, .run = run, \
		.wait = wait_for, .reload = reload_, .flush = flush,         \
		.close = close_fake                                          \
	}

/* alpha takes new options as it runs, beta must be opened again. */
static const struct mxlog_module alpha_module =
    MODULE("alpha", open_alpha, reload);
static const struct mxlog_module beta_module = MODULE("beta", open_beta, NULL);

static int load(const char *dir, const char *name,
    const struct mxlog_module **ret, struct mxlog_error *reterr)
{
	(void)dir;
	if (strcmp(name, "alpha") == 0)
		*ret = &alpha_module;
	else if (strcmp(name, "beta") == 0)
		*ret = &beta_module;
	else
		return refuse(reterr, "no such module");
	return 0;
}

static const struct mxlog_runner_setup setup = { .load = load };

static char *dir;
static struct mxlog_module_set set;

static void begin(const char *yaml)
{
	struct mxlog_error error = { 0 };
	struct mxlog_config *config;

	dir = scratch_new();
	config = config_of(scratch_path(dir, "logs"), yaml);
	ck_assert_int_eq(mxlog_module_set_init(&set, &setup, &config, &error),
	    0);
	ck_assert_ptr_null(config);
	ck_assert_int_eq(mxlog_module_set_open(&set, &error), 0);
}

static void end(void)
{
	struct mxlog_error error = { 0 };

	ck_assert_int_eq(mxlog_module_set_flush(&set, &error), 0);
	mxlog_module_set_done(&set);
	ck_assert_uint_eq(alpha.opened, alpha.closed);
	ck_assert_uint_eq(beta.opened, beta.closed);
	scratch_done(dir);
}

static int reload_with(const char *yaml, struct mxlog_error *error)
{
	struct mxlog_config *config =
	    config_of(scratch_path(dir, "logs"), yaml);
	int r;

	*error = (struct mxlog_error){ 0 };
	r = mxlog_module_set_reload(&set, &config, error);
	ck_assert((r == 0) == (config == NULL));
	mxlog_config_free(config);
	return r;
}

static void run_all(void)
{
	for (size_t i = 0; i < set.n; i++) {
		struct mxlog_error error;

		(void)mxlog_module_runner_run(set.runners[i], &error);
	}
}

static int64_t until(size_t i)
{
	struct mxlog_module_wait wait;

	mxlog_module_runner_wait(set.runners[i], &wait);
	return wait.until_usec;
}

START_TEST(a_newly_named_module_is_opened_and_run)
{
	struct mxlog_error error;

	begin("modules: [alpha]\n");
	run_all();
	ck_assert_int_eq(reload_with("modules: [alpha, beta]\n"
				     "beta: {size: 7}\n",
			     &error),
	    0);
	ck_assert_uint_eq(set.n, 2);
	ck_assert_uint_eq(beta.opened, 1);
	ck_assert_int_eq(beta.size, 7);
	ck_assert_int_eq(until(1), 0);
	run_all();
	ck_assert_uint_eq(beta.ran, 1);
	ck_assert_int_eq(until(1), INT64_MAX);
	end();
}
END_TEST

START_TEST(a_module_no_longer_named_is_flushed_and_closed)
{
	struct mxlog_error error;

	begin("modules: [alpha, beta]\n");
	run_all();
	ck_assert_int_eq(reload_with("modules: [beta]\n", &error), 0);
	ck_assert_uint_eq(set.n, 1);
	ck_assert_uint_eq(alpha.flushed, 1);
	ck_assert_uint_eq(alpha.closed, 1);
	ck_assert_uint_eq(beta.closed, 0);
	run_all();
	ck_assert_uint_eq(beta.ran, 2);
	end();
}
END_TEST

START_TEST(a_module_is_given_its_new_options)
{
	struct mxlog_error error;

	begin("modules: [alpha]\nalpha: {size: 2}\n");
	ck_assert_int_eq(alpha.size, 2);
	run_all();
	ck_assert_int_eq(reload_with("modules: [alpha]\nalpha: {size: 3}\n",
			     &error),
	    0);
	ck_assert_int_eq(alpha.size, 3);
	ck_assert_uint_eq(alpha.opened, 1);
	ck_assert_int_eq(until(0), 0);
	run_all();
	end();
}
END_TEST

START_TEST(a_module_that_cant_reload_is_opened_again_if_its_section_changed)
{
	struct mxlog_error error;

	begin("modules: [beta]\nbeta: {size: 2}\n");
	run_all();
	ck_assert_int_eq(reload_with("level: DEBUG\nmodules: [beta]\n"
				     "beta: {size: 2}\n",
			     &error),
	    0);
	run_all();
	ck_assert_uint_eq(beta.opened, 1);
	ck_assert_uint_eq(beta.closed, 0);
	ck_assert_int_eq(reload_with("modules: [beta]\nbeta: {size: 3}\n",
			     &error),
	    0);
	ck_assert_uint_eq(beta.flushed, 1);
	ck_assert_uint_eq(beta.closed, 1);
	run_all();
	ck_assert_uint_eq(beta.opened, 2);
	ck_assert_int_eq(beta.size, 3);
	end();
}
END_TEST

/* Refused by the last of them: the first has taken its new options by then. */
START_TEST(a_refused_reload_leaves_every_module_with_the_old_configuration)
{
	static const char old[] = "modules: [beta, alpha]\n"
				  "beta: {size: 2}\nalpha: {size: 2}\n";
	struct mxlog_error error;

	begin(old);
	run_all();
	alpha.refused_size = 5;
	ck_assert_int_eq(reload_with("level: ERROR\nmodules: [beta, alpha]\n"
				     "beta: {size: 9}\nalpha: {size: 5}\n",
			     &error),
	    -EIO);
	ck_assert_str_eq(error.text, "it does not reload");
	ck_assert_uint_eq(beta.closed, 0);
	ck_assert_int_eq(alpha.size, 2);
	run_all();
	ck_assert_uint_eq(beta.ran, 2);
	ck_assert_uint_eq(alpha.ran, 2);

	ck_assert_int_eq(reload_with("modules: [beta, alpha]\n"
				     "beta: {size: 101}\nalpha: {size: 3}\n",
			     &error),
	    -EINVAL);
	ck_assert_str_eq(error.text,
	    "beta.size: expected a whole number from 0 to 100");
	ck_assert_int_eq(alpha.size, 2);
	run_all();
	end();
}
END_TEST

START_TEST(a_new_module_that_does_not_open_refuses_the_reload)
{
	struct mxlog_error error;

	begin("modules: [alpha]\n");
	run_all();
	beta.open_result = -EIO;
	ck_assert_int_eq(reload_with("modules: [alpha, beta]\n"
				     "alpha: {size: 4}\n",
			     &error),
	    -EIO);
	ck_assert_str_eq(error.text, "it does not open");
	ck_assert_uint_eq(set.n, 1);
	ck_assert_int_eq(alpha.size, 1);
	run_all();
	ck_assert_uint_eq(alpha.ran, 2);
	end();
}
END_TEST

START_TEST(a_section_of_a_module_that_is_not_listed_is_checked)
{
	struct mxlog_error error;

	begin("modules: [alpha]\nbeta: {size: 3}\n");
	ck_assert_uint_eq(set.n, 1);
	ck_assert_int_eq(reload_with("modules: [alpha]\nbeta: {size: x}\n",
			     &error),
	    -EINVAL);
	ck_assert_int_eq(reload_with("modules: [alpha]\ngamma: {size: 3}\n",
			     &error),
	    -EIO);
	ck_assert_str_eq(error.text, "no such module");
	ck_assert_uint_eq(beta.opened, 0);
	end();
}
END_TEST

START_TEST(a_module_that_fails_pauses_longer_each_time_and_works_again)
{
	int64_t first, second;

	begin("modules: [alpha]\n");
	alpha.run_result = -EIO;
	run_all();
	first = until(0);
	run_all();
	second = until(0);
	ck_assert_int_gt(first, 0);
	ck_assert_int_gt(second, first + 90000);
	ck_assert(!mxlog_module_runner_has_more(set.runners[0]));
	alpha.run_result = 0;
	run_all();
	ck_assert_int_eq(until(0), INT64_MAX);
	end();
}
END_TEST

/* Wherever memory ends: all of the old configuration, or all of the new one. */
START_TEST(a_reload_out_of_memory_is_whole_or_none)
{
	bool hungry = true;

	begin("modules: [beta, alpha]\nbeta: {size: 2}\nalpha: {size: 2}\n");
	for (unsigned long n = 1; hungry; n++) {
		struct mxlog_config *config =
		    config_of(scratch_path(dir, "logs"),
			"level: ERROR\nmodules: [alpha, beta]\n"
			"beta: {size: 3}\nalpha: {size: 3}\n");
		struct mxlog_error error = { 0 };
		int r;

		starve(n);
		r = mxlog_module_set_reload(&set, &config, &error);
		hungry = starve_done();
		ck_assert(r == 0 || r == -ENOMEM);
		ck_assert((r == 0) == (config == NULL));
		mxlog_config_free(config);
		run_all();
		ck_assert_int_eq(alpha.size, r == 0 ? 3 : 2);
		ck_assert_int_eq(beta.size, r == 0 ? 3 : 2);
		if (r == 0)
			ck_assert_int_eq(
			    reload_with("modules: [beta, alpha]\n"
					"beta: {size: 2}\nalpha: {size: 2}\n",
				&error),
			    0);
		run_all();
	}
	end();
}
END_TEST

SUITE("module_set", a_newly_named_module_is_opened_and_run,
    a_module_no_longer_named_is_flushed_and_closed,
    a_module_is_given_its_new_options,
    a_module_that_cant_reload_is_opened_again_if_its_section_changed,
    a_refused_reload_leaves_every_module_with_the_old_configuration,
    a_new_module_that_does_not_open_refuses_the_reload,
    a_section_of_a_module_that_is_not_listed_is_checked,
    a_module_that_fails_pauses_longer_each_time_and_works_again,
    a_reload_out_of_memory_is_whole_or_none)
