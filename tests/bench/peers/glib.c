/* SPDX-License-Identifier: Apache-2.0 */
/* GLib's structured log under the same load: its standard fields as a line of
 * text to a file, as its default writer does. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define G_LOG_USE_STRUCTURED
#define G_LOG_DOMAIN "bench"
#include <glib.h>

#include "logger_load.h"

static const char *path;
static FILE *file;

static GLogWriterOutput write_line(GLogLevelFlags level,
    const GLogField *fields, gsize n, gpointer data)
{
	char *text = g_log_writer_format_fields(level, fields, n, FALSE);

	(void)data;
	(void)fprintf(file, "%s\n", text);
	g_free(text);
	return G_LOG_WRITER_HANDLED;
}

static void call(unsigned thread, uint64_t i)
{
	g_log_structured(G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "MESSAGE",
	    "thread %u moved task %ju from inbox to done", thread,
	    (uintmax_t)i);
}

static void finish(void)
{
	if (fflush(file) != 0 || fsync(fileno(file)) < 0)
		abort();
}

static uint64_t stored(void)
{
	return logger_load_count(path);
}

int main(int argc, char **argv)
{
	static const struct logger_under_load load = { "g_log", call, finish,
		stored };

	path = argc > 1 ? argv[1] : NULL;
	file = path ? fopen(path, "w") : NULL;
	if (!file)
		return EXIT_FAILURE;
	g_log_set_writer_func(write_line, NULL, NULL);
	return logger_load_main(argc - 1, argv + 1, &load);
}
