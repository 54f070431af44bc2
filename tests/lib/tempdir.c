/* SPDX-License-Identifier: Apache-2.0 */
#include "tempdir.h"

#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

/* Benches use this, too, where Check's asserts do not work. */
static void must(bool ok)
{
	if (!ok)
		abort();
}

char *mxlog_tempdir_new(void)
{
	char *dir = strdup("/tmp/mxlog-test-XXXXXX");

	must(dir && mkdtemp(dir));
	return dir;
}

static int remove_one(const char *path, const struct stat *st, int type,
    struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void mxlog_tempdir_free(char *dir)
{
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(dir);
}

static void read_into(struct mxlog_buf *buf, const char *path)
{
	FILE *file = fopen(path, "rb");
	char piece[65536];
	size_t n;

	must(file != NULL);
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		must(mxlog_buf_add(buf, piece, n) == 0);
	(void)fclose(file);
}

char *mxlog_tempdir_read_glob(const char *dir, const char *pattern)
{
	struct mxlog_buf path = { 0 }, text = { 0 };
	glob_t found = { 0 };

	must(mxlog_buf_printf(&path, "%s/%s%c", dir, pattern, 0) == 0);
	(void)glob(path.data, 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_into(&text, found.gl_pathv[i]);
	must(mxlog_buf_add_char(&text, '\0') == 0);
	globfree(&found);
	mxlog_buf_done(&path);
	return text.data;
}
