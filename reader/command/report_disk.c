/* SPDX-License-Identifier: Apache-2.0 */
/* --disk-usage: the bytes that log files and archives take. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "command/mxlog_read_report.h"

enum {
	BLOCK = 512, /* bytes, as st_blocks counts them */
};

/* Of the regular files of one folder; a folder that is not there has none. */
static void count_folder(struct mxlog_read_report *report, const char *path,
    const char *folder, uint64_t *bytes, uint64_t *files)
{
	char name[4096];
	struct dirent *item;
	struct stat st;
	DIR *dir;

	(void)snprintf(name, sizeof(name), "%s/%s", path, folder);
	dir = opendir(name);
	if (!dir && errno == ENOENT && *folder)
		return;
	if (!dir) {
		report->stats->unreadable++;
		(void)fprintf(stderr, "mxlog-read: %s: %s\n", name,
		    strerror(errno));
		return;
	}
	while ((item = readdir(dir))) {
		if (fstatat(dirfd(dir), item->d_name, &st,
			AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		*bytes += (uint64_t)st.st_blocks * BLOCK;
		++*files;
	}
	(void)closedir(dir);
}

static int add_dir(struct mxlog_read_report *report,
    struct mxlog_read_sheet *sheet, const char *path)
{
	static const struct {
		const char *what, *folders[2];
	} parts[] = {
		{ "live", { "", "metrics" } },
		{ "archived", { "archive", "archive/metrics" } },
		{ "state", { ".mxlog", NULL } },
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(parts); i++) {
		struct mxlog_read_number numbers[2];
		uint64_t bytes = 0, files = 0;

		for (size_t j = 0; j < 2 && parts[i].folders[j]; j++)
			count_folder(report, path, parts[i].folders[j], &bytes,
			    &files);
		r = mxlog_read_sheet_add(report, sheet,
		    (struct mxlog_read_cell[]){
			mxlog_read_cell_count("bytes", &numbers[0], bytes),
			mxlog_read_cell_count("files", &numbers[1], files),
			mxlog_read_cell_text("what", parts[i].what,
			    strlen(parts[i].what)),
			mxlog_read_cell_text("log_dir", path, strlen(path)) },
		    4);
	}
	return r;
}

static int report_disk(struct mxlog_read_report *report)
{
	const struct mxlog_read_options *options = report->options;
	struct mxlog_read_sheet sheet = { 0 };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < options->n_dirs; i++)
		r = add_dir(report, &sheet, options->dirs[i]);
	return r < 0 ? r : mxlog_read_sheet_finish(report, &sheet);
}

const struct mxlog_read_report_type mxlog_read_report_disk = {
	.option = MXLOG_OPT_DISK_USAGE,
	.make = report_disk,
};
