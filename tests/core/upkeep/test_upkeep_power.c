/* SPDX-License-Identifier: Apache-2.0 */
/* The archive cycle on a disk that loses its power before any of its calls. */
#include "upkeep/upkeep.h"

#include <stdio.h>
#include <unistd.h>

#include "config/config_private.h"
#include "logdir.h"
#include "power.h"
#include "scratch.h"
#include "suite.h"

#ifdef __SANITIZE_ADDRESS__
#define STRIDE 7
#else
#define STRIDE 1
#endif

static const int64_t DUE = LOGDIR_DAY + 7 * USEC_PER_DAY;

static void run(void *arg)
{
	(void)logdir_run(arg, DUE);
}

/* The same segments where a restart finds them. */
static void open_image(const struct logdir *dir, const char *path,
    struct logdir *ret)
{
	*ret = *dir;
	ret->path = strdup(path);
	ck_assert_ptr_nonnull(ret->path);
	ck_assert_int_eq(mxlog_config_new(&ret->config), 0);
	ck_assert_int_eq(mxlog_config_set(ret->config, "log_dir", path, NULL),
	    0);
}

/* No entry is lost before the next run, and that run finishes the work. */
static bool try(struct logdir *dir, const char *path, enum power_kind kind,
    unsigned long n)
{
	struct logdir image;
	bool cut = power_try(dir->path, path, kind, (unsigned)n, n, run, dir);

	open_image(dir, path, &image);
	logdir_check(&image);
	ck_assert_int_eq(logdir_run(&image, DUE), 0);
	logdir_check_archived(&image);
	mxlog_config_free(image.config);
	free(image.path);
	logdir_reset(dir);
	return cut;
}

static void try_all(enum power_kind kind)
{
	struct logdir dir;
	unsigned long n;
	char *path;

	logdir_init(&dir);
	ck_assert_int_gt(asprintf(&path, "%s.image", dir.path), 0);
	logdir_add(&dir, "2026-01-20.log", 30000);
	logdir_add(&dir, "metrics/2026-01-20.metrics.log", 500);
	for (n = 1; try(&dir, path, kind, n); n += STRIDE)
		;
	ck_assert_uint_gt(n, 30);
	scratch_done(path);
	logdir_done(&dir);
}

START_TEST(what_was_synced_is_enough)
{
	try_all(POWER_SYNCED);
}
END_TEST

START_TEST(names_may_come_before_their_bytes)
{
	try_all(POWER_NAMES);
}
END_TEST

START_TEST(pages_may_come_in_any_order)
{
	try_all(POWER_PAGES);
}
END_TEST

START_TEST(anything_may_come_of_what_was_not_synced)
{
	try_all(POWER_ANY);
}
END_TEST

SUITE("upkeep_power", what_was_synced_is_enough,
    names_may_come_before_their_bytes, pages_may_come_in_any_order,
    anything_may_come_of_what_was_not_synced)
