/* SPDX-License-Identifier: Apache-2.0 */
/* A writer that syncs each batch, on a disk that loses its power before any of
 * its calls: what was acknowledged is there, and only the last line is torn. */
#include <mxlog/writer.h>

#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "config_of.h"
#include "power.h"
#include "scratch.h"
#include "suite.h"
#include "tempdir.h"

enum {
	BATCHES = 4,
	LINES = 3,
};

static char *dir, *root, *image;
static unsigned *acknowledged; /* batches; shared with the child */

static struct mxlog_writer *open_writer(const char *path)
{
	static const struct mxlog_writer_options options = {
		.size = sizeof(options),
		.actor = "tester",
		.sync = MXLOG_SYNC_BATCH,
	};
	struct mxlog_config *config = config_of(path, "");
	struct mxlog_writer *writer = NULL;
	struct mxlog_error error = { 0 };

	ck_assert_msg(mxlog_writer_open(config, &options, &writer, &error) == 0,
	    "%s", error.text);
	mxlog_config_free(config);
	return writer;
}

static void add(struct mxlog_writer *writer, unsigned number, size_t more)
{
	struct mxlog_entry *entry;
	char message[400];
	int n = snprintf(message, sizeof(message), "<%u> %0*d", number,
	    (int)more, 0);

	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	mxlog_entry_set_time(entry, 19750 * USEC_PER_DAY);
	ck_assert_int_eq(mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message,
			     (size_t)n),
	    0);
	ck_assert_int_eq(mxlog_writer_add(writer, entry), 0);
	mxlog_entry_free(entry);
}

static void write_batches(void *arg)
{
	struct mxlog_writer *writer = open_writer(root);

	(void)arg;
	for (unsigned batch = 0; batch < BATCHES; batch++) {
		for (unsigned i = 0; i < LINES; i++)
			add(writer, batch * LINES + i, 150);
		ck_assert_int_eq(mxlog_writer_commit(writer), 0);
		*acknowledged = batch + 1;
	}
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
}

static void check(enum power_kind kind, unsigned long n)
{
	struct mxlog_writer *writer = open_writer(image);
	char *text;

	/* The next writer goes on; what is torn is no line. */
	add(writer, BATCHES * LINES, 1);
	ck_assert_int_eq(mxlog_writer_close(writer), 0);
	text = mxlog_tempdir_read_glob(image, "*.log");
	for (unsigned i = 0; i <= BATCHES * LINES; i++) {
		char part[16];
		const char *at;

		(void)snprintf(part, sizeof(part), "\"<%u> ", i);
		at = strstr(text, part);
		if (i < *acknowledged * LINES || i == BATCHES * LINES)
			ck_assert_msg(at != NULL, "%u of %u: kind %u, call %lu",
			    i, *acknowledged * LINES, kind, n);
		ck_assert(!at || !strstr(at + 1, part));
	}
	free(text);
}

START_TEST(what_was_acknowledged_is_there)
{
	dir = scratch_new_fast();
	acknowledged = mmap(NULL, sizeof(*acknowledged), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(acknowledged, MAP_FAILED);
	ck_assert_int_gt(asprintf(&image, "%s/image", dir), 0);
	for (unsigned kind = 0; kind < POWER_KINDS; kind++) {
		bool cut = true;
		unsigned long n;

		for (n = 1; cut; n++) {
			ck_assert_int_gt(asprintf(&root, "%s/%u-%lu", dir, kind,
					     n),
			    0);
			ck_assert_int_eq(mkdir(root, 0700), 0);
			*acknowledged = 0;
			cut = power_try(root, image, kind, (unsigned)n, n,
			    write_batches, NULL);
			check(kind, n);
			scratch_done(root);
		}
		ck_assert_uint_gt(n, 20);
		ck_assert_uint_eq(*acknowledged, BATCHES);
	}
	free(image);
	scratch_done(dir);
}
END_TEST

SUITE("writer_power", what_was_acknowledged_is_there)
