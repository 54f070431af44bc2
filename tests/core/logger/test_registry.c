/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/registry.h"

#include <pthread.h>
#include <stdio.h>

#include "config_of.h"
#include "suite.h"

static struct mxlog_config *config;

static void configure(const char *yaml)
{
	config = config_of(NULL, yaml);
	mxlog_registry_configure(config);
	mxlog_config_free(config);
}

static int level(const char *name)
{
	return atomic_load(&mxlog_registry_get(name)->level);
}

START_TEST(a_name_is_one_logger_below_its_prefixes)
{
	struct mxlog_logger *logger = mxlog_registry_get("a.b.c");

	ck_assert_ptr_eq(mxlog_registry_get("a.b.c"), logger);
	ck_assert_str_eq(logger->name, "a.b.c");
	ck_assert_ptr_eq(logger->parent, mxlog_registry_get("a.b"));
	ck_assert_ptr_eq(logger->parent->parent, mxlog_registry_get("a"));
	ck_assert_ptr_eq(logger->parent->parent->parent, mxlog_registry_root());
	ck_assert_ptr_eq(mxlog_registry_get(NULL), mxlog_registry_root());
	ck_assert_ptr_eq(mxlog_registry_get(""), mxlog_registry_root());
}
END_TEST

START_TEST(the_longest_configured_prefix_counts)
{
	configure("level: WARNING\n"
		  "module_levels:\n  a: ERROR\n  a.b: DEBUG\n");
	ck_assert_int_eq(level("x"), MXLOG_WARNING);
	ck_assert_int_eq(level("a"), MXLOG_ERROR);
	ck_assert_int_eq(level("a.x"), MXLOG_ERROR);
	ck_assert_int_eq(level("a.b.c"), MXLOG_DEBUG);
	ck_assert_int_eq(level("a.bc"), MXLOG_ERROR);
	ck_assert_int_eq(level("ab"), MXLOG_WARNING);
}
END_TEST

START_TEST(loggers_of_the_configuration_have_levels_and_propagate)
{
	configure("loggers:\n"
		  "  root:\n    level: ERROR\n"
		  "  a.b:\n    level: DEBUG\n    propagate: false\n");
	ck_assert_int_eq(level(NULL), MXLOG_ERROR);
	ck_assert_int_eq(level("x.y"), MXLOG_ERROR);
	ck_assert_int_eq(level("a.b"), MXLOG_DEBUG);
	mxlog_registry_get("a.b");
	configure("loggers:\n  a.b:\n    propagate: false\n");
	ck_assert(!atomic_load(&mxlog_registry_get("a.b")->propagate));
	ck_assert(atomic_load(&mxlog_registry_get("a")->propagate));
	configure("level: INFO\n");
	ck_assert(atomic_load(&mxlog_registry_get("a.b")->propagate));
	ck_assert_int_eq(level("a.b"), MXLOG_INFO);
}
END_TEST

START_TEST(a_logger_made_after_the_configuration_has_its_level)
{
	configure("loggers:\n  late.one:\n    level: ERROR\n");
	ck_assert_int_eq(level("late.one"), MXLOG_ERROR);
	ck_assert_int_eq(level("late.one.x"), MXLOG_ERROR);
}
END_TEST

START_TEST(levels_set_at_run_time_win_until_the_next_configuration)
{
	struct mxlog_logger *logger = mxlog_registry_get("a.b");

	configure("level: WARNING\nmodule_levels:\n  a.b.c: ERROR\n");
	mxlog_registry_set_level(logger, MXLOG_DEBUG);
	ck_assert_int_eq(level("a.b"), MXLOG_DEBUG);
	ck_assert_int_eq(level("a.b.x"), MXLOG_DEBUG);
	ck_assert_int_eq(level("a.b.c"), MXLOG_ERROR);
	ck_assert_int_eq(level("a"), MXLOG_WARNING);
	mxlog_registry_set_level(logger, 0);
	ck_assert_int_eq(level("a.b"), MXLOG_WARNING);
	mxlog_registry_set_level(logger, MXLOG_CRITICAL);
	configure("level: WARNING\n");
	ck_assert_int_eq(level("a.b"), MXLOG_WARNING);
}
END_TEST

static void *get_many(void *arg)
{
	struct mxlog_logger **found = arg;
	char name[64];

	for (int i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "many.%d.sub", i);
		found[i] = mxlog_registry_get(name);
	}
	return NULL;
}

START_TEST(threads_get_the_same_loggers)
{
	static struct mxlog_logger *found[8][1000];
	pthread_t threads[8];

	for (int i = 0; i < 8; i++)
		(void)pthread_create(&threads[i], NULL, get_many, found[i]);
	for (int i = 0; i < 8; i++)
		(void)pthread_join(threads[i], NULL);
	for (int i = 1; i < 8; i++)
		ck_assert_mem_eq(found[i], found[0], sizeof(found[0]));
}
END_TEST

START_TEST(a_name_that_is_no_identifier_is_configured_by_what_lines_call_it)
{
	struct mxlog_logger *logger;

	configure("level: WARNING\nmodule_levels:\n  my-app: DEBUG\n"
		  "  my-app.db: ERROR\n");
	logger = mxlog_registry_get("my-app");
	ck_assert_str_eq(logger->name, "my-app");
	ck_assert_ptr_eq(logger, mxlog_registry_get("my-app"));
	ck_assert_ptr_eq(mxlog_registry_real(logger),
	    mxlog_registry_get("my_app"));
	ck_assert_int_eq(level("my-app"), MXLOG_DEBUG);
	ck_assert_int_eq(level("my-app.db.pool-1"), MXLOG_ERROR);
	ck_assert_int_eq(level("my-app.web"), MXLOG_DEBUG);
	mxlog_registry_set_level(logger, MXLOG_CRITICAL);
	ck_assert_int_eq(level("my-app"), MXLOG_CRITICAL);
	ck_assert_int_eq(level("my-app.web"), MXLOG_CRITICAL);
	configure("level: WARNING\n");
	ck_assert_int_eq(level("my-app"), MXLOG_WARNING);
}
END_TEST

START_TEST(the_environment_has_the_last_word_about_levels)
{
	(void)setenv("MXLOG_LEVEL", "ERROR", 1);
	(void)setenv("MXLOG_LEVEL_a.b-c", "debug", 1);
	(void)setenv("MXLOG_LEVEL_x", "LOUD", 1);
	(void)setenv("MXLOG_LEVELS", "DEBUG", 1);
	configure("level: INFO\nmodule_levels:\n  a.b_c: WARNING\n"
		  "  x: WARNING\n");
	ck_assert_int_eq(level(NULL), MXLOG_ERROR);
	ck_assert_int_eq(level("other"), MXLOG_ERROR);
	ck_assert_int_eq(level("a.b_c.d"), MXLOG_DEBUG);
	ck_assert_int_eq(level("a.b-c"), MXLOG_DEBUG);
	ck_assert_int_eq(level("x"), MXLOG_WARNING);
}
END_TEST

SUITE("registry",
    a_name_that_is_no_identifier_is_configured_by_what_lines_call_it,
    the_environment_has_the_last_word_about_levels,
    a_name_is_one_logger_below_its_prefixes,
    the_longest_configured_prefix_counts,
    loggers_of_the_configuration_have_levels_and_propagate,
    a_logger_made_after_the_configuration_has_its_level,
    levels_set_at_run_time_win_until_the_next_configuration,
    threads_get_the_same_loggers)
