/* SPDX-License-Identifier: Apache-2.0 */
#include "logdir.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive_file.h"
#include "base/fs.h"
#include "config/config_private.h"
#include "lines.h"
#include "scratch.h"
#include "store/segment.h"

static void parse_name(const char *name, struct mxlog_segment_name *ret)
{
	const char *slash = strrchr(name, '/');

	ck_assert_int_eq(mxlog_segment_parse(slash ? slash + 1 : name, ret), 0);
}

static void write_segment(const struct logdir *dir,
    const struct logdir_segment *segment)
{
	const char *path = scratch_path(dir->path, segment->name);
	struct mxlog_segment_name name;
	struct timespec times[2];
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(mxlog_fs_write_all(fd, segment->bytes.data,
			     segment->bytes.len),
	    0);
	parse_name(segment->name, &name);
	times[0].tv_sec = ((int64_t)name.day + 1) * 86400;
	times[0].tv_nsec = 0;
	times[1] = times[0];
	ck_assert_int_eq(futimens(fd, times), 0);
	(void)close(fd);
}

void logdir_init(struct logdir *dir)
{
	/* Where a sync costs nothing: some tests make thousands. */
	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	*dir = (struct logdir){ .path = scratch_new() };
	ck_assert_int_eq(mxlog_config_new(&dir->config), 0);
	ck_assert_int_eq(mxlog_config_set(dir->config, "log_dir", dir->path,
			     NULL),
	    0);
	ck_assert_int_eq(mkdir(scratch_path(dir->path, "metrics"), 0700), 0);
}

void logdir_done(struct logdir *dir)
{
	for (size_t i = 0; i < dir->n; i++)
		mxlog_buf_done(&dir->segments[i].bytes);
	mxlog_config_free(dir->config);
	scratch_done(dir->path);
}

void logdir_add_text(struct logdir *dir, const char *name, const char *text,
    size_t len)
{
	struct logdir_segment *segment = &dir->segments[dir->n++];

	ck_assert_uint_le(dir->n, ARRAY_LEN(dir->segments));
	*segment = (struct logdir_segment){ .name = name };
	ck_assert_int_eq(mxlog_buf_add(&segment->bytes, text, len), 0);
	write_segment(dir, segment);
}

void logdir_add(struct logdir *dir, const char *name, size_t len)
{
	struct mxlog_segment_name parsed;
	struct mxlog_buf text = { 0 };
	struct lines lines = { 0 };

	parse_name(name, &parsed);
	lines.seed = (uint64_t)parsed.day * 7919 + parsed.number + 1;
	lines.time_usec = (int64_t)parsed.day * USEC_PER_DAY +
	    parsed.number * 1000 * USEC_PER_SEC;
	while (text.len < len)
		if (parsed.kind == MXLOG_METRICS)
			lines_add_metric(&lines, &text);
		else
			lines_add(&lines, &text);
	logdir_add_text(dir, name, text.data ? text.data : "", text.len);
	mxlog_buf_done(&text);
}

void logdir_use_key(struct logdir *dir, const char *key)
{
	(void)mkdir(scratch_path(dir->path, ".mxlog"), 0700);
	scratch_write(dir->path, ".mxlog/key", key);
	(void)chmod(scratch_path(dir->path, ".mxlog/key"), 0600);
	ck_assert_int_eq(mxlog_config_set(dir->config, "archive_key_file",
			     scratch_path(dir->path, ".mxlog/key"), NULL),
	    0);
}

void logdir_reset(struct logdir *dir)
{
	char *old = dir->path;
	char command[4200];

	(void)snprintf(command, sizeof(command),
	    "rm -rf '%s' && mkdir -m 700 '%s' '%s/metrics'", old, old, old);
	ck_assert_int_eq(system(command), 0);
	for (size_t i = 0; i < dir->n; i++)
		write_segment(dir, &dir->segments[i]);
}

int logdir_run(struct logdir *dir, int64_t now_usec)
{
	struct mxlog_archive_options options = {
		.size = sizeof(options),
		.now_usec = now_usec,
		.actor = "test",
	};
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };

	return mxlog_archive_run(dir->config, &options, &stats, &error);
}

static bool read_archive(struct logdir *dir,
    const struct mxlog_segment_name *name, struct mxlog_buf *out)
{
	const struct mxlog_archive_directory *directory;
	const struct mxlog_archive_record *record;
	struct mxlog_archive_scratch scratch = { 0 };
	struct mxlog_archive_index index;
	struct mxlog_archive_file *file;
	struct mxlog_error error = { 0 };
	int fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(mxlog_archive_index_load(fd, &index, NULL), 0);
	ck_assert_uint_eq(index.damaged, 0);
	record = mxlog_archive_index_find(&index, name);
	if (record) {
		ck_assert_msg(mxlog_archive_file_open(fd, record, &file,
				  &error) == 0,
		    "%s", error.text);
		ck_assert_msg(mxlog_archive_file_verify(file, &error) == 0,
		    "%s", error.text);
		directory = mxlog_archive_file_directory(file);
		for (size_t i = 0; i < directory->n_members; i++)
			ck_assert_int_eq(mxlog_archive_file_read(file, i,
					     &scratch, out, NULL),
			    0);
		mxlog_archive_file_close(file);
	}
	mxlog_archive_scratch_done(&scratch);
	mxlog_archive_index_done(&index);
	(void)close(fd);
	return record != NULL;
}

bool logdir_read(struct logdir *dir, const char *name, struct mxlog_buf *out)
{
	struct mxlog_segment_name parsed;

	out->len = 0;
	if (scratch_read(dir->path, name, out))
		return true;
	parse_name(name, &parsed);
	return read_archive(dir, &parsed, out);
}

void logdir_check(struct logdir *dir)
{
	struct mxlog_buf bytes = { 0 };

	for (size_t i = 0; i < dir->n; i++) {
		const struct logdir_segment *segment = &dir->segments[i];

		ck_assert_msg(logdir_read(dir, segment->name, &bytes),
		    "%s is lost", segment->name);
		ck_assert_uint_eq(bytes.len, segment->bytes.len);
		if (bytes.len > 0)
			ck_assert_mem_eq(bytes.data, segment->bytes.data,
			    bytes.len);
	}
	mxlog_buf_done(&bytes);
}

void logdir_check_archived(struct logdir *dir)
{
	struct mxlog_archive_options options = {
		.size = sizeof(options),
		.now_usec = LOGDIR_DAY,
		.dry_run = true,
	};
	struct mxlog_archive_stats stats;
	struct mxlog_error error = { 0 };

	for (size_t i = 0; i < dir->n; i++)
		ck_assert_msg(!scratch_exists(dir->path, dir->segments[i].name),
		    "%s is still live", dir->segments[i].name);
	logdir_check(dir);
	ck_assert_msg(mxlog_archive_verify(dir->config, &options, &stats,
			  &error) == 0,
	    "%s", error.text);
}

size_t logdir_count(struct logdir *dir, const char *name, const char *text)
{
	struct mxlog_buf bytes = { 0 };
	size_t n = 0;

	if (scratch_read(dir->path, name, &bytes) && bytes.len > 0) {
		const char *p = bytes.data, *end = p + bytes.len;

		while ((p = memmem(p, (size_t)(end - p), text, strlen(text)))) {
			n++;
			p++;
		}
	}
	mxlog_buf_done(&bytes);
	return n;
}
