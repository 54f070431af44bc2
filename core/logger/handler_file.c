/* SPDX-License-Identifier: Apache-2.0 */
/* File handler: entries as lines of one file that is rotated by size, as the
 * first model says: path becomes path.1, path.1 becomes path.2 and so on, and
 * what would be beyond backup_count is deleted. Without backups, as in Python,
 * the file is never rotated: that would lose what it holds. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "config/formatter.h"
#include "logger/handler.h"

enum {
	FLUSH_BYTES = 64 * 1024,  /* written at once */
	KEPT_BYTES = 1024 * 1024, /* kept while the disk refuses them */
};

struct file {
	int dir_fd;
	int fd;     /* -1: to be opened */
	char *name; /* within the directory */
	uint64_t size;
	uint64_t max_size; /* 0: never rotated */
	uint32_t backup_count;
	struct mxlog_formatter *formatter;
	struct mxlog_buf text;
};

static int open_current(struct file *file)
{
	struct stat st;
	int r;

	if (file->fd >= 0)
		return 0;
	r = mxlog_fs_open_file(file->dir_fd, file->name,
	    O_WRONLY | O_APPEND | O_CREAT, &file->fd);
	if (r < 0)
		return r;
	file->size = fstat(file->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	return 0;
}

static int backup_name(const struct file *file, uint32_t number,
    struct mxlog_buf *ret)
{
	int r;

	ret->len = 0;
	r = number == 0 ? mxlog_buf_printf(ret, "%s", file->name)
			: mxlog_buf_printf(ret, "%s.%u", file->name, number);
	return r < 0 ? r : mxlog_buf_add_char(ret, '\0');
}

/* Move each backup up by one; the last one is replaced by its younger one. When
 * that fails the file goes on growing: nothing is lost. */
static int rotate(struct file *file)
{
	struct mxlog_buf from = { 0 }, to = { 0 };
	int r = 0;

	for (uint32_t i = file->backup_count; i > 0 && r == 0; i--) {
		r = backup_name(file, i - 1, &from);
		if (r == 0)
			r = backup_name(file, i, &to);
		if (r == 0 &&
		    renameat(file->dir_fd, from.data, file->dir_fd, to.data) <
			0 &&
		    errno != ENOENT)
			r = -errno;
	}
	mxlog_buf_done(&from);
	mxlog_buf_done(&to);
	if (r < 0)
		return r;
	close(file->fd);
	file->fd = -1;
	return open_current(file);
}

/* Append all that is waiting or, when the disk is full, none of it: half a line
 * would spoil the next one. It waits for better times then, within bounds. */
static int write_text(struct file *file)
{
	struct stat st;
	int r = fstat(file->fd, &st) < 0 ? -errno : 0;

	if (r < 0)
		return r;
	file->size = (uint64_t)st.st_size;
	r = mxlog_fs_write_all(file->fd, file->text.data, file->text.len);
	if (r == 0) {
		file->size += file->text.len;
	} else {
		if (fstat(file->fd, &st) == 0 &&
		    (uint64_t)st.st_size > file->size &&
		    (uint64_t)st.st_size < file->size + file->text.len)
			r = ftruncate(file->fd, (off_t)file->size) < 0 ? -errno
								       : r;
		if (file->text.len < KEPT_BYTES)
			return r;
	}
	mxlog_buf_clear(&file->text);
	return r;
}

static int file_flush(void *ctx, bool sync)
{
	struct file *file = ctx;
	int r = open_current(file);

	if (r == 0 && file->text.len > 0)
		r = write_text(file);
	if (r == 0 && sync)
		r = mxlog_fs_fdatasync(file->fd);
	return r;
}

/* What waits from `line` on goes to the next file; where there can't be one,
 * to this one. */
static int rotate_before(struct file *file, size_t line)
{
	struct mxlog_buf rest = { 0 };
	int added;
	int r =
	    mxlog_buf_add(&rest, file->text.data + line, file->text.len - line);

	if (r < 0)
		return r;
	file->text.len = line;
	r = file_flush(file, false);
	if (r == 0)
		r = rotate(file);
	added = mxlog_buf_add(&file->text, rest.data, rest.len);
	mxlog_buf_done(&rest);
	return r < 0 ? r : added;
}

static int file_handle(void *ctx, const struct mxlog_entry *entry)
{
	struct file *file = ctx;
	size_t before = file->text.len;
	int r = mxlog_formatter_append(file->formatter, entry, &file->text);

	if (r < 0)
		return r;
	if (file->max_size > 0 && file->size + before > 0 &&
	    file->size + file->text.len > file->max_size)
		return rotate_before(file, before);
	return file->text.len > FLUSH_BYTES ? file_flush(file, false) : 0;
}

static void file_close(void *ctx)
{
	struct file *file = ctx;

	if (file->fd >= 0)
		close(file->fd);
	if (file->dir_fd >= 0)
		close(file->dir_fd);
	mxlog_formatter_free(file->formatter);
	mxlog_buf_done(&file->text);
	free(file->name);
	free(file);
}

static const struct mxlog_handler_ops file_ops = {
	.size = sizeof(file_ops),
	.name = "file",
	.handle = file_handle,
	.flush = file_flush,
	.close = file_close,
};

/* Open the directory that `path` names a file of; set the file's name. */
static int open_place(struct file *file, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int r;

	file->name = strdup(slash ? slash + 1 : path);
	dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	if (!file->name || !dir)
		r = -ENOMEM;
	else if (!*file->name)
		r = -EISDIR;
	else
		r = mxlog_fs_open_dir(dir, true, &file->dir_fd);
	free(dir);
	return r < 0 ? r : open_current(file);
}

int mxlog_file_handler_open(const char *format, const char *destination,
    uint64_t max_file_size, uint32_t backup_count, struct mxlog_handler *ret,
    struct mxlog_error *reterr)
{
	struct file *file;
	int r;

	if (!destination || !*destination)
		return mxlog_error_set(reterr, -EINVAL,
		    "file handler: a destination (or log_file_path) was "
		    "expected");
	file = calloc(1, sizeof(*file));
	if (!file)
		return -ENOMEM;
	file->fd = -1;
	file->dir_fd = -1;
	file->max_size = backup_count > 0 ? max_file_size : 0;
	file->backup_count = backup_count;

	r = mxlog_formatter_new(format ? format : "json", false,
	    &file->formatter, reterr);
	if (r == 0) {
		r = open_place(file, destination);
		if (r < 0)
			(void)mxlog_error_set(reterr, r, "file handler: %s: %s",
			    destination, strerrordesc_np(-r));
	}
	if (r < 0) {
		file_close(file);
		return r;
	}
	*ret = (struct mxlog_handler){ .ops = &file_ops, .ctx = file };
	return 0;
}
