/* SPDX-License-Identifier: Apache-2.0 */
/* mxlog-config: check a configuration, import one of Python's logging. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mxlog/config.h>

#include "base/fs.h"
#include "config/config_private.h"
#include "config/dictconfig.h"
#include "tools/program.h"

enum {
	EXIT_USAGE = 2,
	INPUT_MAX = 16 * 1024 * 1024,
};

enum {
#define GROUP(title)
#define COMMAND(name, argument, help)
#define OPTION(id, letter, name, argument, help) OPTION_##id,
#include "tools/config_options.def"
#undef GROUP
#undef COMMAND
#undef OPTION
};

static const struct mxlog_program_row rows[] = {
#define GROUP   MXLOG_PROGRAM_ROW_GROUP
#define COMMAND MXLOG_PROGRAM_ROW_COMMAND
#define OPTION(id, letter, name, argument, help) \
	MXLOG_PROGRAM_ROW_OPTION(OPTION_##id, letter, name, argument, help)
#include "tools/config_options.def"
#undef GROUP
#undef COMMAND
#undef OPTION
};

static const struct mxlog_program program = {
	.name = "mxlog-config",
	.usage = "check [FILE]\n       mxlog-config import FILE",
	.summary =
	    "Check a configuration, or import one of Python's logging.\n",
	.footer = "Exit status: 0 fine, 1 wrong or different, 2 usage.\n",
	.rows = rows,
	.n_rows = ARRAY_LEN(rows),
};

static int read_all(const char *path, struct mxlog_buf *text)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	char piece[65536];
	size_t n;
	int r = file ? 0 : -errno;

	while (r == 0 && (n = fread(piece, 1, sizeof(piece), file)) > 0) {
		r = mxlog_buf_add(text, piece, n);
		if (text->len > INPUT_MAX)
			r = -EFBIG;
	}
	if (r == 0 && ferror(file))
		r = -errno;
	if (file && file != stdin)
		(void)fclose(file);
	return r;
}

/* The YAML of a dictConfig's file. */
static int import_file(const char *path, struct mxlog_buf *yaml,
    struct mxlog_buf *notes)
{
	struct mxlog_error error = { 0 };
	struct mxlog_buf json = { 0 };
	int r = read_all(path, &json);

	if (r == 0)
		r = mxlog_dictconfig_import(json.data ? json.data : "",
		    json.len, yaml, notes, &error);
	if (r < 0 && error.text[0])
		fprintf(stderr, "mxlog-config: %s: byte %zu: %s\n", path,
		    error.offset, error.text);
	else if (r < 0)
		fprintf(stderr, "mxlog-config: %s: %s\n", path, strerror(-r));
	mxlog_buf_done(&json);
	return r;
}

static int run_import(const char *path)
{
	struct mxlog_buf yaml = { 0 }, notes = { 0 };
	int r = import_file(path, &yaml, &notes);

	if (r == 0) {
		(void)fwrite(yaml.data, 1, yaml.len, stdout);
		if (notes.len > 0)
			(void)fwrite(notes.data, 1, notes.len, stderr);
		if (fflush(stdout) != 0 || ferror(stdout)) {
			r = -EIO;
			fprintf(stderr,
			    "mxlog-config: the import could not be written\n");
		}
	}
	mxlog_buf_done(&yaml);
	mxlog_buf_done(&notes);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- check ---- */

static bool differs(const char *of, const char *what, const char *theirs,
    const char *ours)
{
	if (strcmp(theirs ? theirs : "", ours ? ours : "") == 0)
		return false;
	printf("%s: %s is %s there, %s here\n", of, what,
	    theirs ? theirs : "not set", ours ? ours : "not set");
	return true;
}

static bool numbers_differ(const char *of, const char *what, uint64_t theirs,
    uint64_t ours)
{
	if (theirs == ours)
		return false;
	printf("%s: %s is %ju there, %ju here\n", of, what, (uintmax_t)theirs,
	    (uintmax_t)ours);
	return true;
}

static const struct mxlog_handler_config *find_handler(const struct mxlog_config
							   *config,
    const char *name)
{
	for (size_t i = 0; i < config->n_handlers; i++)
		if (strcmp(config->handlers[i].name, name) == 0)
			return &config->handlers[i];
	return NULL;
}

static const struct mxlog_logger_config *find_logger(const struct mxlog_config
							 *config,
    const char *name)
{
	for (size_t i = 0; i < config->n_loggers; i++)
		if (strcmp(config->loggers[i].name, name) == 0)
			return &config->loggers[i];
	return NULL;
}

static unsigned compare_handlers(const char *path,
    const struct mxlog_config *theirs, const struct mxlog_config *ours)
{
	unsigned n = 0;

	for (size_t i = 0; i < theirs->n_handlers; i++) {
		const struct mxlog_handler_config *a = &theirs->handlers[i];
		const struct mxlog_handler_config *b =
		    find_handler(ours, a->name);
		char of[512];

		(void)snprintf(of, sizeof(of), "%s: handler %s", path, a->name);
		if (!b) {
			printf("%s: there alone\n", of);
			n++;
			continue;
		}
		n += differs(of, "type", a->type, b->type);
		n += differs(of, "destination", a->destination, b->destination);
		n += differs(of, "level", mxlog_level_name(a->level),
		    mxlog_level_name(b->level));
	}
	return n;
}

static unsigned compare_loggers(const char *path,
    const struct mxlog_config *theirs, const struct mxlog_config *ours)
{
	unsigned n = 0;

	for (size_t i = 0; i < theirs->n_loggers; i++) {
		const struct mxlog_logger_config *a = &theirs->loggers[i];
		const struct mxlog_logger_config *b =
		    find_logger(ours, a->name);
		enum mxlog_level here = b && b->has_level
		    ? b->level
		    : mxlog_config_level_of(ours, a->name, strlen(a->name));
		char of[512];

		(void)snprintf(of, sizeof(of), "%s: logger %s", path, a->name);
		if (a->has_level)
			n += differs(of, "level", mxlog_level_name(a->level),
			    mxlog_level_name(here));
		if (b)
			n += differs(of, "propagate",
			    a->propagate ? "true" : "false",
			    b->propagate ? "true" : "false");
	}
	return n;
}

/* How the configuration file of an existing logger module differs from ours:
 * the number of differences, or a negative errno. */
static int compare_existing(const struct mxlog_existing_module *module,
    const struct mxlog_config *ours)
{
	struct mxlog_buf yaml = { 0 }, notes = { 0 };
	struct mxlog_config *theirs = NULL;
	struct mxlog_error error = { 0 };
	const char *path = module->config_file;
	int r = import_file(path, &yaml, &notes);

	if (r == 0) {
		r = mxlog_config_parse(yaml.data, yaml.len, path, &theirs,
		    &error);
		if (r < 0)
			fprintf(stderr, "mxlog-config: %s\n", error.text);
	}
	if (r == 0) {
		r = (int)(compare_handlers(path, theirs, ours) +
		    compare_loggers(path, theirs, ours));
		if (find_handler(theirs, "file") && theirs->max_file_size)
			r += numbers_differ(path, "max_file_size",
			    theirs->max_file_size, ours->max_file_size);
		r += numbers_differ(path, "backup_count", theirs->backup_count,
		    ours->backup_count);
	}
	mxlog_config_free(theirs);
	mxlog_buf_done(&yaml);
	mxlog_buf_done(&notes);
	return r;
}

static int run_check(const char *path)
{
	struct mxlog_config *config;
	struct mxlog_error error = { 0 };
	int status = EXIT_SUCCESS;

	path = mxlog_config_find(path);
	if (!path)
		path = MXLOG_CONFIG_DEFAULT;
	if (mxlog_config_load(path, &config, &error) < 0) {
		fprintf(stderr, "%s\n", error.text);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < config->n_existing_modules; i++)
		if (config->existing_modules[i].config_file &&
		    compare_existing(&config->existing_modules[i], config) != 0)
			status = EXIT_FAILURE;
	mxlog_config_free(config);
	return status;
}

/* Help and version are all there is. */
static int take_option(void *arg, int id, const char *text)
{
	(void)arg;
	(void)id;
	(void)text;
	return 0;
}

static int run(int argc, char **argv)
{
	const char *name = argc > 0 ? argv[0] : "";

	if (argc == 2 && strcmp(name, "import") == 0)
		return run_import(argv[1]);
	if ((argc == 1 || argc == 2) && strcmp(name, "check") == 0)
		return run_check(argc == 2 ? argv[1] : NULL);
	if (argc > 0 && strcmp(name, "import") != 0 &&
	    strcmp(name, "check") != 0)
		(void)mxlog_program_fail_command(&program, name);
	else
		(void)mxlog_program_fail(&program,
		    "expected \"check [FILE]\" or \"import FILE\"; see "
		    "mxlog-config --help");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	int words, r;

	r = mxlog_program_read(&program, argc, argv, take_option, NULL, &words,
	    NULL);
	if (r <= 0)
		return r < 0 ? EXIT_USAGE : EXIT_SUCCESS;
	return run(argc - words, argv + words);
}
